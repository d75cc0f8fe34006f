package parse

import (
	"bytes"
	"strings"
)

// An attr is an attribute as written, without its quotes.
type attr struct{ name, value []byte }

// A tag is a start tag.
type tag struct {
	name  []byte
	attrs []attr
	empty bool // <name/>
	open  bool // the next tag begins before it ends
	binds int  // namespace declarations in it
}

// readTag reads the start tag that begins at src[at]. It is as lenient as browsers: values without quotes, attributes without
// values, anything between attributes. next is the offset after the tag, -1 when the document ends inside it.
func readTag(src []byte, at int, attrs []attr) (t tag, next int) {
	i := at + 1
	for i < len(src) && nameByte(src[i]) {
		i++
	}
	t.name = src[at+1 : i]
	t.attrs = attrs
	for i < len(src) {
		switch c := src[i]; {
		case c == '>':
			return t, i + 1
		case c == '/' && i+1 < len(src) && src[i+1] == '>':
			t.empty = true
			return t, i + 2
		case c == '<':
			t.open = true
			return t, i // a tag that was never closed: the next one begins
		case !nameStart(c):
			i++
			continue
		}
		var a attr
		if a, i = readAttr(src, i); a.name == nil {
			return t, -1
		}
		if first := a.name[0]; first >= 'A' && first <= 'Z' {
			a.name = bytes.ToLower(a.name) // HREF, Url: no name that anybody reads begins with a capital letter
		}
		if len(t.attrs) < maxPerItem && len(a.value) <= maxToken {
			t.attrs = append(t.attrs, a)
			if bytes.HasPrefix(a.name, []byte("xmlns")) {
				t.binds++
			}
		}
	}
	return t, -1
}

// readAttr reads the attribute at src[i]; its name is nil when the document ends inside it.
func readAttr(src []byte, i int) (attr, int) {
	start := i
	for i < len(src) && nameByte(src[i]) {
		i++
	}
	a := attr{name: src[start:i]}
	j := skipSpace(src, i)
	if j >= len(src) {
		return attr{}, j
	}
	if src[j] != '=' {
		return a, i
	}
	if j = skipSpace(src, j+1); j >= len(src) {
		return attr{}, j
	}
	if q := src[j]; q == '"' || q == '\'' {
		end := bytes.IndexByte(src[j+1:], q)
		if end < 0 {
			return attr{}, len(src)
		}
		a.value = src[j+1 : j+1+end]
		return a, j + 1 + end + 1
	}
	end := j
	for end < len(src) && !bytes.ContainsRune([]byte(" \t\r\n>"), rune(src[end])) {
		end++
	}
	if end > j && end < len(src) && src[end] == '>' && src[end-1] == '/' {
		end--
	}
	a.value = src[j:end]
	return a, end
}

func skipSpace(src []byte, i int) int {
	for i < len(src) && (src[i] == ' ' || src[i] == '\n' || src[i] == '\t' || src[i] == '\r') {
		i++
	}
	return i
}

func nameStart(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' || c >= 0x80 }

func nameByte(c byte) bool {
	return nameStart(c) || c >= '0' && c <= '9' || c == ':' || c == '-' || c == '.'
}

// plainName reports whether encoding/xml takes the name: ASCII, at most one colon, a letter after it.
func plainName(name []byte) bool {
	prefix, local, found := bytes.Cut(name, []byte(":"))
	if found && (len(prefix) == 0 || len(local) == 0 || !nameStart(local[0]) || bytes.IndexByte(local, ':') >= 0) {
		return false
	}
	for _, c := range name {
		if c >= 0x80 {
			return false
		}
	}
	return len(name) > 0
}

// splitName returns prefix and local name in lower case; feeds are careless about it.
func splitName(name []byte) (prefix, local string) {
	p, l, found := bytes.Cut(name, []byte(":"))
	if !found {
		return "", lower(p)
	}
	return lower(p), lower(l)
}

// lower is strings.ToLower for names, without an allocation for those that occur in every feed.
func lower(b []byte) string {
	for _, c := range b {
		if c < 'a' || c > 'z' {
			return strings.ToLower(string(b))
		}
	}
	switch string(b) {
	case "item":
		return "item"
	case "entry":
		return "entry"
	case "title":
		return "title"
	case "link":
		return "link"
	case "guid":
		return "guid"
	case "description":
		return "description"
	case "content":
		return "content"
	case "encoded":
		return "encoded"
	case "media":
		return "media"
	case "category":
		return "category"
	case "dc":
		return "dc"
	case "creator":
		return "creator"
	case "author":
		return "author"
	}
	return string(b)
}

// declarationEnd is the length of the <!...> declaration that b begins with, internal subset included, or -1. What it
// declares is ignored: entities of a document type are how parsers are made to run out of memory.
func declarationEnd(b []byte) int {
	depth, quote := 0, byte(0)
	for i, c := range b[:min(len(b), maxToken)] {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case depth > 0 && (c == '"' || c == '\''):
			quote = c
		case c == '[':
			depth++
		case c == ']':
			depth--
		case c == '>' && depth <= 0:
			return i + 1
		}
	}
	return bytes.IndexByte(b, '>') + 1
}

// emitOpen writes the start tag of one of the document's own elements under its plain name. A default namespace is not
// passed on: without one, gofeed knows every unprefixed element, whatever the feed called its vocabulary.
func (s *scanner) emitOpen(name string, t tag) {
	s.out = append(s.out, '<')
	s.out = append(s.out, name...)
	s.emitAttrs(t, true, "")
	s.out = append(s.out, '>')
}

// emitAttrs writes a tag's attributes in regular form. For the document's own elements only namespace prefixes are kept;
// the scan has read the rest. xml:base becomes absolute, because goxpp would make a relative one a folder of no host.
func (s *scanner) emitAttrs(t tag, own bool, base string) {
	for i := range t.attrs {
		a := &t.attrs[i]
		if !plainName(a.name) {
			continue
		}
		prefixed := bytes.HasPrefix(a.name, []byte("xmlns:"))
		if own && !prefixed {
			continue
		}
		if prefixed && len(bytes.TrimSpace(a.value)) == 0 {
			continue
		}
		s.out = append(s.out, ' ')
		s.out = append(s.out, a.name...)
		s.out = append(s.out, `="`...)
		if string(a.name) == "xml:base" {
			s.out = appendAttr(s.out, []byte(base))
		} else {
			s.out = appendAttr(s.out, a.value)
		}
		s.out = append(s.out, '"')
	}
}

// appendAttr writes an attribute's value so that encoding/xml takes it.
func appendAttr(out, v []byte) []byte {
	if bytes.IndexByte(v, '<') < 0 && bytes.IndexByte(v, '"') < 0 && !bytes.Contains(v, []byte("&#")) {
		return append(out, v...)
	}
	for _, c := range dropBadRefs(v) {
		switch c {
		case '<':
			out = append(out, "&lt;"...)
		case '"':
			out = append(out, "&quot;"...)
		default:
			out = append(out, c)
		}
	}
	return out
}

// appendText writes character data so that encoding/xml takes it.
func appendText(out, t []byte) []byte {
	if len(t) == 1 && t[0] == '<' {
		return append(out, "&lt;"...)
	}
	if bytes.Contains(t, []byte("&#")) {
		t = dropBadRefs(t)
	}
	for {
		i := bytes.Index(t, []byte("]]>"))
		if i < 0 {
			return append(out, t...)
		}
		out = append(out, t[:i]...)
		out = append(out, "]]&gt;"...)
		t = t[i+3:]
	}
}

// dropBadRefs removes numeric references to characters that XML forbids. It copies only when there is one.
func dropBadRefs(t []byte) []byte {
	var out []byte
	from := 0
	for i := 0; i+2 < len(t); {
		j := bytes.Index(t[i:], []byte("&#"))
		if j < 0 {
			break
		}
		i += j
		r, n := numericRef(t[i:])
		if n == 0 || legal(r) {
			i += 2
			continue
		}
		out = append(out, t[from:i]...)
		i += n
		from = i
	}
	if from == 0 {
		return t
	}
	return append(out, t[from:]...)
}

// numericRef reads the numeric reference that t begins with. n is its length, 0 when it is none.
func numericRef(t []byte) (r rune, n int) {
	i, base := 2, rune(10)
	if len(t) > 2 && t[2]|0x20 == 'x' {
		i, base = 3, 16
	}
	start := i
	for ; i < len(t); i++ {
		d := rune(0)
		switch c := t[i]; {
		case c >= '0' && c <= '9':
			d = rune(c - '0')
		case base == 16 && c|0x20 >= 'a' && c|0x20 <= 'f':
			d = rune(c|0x20-'a') + 10
		default:
			d = -1
		}
		if d < 0 {
			break
		}
		r = min(r*base+d, 0x110000)
	}
	if i == start {
		return 0, 0
	}
	if i < len(t) && t[i] == ';' {
		i++
	}
	return r, i
}

// legal reports whether XML 1.0 §2.2 allows the character.
func legal(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' || r >= 0x20 && r <= 0xd7ff || r >= 0xe000 && r <= 0xfffd || r >= 0x10000 && r <= 0x10ffff
}
