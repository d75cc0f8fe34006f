package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"deskwire/internal/hostile"
)

// public judges an address without the guard: whatever is not plainly somebody's machine on the internet is not public.
func public(a netip.Addr) bool {
	if a.Is4In6() || a.Zone() != "" || !a.IsGlobalUnicast() || a.IsPrivate() {
		return false
	}
	for _, s := range []string{
		"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
		"2001::/32", "2001:db8::/32", "2002::/16", "64:ff9b::/96", "64:ff9b:1::/48", "3fff::/20",
	} {
		if netip.MustParsePrefix(s).Contains(a) {
			return false
		}
	}
	return a.Is4() || netip.MustParsePrefix("2000::/3").Contains(a)
}

// A recorder is a client whose guard works as always, and whose connections end right behind it: what was let pass is noted.
type recorder struct {
	*Client
	mu     sync.Mutex
	passed []netip.AddrPort
	moved  string // what http://start.example/ redirects to
	out    *http.Transport
}

var errRecorded = errors.New("let pass, and noted")

func record(tb testing.TB, resolver *net.Resolver, private ...string) *recorder {
	var networks []netip.Prefix
	for _, s := range private {
		networks = append(networks, netip.MustParsePrefix(s))
	}
	r := &recorder{}
	dialer := newDialer(networks, nil)
	guard := dialer.Control
	dialer.Control = func(network, address string, conn syscall.RawConn) error {
		if err := guard(network, address, conn); err != nil {
			return err
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.passed = append(r.passed, netip.MustParseAddrPort(address))
		return errRecorded
	}
	dialer.Resolver = resolver
	r.out = newTransport(dialer)
	r.Client = &Client{Web: r, AllowPrivate: networks}
	return r
}

func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Host == "start.example" && req.URL.Opaque == "/" {
		return &http.Response{StatusCode: http.StatusFound, Header: http.Header{"Location": {r.moved}}, Body: http.NoBody, Request: req}, nil
	}
	return r.out.RoundTrip(req)
}

// ask asks for an address and, in a second request, for one that redirects there. It returns what was let pass.
func (r *recorder) ask(ctx context.Context, address string) []netip.AddrPort {
	r.passed, r.moved = nil, address
	r.Fetch(ctx, Request{URL: address})
	r.Fetch(ctx, Request{URL: "http://start.example/"})
	return r.passed
}

// zone answers DNS: for each name, lists of records one after the other, the last one for ever. "*" is any other name.
type zone map[string][][]string

// resolver serves a zone on loopback.
func (z zone) resolver(tb testing.TB) *net.Resolver {
	tb.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	var serving sync.WaitGroup
	tb.Cleanup(func() { conn.Close(); serving.Wait() })
	serving.Go(func() {
		asked := map[string]int{}
		for packet := make([]byte, 1500); ; {
			n, from, err := conn.ReadFrom(packet)
			if err != nil {
				return
			}
			if answer := z.answer(packet[:n], asked); answer != nil {
				conn.WriteTo(answer, from)
			}
		}
	})
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

func (z zone) answer(packet []byte, asked map[string]int) []byte {
	var m dnsmessage.Message
	if m.Unpack(packet) != nil || len(m.Questions) == 0 {
		return nil
	}
	q := m.Questions[0]
	name := strings.TrimSuffix(q.Name.String(), ".")
	turns := z[name]
	if turns == nil {
		turns = z["*"]
	}
	m.Response, m.RecursionAvailable, m.Answers, m.Additionals = true, true, nil, nil
	if len(turns) > 0 {
		key := name + q.Type.String()
		turn := turns[min(asked[key], len(turns)-1)]
		asked[key]++
		at := q.Name
		for _, record := range turn {
			head := dnsmessage.ResourceHeader{Name: at, Class: dnsmessage.ClassINET}
			switch a, err := netip.ParseAddr(record); {
			case err != nil:
				at = dnsmessage.MustNewName(record + ".")
				m.Answers = append(m.Answers, dnsmessage.Resource{Header: head, Body: &dnsmessage.CNAMEResource{CNAME: at}})
			case a.Is4() && q.Type == dnsmessage.TypeA:
				m.Answers = append(m.Answers, dnsmessage.Resource{Header: head, Body: &dnsmessage.AResource{A: a.As4()}})
			case a.Is6() && q.Type == dnsmessage.TypeAAAA:
				m.Answers = append(m.Answers, dnsmessage.Resource{Header: head, Body: &dnsmessage.AAAAResource{AAAA: a.As16()}})
			}
		}
	}
	b, err := m.Pack()
	if err != nil {
		return nil
	}
	return b
}

// No spelling of a private address, asked for or redirected to, is connected to; not even by a name server that says that
// every name is one.
func TestNoPrivateAddressIsConnectedTo(t *testing.T) {
	t.Parallel()
	evil := zone{"*": {{"127.0.0.1", "::1"}}}
	r := record(t, evil.resolver(t))
	for _, scheme := range []string{"http", "https"} {
		for _, host := range hostile.Private {
			if got := r.ask(t.Context(), scheme+"://"+host+"/secret"); len(got) > 0 {
				t.Errorf("%s: connected to %v", host, got)
			}
		}
	}
	for _, trick := range hostile.Tricks {
		for _, host := range []string{"127.0.0.1:80", "127.0.0.1", "0x7f.1", "[::1]", "localhost"} {
			address := fmt.Sprintf(trick, host)
			if got := r.ask(t.Context(), address); len(got) > 0 {
				t.Errorf("%q: connected to %v", address, got)
			}
		}
	}
}

// What a name resolves to is judged when it is connected to, each address and each time.
func TestNamesOfPrivateAddresses(t *testing.T) {
	t.Parallel()
	const open = "93.184.216.34"
	z := zone{
		"plain.example":     {{open}},
		"six.example":       {{"2606:2800:220:1::1"}},
		"private.example":   {{"10.0.0.1"}},
		"rebind.example":    {{open}, {"127.0.0.1"}},
		"alias.example":     {{"inside.example", "192.168.1.1"}},
		"aliases.example":   {{"alias.example", "inside.example", "169.254.169.254"}},
		"both.example":      {{open, "::1"}},
		"mixed.example":     {{open, "127.0.0.1", "10.0.0.1"}},
		"mapped.example":    {{"::ffff:127.0.0.1"}},
		"nat.example":       {{"64:ff9b::7f00:1"}},
		"nat-own.example":   {{"64:ff9b:1::7f00:1"}},
		"sixtofour.example": {{"2002:7f00:1::1"}},
		"teredo.example":    {{"2001:0:7f00:1::1"}},
		"isatap.example":    {{"fe80::5efe:7f00:1"}},
		"unique.example":    {{"fd00:ec2::254"}},
		"link.example":      {{"fe80::1"}},
		"site.example":      {{"fec0::1"}},
		"many.example":      {{"ff02::1", "224.0.0.1"}},
		"nothing.example":   {{"::", "0.0.0.0"}},
		"old.example":       {{"::127.0.0.1"}},
	}
	r := record(t, z.resolver(t))
	asked := 0
	for name := range z {
		for try := range 3 { // the second and the third time a name that rebinds is another
			got := r.ask(t.Context(), "http://"+name+"/")
			asked += len(got)
			for _, to := range got {
				if !public(to.Addr()) {
					t.Errorf("%s: connected to %v", name, to)
				}
			}
			if open := name == "plain.example" || name == "six.example" || name == "both.example" || name == "mixed.example" || name == "rebind.example" && try == 0; open != (len(got) > 0) {
				t.Errorf("%s, time %d: connected to %v", name, try, got)
			}
		}
	}
	if asked == 0 {
		t.Error("nothing was let pass: the test proves nothing")
	}
}

// fetch.allow_private opens exactly what it names.
func TestAllowPrivateOpensWhatItNames(t *testing.T) {
	t.Parallel()
	z := zone{"inside.example": {{"10.1.2.3"}}, "beside.example": {{"10.1.2.4"}}, "*": {{"127.0.0.1"}}}
	r := record(t, z.resolver(t), "127.0.0.2/32", "10.1.2.3/32", "fd00:1::/64")
	for address, want := range map[string]bool{
		"http://127.0.0.2/": true, "http://127.0.0.2:8080/": true, "http://10.1.2.3:22/": true, "http://[fd00:1::5]/": true, "http://inside.example/": true,
		"http://127.0.0.1/": false, "http://127.0.0.3/": false, "http://10.1.2.4/": false, "http://[fd00:2::1]/": false, "http://[::1]/": false, "http://beside.example/": false,
		"http://localhost/": false, "http://0x7f.2/": false, "http://2130706434/": false, "http://[::ffff:127.0.0.2]:1/": true, "http://169.254.169.254/": false,
	} {
		got := r.ask(t.Context(), address)
		if (len(got) > 0) != want {
			t.Errorf("%s: connected to %v", address, got)
		}
		for _, to := range got {
			if a := to.Addr().Unmap().String(); a != "127.0.0.2" && a != "10.1.2.3" && a != "fd00:1::5" {
				t.Errorf("%s: connected to %v", address, to)
			}
		}
	}
}

func TestNoProxy(t *testing.T) {
	t.Parallel()
	if newTransport(newDialer(nil, nil)).Proxy != nil {
		t.Error("a proxy would connect in our stead, to anywhere")
	}
}

// FuzzGuard: whatever an address says, and whatever redirects to it, only public addresses are let pass, and the reason against
// the others is one plain line.
func FuzzGuard(f *testing.F) {
	for _, host := range hostile.Private {
		f.Add("http://" + host + "/x")
	}
	for _, trick := range hostile.Tricks {
		f.Add(fmt.Sprintf(trick, "127.0.0.1:80"))
	}
	for _, s := range []string{"http://93.184.216.34/", "https://[2606:2800:220:1::1]:443/", "http://[::ffff:93.184.216.34]/", "http://e.example:80/a?b#c", "//127.0.0.1/", "http:127.0.0.1", "file:///etc/passwd"} {
		f.Add(s)
	}
	nobody := &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) { return nil, io.ErrClosedPipe }}
	f.Fuzz(func(t *testing.T, address string) {
		if strings.HasPrefix(address, "file:") {
			return // who configures it may read it
		}
		r := record(t, nobody)
		for _, to := range r.ask(t.Context(), address) {
			if !public(to.Addr()) && !public(to.Addr().Unmap()) || to.Port() != 80 && to.Port() != 443 {
				t.Errorf("%q: connected to %v", address, to)
			}
		}
		r.moved = address
		for _, at := range []string{address, "http://start.example/"} {
			if _, err := r.Fetch(t.Context(), Request{URL: at}); err == nil || len(err.Error()) > 2*maxLine || line(err.Error()) != line(line(err.Error())) || strings.ContainsAny(err.Error(), "\n\r\x1b\x00") {
				t.Errorf("%q: %v", address, err)
			}
		}
	})
}
