package deskwire

import (
	"slices"
	"strings"
	"time"
)

// A Channel is a desk or a topic: something readers subscribe to.
type Channel struct {
	Kind        ChannelKind
	Name        string // in addresses: lower-case letters, digits and hyphens
	Title       string
	Description string
	Language    string   // BCP 47
	Was         []string // names it had before: their addresses redirect here
	Face        Face
	Take, Drop  []Rule
	Prefer      []string // sources whose articles lead stories here, the most preferred first
	Policy      Policy
	Outputs     []Output // beside its page and its three feeds
}

// Takes reports whether the channel's rules would take anything of a source: whether one of them names it, its list, or no
// source at all.
func (c *Channel) Takes(source string) bool {
	list, _, _ := strings.Cut(source, "/")
	return slices.ContainsFunc(c.Take, func(r Rule) bool {
		return len(r.Sources) == 0 || slices.Contains(r.Sources, source) || slices.Contains(r.Sources, list)
	})
}

// ChannelKind is "desk" or "topic".
type ChannelKind string

const (
	Desk  ChannelKind = "desk"
	Topic ChannelKind = "topic"
)

// Key names the channel in the store, in commands and in logs: "desk/world", "topic/nato".
func (c *Channel) Key() string { return string(c.Kind) + "/" + c.Name }

// Path is the channel's address below the site's root, with both slashes: "/desks/world/".
func (c *Channel) Path() string { return "/" + string(c.Kind) + "s/" + c.Name + "/" }

// A Face is how a channel presents the people behind it.
type Face struct {
	Byline  string // "The World desk"
	Bio     string
	Picture string // absolute address
	Contact string // mail address or absolute address
}

// A Rule is one entry of what a channel takes or drops. All its conditions must hold; entries are alternatives and have no
// order. A rule without any condition matches nothing and is refused by the configuration.
type Rule struct {
	Sources    []string // any of these sources
	Topics     []string // filed under any of these topics
	Categories []string // any category, case folded
	Languages  []string // any, by primary subtag
	Words      []string // any phrase of whole words, case folded and NFKC; a final * is any ending
	In         []string // where Words look: "title", "summary", "body"; title and summary when empty
	When       string   // an expression over the article
	Line       int      // in the configuration, for messages and for `why`
}

// A Policy is how much of its stories a channel shows.
type Policy struct {
	Limit      int           // most items
	MaxAge     time.Duration // by Placed; 0 is any age
	Content    Content
	Pictures   bool
	PerSource  int        // most items of one source; 0 is any number
	Duplicates Duplicates // of stories that several carry
	Tombstones bool       // Atom names what was killed as deleted, too (RFC 6721)
	Order      Order      // of the items in feeds; which items these are is decided by their places
	Link       Link       // where the items of feeds lead
	Footer     string     // plain text with placeholders below each body in feeds; see [CheckFooter]
}

// Order is how the items of a feed follow each other.
type Order string

const (
	OrderPlaced    Order = "placed"    // newest place first, as on pages; also what "" means
	OrderPublished Order = "published" // the source's date, newest first
	OrderUpdated   Order = "updated"   // last changed first
)

// Link is where the items of a feed lead.
type Link string

const (
	LinkOrigin Link = "origin" // to the article at its source; also what "" means
	LinkPage   Link = "page"   // to the story's page on our own site
)

// Duplicates says what becomes of a story that several carry.
type Duplicates string

const (
	DuplicatesCollapse Duplicates = "collapse" // one item, the others named as carriers; also what "" means
	DuplicatesMark     Duplicates = "mark"     // an item each, those that do not lead marked as copies
	DuplicatesShow     Duplicates = "show"     // an item each
)

// Content is how much of an item a feed carries. Rights may allow less.
type Content string

const (
	ContentFull    Content = "full"
	ContentSummary Content = "summary"
	ContentTitle   Content = "title"
)
