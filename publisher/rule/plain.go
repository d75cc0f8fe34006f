package rule

import (
	"html"
	"strings"
)

// appendPlain appends the text of clean HTML: tags of words (links, emphasis) vanish, all others end a line.
func appendPlain(b []byte, s string) []byte {
	start := len(b)
	for {
		text, rest, tag := strings.Cut(s, "<")
		if strings.IndexByte(text, '&') >= 0 {
			text = html.UnescapeString(text)
		}
		b = append(b, text...)
		if !tag {
			return b
		}
		name, after, _ := strings.Cut(rest, ">")
		if s = after; !inline(name) && len(b) > start && b[len(b)-1] != '\n' {
			b = append(b, '\n')
		}
	}
}

// inline reports whether a tag stands within a line of text.
func inline(tag string) bool {
	tag = strings.TrimPrefix(tag, "/")
	if i := strings.IndexAny(tag, " \t\n/"); i >= 0 {
		tag = tag[:i]
	}
	switch tag {
	case "a", "abbr", "b", "bdi", "bdo", "cite", "code", "data", "del", "dfn", "em", "i", "ins", "kbd", "mark", "q", "s", "samp", "small",
		"span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr", "font":
		return true
	}
	return false
}

// Plain is the text of clean HTML as rules see it: a line for each paragraph.
func Plain(body string) string { return strings.TrimRight(string(appendPlain(nil, body)), "\n") }
