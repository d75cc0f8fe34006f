package wires

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html/charset"
)

// begun is when the tests' worlds begin; it has a fraction, as time.Now has.
var begun = time.Date(2026, 3, 28, 22, 41, 7, 123456789, time.UTC)

const home = "http://wires.example"

// moments are the times at which everything that must always hold is looked at.
var moments = []time.Duration{0, time.Second, 50 * time.Second, 7 * time.Minute, 41 * time.Minute, 3 * time.Hour, 26 * time.Hour}

// Every feed is well formed at any time, keeps its own list, and shows no two items alike.
func TestFeeds(t *testing.T) {
	t.Parallel()
	w := New(begun, 1)
	if len(w.outlets) < 8 {
		t.Fatalf("%d outlets", len(w.outlets))
	}
	for _, o := range w.outlets {
		for _, after := range moments {
			now := begun.Add(after)
			body, changed, err := w.render(o, home, now)
			if err != nil {
				t.Fatalf("%s after %s: %v", o.Name, after, err)
			}
			if changed.After(now) {
				t.Errorf("%s after %s: changed at %s, which is to come", o.Name, after, changed)
			}
			read := readFeed(t, o, body)
			if len(read) < min(o.list, 10) || len(read) > o.list {
				t.Errorf("%s after %s: %d items, it lists %d", o.Name, after, len(read), o.list)
			}
			guids, titles := map[string]bool{}, map[string]bool{}
			for _, e := range read {
				if e.GUID == "" || e.Title == "" || !strings.HasPrefix(e.Link, home+"/"+o.Name+"/") || guids[e.GUID] || titles[e.Title] {
					t.Errorf("%s after %s: an item without its own guid, title or address: %+v", o.Name, after, e)
				}
				guids[e.GUID], titles[e.Title] = true, true
			}
		}
	}
}

// An entry is what the tests read of an item, whatever the format.
type entry struct{ GUID, Title, Link string }

// readFeed reads a document to its end, strictly.
func readFeed(t *testing.T, o *outlet, body []byte) []entry {
	t.Helper()
	if strings.Contains(o.kind, "json") {
		var doc struct {
			Version string
			Items   []struct{ ID, Title, URL string }
		}
		if err := json.Unmarshal(body, &doc); err != nil || doc.Version != "https://jsonfeed.org/version/1.1" {
			t.Fatalf("%s: %v, version %q", o.Name, err, doc.Version)
		}
		var all []entry
		for _, it := range doc.Items {
			all = append(all, entry{it.ID, it.Title, it.URL})
		}
		return all
	}
	d := xml.NewDecoder(bytes.NewReader(body))
	d.CharsetReader = charset.NewReaderLabel
	var all []entry
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatalf("%s: %v", o.Name, err)
		}
		start, ok := token.(xml.StartElement)
		if !ok || start.Name.Local != "item" && start.Name.Local != "entry" {
			continue
		}
		var it struct {
			About string `xml:"about,attr"`
			GUID  string `xml:"guid"`
			ID    string `xml:"id"`
			Title string `xml:"title"`
			Link  struct {
				Text string `xml:",chardata"`
				Href string `xml:"href,attr"`
			} `xml:"link"`
		}
		if err := d.DecodeElement(&it, &start); err != nil {
			t.Fatalf("%s: %v", o.Name, err)
		}
		all = append(all, entry{it.About + it.GUID + it.ID, it.Title, it.Link.Text + it.Link.Href})
	}
}

// The same start, seed and time give the same bytes; another seed does not.
func TestDeterministic(t *testing.T) {
	t.Parallel()
	a, b, other := New(begun, 7), New(begun, 7), New(begun, 8)
	for i, o := range a.outlets {
		now := begun.Add(19 * time.Minute)
		one, _, _ := a.render(o, home, now)
		if same, _, _ := b.render(b.outlets[i], home, now); !bytes.Equal(one, same) {
			t.Errorf("%s: two renders differ", o.Name)
		}
		if another, _, _ := other.render(other.outlets[i], home, now); bytes.Equal(one, another) {
			t.Errorf("%s: the seed changes nothing", o.Name)
		}
	}
}

// Whatever happens, an item keeps its number, its address and its date; only an edit changes its words, once, and moves its
// update. Something new comes often, and not everything at once.
func TestLife(t *testing.T) {
	t.Parallel()
	w := New(begun, 1)
	const span = 30 * time.Minute
	arrivals, edits := 0, 0
	for _, o := range w.outlets {
		seen := map[int]*item{}
		for now := begun; now.Before(begun.Add(span)); now = now.Add(15 * time.Second) {
			for _, it := range w.items(o, now) {
				was, known := seen[it.Number]
				seen[it.Number] = it
				switch {
				case !known && now.Equal(begun):
				case !known:
					arrivals++
				case was.Path() != it.Path() || !was.Published.Equal(it.Published):
					t.Fatalf("%s: %s moved to %s, or its date did", o.Name, was.Path(), it.Path())
				case it.Edited() && !was.Edited():
					edits++
					if was.Title == it.Title && slices.Equal(was.Paras, it.Paras) {
						t.Errorf("%s: %s has an update without any", o.Name, it.Path())
					}
				case was.Title != it.Title || !slices.Equal(was.Paras, it.Paras) || !was.Updated.Equal(it.Updated):
					t.Fatalf("%s: %s changed without an update", o.Name, it.Path())
				}
				if it.Updated.After(now) || it.Published.After(it.Updated) {
					t.Fatalf("%s: %s is of %s, updated %s, at %s", o.Name, it.Path(), it.Published, it.Updated, now)
				}
				if got := w.find(o, it.Number, now); got == nil || got.Path() != it.Path() {
					t.Fatalf("%s: number %d is not found", o.Name, it.Number)
				}
			}
		}
	}
	if pace := span / time.Duration(arrivals); pace < 8*time.Second || pace > 20*time.Second {
		t.Errorf("something new every %s, want every ten to twenty seconds", pace)
	}
	if edits < 15 {
		t.Errorf("%d edits in %s", edits, span)
	}
}

// The history reaches back two days, and is densest near the start.
func TestHistory(t *testing.T) {
	t.Parallel()
	w := New(begun, 1)
	for _, o := range w.outlets {
		oldest, newest := w.at(o, 0), w.at(o, o.history-1)
		if age := begun.Sub(oldest); age < 30*time.Hour || age > past+time.Second {
			t.Errorf("%s: its oldest item is of %s before", o.Name, age)
		}
		if age := begun.Sub(newest); age < 0 || age > 2*time.Hour {
			t.Errorf("%s: its newest item is of %s before", o.Name, age)
		}
		for i := range o.history + 200 {
			if !w.at(o, i).Before(w.at(o, i+1)) {
				t.Errorf("%s: article %d does not come before the next", o.Name, i)
			}
		}
	}
}

// The city paper carries what the agency wrote, word for word, under its own address and a little later.
func TestWireCopy(t *testing.T) {
	t.Parallel()
	w := New(begun, 1)
	now := begun.Add(20 * time.Minute)
	agency := map[string]*item{}
	for i := range w.last(w.outlet("skerrywire"), now) + 1 {
		it := w.item(w.outlet("skerrywire"), i, time.Time{}) // as first written
		agency[strings.Join(it.Paras, "\n")] = it
	}
	copies := 0
	for _, it := range w.items(w.outlet("orrin-ledger"), now) {
		if it.Origin == nil {
			continue
		}
		copies++
		from := agency[strings.Join(it.Paras, "\n")]
		if from == nil && !strings.Contains(it.Paras[0], "(Skerrywire) - ") {
			t.Errorf("%s is not the agency's: %s", it.Path(), it.Paras[0])
		}
		if from != nil && (!it.Published.After(from.Published) || it.Title != from.Title) {
			t.Errorf("%s is of %s, the agency's of %s", it.Path(), it.Published, from.Published)
		}
	}
	if copies < 5 {
		t.Errorf("%d copies", copies)
	}
}

// There are texts enough, each with words enough, and all braces close.
func TestTexts(t *testing.T) {
	t.Parallel()
	w := New(begun, 1)
	texts, desks := 0, map[string]bool{}
	for _, o := range w.outlets {
		for i := range 3 * len(o.texts) {
			for _, now := range []time.Time{{}, begun.Add(1000 * time.Hour)} {
				it := w.item(o, i, now)
				for _, s := range append([]string{it.Title, it.Summary}, it.Paras...) {
					if strings.ContainsAny(s, "{}|") || strings.TrimSpace(s) != s || s == "" || strings.Contains(s, "  ") {
						t.Errorf("%s/%s: %q", o.Name, it.Slug, s)
					}
				}
				if it.Picture != nil && (it.Picture.Caption == "" || it.Picture.Credit == "" || scenes[strings.Split(it.Picture.name, "-")[0]].water == 0) {
					t.Errorf("%s/%s: a picture without caption, credit or scene", o.Name, it.Slug)
				}
				desks[it.Desk] = true
			}
		}
		texts += len(o.texts)
	}
	if texts < 60 || len(desks) < 12 {
		t.Errorf("%d texts for %d desks", texts, len(desks))
	}
}

func TestExpand(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   string
		draw uint64
		want string
	}{
		{"plain", 3, "plain"},
		{"{a|b|c}", 4, "b"},
		{"{a|}.", 1, "."},
		{"{t:in Orrin|at Leck} and {t:Orrin|Leck}", 1, "at Leck and Leck"},
		{"{n:3..3}", 9, "3"},
		{"{n:10..19}", 1, "16"},
		{"{9:41|b}", 0, "41"},
		{"{one more: two|three}", 0, "one more: two"},
	} {
		if got := expand(c.in, func(string) uint64 { return c.draw }); got != c.want {
			t.Errorf("expand(%q) with %d = %q, want %q", c.in, c.draw, got, c.want)
		}
	}
}

// A first feed costs less than 5 ms, a later one the same: nothing is kept.
func BenchmarkFeed(b *testing.B) {
	w := New(begun, 1)
	o := w.outlet("skerrywire")
	for b.Loop() {
		if _, _, err := w.render(o, home, begun.Add(time.Hour)); err != nil {
			b.Fatal(err)
		}
	}
}

// A picture costs less than 300 ms, once.
func BenchmarkPicture(b *testing.B) {
	for b.Loop() {
		encode(paint(scenes["coast"], 1, sizes["1200x675"]), "image/jpeg")
	}
}
