package main

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// What another reader has and deskwire has not is found; what is only spelt otherwise is not.
func TestCompare(t *testing.T) {
	t.Parallel()
	full := item{
		ID: "1", Link: "https://a.example/1", Title: "The “bridge” opens", Author: "Jo Roe", Date: "2026-05-03T14:30:00Z",
		HTML: "<p>The bridge o<b>pens</b> today.</p>", Pictures: []string{"https://a.example/p.jpg"}, Enclosures: []string{"https://a.example/s.mp3"},
	}
	same := full
	same.Title, same.HTML, same.Date = "The &ldquo;bridge&rdquo;&nbsp;opens", "<div>The bridge opens<br>today</div><script>var not = 1</script>", "2026-05-03T16:30:00+02:00"
	later := full
	later.Date = "2026-05-03T17:30:00Z"
	for _, c := range []struct {
		name         string
		ours, theirs []item
		want         string
	}{
		{"the same", []item{full}, []item{same}, ""},
		{"more of ours", []item{{ID: "0"}, full}, []item{full}, ""},
		{"fewer of ours", []item{full}, []item{{ID: "0"}, full}, "items"},
		{"nothing of ours but the item", []item{{ID: "1"}}, []item{full}, "no link|no date|title|no author|no picture|enclosures|text"},
		{"another instant", []item{later}, []item{full}, "date"},
		{"one word less", []item{{ID: "1", HTML: "The bridge opens"}}, []item{{ID: "1", HTML: "The bridge opens today"}}, "text"},
	} {
		var got []string
		for _, d := range compare("x", reading{Items: c.ours}, reading{Items: c.theirs}) {
			got = append(got, d.What)
		}
		if diff := cmp.Diff(c.want, strings.Join(got, "|")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// The two readers that are always here read one feed alike, and the report counts it.
func TestReport(t *testing.T) {
	t.Parallel()
	body := []byte(`<rss version="2.0"><channel><title>T</title><item><title>One</title><link>https://a.example/1</link><pubDate>Sun, 03 May 2026 14:30:00 GMT</pubDate></item></channel></rss>`)
	now := time.Date(2026, 5, 4, 0, 0, 0, 0, time.UTC)
	m := &measurement{files: []file{{path: "f", class: "rss u8"}}, readers: []string{"deskwire", "gofeed"}, readings: map[string]map[string]reading{
		"deskwire": {"f": readDeskwire("f", body, now)}, "gofeed": {"f": readGofeed("f", body)},
	}}
	var out strings.Builder
	m.report(&out)
	for _, want := range []string{"deskwire finds as many or more: 1 (100.00 %)", "items with a date by another reader: 1, by deskwire: 1 (100.00 %), 0 of them"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the report lacks %q:\n%s", want, out.String())
		}
	}
}

// A reader that this machine does not have is an error to be said, not a failure.
func TestMissingReader(t *testing.T) {
	t.Parallel()
	f := foreign{name: "none", args: []string{"./no-such-interpreter"}}
	if got, err := f.read(t.Context(), []string{"x"}); err == nil {
		t.Errorf("read gives %v", got)
	}
}

// Every fault bends a feed that has what it bends, and deskwire reads what is left.
func TestFaults(t *testing.T) {
	t.Parallel()
	const whole = `<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>T</title>` +
		`<item><title>Café &amp; bar</title><link>https://a.example/1</link><dc:creator>Jo Roe</dc:creator><description><![CDATA[<p>One</p>]]></description></item>` +
		`<item><title>Two</title><link>https://a.example/2</link><description><![CDATA[<p>Two</p>]]></description></item></channel></rss>`
	for _, f := range faults {
		out := f.bend([]byte(whole))
		if out == nil {
			t.Errorf("%s: nothing to bend", f.name)
			continue
		}
		want := map[string]int{"cut at four fifths": 1, "twice in one": 4}[f.name]
		if want == 0 {
			want = 2
		}
		if r := readDeskwire("f", out, time.Date(2026, 5, 4, 0, 0, 0, 0, time.UTC)); len(r.Items) != want || r.Items[0].Title != "Café & bar" {
			t.Errorf("%s: %+v, want %d items", f.name, r, want)
		}
	}
}
