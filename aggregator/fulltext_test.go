package aggregator

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"deskwire"
)

// A source that gives teasers has its articles' pages read: each once, under the host's robots.txt, which is asked once a day. What
// can't be read is tried again by later rounds, and is not an update when it comes.
func TestFullText(t *testing.T) {
	t.Parallel()
	page := func(n, version int) string {
		return fmt.Sprintf("<html><head><title>x</title></head><body><nav>Home</nav><article><h1>Story</h1>%s</article></body></html>",
			strings.Repeat(fmt.Sprintf("<p>The %dth ferry of the day left the harbour of town on time, and version %d of this page tells at length who stood at the rail, what the wind did, and why the horn was heard so late.</p>", n, version), 6))
	}
	items := stories("town", 0, 4)
	version, down := 1, true
	a, w := open(t, func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("ETag", fmt.Sprintf(`"%d"`, version))
		var n int
		switch {
		case r.URL.Path == "/robots.txt":
			rw.Header().Set("Content-Type", "text/plain")
			write(rw, "User-agent: deskwire\nDisallow: /story-3\n")
		case r.URL.Path == "/feed" && r.Header.Get("If-None-Match") == rw.Header().Get("ETag"):
			rw.WriteHeader(http.StatusNotModified)
		case r.URL.Path == "/feed":
			write(rw, rss("", items...))
		case r.URL.Path == "/story-2" && down:
			rw.WriteHeader(http.StatusBadGateway)
		default:
			fmt.Sscanf(r.URL.Path, "/story-%d", &n)
			rw.Header().Set("Content-Type", "text/html")
			write(rw, page(n, version))
		}
	})
	src := source("town", "/feed")
	src.FullText, src.Rights.Body = true, true
	all := []deskwire.Source{src}
	round := func(hours int, want string) {
		t.Helper()
		if got := lines(mustRound(t, a, all, RoundOptions{Now: noon.Add(time.Duration(hours) * time.Hour)})); got[0] != "town "+want {
			t.Errorf("after %d hours: %s, want %s", hours, got[0], want)
		}
	}
	asked := func(path string, want int) {
		t.Helper()
		if got := len(w.of(path)); got != want {
			t.Errorf("%s was asked %d times, want %d", path, got, want)
		}
	}
	article := func(n int) (*deskwire.Article, string) {
		t.Helper()
		for _, h := range heads(t, a.Store) {
			if h.GUID == fmt.Sprintf("town-%d", n) {
				bodies, err := a.Store.Bodies(t.Context(), h.ID)
				if err != nil {
					t.Fatal(err)
				}
				return h, bodies[0]
			}
		}
		t.Fatalf("there is no article %d", n)
		return nil, ""
	}
	round(0, "read 4 new 0 updated 0 unchanged")
	for n, full := range []bool{true, true, false, false} {
		if h, body := article(n); h.Full != full || strings.Contains(body, "version 1") != full || full && h.Words < 100 {
			t.Errorf("article %d: full %t, %d words, body %.60q", n, h.Full, h.Words, body)
		}
	}
	asked("/story-0", 1)
	asked("/story-2", 1)
	asked("/story-3", 0)
	asked("/robots.txt", 1)

	// The feed says the same: what is still wanted is asked again, the rest is not, and readers are told of no update.
	down = false
	round(3, "not-modified 0 new 0 updated 0 unchanged")
	h, body := article(2)
	if !h.Full || !strings.Contains(body, "version 1") || h.Revision != 0 || !h.Revised.Equal(noon) {
		t.Errorf("article 2: full %t, revision %d of %v, body %.60q", h.Full, h.Revision, h.Revised, body)
	}
	asked("/story-0", 1)
	asked("/story-2", 2)
	asked("/robots.txt", 1)

	// A teaser that changed has its page asked again; a page that can't be had then leaves the one that was.
	version = 2
	items[0].title, items[2].title = "Corrected", "Corrected, too"
	down = true
	round(6, "read 0 new 2 updated 2 unchanged")
	if h, body := article(0); h.Revision != 1 || !strings.Contains(body, "version 2") {
		t.Errorf("article 0: revision %d, body %.60q", h.Revision, body)
	}
	if h, body := article(2); h.Revision != 1 || !h.Full || !strings.Contains(body, "version 1") {
		t.Errorf("article 2: revision %d, full %t, body %.60q", h.Revision, h.Full, body)
	}
	// It is not tried for ever.
	for hour := 9; hour < 24*20; hour += 3 {
		mustRound(t, a, all, RoundOptions{Now: noon.Add(time.Duration(hour) * time.Hour)})
	}
	if n := len(w.of("/story-2")); n < 5 || n > 8 {
		t.Errorf("a page that fails was asked %d times in all", n)
	}
	asked("/story-3", 0)
	if n := len(w.of("/robots.txt")); n < 2 || n > 6 {
		t.Errorf("robots.txt was asked %d times in 20 days", n)
	}
}

// Without the right to bodies nobody reads pages.
func TestFullTextNeedsRights(t *testing.T) {
	t.Parallel()
	a, w := open(t, func(rw http.ResponseWriter, r *http.Request) { write(rw, rss("", stories("town", 0, 4)...)) })
	src := source("town", "/feed")
	src.FullText = true
	mustRound(t, a, []deskwire.Source{src}, RoundOptions{})
	if n := len(w.of("")); n != 1 {
		t.Errorf("%d requests, want the feed alone", n)
	}
}

// A townPaper has one source of teasers; page answers for its articles, robots is the status of robots.txt.
type townPaper struct {
	*Aggregator
	w      *world
	src    deskwire.Source
	items  []item
	extra  string
	robots int
	page   http.HandlerFunc
}

func newTownPaper(t *testing.T) *townPaper {
	p := &townPaper{items: stories("town", 0, 2), robots: http.StatusNotFound, src: source("town", "/feed")}
	p.src.FullText, p.src.Rights.Body = true, true
	p.page = func(w http.ResponseWriter, _ *http.Request) { write(w, longPage("")) }
	p.Aggregator, p.w = open(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/robots.txt":
			w.WriteHeader(p.robots)
		case "/feed":
			write(w, rss(p.extra, p.items...))
		default:
			w.Header().Set("Content-Type", "text/html")
			p.page(w, r)
		}
	})
	return p
}

// longPage is an article that every teaser of the town fits.
func longPage(extra string) string {
	return "<html><head><title>x</title></head><body><article><h1>Story</h1>" + extra +
		strings.Repeat("<p>The ferry of the day left the harbour of town on time, and this page tells at length who stood at the rail, what the wind did, and why the horn was heard so late.</p>", 6) + "</article></body></html>"
}

// after runs a round so many hours after noon.
func (p *townPaper) after(t *testing.T, hours int) {
	t.Helper()
	mustRound(t, p.Aggregator, []deskwire.Source{p.src}, RoundOptions{Now: noon.Add(time.Duration(hours) * time.Hour)})
}

func (p *townPaper) full(t *testing.T) (n int) {
	t.Helper()
	for _, h := range heads(t, p.Store) {
		if h.Full {
			n++
		}
	}
	return n
}

// RFC 9309 §2.3.1.4: a robots.txt that can't be read forbids everything, but not for ever.
func TestFullTextRobotsUnread(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusServiceUnavailable, http.StatusTooManyRequests, 599} {
		p := newTownPaper(t)
		p.robots = status
		p.after(t, 0)
		if n := len(p.w.of("/story-0")); n != 0 || p.full(t) != 0 {
			t.Errorf("%d: a page was asked %d times", status, n)
		}
		p.robots = http.StatusNotFound
		p.after(t, 3)
		if got := p.full(t); got != 2 {
			t.Errorf("%d: %d articles are whole after the host recovered, want 2", status, got)
		}
	}
}

// R01 of a page: the host's wish holds in later processes, for the feed too.
func TestFullTextRetryAfter(t *testing.T) {
	t.Parallel()
	p := newTownPaper(t)
	p.page = func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "36000")
		w.WriteHeader(http.StatusTooManyRequests)
	}
	p.after(t, 0)
	before := len(p.w.of(""))
	for hour := 1; hour < 10; hour++ {
		p.Aggregator = &Aggregator{Store: p.Store, Client: p.Client, Log: p.Log}
		p.after(t, hour)
	}
	if n := len(p.w.of("")) - before; n != 0 {
		t.Errorf("%d requests while the host rests", n)
	}
	p.page = func(w http.ResponseWriter, _ *http.Request) { write(w, longPage("")) }
	p.after(t, 12)
	if got := p.full(t); got != 2 {
		t.Errorf("%d articles are whole after the rest, want 2", got)
	}
}

// A source gives rights to its own pages only, wherever its links or their redirects lead.
func TestFullTextOfOthers(t *testing.T) {
	t.Parallel()
	p := newTownPaper(t)
	p.items[0].link = "https://stranger.example.com/theirs"
	p.page = func(w http.ResponseWriter, r *http.Request) {
		if r.Host == "town.example.org" {
			http.Redirect(w, r, "https://other.example.net/elsewhere", http.StatusFound)
			return
		}
		write(w, longPage(""))
	}
	p.after(t, 0)
	if n := len(p.w.of("/theirs")); n != 0 || p.full(t) != 0 {
		t.Errorf("a stranger's page was asked %d times, %d articles are whole", n, p.full(t))
	}
	p = newTownPaper(t)
	p.items, p.src.Domains = p.items[:1], []string{"example.com"}
	p.items[0].link = "https://stranger.example.com/theirs"
	p.after(t, 0)
	if got := p.full(t); got != 1 {
		t.Errorf("%d articles are whole at a domain that the source names, want 1", got)
	}
}

// A page's picture stands in for one that the feed does not give, also when the feed is read again.
func TestFullTextPicture(t *testing.T) {
	t.Parallel()
	p := newTownPaper(t)
	down := false
	p.page = func(w http.ResponseWriter, _ *http.Request) {
		if down {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		write(w, longPage(`<figure><img src="/p/1.jpg" width="1200" height="800" alt="The deck"><figcaption>The deck, on Sunday. (Kim Strand / Pool)</figcaption></figure>`))
	}
	check := func(when string) {
		t.Helper()
		for _, h := range heads(t, p.Store) {
			if m := h.Picture(); m == nil || m.Caption != "The deck, on Sunday." || m.Credit != "Kim Strand / Pool" {
				t.Errorf("%s: the picture of %s is %+v", when, h.GUID, m)
			}
		}
	}
	p.after(t, 0)
	check("at first")
	p.extra = "<copyright>Invented</copyright>" // everything is read again
	p.after(t, 3)
	check("read again")
	down, p.items[0].title = true, "Corrected"
	p.after(t, 6)
	check("corrected while the page is away")
}
