package match

import (
	"net/netip"
	"net/url"
	"strings"

	"deskwire"

	"golang.org/x/net/publicsuffix"
)

// Speaks reports whether a source speaks for an address: whether the address is within the registrable domain of the source's
// feed or within one of its configured domains. For others it is a carrier, never an author.
func Speaks(src *deskwire.Source, link string) bool { return Speaker(src)(link) }

// Speaker is Speaks for many addresses of one source. The function is not safe for concurrent use.
func Speaker(src *deskwire.Source) func(link string) bool {
	var domains []string
	own := registrable(hostPort(src.URL))
	if own != "" {
		domains = append(domains, own)
	}
	for _, d := range src.Domains {
		d = ascii(strings.ToLower(strings.Trim(d, ". ")))
		if suffix, _ := publicsuffix.PublicSuffix(d); d != "" && (d != suffix || !strings.Contains(d, ".")) {
			domains = append(domains, d)
		}
	}
	var host string // the last one asked for: a document's links mostly share theirs
	var speaks bool
	return func(link string) bool {
		h := hostPort(link)
		if h == "" {
			return false
		}
		if h != host {
			host, speaks = h, within(h, domains)
		}
		return speaks
	}
}

func within(host string, domains []string) bool {
	for _, d := range domains {
		if host == d {
			return true
		}
		if rest, ok := strings.CutSuffix(host, d); ok && strings.HasSuffix(rest, ".") && strings.Contains(d, ".") {
			return true
		}
	}
	return false
}

// registrable is the domain that somebody owns of a host; an IP address and a name without dots are their own, port included.
func registrable(host string) string {
	if domain, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil && strings.Contains(host, ".") && !numeric(host) {
		return domain
	}
	return host
}

func numeric(host string) bool {
	if _, err := netip.ParseAddrPort(host); err == nil {
		return true
	}
	_, err := netip.ParseAddr(host)
	return err == nil
}

// hostPort is the host of an http address in lower case. The port belongs to it where the host is an IP address or a name
// without dots: there every port is somebody else's.
func hostPort(link string) string {
	// Most links are plain; what url.Parse would do for them is this.
	if rest, ok := strings.CutPrefix(link, "https://"); ok {
		if end := strings.IndexAny(rest, "/?#"); end >= 0 {
			rest = rest[:end]
		}
		if strings.Trim(rest, "abcdefghijklmnopqrstuvwxyz-.") == "" && strings.Contains(strings.Trim(rest, "."), ".") {
			return strings.TrimRight(rest, ".")
		}
	}
	u, err := url.Parse(strings.TrimSpace(link))
	if err != nil || !strings.EqualFold(u.Scheme, "http") && !strings.EqualFold(u.Scheme, "https") {
		return ""
	}
	host := strings.TrimRight(ascii(strings.ToLower(u.Hostname())), ".") // some dots are dots only then
	if port := u.Port(); port != "" && (numeric(host) || !strings.Contains(host, ".")) {
		if strings.Contains(host, ":") {
			host = "[" + host + "]"
		}
		return host + ":" + port
	}
	return host
}
