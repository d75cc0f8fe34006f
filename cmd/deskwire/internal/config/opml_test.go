package config

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"deskwire"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"
)

func TestParseOPML(t *testing.T) {
	t.Parallel()
	const text = "\ufeff" + `<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0"><head><title>Mine</title></head><body>
<outline text="Folder"><outline text="Deeper">
 <outline type="rss" text="Post &amp; Courier" xmlUrl=" https://post.example.com/feed " htmlUrl="https://post.example.com/" language="en-gb"/>
</outline></outline>
<outline TEXT="Upper" XMLURL="https://upper.example.com/"></outline>
<outline text="Twice" xmlUrl="https://post.example.com/feed"/>
<outline text="old" title="Newer title&#x202e;&#10;in two lines" xmlUrl="feed://feed.example.com/x" htmlUrl="javascript:alert(1)" language="english"/>
<outline text="js" xmlUrl="javascript:alert(1)"/>
<outline text="pw" xmlUrl="https://me:pw@example.com/"/>
<outline text="file" xmlUrl="file:///etc/passwd"/>
<outline text="a web page" htmlUrl="https://example.com/"/>
</body></opml>`
	found, skipped, err := ParseOPML(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	want := []deskwire.Source{
		{Title: "Post & Courier", URL: "https://post.example.com/feed", Home: "https://post.example.com/", Language: "en-GB"},
		{Title: "Upper", URL: "https://upper.example.com/"},
		{Title: "Newer title in two lines", URL: "http://feed.example.com/x"},
	}
	if d := cmp.Diff(want, found); d != "" {
		t.Errorf("ParseOPML (-want +got):\n%s", d)
	}
	for i, part := range []string{"line 9: \"javascript:alert(1)\": not a web address", "line 10: ", "line 11: the address of a file"} {
		if i >= len(skipped) || !strings.HasPrefix(skipped[i], part) {
			t.Errorf("skipped are %q, want %q at %d", skipped, part, i)
		}
	}
	fresh := NewSources(&Config{Sources: []deskwire.Source{{Name: "upper", URL: "https://post.example.com/feed"}}}, found)
	if len(fresh) != 2 || fresh[0].Name != "upper-2" || fresh[1].Name != "newer-title-in-two-lines" {
		t.Errorf("NewSources = %+v", fresh)
	}
}

func TestParseOPMLRefuses(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("<outline>", maxFolders+1)
	for name, text := range map[string]string{
		"empty":      "",
		"a web page": "<!doctype html><html><body></body></html>",
		"a feed":     `<rss version="2.0"><channel/></rss>`,
		"torn":       `<opml><body><outline xmlUrl="https://example.com/"/>`,
		"deep":       "<opml>" + deep,
		"many":       "<opml>" + strings.Repeat("<outline/>", maxOutlines+1) + "</opml>",
		"large":      "<opml>" + strings.Repeat(" ", maxOPML),
		"laughs":     `<!DOCTYPE opml [<!ENTITY a "lol"><!ENTITY b "&a;&a;">]><opml><body><outline text="&b;"/></body></opml`,
		"charset":    `<?xml version="1.0" encoding="klingon"?><opml/>`,
		"text":       "not XML",
	} {
		t.Run("OPML "+name, func(t *testing.T) {
			t.Parallel()
			if found, _, err := ParseOPML(strings.NewReader(text)); !errors.Is(err, deskwire.ErrInvalid) {
				t.Errorf("%v, %v; want ErrInvalid", found, err)
			}
		})
	}
}

func TestParseOPMLCharset(t *testing.T) {
	t.Parallel()
	found, _, err := ParseOPML(strings.NewReader("<?xml version='1.0' encoding='windows-1251'?><opml><outline text='\xcf\xf0\xe0\xe2\xe4\xe0' xmlUrl='https://example.com/'/></opml>"))
	if err != nil || len(found) != 1 || found[0].Title != "Правда" {
		t.Errorf("ParseOPML = %+v, %v", found, err)
	}
}

func TestExportOPML(t *testing.T) {
	t.Parallel()
	cfg := &Config{Site: Site{Title: "Example & News"}, Sources: []deskwire.Source{
		{Name: "post", Title: "The <Post>", URL: "https://post.example.com/feed?a=1&b=2", Home: "https://post.example.com/", Language: "en", Headers: map[string]string{"X": "hunter2"}},
		{Name: "bare", URL: "https://bare.example.com/"},
		{Name: "local", URL: "file:///var/feed.xml"},
	}}
	var out bytes.Buffer
	if err := ExportOPML(&out, cfg); err != nil {
		t.Fatal(err)
	}
	if s := out.String(); strings.Contains(s, "hunter2") || strings.Contains(s, "file:") {
		t.Errorf("private things are exported:\n%s", s)
	}
	back, skipped, err := ParseOPML(&out)
	if err != nil || len(skipped) > 0 {
		t.Fatal(err, skipped)
	}
	want := []deskwire.Source{
		{Title: "The <Post>", URL: "https://post.example.com/feed?a=1&b=2", Home: "https://post.example.com/", Language: "en"},
		{Title: "bare", URL: "https://bare.example.com/"},
	}
	if d := cmp.Diff(want, back); d != "" {
		t.Errorf("there and back (-want +got):\n%s", d)
	}
}

// Whatever comes in by OPML can be written into sources.yaml: names, addresses and titles hold all that is asked of them.
func FuzzOPML(f *testing.F) {
	for _, seed := range []string{
		`<opml version="2.0"><body><outline text="A" xmlUrl="https://a.example.com/"/></body></opml>`,
		`<opml><outline xmlUrl="feed:https://a.example.com/#x"/><outline xmlurl="http://b.example.com:80/$${X}" title="${X} $$"/></opml>`,
		`<opml><outline text="ニュース" xmlUrl="https://例え.テスト/"/></opml>`,
		`<opml>&nbsp;<outline text='&#0;&#x85;&#xFFFE;' xmlUrl='https://c.example.com/'></opml>`,
		`<?xml version="1.0" encoding="utf-16"?><opml/>`, `<opml`, ``, `<!DOCTYPE opml [<!ENTITY a "b">]><opml>&a;</opml>`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		found, _, err := ParseOPML(bytes.NewReader(text))
		if err != nil {
			return
		}
		doc, list, err := open("sources.yaml", nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range NewSources(&Config{}, found) {
			n, err := entry(s)
			if err != nil {
				t.Fatal(err)
			}
			list.Content = append(list.Content, n)
		}
		data := dump(t, doc)
		cfg, problems := decode([]file{{"config.yaml", []byte(minimal), schemaConfig}, {"sources.yaml", data, schemaKept}}, noEnv)
		if problems.wrong() {
			t.Errorf("%v\n%s", problems, data)
		}
		for i, s := range cfg.Sources {
			if found[i].URL != s.URL || found[i].Title != s.Title {
				t.Errorf("%+v came back as %+v", found[i], s)
			}
		}
	})
}

func dump(t *testing.T, doc *yaml.Node) []byte {
	t.Helper()
	data, err := yaml.Dump(doc, yaml.WithLineWidth(-1))
	if err != nil {
		t.Fatal(err)
	}
	return data
}
