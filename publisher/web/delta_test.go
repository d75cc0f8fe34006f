package web

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"encoding/xml"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"deskwire"
)

// titles are what a feed in any format shows, in its order.
func titles(t *testing.T, path string, doc []byte) (list []string) {
	t.Helper()
	if strings.HasSuffix(path, ".json") {
		var feed struct{ Items []struct{ Title string } }
		if err := json.Unmarshal(doc, &feed); err != nil {
			t.Fatalf("%v in %s", err, doc)
		}
		for _, it := range feed.Items {
			list = append(list, it.Title)
		}
		return list
	}
	var feed struct {
		Entries []string `xml:"entry>title"`
		Items   []string `xml:"channel>item>title"`
	}
	if err := xml.Unmarshal(doc, &feed); err != nil {
		t.Fatalf("%v in %s", err, doc)
	}
	return append(feed.Entries, feed.Items...)
}

// RFC 3229 with "feed": who says which edition they have gets what is new and changed since, under the tag of the whole.
func TestDelta(t *testing.T) {
	t.Parallel()
	n := running(t)
	for _, path := range []string{rss, atom, feed} {
		first := n.ask("GET", path).Header.Get("ETag")
		n.now = n.now.Add(time.Minute)
		n.say("harbour", "Second edition")
		n.publish()
		second := n.ask("GET", path).Header.Get("ETag")
		n.now = n.now.Add(time.Minute)
		n.say("harbour", "Third edition")
		id, err := n.store.Find(t.Context(), "hill-2")
		if err != nil {
			t.Fatal(err)
		}
		title := "Ferry strike ends, " + path
		if _, err := n.store.Decide(t.Context(), deskwire.Decision{Verb: deskwire.Edit, Field: "title", Value: title, Article: id, At: n.now, By: "a"}); err != nil {
			t.Fatal(err)
		}
		n.publish()
		whole := n.ask("GET", path)
		zipped := n.ask("GET", path, "Accept-Encoding: gzip").Header.Get("ETag")
		third := whole.Header.Get("ETag")
		if first == second || second == third || whole.StatusCode != 200 || whole.Header.Get("Vary") != "Accept-Encoding, A-IM" || whole.Header.Get("IM") != "" {
			t.Fatalf("%s: tags %s, %s, %s, %v", path, first, second, third, whole.Header)
		}
		all := titles(t, path, body(t, whole))
		for _, test := range []struct {
			name   string
			ask    []string
			status int
			want   []string
		}{
			{"since the second", []string{"A-IM: feed", "If-None-Match: " + second}, 226, []string{"Third edition", title}},
			{"since the first", []string{"A-IM: feed", "If-None-Match: " + first}, 226, []string{"Third edition", "Second edition", title}},
			{"by another coding's tag", []string{"A-IM: feed", "If-None-Match: " + strings.TrimSuffix(first, `"`) + `-br"`}, 226, []string{"Third edition", "Second edition", title}},
			{"weakly", []string{"A-IM: feed", "If-None-Match: W/" + second}, 226, []string{"Third edition", title}},
			{"the first tag that is known", []string{"A-IM: vcdiff, feed;q=0.5", `If-None-Match: "x", ` + second, "If-None-Match: " + first}, 226, []string{"Third edition", title}},
			{"not asked for", []string{"If-None-Match: " + second}, 200, all},
			{"refused", []string{"A-IM: feed;q=0", "If-None-Match: " + second}, 200, all},
			{"another manipulation", []string{"A-IM: vcdiff", "If-None-Match: " + second}, 200, all},
			{"an edition that nobody knows", []string{"A-IM: feed", `If-None-Match: "x"`}, 200, all},
			{"no edition", []string{"A-IM: feed"}, 200, all},
			{"by date", []string{"A-IM: feed", "If-Modified-Since: Mon, 02 Jan 2006 15:04:05 GMT"}, 200, all},
			{"nothing new", []string{"A-IM: feed", "If-None-Match: " + third}, 304, nil},
			{"nothing new, among others", []string{"A-IM: feed", "If-None-Match: " + first + ", " + third}, 304, nil},
			{"If-Match fails", []string{"A-IM: feed", `If-Match: "x"`, "If-None-Match: " + second}, 412, nil},
		} {
			r := n.ask("GET", path, test.ask...)
			if r.StatusCode != test.status {
				t.Errorf("%s %s: %d, want %d", path, test.name, r.StatusCode, test.status)
				continue
			}
			part := body(t, r)
			if test.want != nil {
				if got := titles(t, path, part); !sameTitles(got, test.want) {
					t.Errorf("%s %s: %q, want %q", path, test.name, got, test.want)
				}
			}
			if test.status == 226 {
				checkDelta(t, path+" "+test.name, r, third)
			} else if r.Header.Get("IM") != "" || r.Header.Get("Delta-Base") != "" {
				t.Errorf("%s %s: IM %q", path, test.name, r.Header.Get("IM"))
			}
			if head := n.ask("HEAD", path, test.ask...); head.StatusCode != test.status || head.Header.Get("ETag") != r.Header.Get("ETag") || head.Header.Get("Content-Length") != r.Header.Get("Content-Length") {
				t.Errorf("%s %s: HEAD says %d %v", path, test.name, head.StatusCode, head.Header)
			}
		}
		packed := n.ask("GET", path, "A-IM: feed", "If-None-Match: "+first, "Accept-Encoding: gzip")
		checkDelta(t, path+" packed", packed, zipped)
		z, err := gzip.NewReader(bytes.NewReader(body(t, packed)))
		if err != nil {
			t.Fatal(err)
		}
		if b, err := io.ReadAll(z); err != nil || len(titles(t, path, b)) != 3 {
			t.Errorf("%s packed: %v, %q", path, err, titles(t, path, b))
		}
	}
	// At the address that the client does not choose a format by.
	second := n.ask("GET", rss).Header.Get("ETag")
	n.now = n.now.Add(time.Minute)
	n.say("harbour", "One more")
	n.publish()
	r := n.ask("GET", "/desks/world/feed", "A-IM: feed", "If-None-Match: "+second)
	if got := titles(t, rss, body(t, r)); r.StatusCode != 226 || len(got) != 1 || r.Header.Get("Content-Location") != rss || r.Header.Get("Vary") != "Accept, Accept-Encoding, A-IM" {
		t.Errorf("negotiated: %d, %q, %v", r.StatusCode, got, r.Header)
	}
}

// sameTitles compares in any order: how items follow each other is told elsewhere.
func sameTitles(got, want []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want)))
}

func checkDelta(t *testing.T, name string, r *http.Response, tag string) {
	t.Helper()
	for header, want := range map[string]string{
		"IM": "feed", "ETag": tag, "Cache-Control": "no-store, im", "Vary": "Accept-Encoding, A-IM", "Access-Control-Expose-Headers": "ETag, Link, IM, Delta-Base",
		"X-Content-Type-Options": "nosniff", "Content-Security-Policy": feedPolicy, "Access-Control-Allow-Origin": "*",
	} {
		if got := r.Header.Get(header); got != want {
			t.Errorf("%s: %s is %q, want %q", name, header, got, want)
		}
	}
	if r.StatusCode != 226 || r.Header.Get("Delta-Base") == "" || r.Header.Get("Link") == "" || r.Header.Get("Content-Type") == "" {
		t.Errorf("%s: %d %v", name, r.StatusCode, r.Header)
	}
}

// An edition is remembered for sixteen others, and no longer; one from which only something went has nothing new for anybody; and one
// that has nothing in common with the present one is answered with all of it.
func TestDeltaForgets(t *testing.T) {
	t.Parallel()
	short := world
	short.Policy.Limit = 3
	n := open(t, short)
	var tags []string
	for range 20 {
		n.now = n.now.Add(time.Minute)
		n.say("harbour", "More")
		n.publish()
		tags = append(tags, n.ask("GET", rss).Header.Get("ETag"))
	}
	for i, tag := range tags {
		r := n.ask("GET", rss, "A-IM: feed", "If-None-Match: "+tag)
		want := 226
		switch back := len(tags) - 1 - i; {
		case back == 0:
			want = 304
		case back >= 3: // forgotten, or nothing in common
			want = 200
		}
		if r.StatusCode != want {
			t.Errorf("%d editions ago: %d, want %d", len(tags)-1-i, r.StatusCode, want)
		}
	}
	id, err := n.store.Find(t.Context(), "harbour-20")
	if err != nil {
		t.Fatal(err)
	}
	n.press.Reconfigure(n.site, []deskwire.Channel{world}, n.sources)
	n.publish()
	all := n.ask("GET", rss).Header.Get("ETag")
	if _, err := n.store.Decide(t.Context(), deskwire.Decision{Verb: deskwire.Hide, Article: id, At: n.now, By: "a"}); err != nil {
		t.Fatal(err)
	}
	n.publish()
	if r := n.ask("GET", rss, "A-IM: feed", "If-None-Match: "+all); r.StatusCode != 304 || r.Header.Get("ETag") != all || r.Header.Get("Vary") != "Accept-Encoding, A-IM" {
		t.Errorf("when something went: %d %v", r.StatusCode, r.Header)
	}
	if r := n.ask("GET", rss, "If-None-Match: "+all); r.StatusCode != 200 {
		t.Errorf("and without A-IM: %d", r.StatusCode)
	}
	for range 17 {
		n.now = n.now.Add(time.Minute)
		n.say("harbour", "More")
		n.publish()
		tags = append(tags, n.ask("GET", rss).Header.Get("ETag"))
	}
	// The present edition is the last of the tags, so the one seventeen before it is the first that is forgotten.
	for back, want := range map[int]int{1: 226, 16: 226, 17: 200} {
		tag := all
		if back < 17 {
			tag = tags[len(tags)-1-back]
		}
		if r := n.ask("GET", rss, "A-IM: feed", "If-None-Match: "+tag); r.StatusCode != want {
			t.Errorf("%d editions ago: %d, want %d", back, r.StatusCode, want)
		}
	}
	// Pages and lists are no feeds of items.
	for _, path := range []string{desk, "/opml.xml", "/desks/world/sources.opml"} {
		if r := n.ask("GET", path, "A-IM: feed", `If-None-Match: "x"`); r.StatusCode != 200 || r.Header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("%s: %d %v", path, r.StatusCode, r.Header)
		}
	}
}
