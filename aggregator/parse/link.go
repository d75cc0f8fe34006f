package parse

import (
	"iter"
	"net/url"
	"strings"
)

// absolute is the http(s) address that ref means inside an element whose base is given; "" when it means none.
func (r *reader) absolute(ref, base string) string { return r.resolve(ref, r.base(base)) }

// resolve makes an address absolute (RFC 3986 §5.2). Absolute ones are kept byte for byte where they are regular. Anything but
// http and https is "".
func (r *reader) resolve(ref string, base *url.URL) string {
	ref = tidyRef(ref)
	if ref == "" || len(ref) > maxURL {
		return ""
	}
	if regularURL(ref) {
		return ref
	}
	u, err := url.Parse(ref)
	if err != nil {
		if u, err = url.Parse(escapeStray(ref)); err != nil {
			return ""
		}
	}
	if !u.IsAbs() {
		if base == nil || ref[0] == '#' {
			return ""
		}
		u = base.ResolveReference(u)
	}
	u.Scheme = strings.ToLower(u.Scheme)
	u.Host = asciiHost(u.Host)
	if u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return ""
	}
	u.User = nil
	if s := u.String(); len(s) <= maxURL {
		return s
	}
	return ""
}

// tidyRef removes what browsers remove from an address: white space around it, line breaks and tabs inside it. What is bent
// beyond that is mended.
func tidyRef(s string) string {
	s = strings.TrimSpace(s)
	if bent(s) {
		s = mendAddress(s)
	}
	if strings.ContainsAny(s, "\t\r\n") {
		s = strings.NewReplacer("\t", "", "\r", "", "\n", "").Replace(s)
	}
	return s
}

// regularURL reports whether s is an absolute http(s) address of unreserved and reserved characters with a plain host, which
// parsing would give back as it is.
func regularURL(s string) bool {
	rest, ok := strings.CutPrefix(s, "https://")
	if !ok {
		if rest, ok = strings.CutPrefix(s, "http://"); !ok {
			return false
		}
	}
	host := true
	for i := range len(rest) {
		c := rest[i]
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '-', c == '.':
		case c == '/' || c == '?' || c == '#':
			if host && i == 0 {
				return false
			}
			if host && c != '/' {
				return false
			}
			host = false
		case host:
			return false // upper case, ports, user names, IPv6: worth a closer look
		case c >= 'A' && c <= 'Z', strings.IndexByte("_~!$&'()*+,;=:@", c) >= 0:
		case c == '%':
			if i+2 >= len(rest) || !isHex(rest[i+1]) || !isHex(rest[i+2]) {
				return false
			}
		default:
			return false
		}
	}
	return len(rest) > 0 && rest[0] != '.'
}

func isHex(c byte) bool { return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f' }

// escapeStray escapes percent signs that escape nothing and spaces.
func escapeStray(s string) string {
	var b strings.Builder
	for i := range len(s) {
		switch c := s[i]; {
		case c == '%' && (i+2 >= len(s) || !isHex(s[i+1]) || !isHex(s[i+2])):
			b.WriteString("%25")
		case c == ' ':
			b.WriteString("%20")
		case c < 0x20 || c == 0x7f:
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// A candidate is one picture of a srcset.
type candidate struct{ addr, size string }

// splitSrcset goes through the candidates of a srcset (HTML §4.8.4.3): addresses may hold commas, not at their ends.
func splitSrcset(s string) iter.Seq[candidate] {
	return func(yield func(candidate) bool) {
		for {
			s = strings.TrimLeft(s, " \t\r\n,")
			if s == "" {
				return
			}
			end := strings.IndexAny(s, " \t\r\n")
			if end < 0 {
				end = len(s)
			}
			addr := s[:end]
			s = s[end:]
			size := ""
			if trimmed := strings.TrimRight(addr, ","); trimmed != addr {
				addr = trimmed
			} else {
				size, s, _ = strings.Cut(s, ",")
			}
			if !yield(candidate{addr, strings.TrimSpace(size)}) {
				return
			}
		}
	}
}

// trackingParameter reports whether a query parameter says who reads, not what.
func trackingParameter(name string) bool {
	name = strings.ToLower(name)
	if strings.HasPrefix(name, "utm_") || strings.HasPrefix(name, "at_") || strings.HasPrefix(name, "mc_") || strings.HasPrefix(name, "pk_") || strings.HasPrefix(name, "mtm_") {
		return true
	}
	switch name {
	case "fbclid", "gclid", "dclid", "msclkid", "yclid", "igshid", "twclid", "wt_mc", "xtor", "cmpid", "cmp", "ocid", "ftag", "ncid", "ref_src", "smid", "partner", "rss", "feed", "traffic_source", "_ga", "__twitter_impression":
		return true
	}
	return false
}
