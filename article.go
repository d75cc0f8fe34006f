package deskwire

import (
	"strings"
	"time"
)

// An Article is what one source said, under an ID that never changes. It is the head: everything that lists need. The body,
// clean HTML, is kept apart and read only by those who show it.
//
// All strings are valid UTF-8. Title, Summary, names and captions are plain text, never markup; links are absolute http or
// https addresses.
type Article struct {
	ID     ID     // minted at first sight
	Story  ID     // the story it belongs to; its own ID while it stands alone
	Source string // name of the source

	GUID       string   // exactly as the source wrote it; never empty
	Link       string   // where the article can be read; may be empty
	Title      string   // may be empty
	Summary    string   // cut at a sentence or word boundary
	Authors    []Author // in the source's order
	Agencies   []string // agencies named in byline, dateline or credits: "AFP", "Reuters"
	Categories []string // in the source's order, without repeats
	Language   string   // BCP 47, "" when unknown
	Rights     string   // copyright line
	Comments   string   // address of the discussion
	Via        Via      // where the source says it has the article from
	Media      []Media  // pictures first to last, then sound, video and other enclosures
	Episode    *Episode // nil where the article is no episode of a podcast

	Published time.Time // the source's date, never after FirstSeen; FirstSeen where the source gave none
	Modified  time.Time // the source's own "updated"; zero when it gave none
	DateRaw   string    // the source's date as written, where Published is not simply that

	FirstSeen time.Time // when deskwire first read it
	Revised   time.Time // when the current revision was read; FirstSeen for the first
	Placed    time.Time // its place in every list, fixed once: FirstSeen, or Published in a source's first round
	Revision  int       // 0 for the first

	Words   int    // words of the article's own text; characters for scripts without spaces
	Seconds int    // reading time
	Digest  uint64 // of everything whose change makes a revision; see package parse
	HasBody bool   // whether a body is stored
	Full    bool   // the body is from the article's page: the feed gave a teaser
}

// MinutesToRead is the reading time as readers are told it: rounded up, at least one minute; 0 when there is nothing to read.
func (a *Article) MinutesToRead() int {
	if a.Seconds <= 0 {
		return 0
	}
	return (a.Seconds + 59) / 60
}

// Picture is the article's lead picture, or nil.
func (a *Article) Picture() *Media {
	for i := range a.Media {
		if a.Media[i].Kind() == "image" {
			return &a.Media[i]
		}
	}
	return nil
}

// Updated is the later of the article's first appearance and of the last change that a reader could have seen: the source's
// own date of change where it gave a believable one, else when deskwire saw the change.
func (a *Article) Updated() time.Time {
	switch {
	case a.Revision == 0 && a.Modified.After(a.Published) && !a.Modified.After(a.FirstSeen):
		return a.Modified
	case a.Revision == 0:
		return a.Published
	case a.Modified.After(a.Published) && !a.Modified.After(a.Revised):
		return a.Modified
	}
	return a.Revised
}

// An Author is one person or desk named in a byline.
type Author struct {
	Name  string `json:"name,omitempty"`
	URL   string `json:"url,omitempty"`
	Email string `json:"email,omitempty"`
	// Avatar is the address of a portrait, where the source gives one.
	Avatar string `json:"avatar,omitempty"`
}

// Via is where a source says that it has an article from (RSS <source>, Atom <source>).
type Via struct {
	Title string `json:"title,omitempty"`
	URL   string `json:"url,omitempty"`
}

// Media is a picture, sound, video or other file that belongs to an article.
type Media struct {
	URL      string        `json:"url"`
	Type     string        `json:"type,omitempty"` // media type, "" when unknown
	Length   int64         `json:"length,omitempty"`
	Width    int           `json:"width,omitempty"`
	Height   int           `json:"height,omitempty"`
	Duration time.Duration `json:"duration,omitempty"`
	Title    string        `json:"title,omitempty"`
	Caption  string        `json:"caption,omitempty"`
	Credit   string        `json:"credit,omitempty"` // without the brackets around it
	// Enclosed says that the source attached the file (an RSS enclosure, an Atom enclosure link, a JSON Feed attachment),
	// rather than showing it beside or inside the text.
	Enclosed bool `json:"enclosed,omitempty"`
}

// Kind is the first part of the media type: "image", "audio", "video", or "" when it is unknown.
func (m *Media) Kind() string {
	kind, _, ok := strings.Cut(m.Type, "/")
	if !ok {
		return ""
	}
	return kind
}

// A Draft is an article as one fetch read it, before the store has seen whether it is new. ID, Story, FirstSeen, Revised,
// Placed and Revision are not set.
type Draft struct {
	Article
	Body string // clean, balanced HTML; "" when the source gave none
	Keys []Key  // what the article may be recognised by, strongest first
	// Mark is a hash of the bytes the article was read from. A source whose next document holds the same bytes is not asked
	// to be parsed again for it. 0 means that there is none.
	Mark uint64
	// Wanted says that the article's page is to be read, and was not yet.
	Wanted bool
}

// A Key is something that leads from a source's words to an article it said before.
type Key struct {
	Kind  KeyKind
	Value string
}

// KeyKind orders keys by strength: a smaller kind wins where two keys of one draft lead to different articles.
type KeyKind uint8

const (
	// KeyGUID is the source's own identifier. It counts only within that source.
	KeyGUID KeyKind = iota + 1
	// KeyURL is the canonical address. It counts only within the source's own domains; elsewhere it is scoped to the source.
	KeyURL
	// KeyNumber is the article number in the address, scoped to the source. It counts only together with a shared word of
	// the title or of the address.
	KeyNumber
	// KeyBody is a hash of the article's text, scoped to the source. It counts only when all GUIDs of a source churn at once.
	KeyBody
)

// A Revision is what an article was before a later one replaced it.
type Revision struct {
	N       int       // the number this state had; the first is 0
	Seen    time.Time // when this state was first read
	Changed []string  // which fields the next state changed: "title", "summary", "body", "picture", ...
	Title   string
	Summary string
	Link    string
	Body    string
}
