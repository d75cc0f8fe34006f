package hostile

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
)

// Private are hosts that lead to machines that are nobody's business, as they may be written in an address.
var Private = []string{
	"127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.1", "0x7F.0.0.1", "0177.0.0.1", "0177.1", "017700000001", "00000177.0.0.1", "127.0.0.1.", "127.0.0.1..",
	"127.000.000.001", "127.0.0.0x1", "localhost", "LOCALHOST", "localhost.", "0.0.0.0", "0", "0x0", "00",
	"10.0.0.1", "172.16.0.1", "192.168.0.1", "169.254.169.254", "2852039166", "0xa9fea9fe", "100.64.0.1", "192.0.0.192", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
	"[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:0:127.0.0.1]", "[::127.0.0.1]", "[::7f00:1]",
	"[64:ff9b::7f00:1]", "[64:ff9b::127.0.0.1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[2002:a00:1::1]", "[2001:0:7f00:1::]", "[2001::1]", "[2001:db8::1]",
	"[fe80::1]", "[fe80::1%25lo]", "[fe80::5efe:127.0.0.1]", "[fec0::1]", "[fc00::1]", "[fd00:ec2::254]", "[ff02::1]", "[100::1]", "[2001:20::1]", "[5f00::1]",
	"１２７.０.０.１", "127。0。0。1", "①②⑦.⓪.⓪.①", "ⓛocalhost", "%31%32%37.0.0.1", "127%2e0%2e0%2e1", "%6cocalhost",
}

// Tricks are whole addresses for which some readers see another host than the one that is asked. %s is a private one with its port.
var Tricks = []string{
	"http://example.org@%s/", "http://example.org:80@%s/", "http://%s#@example.org/", "http://%s\\@example.org/", "http:\\\\%s\\", "http:/\\%s/",
	"http://example.org\\@%s/", "http:%s/", "http:///%s/", "////%s/", "//%s/", "\\\\%s/", "http://\t%s/", "ht\ntp://%s/", "http://%s\t/", "http://exa\nmple.org@%s/",
	"http://%s%%00.example.org/", "http://%s%%20.example.org/", "http://%s/%%2e%%2e/", "HTTP://%s/", "hTTp://%s/", "http://[%s]/", "http://user:pass@%s/", "http://0@%s/",
}

// redirects lead in circles, nowhere, or where nobody may go.
func redirects(elsewhere string) (all []Feed) {
	_, port, _ := net.SplitHostPort(elsewhere)
	to := func(kind string, status int, location string) {
		all = append(all, Feed{Kind: kind, Answer: func(c net.Conn, _ *http.Request) {
			fmt.Fprintf(c, "HTTP/1.1 %d Over there\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n", status, location)
		}})
	}
	for i, host := range Private {
		to("redirect to "+host, []int{301, 302, 303, 307, 308}[i%5], "http://"+host+":"+port+"/secret")
	}
	for _, trick := range Tricks {
		to("redirect by a trick", 302, fmt.Sprintf(trick, elsewhere))
	}
	for _, address := range []string{
		"file:///etc/passwd", "file:/etc/passwd", "FILE:///etc/passwd", "//file:///etc/passwd", "gopher://" + elsewhere + "/x", "ftp://" + elsewhere + "/", "dict://" + elsewhere + "/d", "data:text/xml,<rss/>", "javascript:attack()",
		"about:blank", "unix:///var/run/docker.sock", "jar:http://" + elsewhere + "!/x", "http://", "http://:80/", "://", "", " ", "http://[", "http://[::1", "http://%zz/", "http://a b/", "http://\x1b[31m/", "http://e.example:99999/", "http://e.example:-1/",
		"http://e.example/" + strings.Repeat("x", 10_000),
	} {
		to("redirect to what is not the web", 301, address)
	}
	all = append(all, Feed{Kind: "redirect to itself", Answer: func(c net.Conn, r *http.Request) {
		fmt.Fprintf(c, "HTTP/1.1 301 Here\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n", r.URL.Path)
	}})
	all = append(all, Feed{Kind: "redirects without end", Answer: func(c net.Conn, r *http.Request) {
		fmt.Fprintf(c, "HTTP/1.1 302 On\r\nLocation: %s/x\r\nContent-Length: 0\r\n\r\n", r.URL.Path)
	}})
	all = append(all, Feed{Kind: "redirects with bodies", Answer: func(c net.Conn, r *http.Request) {
		fmt.Fprintf(c, "HTTP/1.1 302 On\r\nLocation: %s/x\r\n\r\n", r.URL.Path)
		io.WriteString(c, fill(1<<20, "x"))
	}})
	all = append(all, Feed{Kind: "a redirect without an address", Answer: func(c net.Conn, _ *http.Request) {
		io.WriteString(c, "HTTP/1.1 302 Guess\r\nContent-Length: 0\r\n\r\n")
	}})
	all = append(all, Feed{Kind: "two addresses", Answer: func(c net.Conn, _ *http.Request) {
		fmt.Fprintf(c, "HTTP/1.1 302 Both\r\nLocation: http://%s/\r\nLocation: /good-97\r\nContent-Length: 0\r\n\r\n", elsewhere)
	}})
	return all
}
