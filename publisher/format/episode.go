package format

import (
	"fmt"
	"path"
	"time"

	"deskwire"
)

// An episode is what JSON Feed says of one in _deskwire: strings clean, addresses checked, times in seconds.
type episode struct {
	Number      int           `json:"number,omitempty"`
	Name        string        `json:"name,omitempty"`
	Season      int           `json:"season,omitempty"`
	SeasonName  string        `json:"season_name,omitempty"`
	Kind        string        `json:"kind,omitempty"`
	Explicit    bool          `json:"explicit,omitempty"`
	Subtitle    string        `json:"subtitle,omitempty"`
	Transcripts []transcript  `json:"transcripts,omitempty"`
	Chapters    string        `json:"chapters,omitempty"`
	People      []participant `json:"people,omitempty"`
	Soundbites  []soundbite   `json:"soundbites,omitempty"`
	Place       string        `json:"place,omitempty"`
	License     string        `json:"license,omitempty"`
}

type transcript struct {
	URL      string `json:"url"`
	Type     string `json:"type,omitempty"`
	Language string `json:"language,omitempty"`
	Captions bool   `json:"captions,omitempty"`
}

type participant struct {
	Name    string `json:"name"`
	Role    string `json:"role,omitempty"`
	URL     string `json:"url,omitempty"`
	Picture string `json:"picture,omitempty"`
}

type soundbite struct {
	Start    float64 `json:"start_in_seconds"`
	Duration float64 `json:"duration_in_seconds"`
	Title    string  `json:"title,omitempty"`
}

// episodeOf makes an episode ready for any format; nil stays nil.
func episodeOf(e *deskwire.Episode) *episode {
	if e == nil {
		return nil
	}
	out := &episode{
		Number: max(e.Number, 0), Name: Line(e.Name), Season: max(e.Season, 0), SeasonName: Line(e.SeasonName), Explicit: e.Explicit,
		Subtitle: Line(e.Subtitle), Chapters: Address(e.Chapters), Place: Line(e.Place), License: Line(e.License),
	}
	switch e.Kind {
	case "full", "trailer", "bonus":
		out.Kind = string(e.Kind)
	}
	for _, t := range e.Transcripts {
		if addr := Address(t.URL); addr != "" {
			out.Transcripts = append(out.Transcripts, transcript{addr, mediaType(t.Type), Line(t.Language), t.Captions})
		}
	}
	for _, p := range e.People {
		if name := Line(p.Name); name != "" {
			out.People = append(out.People, participant{name, Line(p.Role), Address(p.URL), Address(p.Picture)})
		}
	}
	for _, s := range e.Soundbites {
		if s.Start >= 0 && s.Duration > 0 {
			out.Soundbites = append(out.Soundbites, soundbite{s.Start.Seconds(), s.Duration.Seconds(), Line(s.Title)})
		}
	}
	return out
}

// Apple's vocabulary in RSS. Whoever uses it for one item has to name, for the whole feed, an owner with a mail address, a
// category, and whether children may listen; and only some kinds of files may be attached to that item. A channel without an
// address to write to does without it: validators would complain.

const nsITunes = "http://www.itunes.com/dtds/podcast-1.0.dtd"

// itunesChannel is what a feed with episodes says of itself.
type itunesChannel struct {
	Category *itunesCategory `xml:"itunes:category"`
	Explicit string          `xml:"itunes:explicit,omitempty"`
	Owner    *itunesOwner    `xml:"itunes:owner"`
}

type itunesCategory struct {
	Text string `xml:"text,attr"`
}

type itunesOwner struct {
	Name  string `xml:"itunes:name"`
	Email string `xml:"itunes:email"`
}

// itunesItem is what an episode says of itself.
type itunesItem struct {
	Duration string `xml:"itunes:duration,omitempty"`
	Episode  int    `xml:"itunes:episode,omitempty"`
	Season   int    `xml:"itunes:season,omitempty"`
	Kind     string `xml:"itunes:episodeType,omitempty"`
	Explicit string `xml:"itunes:explicit,omitempty"`
}

// What validators take for true and false.
const (
	yes = "yes"
	no  = "no"
)

// itunes is what RSS says of an entry that is an episode; ok is false for all others.
func (e *entry) itunes(c *channel) (out itunesItem, ok bool) {
	m := e.enclosure()
	if c.mail == "" || m == nil || m.Kind() != "audio" && m.Kind() != "video" {
		return out, false
	}
	switch path.Ext(m.URL) {
	case ".m4a", ".mp3", ".mov", ".mp4", ".m4v":
	default:
		return out, false
	}
	out.Duration = clock(m.Duration)
	if p := e.episode; p != nil {
		out.Episode, out.Season, out.Kind = p.Number, p.Season, p.Kind
		if p.Explicit {
			out.Explicit = yes
		}
	}
	return out, out != itunesItem{}
}

// itunesOf is what a feed of these episodes says of itself; nil without any.
func (c *channel) itunesOf(episodes []itunesItem) *itunesChannel {
	if len(episodes) == 0 {
		return nil
	}
	out := &itunesChannel{Category: &itunesCategory{"News"}, Explicit: no, Owner: &itunesOwner{unmarked(c.byline), c.mail}}
	for i := range episodes {
		if episodes[i].Explicit == yes {
			out.Explicit = yes
		}
	}
	return out
}

// clock is a running time as h:mm:ss, or mm:ss below an hour; "" for none.
func clock(d time.Duration) string {
	s := int64(d.Round(time.Second).Seconds())
	switch {
	case s <= 0 || s >= 100*3600:
		return ""
	case s < 3600:
		return fmt.Sprintf("%02d:%02d", s/60, s%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}
