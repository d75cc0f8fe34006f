package parse

import (
	"bytes"

	"github.com/cespare/xxhash/v2"
)

// A scanned is a document after the scan: what gofeed is to read, and what was noted about it on the way.
type scanned struct {
	podcast   string // the prefix of Podcasting 2.0 here, which gofeed does not know; "" for none
	format    string // "rss", "rdf" or "atom"
	version   string
	xml       []byte // regular XML for gofeed
	lifted    []lift // the texts that its marks stand for
	items     []item // of xml, in order
	skipped   []uint64
	header    uint64
	language  string // xml:lang of the root
	base      string // of the root; absolute, or ""
	truncated bool
	notes     []string
}

// An item is what the scan noted about one item.
type item struct {
	mark  uint64
	base  string // what its relative addresses are relative to; absolute, or ""
	lang  string
	about string // rdf:about
}

// A lift is a text that was taken out of gofeed's way.
type lift struct {
	raw        []byte // as it stands between the tags
	kind, mode string // the attributes type and mode, lower case
	src        string
	base       string
}

// settings are what a scan depends on besides the document.
type settings struct {
	url   string
	seed  uint64 // of the header's hash
	known func(uint64) bool
}

type frameKind uint8

const (
	frameRoot frameKind = iota
	frameChannel
	frameItem
	frameField // anything inside the feed or an item that gofeed is given
	frameDrop  // anything it is not given
)

// A frame is an open element.
type frame struct {
	name  []byte // as written
	kind  frameKind
	outAt int  // where a field's content begins in out
	date  bool // a field that gofeed tries all its layouts on, each of which makes a copy
	base  string
	cut   int // how much of the name is a prefix that gofeed is not shown
	spans int // where the element begins in the source, for fields that items inherit; else -1
	binds int // namespace bindings made by it
}

// A scanner walks the bytes of an XML document once.
type scanner struct {
	settings
	src    []byte
	pos    int
	out    []byte
	stack  []frame
	spaces map[string]string // prefix -> vocabulary
	binds  int               // namespace bindings in scope

	doc     scanned
	hash    *xxhash.Digest
	channel bool // the channel is open in out

	itemSrc, itemOut, itemLift int // where the open item begins
	current                    item

	elements, attributes, extensions, perItem int
	seen                                      int // items, cut out ones included
	attrs                                     []attr
	roots                                     int
	full                                      bool // an item too many: the rest is not read

	sectionEnd, commentEnd finder // inside lifted texts
}

// scanXML reads src, which is valid UTF-8 whose root element begins at root.
func scanXML(src []byte, root int, set settings) *scanned {
	s := newScanner(src, set)
	s.pos = root
	s.hash, s.spaces = xxhash.NewWithSeed(set.seed), map[string]string{}
	s.out = make([]byte, 0, 4096+len(src)/8)
	for !s.full && s.pos < len(src) {
		if len(s.stack) == 0 && s.doc.format != "" && !s.another() {
			break
		}
		lt := bytes.IndexByte(src[s.pos:], '<')
		if lt < 0 {
			break
		}
		if lt > 0 {
			s.text(src[s.pos : s.pos+lt])
			s.pos += lt
		}
		if !s.markup() {
			s.doc.truncated = true
			break
		}
	}
	s.finish()
	return &s.doc
}

func newScanner(src []byte, set settings) *scanner {
	return &scanner{
		settings: set, src: src,
		sectionEnd: finder{what: []byte("]]>")}, commentEnd: finder{what: []byte("-->")},
	}
}

// text passes character data on where gofeed reads any: inside a field.
func (s *scanner) text(t []byte) {
	if n := len(s.stack); n > 0 && s.stack[n-1].kind == frameField {
		s.out = appendText(s.out, s.fitting(t))
	}
}

// fitting is as much of a text as the open field has room for, whatever pieces it comes in.
func (s *scanner) fitting(t []byte) []byte {
	f := &s.stack[len(s.stack)-1]
	room := maxToken
	if f.date {
		room = maxDate + 1
	}
	if room -= len(s.out) - f.outAt; len(t) > room {
		if !f.date {
			s.note(textCut)
		}
		t = cutText(t, max(room, 0))
	}
	return t
}

// markup reads what begins with the '<' at pos. It reports false when the document ends inside it.
func (s *scanner) markup() bool {
	rest := s.src[s.pos:]
	if len(rest) < 2 {
		return false
	}
	switch c := rest[1]; {
	case c == '/':
		return s.endTag()
	case c == '?':
		return s.skipTo("?>", 2)
	case bytes.HasPrefix(rest, []byte("<!--")):
		return s.skipTo("-->", 4)
	case bytes.HasPrefix(rest, []byte("<![CDATA[")):
		return s.cdata()
	case c == '!':
		return s.skipTo(">", 2)
	case nameStart(c):
		return s.startTag()
	}
	// A bare '<' in text.
	s.text(rest[:1])
	s.pos++
	return true
}

func (s *scanner) skipTo(end string, from int) bool {
	i := bytes.Index(s.src[s.pos+from:], []byte(end))
	if i < 0 {
		return false
	}
	s.pos += from + i + len(end)
	return true
}

func (s *scanner) cdata() bool {
	var name []byte
	field := false
	if n := len(s.stack); n > 0 {
		name, field = s.stack[n-1].name, s.stack[n-1].kind == frameField
	}
	end, next := s.section(s.pos, name)
	if end < 0 {
		return false
	}
	if field {
		// Written as a section again: gofeed takes it word for word.
		text := s.fitting(s.src[s.pos+9 : end])
		s.out = append(s.out, "<![CDATA["...)
		s.out = append(s.out, text...)
		s.out = append(s.out, "]]>"...)
	}
	s.pos = next
	return true
}

// section finds the end of the section at i inside the element of that name: end is where its text ends, next where reading goes
// on, both -1 when the document ends first. A section that never ends, or that another one begins inside of, was never closed:
// it ends at the element's end tag.
func (s *scanner) section(i int, name []byte) (end, next int) {
	start := i + 9
	end = s.sectionEnd.after(s.src, start)
	unclosed := len(s.src) - start
	if end >= 0 {
		unclosed = bytes.Index(s.src[start:min(end, start+maxToken)], []byte("<![CDATA["))
	}
	if unclosed >= 0 && len(name) > 0 {
		if tag := bytes.Index(s.src[start:start+unclosed], append([]byte("</"), name...)); tag >= 0 {
			return start + tag, start + tag
		}
	}
	if end < 0 {
		return -1, -1
	}
	return end, end + 3
}

// push opens a frame, and closes it at once for an empty-element tag. What is dropped is not followed for ever: every end tag
// looks at the open elements.
func (s *scanner) push(f frame, t tag) {
	if f.kind == frameDrop && len(s.stack) > maxDepth+maxDropped {
		s.binds -= t.binds
		return
	}
	f.binds = t.binds
	s.stack = append(s.stack, f)
	if t.empty {
		s.close()
	}
}

// close ends the innermost open element at pos.
func (s *scanner) close() { s.closeAt(s.pos) }

func (s *scanner) closeAt(end int) {
	f := s.stack[len(s.stack)-1]
	s.stack = s.stack[:len(s.stack)-1]
	s.binds -= f.binds
	switch f.kind {
	case frameField:
		s.out = append(s.out, "</"...)
		s.out = append(s.out, f.name[f.cut:]...)
		s.out = append(s.out, '>')
		if f.spans >= 0 {
			s.hash.Write(s.src[f.spans:end])
		}
	case frameItem:
		if s.doc.format == "atom" {
			s.out = append(s.out, "</entry>"...)
		} else {
			s.out = append(s.out, "</item>"...)
		}
		s.closeItem(end)
	}
}

// closeItem ends the open item: its bytes are hashed, and it leaves again when it is known. end is the offset after it.
func (s *scanner) closeItem(end int) {
	s.current.mark = max(xxhash.Sum64(s.src[s.itemSrc:end]), 1)
	if s.known != nil && s.known(s.current.mark) {
		s.doc.skipped = append(s.doc.skipped, s.current.mark)
		s.dropItem()
		return
	}
	s.doc.items = append(s.doc.items, s.current)
}

func (s *scanner) dropItem() {
	s.out = s.out[:s.itemOut]
	s.doc.lifted = s.doc.lifted[:s.itemLift]
	s.elements -= s.perItem
}

// endTag closes the innermost open element of that name and everything inside it. A tag that closes nothing is dropped.
func (s *scanner) endTag() bool {
	gt := bytes.IndexByte(s.src[s.pos:], '>')
	if gt < 0 {
		return false
	}
	at := s.pos
	name := bytes.TrimRight(s.src[at+2:at+gt], " \t\r\n/")
	s.pos = at + gt + 1
	for i := len(s.stack) - 1; i >= 0; i-- {
		if open := s.stack[i].name; len(open) != len(name) || !bytes.EqualFold(open, name) {
			if s.stack[i].kind == frameItem && !structural(name) {
				return true // only the feed's own elements close an item from inside
			}
			continue
		}
		for len(s.stack) > i+1 {
			s.closeAt(at)
		}
		s.close()
		return true
	}
	return true
}

// finish closes what is open. An item that the document ends in is not complete and goes.
func (s *scanner) finish() {
	if len(s.stack) > 0 && !s.full {
		s.doc.truncated = true
	}
	for len(s.stack) > 0 {
		f := &s.stack[len(s.stack)-1]
		if f.kind == frameItem {
			s.dropItem()
			s.stack = s.stack[:len(s.stack)-1]
			continue
		}
		f.spans = -1
		s.close()
	}
	if s.channel {
		s.out = append(s.out, "</channel>"...)
	}
	root := map[string]string{"atom": "</feed>", "rdf": "</rdf>", "rss": "</rss>"}[s.doc.format]
	s.out = append(s.out, root...)
	s.doc.xml = s.out
	s.doc.header = max(s.hash.Sum64(), 1)
}

func (s *scanner) hashTag(at int) { s.hash.Write(s.src[at:s.pos]) }

// note records what was left out, once.
func (s *scanner) note(line string) { s.doc.notes = addNote(s.doc.notes, line) }
