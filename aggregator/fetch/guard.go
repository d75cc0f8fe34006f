package fetch

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"syscall"
	"time"
	"unicode"

	"code.dny.dev/ssrf"
)

// newDialer makes connections to whom the guard lets pass. Addresses are judged on the socket, after names were resolved and
// before anything is sent, at every hop: what a name resolved to a moment ago proves nothing.
func newDialer(private []netip.Prefix, ports []uint16) *net.Dialer {
	guard := ssrf.New(ssrf.WithPorts(append([]uint16{80, 443}, ports...)...))
	return &net.Dialer{
		Timeout: ConnectTimeout,
		Control: func(network, address string, conn syscall.RawConn) error {
			if to, err := netip.ParseAddrPort(address); err == nil && within(private, to.Addr()) {
				return nil
			}
			return guard.Safe(network, address, conn)
		},
	}
}

// newTransport is the guarded way out. There is no proxy, which would connect in our stead, and nothing that would add to a
// request or undo an answer's coding behind our back.
func newTransport(dialer *net.Dialer) *http.Transport {
	return &http.Transport{
		DialContext:            dialer.DialContext,
		TLSHandshakeTimeout:    ConnectTimeout,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2:      true,
		DisableCompression:     true, // decoded by us, and counted
		MaxResponseHeaderBytes: MaxHeader,
		MaxIdleConns:           64,
		MaxIdleConnsPerHost:    MaxPerHost,
		IdleConnTimeout:        15 * time.Second, // within a round connections are used again, between rounds never
	}
}

func within(networks []netip.Prefix, addr netip.Addr) bool {
	for _, n := range networks {
		if n.Contains(addr) {
			return true
		}
	}
	return false
}

// parseURL takes an address apart such that its bytes go out as they are written. What HTTP can't carry, spaces and other
// than ASCII, is escaped.
func parseURL(raw string) (*url.URL, error) {
	if len(raw) > MaxURL {
		return nil, fmt.Errorf("the address is longer than %d bytes", MaxURL)
	}
	u, err := url.Parse(raw)
	if err != nil {
		if e, ok := errors.AsType[*url.Error](err); ok {
			err = e.Err
		}
		return nil, fmt.Errorf("the address can't be read: %w", err)
	}
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, fmt.Errorf("%w: only http and https are asked, not %q", ErrRefused, u.Scheme)
	case u.Hostname() == "":
		return nil, fmt.Errorf("the address names no host")
	case oddNumber(u.Hostname()):
		return nil, fmt.Errorf("%w: %s is an odd spelling of an IP address", ErrRefused, u.Hostname())
	}
	u.Fragment, u.RawFragment = "", ""
	if path := wirePath(raw); path != "" {
		// Opaque goes out untouched, where Path would be decoded and escaped anew.
		u.Opaque, u.RawQuery, u.ForceQuery = path, "", false
	}
	return u, nil
}

// wirePath is the path and query of an address as written, or "" where they can't go out so.
func wirePath(raw string) string {
	_, rest, ok := strings.Cut(raw, "//")
	if !ok {
		return ""
	}
	rest, _, _ = strings.Cut(rest, "#")
	i := strings.IndexAny(rest, "/?")
	if i < 0 || rest[i] == '?' {
		return ""
	}
	path := rest[i:]
	if strings.HasPrefix(path, "//") {
		return "" // would be read as an authority
	}
	for _, b := range []byte(path) {
		if b <= ' ' || b >= 0x7f {
			return ""
		}
	}
	return path
}

// follow resolves what a Location header says.
func follow(from, location string) (string, *url.URL, error) {
	base, err := url.Parse(from)
	if err != nil {
		return "", nil, err
	}
	to, err := url.Parse(location)
	if err != nil {
		return "", nil, errors.New("a redirect to an address that can't be read")
	}
	if to.Scheme == "" || to.Host == "" {
		base.User = nil
		location = base.ResolveReference(to).String()
	}
	location, _, _ = strings.Cut(location, "#")
	u, err := parseURL(location)
	if err != nil {
		return "", nil, fmt.Errorf("redirected: %w", err)
	}
	u.User = nil // credentials come from the configuration, never from a server
	return location, u, nil
}

// oddNumber reports whether a host is a number that is not the plain spelling of an IP address: 0x7f.1, 2130706433, 127.1.
// Some resolvers take them, none has to be asked. A name ends in no number (URL Standard, "ends in a number").
func oddNumber(host string) bool {
	if _, err := netip.ParseAddr(host); err == nil {
		return false
	}
	host = strings.TrimSuffix(host, ".")
	last := strings.ToLower(host[strings.LastIndexByte(host, '.')+1:])
	if hex, ok := strings.CutPrefix(last, "0x"); ok {
		return strings.Trim(hex, "0123456789abcdef") == ""
	}
	return last != "" && strings.Trim(last, "0123456789") == ""
}

// hostKey is what requests are counted by: the host as named, and its port.
func hostKey(u *url.URL) string {
	port := u.Port()
	if port == "" {
		if port = "80"; u.Scheme == "https" {
			port = "443"
		}
	}
	return strings.ToLower(strings.TrimSuffix(u.Hostname(), ".")) + ":" + port
}

// Host names the server that an address is at, as "example.org:443"; "" for one that is no http address. Limits and rests
// count by it.
func Host(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	return hostKey(u)
}

// unreached reports whether an error of a request came before any server took it.
func unreached(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	_, dns := errors.AsType[*net.DNSError](err)
	return ok && op.Op == "dial" || dns
}

// plain says in one short line what went wrong, for people who run newsrooms.
func plain(err error) error {
	dns, isDNS := errors.AsType[*net.DNSError](err)
	late, isTimeout := errors.AsType[net.Error](err)
	switch {
	case errors.Is(err, ssrf.ErrProhibitedIP):
		return fmt.Errorf("%w: %s is not a public address (fetch.allow_private can allow it)", ErrRefused, dialled(err))
	case errors.Is(err, ssrf.ErrProhibitedPort):
		return fmt.Errorf("%w: the port of %s is not one of the web's (fetch.allow_ports can allow it)", ErrRefused, dialled(err))
	case errors.Is(err, ErrRefused), errors.Is(err, ErrTooLarge):
		return err
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("no whole answer within %s", TotalTimeout)
	case isDNS && dns.IsNotFound:
		return fmt.Errorf("there is no host %s", dns.Name)
	case isDNS:
		return fmt.Errorf("the name %s can't be resolved", dns.Name)
	case isTimeout && late.Timeout():
		return fmt.Errorf("no connection within %s", ConnectTimeout)
	case errors.Is(err, syscall.ECONNREFUSED):
		return errors.New("connection refused")
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return errors.New("the server broke the connection off")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the server closed the connection without an answer")
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH):
		return errors.New("there is no way to the host")
	case strings.Contains(err.Error(), "server response headers exceeded"):
		return fmt.Errorf("more than %d KB of headers", MaxHeader>>10)
	case errors.Is(err, os.ErrNotExist):
		return errors.New("there is no such file")
	}
	return errors.New(line(err.Error()))
}

// line makes one plain line of a text that may quote a server: no controls, nothing that turns the direction of what follows,
// not too long.
func line(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
	return clip(strings.Join(strings.Fields(s), " "), maxLine)
}

// maxLine is how many bytes of a message are kept.
const maxLine = 300

// dialled is the address that a dial was refused to.
func dialled(err error) string {
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Addr != nil {
		return op.Addr.String()
	}
	return "the host"
}
