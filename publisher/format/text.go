package format

import (
	"fmt"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// maxAddress is the longest address that is written: longer ones are carriers of something else, and readers cut them.
const maxAddress = 8 << 10

// Address is s in ASCII when it is an absolute http or https address of something, else "". It is asked again whatever was
// stored before, so that javascript: and data: would have to get past two judges. What no address holds unescaped (RFC 3986 §2)
// is escaped: that changes how it is written and not where it leads.
func Address(s string) string {
	if !strings.HasPrefix(s, "http://") && !strings.HasPrefix(s, "https://") || len(s) > maxAddress || !utf8.ValidString(s) {
		return ""
	}
	odd := false
	for i := range len(s) {
		if s[i] < ' ' || s[i] == 0x7f {
			return ""
		}
		odd = odd || foreign(s[i])
	}
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" || u.User != nil {
		return "" // a name and password in front of a host is a trick or a secret
	}
	if !odd {
		return s
	}
	start := strings.Index(s, "://") + len("://")
	end := len(s)
	if i := strings.IndexAny(s[start:], "/?#"); i >= 0 {
		end = start + i
	}
	host, err := idna.Lookup.ToASCII(u.Hostname())
	if err != nil {
		return ""
	}
	if u.Port() != "" {
		host += ":" + u.Port()
	}
	var b strings.Builder
	b.WriteString(s[:start] + host)
	for i := end; i < len(s); i++ {
		if foreign(s[i]) {
			fmt.Fprintf(&b, "%%%02X", s[i])
		} else {
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

// foreign reports bytes that an address holds only escaped.
func foreign(c byte) bool { return c >= utf8.RuneSelf || strings.IndexByte(" \"<>\\^`{|}", c) >= 0 }

// text is s without broken UTF-8, without what XML 1.0 forbids (§2.2) or discourages, and with one kind of line break.
func text(s string) string {
	if i := firstBad(s); i < 0 {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for i, r := range s {
		switch {
		case r == '\r':
			if !strings.HasPrefix(s[i+1:], "\n") {
				b.WriteByte('\n')
			}
		case !bad(r) && (r != utf8.RuneError || strings.HasPrefix(s[i:], "\uFFFD")):
			b.WriteRune(r)
		}
	}
	return b.String()
}

// firstBad is where the first character stands that text takes out; -1 for none. Nearly all text passes by single bytes.
func firstBad(s string) int {
	for i := 0; i < len(s); {
		c := s[i]
		if c-' ' < 0x7f-' ' || c == '\n' || c == '\t' {
			i++
			continue
		}
		if c < utf8.RuneSelf {
			return i
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if bad(r) || r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}

// bad reports characters that no document may hold: controls, surrogates and noncharacters.
func bad(r rune) bool {
	return r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 || r >= 0xfdd0 && r <= 0xfdef || r&0xfffe == 0xfffe
}

// Line is a text on one line, without blanks around it, and without the characters that turn the direction of what stands
// after it or are not seen at all. Joiners stay: scripts need them.
func Line(s string) string {
	s = text(s)
	if strings.ContainsFunc(s, unseen) {
		s = strings.Map(func(r rune) rune {
			if unseen(r) {
				return -1
			}
			return r
		}, s)
	}
	if plain(s) {
		return s
	}
	return strings.Join(strings.Fields(s), " ")
}

func unseen(r rune) bool {
	return r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0x200b || r == 0x2060 || r == 0xfeff || r == 0xad || r >= 0xe0000 && r <= 0xe007f
}

// plain reports whether there is nothing to join: no blank but single spaces between other characters.
func plain(s string) bool {
	space := true
	for _, r := range s {
		switch {
		case r != ' ' && unicode.IsSpace(r), r == ' ' && space:
			return false
		}
		space = r == ' '
	}
	return s == "" || !space
}

// unmarked is a line in which nothing looks like markup: half of all readers take a title in RSS for HTML, the others for
// plain text. Both show ‹b› as it is.
func unmarked(s string) string {
	for i := strings.IndexByte(s, '<'); i >= 0; {
		if i+1 < len(s) && (s[i+1] == '/' || s[i+1] == '!' || s[i+1] == '?' || s[i+1]|0x20 >= 'a' && s[i+1]|0x20 <= 'z') {
			return strings.NewReplacer("<", "‹", ">", "›").Replace(s)
		}
		next := strings.IndexByte(s[i+1:], '<')
		if next < 0 {
			break
		}
		i += 1 + next
	}
	return s
}

// lines are the lines that are not empty, without repeats.
func lines(list []string) []string {
	var out []string
	seen := map[string]bool{}
	for _, s := range list {
		if s = Line(s); s != "" && !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}

// mediaType is s when it is a media type that RFC 6838 allows, else "". "image/*" is none.
func mediaType(s string) string {
	kind, sub, ok := strings.Cut(s, "/")
	if !ok || kind == "" || sub == "" {
		return ""
	}
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && !strings.ContainsRune("/.+-_!#$&^", rune(c)) {
			return ""
		}
	}
	if strings.Contains(sub, "/") {
		return ""
	}
	return s
}

// escape makes HTML of plain text that stands between tags.
func escape(s string) string {
	if !strings.ContainsAny(s, "&<>") {
		return s
	}
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}
