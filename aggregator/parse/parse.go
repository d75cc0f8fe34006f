package parse

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cespare/xxhash/v2"

	"deskwire"
)

// An Input is one fetched document.
type Input struct {
	Body        []byte          // as it came, content codings undone; it is not changed, and drafts don't keep it alive
	ContentType string          // the HTTP header, "" for none
	URL         string          // where the document was found in the end; relative addresses are relative to it
	Source      deskwire.Source // its Zone, DayFirst and Language are the defaults of what the document leaves out
	Now         time.Time       // no date is later
	// Known reports whether an item with this Mark was read before. Such items are not read again: they stand in
	// Document.Skipped. nil: none is known.
	Known func(mark uint64) bool
	// Header is the Header of the source's last document; 0 for none. When this document's differs, Known is not asked.
	Header uint64
}

// A Document is what a feed said.
type Document struct {
	Format   string // "rss", "rdf", "atom" or "json"
	Version  string // as the document names it: "2.0", "1.0", "0.3", "1.1"
	Title    string // plain text
	Home     string // the page the feed belongs to; absolute http(s), or ""
	Language string // BCP 47, "" when the feed says nothing
	Hints    deskwire.Hints
	Header   uint64           // of what items inherit; never 0
	Drafts   []deskwire.Draft // in the document's order
	Skipped  []uint64         // marks of the items that Known knew, in the document's order
	// Truncated says that the document ends early. Its complete items are here. What is missing was not deleted.
	Truncated bool
	Notes     []string // what was left out, for the report; one plain line each
}

// headerVersion changes when items are to be read again although they did not change, because this package reads more.
const headerVersion = 3

// Parse reads a feed: RSS 0.9 to 2.0, RDF, Atom 0.3 and 1.0, JSON Feed 1.0 and 1.1. The error, if any, is one plain line and one
// of [ErrEmpty], [ErrWebPage], [ErrNotFeed], [ErrBroken]. Whatever the document holds, Parse does not panic, and its time and
// memory are bounded by the limits of this package.
func Parse(in Input) (doc *Document, err error) {
	defer func() {
		if r := recover(); r != nil {
			doc, err = nil, broken(r)
		}
	}()
	text := decode(in.Body, in.ContentType, in.Source.Language)
	if len(bytes.TrimSpace(text)) == 0 {
		return nil, ErrEmpty
	}
	r := newReader(in)
	if at, ok := jsonStart(text); ok {
		return r.readJSON(text[at:])
	}
	root, ok, page := findRoot(text)
	if !ok {
		text, root, ok = unwrap(text)
		page = page && !ok
	}
	if !ok {
		if at, ok := jsonAfterJunk(text); ok {
			return r.readJSON(text[at:])
		}
		if page {
			return nil, ErrWebPage
		}
		return nil, notFeed(in.Body, text)
	}
	set := settings{url: in.URL, seed: r.seed(), known: in.Known}
	scan := scanXML(text, root, set)
	if in.Header != 0 && in.Known != nil && scan.header != in.Header {
		set.known = nil
		scan = scanXML(text, root, set)
	}
	if page && len(scan.items)+len(scan.skipped) == 0 {
		return nil, ErrWebPage
	}
	return r.readXML(scan)
}

// seed begins the hash of what items inherit with what they inherit from outside the document.
func (r *reader) seed() uint64 {
	src := &r.in.Source
	return xxhash.Sum64String(strings.Join([]string{
		strconv.Itoa(headerVersion), r.in.URL, src.Language, src.Zone, strconv.FormatBool(src.DayFirst),
	}, "\x00"))
}

func addNote(notes []string, line string) []string {
	if len(notes) >= maxNotes || slices.Contains(notes, line) {
		return notes
	}
	return append(notes, line)
}
