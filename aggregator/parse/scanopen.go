package parse

import (
	"bytes"
	"strings"
)

// startTag reads the tag at pos.
func (s *scanner) startTag() bool {
	at := s.pos
	t, next := readTag(s.src, at, s.attrs[:0])
	s.attrs = t.attrs
	if next < 0 {
		return false
	}
	s.pos = next
	if len(t.name) > maxName || next-at > maxToken {
		return true // no element that anybody needs
	}
	s.open(at, t)
	return true
}

// open decides what an element is by where it stands.
func (s *scanner) open(at int, t tag) {
	prefix, local := splitName(t.name)
	if len(s.stack) == 0 {
		s.openRoot(at, t, local)
		return
	}
	s.bind(t)
	space := s.spaceOf(prefix, t)
	top := &s.stack[len(s.stack)-1]
	if isItem(s.doc.format, space, local) || space == "" && (local == "item" || local == "entry") && !s.itemOpen() {
		for top.kind != frameChannel && top.kind != frameRoot && s.mayClose() {
			s.close() // an item inside an item or a field: those were never closed
			top = &s.stack[len(s.stack)-1]
		}
		if top.kind == frameRoot || top.kind == frameChannel {
			s.openItem(at, t)
			return
		}
	}
	if s.inTitle() && (t.open || len(t.name) == 1 && !htmlName(local)) {
		s.text([]byte("<")) // "if a<b then", "x <y> z": no tag
		s.pos = at + 1
		return
	}
	if s.endsField(space, local) {
		s.close()
		top = &s.stack[len(s.stack)-1]
	}
	switch {
	case top.kind == frameDrop:
		s.push(frame{name: t.name, kind: frameDrop, base: top.base, spans: -1}, t)
	case top.kind == frameRoot && s.doc.format != "atom" && local == "channel":
		s.ensureChannel()
		s.hashTag(at)
		s.push(frame{name: t.name, kind: frameChannel, base: s.baseOf(t, top.base), spans: -1}, t)
	case top.kind == frameItem && s.lifts(space, local, t):
		s.lift(space, local, t, top.base)
	default:
		s.openField(at, t, space, local, top)
	}
}

// inTitle reports whether the open element is an item's or the feed's own title, which holds no elements but HTML's.
func (s *scanner) inTitle() bool {
	f := &s.stack[len(s.stack)-1]
	return f.kind == frameField && bytes.EqualFold(f.name[f.cut:], []byte("title"))
}

// mayClose reports whether the open element is one that an item's tag may close: anything outside an item, since feeds leave
// elements of their head open and news must not vanish in them; inside one, the item and its fields, but nothing that is
// left out, which may hold items of its own.
func (s *scanner) mayClose() bool {
	return s.stack[len(s.stack)-1].kind != frameDrop || !s.itemOpen()
}

// endsField reports whether a tag is one that can not stand inside the field that is open, because both are an item's own
// and neither holds elements: that field was never closed.
func (s *scanner) endsField(space, local string) bool {
	n := len(s.stack)
	if n < 2 || space != "" || s.stack[n-2].kind != frameItem || s.stack[n-1].kind == frameItem || !simpleField(local) {
		return false
	}
	prefix, open := splitName(s.stack[n-1].name)
	return prefix == "" && simpleField(open)
}

func (s *scanner) openRoot(at int, t tag, local string) {
	s.bind(t)
	d := &s.doc
	prefix, _ := splitName(t.name)
	def := ""
	for i := range t.attrs {
		a := &t.attrs[i]
		switch string(a.name) {
		case "version":
			d.version = attrText(a.value)
		case "xml:lang", "lang":
			d.language = attrText(a.value)
		case "xmlns":
			def = attrText(a.value)
		}
	}
	if prefix != "" {
		def = s.spaces["uri:"+prefix]
	}
	d.base = s.baseOf(t, "")
	s.hashTag(at)
	switch local {
	case "feed":
		d.format = "atom"
		d.version = atomVersion(d.version, def)
		s.emitOpen("feed", t)
	case "rdf":
		d.format = "rdf"
		d.version = "1.0"
		if strings.Contains(string(s.src[at:s.pos]), "netscape.com/rdf") {
			d.version = "0.9"
		}
		s.emitOpen("rdf", t)
	default:
		d.format = "rss"
		s.emitOpen("rss", t)
	}
	s.elements++
	s.push(frame{name: t.name, kind: frameRoot, base: d.base, spans: -1}, t)
	if local == "channel" && len(s.stack) > 0 {
		s.ensureChannel()
		s.stack[0].kind = frameChannel
	}
}

// another goes on with a feed that follows the end of the first in one document, as programs leave them that join feeds or write
// one twice.
func (s *scanner) another() bool {
	if s.roots++; s.roots >= maxRoots || len(bytes.TrimSpace(s.src[s.pos:])) == 0 {
		return false
	}
	at, ok, _ := findRoot(s.src[s.pos:])
	if !ok {
		return false
	}
	at += s.pos
	t, next := readTag(s.src, at, s.attrs[:0])
	if _, local := splitName(t.name); next < 0 || (local == "feed") != (s.doc.format == "atom") {
		return false
	}
	s.pos = next
	s.bind(t)
	s.hashTag(at)
	s.note("another feed follows the first in one document: its items were read too")
	s.push(frame{name: t.name, kind: frameRoot, base: s.baseOf(t, ""), spans: -1}, t)
	return true
}

func atomVersion(version, space string) string {
	switch {
	case version != "":
		return version
	case space == "http://purl.org/atom/ns#":
		return "0.3"
	}
	return "1.0"
}

// ensureChannel opens the one channel of the document that gofeed sees. Items of RSS 1.0 stand outside the channel and some
// feeds have several; one channel that holds everything keeps the order of the document.
func (s *scanner) ensureChannel() {
	if !s.channel && s.doc.format != "atom" {
		s.out = append(s.out, "<channel>"...)
		s.channel = true
	}
}

func (s *scanner) openItem(at int, t tag) {
	top := &s.stack[len(s.stack)-1]
	if s.seen++; s.seen > maxItems {
		s.note("more than 2,000 items: the rest was left out")
		s.full = true
		return
	}
	s.ensureChannel()
	s.itemSrc, s.itemOut, s.itemLift, s.perItem = at, len(s.out), len(s.doc.lifted), 0
	s.current = item{base: s.baseOf(t, top.base)}
	for i := range t.attrs {
		a := &t.attrs[i]
		_, local := splitName(a.name)
		switch {
		case string(a.name) == "xml:lang":
			s.current.lang = attrText(a.value)
		case local == "about", local == "href": // the latter is CDF's
			s.current.about = strings.TrimSpace(attrText(a.value))
		}
	}
	name := "item"
	if s.doc.format == "atom" {
		name = "entry"
	}
	s.emitOpen(name, t)
	s.elements++
	s.push(frame{name: t.name, kind: frameItem, base: s.current.base, spans: -1}, t)
}

// openField passes an element on to gofeed unless nothing reads it or a limit is reached.
func (s *scanner) openField(at int, t tag, space, local string, top *frame) {
	f := frame{name: t.name, kind: frameField, date: isDate(local), base: s.baseOf(t, top.base), spans: -1}
	inItem := s.itemOpen()
	switch {
	case !readable(space, local), s.roots > 0 && !inItem: // of feeds in a row, the first one's head counts
		f.kind = frameDrop
	case len(s.stack) >= maxDepth:
		s.note("elements nested more than 128 deep were left out")
		f.kind = frameDrop
	case s.binds > maxNamespaces:
		s.note("more than 128 namespaces: the elements that declare more were left out")
		f.kind = frameDrop
	case s.elements >= maxElements, s.attributes+len(t.attrs) > maxAttributes:
		s.note("more than 50,000 elements or 100,000 attributes: the rest was left out")
		f.kind = frameDrop
	case inItem && s.perItem >= maxPerItem:
		s.note("an item of more than 500 elements: its rest was left out")
		f.kind = frameDrop
	case space != "" && s.extensions >= maxExtensions:
		s.note("more than 24,000 extension elements: the rest was left out")
		f.kind = frameDrop
	}
	if f.kind == frameField {
		if top.kind == frameRoot || top.kind == frameChannel {
			s.ensureChannel()
			if inherited(space, local) {
				f.spans = at
			}
		}
		s.elements++
		s.perItem++
		s.attributes += len(t.attrs)
		if space != "" {
			s.extensions++
		}
		if space == "" {
			// The feed's own vocabulary under a prefix of its own: gofeed knows it by its plain names.
			f.cut = bytes.IndexByte(t.name, ':') + 1
		}
		if i := bytes.IndexByte(t.name, ':') + 1; i < len(t.name) && t.name[i] >= 'A' && t.name[i] <= 'Z' {
			t.name = bytes.ToLower(t.name) // dc:Date: no name that anybody reads begins with a capital letter
			f.name = t.name
		}
		s.out = append(s.out, '<')
		s.out = append(s.out, t.name[f.cut:]...)
		s.emitAttrs(t, false, f.base)
		s.out = append(s.out, '>')
		f.outAt = len(s.out)
	}
	s.push(f, t)
}

func isDate(local string) bool {
	switch local {
	case "pubdate", "published", "updated", "issued", "modified", "created", "date", "lastbuilddate":
		return true
	}
	return false
}

func (s *scanner) itemOpen() bool {
	for i := len(s.stack) - 1; i >= 0; i-- {
		if s.stack[i].kind == frameItem {
			return true
		}
	}
	return false
}
