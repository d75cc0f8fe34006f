package deskwire

import "time"

// An Edition is the items of a channel at one moment. It is a function of stored facts and decisions and holds nothing else:
// no time of making, no counter. Two editions of the same facts are equal and render to the same bytes.
type Edition struct {
	Channel Channel
	// Updated is the newest of the shown items' and of the decisions that changed the set; the channel's creation when it
	// shows nothing.
	Updated time.Time
	Items   []Item // in the order of feeds: newest place first, unless the channel's policy has another
	// Retracted are the items that were published here and killed since, the newest kill first. Feeds say so in addition to
	// the limit; pages leave them out.
	Retracted []Retraction
	// Page is which archive page this is, the zero page where it is what readers subscribe to. Older and Newer are the pages
	// beside it in the chain that begins there; zero is none.
	Page, Older, Newer ArchivePage
}

// An Item is one place in an edition: a story, shown once.
type Item struct {
	ID        ID        // of the story, or of the article where each has an item; readers know the item by it
	Story     ID        // that it shows
	Article   Article   // the lead, in the editor's words and within its source's rights
	Body      string    // clean HTML; "" where policy or rights allow none, or before it was loaded
	WantsBody bool      // policy and rights allow the body
	Wordy     bool      // they allow no pictures: those in the body are left out, too
	Source    Source    // the lead's
	Carriers  []Carrier // the story's other articles
	Related   []Related // stories that cover the same event, newest first
	// Corrections are what editors corrected in the article, the newest first.
	Corrections []Correction
	// Recalled says that the item had left the channel's limits and stands here once more, in addition to them, because it was
	// corrected, or that or a kill was taken back: who read it does not look into archives again.
	Recalled  bool
	Copy      bool // the story has another item, by its lead
	Placed    time.Time
	Published time.Time
	Updated   time.Time // never before Published
	Pinned    bool
	Cuts      []string // what policy or rights took away, in words, for `why`
}

// MaxRelated is how many related stories an item names: more is a search, not a hint.
const MaxRelated = 5

// A Related is another story about the same event.
type Related struct {
	Story     ID
	Title     string // of its lead, in the editor's words
	Source    string // the lead's, for readers
	Link      string
	Published time.Time
}

// A Carrier is another source's article of the same story.
type Carrier struct {
	Article ID
	Source  string // name
	Title   string // the source's, for readers
	Link    string
}
