package match

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// Canonical is the address as a key knows it, so that the ways to write one address become one: in https whatever the scheme,
// host in lower case without www., m. and amp., no default port, escapes written one way, no /amp, no slash at the end, no
// tracking parameters, the rest of the query in order, no fragment. It is "" for what is no http address.
//
// It is for comparing, not for asking: the answer may not exist. Canonical of a canonical address is itself.
func Canonical(link string) string { return parse(link).page }

// An address is a link taken apart for comparing.
type address struct {
	page     string // canonical, without fragment; "" where the link is no http address
	host     string // of page
	path     string // of page
	fragment string // where it might name something
	front    bool   // page is a host's front page: many items' address, no item's own
	alone    bool   // the fragment must not be dropped
}

// maxLink is the longest address that is taken apart, in bytes. Longer ones are data in disguise.
const maxLink = 8 << 10

// parse takes a link apart.
func parse(link string) address {
	link = strings.TrimSpace(link)
	if len(link) > maxLink {
		return address{}
	}
	u, err := url.Parse(link)
	if err != nil {
		return address{}
	}
	scheme := strings.ToLower(u.Scheme)
	host := hostOf(u, scheme)
	if scheme != "http" && scheme != "https" || host == "" {
		return address{}
	}
	path := pathOf(u.EscapedPath())
	query := queryOf(u.RawQuery)
	a := address{host: host, path: path, page: "https://" + host + path, front: path == "" && query == ""}
	if query != "" {
		a.page += "?" + query
	}
	if len(a.page) > maxLink {
		return address{} // escaping made it so
	}
	if f := escapes(u.EscapedFragment()); !noise(f) {
		a.fragment = f
	}
	return a
}

// hostOf is a host and, unless it is the scheme's own, its port.
func hostOf(u *url.URL, scheme string) string {
	host := strings.ToLower(strings.TrimRight(u.Hostname(), "."))
	if host == "" {
		return ""
	}
	if ip, err := netip.ParseAddr(host); err != nil {
		// A full-width dot is one only now.
		if host = strings.TrimRight(ascii(host), "."); host == "" || strings.ContainsAny(host, "/?#@\\ %:[]") {
			return ""
		}
		host = bare(host)
	} else if host = ip.WithZone("").String(); ip.Is6() {
		host = "[" + host + "]"
	}
	switch port := u.Port(); {
	case port == "", scheme == "http" && port == "80", scheme == "https" && port == "443":
		return host
	case port == "443":
		return host // http on the port of https: nobody means it
	default:
		return host + ":" + port
	}
}

// ascii is a host name as the wire knows it (RFC 5891); one that can't be is left as it is.
func ascii(host string) string {
	if strings.ContainsFunc(host, func(r rune) bool { return r >= 0x80 }) {
		if wire, err := idna.Lookup.ToASCII(host); err == nil {
			return wire
		}
	}
	return host
}

// bare drops the labels by which sites name their other faces, as long as a domain somebody can own is left.
func bare(host string) string {
	for {
		label, rest, ok := strings.Cut(host, ".")
		if !ok || label != "www" && label != "m" && label != "mobile" && label != "amp" || !strings.Contains(rest, ".") {
			return host
		}
		if suffix, _ := publicsuffix.PublicSuffix(rest); suffix == rest {
			return host
		}
		host = rest
	}
}

// pathOf is an escaped path without dot segments, doubled slashes, the marks of AMP pages, and the slash at its end.
func pathOf(escaped string) string {
	var parts []string
	for part := range strings.SplitSeq(escapes(escaped), "/") {
		switch part {
		case "", ".":
		case "..":
			parts = parts[:max(len(parts)-1, 0)]
		default:
			parts = append(parts, part)
		}
	}
	for len(parts) > 1 && parts[len(parts)-1] == "amp" {
		parts = parts[:len(parts)-1]
	}
	if n := len(parts); n > 0 {
		for _, ending := range [...]string{".html", ".htm"} {
			for page, ok := strings.CutSuffix(parts[n-1], ".amp"+ending); ok && page != ""; page, ok = strings.CutSuffix(parts[n-1], ".amp"+ending) {
				parts[n-1] = page + ending
			}
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return "/" + strings.Join(parts, "/")
}

// queryOf is a query without what tracks readers, in order.
func queryOf(raw string) string {
	if raw == "" {
		return ""
	}
	var pairs []string
	for pair := range strings.SplitSeq(raw, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if pair == "" || tracks(strings.ToLower(name), strings.ToLower(value)) {
			continue
		}
		pairs = append(pairs, strings.ReplaceAll(escapes(pair), "+", "%20"))
	}
	slices.Sort(pairs)
	return strings.Join(pairs, "&")
}

// escapes writes an escaped text one way: what need not be escaped is not, what is has capital digits.
func escapes(s string) string {
	const upper = "0123456789ABCDEF"
	plain := true
	for i := 0; i < len(s) && plain; i++ {
		plain = s[i] != '%' && s[i] > ' ' && s[i] < 0x7f
	}
	if plain {
		return s
	}
	b := make([]byte, 0, len(s)+8)
	for i := 0; i < len(s); i++ {
		c := s[i]
		escaped := false
		if c == '%' {
			if i+2 >= len(s) || unhex(s[i+1]) < 0 || unhex(s[i+2]) < 0 {
				b = append(b, "%25"...) // a percent sign that begins no escape
				continue
			}
			c, escaped = byte(unhex(s[i+1])<<4|unhex(s[i+2])), true
			i += 2
		}
		if escaped && !unreserved(c) || c <= ' ' || c >= 0x7f {
			b = append(b, '%', upper[c>>4], upper[c&15])
			continue
		}
		b = append(b, c)
	}
	return string(b)
}

func unreserved(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || digit(c) || c == '-' || c == '.' || c == '_' || c == '~'
}

func unhex(c byte) int {
	switch {
	case digit(c):
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
