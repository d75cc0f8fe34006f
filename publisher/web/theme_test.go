package web

import (
	"errors"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"deskwire"
	"deskwire/publisher"
)

const testLogo = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 100"><path d="M0 0h400v100H0z"/></svg>`

// themed writes the files of a theme and returns their folder.
func themed(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		at := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// text is what stands at a path.
func (n *newsroom) text(path string) string {
	n.tb.Helper()
	r := n.ask("GET", path)
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != 200 {
		n.tb.Fatalf("%s: %d, %v", path, r.StatusCode, err)
	}
	return string(b)
}

// A theme is on every page, its files are where pages say, and the rest is as it was.
func TestTheme(t *testing.T) {
	dir := themed(t, map[string]string{
		"logo.svg": testLogo, "icon.svg": testLogo, "own.css": "h1 { letter-spacing: -.01em; }",
		"templates/notice.html": `{{template "head" .}}<body>{{template "top" .}}<main id="news"><h1>Nothing of ours: {{.Notice.Title}}</h1></main></body></html>`,
	})
	pages, err := NewPages(nil, deskwire.Theme{
		Title: "The <Bridge>", Logo: filepath.Join(dir, "logo.svg"), Icon: filepath.Join(dir, "icon.svg"), CSS: filepath.Join(dir, "own.css"),
		Templates: filepath.Join(dir, "templates"), Light: deskwire.Palette{Link: "#aa0000"}, Dark: deskwire.Palette{Paper: "#000000"},
	})
	if err != nil {
		t.Fatal(err)
	}
	n := running(t)
	n.press.Dress(pages)
	n.press.Reconfigure(n.site, n.channels, n.sources)
	n.publish()
	for _, path := range []string{"/", "/feeds/", "/desks/world/", "/desks/world/embed/code/"} {
		page := n.text(path)
		for _, want := range []string{`<link rel="stylesheet" href="/assets/theme.css">`, `<img class="logo" src="/assets/logo.svg" alt="The &lt;Bridge&gt;" width="144" height="36">`,
			`<link rel="icon" href="/assets/icon.svg" type="image/svg&#43;xml">`, `<meta name="theme-color" content="#000000" media="(prefers-color-scheme: dark)">`} {
			if !strings.Contains(page, want) {
				t.Errorf("%s: there is no %s in\n%s", path, want, page)
			}
		}
	}
	if page := n.text("/desks/world/embed/"); !strings.Contains(page, "/assets/theme.css") {
		t.Error("the frame has not the theme's colours")
	}
	if got := n.ask("GET", "/assets/theme.css").Header.Get("Content-Type"); got != "text/css; charset=utf-8" {
		t.Errorf("theme.css: %s", got)
	}
	css := n.text("/assets/theme.css")
	for _, want := range []string{"--link: #aa0000", "--link: #8fc3f5", "--paper: #000000", "letter-spacing"} {
		if !strings.Contains(css, want) {
			t.Errorf("theme.css has no %s:\n%s", want, css)
		}
	}
	if logo := n.ask("GET", "/assets/logo.svg"); n.text("/assets/logo.svg") != testLogo || logo.Header.Get("Content-Type") != "image/svg+xml" {
		t.Errorf("logo: %d %s", logo.StatusCode, logo.Header)
	}
	ch := n.channels[0]
	for _, s := range publisher.Samples(&ch) {
		body, err := pages.Article(s, n.site)
		if err != nil || strings.Contains(string(body), "Nothing of ours") == s.Withdrawn.IsZero() {
			t.Errorf("a notice should be the theme's, and nothing else: %v\n%s", err, body)
		}
	}
}

// Without a theme nothing of one is on a page.
func TestNoTheme(t *testing.T) {
	n := running(t)
	page := n.text("/desks/world/")
	if strings.Contains(page, "theme.css") || strings.Contains(page, "logo") || !strings.Contains(page, "/assets/icon.svg") {
		t.Error(page)
	}
	if got := n.ask("GET", "/assets/icon.svg"); got.StatusCode != 200 || got.Header.Get("Content-Type") != "image/svg+xml" {
		t.Errorf("icon: %d", got.StatusCode)
	}
}

// All our templates given back as a theme look as ours do.
func TestThemeOfOurs(t *testing.T) {
	files := map[string]string{}
	for _, name := range TemplateNames() {
		files[name] = string(Template(name))
	}
	themed, err := NewPages(nil, deskwire.Theme{Templates: themed(t, files)})
	if err != nil {
		t.Fatal(err)
	}
	ours, err := NewPages(nil, deskwire.Theme{})
	if err != nil {
		t.Fatal(err)
	}
	n := open(t, world)
	stories, ed := publisher.Samples(&n.channels[0]), publisher.SampleArchive(&n.channels[0])
	next, stop := iter.Pull(ours.specimens(stories, ed, &n.site))
	defer stop()
	for a := range themed.specimens(stories, ed, &n.site) {
		if b, ok := next(); !ok || a.err != nil || b.err != nil || string(a.body) != string(b.body) {
			t.Errorf("%s: %v %v\n%s\n%s", a.kind, a.err, b.err, a.body, b.body)
		}
	}
}

func TestThemeRefused(t *testing.T) {
	head, foot := `{{template "head" .}}<body><main>`, `</main></body></html>`
	for name, tt := range map[string]struct {
		files map[string]string
		theme func(dir string) deskwire.Theme
		want  string
	}{
		"contrast":    {nil, func(string) deskwire.Theme { return deskwire.Theme{Light: deskwire.Palette{Link: "#cccccc"}} }, "contrast of 1.5:1"},
		"dark":        {nil, func(string) deskwire.Theme { return deskwire.Theme{Dark: deskwire.Palette{Paper: "#808080"}} }, "theme.colours.dark: quiet"},
		"colour":      {nil, func(string) deskwire.Theme { return deskwire.Theme{Light: deskwire.Palette{Ink: "black"}} }, "#rrggbb"},
		"no logo":     {nil, func(dir string) deskwire.Theme { return deskwire.Theme{Logo: dir + "/logo.svg"} }, "no such file"},
		"gif":         {map[string]string{"logo.gif": "GIF89a"}, func(dir string) deskwire.Theme { return deskwire.Theme{Logo: dir + "/logo.gif"} }, "ends in"},
		"no png":      {map[string]string{"logo.png": "GIF89a"}, func(dir string) deskwire.Theme { return deskwire.Theme{Logo: dir + "/logo.png"} }, "logo.png"},
		"no svg":      {map[string]string{"logo.svg": "<html/>"}, func(dir string) deskwire.Theme { return deskwire.Theme{Logo: dir + "/logo.svg"} }, "no SVG"},
		"sizeless":    {map[string]string{"logo.svg": "<svg/>"}, func(dir string) deskwire.Theme { return deskwire.Theme{Logo: dir + "/logo.svg"} }, "viewBox"},
		"endless":     {map[string]string{"logo.svg": `<svg width="NaN" height="1"/>`}, func(dir string) deskwire.Theme { return deskwire.Theme{Logo: dir + "/logo.svg"} }, "no size"},
		"large":       {map[string]string{"own.css": strings.Repeat("a{}", 100_000)}, func(dir string) deskwire.Theme { return deskwire.Theme{CSS: dir + "/own.css"} }, "larger than 256 KB"},
		"import":      {map[string]string{"own.css": "@import 'more.css';"}, func(dir string) deskwire.Theme { return deskwire.Theme{CSS: dir + "/own.css"} }, "@import"},
		"elsewhere":   {map[string]string{"own.css": "b{background:url( //x.example/a.png)}"}, func(dir string) deskwire.Theme { return deskwire.Theme{CSS: dir + "/own.css"} }, "x.example"},
		"no folder":   {nil, func(dir string) deskwire.Theme { return deskwire.Theme{Templates: dir + "/none"} }, "no such file"},
		"unknown":     {map[string]string{"front.html": ""}, func(dir string) deskwire.Theme { return deskwire.Theme{Templates: dir} }, "article.html"},
		"syntax":      {map[string]string{"index.html": "{{if}}"}, func(dir string) deskwire.Theme { return deskwire.Theme{Templates: dir} }, "index.html:1"},
		"field":       {map[string]string{"index.html": head + "{{.Nonsense}}" + foot}, func(dir string) deskwire.Theme { return deskwire.Theme{Templates: dir} }, "Nonsense"},
		"field in it": {map[string]string{"article.html": head + "{{range .Article.Changes}}{{range .Diffs}}{{.Nonsense}}{{end}}{{end}}" + foot}, func(dir string) deskwire.Theme { return deskwire.Theme{Templates: dir} }, "Nonsense"},
		"style":       {map[string]string{"channel.html": head + `<p style="color: red">` + foot}, func(dir string) deskwire.Theme { return deskwire.Theme{Templates: dir} }, "style"},
		"script":      {map[string]string{"feeds.html": head + `<script>alert(1)</script>` + foot}, func(dir string) deskwire.Theme { return deskwire.Theme{Templates: dir} }, "script"},
		"handler":     {map[string]string{"search.html": head + `<p onclick="x()">` + foot}, func(dir string) deskwire.Theme { return deskwire.Theme{Templates: dir} }, "onclick"},
		"others":      {map[string]string{"notice.html": head + `<script src="https://x.example/a.js"></script>` + foot}, func(dir string) deskwire.Theme { return deskwire.Theme{Templates: dir} }, "x.example"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := NewPages(nil, tt.theme(themed(t, tt.files)))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("got %v, want something with %q", err, tt.want)
			}
			if !errors.Is(err, deskwire.ErrInvalid) && !errors.Is(err, os.ErrNotExist) {
				t.Errorf("%v is no mistake of the user's", err)
			}
		})
	}
}

// The ratios that WCAG gives for black, white and two greys.
func TestContrast(t *testing.T) {
	for _, tt := range []struct {
		a, b     string
		low, top float64
	}{{"#000000", "#ffffff", 21, 21}, {"#ffffff", "#ffffff", 1, 1}, {"#767676", "#ffffff", 4.5, 4.6}, {"#777777", "#ffffff", 4.4, 4.5}} {
		got, err := contrast(tt.a, tt.b)
		if err != nil || got < tt.low-1e-9 || got > tt.top+1e-9 {
			t.Errorf("contrast of %s on %s = %.3f, %v", tt.a, tt.b, got, err)
		}
	}
}

// The colours that the theme is put over are those of the style sheet.
func TestOurColours(t *testing.T) {
	css, err := embedded.ReadFile("assets/site.css")
	if err != nil {
		t.Fatal(err)
	}
	plain := strings.Join(strings.Fields(string(css)), " ")
	for _, p := range []deskwire.Palette{ourLight, ourDark} {
		if !strings.Contains(plain, properties(p)+";") {
			t.Errorf("site.css has not %s", properties(p))
		}
		for _, err := range readable(p) {
			t.Error(err)
		}
	}
}
