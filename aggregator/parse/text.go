package parse

import (
	"bytes"
	"html"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// entityWindow is how far after an ampersand the semicolon of a reference may stand: the longest name has 31 letters.
const entityWindow = 34

// appendDecoded appends t with its character references resolved. Only references that end in a semicolon count, so that
// "&copy=2" in an address stays what it is; what is unknown stays as written; references to forbidden characters go.
func appendDecoded(out, t []byte) []byte {
	for {
		i := bytes.IndexByte(t, '&')
		if i < 0 {
			return append(out, t...)
		}
		out = append(out, t[:i]...)
		t = t[i:]
		n := 0
		out, n = appendRef(out, t)
		t = t[n:]
	}
}

// appendRef appends what the reference that t begins with means and returns its length; a lone ampersand means itself.
func appendRef(out, t []byte) ([]byte, int) {
	switch {
	case bytes.HasPrefix(t, []byte("&lt;")):
		return append(out, '<'), 4
	case bytes.HasPrefix(t, []byte("&gt;")):
		return append(out, '>'), 4
	case bytes.HasPrefix(t, []byte("&amp;")):
		return append(out, '&'), 5
	case bytes.HasPrefix(t, []byte("&quot;")):
		return append(out, '"'), 6
	case bytes.HasPrefix(t, []byte("&#")):
		r, n := numericRef(t)
		if n == 0 || t[n-1] != ';' {
			return append(out, '&'), 1
		}
		if r >= 0x80 && r < 0xa0 {
			r = windows1252(byte(r)) // as HTML has it
		}
		if legal(r) {
			out = utf8.AppendRune(out, r)
		}
		return out, n
	}
	end := bytes.IndexByte(t[:min(len(t), entityWindow)], ';')
	if end < 2 || bytes.IndexByte(t[1:end], '&') >= 0 {
		return append(out, '&'), 1
	}
	name := string(t[:end+1])
	if text := html.UnescapeString(name); text != name && !strings.HasSuffix(text, ";") {
		return append(out, text...), end + 1
	}
	return append(out, '&'), 1
}

// attrText is the value of an attribute.
func attrText(v []byte) string {
	if bytes.IndexByte(v, '&') < 0 {
		return string(v)
	}
	return string(appendDecoded(nil, v))
}

// characterData is the text between two tags: sections word for word, references outside them resolved.
func characterData(raw []byte) []byte {
	raw = bytes.TrimSpace(raw)
	if !bytes.Contains(raw, []byte("<![CDATA[")) {
		if bytes.IndexByte(raw, '&') < 0 {
			return raw
		}
		return appendDecoded(make([]byte, 0, len(raw)), raw)
	}
	if inner, ok := bytes.CutPrefix(raw, []byte("<![CDATA[")); ok {
		if end := bytes.Index(inner, []byte("]]>")); end == len(inner)-3 && !bytes.Contains(inner, []byte("<![CDATA[")) {
			return bytes.TrimSpace(inner[:end])
		}
	}
	out := make([]byte, 0, len(raw))
	for len(raw) > 0 {
		before, inner, found := bytes.Cut(raw, []byte("<![CDATA["))
		out = appendDecoded(out, bytes.ReplaceAll(before, []byte("]]>"), nil))
		if !found {
			break
		}
		var section []byte
		section, raw, _ = bytes.Cut(inner, []byte("]]>"))
		out = append(out, bytes.ReplaceAll(section, []byte("<![CDATA["), nil)...) // sections do not nest
	}
	return bytes.TrimSpace(out)
}

// plainText turns a title, a name or a caption into plain text: tags stripped, references that were left over decoded once
// more, white space collapsed, controls that change direction or hide letters removed. At most limit runes remain.
func plainText(s string, limit int) string {
	if most := 64 * limit; len(s) > most {
		s = cutValid(s, most) // markup may fill a lot of space, not all of it
	}
	if simple(s) {
		return cutRunes(strings.TrimSpace(s), limit)
	}
	if strings.IndexByte(s, '<') >= 0 {
		s = stripTags(s)
	}
	if strings.IndexByte(s, '&') >= 0 {
		s = string(appendDecoded(nil, []byte(s)))
	}
	return cutRunes(collapse(s), limit)
}

// simple reports whether s is printable ASCII without markup and without two spaces in a row.
func simple(s string) bool {
	space := false
	for i := range len(s) {
		c := s[i]
		if c < 0x20 || c >= 0x7f || c == '<' || c == '&' || c == ' ' && space {
			return false
		}
		space = c == ' '
	}
	return true
}

// stripTags removes the tags of elements that HTML has. Other angle brackets are text: "5 <6", "<3", "Vec<T>".
func stripTags(s string) string {
	var b strings.Builder
	for {
		i := strings.IndexByte(s, '<')
		if i < 0 {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:i])
		s = s[i:]
		n, block, skip := htmlTag(s)
		switch {
		case n == 0:
			b.WriteByte('<')
			s = s[1:]
			continue
		case skip != "":
			if end := indexFold(s[n:], "</"+skip); end >= 0 {
				n += end
			} else {
				n = len(s)
			}
		case block:
			b.WriteByte(' ')
		}
		s = s[n:]
	}
}

// maxTag is how long a tag inside a title or a caption may be.
const maxTag = 4 << 10

// htmlTag reads the tag, comment or declaration that s begins with. n is its length, 0 when it is not HTML's. block says that
// words on its two sides are two words. skip names an element whose content is no text.
func htmlTag(s string) (n int, block bool, skip string) {
	if strings.HasPrefix(s, "<!--") {
		if end := strings.Index(s, "-->"); end >= 0 {
			return end + 3, false, ""
		}
		return len(s), false, ""
	}
	i := 1
	if i < len(s) && s[i] == '/' {
		i++
	}
	start := i
	for i < len(s) && (s[i]|0x20 >= 'a' && s[i]|0x20 <= 'z' || s[i] >= '0' && s[i] <= '9') {
		i++
	}
	name := strings.ToLower(s[start:min(i, start+12)])
	kind, known := htmlNames[name]
	if !known || i < len(s) && strings.IndexByte(" \t\r\n/>", s[i]) < 0 {
		return 0, false, ""
	}
	end := strings.IndexByte(s[i:min(len(s), i+maxTag)], '>')
	if end < 0 {
		return 0, false, ""
	}
	if kind == nameSkip && start == 1 {
		skip = name
	}
	return i + end + 1, kind == nameBlock, skip
}

func indexFold(s, sub string) int {
	for i := 0; ; {
		j := strings.IndexByte(s[i:], sub[0])
		if j < 0 || i+j+len(sub) > len(s) {
			return -1
		}
		i += j
		if strings.EqualFold(s[i:i+len(sub)], sub) {
			return i
		}
		i++
	}
}

// htmlName reports whether HTML has an element of that name.
func htmlName(local string) bool {
	_, known := htmlNames[local]
	return known
}

type nameKind uint8

const (
	nameInline nameKind = iota
	nameBlock
	nameSkip
)

var htmlNames = map[string]nameKind{
	"a": nameInline, "abbr": nameInline, "acronym": nameInline, "b": nameInline, "bdi": nameInline, "bdo": nameInline, "big": nameInline,
	"center": nameBlock, "cite": nameInline, "code": nameInline, "del": nameInline, "dfn": nameInline, "em": nameInline, "font": nameInline,
	"i": nameInline, "img": nameInline, "ins": nameInline, "kbd": nameInline, "mark": nameInline, "nobr": nameInline, "q": nameInline,
	"s": nameInline, "samp": nameInline, "small": nameInline, "span": nameInline, "strike": nameInline, "strong": nameInline,
	"sub": nameInline, "sup": nameInline, "tt": nameInline, "u": nameInline, "var": nameInline, "wbr": nameInline, "time": nameInline,
	"address": nameBlock, "article": nameBlock, "aside": nameBlock, "blockquote": nameBlock, "br": nameBlock, "dd": nameBlock,
	"div": nameBlock, "dl": nameBlock, "dt": nameBlock, "figcaption": nameBlock, "figure": nameBlock, "footer": nameBlock,
	"h1": nameBlock, "h2": nameBlock, "h3": nameBlock, "h4": nameBlock, "h5": nameBlock, "h6": nameBlock, "header": nameBlock,
	"hr": nameBlock, "li": nameBlock, "main": nameBlock, "nav": nameBlock, "ol": nameBlock, "p": nameBlock, "pre": nameBlock,
	"section": nameBlock, "table": nameBlock, "tbody": nameBlock, "td": nameBlock, "tfoot": nameBlock, "th": nameBlock,
	"thead": nameBlock, "tr": nameBlock, "ul": nameBlock, "picture": nameInline, "source": nameInline, "video": nameBlock,
	"audio": nameBlock, "iframe": nameSkip, "script": nameSkip, "style": nameSkip, "noscript": nameInline, "object": nameInline,
	"svg": nameSkip, "math": nameSkip, "template": nameSkip, "embed": nameInline, "form": nameBlock, "input": nameInline,
	"button": nameInline, "select": nameSkip, "textarea": nameSkip, "label": nameInline, "html": nameBlock, "body": nameBlock,
	"head": nameBlock, "link": nameInline, "meta": nameInline, "ruby": nameInline, "rt": nameInline, "rp": nameInline,
}

// looksLikeHTML reports whether a text of unstated kind is HTML: it holds a tag of an element that HTML has.
func looksLikeHTML(t []byte) bool {
	i := bytes.IndexByte(t, '<')
	if i < 0 {
		return false
	}
	if n, _, _ := htmlTag(string(t[i:min(len(t), i+512)])); n > 0 { // nearly always the first one
		return true
	}
	for s := string(t[i+1:]); ; s = s[i+1:] {
		if i = strings.IndexByte(s, '<'); i < 0 {
			return false
		}
		if n, _, _ := htmlTag(s[i:min(len(s), i+512)]); n > 0 {
			return true
		}
	}
}

// collapse makes one space of each run of white space, trims, and removes invisible controls.
func collapse(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	pending := false
	for _, r := range s {
		switch {
		case r == ' ' || r == '\n' || r == '\t' || r == '\r' || r >= 0x80 && unicode.IsSpace(r):
			pending = b.Len() > 0
			continue
		case invisible(r):
			continue
		}
		if pending {
			b.WriteByte(' ')
			pending = false
		}
		b.WriteRune(r)
	}
	return b.String()
}

// invisible reports whether a character has no place in a line of text: controls, marks of direction, spaces without width,
// soft hyphens. The joiners U+200C and U+200D stay: Persian and emoji are spelt with them.
func invisible(r rune) bool {
	switch {
	case r < 0x20, r >= 0x7f && r < 0xa0:
		return true
	case r < 0xad:
		return false
	case r == 0xad, r == 0x61c, r == 0x180e, r == 0x200b, r == 0x200e, r == 0x200f, r >= 0x202a && r <= 0x202e,
		r >= 0x2060 && r <= 0x206f, r == 0xfeff, r >= 0xfff9 && r <= 0xfffb, r >= 0xe0000 && r <= 0xe007f:
		return true
	}
	return false
}

// cutRunes cuts s to limit runes, the last of which says so.
func cutRunes(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	n := 0
	for i := range s {
		if n == limit-1 {
			if utf8.RuneCountInString(s[i:]) <= 1 {
				return s
			}
			return strings.TrimRight(s[:wholeAt(s, i)], " ,;:") + "…"
		}
		n++
	}
	return s
}

// wholeAt is the last place at or before i where s may be cut without parting what is seen as one letter: a mark from the letter
// that it stands on, two pictures that are joined to one, a Thai or Lao vowel from the consonant that it is written before.
func wholeAt(s string, i int) int {
	for range 16 {
		next, _ := utf8.DecodeRuneInString(s[i:])
		last, size := utf8.DecodeLastRuneInString(s[:i])
		before := last >= 0x0e40 && last <= 0x0e44 || last >= 0x0ec0 && last <= 0x0ec4
		if size == 0 || !unicode.IsMark(next) && next != 0x200d && last != 0x200d && !before && (next < 0x1f3fb || next > 0x1f3ff) {
			break
		}
		i -= size
	}
	return i
}

// number reads a non-negative decimal number, 0 when it is none.
func number(s string) int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}
