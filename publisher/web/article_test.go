package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"deskwire"
	"deskwire/storage"
)

// newest is the ID of the article that came last.
func (n *newsroom) newest() deskwire.ID {
	n.tb.Helper()
	for art, err := range n.store.Newest(n.tb.Context(), "") {
		if err != nil {
			n.tb.Fatal(err)
		}
		return art.ID
	}
	n.tb.Fatal("nothing is there")
	return ""
}

func (n *newsroom) decide(d deskwire.Decision) {
	n.tb.Helper()
	d.By, d.At = "editor", n.now
	if _, err := n.store.Decide(n.tb.Context(), d); err != nil {
		n.tb.Fatal(err)
	}
}

func articleURL(id deskwire.ID) string { return "/articles/" + string(id) + "/" }

// linkedData is the JSON-LD of a page.
func linkedData(t *testing.T, page tree) map[string]any {
	t.Helper()
	var doc map[string]any
	for _, n := range page.all("script[type=application/ld+json]") {
		if err := json.Unmarshal([]byte(wordsOf(n)), &doc); err != nil {
			t.Fatal(err)
		}
	}
	return doc
}

// What a page shows is what its source allows: own articles whole and as ours, a stranger's in short, led by the origin.
func TestArticleRights(t *testing.T) {
	t.Parallel()
	n := open(t, world)
	rich := func(d *deskwire.Draft) {
		d.Body = `<h1>Part one</h1><p>The text itself.</p><h3>Part two</h3><figure><img src="https://pictures.example/in.jpg" alt=""><figcaption>A map</figcaption></figure>`
		d.Media = []deskwire.Media{{URL: "https://pictures.example/lead.jpg", Type: "image/jpeg", Width: 1600, Height: 900, Caption: "The pier.", Credit: "Kim Strand / Pool"}}
		d.Authors = []deskwire.Author{{Name: "Ana Lind"}}
		d.Summary = strings.Repeat("A long summary. ", 40)
	}
	n.say("harbour", "Own news", rich)
	own := n.newest()
	n.now = n.now.Add(time.Minute)
	n.say("hill", "Others' news", rich)
	strange := n.newest()
	n.publish()
	for _, tt := range []struct {
		id    deskwire.ID
		ours  bool
		owner string
	}{{own, true, "Example <News>"}, {strange, false, "Feed of hill"}} {
		w := n.ask("GET", articleURL(tt.id))
		if w.StatusCode != http.StatusOK || w.Header.Get("Content-Type") != "text/html; charset=utf-8" || w.Header.Get("ETag") == "" || w.Header.Get("Content-Security-Policy") != pagePolicy {
			t.Fatalf("%s: %d %v", tt.id, w.StatusCode, w.Header)
		}
		raw := body(t, w)
		page := parsePage(t, raw)
		html := string(raw)
		if got := len(page.all("h1")); got != 1 {
			t.Errorf("%s: %d <h1>", tt.id, got)
		}
		main := page.all("#a-" + string(tt.id))
		if len(main) != 1 {
			t.Fatalf("%s: %d articles of that id", tt.id, len(main))
		}
		for word, want := range map[string]bool{
			"The text itself.": tt.ours, "in.jpg": tt.ours, "(Kim Strand / Pool)": tt.ours, `content="noindex"`: !tt.ours, "Read more at": !tt.ours,
			`property="og:image"`: tt.ours, `<link rel="canonical" href="https://news.example.org/articles/` + string(tt.id): tt.ours,
			`<link rel="canonical" href="https://hill.example/`: !tt.ours, "The World desk": true, "Three editors.": true, "mailto:world@example.org": true,
			"2 min read": true, "Show more": true, "Read more": true, "Ana Lind": true, `rel="alternate"`: true,
		} {
			if strings.Contains(html, word) != want {
				t.Errorf("%s: %q is there: %v", tt.id, word, !want)
			}
		}
		if got := len(page.all("#a-" + string(tt.id) + " .lead")); (got == 1) != tt.ours {
			t.Errorf("%s: %d lead pictures", tt.id, got)
		}
		ld := linkedData(t, page)
		by, _ := ld["publisher"].(map[string]any)
		if ld["@type"] != "NewsArticle" || by["name"] != tt.owner || (ld["isBasedOn"] == nil) != tt.ours ||
			(ld["image"] != nil) != tt.ours || (ld["wordCount"] != nil) != tt.ours || ld["datePublished"] == nil {
			t.Errorf("%s: %v", tt.id, ld)
		}
	}
	html := string(body(t, n.ask("GET", articleURL(own))))
	if !strings.Contains(html, "<h2>Part one</h2>") || !strings.Contains(html, "<h3>Part two</h3>") || !strings.Contains(html, `alt="A map"`) {
		t.Errorf("the text is not set: %s", html)
	}
}

// Nothing that a feed writes gets out of the place that the page has for it.
func TestArticleCard(t *testing.T) {
	t.Parallel()
	evil := []string{
		`</div></article></main><script>alert(1)</script>`, `<svg onload=alert(1)>`, `--><b>`, `</script><script>alert(1)</script>`, `<style>*{display:none}</style>`,
		"\u2028\u2029</title>", `"><img src=x onerror=alert(1)>`, `<a href="javascript:alert(1)">x</a>`, `<base href="https://evil.example/">`, `<h1 id="a-1">x</h1>`, `<main><article id=x>`, `{{.Root}}`,
	}
	n := open(t, world)
	var ids []deskwire.ID
	for _, s := range evil {
		n.now = n.now.Add(time.Minute)
		n.say("harbour", "News", func(d *deskwire.Draft) {
			d.Title, d.Summary, d.Body, d.Rights = "T "+s, "S "+s, "<p>B</p>"+s, s
			d.Authors = []deskwire.Author{{Name: s, URL: "javascript:alert(1)"}}
			d.Media = []deskwire.Media{{URL: `https://pictures.example/"onerror=alert(1).jpg`, Type: "image/jpeg", Caption: s, Credit: s, Title: s}}
		})
		ids = append(ids, n.newest())
	}
	n.decide(deskwire.Decision{Verb: deskwire.Correct, Article: ids[0], Value: evil[0] + evil[3]})
	n.publish()
	for i, id := range ids {
		w := n.ask("GET", articleURL(id))
		raw := body(t, w)
		page := parsePage(t, raw)
		if w.StatusCode != 200 || len(page.all("h1")) != 1 || len(page.all("main")) != 1 || len(page.inline()) != 1 || len(page.all("style")) != 0 || len(page.all("svg")) != 0 || len(page.all("base")) != 0 {
			t.Errorf("%q got out:\n%s", evil[i], raw)
		}
		for d := range page.root.Descendants() {
			for _, a := range d.Attr {
				if strings.HasPrefix(a.Key, "on") || a.Key == "style" || strings.HasPrefix(strings.TrimSpace(strings.ToLower(a.Val)), "javascript:") {
					t.Errorf("%q: <%s %s=%q>", evil[i], d.Data, a.Key, a.Val)
				}
			}
		}
		if linkedData(t, page)["@type"] != "NewsArticle" || strings.ContainsAny(string(raw), "\u2028\u2029") {
			t.Errorf("%q: linked data broke", evil[i])
		}
	}
}

// Killed says so and nothing else; embargoed is not there before its hour; hidden is not there; merged leads to the older; what no
// channel took never was there.
func TestArticleGone(t *testing.T) {
	t.Parallel()
	n := open(t, world)
	var ids []deskwire.ID
	for _, title := range []string{"Killed story", "Held story", "Hidden story", "Older story", "Younger story", "Corrected story"} {
		n.now = n.now.Add(time.Minute)
		n.say("harbour", title)
		ids = append(ids, n.newest())
	}
	n.now = n.now.Add(time.Minute)
	n.say("nobody", "Taken by none")
	none := n.newest()
	n.publish()
	for _, id := range ids {
		if w := n.ask("GET", articleURL(id)); w.StatusCode != 200 {
			t.Fatalf("%s: %d", id, w.StatusCode)
		}
	}
	n.now = n.now.Add(time.Minute)
	n.decide(deskwire.Decision{Verb: deskwire.Kill, Article: ids[0]})
	n.decide(deskwire.Decision{Verb: deskwire.Embargo, Article: ids[1], Until: time.Now().Add(time.Hour)})
	n.decide(deskwire.Decision{Verb: deskwire.Hide, Article: ids[2]})
	n.decide(deskwire.Decision{Verb: deskwire.Merge, Article: ids[3], With: ids[4]})
	n.decide(deskwire.Decision{Verb: deskwire.Correct, Article: ids[5], Value: "It was five.", Edits: []deskwire.Edited{{Field: "title", Value: "Right title", Was: "Corrected story"}}})
	n.publish()
	for _, tt := range []struct {
		id     deskwire.ID
		status int
		names  string
	}{{ids[0], 410, "was withdrawn"}, {ids[1], 404, ""}, {ids[2], 404, ""}, {ids[3], 200, "Younger story"}, {ids[4], 301, ""}, {ids[5], 200, "It was five."}, {none, 404, ""}, {"06zzzzzzzzzzzzzz", 404, ""}, {"nonsense", 404, ""}} {
		w := n.ask("GET", articleURL(tt.id))
		html := string(body(t, w))
		if w.StatusCode != tt.status || !strings.Contains(html, tt.names) {
			t.Errorf("%s: %d, want %d with %q: %s", tt.id, w.StatusCode, tt.status, tt.names, html)
		}
		for _, word := range []string{"Killed story", "Held story", "Hidden story", "Taken by none"} {
			if strings.Contains(html, word) {
				t.Errorf("%s names %q", tt.id, word)
			}
		}
		switch tt.status {
		case 410:
			if w.Header.Get("X-Robots-Tag") != "noindex" || !strings.Contains(html, `content="noindex"`) || strings.Contains(html, "harbour.example") {
				t.Errorf("the notice: %v %s", w.Header, html)
			}
		case 301:
			if w.Header.Get("Location") != articleURL(ids[3]) {
				t.Errorf("it leads to %s", w.Header.Get("Location"))
			}
		}
	}
	if w := n.ask("GET", strings.TrimSuffix(articleURL(ids[5]), "/")); w.StatusCode != 301 || w.Header.Get("Location") != articleURL(ids[5]) {
		t.Errorf("without its slash: %d %v", w.StatusCode, w.Header)
	}
	if doc, _, until, err := n.press.ArticlePage(t.Context(), articleURL(ids[1]), time.Now().Add(2*time.Hour)); err != nil || doc == nil {
		t.Errorf("after its hour: %v, until %v, %v", doc, until, err)
	}
}

// A page is answered as any document is, made once for all who ask, and made anew when anything in it changed.
func TestArticleHTTP(t *testing.T) {
	t.Parallel()
	n := open(t, world)
	n.say("harbour", "First")
	first := n.newest()
	n.publish()
	path := articleURL(first)
	var wg sync.WaitGroup
	tags := make([]string, 64)
	for i := range tags {
		wg.Go(func() {
			w := httptest.NewRecorder()
			n.handler.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
			tags[i] = fmt.Sprint(w.Code, w.Header().Get("ETag"))
		})
	}
	wg.Wait()
	for _, tag := range tags {
		if tag != tags[0] || !strings.HasPrefix(tag, "200") {
			t.Errorf("%s and %s", tag, tags[0])
		}
	}
	one, _, _, err := n.press.ArticlePage(t.Context(), path, n.now)
	if err != nil {
		t.Fatal(err)
	}
	if again, _, _, err := n.press.ArticlePage(t.Context(), path, n.now); err != nil || again != one {
		t.Errorf("it was made again: %v", err)
	}
	w := n.ask("GET", path, "If-None-Match: "+one.Plain.ETag)
	if w.StatusCode != 304 || len(body(t, w)) > 0 {
		t.Errorf("304: %d", w.StatusCode)
	}
	for coding, form := range map[string][]byte{"gzip": one.Gzip.Body, "br": one.Brotli.Body, "zstd": one.Zstd.Body} {
		if w := n.ask("GET", path, "Accept-Encoding: "+coding); w.Header.Get("Content-Encoding") != coding || len(body(t, w)) != len(form) || len(form) == 0 {
			t.Errorf("%s: %v", coding, w.Header)
		}
	}
	if w := n.ask("HEAD", path); w.StatusCode != 200 || len(body(t, w)) > 0 || w.Header.Get("Content-Length") != fmt.Sprint(len(one.Plain.Body)) {
		t.Errorf("HEAD: %d %v", w.StatusCode, w.Header)
	}
	if w := n.ask("POST", path); w.StatusCode != 405 {
		t.Errorf("POST: %d", w.StatusCode)
	}
	n.now = n.now.Add(time.Minute)
	n.say("harbour", "Second")
	n.publish()
	html := string(body(t, n.ask("GET", path)))
	if !strings.Contains(html, `rel="next" href="`+articleURL(n.newest())) || !strings.Contains(html, "Second") {
		t.Errorf("its neighbour came, and it does not say so: %s", html)
	}
}

// What a source changed is told, with what became of the words; not what an editor had replaced.
func TestArticleChanges(t *testing.T) {
	t.Parallel()
	n := open(t, world)
	n.say("harbour", "Nine hurt in fire")
	id := n.newest()
	n.publish()
	n.now = n.now.Add(10 * time.Minute)
	n.revise("harbour", "Ten hurt in fire", "<p>It was said again, otherwise.</p>")
	n.publish()
	page := parsePage(t, body(t, n.ask("GET", articleURL(id))))
	del, ins := page.all(".changes del"), page.all(".changes ins")
	if len(del) == 0 || len(ins) == 0 || wordsOf(del[0]) != "Nine" || wordsOf(ins[0]) != "Ten" {
		t.Errorf("%d gone, %d new", len(del), len(ins))
	}
	n.decide(deskwire.Decision{Verb: deskwire.Correct, Article: id, Value: "Ten were hurt.", Edits: []deskwire.Edited{{Field: "title", Value: "Ten people hurt", Was: "Ten hurt in fire"}}})
	n.publish()
	html := string(body(t, n.ask("GET", articleURL(id))))
	if strings.Contains(html, "Nine") || !strings.Contains(html, "Ten were hurt.") || !strings.Contains(html, "Ten people hurt") {
		t.Errorf("what was wrong is still there: %s", html)
	}
}

// revise has a source say the last article again in other words.
func (n *newsroom) revise(source, title, text string) {
	n.tb.Helper()
	d := deskwire.Draft{Body: text}
	d.Source, d.GUID, d.Title, d.Summary, d.Link = source, fmt.Sprint(source, "-", n.said), title, title+", in short.", fmt.Sprintf("https://%s.example/%d", source, n.said)
	d.Published, d.HasBody, d.Words, d.Seconds, d.Digest = n.now.Add(-time.Hour), true, 300, 90, uint64(1000+n.said)
	d.Keys = []deskwire.Key{{Kind: deskwire.KeyGUID, Value: d.GUID}}
	p := storage.Prepare(storage.Fetched{Source: source, State: deskwire.SourceState{Rounds: 3}, Seen: n.now, Read: true, Drafts: []deskwire.Draft{d}})
	if out, err := n.store.Merge(n.tb.Context(), []storage.Prepared{p}); err != nil || out[0].Updated != 1 {
		n.tb.Fatalf("revise: %+v, %v", out, err)
	}
}
