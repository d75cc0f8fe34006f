// Package hostile makes feeds that are out to hurt their readers, and a few good ones to stand beside them. Tests of reading
// and of the whole program use it; nothing is stored, all is generated when it is asked for.
package hostile

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// A Feed is one address of the hostile server.
type Feed struct {
	Kind  string // what it tries
	Name  string // unlike every other's; small letters, digits and dashes
	Waits bool   // holds its reader for as long as that has patience
	Heavy bool   // large, or much work
	// Answer writes everything that goes over the connection, status line included, and returns when the connection is to
	// be closed.
	Answer func(c net.Conn, r *http.Request)
	// Body is the document, for feeds that are nothing but one; else nil.
	Body func() []byte
	Type string // Body's media type, "" for that of RSS
}

// Goods is how many good feeds there are, GoodItems how many items each has.
const (
	Goods     = 20
	GoodItems = 50
)

// GoodGUID, GoodLink and GoodTitle are what the ith item of the nth good feed goes by. Hostile feeds claim them too.
func GoodGUID(n, i int) string  { return fmt.Sprintf("good-%d-%d", n, i) }
func GoodLink(n, i int) string  { return fmt.Sprintf("https://good-%d.example/story-%d", n, i) }
func GoodTitle(n, i int) string { return fmt.Sprintf("%s %d of %d", words(n, i, 7), i, n) }

// words are invented ones, such that no two items are about the same.
func words(n, i, count int) string {
	r := rand.New(rand.NewPCG(uint64(n), uint64(i)))
	syllables := strings.Fields("ba ke li mo nu ra se ti vo zu dar fen gil hos jun kar lem nor pos qui ras sel tam ver wis yor")
	var b strings.Builder
	for w := range count {
		if w > 0 {
			b.WriteByte(' ')
		}
		for range 3 {
			b.WriteString(syllables[r.IntN(len(syllables))])
		}
	}
	return b.String()
}

// Good is the nth good feed.
func Good(n int) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `<?xml version="1.0"?><rss version="2.0"><channel><title>Town %d</title><link>https://good-%d.example/</link><description>Invented</description>`, n, n)
	for i := range GoodItems {
		fmt.Fprintf(&b, `<item><title>%s</title><link>%s</link><guid isPermaLink="false">%s</guid><pubDate>%s</pubDate><description><![CDATA[<p>%s <b>bold</b>.</p>]]></description></item>`,
			GoodTitle(n, i), GoodLink(n, i), GoodGUID(n, i), goodTime.Add(-time.Duration(i)*time.Minute).Format(time.RFC1123Z), words(n, i, 60))
	}
	b.WriteString("</channel></rss>")
	return b.Bytes()
}

var goodTime = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// All are the hostile feeds. size is what the large ones come to, in bytes; elsewhere is an address that they may not reach,
// and try to redirect to.
func All(size int, elsewhere string) []Feed {
	var all []Feed
	all = append(all, heavy(size)...)
	all = append(all, active()...)
	all = append(all, odd()...)
	all = append(all, wires(size)...)
	all = append(all, packed(size)...)
	all = append(all, redirects(elsewhere)...)
	for i := range all {
		f := &all[i]
		f.Name = name(f.Kind, i)
		if f.Answer == nil {
			f.Answer = func(c net.Conn, _ *http.Request) { answer(c, f.Type, "", f.Body()) }
		}
	}
	return all
}

func name(kind string, n int) string {
	words := strings.FieldsFunc(strings.ToLower(kind), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	return fmt.Sprintf("%s-%d", strings.Join(words, "-"), n)
}

// answer writes an ordinary answer. extra are further header lines.
func answer(w io.Writer, mediaType, extra string, body []byte) {
	if mediaType == "" {
		mediaType = "application/rss+xml"
	}
	fmt.Fprintf(w, "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %d\r\n%s\r\n", mediaType, len(body), extra)
	w.Write(body)
}

// A Server serves feeds: the hostile ones below their names, the good ones below /good-0 and so on.
type Server struct {
	feeds map[string]*Feed
	done  chan struct{}
	busy  sync.WaitGroup

	mu    sync.Mutex
	open  map[net.Conn]bool
	lines []net.Listener
	good  time.Time
}

// NewServer makes a server of feeds that listens nowhere yet.
func NewServer(feeds []Feed) *Server {
	s := &Server{feeds: map[string]*Feed{}, done: make(chan struct{}), open: map[net.Conn]bool{}}
	for i := range feeds {
		s.feeds[feeds[i].Name] = &feeds[i]
	}
	return s
}

// Serve takes connections from l until Close. mute ones are taken and never answered.
func (s *Server) Serve(l net.Listener, mute bool) {
	s.mu.Lock()
	s.lines = append(s.lines, l)
	s.mu.Unlock()
	s.busy.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			s.open[c] = true
			s.mu.Unlock()
			s.busy.Go(func() {
				if mute {
					io.Copy(io.Discard, c)
				} else {
					s.serve(c)
				}
				s.mu.Lock()
				delete(s.open, c)
				s.mu.Unlock()
				c.Close()
			})
		}
	})
}

func (s *Server) serve(c net.Conn) {
	r, err := http.ReadRequest(bufio.NewReader(c))
	if err != nil {
		return
	}
	path := strings.TrimPrefix(r.URL.Path, "/")
	if base, _, below := strings.Cut(path, "/"); below {
		path = base
	}
	var n int
	if k, _ := fmt.Sscanf(path, "good-%d", &n); k == 1 {
		s.mu.Lock()
		s.good = time.Now()
		s.mu.Unlock()
		answer(c, "", "", Good(n))
	} else if f := s.feeds[path]; f != nil {
		f.Answer(c, r)
	} else {
		io.WriteString(c, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
	}
}

// LastGood is when a good feed was last asked for.
func (s *Server) LastGood() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.good
}

// Close ends all connections.
func (s *Server) Close() {
	s.mu.Lock()
	for _, l := range s.lines {
		l.Close()
	}
	for c := range s.open {
		c.Close()
	}
	s.mu.Unlock()
	s.busy.Wait()
}
