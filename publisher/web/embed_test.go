package web

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"

	"deskwire"
	"deskwire/publisher"

	"golang.org/x/net/html"
)

// embedPaths are all that other sites show of a desk.
var embedPaths = []string{desk + publisher.EmbedFile, desk + publisher.FragmentFile, desk + "out/embed.json"}

// Other sites get what its source lets them show, of one edition in all forms, and nothing of what was killed or is held back.
func TestEmbeds(t *testing.T) {
	t.Parallel()
	n := open(t, world)
	n.say("harbour", "Old bridge reopens", func(d *deskwire.Draft) {
		d.Body = "<p>Nobody embeds this text.</p>"
		d.Media = []deskwire.Media{{URL: "https://harbour.example/p.jpg", Type: "image/jpeg", Width: 800, Height: 600, Caption: "The bridge", Credit: "Kim Strand"}}
	})
	n.say("hill", "A stranger's story") // grants nothing
	n.say("harbour", "What was wrong")
	n.say("harbour", "What is to come")
	n.publish()
	find := func(guid string) deskwire.ID {
		id, err := n.store.Find(t.Context(), guid)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	n.decide(deskwire.Decision{Verb: deskwire.Kill, Article: find("harbour-3"), Value: "Withdrawn."})
	n.decide(deskwire.Decision{Verb: deskwire.Embargo, Article: find("harbour-4"), Until: n.now.AddDate(0, 0, 1)})
	n.publish()
	for _, path := range embedPaths {
		r := n.ask("GET", path, "Origin: https://elsewhere.example")
		b := string(body(t, r))
		if r.StatusCode != 200 || !strings.Contains(b, "Old bridge reopens") || !strings.Contains(b, "The Harbour Post") || !strings.Contains(b, "https://harbour.example/p.jpg") {
			t.Errorf("%s: %d\n%s", path, r.StatusCode, b)
		}
		for _, never := range []string{"stranger", "hill", "What was wrong", "What is to come", "Nobody embeds"} {
			if strings.Contains(b, never) {
				t.Errorf("%s holds %q", path, never)
			}
		}
		if r.Header.Get("Access-Control-Allow-Origin") != "*" || r.Header.Get("Set-Cookie") != "" || r.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: headers %v", path, r.Header)
		}
		if again := n.ask("GET", path, "If-None-Match: "+r.Header.Get("ETag")); again.StatusCode != 304 {
			t.Errorf("%s: asked again it answers %d", path, again.StatusCode)
		}
	}
	if got := n.ask("GET", desk+publisher.EmbedFile).Header.Get("Content-Security-Policy"); !strings.HasSuffix(got, "; frame-ancestors *") || !strings.HasPrefix(got, "default-src 'none'; script-src 'self'; style-src 'self'; ") {
		t.Errorf("the frame's policy is %q", got)
	}
	if got := n.ask("GET", desk+publisher.EmbedCodeFile).Header.Get("Content-Security-Policy"); !strings.HasSuffix(got, "; frame-ancestors 'none'") {
		t.Errorf("the policy of the page with the code is %q", got)
	}
}

// Frames and fragments stand on their own on somebody's page: whole addresses, no script but the frame's own, no style, new windows.
func TestEmbedPagesStandAlone(t *testing.T) {
	t.Parallel()
	n := running(t)
	for _, path := range embedPaths[:2] {
		page := parsePage(t, body(t, n.ask("GET", path)))
		links := page.all("a")
		if len(links) < 4 {
			t.Fatalf("%s has %d links", path, len(links))
		}
		for _, a := range links {
			if u, err := url.Parse(attr(a, "href")); err != nil || u.Host == "" || attr(a, "target") != "_blank" || attr(a, "rel") != "noopener" {
				t.Errorf("%s: a link to %q, target %q", path, attr(a, "href"), attr(a, "target"))
			}
		}
		if len(page.all("style"))+len(page.inline()) > 0 {
			t.Errorf("%s holds style or script", path)
		}
		for _, time := range page.all("time") {
			if attr(time, "datetime") == "" {
				t.Errorf("%s: a time without a datetime", path)
			}
		}
	}
	if fragment := body(t, n.ask("GET", embedPaths[1])); bytes.Contains(fragment, []byte("<html")) || bytes.Contains(fragment, []byte("<script")) || bytes.Contains(fragment, []byte("<link")) {
		t.Errorf("the fragment is more than one:\n%s", fragment)
	}
}

// Under a policy for pictures widgets ask nobody either whom pages do not ask.
func TestEmbedPictures(t *testing.T) {
	t.Parallel()
	for images, want := range map[deskwire.Images]string{deskwire.ImagesNone: "", deskwire.ImagesProxy: "https://news.example.org/images/"} {
		n := open(t, world)
		n.site.Images = images
		n.press.Reconfigure(n.site, n.channels, n.sources)
		n.say("harbour", "Old bridge reopens", func(d *deskwire.Draft) {
			d.Media = []deskwire.Media{{URL: "https://harbour.example/p.jpg", Type: "image/jpeg", Width: 800, Height: 600}}
		})
		n.publish()
		for _, path := range embedPaths {
			b := string(body(t, n.ask("GET", path)))
			if strings.Contains(b, "harbour.example/p.jpg") || !strings.Contains(b, want) || want == "" && strings.Contains(b, "<img") {
				t.Errorf("%s, %s:\n%s", images, path, b)
			}
		}
	}
}

func TestOEmbed(t *testing.T) {
	t.Parallel()
	n := running(t)
	ask := func(query string) string { return "/oembed.json?" + query }
	page := url.QueryEscape("https://news.example.org" + desk)
	for _, c := range []struct {
		path   string
		status int
	}{
		{desk + publisher.OEmbedFile, 200}, {ask("url=" + page), 200}, {ask("url=" + page + "&format=json"), 200}, {ask("url=" + url.QueryEscape("https://news.example.org/desks/world")), 200},
		{ask("url=" + page + "&maxwidth=300&maxheight=200"), 200}, {ask("url=" + page + "&maxwidth=-1&maxheight=x"), 200},
		{ask("url=" + page + "&format=xml"), 501}, {ask(""), 404}, {ask("url=https://elsewhere.example" + desk), 404}, {ask("url=" + page + "feed.rss"), 404}, {ask("url=%zz"), 404},
		{ask("url=https://news.example.org/desks/none/"), 404}, {ask("url=https://news.example.org/"), 404}, {ask("url=" + strings.Repeat("a", 5000)), 404},
	} {
		r := n.ask("GET", c.path)
		if r.StatusCode != c.status || r.Header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s: %d, want %d", c.path, r.StatusCode, c.status)
		}
		if c.status != 200 {
			continue
		}
		var doc oembed
		if err := json.Unmarshal(body(t, r), &doc); err != nil || r.Header.Get("Content-Type") != "application/json" {
			t.Fatalf("%s: %v, %s", c.path, err, r.Header.Get("Content-Type"))
		}
		want := [2]int{frameWidth, frameHeight}
		if strings.Contains(c.path, "300") {
			want = [2]int{300, 200}
		}
		frame := parsePage(t, []byte(doc.HTML)).all("iframe")
		if doc.Version != "1.0" || doc.Type != "rich" || doc.Title != "World" || doc.Provider != "Example <News>" || [2]int{doc.Width, doc.Height} != want || len(frame) != 1 {
			t.Fatalf("%s: %+v", c.path, doc)
		}
		if src, err := url.Parse(attr(frame[0], "src")); err != nil || src.Path != desk+publisher.EmbedFile || attr(frame[0], "title") != "World · Example <News>" {
			t.Errorf("%s: the frame is of %s", c.path, attr(frame[0], "src"))
		}
	}
	links := parsePage(t, body(t, n.ask("GET", desk))).all("link")
	if !slices.ContainsFunc(links, func(l *html.Node) bool {
		return attr(l, "type") == "application/json+oembed" && attr(l, "href") == "https://news.example.org/desks/world/oembed.json"
	}) {
		t.Error("the page does not say how it is embedded")
	}
}

// The script is small, and served so that any page may load it.
func TestEmbedScript(t *testing.T) {
	t.Parallel()
	n := running(t)
	r := n.ask("GET", embedScript)
	script := body(t, r)
	if r.StatusCode != 200 || r.Header.Get("Content-Type") != "text/javascript; charset=utf-8" || r.Header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("%d %v", r.StatusCode, r.Header)
	}
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write(script)
	w.Close()
	if b.Len() > 6000 {
		t.Errorf("%d bytes packed, want at most 6,000", b.Len())
	}
	for _, never := range []string{"innerHTML", "document.write", "eval(", "cookie", "localStorage"} {
		if bytes.Contains(script, []byte(never)) {
			t.Errorf("it uses %s", never)
		}
	}
	code := parsePage(t, body(t, n.ask("GET", desk+publisher.EmbedCodeFile)))
	if got := code.texts("code"); len(got) != 4 || !strings.Contains(got[0], `<deskwire-feed src="https://news.example.org/desks/world/feed.json" count="5"></deskwire-feed>`) {
		t.Errorf("code %q", got)
	}
}
