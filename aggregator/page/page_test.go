package page

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
)

const teaser = "The old swing bridge at Vellmar opens to cyclists on Monday after two years of repairs that cost nine million."

// story is an invented article of some paragraphs.
func story(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "<p>The swing bridge at Vellmar, built by the harbour board in another century, opens to cyclists again; paragraph %d tells how the repairs went, what nine million bought in those years, who welded the deck, and why the old engine house still smells of oil on warm evenings.</p>", i)
	}
	return b.String()
}

func site(head, body string) string {
	return `<!DOCTYPE html><html lang="en"><head><title>Bridge opens - The Harbour Post</title>` + head + `</head><body>
<header><nav><ul><li><a href="/">Home</a></li><li><a href="/sport">Sport</a></li></ul></nav></header>` + body +
		`<footer><p>Imprint, privacy, jobs at the paper</p></footer><script>track()</script></body></html>`
}

// What pages hold, and what is taken of it.
func TestExtract(t *testing.T) {
	t.Parallel()
	article := `<main><article><h1>Bridge opens</h1><figure><img src="/p/1.jpg" width="1200" height="800" alt="The deck"><figcaption>The deck, on Sunday. (Kim Strand / Pool)</figcaption></figure>` + story(6) +
		`</article><aside class="related"><h3>Read also</h3><ul><li><a href="/x">Another story about trams</a></li></ul></aside></main>`
	for _, tt := range []struct {
		name, page, teaser string
		header             map[string]string
		want               []string // in the text
		not                []string // in the HTML
		err                string
	}{
		{name: "an article among other things", page: site("", article), teaser: teaser, want: []string{"paragraph 0 tells", "paragraph 5 tells"}, not: []string{"Imprint", "<script", "Sport"}},
		{name: "in another encoding", page: site(`<meta charset="windows-1251">`, "<article>"+strings.ReplaceAll(story(6), "swing bridge", "\xec\xee\xf1\xf2")+"</article>"), teaser: "Vellmar opens cyclists again after repairs nine million bridge", want: []string{"мост"}},
		{name: "a stub in front of a paywall", page: site("", "<article><p>"+teaser+"</p><p>Subscribe to read on.</p></article>"), teaser: teaser, err: "no more of the article"},
		{name: "a notice about cookies", page: site("", "<main>"+strings.Repeat("<p>We and our 742 partners value your privacy and store or access information on a device, such as identifiers, and process personal data for advertising and measurement.</p>", 12)+"</main>"), teaser: teaser, err: "no more of the article"},
		{name: "another article", page: site("", "<article>"+strings.Repeat("<p>Tomatoes want warmth, loose soil and much water; whoever sows them in March can plant them out when the last frosts are over in May.</p>", 12)+"</article>"), teaser: teaser, err: "no more of the article"},
		{name: "keep out, says the page", page: site(`<meta name="ROBOTS" content="index, noarchive">`, article), teaser: teaser, err: "not to be kept"},
		{name: "keep out, says the page to us", page: site(`<meta name="deskwire" content="none">`, article), teaser: teaser, err: "not to be kept"},
		{name: "keep out, says the server", page: site("", article), header: map[string]string{"X-Robots-Tag": "otherbot: index, noindex, nosnippet"}, teaser: teaser, err: "not to be kept"},
		{name: "somebody else is to keep out", page: site("", article), header: map[string]string{"X-Robots-Tag": "otherbot: none"}, teaser: teaser, want: []string{"paragraph 3"}},
		{name: "noindex is about search", page: site(`<meta name="robots" content="noindex">`, article), teaser: teaser, want: []string{"paragraph 3"}},
		{name: "a picture", page: "\xff\xd8\xff", header: map[string]string{"Content-Type": "image/jpeg"}, err: "no HTML but image/jpeg"},
		{name: "too large", page: site("", strings.Repeat("<b>x</b>", 60_000)), err: "too large"},
		{name: "deep", page: site("", strings.Repeat("<div>", 40_000)+"x"), err: "page"},
		{name: "active things", page: site("", `<article onclick="x()">`+story(6)+`<p><a href="javascript:alert(1)">tap</a><img src=x onerror=alert(1)><svg onload=alert(1)></svg><iframe src="javascript:x"></iframe></p><form><input name=q></form></article>`), teaser: teaser,
			want: []string{"paragraph 2"}, not: []string{"javascript:", "onerror", "onclick", "<svg", "<form", "<iframe", "<input"}},
	} {
		header := http.Header{"Content-Type": {"text/html"}}
		for k, v := range tt.header {
			header.Set(k, v)
		}
		f, err := Extract([]byte(tt.page), header, "https://post.example/bridge", "", tt.teaser)
		if tt.err != "" {
			if err == nil || !strings.Contains(err.Error(), tt.err) || strings.ContainsAny(err.Error(), "\n\r") {
				t.Errorf("%s: %v (%d words), want %q", tt.name, err, f.Words, tt.err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		for _, s := range tt.want {
			if !strings.Contains(f.Text, s) {
				t.Errorf("%s: %q is not in %.300q", tt.name, s, f.Text)
			}
		}
		for _, s := range tt.not {
			if strings.Contains(f.HTML, s) {
				t.Errorf("%s: %q is in %.900q", tt.name, s, f.HTML)
			}
		}
		if f.Words < 100 || f.Seconds == 0 {
			t.Errorf("%s: %d words, %d s", tt.name, f.Words, f.Seconds)
		}
	}
}

// RFC 9309.
func TestRobots(t *testing.T) {
	t.Parallel()
	body := "User-agent: *\nDisallow: /private/\nCrawl-delay: 3\n\nUser-agent: deskwire\nDisallow: /paid/\nAllow: /paid/free$\n"
	for _, tt := range []struct {
		status int
		body   string
		path   string
		want   bool
	}{
		{200, body, "/news/1", true},
		{200, body, "/paid/1", false},
		{200, body, "/paid/free", true},
		{200, body, "/private/1", true}, // the group that names us is the one that counts
		{200, "User-agent: *\nDisallow: /", "/news", false},
		{200, "<html>not a robots.txt", "/news", true},
		{200, "", "/news", true},
		{404, "", "/news", true},
		{403, "", "/news", true},
		{500, "", "/news", false},
		{429, "", "/news", false},
		{0, "", "/news", false},
		{302, "", "/news", false},
	} {
		r := ReadRobots(tt.status, []byte(tt.body))
		if unknown := tt.status < 200 || tt.status == 302 || tt.status == 429 || tt.status >= 500; r.Unknown() != unknown {
			t.Errorf("%d: unknown %t", tt.status, r.Unknown())
		}
		if got := r.Allow(tt.path); got != tt.want {
			t.Errorf("%d %q: %s allowed %t, want %t", tt.status, tt.body, tt.path, got, tt.want)
		}
	}
	for delay, want := range map[string]time.Duration{"3": 3 * time.Second, "600": mostDelay, "x": 0} {
		r := ReadRobots(200, []byte("User-agent: *\nCrawl-delay: "+delay))
		if got, several := r.Delay(); got != want || several != (want < mostDelay) {
			t.Errorf("a delay of %s: %v, several %t", delay, got, several)
		}
	}
}

func FuzzExtract(f *testing.F) {
	f.Add(site("", story(3)), "text/html", teaser)
	f.Add("<p>", "text/html; charset=utf-16", "")
	f.Add(strings.Repeat("<table><b>", 300), "", "x")
	f.Fuzz(func(t *testing.T, page, contentType, teaser string) {
		found, err := Extract([]byte(page), http.Header{"Content-Type": {contentType}}, "https://post.example/a", "", teaser)
		if err == nil && (found.HTML == "" || len(found.Text) < len(teaser)) {
			t.Errorf("an article of nothing: %+v", found)
		}
		for z := html.NewTokenizer(strings.NewReader(found.HTML)); ; {
			kind := z.Next()
			if kind == html.ErrorToken {
				break
			}
			tag := z.Token()
			switch tag.Data {
			case "script", "style", "svg", "math", "iframe", "object", "form", "input", "template":
				if kind != html.TextToken {
					t.Errorf("<%s> in %q", tag.Data, found.HTML)
				}
			}
			for _, a := range tag.Attr {
				address := a.Key == "href" || a.Key == "src"
				if strings.HasPrefix(a.Key, "on") || address && !strings.HasPrefix(a.Val, "http://") && !strings.HasPrefix(a.Val, "https://") {
					t.Errorf("%s=%q in %q", a.Key, a.Val, found.HTML)
				}
			}
		}
	})
}

// Budget: 3 ms and 2 MB for a page of 30 KB.
func BenchmarkExtract(b *testing.B) {
	page := []byte(site("", "<article>"+story(80)+"</article>"))
	header := http.Header{"Content-Type": {"text/html"}}
	b.SetBytes(int64(len(page)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Extract(page, header, "https://post.example/a", "", teaser); err != nil {
			b.Fatal(err)
		}
	}
}
