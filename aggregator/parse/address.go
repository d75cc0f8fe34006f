package parse

import (
	"strings"

	"golang.org/x/net/idna"
)

// bent reports whether an address may be one of those that mendAddress knows.
func bent(s string) bool {
	if len(s) < 5 {
		return false
	}
	if strings.HasPrefix(s, "http") {
		rest := strings.TrimPrefix(s[4:], "s")
		if !strings.HasPrefix(rest, "://") || strings.HasPrefix(rest, ":///") || strings.HasPrefix(rest, "://http") {
			return true
		}
	}
	return s[0] == '"' || s[0] == '\'' || s[0]|0x20 == 'w' || strings.Contains(s, "&amp;") || strings.IndexByte(s, '\\') >= 0
}

// mendAddress makes an address of what people and programs write in the place of one: escaped twice, in quotes, with the slashes
// of another system, with the scheme twice, without its colon or its slashes, or left out before www.
func mendAddress(s string) string {
	s = strings.ReplaceAll(s, "&amp;", "&")
	if n := len(s) - 1; n > 1 && s[0] == s[n] && (s[0] == '"' || s[0] == '\'') {
		s = strings.TrimSpace(s[1:n])
	}
	where, query, found := strings.Cut(s, "?")
	if where = strings.ReplaceAll(where, `\`, "/"); found {
		where += "?" + query
	}
	s = where
	if len(s) > 4 && strings.EqualFold(s[:4], "www.") {
		return "//" + s
	}
	scheme := "http"
	rest, ok := strings.CutPrefix(s, "http")
	if !ok {
		return s
	}
	if after, secure := strings.CutPrefix(rest, "s"); secure {
		scheme, rest = "https", after
	}
	colon := strings.TrimPrefix(rest, ":")
	host := strings.TrimLeft(colon, "/")
	switch {
	case host == colon, len(colon) == len(rest) && !strings.HasPrefix(rest, "//"):
		return s // "http:x" and "https-everywhere.html" are relative, "httpd/" is a folder
	case strings.HasPrefix(host, "http://"), strings.HasPrefix(host, "https://"):
		return host
	}
	return scheme + "://" + host
}

// asciiHost writes a host in the letters that addresses are made of (RFC 5891).
func asciiHost(host string) string {
	for i := range len(host) {
		if host[i] < 0x80 {
			continue
		}
		name, port, found := strings.Cut(host, ":")
		ascii, err := idna.Lookup.ToASCII(name)
		if err != nil {
			return "" // no host that anybody could ask
		}
		if found {
			ascii += ":" + port
		}
		return ascii
	}
	return host
}
