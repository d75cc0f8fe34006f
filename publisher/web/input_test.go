package web

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"deskwire"
	"deskwire/publisher"
	"deskwire/publisher/words"
)

// Input is hostile, and judged twice: what is written is safe although the store holds what reading would never have let in.
func TestInputIsHostile(t *testing.T) {
	t.Parallel()
	n := open(t, world, bridges)
	for _, bad := range []string{"javascript:attack()", "data:text/html,<script>attack()</script>", "JAVASCRIPT:attack()", " java\tscript:attack()", "vbscript:attack()", "file:///etc/passwd", "//attack.example/", "https://a.example/\"onload=\"attack()"} {
		n.say("harbour", "A bridge called "+bad, func(d *deskwire.Draft) {
			d.Link, d.Comments, d.Via = bad, bad, deskwire.Via{Title: "Via", URL: bad}
			d.Media = []deskwire.Media{{URL: bad, Type: "image/png", Caption: bad}, {URL: bad, Type: "audio/mpeg", Enclosed: true}}
			d.Authors = []deskwire.Author{{Name: "Ann", URL: bad, Email: bad}}
			d.Body = `<p><a href="` + html.EscapeString(bad) + `">x</a><img src="` + html.EscapeString(bad) + `"></p>`
		})
	}
	for _, bad := range []string{`<script>attack()</script>`, `</script><script>attack()</script>`, `"><img src=x onerror=attack()>`, `<svg><style><img src=x onerror=attack()>`, `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=attack()&gt;">`,
		`<iframe srcdoc="x"></iframe><object></object><form><input><button>x</button><select></select></form><template>x</template>`, `<p style="x" id="a" name="b" class="c" onclick="attack()">x</p>`, "]]><script>attack()</script>", `{{.}}`, "\u2028</script>"} {
		n.say("hill", "A bridge "+bad, func(d *deskwire.Draft) {
			d.Summary, d.Body, d.Rights, d.Language = "It says "+bad, "<p>It says "+bad+" here</p>", bad, bad
			d.Categories, d.Authors = []string{bad}, []deskwire.Author{{Name: bad}}
			d.Media = []deskwire.Media{{URL: "https://hill.example/p.jpg", Type: "image/jpeg", Title: bad, Caption: bad, Credit: bad}}
		})
	}
	n.say("hill", "A bridge \u202e\u2066gpj\u200b.\u2069exe\x1b[2J\x00\u0085", func(d *deskwire.Draft) { d.Summary = "\u202eturned\u200f \x07" })
	n.publish()

	var pages, xmls, jsons []*publisher.Document
	for d := range n.press.Surface().Documents() {
		switch {
		case strings.HasPrefix(d.Type, "text/html"):
			pages = append(pages, d)
		case strings.Contains(d.Type, "xml"):
			xmls = append(xmls, d)
		case strings.Contains(d.Type, "json"):
			jsons = append(jsons, d)
		}
	}
	if len(pages) < 3 || len(xmls) < 4 || len(jsons) < 2 {
		t.Fatalf("%d pages, %d documents of XML, %d of JSON", len(pages), len(xmls), len(jsons))
	}
	t.Run("feeds are valid XML and JSON", func(t *testing.T) {
		for _, d := range xmls {
			for dec := xml.NewDecoder(bytes.NewReader(d.Plain.Body)); ; {
				if _, err := dec.Token(); errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					t.Fatalf("%s: %v", d.Path, err)
				}
			}
		}
		for _, d := range jsons {
			if d.Path == jsons[0].Path && !bytes.Contains(d.Plain.Body, []byte("A bridge called")) {
				t.Errorf("%s is empty: nothing was looked at", d.Path)
			}
			if !json.Valid(d.Plain.Body) {
				t.Errorf("%s is no JSON", d.Path)
			}
		}
	})
	t.Run("links are http or https again when written", func(t *testing.T) {
		for _, d := range slices.Concat(xmls, jsons, pages) {
			for _, bad := range []string{`href="javascript`, `href="data:`, `src="data:`, `href="vbscript`, `url="javascript`, `url":"javascript`, `url": "javascript`, `<link>javascript`, `<link>file:`, `"file:///`, `href=\"javascript`, `href=&#34;javascript`, `href=&quot;javascript`} {
				if bytes.Contains(bytes.ToLower(d.Plain.Body), []byte(bad)) {
					t.Errorf("%s holds %s", d.Path, bad)
				}
			}
		}
	})
	t.Run("nothing active from foreign HTML", func(t *testing.T) {
		for _, d := range pages {
			walk(t, d, func(tag html.Token) bool {
				if tag.Data == "button" && slices.ContainsFunc(tag.Attr, func(a html.Attribute) bool { return a.Key == "data-forms" && a.Val == words.For("en").FreshForms() }) {
					return true // ours, which says what is new
				}
				if strings.HasSuffix(d.Path, publisher.EmbedCodeFile) && slices.Contains([]string{"button", "iframe"}, tag.Data) {
					return slices.ContainsFunc(tag.Attr, func(a html.Attribute) bool { return a.Key == "data-copied" }) || slices.ContainsFunc(tag.Attr, func(a html.Attribute) bool { return a.Key == "src" && strings.HasPrefix(a.Val, n.site.URL+"/") }) // ours
				}
				return !slices.Contains([]string{"svg", "math", "select", "form", "input", "button", "iframe", "object", "template", "style", "img onerror", "mglyph"}, tag.Data) &&
					!slices.ContainsFunc(tag.Attr, func(a html.Attribute) bool {
						return strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "srcdoc"
					})
			})
		}
	})
	t.Run("feed data never enters a script", func(t *testing.T) {
		for _, d := range pages {
			walk(t, d, func(tag html.Token) bool {
				return tag.Data != "script" || slices.ContainsFunc(tag.Attr, func(a html.Attribute) bool {
					return a.Key == "src" || a.Key == "type" && strings.HasSuffix(a.Val, "json")
				})
			})
			if bytes.Contains(d.Plain.Body, []byte("http-equiv")) {
				t.Errorf("%s holds http-equiv", d.Path)
			}
		}
	})
	t.Run("marks of direction in titles", func(t *testing.T) {
		for _, d := range slices.Concat(xmls, jsons, pages) {
			for _, bad := range []string{"\u202e", "\u2066", "\u200b", "\x1b", "\x00", "\u0085", `\u202e`, `\u2066`, `\u001b`, "&#x202e;", "&#x1b;", "&#27;"} {
				if bytes.Contains(d.Plain.Body, []byte(bad)) {
					t.Errorf("%s holds %q", d.Path, bad)
				}
			}
		}
	})
	t.Run("unknown names never touch the file system", func(t *testing.T) {
		for _, path := range []string{"/pages.go", "/../pages.go", "/templates/channel.html", "/desks/../pages.go", "/desks/../../../../../etc/passwd", "/etc/passwd", "/assets/../pages.go", "//etc/passwd", "/desks/%2e%2e/pages.go", "/desks/world/%00", "/desks/con/", "/..%5cpages.go"} {
			if res := n.ask("GET", path); res.StatusCode == http.StatusOK {
				t.Errorf("%s is answered", path)
			}
		}
	})
}

// walk goes through the tags of a page as a browser reads them.
func walk(t *testing.T, d *publisher.Document, good func(html.Token) bool) {
	t.Helper()
	for z := html.NewTokenizer(bytes.NewReader(d.Plain.Body)); ; {
		switch z.Next() {
		case html.ErrorToken:
			return
		case html.StartTagToken, html.SelfClosingTagToken:
			if tag := z.Token(); !good(tag) {
				t.Errorf("%s holds %s", d.Path, tag)
			}
		}
	}
}
