package parse

import (
	"bytes"
	"strconv"
	"strings"
)

// liftMark begins what stands in gofeed's document for a lifted text. It is a private use character; a feed that writes it
// itself can at most show one of its own texts twice.
const liftMark = "\uE000"

// lifts reports whether an item's child is a long text.
func (s *scanner) lifts(space, local string, t tag) bool {
	if t.empty {
		return false
	}
	switch space {
	case "":
		if s.doc.format == "atom" {
			return local == "content" || local == "summary"
		}
		switch local {
		case "description", "encoded", "content", "body", "fulltext", "full-text":
			return true
		}
	case "content":
		return local == "encoded"
	case "xhtml":
		return local == "body" || local == "div"
	case "atom":
		return local == "content" || local == "summary"
	case "yandex":
		return local == "full-text"
	}
	return false
}

// lift takes the text of the element whose start tag was just read, and its end tag.
func (s *scanner) lift(space, local string, t tag, base string) {
	start := s.pos
	end, next := s.textEnd(start, t.name)
	if end < 0 {
		s.pos = len(s.src) // the document ends inside the item
		return
	}
	l := lift{raw: s.src[start:end], base: s.baseOf(t, base)}
	for i := range t.attrs {
		a := &t.attrs[i]
		switch string(a.name) {
		case "type":
			l.kind = strings.ToLower(strings.TrimSpace(attrText(a.value)))
		case "mode":
			l.mode = strings.ToLower(strings.TrimSpace(attrText(a.value)))
		case "src":
			l.src = attrText(a.value)
		}
	}
	if space == "xhtml" {
		l.kind = "xhtml"
	}
	if len(l.raw) > maxBody {
		l.raw = cutToken(l.raw)
		s.note(textCut)
	}
	s.pos = next
	s.binds -= t.binds
	s.elements++
	s.perItem++
	if s.perItem > maxPerItem || s.elements > maxElements {
		return
	}
	name := s.liftName(space, local)
	s.out = append(s.out, '<')
	s.out = append(s.out, name...)
	s.out = append(s.out, '>')
	s.out = append(s.out, liftMark...)
	s.out = strconv.AppendInt(s.out, int64(len(s.doc.lifted)), 10)
	s.out = append(s.out, "</"...)
	s.out = append(s.out, name...)
	s.out = append(s.out, '>')
	s.doc.lifted = append(s.doc.lifted, l)
}

// liftName is the element that a lifted text's mark travels in. Texts of foreign vocabularies travel as elements without a
// namespace, which gofeed keeps under their names.
func (s *scanner) liftName(space, local string) string {
	switch {
	case s.doc.format == "atom" && space == "":
		return local
	case space == "" && (local == "description"):
		return local
	case local == "encoded":
		return "content:encoded"
	case space == "atom" && local == "summary":
		return "dw-summary"
	}
	return "dw-body"
}

// textEnd finds the end tag of the element whose text begins at start: end is where the tag begins, next where it ends, both
// -1 when the document ends first. Sections and comments are stepped over; elements of the same name are counted.
func (s *scanner) textEnd(start int, name []byte) (end, next int) {
	src, depth := s.src, 0
	read := start // what is before it was read as a start tag: a tag inside another one's values is none
	for i := start; ; {
		lt := bytes.IndexByte(src[i:], '<')
		if lt < 0 || i+lt+1 >= len(src) {
			return -1, -1
		}
		i += lt
		switch c := src[i+1]; {
		case c == '!':
			i = s.stepOver(i, name)
			if i < 0 {
				return -1, -1
			}
		case c == '/':
			if !hasName(src[i+2:], name) {
				i += 2
				continue
			}
			gt := bytes.IndexByte(src[i:], '>')
			if gt < 0 {
				return -1, -1
			}
			if depth == 0 {
				return i, i + gt + 1
			}
			depth--
			i += gt + 1
		default:
			if i >= read && depth < maxLiftDepth && hasName(src[i+1:], name) {
				t, n := readTag(src, i, nil)
				if n > 0 && !t.empty {
					depth++
				}
				if read = n; n < 0 {
					read = len(src)
				}
			}
			i++
		}
	}
}

// stepOver returns the offset after the section or comment at i, or -1 at the end of the document.
func (s *scanner) stepOver(i int, name []byte) int {
	rest := s.src[i:]
	switch {
	case bytes.HasPrefix(rest, []byte("<![CDATA[")):
		_, next := s.section(i, name)
		return next
	case bytes.HasPrefix(rest, []byte("<!--")):
		if end := s.commentEnd.after(s.src, i+4); end >= 0 {
			return end + 3
		}
	}
	return i + 2
}

// A finder finds the next place of a string in one text, for offsets that ascend. It remembers the last answer: a text full of
// beginnings whose end is far away, or nowhere, is searched once.
type finder struct {
	what     []byte
	from, at int // what is at at, and nowhere in [from, at); -1: nowhere after from
	asked    bool
}

func (f *finder) after(src []byte, i int) int {
	if !f.asked || i < f.from || f.at >= 0 && f.at < i {
		f.asked, f.from, f.at = true, i, bytes.Index(src[i:], f.what)
		if f.at >= 0 {
			f.at += i
		}
	}
	return f.at
}

// hasName reports whether b begins with the whole name.
func hasName(b, name []byte) bool {
	return len(b) > len(name) && bytes.EqualFold(b[:len(name)], name) && !nameByte(b[len(name)])
}

// cutToken cuts a text to maxToken at a character's boundary.
func cutToken(t []byte) []byte { return cutText(t, maxToken) }

// cutText cuts a text to at most n bytes at a character's boundary.
func cutText(t []byte, n int) []byte {
	if len(t) <= n {
		return t
	}
	for n > 0 && t[n]&0xc0 == 0x80 {
		n--
	}
	return t[:n]
}
