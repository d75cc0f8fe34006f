package parse

import (
	"bytes"
	"net/url"
	"strconv"
	"strings"

	"github.com/mmcdole/gofeed/atom"
	"github.com/mmcdole/gofeed/rss"

	"deskwire"
)

// A reader maps one document's fields to drafts.
type reader struct {
	in    Input
	doc   *Document
	scan  *scanned
	dates dateReader
	bases map[string]*url.URL
	clean cleaner
	mute  int // items that say nothing

	weight int // of the drafts
}

func newReader(in Input) *reader {
	return &reader{in: in, doc: &Document{}, dates: newDateReader(in.Source, in.Now), bases: map[string]*url.URL{}}
}

// readXML has gofeed read what the scan left and maps it.
func (r *reader) readXML(scan *scanned) (*Document, error) {
	r.scan = scan
	d := r.doc
	d.Format, d.Version, d.Header = scan.format, scan.version, scan.header
	d.Skipped, d.Truncated, d.Notes = scan.skipped, scan.truncated, scan.notes
	d.Language = language(scan.language)
	if scan.format == "atom" {
		feed, err := (&atom.Parser{}).Parse(bytes.NewReader(scan.xml))
		if err != nil {
			return nil, broken(err)
		}
		r.atomFeed(feed)
	} else {
		feed, err := (&rss.Parser{}).Parse(bytes.NewReader(scan.xml))
		if err != nil {
			return nil, broken(err)
		}
		r.rssFeed(feed)
	}
	return r.done(), nil
}

// add finishes a draft and keeps it.
func (r *reader) add(p *piece) {
	if r.weight > maxArticles {
		r.note("more than 8 MB of articles: the rest was left out")
		return
	}
	draft, ok := r.finish(p)
	if !ok {
		r.mute++
		return
	}
	r.weight += weight(&draft)
	r.doc.Drafts = append(r.doc.Drafts, draft)
}

// note records what was left out, once.
func (r *reader) note(line string) { r.doc.Notes = addNote(r.doc.Notes, line) }

// done says what was left out on the way.
func (r *reader) done() *Document {
	if r.mute > 0 {
		r.doc.Notes = addNote(r.doc.Notes, "left out for having neither title, text, link, picture nor id: "+strconv.Itoa(r.mute))
	}
	return r.doc
}

// lifted is the text that a mark of the scan stands for; nil for anything else.
func (r *reader) lifted(s string) *lift {
	digits, ok := strings.CutPrefix(s, liftMark)
	if !ok {
		return nil
	}
	n, err := strconv.Atoi(digits)
	if err != nil || n < 0 || n >= len(r.scan.lifted) {
		return nil
	}
	return &r.scan.lifted[n]
}

// base is the parsed form of an address that others are relative to; "" is the document's own.
func (r *reader) base(addr string) *url.URL {
	if addr == "" {
		addr = r.in.URL
	}
	if u, ok := r.bases[addr]; ok {
		return u
	}
	u, err := url.Parse(addr)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		u = nil
	}
	r.bases[addr] = u
	return u
}

// A piece is one item on its way from gofeed's fields to a draft: strings as the feed wrote them.
type piece struct {
	item      item
	guid      string
	permalink bool     // the guid may be the item's address
	links     []string // in order of preference
	title     string
	summary   *markup // the teaser; nil for none
	body      *markup // the text; nil for none
	published string  // raw dates
	updated   string
	authors   []deskwire.Author // as far as the format keeps name, address and mail apart
	bylines   []string          // free text
	subjects  []string
	lang      string
	rights    string
	comments  string
	credits   []string // texts that may name an agency
	via       deskwire.Via
	media     []deskwire.Media
	episode   *deskwire.Episode
}

// A markup is a text with what it is.
type markup struct {
	text  []byte
	plain bool   // plain text, not HTML
	base  string // of its addresses
}
