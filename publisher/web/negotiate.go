package web

import (
	"strings"

	"deskwire/publisher/format"
)

// choose is the form that the client likes best; of those it likes as much the first. nil when it wants none that there is.
func (a *answer) choose(accept []string) *form {
	identity := &a.forms[len(a.forms)-1]
	if len(accept) == 0 {
		return identity
	}
	var best *form
	most := 0
	for i := range a.forms {
		f := &a.forms[i]
		q, said := weight(accept, f.coding)
		if !said {
			q, said = weight(accept, "*")
			switch {
			case f.coding != "identity":
			case !said:
				q = 1 // acceptable, and less welcome than anything that was asked for
			default:
				q = min(q, 1)
			}
		}
		if q > most {
			best, most = f, q
		}
	}
	return best
}

// weight is how much an Accept or Accept-Encoding header wants something, in thousandths (RFC 9110 §12.4.2), and whether it
// names it at all. Names are compared without regard to case. A weight that can not be read is a full one.
func weight(lists []string, name string) (thousandths int, said bool) {
	for _, list := range lists {
		for list != "" {
			var part string
			part, list, _ = strings.Cut(list, ",")
			token, params, _ := strings.Cut(part, ";")
			if !strings.EqualFold(strings.Trim(token, " \t"), name) {
				continue
			}
			for params != "" {
				var p string
				p, params, _ = strings.Cut(params, ";")
				if p = strings.Trim(p, " \t"); len(p) > 2 && (p[0] == 'q' || p[0] == 'Q') && p[1] == '=' {
					return thousandth(p[2:]), true
				}
			}
			return full, true
		}
	}
	return 0, false
}

const full = 1000

// thousandth reads "0.25" as 250. What is no weight counts as a full one.
func thousandth(s string) int {
	whole, fraction, _ := strings.Cut(s, ".")
	if whole != "0" || len(fraction) > 3 {
		return full
	}
	n := 0
	for i := range 3 {
		n *= 10
		if i < len(fraction) {
			if fraction[i] < '0' || fraction[i] > '9' {
				return full
			}
			n += int(fraction[i] - '0')
		}
	}
	return n
}

// preferred is the file of the feed that an Accept header likes best; RSS where it likes several as much, or none.
func preferred(accept []string) string {
	best, most := format.RSSFile, 0
	for _, f := range [...]struct {
		file  string
		names [4]string // as exactly as they are said
	}{
		{format.RSSFile, [4]string{"application/rss+xml", "application/xml", "text/xml"}},
		{format.AtomFile, [4]string{"application/atom+xml"}},
		{format.JSONFile, [4]string{"application/feed+json", "application/json"}},
	} {
		likes, said := 0, false
		for _, name := range append(f.names[:], "application/*", "*/*") {
			if q, ok := weight(accept, name); ok && name != "" && (!said || name[len(name)-1] != '*') {
				likes, said = max(likes, q), true
			}
		}
		if likes > most {
			best, most = f.file, likes
		}
	}
	return best
}
