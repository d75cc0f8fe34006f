package match

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"deskwire"

	"pgregory.net/rapid"
)

func TestCanonical(t *testing.T) {
	t.Parallel()
	const page = "https://example.org/news/story"
	for in, want := range map[string]string{
		page:                                                                           page,
		"http://example.org/news/story":                                                page,
		"HTTPS://WWW.Example.ORG/news/story":                                           page,
		"https://m.example.org/news/story":                                             page,
		"https://mobile.example.org/news/story":                                        page,
		"https://amp.example.org/news/story/":                                          page,
		"https://www.m.example.org/news/story":                                         page,
		"https://example.org:443/news/story":                                           page,
		"http://example.org:80/news/story":                                             page,
		"https://example.org./news/story":                                              page,
		"https://example.org//news///story/":                                           page,
		"https://example.org/news/./x/../story":                                        page,
		"https://example.org/news/story/amp":                                           page,
		"https://example.org/news/story/amp/":                                          page,
		"https://example.org/news/story?amp":                                           page,
		"https://example.org/news/story?amp=1&outputType=amp":                          page,
		"https://example.org/news/story?utm_source=rss&utm_medium=feed&utm_campaign=x": page,
		"https://example.org/news/story?UTM_Source=rss":                                page,
		"https://example.org/news/story?fbclid=a&gclid=b&at_medium=RSS&ref=rss":        page,
		"https://example.org/news/story?":                                              page,
		"https://example.org/news/story#comments":                                      page,
		"https://example.org/news/story#:~:text=a":                                     page,
		"https://example.org/news/story#xtor=RSS-1":                                    page,
		" https://example.org/news/story\n":                                            page,
		"https://example.org/%6eews/%73tory":                                           page,
		"https://user:pw@example.org/news/story":                                       page,

		"https://example.org/news/story.amp.html": "https://example.org/news/story.html",
		"https://example.org/News/Story":          "https://example.org/News/Story",
		"https://example.org:8080/news":           "https://example.org:8080/news",
		"https://example.org/news?b=2&a=1":        "https://example.org/news?a=1&b=2",
		"https://example.org/news?id=1&utm_x=2":   "https://example.org/news?id=1",
		"https://example.org/news?q=a+b":          "https://example.org/news?q=a%20b",
		"https://example.org/news?ref=4711":       "https://example.org/news?ref=4711",
		"https://example.org/items?itemid=5":      "https://example.org/items?itemid=5",
		"https://example.org/a%2fb":               "https://example.org/a%2Fb",
		"https://example.org/ü":                   "https://example.org/%C3%BC",
		"https://example.org/%c3%bc":              "https://example.org/%C3%BC",
		"https://bücher.example/x":                "https://xn--bcher-kva.example/x",
		"https://www.bücher.example/x":            "https://xn--bcher-kva.example/x",
		"https://news.example.org/x":              "https://news.example.org/x",
		"https://m.org/x":                         "https://m.org/x",
		"https://www.co.uk/x":                     "https://www.co.uk/x",
		"https://www.example.co.uk/x":             "https://example.co.uk/x",
		"https://m.github.io/x":                   "https://m.github.io/x",
		"https://example.org/amp":                 "https://example.org/amp",
		"https://example.org/champ/amplifier":     "https://example.org/champ/amplifier",
		"https://example.org":                     "https://example.org",
		"https://example.org/":                    "https://example.org",
		"https://[::1]:80/x":                      "https://[::1]:80/x",
		"http://[0:0::1]:80/x":                    "https://[::1]/x",
		"http://127.0.0.1:8080/x":                 "https://127.0.0.1:8080/x",
		"http://example.org/100%":                 "",
		"mailto:desk@example.org":                 "",
		"urn:uuid:1":                              "",
		"tag:example.org,2026:1":                  "",
		"javascript:alert(1)":                     "",
		"/relative":                               "",
		"":                                        "",
	} {
		if got := Canonical(in); got != want {
			t.Errorf("Canonical(%q) = %q, want %q", in, got, want)
		}
	}
}

func idempotent(t interface{ Errorf(string, ...any) }, link string) {
	once := Canonical(link)
	if twice := Canonical(once); twice != once {
		t.Errorf("Canonical(%q) = %q, of which it is %q", link, once, twice)
	}
	if strings.ContainsAny(once, " \t\r\n") {
		t.Errorf("Canonical(%q) = %q", link, once)
	}
}

func FuzzCanonical(f *testing.F) {
	for _, seed := range []string{
		"https://www.m.amp.example.org:443/a/../amp/?b=%2f&a=+#x", "http://[::ffff:1.2.3.4%25eth0]/%", "https://ⓦⓦⓦ.example.org/",
		"http://amp.amp.co.uk/x.amp.amp.html", "https://example.org/%2e%2e/%2E", "http://１２７.0.0.1/x", "https://example.org:443:443/", "http://a.b?%zz",
		"http://．", "http://a．b．/", "http://a.b/" + strings.Repeat("\x83", 4000),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, link string) { idempotent(t, link) })
}

// However an address is dressed up, it stays the same address.
func TestCanonicalUndresses(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		path := rapid.StringMatching(`(/[a-z0-9-]{1,8}){1,4}`).Draw(t, "path")
		query := rapid.SampledFrom([]string{"", "id=7", "b=1&c=%C3%BC"}).Draw(t, "query")
		plain := "https://example.org" + path
		dressed := rapid.SampledFrom([]string{"http://", "https://", "HTTP://"}).Draw(t, "scheme") +
			rapid.SampledFrom([]string{"", "www.", "m.", "amp.", "WWW."}).Draw(t, "label") +
			rapid.SampledFrom([]string{"example.org", "EXAMPLE.org", "example.org."}).Draw(t, "host") +
			path + rapid.SampledFrom([]string{"", "/", "/amp", "/amp/"}).Draw(t, "end")
		if query != "" {
			plain += "?" + query
			dressed += "?" + query + "&"
		} else {
			dressed += "?"
		}
		dressed += rapid.SampledFrom([]string{"", "utm_source=rss", "utm_medium=a&fbclid=b", "ref=twitter"}).Draw(t, "tracking") +
			rapid.SampledFrom([]string{"", "#", "#comments", "#xtor=RSS"}).Draw(t, "fragment")
		if strings.HasSuffix(path, "/amp") {
			t.Skip("a path that is dressed already")
		}
		if got, want := Canonical(dressed), Canonical(plain); got != want || want != plain {
			t.Errorf("Canonical(%q) = %q, want %q", dressed, got, want)
		}
		idempotent(t, dressed)
	})
}

func TestNumber(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"/news/world-12345678":      "12345678",
		"/2026/11/23/story-7654321": "7654321",
		"/20261123/story":           "",
		"/20261123/story-123456":    "123456",
		"/story-202611231530":       "",
		"/23112026-x":               "",
		"/11232026-x":               "",
		"/202611/x":                 "",
		"/261123/x":                 "",
		"/a-99887766/b-66554433":    "66554433",
		"/a-998877665/b-66554433":   "998877665",
		"/article/12345":            "",
		"/201399887766":             "201399887766", // no month 99
		"/world":                    "",
		"":                          "",
		"/9999999999999999999999":   "9999999999999999999999",
	} {
		if got := number(in); got != want {
			t.Errorf("number(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestSpeaks(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		feed    string
		domains []string
		link    string
		want    bool
	}{
		{"https://feeds.example.co.uk/rss", nil, "https://www.example.co.uk/x", true},
		{"https://feeds.example.co.uk/rss", nil, "https://example.co.uk", true},
		{"https://feeds.example.co.uk/rss", nil, "http://EXAMPLE.co.uk./x", true},
		{"https://feeds.example.co.uk/rss", nil, "https://other.co.uk/x", false},
		{"https://feeds.example.co.uk/rss", nil, "https://badexample.co.uk/x", false},
		{"https://feeds.example.co.uk/rss", nil, "https://example.co.uk.evil.org/x", false},
		{"https://feeds.example.co.uk/rss", nil, "urn:example.co.uk", false},
		{"https://feeds.example.co.uk/rss", nil, "", false},
		{"https://feeds.example.org/rss", []string{"Example.COM", "news.example.net"}, "https://a.example.com/x", true},
		{"https://feeds.example.org/rss", []string{"news.example.net"}, "https://news.example.net/x", true},
		{"https://feeds.example.org/rss", []string{"news.example.net"}, "https://example.net/x", false},
		{"https://feeds.example.org/rss", []string{"co.uk"}, "https://example.co.uk/x", false},
		{"https://feeds.example.org/rss", []string{"bücher.example"}, "https://bücher.example/x", true},
		{"https://ann.github.io/rss", nil, "https://ann.github.io/x", true},
		{"https://ann.github.io/rss", nil, "https://bob.github.io/x", false},
		{"http://127.0.0.1:8081/rss", nil, "http://127.0.0.1:8081/x", true},
		{"http://127.0.0.1:8081/rss", nil, "http://127.0.0.1:8082/x", false},
		{"http://127.0.0.1:8081/rss", nil, "https://127.0.0.1:8081/x", true},
		{"http://[::1]:8081/rss", nil, "http://[::1]:8081/x", true},
		{"http://10.0.0.1/rss", nil, "http://20.0.0.1/x", false},
		{"http://localhost:8081/rss", nil, "http://localhost:8082/x", false},
		{"http://intranet/rss", nil, "http://intranet/x", true},
		{"http://intranet/rss", nil, "http://evil.intranet/x", false},
		{"file:///var/feeds/x.xml", nil, "https://example.org/x", false},
		{"file:///var/feeds/x.xml", []string{"example.org"}, "https://example.org/x", true},
		{"https://example.org:8443/rss", nil, "https://example.org/x", true},
	} {
		src := &deskwire.Source{Name: "s", URL: tt.feed, Domains: tt.domains}
		if got := Speaks(src, tt.link); got != tt.want {
			t.Errorf("%s %q speaks for %s: %v, want %v", tt.feed, tt.domains, tt.link, got, tt.want)
		}
		if got := Speaks(src, Canonical(tt.link)); got != tt.want {
			t.Errorf("%s %q speaks for the canonical form of %s: %v, want %v", tt.feed, tt.domains, tt.link, got, tt.want)
		}
	}
}

var example = &deskwire.Source{Name: "example", URL: "https://example.org/feed"}

func draft(guid, link string) deskwire.Draft {
	return deskwire.Draft{Article: deskwire.Article{Source: "example", GUID: guid, Link: link, Title: "A title"}}
}

// show writes keys in short.
func show(keys []deskwire.Key) string {
	var s []string
	for _, k := range keys {
		s = append(s, fmt.Sprintf("%d:%s", k.Kind, strings.TrimPrefix(k.Value, "https://example.org")))
	}
	return strings.Join(s, " ")
}

func TestKeysOf(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		partial bool
		drafts  []deskwire.Draft
		want    []string
	}{
		{name: "guid, address, number", drafts: []deskwire.Draft{draft("g", "https://www.example.org/a-1234567?utm_source=rss")},
			want: []string{"1:g 2:/a-1234567 3:example.org/1234567"}},
		{name: "nothing but a guid", drafts: []deskwire.Draft{draft("g", "")}, want: []string{"1:g"}},
		{name: "a front page is nobody's address", drafts: []deskwire.Draft{draft("g", "https://example.org/")}, want: []string{"1:g"}},
		{name: "elsewhere numbers are not ours", drafts: []deskwire.Draft{draft("g", "https://other.net/a-1234567")},
			want: []string{"1:g 2:https://other.net/a-1234567"}},
		{name: "a lone fragment is dropped, and kept", drafts: []deskwire.Draft{draft("g", "https://example.org/live#p1")},
			want: []string{"1:g 2:/live#p1 2:/live"}},
		{name: "fragments that tell items apart", drafts: []deskwire.Draft{draft("1", "https://example.org/live-765432#p1"), draft("2", "https://www.example.org/live-765432#p2")},
			want: []string{"1:1 2:/live-765432#p1", "1:2 2:/live-765432#p2"}},
		{name: "a page beside its fragment", drafts: []deskwire.Draft{draft("1", "https://example.org/live"), draft("2", "https://example.org/live#p2")},
			want: []string{"1:1 2:/live", "1:2 2:/live#p2"}},
		{name: "a part proves nothing", partial: true, drafts: []deskwire.Draft{draft("2", "https://example.org/live#p2")},
			want: []string{"1:2 2:/live#p2"}},
		{name: "noise is no fragment", partial: true, drafts: []deskwire.Draft{draft("2", "https://example.org/live#comments")},
			want: []string{"1:2 2:/live"}},
	} {
		KeysOf(tt.drafts, example, tt.partial)
		var got []string
		for _, d := range tt.drafts {
			got = append(got, show(d.Keys))
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s:\n got %q\nwant %q", tt.name, got, tt.want)
		}
	}
}

func TestKeysStrongestFirst(t *testing.T) {
	t.Parallel()
	d := draft("g", "https://example.org/a-1234567#x")
	keys := Keys(&d.Article, strings.Repeat("<p>words</p> ", 50), func(string) bool { return true })
	if !slices.IsSortedFunc(keys, func(a, b deskwire.Key) int { return int(a.Kind) - int(b.Kind) }) || len(keys) != 5 {
		t.Errorf("keys %v", keys)
	}
}

func TestBodyKey(t *testing.T) {
	t.Parallel()
	sum := func(title, body string) string { return text(&deskwire.Article{Title: title}, body) }
	words := strings.Repeat("a bridge was opened in the morning ", 10)
	base := sum("Title", "<p>"+words+"</p>")
	if base == "" {
		t.Fatal("a long text is no key")
	}
	for name, same := range map[string]string{
		"markup":            sum("Title", "<div class='x'><p>"+strings.ReplaceAll(words, " ", " <br> ")+"</p></div>"),
		"case":              sum("TITLE", "<p>"+strings.ToUpper(words)+"</p>"),
		"punctuation":       sum("Title!", "<p>"+strings.ReplaceAll(words, " ", ", ")+"</p>"),
		"entities":          sum("Title", "<p>"+strings.ReplaceAll(words, " ", "&nbsp;")+"</p>"),
		"a link that moved": sum("Title", `<p><a href="https://new.example/">`+words+"</a></p>"),
	} {
		if same != base {
			t.Errorf("%s makes another text of it", name)
		}
	}
	for name, other := range map[string]string{
		"another title": sum("Other", "<p>"+words+"</p>"),
		"another word":  sum("Title", "<p>"+"again "+words+"</p>"),
	} {
		if other == base {
			t.Errorf("%s is not seen", name)
		}
	}
	if got := sum("Title", "<p>Subscribe to read on.</p>"); got != "" {
		t.Errorf("a notice is a key: %q", got)
	}
	long := strings.Repeat("Міст відкрили вранці, а ввечері зачинили знову. ", 100)
	if a, b := sum("Т", long), sum("т", strings.ToLower(long)); a != b || a == "" {
		t.Errorf("other scripts: %q and %q", a, b)
	}
}

// Budget: 5 µs an item of 5 KB on one core.
func BenchmarkKeys(b *testing.B) {
	body := strings.Repeat("<p>Council members <a href=\"https://example.org/x\">approved</a> the plan for the harbour.</p>", 55)
	drafts := make([]deskwire.Draft, 30)
	for i := range drafts {
		drafts[i] = draft(fmt.Sprint("guid-", i), fmt.Sprintf("https://www.example.org/news/world/a-story-%d?utm_source=rss&utm_medium=feed", 7000000+i))
		drafts[i].Body = body
	}
	for b.Loop() {
		KeysOf(drafts, example, false)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/30, "ns/item")
}
