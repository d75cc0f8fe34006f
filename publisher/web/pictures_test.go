package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"deskwire"
	"deskwire/publisher/format"
	"deskwire/publisher/picture"
)

// A gallery is the web that pictures come from.
type gallery struct {
	mu     sync.Mutex
	asked  map[string]int
	broken error // where there is one, every address gives it
}

func (g *gallery) fetch(_ context.Context, address string) ([]byte, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.asked[address]++
	switch {
	case g.broken != nil:
		return nil, g.broken
	case strings.HasSuffix(address, ".svg"):
		return []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), nil
	case strings.HasSuffix(address, ".html"):
		return []byte(`<!doctype html><script>alert(1)</script>`), nil
	}
	var b bytes.Buffer
	err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 1600, 900)), nil)
	return b.Bytes(), err
}

func (g *gallery) all() (asked int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, n := range g.asked {
		asked += n
	}
	return asked
}

// showing is a newsroom whose pages load pictures in a way.
func showing(tb testing.TB, images deskwire.Images, channels ...deskwire.Channel) (*newsroom, *gallery) {
	tb.Helper()
	n, g := open(tb, channels...), &gallery{asked: map[string]int{}}
	n.site.Images = images
	n.press.Reconfigure(n.site, n.channels, n.sources)
	n.handler = New(n.press, Options{Log: slog.New(slog.DiscardHandler), Pictures: g.proxy(tb)})
	return n, g
}

func (g *gallery) proxy(tb testing.TB) *picture.Proxy {
	cache := picture.NewCache(tb.TempDir(), 1<<20)
	tb.Cleanup(func() { cache.Close() })
	return &picture.Proxy{Fetch: g.fetch, Cache: cache, Widths: format.PictureWidths(), Log: slog.New(slog.DiscardHandler)}
}

const (
	leadURL  = "http://pictures.example/lead.jpg?w=1&h=2"
	innerURL = "https://pictures.example/in.png"
	faceURL  = "https://faces.example/desk.jpg"
)

func pictured(d *deskwire.Draft) {
	d.Media = []deskwire.Media{{URL: leadURL, Type: "image/jpeg", Width: 1600, Height: 900, Caption: "The pier.", Credit: "Kim Strand / Pool"}}
	d.Body = `<p>The text.</p><figure><img src="` + innerURL + `" width="500" height="250" alt="A map"><figcaption>A map</figcaption></figure><p><img src="https://pictures.example/more.jpg" alt="More"></p>`
}

var faced = deskwire.Channel{
	Kind: deskwire.Desk, Name: "world", Title: "World", Language: "en", Take: []deskwire.Rule{{Sources: []string{"harbour", "hill"}}},
	Policy: deskwire.Policy{Limit: 50, Content: deskwire.ContentFull, Pictures: true},
	Face:   deskwire.Face{Byline: "The World desk", Picture: faceURL},
}

// shownBy are the pictures of a page, a line each.
func shownBy(page tree) string {
	var b strings.Builder
	for _, img := range page.all("img") {
		for _, a := range img.Attr {
			if a.Key != "alt" && a.Key != "decoding" && a.Key != "referrerpolicy" {
				fmt.Fprintf(&b, "%s=%s ", a.Key, a.Val)
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}

// Every picture of a page is loaded as the policy says, in the widths that there are, and keeps its place until it is there; the
// page's own policy lets nothing else in.
func TestImages(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		images               deskwire.Images
		csp, stream, article string
		large                string // what programs are told
	}{
		{deskwire.ImagesProxy, "img-src 'self' data:;",
			`src=/images/ID/LEAD-640.jpg srcset=/images/ID/LEAD-320.jpg 320w, /images/ID/LEAD-640.jpg 640w, /images/ID/LEAD-1280.jpg 1280w sizes=(min-width: 42rem) 40rem, 100vw width=1600 height=900 loading=lazy 
src=/images/faces/FACE-640.jpg srcset=/images/faces/FACE-320.jpg 320w, /images/faces/FACE-640.jpg 640w, /images/faces/FACE-1280.jpg 1280w sizes=4rem width=64 height=64 loading=lazy 
`,
			`src=/images/ID/LEAD-640.jpg srcset=/images/ID/LEAD-320.jpg 320w, /images/ID/LEAD-640.jpg 640w, /images/ID/LEAD-1280.jpg 1280w sizes=(min-width: 42rem) 40rem, 100vw width=1600 height=900 
height=250 sizes=(min-width: 42rem) 40rem, 100vw src=/images/ID/INNER-640.jpg srcset=/images/ID/INNER-320.jpg 320w, /images/ID/INNER-640.jpg 500w width=500 loading=lazy 
sizes=(min-width: 42rem) 40rem, 100vw src=/images/ID/MORE-640.jpg srcset=/images/ID/MORE-320.jpg 320w, /images/ID/MORE-640.jpg 640w, /images/ID/MORE-1280.jpg 1280w loading=lazy 
src=/images/faces/FACE-640.jpg srcset=/images/faces/FACE-320.jpg 320w, /images/faces/FACE-640.jpg 640w, /images/faces/FACE-1280.jpg 1280w sizes=4rem width=64 height=64 loading=lazy 
`, "https://news.example.org/images/ID/LEAD-1280.jpg"},
		{deskwire.ImagesHotlink, "img-src 'self' https: data:;",
			`src=https://faces.example/desk.jpg width=64 height=64 loading=lazy 
`,
			`height=250 src=https://pictures.example/in.png width=500 
src=https://pictures.example/more.jpg loading=lazy 
src=https://faces.example/desk.jpg width=64 height=64 loading=lazy 
`, ""},
		{deskwire.ImagesNone, "img-src 'self' data:;", "", "", ""},
	} {
		t.Run(string(tt.images), func(t *testing.T) {
			t.Parallel()
			n, g := showing(t, tt.images, faced)
			n.say("harbour", "Own news", pictured)
			id := n.newest()
			n.publish()
			named := strings.NewReplacer("ID", string(id), "LEAD", format.PictureName(leadURL), "INNER", format.PictureName(innerURL),
				"MORE", format.PictureName("https://pictures.example/more.jpg"), "FACE", format.PictureName(faceURL))
			for path, want := range map[string]string{"/desks/world/": tt.stream, articleURL(id): tt.article} {
				w := n.ask("GET", path)
				if got := w.Header.Get("Content-Security-Policy"); !strings.Contains(got, tt.csp) {
					t.Errorf("%s: policy %s", path, got)
				}
				page := parsePage(t, body(t, w))
				if got := shownBy(page); got != named.Replace(want) {
					t.Errorf("%s has\n%swant\n%s", path, got, named.Replace(want))
				}
				for _, img := range page.all("img") {
					if attr(img, "referrerpolicy") != "no-referrer" || attr(img, "decoding") != "async" {
						t.Errorf("%v", img.Attr)
					}
				}
				if path != articleURL(id) {
					continue
				}
				large := ""
				for _, m := range page.all("meta[property=og:image]") {
					large = attr(m, "content")
				}
				if large != named.Replace(tt.large) {
					t.Errorf("og:image is %q", large)
				}
				images, _ := linkedData(t, page)["image"].([]any)
				if tt.large == "" {
					if images != nil {
						t.Errorf("linked data has %v", images)
					}
				} else if first, _ := images[0].(map[string]any); first["url"] != large || first["width"] != 1280.0 || first["height"] != 720.0 {
					t.Errorf("linked data has %v", first)
				}
				// With the picture that it describes the caption goes too.
				if got := strings.Contains(page.one("main"), "A map"); got != (tt.images != deskwire.ImagesNone) {
					t.Errorf("a caption is there: %v", got)
				}
			}
			if snippet := string(export(t, n)[serverFolder+"/nginx.conf"]); !strings.Contains(snippet, tt.csp) {
				t.Error("web servers are told another policy")
			}
			if got := n.ask("GET", format.PicturePath(string(id), leadURL, 640)).StatusCode; (got == 200) != (tt.images == deskwire.ImagesProxy) {
				t.Errorf("the proxy answers %d", got)
			}
			if got := g.all(); (got > 0) != (tt.images == deskwire.ImagesProxy) {
				t.Errorf("%d pictures were asked for", got)
			}
		})
	}
}

// What the site has itself is loaded as it is, whatever the policy.
func TestOwnPictures(t *testing.T) {
	t.Parallel()
	site := format.Site{URL: "https://news.example.org/wire"}
	for _, images := range []deskwire.Images{"", deskwire.ImagesHotlink, deskwire.ImagesProxy, deskwire.ImagesNone} {
		site.Images = images
		const own = "https://news.example.org/wire/a.jpg"
		if v := loadable(own, "06nqg2m000000001", 0, 0, sizesText, &site); v == nil || v.URL != own || v.Srcset != "" {
			t.Errorf("%s: %+v", images, v)
		}
		for _, bad := range []string{"", "javascript:alert(1)", "data:image/png;base64,x", "file:///etc/passwd", "//x.example/a.jpg", "/a.jpg"} {
			if v := loadable(bad, "06nqg2m000000001", 0, 0, sizesText, &site); v != nil {
				t.Errorf("%s: %q is loaded from %q", images, bad, v.URL)
			}
		}
	}
	site.Images = deskwire.ImagesProxy
	small := loadable("https://x.example/a.jpg", "06nqg2m000000001", 200, 100, sizesText, &site)
	if want := "/wire" + format.PicturePath("06nqg2m000000001", "https://x.example/a.jpg", 320); small.URL != want || small.Srcset != "" || small.Large != want {
		t.Errorf("a small one: %+v", small)
	}
	if v := loadable("https://x.example/a.jpg", "", 200, 100, sizesText, &site); v != nil {
		t.Errorf("nobody's: %+v", v)
	}
}

// A picture is what its headers say, for any site's page, for a day, and the same until it is another.
func TestPictureAnswer(t *testing.T) {
	t.Parallel()
	n, g := showing(t, deskwire.ImagesProxy, faced)
	if got := n.ask("GET", "/images/06nqg2m000000001/0123456789abcdef-640.jpg").StatusCode; got != http.StatusServiceUnavailable {
		t.Errorf("before the first edition: %d", got)
	}
	n.say("harbour", "Own news", pictured)
	id := n.newest()
	n.publish()
	path := format.PicturePath(string(id), leadURL, 640)
	w := n.ask("GET", path)
	b := body(t, w)
	for name, want := range map[string]string{
		"Content-Type": "image/jpeg", "X-Content-Type-Options": "nosniff", "Content-Security-Policy": feedPolicy, "Cross-Origin-Resource-Policy": "cross-origin",
		"Cache-Control": "public, max-age=86400", "Content-Length": fmt.Sprint(len(b)), "Referrer-Policy": referrerPolicy, "Set-Cookie": "", "Last-Modified": "",
	} {
		if got := w.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if c, err := jpeg.DecodeConfig(bytes.NewReader(b)); err != nil || c.Width != 640 || c.Height != 360 {
		t.Errorf("%dx%d, %v", c.Width, c.Height, err)
	}
	etag := w.Header.Get("ETag")
	if !strings.HasPrefix(etag, `"`) {
		t.Errorf("ETag %s", etag)
	}
	if w = n.ask("GET", path, "If-None-Match: "+etag); w.StatusCode != http.StatusNotModified || len(body(t, w)) != 0 || w.Header.Get("ETag") != etag {
		t.Errorf("asked again: %d", w.StatusCode)
	}
	if w = n.ask("HEAD", path); w.StatusCode != 200 || len(body(t, w)) != 0 || w.Header.Get("Content-Length") != fmt.Sprint(len(b)) {
		t.Errorf("HEAD: %d", w.StatusCode)
	}
	if w = n.ask("POST", path); w.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", w.StatusCode)
	}
	for _, other := range []string{format.PicturePath(string(id), innerURL, 1280), format.PicturePath(format.FacesFolder, faceURL, 320)} {
		if w = n.ask("GET", other); w.StatusCode != 200 {
			t.Errorf("%s: %d", other, w.StatusCode)
		}
	}
	if g.all() != 3 || g.asked[leadURL] != 1 {
		t.Errorf("asked for %v", g.asked)
	}
	name := format.PictureName(leadURL)
	for _, none := range []string{
		"/images/", "/images/" + string(id) + "/", "/images/" + string(id) + "/" + name + "-641.jpg", "/images/" + string(id) + "/" + name + "-640.png", "/images/" + string(id) + "/" + name + "-0640.jpg",
		"/images/" + string(id) + "/" + name + ".jpg", "/images/06nqg2m000000001/" + name + "-640.jpg", "/images/faces/" + name + "-640.jpg", "/images/" + string(id) + "/0123456789abcdef-640.jpg",
		"/images/" + strings.ToUpper(string(id)) + "/" + name + "-640.jpg", "/images/../" + name + "-640.jpg", "/images/https:/" + name + "-640.jpg", "/images/" + string(id) + "/" + strings.ToUpper(name) + "-640.jpg",
		"/images/" + string(id) + "/" + name + "-640.jpg/", "/images/x/" + string(id) + "/" + name + "-640.jpg",
	} {
		if w := n.ask("GET", none); w.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", none, w.StatusCode)
		}
	}
	if g.all() != 3 {
		t.Errorf("what is nobody's was asked for: %v", g.asked)
	}
}

// What can not be had, or is no picture, is an error in plain words, and its server is left alone.
func TestPictureErrors(t *testing.T) {
	t.Parallel()
	n, g := showing(t, deskwire.ImagesProxy, faced)
	bad := []string{"https://x.example/a.svg", "https://x.example/b.html", "https://x.example/c.jpg"}
	n.say("harbour", "Own news", func(d *deskwire.Draft) {
		for _, addr := range bad {
			d.Media = append(d.Media, deskwire.Media{URL: addr, Type: "image/jpeg"})
		}
	})
	id := string(n.newest())
	n.publish()
	for range 3 {
		for _, addr := range bad[:2] {
			if w := n.ask("GET", format.PicturePath(id, addr, 320)); w.StatusCode != 404 || !strings.HasPrefix(w.Header.Get("Content-Type"), "text/plain") || strings.Contains(string(body(t, w)), "<") {
				t.Errorf("%s: %d %s", addr, w.StatusCode, w.Header.Get("Content-Type"))
			}
		}
	}
	g.mu.Lock()
	g.broken = errors.New("connection refused by <host>")
	g.mu.Unlock()
	for range 3 {
		if w := n.ask("GET", format.PicturePath(id, bad[2], 320)); w.StatusCode != 502 || strings.Contains(string(body(t, w)), "host") || w.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%d", w.StatusCode)
		}
	}
	if g.all() != 3 {
		t.Errorf("asked for %v", g.asked)
	}
}

// A picture is shown as long as its article may be, by its source's rights and the editors' decisions, and no longer; whose picture it is
// decides, not who else has it.
func TestPictureRights(t *testing.T) {
	t.Parallel()
	n, g := showing(t, deskwire.ImagesProxy, faced)
	for name, r := range map[string]deskwire.Rights{
		"nothing": {}, "pictures": {Pictures: true}, "texts": {Body: true}, "both": {Body: true, Pictures: true}, "soon": {Body: true, Pictures: true, Expires: 30 * time.Minute},
	} {
		n.sources[name] = deskwire.Source{Name: name, URL: "https://" + name + ".example/feed", Rights: r}
	}
	n.channels[0].Take = []deskwire.Rule{{Words: []string{"news"}}}
	n.press.Reconfigure(n.site, n.channels, n.sources)
	ids := map[string]deskwire.ID{}
	for _, name := range []string{"nothing", "pictures", "texts", "both", "soon", "harbour", "killed", "embargoed", "hidden", "unfiled"} {
		n.now = n.now.Add(time.Second)
		source, title := name, "News of "+name
		if n.sources[name].Name == "" {
			source = "both"
		}
		if name == "unfiled" {
			title = "What nobody takes"
		}
		n.say(source, title, pictured, func(d *deskwire.Draft) {
			d.Summary, d.Published = title, n.now
			d.Body += "<p>" + name + "</p>"
		})
		ids[name] = n.newest()
	}
	n.publish()
	check := func(name string, lead, inner bool) {
		t.Helper()
		before := g.all()
		for addr, want := range map[string]bool{leadURL: lead, innerURL: inner} {
			if w := n.ask("GET", format.PicturePath(string(ids[name]), addr, 640)); (w.StatusCode == 200) != want || !want && w.StatusCode != 404 {
				t.Errorf("%s, %s: %d", name, addr, w.StatusCode)
			}
			if got := strings.Contains(string(body(t, n.ask("GET", articleURL(ids[name])))), strings.TrimSuffix(format.PicturePath(string(ids[name]), addr, 640), "-640.jpg")); got && !want {
				t.Errorf("%s: the page shows %s", name, addr)
			}
		}
		if !lead && !inner && g.all() != before {
			t.Errorf("%s: it was asked for", name)
		}
	}
	check("nothing", false, false)
	check("pictures", true, false)
	check("texts", false, false)
	check("unfiled", false, false)
	for _, name := range []string{"both", "harbour", "killed", "embargoed", "hidden"} {
		check(name, true, true)
	}
	check("soon", false, false) // what was published an hour ago, by the clock of those who ask
	n.decide(deskwire.Decision{Verb: deskwire.Kill, Article: ids["killed"]})
	n.decide(deskwire.Decision{Verb: deskwire.Embargo, Article: ids["embargoed"], Until: time.Now().Add(time.Hour)})
	n.decide(deskwire.Decision{Verb: deskwire.Hide, Article: ids["hidden"]})
	n.publish()
	for _, name := range []string{"killed", "embargoed", "hidden"} {
		check(name, false, false)
	}
	check("both", true, true)
	// The desk shows no pictures any more, and so nobody does.
	n.channels[0].Policy.Pictures = false
	n.press.Reconfigure(n.site, n.channels, n.sources)
	n.publish()
	check("both", false, false)
}

// Another policy holds at once, for what was made before as well.
func TestImagesReload(t *testing.T) {
	t.Parallel()
	n, _ := showing(t, deskwire.ImagesHotlink, faced)
	n.say("harbour", "Own news", pictured)
	id := n.newest()
	n.publish()
	for _, images := range []deskwire.Images{deskwire.ImagesProxy, deskwire.ImagesNone, deskwire.ImagesHotlink} {
		n.site.Images = images
		n.press.Reconfigure(n.site, n.channels, n.sources)
		n.publish()
		for _, path := range []string{"/", "/desks/world/", articleURL(id), "/feeds/"} {
			w := n.ask("GET", path)
			if got := w.Header.Get("Content-Security-Policy"); got != policyOf(images) {
				t.Errorf("%s, %s: policy %s", images, path, got)
			}
			if got := strings.Contains(string(body(t, w)), "/images/"); got && images != deskwire.ImagesProxy {
				t.Errorf("%s, %s: pictures are passed on", images, path)
			}
		}
	}
}

// Pictures that pages show are files beside them: written once, removed when no page shows them, tried again when they could not be
// had; the pages are the same as over HTTP.
func TestPictureFiles(t *testing.T) {
	t.Parallel()
	n, g := showing(t, deskwire.ImagesProxy, faced)
	var ids []deskwire.ID
	for i := range 12 {
		n.now = n.now.Add(time.Minute)
		n.say("harbour", fmt.Sprint("Story ", i), pictured, func(d *deskwire.Draft) {
			if i == 3 {
				d.Media[0].URL = "https://x.example/none.svg"
			}
			if i == 4 {
				d.Body += "<p>/images/" + string(n.newest()) + "/0123456789abcdef-640.jpg</p>" // looks like one of ours
			}
		})
		ids = append(ids, n.newest())
	}
	n.publish()
	proxy := g.proxy(t)
	all := folder{}
	again := func() (pictures, pages int, done Exported) {
		t.Helper()
		f := folder{}
		done, err := Export(t.Context(), n.press, proxy, all[ArchiveState], n.now, f.sink)
		if err != nil {
			t.Fatal(err)
		}
		next := folder{Manifest: f[Manifest], ArchiveState: f[ArchiveState]}
		for name := range strings.FieldsSeq(string(f[Manifest])) {
			if next[name] = f[name]; next[name] == nil {
				next[name] = all[name]
			}
			if next[name] == nil {
				t.Errorf("%s is listed and nowhere", name)
			}
			if f[name] != nil && strings.HasPrefix(name, "images/") {
				pictures++
			}
			if f[name] != nil && strings.HasPrefix(name, "articles/") && strings.HasSuffix(name, ".html") {
				pages++
			}
		}
		all = next
		return pictures, pages, done
	}
	// Twelve stories of three pictures each, of which one is none, and a face; each in three widths.
	if pictures, pages, done := again(); pictures != 3*(12*3-1+1) || pages != 12 || done.Missing != 2 || !errors.Is(done.Why, picture.ErrNone) {
		t.Errorf("%d pictures, %d pages, %+v", pictures, pages, done)
	}
	name := strings.TrimPrefix(format.PicturePath(string(ids[0]), leadURL, 320), "/")
	if got := body(t, n.ask("GET", "/"+name)); !bytes.Equal(got, all[name]) || len(got) == 0 {
		t.Error("the file is another picture than the server's")
	}
	if got := body(t, n.ask("GET", articleURL(ids[0]))); !bytes.Equal(got, all[fileName(articleURL(ids[0]))]) {
		t.Error("the page is another one than the server's")
	}
	for file, b := range all {
		if strings.HasSuffix(file, ".html") {
			for _, img := range parsePage(t, b).all("img") {
				for _, at := range append(strings.Split(attr(img, "srcset"), ", "), attr(img, "src")) {
					at, _, _ = strings.Cut(strings.TrimPrefix(strings.TrimPrefix(at, n.site.URL), "/"), " ")
					if all[at] == nil && at != "" && !strings.Contains(at, format.PictureName("https://x.example/none.svg")) {
						t.Errorf("%s shows %s, which is no file", file, at)
					}
				}
			}
		}
	}
	asked := g.all()
	if pictures, pages, done := again(); pictures != 0 || pages != 0 || done.Missing != 2 || done.Why != nil || g.all() != asked {
		t.Errorf("nothing changed: %d pictures, %d pages, %+v, asked %d times more", pictures, pages, done, g.all()-asked)
	}
	// A file that is lost is written again, and so are the pages that show it, since it is not known which picture they mean.
	state := string(all[ArchiveState])
	lost := strings.TrimSuffix("/"+name, "-320.jpg")
	i := strings.Index(state, "\n"+lost+" ")
	all[ArchiveState] = []byte(state[:i+1] + state[i+2+strings.Index(state[i+1:], "\n"):])
	if pictures, pages, _ := again(); pictures != 3 || pages == 0 {
		t.Errorf("lost: %d pictures, %d pages", pictures, pages)
	}
	n.now = n.now.Add(noPictureFor)
	if _, _, done := again(); done.Missing != 2 || done.Why == nil {
		t.Errorf("a day later: %+v", done)
	}
	n.decide(deskwire.Decision{Verb: deskwire.Kill, Article: ids[0]})
	n.publish()
	if again(); all[name] != nil {
		t.Error("the picture of what was killed is still there")
	}
	for file := range all {
		if strings.HasPrefix(file, "images/"+string(ids[0])+"/") {
			t.Errorf("%s is still there", file)
		}
	}
	// Without anybody who gets pictures what is there stays.
	before := len(all)
	proxy = nil
	if pictures, _, _ := again(); pictures != 0 || len(all) != before {
		t.Errorf("%d files, %d before", len(all), before)
	}
	n.site.Images = deskwire.ImagesNone
	n.press.Reconfigure(n.site, n.channels, n.sources)
	n.publish()
	if again(); slices.ContainsFunc(strings.Fields(string(all[Manifest])), func(s string) bool { return strings.HasPrefix(s, "images/") }) {
		t.Error("pictures are still there that nobody shows")
	}
}

// A server that never answers holds an export up for a while, and the next one goes on.
func TestPictureFilesPatience(t *testing.T) {
	t.Parallel()
	n, g := showing(t, deskwire.ImagesProxy, faced)
	n.say("harbour", "Own news", pictured)
	n.publish()
	ctx, cancel := context.WithCancel(t.Context())
	proxy := g.proxy(t)
	proxy.Fetch = func(context.Context, string) ([]byte, error) {
		cancel() // as if somebody had lost patience
		return nil, errors.New("slow")
	}
	if _, err := Export(ctx, n.press, proxy, nil, n.now, folder{}.sink); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	g.broken = errors.New("slow")
	f := folder{}
	done, err := Export(t.Context(), n.press, g.proxy(t), nil, n.now, f.sink)
	if err != nil || done.Missing != 4 || done.Why == nil {
		t.Errorf("%+v, %v", done, err)
	}
	g.broken = nil
	if done, err = Export(t.Context(), n.press, g.proxy(t), f[ArchiveState], n.now, folder{}.sink); err != nil || done.Missing != 0 {
		t.Errorf("the next time: %+v, %v", done, err)
	}
}
