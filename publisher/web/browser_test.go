package web

import (
	"context"
	"fmt"
	"mime"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"deskwire"
	"deskwire/publisher"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	scripts "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// browserTime is how long one page may take, on a machine that is busy with other tests.
const browserTime = 60 * time.Second

// A browser is Chromium, with a tab for each test.
type browser struct {
	ctx context.Context
	axe string // source of axe-core, "" without it
}

// startBrowser starts Chromium, or skips. Axe is where DESKWIRE_NODE says that npm put it.
func startBrowser(t *testing.T) *browser {
	t.Helper()
	if testing.Short() || raced {
		t.Skip("no browser: -short, or the race detector is on")
	}
	var program string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil && program == "" {
			program = found
		}
	}
	if program == "" {
		t.Skip("SKIPPED: there is no Chromium here, so no page was looked at in a browser")
	}
	home, err := os.MkdirTemp("", "deskwire-browser")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(home) }) // its processes may still be ending; what they leave is a temporary file
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(home),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-quic", true), chromedp.Flag("no-proxy-server", true))
	ctx, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, end := chromedp.NewContext(ctx)
	t.Cleanup(end)
	if err := chromedp.Run(ctx); err != nil {
		t.Skipf("SKIPPED: Chromium does not start: %v", err)
	}
	b := &browser{ctx: ctx}
	source, err := os.ReadFile(filepath.Join(os.Getenv("DESKWIRE_NODE"), "node_modules", "axe-core", "axe.min.js"))
	if b.axe = string(source); err != nil {
		t.Log("SKIPPED: axe-core. Set DESKWIRE_NODE to a folder in which `npm install axe-core` was run.")
	}
	return b
}

// A tab is one page being looked at.
type tab struct {
	*testing.T
	*browser
	ctx context.Context

	mu       sync.Mutex
	troubles []string // what the console said, and what the policy kept out
}

// A view is how a page is looked at.
type view struct {
	name       string
	width      int64
	dark       bool
	scriptless bool
}

var views = []view{{name: "phone", width: 390}, {name: "phone-dark", width: 390, dark: true}, {name: "desktop", width: 1280}}

func (b *browser) open(t *testing.T, v view) *tab {
	t.Helper()
	ctx, closeTab := chromedp.NewContext(b.ctx)
	t.Cleanup(closeTab)
	ctx, cancel := context.WithTimeout(ctx, browserTime)
	t.Cleanup(cancel)
	tb := &tab{T: t, browser: b, ctx: ctx}
	chromedp.ListenTarget(ctx, func(event any) {
		tb.mu.Lock()
		defer tb.mu.Unlock()
		switch e := event.(type) {
		case *log.EventEntryAdded:
			if e.Entry.Level == log.LevelError || e.Entry.Source == log.SourceSecurity {
				tb.troubles = append(tb.troubles, e.Entry.Text)
			}
		case *runtime.EventExceptionThrown:
			tb.troubles = append(tb.troubles, e.ExceptionDetails.Error())
		}
	})
	colours := "light"
	if v.dark {
		colours = "dark"
	}
	tb.run(log.Enable(), network.Enable(), emulation.SetDeviceMetricsOverride(v.width, 844, 1, v.width < 500),
		emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: colours}}),
		emulation.SetScriptExecutionDisabled(v.scriptless))
	return tb
}

func (tb *tab) run(actions ...chromedp.Action) {
	tb.Helper()
	if err := chromedp.Run(tb.ctx, actions...); err != nil {
		tb.Fatal(err)
	}
}

// evaluate is the value of an expression in the page; a promise is waited for.
func evaluate[T any](tb *tab, expression string) (value T) {
	tb.Helper()
	tb.run(chromedp.Evaluate(expression, &value, func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }))
	return value
}

// until waits for an expression to be true.
func (tb *tab) until(expression string) {
	tb.Helper()
	if err := chromedp.Run(tb.ctx, chromedp.Poll(expression, nil, chromedp.WithPollingInterval(20*time.Millisecond), chromedp.WithPollingTimeout(browserTime))); err != nil {
		tb.Fatalf("%s: %v; the console says %q", expression, err, tb.troubles)
	}
}

// quiet fails when the console said anything.
func (tb *tab) quiet() {
	tb.Helper()
	tb.mu.Lock()
	defer tb.mu.Unlock()
	if len(tb.troubles) > 0 {
		tb.Errorf("the console says %q", tb.troubles)
	}
}

// accessible fails where axe finds anything against WCAG 2.2 AA or its own good practice.
func (tb *tab) accessible() {
	tb.Helper()
	if tb.axe == "" {
		return
	}
	tb.run(chromedp.Evaluate(tb.axe+";undefined", nil))
	found := evaluate[[]struct {
		ID    string
		Help  string
		Nodes []struct{ HTML, Summary string }
	}](tb, `axe.run(document, {iframes: false, runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}).then((r) =>
		r.violations.map((v) => ({ID: v.id, Help: v.help, Nodes: v.nodes.map((n) => ({HTML: n.html, Summary: n.failureSummary}))})))`)
	for _, v := range found {
		tb.Errorf("axe: %s: %s: %.1000v", v.ID, v.Help, v.Nodes)
	}
}

// photograph keeps a picture of the page where `go test -artifacts` wants them.
func (tb *tab) photograph(name string) {
	tb.Helper()
	var picture []byte
	tb.run(chromedp.FullScreenshot(&picture, 90))
	if err := os.WriteFile(filepath.Join(tb.ArtifactDir(), name+".jpg"), picture, 0o600); err != nil {
		tb.Error(err)
	}
}

// visible is a newsroom that a browser can visit, with an archive behind its desk and pictures of its own.
func visible(t *testing.T, language string) *newsroom {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	short := world
	short.Policy.Limit, short.Language = 3, language
	n := open(t, short, bridges)
	n.site.URL, n.site.Finds = "http://"+l.Addr().String(), true
	short.Face.Picture = n.site.URL + "/face.svg"
	n.channels = []deskwire.Channel{short, bridges}
	n.press.Reconfigure(n.site, n.channels, n.sources)
	done := make(chan struct{})
	o, search := n.searched()
	o.Done = done
	site := New(n.press, o)
	n.handler = site
	srv := Server(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, ".svg") || r.URL.Path == "/favicon.ico" {
			w.Header().Set("Content-Type", "image/svg+xml")
			fmt.Fprint(w, `<svg xmlns="http://www.w3.org/2000/svg" width="800" height="600"><rect width="800" height="600" fill="#467"/></svg>`)
			return
		}
		site.ServeHTTP(w, r)
	}))
	go srv.Serve(Limited(l))
	t.Cleanup(func() { close(done); srv.Close() })
	titles := []string{"Old bridge reopens", "Ferry strike ends after a week of talks on both shores", "Council counts its lamps", "A library for the outer isles", "Snow on the coast road", "Harbour news", "The last lighthouse keeper"}
	if language == "ar" {
		titles = []string{"إعادة فتح الجسر القديم", "انتهاء إضراب العبّارات", "المجلس يحصي مصابيحه", "مكتبة للجزر البعيدة", "ثلوج على طريق الساحل", "أخبار الميناء", "آخر حرّاس المنارة"}
	}
	for i, title := range titles {
		n.now = n.now.Add(time.Minute)
		n.say("harbour", title, func(d *deskwire.Draft) {
			d.Language = language
			d.Authors = []deskwire.Author{{Name: "Ana Lind"}}
			d.Body = "<p>" + strings.Repeat("It was said on the quay this morning. ", 40) + "</p><h3>What comes next</h3><p>Nobody knows <a href=\"https://harbour.example/x\">yet</a>.</p>"
			if i%2 == 0 {
				d.Media = []deskwire.Media{{URL: n.site.URL + "/p.svg", Type: "image/svg+xml", Width: 800, Height: 600, Caption: "The bridge & the river", Credit: "Kim Strand / Pool"}}
			}
		})
	}
	n.publish()
	search("bridge")
	return n
}

func (n *newsroom) find(guid string) deskwire.ID {
	n.tb.Helper()
	id, err := n.store.Find(n.tb.Context(), guid)
	if err != nil {
		n.tb.Fatal(err)
	}
	return id
}

const archivePath = desk + "archive/1-4/"

func TestBrowser(t *testing.T) {
	t.Parallel()
	b := startBrowser(t)
	t.Run("pages", b.pages)
	t.Run("from right to left", b.rightToLeft)
	t.Run("show more", b.showMore)
	t.Run("show more without scripts", b.scriptless)
	t.Run("new items", b.newItems)
	t.Run("new items in files", b.newItemsInFiles)
	t.Run("keyboard", b.keyboard)
	t.Run("embeds", b.embeds)
}

// Every type of page, at both widths, in both lights: nothing for axe to say, nothing on the console, nothing to scroll sideways.
func (b *browser) pages(t *testing.T) {
	n := visible(t, "en")
	n.decide(deskwire.Decision{Verb: deskwire.Correct, Article: n.find("harbour-7"), Value: "It was the last but one."})
	n.decide(deskwire.Decision{Verb: deskwire.Pin, Article: n.find("harbour-6"), Channel: "desk/world"})
	n.decide(deskwire.Decision{Verb: deskwire.Kill, Article: n.find("harbour-5"), Value: "Withdrawn."})
	n.publish()
	for name, path := range map[string]string{
		"index": "/", "desk": desk, "topic": "/topics/bridges/", "archive": archivePath, "feeds": "/feeds/", "article": articleURL(n.find("harbour-7")), "killed": articleURL(n.find("harbour-5")),
		"frame": desk + publisher.EmbedFile, "code": desk + publisher.EmbedCodeFile,
		"search": "/search", "found": "/search?q=the",
	} {
		for _, v := range views {
			t.Run(name+" "+v.name, func(t *testing.T) {
				tb := b.open(t, v)
				tb.run(chromedp.Navigate(n.site.URL + path))
				tb.until(`document.readyState === "complete"`)
				if wide := evaluate[int](tb, "document.scrollingElement.scrollWidth - innerWidth"); wide > 0 {
					t.Errorf("%d pixels wider than the window", wide)
				}
				tb.accessible()
				if tb.photograph(name + "-" + v.name); name != "killed" { // of which the console says that it is gone
					tb.quiet()
				}
			})
		}
	}
}

func (b *browser) rightToLeft(t *testing.T) {
	n := visible(t, "ar")
	for name, path := range map[string]string{"desk": desk, "article": articleURL(n.find("harbour-7")), "frame": desk + publisher.EmbedFile} {
		tb := b.open(t, views[0])
		tb.run(chromedp.Navigate(n.site.URL + path))
		if got := evaluate[string](tb, `getComputedStyle(document.querySelector("main")).direction`); got != "rtl" {
			t.Errorf("%s runs %s", name, got)
		}
		// What is at the start of a line stands on the right.
		if left := evaluate[bool](tb, `(() => { const h = document.querySelector("main h1").getBoundingClientRect(), m = document.querySelector("main").getBoundingClientRect(); return m.right - h.right > 40 })()`); left {
			t.Errorf("%s: the heading stands on the left", name)
		}
		tb.accessible()
		tb.photograph("rtl-" + name)
		tb.quiet()
	}
}

const titlesShown = `[...document.querySelectorAll(".stream > article h2")].map((h) => h.textContent.trim())`

// Each press adds the next part below, once; whoever works by keyboard goes on where it begins.
func (b *browser) showMore(t *testing.T) {
	n := visible(t, "en")
	tb := b.open(t, views[2])
	tb.run(chromedp.Navigate(n.site.URL + desk))
	tb.until(`document.querySelectorAll(".stream > article").length === 3 && document.readyState === "complete"`)
	tb.run(chromedp.Click("a.older", chromedp.ByQuery))
	tb.until(`document.querySelectorAll(".stream > article").length === 7`)
	tb.until(`!document.querySelector("a.older")`)
	got := evaluate[[]string](tb, titlesShown)
	if want := []string{"The last lighthouse keeper", "Harbour news", "Snow on the coast road", "A library for the outer isles", "Council counts its lamps", "Ferry strike ends after a week of talks on both shores", "Old bridge reopens"}; !slices.Equal(got, want) {
		t.Errorf("shown %q", got)
	}
	if at := evaluate[string](tb, "document.activeElement.textContent.trim()"); at != got[3] {
		t.Errorf("the focus is on %q", at)
	}
	if path := evaluate[string](tb, "location.pathname"); path != desk {
		t.Errorf("it went to %s", path)
	}
	tb.quiet()
}

func (b *browser) scriptless(t *testing.T) {
	n := visible(t, "en")
	tb := b.open(t, view{name: "scriptless", width: 390, scriptless: true})
	tb.run(chromedp.Navigate(n.site.URL+desk), chromedp.Click("a.older", chromedp.ByQuery), chromedp.WaitVisible("a.newer", chromedp.ByQuery))
	var at string
	if tb.run(chromedp.Location(&at)); at != n.site.URL+archivePath {
		t.Errorf("it leads to %s", at)
	}
	tb.quiet()
}

// What is new says so, and is put on top when somebody wants to see it.
func (b *browser) newItems(t *testing.T) {
	n := visible(t, "en")
	tb := b.open(t, views[2])
	tb.run(chromedp.Navigate(n.site.URL + desk))
	tb.until(`performance.getEntriesByType("resource").length >= 0 && document.readyState === "complete"`)
	// A stream is open once the server has a reader.
	for h := n.handler.(*handler); len(h.listeners) == 0; {
		time.Sleep(time.Millisecond)
	}
	n.now = n.now.Add(time.Minute)
	n.say("harbour", "Two more boats")
	n.now = n.now.Add(time.Minute)
	n.say("harbour", "And a third")
	n.publish()
	tb.until(`!document.querySelector(".fresh button").hidden`)
	if hidden := evaluate[bool](tb, `document.querySelector(".ask").hidden || getComputedStyle(document.querySelector(".ask")).visibility !== "visible"`); hidden {
		t.Error("who serves this can search, and it does not say so")
	}
	if got := evaluate[string](tb, `document.querySelector(".fresh button").textContent`); got != "2 new" {
		t.Errorf("it says %q", got)
	}
	tb.accessible()
	tb.run(chromedp.Click(".fresh button", chromedp.ByQuery))
	if got := evaluate[[]string](tb, titlesShown); len(got) != 5 || got[0] != "And a third" || got[1] != "Two more boats" {
		t.Errorf("shown %q", got)
	}
	if hidden := evaluate[bool](tb, `document.querySelector(".fresh button").hidden`); !hidden {
		t.Error("it still says that there is something new")
	}
	tb.quiet()
}

// hurried has the clock and the timers of a page run a hundred times as fast.
const hurried = `(() => { const now = Date.now, start = now(), every = setInterval; Date.now = () => start + (now() - start) * 100; window.setInterval = (f, ms) => every(f, ms / 100) })()`

// Under a server that knows nothing but files the page asks once a minute, and shows no search.
func (b *browser) newItemsInFiles(t *testing.T) {
	n := visible(t, "en")
	var files atomic.Pointer[folder]
	export := func() {
		f := folder{}
		if _, err := Export(t.Context(), n.press, nil, nil, n.now, f.sink); err != nil {
			t.Fatal(err)
		}
		files.Store(&f)
	}
	export()
	var asked atomic.Int32
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, ok := (*files.Load())[fileName(r.URL.Path)]
		if !ok {
			http.NotFound(w, r)
			return
		}
		if r.URL.Path == desk {
			asked.Add(1)
		}
		w.Header().Set("Content-Type", mime.TypeByExtension(path.Ext(fileName(r.URL.Path))))
		w.Write(body)
	}))
	t.Cleanup(srv.Close)
	tb := b.open(t, views[2])
	tb.run(chromedp.ActionFunc(func(ctx context.Context) error {
		_, err := scripts.AddScriptToEvaluateOnNewDocument(hurried).Do(ctx)
		return err
	}), chromedp.Navigate(srv.URL+desk))
	tb.until(`document.readyState === "complete"`)
	for asked.Load() < 2 { // the page, and that it asks
		time.Sleep(time.Millisecond)
		if err := tb.ctx.Err(); err != nil {
			t.Fatal("it never asks: ", err)
		}
	}
	n.now = n.now.Add(time.Minute)
	n.say("harbour", "Two more boats")
	n.publish()
	export()
	tb.until(`!document.querySelector(".fresh button").hidden`)
	if got := evaluate[string](tb, `document.querySelector(".fresh button").textContent`); got != "1 new" {
		t.Errorf("it says %q", got)
	}
	if seen := evaluate[string](tb, `getComputedStyle(document.querySelector(".ask")).visibility`); seen != "hidden" {
		t.Error("files can not search, and the page says that they can")
	}
	tb.run(chromedp.Click(".fresh button", chromedp.ByQuery))
	if got := evaluate[[]string](tb, titlesShown); len(got) != 4 || got[0] != "Two more boats" {
		t.Errorf("shown %q", got)
	}
}

// The first stop is the way past the head of the page, and every link can be reached.
func (b *browser) keyboard(t *testing.T) {
	n := visible(t, "en")
	tb := b.open(t, views[2])
	tb.run(chromedp.Navigate(n.site.URL+desk), chromedp.KeyEvent("\t"))
	if got := evaluate[string](tb, `document.activeElement.className + " " + (document.activeElement.getBoundingClientRect().left >= 0)`); got != "skip true" {
		t.Errorf("the first stop is %q", got)
	}
	seen := map[string]bool{}
	for range 60 {
		tb.run(chromedp.KeyEvent("\t"))
		seen[evaluate[string](tb, `document.activeElement.href ?? ""`)] = true
	}
	for _, href := range evaluate[[]string](tb, `[...document.querySelectorAll("main a")].map((a) => a.href)`) {
		if !seen[href] {
			t.Errorf("no key leads to %s", href)
		}
	}
}

// hostPolicy is a strict one: of what the embeds need and nothing else.
const hostPolicy = "default-src 'none'; script-src SITE; connect-src SITE; frame-src SITE; img-src SITE; style-src 'self'"

// The element and the frame on a page of another origin, whose policy allows no style and no script but the site's.
func (b *browser) embeds(t *testing.T) {
	n := visible(t, "en")
	page := `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Host</title></head><body><main><h1>Host</h1><script src="SITE/embed.js" async></script>
<deskwire-feed src="SITE/desks/world/feed.json" count="2"></deskwire-feed><iframe src="SITE/desks/world/embed/" title="World" width="480" height="100" data-deskwire></iframe></main></body></html>`
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	host := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			return // a picture for the tab
		}
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("Content-Security-Policy", strings.ReplaceAll(hostPolicy, "SITE", n.site.URL))
		fmt.Fprint(w, strings.ReplaceAll(page, "SITE", n.site.URL))
	})}
	go host.Serve(l)
	t.Cleanup(func() { host.Close() })
	type shown struct {
		Titles, Links []string
		Footer        string
		Picture, Dark bool
	}
	for _, v := range []view{views[0], {name: "desktop-dark", width: 1280, dark: true}} {
		tb := b.open(t, v)
		tb.run(chromedp.Navigate("http://" + l.Addr().String() + "/"))
		tb.until(`document.querySelector("deskwire-feed").shadowRoot?.querySelectorAll("li").length === 2`)
		tb.until(`Number(document.querySelector("iframe").height) > 200`)
		got := evaluate[shown](tb, `(() => { const root = document.querySelector("deskwire-feed").shadowRoot; return {
			titles: [...root.querySelectorAll("h2")].map((h) => h.textContent), links: [...root.querySelectorAll("a")].map((a) => a.rel), footer: root.querySelector("footer").textContent,
			picture: root.querySelector("img").naturalWidth > 0 || root.querySelector("img").loading === "lazy", dark: getComputedStyle(document.querySelector("deskwire-feed")).backgroundColor === "rgb(22, 23, 26)"} })()`)
		want := shown{Titles: []string{"The last lighthouse keeper", "Harbour news"}, Links: slices.Repeat([]string{"noopener"}, 4), Footer: "World · Example <News>", Picture: true, Dark: v.dark}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, want %+v", v.name, got, want)
		}
		tb.accessible()
		tb.photograph("embeds-" + v.name)
		tb.quiet()
	}
}
