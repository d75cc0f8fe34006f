package publisher

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"deskwire"
)

// explained is the text of an explanation, with the names of articles for their IDs.
func (d *desk) explained(f *Filer, n int, sources map[string]deskwire.Source, keys ...string) string {
	d.Helper()
	x, err := f.Explain(d.Context(), d.article(n), noon, sources, keys...)
	if err != nil {
		d.Fatal(err)
	}
	var b strings.Builder
	if err := x.Write(&b); err != nil {
		d.Fatal(err)
	}
	text := b.String()
	for i := range d.n {
		text = strings.ReplaceAll(text, string(d.article(i+1)), "article-"+string(rune('1'+i)))
	}
	for i, decision := range x.Decisions {
		text = strings.ReplaceAll(text, string(decision.ID), "decision-"+string(rune('1'+i)))
	}
	return text
}

// What an output shows is explained by its own policy.
func TestExplainOutputs(t *testing.T) {
	t.Parallel()
	a := taking("a", 2, "apple*")
	a.Outputs = []deskwire.Output{
		{Name: "short", Format: deskwire.FormatRSS, Token: "0123456789abcdef", Policy: deskwire.Policy{Limit: 1, Content: deskwire.ContentFull, Pictures: true}},
		{Name: "heads", Format: deskwire.FormatJSON, Policy: deskwire.Policy{Limit: 5, Content: deskwire.ContentTitle, Pictures: true}},
	}
	d := newDesk(t, a)
	d.add(noon.Add(-3*time.Hour), "apple one")
	d.add(noon.Add(-2*time.Hour), "apple two")
	d.catch()
	const want = `
article-1  apple one
  from wire, published 2026-11-23 09:00 UTC, first seen 2026-11-23 09:00 UTC, placed 2026-11-23 09:00 UTC

desk/a: shown, number 2
  filed by take[0]: words apple*
  yes take[0], wire: words: apple* in title
  cut: pictures in the text, if there are any
  in short.rss: others fill the channel's limit of 1
  in heads.json: shown, number 2
    cut: the channel shows titles only
`
	if got := d.explained(d.filer(), 1, map[string]deskwire.Source{"wire": {Name: "wire", Own: true}}); got != want[1:] {
		t.Errorf("got\n%swant\n%s", got, want[1:])
	}
}

func TestExplain(t *testing.T) {
	t.Parallel()
	a := taking("a", 2, "apple*")
	a.Take = append(a.Take, deskwire.Rule{Sources: []string{"wire"}, When: "article.words > 10", Line: 12})
	a.Drop = []deskwire.Rule{{Words: []string{"pie"}, Line: 15}}
	a.Policy.MaxAge = 48 * time.Hour
	d := newDesk(t, a, taking("b", 50, "plum"))
	d.add(noon.Add(-72*time.Hour), "apple old")
	d.add(noon.Add(-3*time.Hour), "apple one")
	d.add(noon.Add(-2*time.Hour), "apple two", "apple pie", "plum")
	d.catch()
	d.decide(2, deskwire.Pin, "desk/a")
	d.decide(3, deskwire.Note, "")
	hide := d.decide(5, deskwire.Hide, "")
	if _, err := d.store.Decide(t.Context(), deskwire.Decision{Verb: deskwire.Undo, Undoes: hide.ID, By: "ed", At: noon, Why: "a\x1b[2Jmistake"}); err != nil {
		t.Fatal(err)
	}
	d.decide(5, deskwire.Hide, "desk/b")
	d.catch()
	own := map[string]deskwire.Source{"wire": {Name: "wire", Own: true}}
	expiring := map[string]deskwire.Source{"wire": {Name: "wire", Rights: deskwire.Rights{Expires: time.Hour}}}
	f := d.filer()
	for _, c := range []struct {
		name    string
		n       int
		sources map[string]deskwire.Source
		keys    []string
		want    string
	}{
		{"shown, pinned", 2, own, []string{"desk/a"}, `
article-2  apple one
  from wire, published 2026-11-23 09:00 UTC, first seen 2026-11-23 09:00 UTC, placed 2026-11-23 09:00 UTC
  decision-1 pin by ed, 2026-11-23 12:00 UTC, in desk/a

desk/a: shown, number 2
  filed by take[0]: words apple*
  pinned
  yes take[0], wire: words: apple* in title
  no  take[1] line 12, wire: when: article.words > 10 is false
  no  drop[0] line 15, wire: words: none of them stands in title, summary
  cut: pictures in the text, if there are any
`},
		{"too old", 1, own, []string{"desk/a"}, `
article-1  apple old
  from wire, published 2026-11-20 12:00 UTC, first seen 2026-11-20 12:00 UTC, placed 2026-11-20 12:00 UTC

desk/a: it is older than the channel's max_age of 2d
  filed by take[0]: words apple*
  yes take[0], wire: words: apple* in title
  no  take[1] line 12, wire: when: article.words > 10 is false
  no  drop[0] line 15, wire: words: none of them stands in title, summary
`},
		{"dropped", 4, own, []string{"desk/a"}, `
article-4  apple pie
  from wire, published 2026-11-23 10:00 UTC, first seen 2026-11-23 10:00 UTC, placed 2026-11-23 10:00 UTC

desk/a: a rule drops it
  yes take[0], wire: words: apple* in title
  no  take[1] line 12, wire: when: article.words > 10 is false
  yes drop[0] line 15, wire: words: pie in title
`},
		{"hidden here, taken by nobody there", 5, own, nil, `
article-5  plum
  from wire, published 2026-11-23 10:00 UTC, first seen 2026-11-23 10:00 UTC, placed 2026-11-23 10:00 UTC
  decision-1 hide by ed, 2026-11-23 12:00 UTC, taken back
  decision-2 undo by ed, 2026-11-23 12:00 UTC (a [2Jmistake)
  decision-3 hide by ed, 2026-11-23 12:00 UTC, in desk/b

desk/a: no rule takes it
  no  take[0], wire: words: none of them stands in title, summary
  no  take[1] line 12, wire: when: article.words > 10 is false
  no  drop[0] line 15, wire: words: none of them stands in title, summary

desk/b: an editor hid it
  filed by take[0]: words plum
  hidden by decision decision-3
  yes take[0], wire: words: plum in title
`},
		{"a stranger's", 3, nil, []string{"desk/a"}, `
article-3  apple two
  from wire, published 2026-11-23 10:00 UTC, first seen 2026-11-23 10:00 UTC, placed 2026-11-23 10:00 UTC
  decision-1 note by ed, 2026-11-23 12:00 UTC

desk/a: shown, number 1
  filed by take[0]: words apple*
  yes take[0], wire: words: apple* in title
  no  take[1] line 12, wire: when: article.words > 10 is false
  no  drop[0] line 15, wire: words: none of them stands in title, summary
  cut: no right to the body
`},
		{"rights ran out", 3, expiring, []string{"desk/a"}, `
article-3  apple two
  from wire, published 2026-11-23 10:00 UTC, first seen 2026-11-23 10:00 UTC, placed 2026-11-23 10:00 UTC
  decision-1 note by ed, 2026-11-23 12:00 UTC

desk/a: its source's rights have run out
  filed by take[0]: words apple*
  yes take[0], wire: words: apple* in title
  no  take[1] line 12, wire: when: article.words > 10 is false
  no  drop[0] line 15, wire: words: none of them stands in title, summary
`},
	} {
		if got := d.explained(f, c.n, c.sources, c.keys...); got != c.want[1:] {
			t.Errorf("%s:\n%swant\n%s", c.name, got, c.want[1:])
		}
	}
	if _, err := f.Explain(t.Context(), "0000000000000000", noon, nil); !errors.Is(err, deskwire.ErrNotFound) {
		t.Errorf("an article that is not there: %v", err)
	}
}

// The reasons that depend on what else the channel holds, and on how far filing has come.
func TestExplainVerdict(t *testing.T) {
	t.Parallel()
	limited, some := taking("limited", 1, "apple"), taking("some", 50, "apple")
	some.Policy.PerSource = 1
	d := newDesk(t, limited, some, deskwire.Channel{Kind: deskwire.Desk, Name: "assigned", Policy: deskwire.Policy{Limit: 5}})
	d.add(noon.Add(-3*time.Hour), "apple one")
	d.add(noon.Add(-2*time.Hour), "apple two", "plum")
	d.catch()
	d.decide(1, deskwire.Assign, "desk/assigned")
	d.catch()
	want := map[string]string{
		"desk/limited": "others fill the channel's limit of 1", "desk/some": "the channel shows at most 1 of one source", "desk/assigned": "shown",
	}
	verdicts := func(n int) *Explanation {
		x, err := d.filer().Explain(t.Context(), d.article(n), noon, nil)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	for _, c := range verdicts(1).Channels {
		if c.Verdict != want[c.Channel] {
			t.Errorf("%s: %q, want %q", c.Channel, c.Verdict, want[c.Channel])
		}
		if assigned := strings.HasPrefix(c.Decision, "assigned by decision "); assigned != (c.Channel == "desk/assigned") {
			t.Errorf("%s: decision %q", c.Channel, c.Decision)
		}
	}
	// A rule that is new, and not filed by yet.
	d.channels[2].Take = []deskwire.Rule{{Words: []string{"plum"}}}
	d.catch()
	x := verdicts(3)
	if c := x.Channels[2]; !c.Refiling || c.Verdict != "its rules take it, and it is still to be filed" {
		t.Errorf("%+v", c)
	}
	// As data it has what the text has.
	b, err := json.Marshal(x)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{`"guid":"guid-3"`, `"refiling":true`, `"channel":"desk/limited"`, `"because":"none of them stands in title, summary"`} {
		if !strings.Contains(string(b), part) {
			t.Errorf("no %s in %s", part, b)
		}
	}
}

func TestAge(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{48 * time.Hour: "2d", 36 * time.Hour: "36h", 90 * time.Minute: "1h30m", 20 * time.Minute: "20m", 90 * time.Second: "1m30s", 10 * time.Hour: "10h"} {
		if got := age(d); got != want {
			t.Errorf("age(%v) = %q, want %q", d, got, want)
		}
	}
}
