package fetch

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

func TestPrivateAddresses(t *testing.T) {
	t.Parallel()
	var hits atomic.Int32
	s := serve(t, func(http.ResponseWriter, *http.Request) { hits.Add(1) })
	_, port, _ := net.SplitHostPort(s.Listener.Addr().String())
	c := &Client{AllowPorts: []uint16{uint16(s.Listener.Addr().(*net.TCPAddr).Port)}}
	for _, host := range []string{
		"127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001", "127.0.0.1.",
		"localhost", "LOCALHOST", "0.0.0.0", "0", "10.0.0.1", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1", "198.18.0.1",
		"224.0.0.1", "255.255.255.255", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[fe80::1]", "[fc00::1]", "[ff02::1]",
		"[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[2001:db8::1]", "[::127.0.0.1]", "１２７.０.０.１",
	} {
		_, err := c.Fetch(t.Context(), Request{URL: "http://" + host + ":" + port + "/"})
		if err == nil {
			t.Errorf("%s was asked", host)
		}
		if name := strings.HasSuffix(strings.ToLower(host), "localhost"); !name && !errors.Is(err, ErrRefused) && host != "１２７.０.０.１" {
			t.Errorf("%s: %v, want ErrRefused", host, err)
		}
	}
	web := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, s.URL, http.StatusFound) })
	narrow := &Client{AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.2/32")}}
	via := strings.Replace(web.URL, "127.0.0.1", "127.0.0.2", 1)
	web.Listener.Close() // listens on 127.0.0.1 only; a listener on 127.0.0.2 stands in
	l, err := net.Listen("tcp", strings.TrimPrefix(via, "http://"))
	if err != nil {
		t.Skipf("no second loopback address here: %v", err)
	}
	redirector := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, s.URL, http.StatusFound) })}
	var wg sync.WaitGroup
	wg.Go(func() { redirector.Serve(l) })
	t.Cleanup(func() { redirector.Close(); wg.Wait() })
	if _, err := narrow.Fetch(t.Context(), Request{URL: via}); !errors.Is(err, ErrRefused) {
		t.Errorf("a redirect to a private address: %v, want ErrRefused", err)
	}
	if n := hits.Load(); n != 0 {
		t.Errorf("the private server was reached %d times", n)
	}
}

func TestRefusedAddresses(t *testing.T) {
	t.Parallel()
	c := &Client{}
	for address, want := range map[string]string{
		"ftp://example.org/feed":                    "only http and https",
		"gopher://example.org/":                     "only http and https",
		"javascript:alert(1)":                       "only http and https",
		"http:///feed":                              "names no host",
		"http://93.184.216.34:22/":                  "the port of 93.184.216.34:22",
		"http://93.184.216.34:6379/":                "fetch.allow_ports",
		"http://127.0.0.1/":                         "fetch.allow_private",
		"http://e.org/" + strings.Repeat("x", 3000): "longer than 2048 bytes",
		"http://[::1":                               "can't be read",
	} {
		_, err := c.Fetch(t.Context(), Request{URL: address})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60s: %v, want %q", address, err, want)
		}
		if _, ok := err.(*Error); !ok {
			t.Errorf("%.60s: a %T, want *Error", address, err)
		}
	}
}

func TestErrorsAreOnePlainLine(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"malformed \x1b[31m\r\nforged: line": "malformed [31m forged: line",
		"a\u202eb\u2066c\u009bd\xff":         "abcd?",
		strings.Repeat("x", 5000):            strings.Repeat("x", 300) + "...",
	} {
		if got := plain(errors.New(in)).Error(); got != want {
			t.Errorf("%.40q gives %q", in, got)
		}
	}
}

func TestHost(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"https://Example.org/feed":  "example.org:443",
		"http://example.org.:8080/": "example.org:8080",
		"http://[::1]/":             "::1:80",
		"file:///x":                 "",
		"::":                        "",
	} {
		if got := Host(in); got != want {
			t.Errorf("Host(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestTrusted(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		from, to string
		want     bool
	}{
		{"http://a.org/x", "http://a.org/y", true},
		{"http://a.org/x", "https://A.org/x", true},
		{"https://a.org/x", "http://a.org/x", false},
		{"http://a.org/x", "http://b.a.org/x", false},
		{"http://a.org/x", "http://a.org:81/x", false},
		{"http://a.org:81/x", "https://a.org/x", false},
	} {
		from, _ := parseURL(tt.from)
		to, _ := parseURL(tt.to)
		if got := trusted(from, to); got != tt.want {
			t.Errorf("trusted(%s, %s) = %v", tt.from, tt.to, got)
		}
	}
}

func TestHostKeysAreSpelledOneWay(t *testing.T) {
	t.Parallel()
	keys := []string{}
	for _, a := range []string{"http://a.org/", "http://A.ORG:80/x", "http://a.org./"} {
		keys = append(keys, Host(a))
	}
	if len(slices.Compact(keys)) != 1 {
		t.Errorf("one host has the keys %q", keys)
	}
}
