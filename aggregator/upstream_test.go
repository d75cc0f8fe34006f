package aggregator

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
)

// The benchmarks' upstream is a process of its own, so that what it costs is not counted as ours: this test binary, started
// again with upstreamEnv set. It listens on several loopback addresses, so that the limit of requests to one host is not
// what is measured.
const (
	upstreamEnv   = "DESKWIRE_BENCH_UPSTREAM" // number of feeds
	upstreamHosts = 16
	upstreamItems = 30
)

func TestMain(m *testing.M) {
	if n, err := strconv.Atoi(os.Getenv(upstreamEnv)); err == nil {
		if err := serveUpstream(n); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// An upstream is the running process.
type upstream struct {
	hosts []string // "127.0.0.2:41234"
	feeds int
	html  int64 // bytes of HTML in all items
	gzip  int64 // bytes of all feeds as they are served
}

// startUpstream starts it with so many feeds and stops it when the benchmark ends.
func startUpstream(b *testing.B, feeds int) *upstream {
	b.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), upstreamEnv+"="+strconv.Itoa(feeds))
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { stdin.Close(); cmd.Wait() })
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		b.Fatalf("upstream: %v", err)
	}
	u := &upstream{feeds: feeds}
	fields := strings.Fields(line)
	u.html, _ = strconv.ParseInt(fields[0], 10, 64)
	u.gzip, _ = strconv.ParseInt(fields[1], 10, 64)
	u.hosts = fields[2:]
	return u
}

// url is the address of the nth feed.
func (u *upstream) url(n int) string {
	return fmt.Sprintf("http://%s/%d", u.hosts[n%len(u.hosts)], n)
}

// advance gives every tenth feed two new items.
func (u *upstream) advance(b *testing.B) {
	b.Helper()
	res, err := http.Get("http://" + u.hosts[0] + "/advance")
	if err != nil {
		b.Fatal(err)
	}
	res.Body.Close()
}

// serveUpstream generates feeds and serves them until its standard input ends.
func serveUpstream(n int) error {
	var html, packed int64
	feeds := make([][]byte, n)
	next := make([][]byte, n)
	for i := range feeds {
		var size int
		feeds[i], size = generate(i, 2, upstreamItems)
		html += int64(size)
		packed += int64(len(feeds[i]))
		if i%10 == 0 {
			next[i], _ = generate(i, 0, upstreamItems)
		}
	}
	var advanced atomic.Bool
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/advance" {
			advanced.Store(true)
			return
		}
		i, err := strconv.Atoi(r.URL.Path[1:])
		if err != nil || i < 0 || i >= n {
			http.NotFound(w, r)
			return
		}
		body, tag := feeds[i], `"first"`
		if next[i] != nil && advanced.Load() {
			body, tag = next[i], `"second"`
		}
		w.Header().Set("ETag", tag)
		if r.Header.Get("If-None-Match") == tag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Header().Set("Content-Encoding", "gzip")
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		w.Write(body)
	})
	fmt.Print(html, " ", packed)
	var wg sync.WaitGroup
	for host := range upstreamHosts {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.%d:0", host+1))
		if err != nil {
			return err
		}
		fmt.Print(" ", l.Addr())
		wg.Go(func() { http.Serve(l, handler) })
	}
	fmt.Println()
	_, err := io.Copy(io.Discard, os.Stdin)
	return err
}

// generate writes the ith feed with items from (the newest) to, compressed, and says how much HTML it holds. A third each is
// RSS, Atom and JSON Feed.
func generate(i, from, to int) ([]byte, int) {
	var doc bytes.Buffer
	html := 0
	home := fmt.Sprintf("https://outlet-%d.example.org", i)
	title := fmt.Sprintf("Outlet number %d", i)
	each := func(f func(guid, link, title, body string, at time.Time)) {
		for n := from; n < to; n++ {
			r := rand.New(rand.NewPCG(uint64(i), uint64(n)))
			body := htmlBody(r, home)
			html += len(body)
			at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC).Add(-time.Duration(n) * 40 * time.Minute)
			f(fmt.Sprintf("%s/?p=%d", home, 9000-n), fmt.Sprintf("%s/2026/11/%s-%d?utm_source=rss", home, words(r, 4, "-"), 7000000-n), words(r, 8, " "), body, at)
		}
	}
	switch i % 3 {
	case 0:
		fmt.Fprintf(&doc, `<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>%s</title><link>%s</link><description>Invented</description><language>en</language>`, title, home)
		each(func(guid, link, title, body string, at time.Time) {
			fmt.Fprintf(&doc, "\n<item><title>%s</title><link>%s</link><guid isPermaLink=\"false\">%s</guid><pubDate>%s</pubDate><dc:creator>Ann Author</dc:creator><category>World</category><category>Ports</category><description><![CDATA[%s]]></description><content:encoded><![CDATA[%s]]></content:encoded></item>",
				title, strings.ReplaceAll(link, "&", "&amp;"), guid, at.Format(time.RFC1123Z), body[:min(len(body), 200)], body)
		})
		doc.WriteString("</channel></rss>")
	case 1:
		fmt.Fprintf(&doc, `<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>%s</title><id>%s/</id><link href="%s"/><updated>2026-11-22T12:00:00Z</updated>`, title, home, home)
		escape := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
		each(func(guid, link, title, body string, at time.Time) {
			fmt.Fprintf(&doc, "\n<entry><title>%s</title><id>%s</id><link href=\"%s\"/><published>%s</published><updated>%[4]s</updated><author><name>Ann Author</name></author><category term=\"World\"/><content type=\"html\">%[5]s</content></entry>",
				title, guid, link, at.Format(time.RFC3339), escape.Replace(body))
		})
		doc.WriteString("</feed>")
	case 2:
		type author struct {
			Name string `json:"name"`
		}
		type entry struct {
			ID      string    `json:"id"`
			URL     string    `json:"url"`
			Title   string    `json:"title"`
			HTML    string    `json:"content_html"`
			At      time.Time `json:"date_published"`
			Authors []author  `json:"authors"`
			Tags    []string  `json:"tags"`
		}
		var items []entry
		each(func(guid, link, title, body string, at time.Time) {
			items = append(items, entry{guid, link, title, body, at, []author{{"Ann Author"}}, []string{"World", "Ports"}})
		})
		enc := json.NewEncoder(&doc)
		enc.SetEscapeHTML(false)
		enc.Encode(map[string]any{"version": "https://jsonfeed.org/version/1.1", "title": title, "home_page_url": home, "language": "en", "items": items})
	}
	var packed bytes.Buffer
	w, _ := gzip.NewWriterLevel(&packed, 6)
	w.Write(doc.Bytes())
	w.Close()
	return packed.Bytes(), html
}

// htmlBody is 3 to 6 KB of an article as newsrooms write them.
func htmlBody(r *rand.Rand, home string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<figure><img src="%s/img/%d.jpg" alt="%s" width="1200" height="800"><figcaption>%s</figcaption></figure>`, home, r.IntN(1e9), words(r, 5, " "), words(r, 9, " "))
	for size := 3000 + r.IntN(3000); b.Len() < size; {
		switch r.IntN(8) {
		case 0:
			fmt.Fprintf(&b, "<h2>%s</h2>", words(r, 5, " "))
		case 1:
			fmt.Fprintf(&b, "<blockquote><p>%s.</p></blockquote>", words(r, 25, " "))
		case 2:
			fmt.Fprintf(&b, "<ul><li>%s</li><li>%s</li></ul>", words(r, 8, " "), words(r, 8, " "))
		default:
			fmt.Fprintf(&b, `<p class="text">%s <a href="%s/%s" target="_blank" rel="noopener">%s</a> <em>%s</em> %s.</p>`,
				words(r, 20, " "), home, words(r, 3, "-"), words(r, 3, " "), words(r, 2, " "), words(r, 25, " "))
		}
	}
	return b.String()
}

var syllables = strings.Fields("ba ke li mo nu ra se ti vo zu dar fen gil hos jun kar lem nor pos qui ras sel tam ver wis yor")

// words are invented ones, some of them frequent.
func words(r *rand.Rand, n int, between string) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(between)
		}
		if r.IntN(3) == 0 {
			b.WriteString(syllables[r.IntN(6)])
			continue
		}
		for range 2 + r.IntN(2) {
			b.WriteString(syllables[r.IntN(len(syllables))])
		}
	}
	return b.String()
}
