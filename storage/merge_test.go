package storage_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"deskwire"
	"deskwire/storage"
	"deskwire/storage/memory"
	"deskwire/storage/storagetest"
)

// document is one document of source "a", with an item a line: GUID, address, title, and body, "-" for none. The digest is
// that of title and body, as parse has it of what readers see.
func document(seen time.Time, lines ...string) storage.Fetched {
	f := storage.Fetched{
		Source: "a", Seen: seen, Read: true,
		State:  deskwire.SourceState{ConfiguredURL: "https://a.example/feed"},
		Domain: func(link string) bool { return strings.HasPrefix(link, "https://a.example/") },
	}
	for _, line := range lines {
		w := strings.Fields(strings.ReplaceAll(line, " - ", " \x00 "))
		for i := range w {
			w[i] = strings.ReplaceAll(strings.ReplaceAll(w[i], "\x00", ""), "_", " ")
		}
		if strings.HasSuffix(line, " -") {
			w[len(w)-1] = ""
		}
		d := deskwire.Draft{}
		d.GUID, d.Link, d.Title, d.Body = w[0], w[1], w[2], w[3]
		d.Published = seen.Add(-time.Hour)
		for i, b := range []byte(d.Title + "\x00" + d.Body) {
			d.Digest = d.Digest*31 + uint64(b)*uint64(i+7)
		}
		d.Mark = d.Digest
		for _, b := range []byte(d.GUID + "\x00" + d.Link) {
			d.Mark = d.Mark*31 + uint64(b)
		}
		d.Keys = []deskwire.Key{{Kind: deskwire.KeyGUID, Value: d.GUID}, {Kind: deskwire.KeyURL, Value: d.Link}}
		if d.Body != "" {
			d.Keys = append(d.Keys, deskwire.Key{Kind: deskwire.KeyBody, Value: d.Body})
		}
		f.Drafts = append(f.Drafts, d)
	}
	return f
}

// merge merges one document and returns what it came to. The state is carried over, as the aggregator does.
func merge(t testing.TB, s *storage.Store, f storage.Fetched) storage.Outcome {
	t.Helper()
	states, err := s.Sources(t.Context(), f.Source)
	if err != nil {
		t.Fatal(err)
	}
	if st, ok := states[f.Source]; ok {
		f.State = st
	}
	out, err := s.Merge(t.Context(), []storage.Prepared{storage.Prepare(f)})
	if err != nil {
		t.Fatal(err)
	}
	return out[0]
}

// articles is all heads, oldest first.
func articles(t testing.TB, s *storage.Store) (all []*deskwire.Article) {
	t.Helper()
	for a, err := range s.Newest(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, a)
	}
	slices.Reverse(all)
	return all
}

// TestMerge is stories of documents that follow each other, and what each comes to: new/updated/unchanged.
func TestMerge(t *testing.T) {
	type step struct {
		items string // separated by ";"
		want  string
	}
	for name, test := range map[string]struct {
		steps  []step
		titles string // of all articles at the end, oldest first
	}{
		"the same twice": {
			steps:  []step{{"g1 https://a.example/1 one text", "1/0/0"}, {"g1 https://a.example/1 one text", "0/0/1"}},
			titles: "one",
		},
		"an edited title": {
			steps:  []step{{"g1 https://a.example/1 one text", "1/0/0"}, {"g1 https://a.example/1 two text", "0/1/0"}},
			titles: "two",
		},
		"a GUID that changed": {
			steps: []step{{"g1 https://a.example/1 one text", "1/0/0"}, {"g2 https://a.example/1 one text", "0/0/1"},
				{"g2 https://a.example/9 one text", "0/0/1"}, {"g3 https://a.example/9 one text", "0/0/1"}},
			titles: "one",
		},
		"an item listed twice in one document": {
			steps: []step{{"g1 https://a.example/1 one text; g1 https://a.example/1 one text", "1/0/1"},
				{"g1 https://a.example/1 one text; g1 https://a.example/1 one text", "0/0/2"},
				{"g1 https://a.example/1 one text", "0/0/1"}},
			titles: "one",
		},
		"one GUID for everything": {
			steps: []step{{"g https://a.example/1 one text; g https://a.example/2 two text", "2/0/0"},
				{"g https://a.example/1 one text; g https://a.example/2 two text", "0/0/2"},
				{"g https://a.example/2 two text; g https://a.example/3 three text", "1/0/1"}},
			titles: "one two three",
		},
		"one GUID and one address for everything": {
			steps: []step{{"g https://a.example/ one text; g https://a.example/ two text", "2/0/0"},
				{"g https://a.example/ one text; g https://a.example/ two text", "0/0/2"},
				{"g https://a.example/ two text; g https://a.example/ three text", "1/0/1"},
				{"g https://a.example/ three text; g https://a.example/ one text", "0/0/2"}},
			titles: "one two three",
		},
		"one address for everything, after a document with one item": {
			steps: []step{{"g1 https://a.example/ one text", "1/0/0"},
				{"g1 https://a.example/ one text; g2 https://a.example/ two text", "1/0/1"},
				{"g2 https://a.example/ two text; g3 https://a.example/ three text", "1/0/1"}},
			titles: "one two three",
		},
		"one GUID and address, after a document with one item": {
			steps: []step{{"g https://a.example/ one text", "1/0/0"},
				{"g https://a.example/ two text; g https://a.example/ one text", "1/0/1"},
				{"g https://a.example/ two text; g https://a.example/ one text", "0/0/2"}},
			titles: "one two",
		},
		"GUIDs that all churn": {
			steps: []step{{"g1 https://a.example/1 one text_1; g2 https://a.example/2 two text_2; g3 https://a.example/3 three text_3", "3/0/0"},
				{"h1 https://a.example/x1 one text_1; h2 https://a.example/x2 two text_2; h3 https://a.example/x3 three text_3", "0/0/3"},
				{"h1 https://a.example/y1 one text_1; h2 https://a.example/y2 two text_2; h3 https://a.example/y3 three text_3", "0/0/3"}},
			titles: "one two three",
		},
		"a house that moves, GUIDs, domain and texts at once": {
			steps: []step{{"g1 https://a.example/n/1 one text_1; g2 https://a.example/n/2 two text_2; g3 https://a.example/n/3 three text_3; g4 https://a.example/n/4 four text_4", "4/0/0"},
				{"h1 https://b.example/n/1 one other_1; h2 https://b.example/n/2 two other_2; h3 https://b.example/n/3 three other_3; h5 https://b.example/n/5 five text_5", "1/3/0"},
				{"h1 https://b.example/n/1 one other_1; h2 https://b.example/n/2 two other_2; h3 https://b.example/n/3 three other_3; h5 https://b.example/n/5 five text_5", "0/0/4"}},
			titles: "one two three four five",
		},
		"the same titles on other pages the next day are news": {
			steps: []step{{"g1 https://a.example/mon/1 one text_1; g2 https://a.example/mon/2 two text_2; g3 https://a.example/mon/3 three text_3", "3/0/0"},
				{"h1 https://a.example/tue/1 one more_1; h2 https://a.example/tue/2 two more_2; h3 https://a.example/tue/3 three more_3", "3/0/0"}},
			titles: "one two three one two three",
		},
		"a notice as every text": {
			steps: []step{{"g1 https://a.example/1 one notice; g2 https://a.example/2 two notice; g3 https://a.example/3 three notice", "3/0/0"},
				{"h1 https://a.example/4 four notice; h2 https://a.example/5 five notice; h3 https://a.example/6 six notice", "3/0/0"}},
			titles: "one two three four five six",
		},
		"the same title on another day": {
			steps:  []step{{"g1 https://a.example/1 briefing text", "1/0/0"}, {"g2 https://a.example/2 briefing more", "1/0/0"}},
			titles: "briefing briefing",
		},
		"two articles of one second": {
			steps:  []step{{"g1 https://a.example/1 one text; g2 https://a.example/2 two text", "2/0/0"}},
			titles: "one two",
		},
		"the address of an item goes to another": {
			steps: []step{{"g1 https://a.example/1 one text", "1/0/0"},
				{"g1 https://a.example/2 one text; g2 https://a.example/1 two text", "1/0/1"}},
			titles: "one two",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := storagetest.Store(t)
			now := start
			for i, st := range test.steps {
				out := merge(t, s, document(now, strings.Split(st.items, ";")...))
				if got := fmt.Sprintf("%d/%d/%d", out.New, out.Updated, out.Unchanged); got != st.want || out.Reparse || out.Err != nil {
					t.Errorf("document %d: %s, %+v; want %s", i+1, got, out, st.want)
				}
				now = now.Add(time.Hour)
			}
			var titles []string
			for _, a := range articles(t, s) {
				titles = append(titles, a.Title)
			}
			if got := strings.Join(titles, " "); got != test.titles {
				t.Errorf("articles %q, want %q", got, test.titles)
			}
		})
	}
}

// A revision keeps ID, first sight, date and place, and the state before it.
func TestRevision(t *testing.T) {
	t.Parallel()
	s := storagetest.Store(t)
	merge(t, s, document(start, "g https://a.example/1 one <p>first</p>"))
	before := articles(t, s)[0]
	later := start.Add(time.Hour)
	merge(t, s, document(later, "g https://a.example/1 two <p>first</p>"))
	merge(t, s, document(later.Add(time.Hour), "g https://a.example/1 two <p>second</p>"))
	merge(t, s, document(later.Add(2*time.Hour), "g https://a.example/1 three -"))
	a := articles(t, s)[0]
	if a.ID != before.ID || a.Story != before.Story || !a.FirstSeen.Equal(start) || !a.Placed.Equal(before.Placed) || !a.Published.Equal(before.Published) {
		t.Errorf("the article became %+v, was %+v", a, before)
	}
	if a.Revision != 3 || !a.Revised.Equal(later.Add(2*time.Hour)) || a.HasBody || a.Title != "three" {
		t.Errorf("revision %d of %v, title %q, body %t", a.Revision, a.Revised, a.Title, a.HasBody)
	}
	got, err := s.Revisions(t.Context(), a.ID)
	if err != nil {
		t.Fatal(err)
	}
	want := []deskwire.Revision{
		{N: 0, Seen: start, Changed: []string{"title"}, Title: "one", Link: "https://a.example/1", Body: "<p>first</p>"},
		{N: 1, Seen: later, Changed: []string{"body"}, Title: "two", Link: "https://a.example/1", Body: "<p>first</p>"},
		{N: 2, Seen: later.Add(time.Hour), Changed: []string{"title", "body"}, Title: "two", Link: "https://a.example/1", Body: "<p>second</p>"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("revisions\n%+v, want\n%+v", got, want)
	}
}

// A live blog changes all day; its oldest states go.
func TestManyRevisions(t *testing.T) {
	t.Parallel()
	s := storagetest.Store(t)
	for i := range 120 {
		merge(t, s, document(start.Add(time.Duration(i)*time.Minute), fmt.Sprintf("g https://a.example/1 title%d text%d", i, i)))
	}
	a := articles(t, s)[0]
	got, err := s.Revisions(t.Context(), a.ID)
	if err != nil || len(got) != 100 || got[0].N != 19 || got[99].N != 118 || got[0].Body != "text19" {
		t.Errorf("%d revisions from %d, %v; want the newest 100", len(got), got[0].N, err)
	}
}

// Placed is the source's date in its first round, and first sight ever after; a date of the future counts as now.
func TestPlaced(t *testing.T) {
	t.Parallel()
	s := storagetest.Store(t)
	first := document(start, "g1 https://a.example/1 one -", "g2 https://a.example/2 two -", "g3 https://a.example/3 three -")
	first.Drafts[1].Published = start.Add(time.Hour)
	first.Drafts[2].Published = time.Time{}
	merge(t, s, first)
	merge(t, s, document(start.Add(time.Minute), "g4 https://a.example/4 four -"))
	for i, want := range []struct{ placed, published time.Time }{
		{start.Add(-time.Hour), start.Add(-time.Hour)},
		{start, start},
		{start, start},
		{start.Add(time.Minute), start.Add(time.Minute - time.Hour)},
	} {
		if a := articles(t, s)[i]; !a.Placed.Equal(want.placed) || !a.Published.Equal(want.published) {
			t.Errorf("%s: placed %v, published %v; want %v", a.Title, a.Placed, a.Published, want)
		}
	}
}

// A source speaks for nobody else: the same address at another source is another article, and stays one.
func TestOwnArticlesOnly(t *testing.T) {
	t.Parallel()
	s := storagetest.Store(t)
	for round := range 2 {
		for _, source := range []string{"a", "b"} {
			f := document(start.Add(time.Duration(round)*time.Hour), fmt.Sprintf("g%d https://a.example/1 one text", round))
			f.Source = source
			if out := merge(t, s, f); out.New != 1-round {
				t.Errorf("round %d of %s: %+v", round, source, out)
			}
		}
	}
	// The GUID of one source means nothing at another.
	f := document(start, "g0 https://a.example/2 other text")
	f.Source = "c"
	if out := merge(t, s, f); out.New != 1 {
		t.Errorf("a GUID led to another source's article: %+v", out)
	}
	if n := len(articles(t, s)); n != 3 {
		t.Errorf("%d articles, want 3", n)
	}
}

// What an earlier document's marks stand for is unchanged; an item that claims to be one of them asks for a whole reading.
func TestSkipped(t *testing.T) {
	t.Parallel()
	s := storagetest.Store(t)
	whole := document(start, "g1 https://a.example/1 one text", "g2 https://a.example/2 two text")
	merge(t, s, whole)
	claims, err := s.Claim(t.Context(), []string{"a"}, start, 1, func(string, *deskwire.SourceState) bool { return true })
	if err != nil || len(claims) != 1 || len(claims[0].Marks) != 2 {
		t.Fatalf("claims = %+v, %v; want one with two marks", claims, err)
	}
	ids := articles(t, s)
	if claims[0].Marks[whole.Drafts[1].Mark] != ids[1].ID {
		t.Errorf("marks = %v", claims[0].Marks)
	}

	part := document(start.Add(time.Hour), "g3 https://a.example/3 three text")
	part.Skipped = []uint64{whole.Drafts[0].Mark, 12345}
	if out := merge(t, s, part); out.New != 1 || out.Unchanged != 2 || out.Reparse {
		t.Errorf("a document with skipped items: %+v", out)
	}
	part = document(start.Add(2*time.Hour), "g1 https://a.example/1 edited text")
	part.Skipped = []uint64{whole.Drafts[0].Mark}
	before, _ := s.Sources(t.Context(), "a")
	if out := merge(t, s, part); !out.Reparse || out.Updated != 0 {
		t.Errorf("an item that claims to be a skipped one: %+v, want Reparse", out)
	}
	if after, _ := s.Sources(t.Context(), "a"); !reflect.DeepEqual(before, after) {
		t.Errorf("Reparse wrote the state: %+v", after)
	}
	part.Skipped = nil
	if out := merge(t, s, part); out.Updated != 1 {
		t.Errorf("the whole reading: %+v", out)
	}
}

// A kind of key that is void in three documents counts no more, and news goes on without it.
func TestVoidKinds(t *testing.T) {
	t.Parallel()
	s := storagetest.Store(t)
	for i := range 4 {
		out := merge(t, s, document(start.Add(time.Duration(i)*time.Hour),
			fmt.Sprintf("g https://a.example/%d-a a%d text", i, i), fmt.Sprintf("g https://a.example/%d-b b%d text", i, i)))
		if out.New != 2 {
			t.Errorf("document %d: %+v", i, out)
		}
		notes := 1
		if i == 3 {
			notes = 0
		}
		if len(out.Notes) < notes {
			t.Errorf("document %d: notes %q", i, out.Notes)
		}
	}
	states, _ := s.Sources(t.Context(), "a")
	st := states["a"]
	if st.VoidDocs[deskwire.KeyGUID] != 3 || !slices.Contains(st.VoidKinds, deskwire.KeyGUID) {
		t.Errorf("void %v, %v; want three documents and the GUID", st.VoidDocs, st.VoidKinds)
	}
	// The GUID alone makes no revision now.
	if out := merge(t, s, document(start.Add(9*time.Hour), "g https://a.example/9 nine text")); out.New != 1 {
		t.Errorf("a single item with the void GUID: %+v", out)
	}
}

// A GUID that is another in every document makes no new rows for ever, and that it is given up is said once.
func TestChurn(t *testing.T) {
	t.Parallel()
	s := storagetest.Store(t)
	var notes []string
	for i := range 12 {
		var items []string
		for n := range 5 {
			items = append(items, fmt.Sprintf("guid-%d-%d https://a.example/%d title%d text%d", i, n, n, n, n))
		}
		out := merge(t, s, document(start.Add(time.Duration(i)*time.Hour), items...))
		if out.New+out.Updated > 0 && i > 0 {
			t.Errorf("document %d: %+v", i, out)
		}
		notes = append(notes, out.Notes...)
	}
	if len(notes) != 1 || !strings.Contains(notes[0], "another in every document") {
		t.Errorf("said %q, want one line", notes)
	}
	states, _ := s.Sources(t.Context(), "a")
	if st := states["a"]; !slices.Equal(st.VoidKinds, []deskwire.KeyKind{deskwire.KeyGUID}) || len(st.ChurnDocs) > 0 {
		t.Errorf("void %v, churn %v; want the GUID to be void", st.VoidKinds, st.ChurnDocs)
	}
	if a := articles(t, s)[0]; a.GUID != "guid-3-0" {
		t.Errorf("GUID %q, want the last that was believed", a.GUID)
	}
}

// What changes beside an article's own words is no update, but it is kept and those who follow changes see it.
func TestBeside(t *testing.T) {
	t.Parallel()
	s := storagetest.Store(t)
	merge(t, s, document(start, "g https://a.example/1 one text"))
	before := articles(t, s)[0]
	cursor := func() storage.Cursor {
		all, err := s.Changes(t.Context(), "", 10)
		if err != nil || len(all) != 1 {
			t.Fatal(all, err)
		}
		return all[0].At
	}
	at := cursor()
	for i, step := range []struct {
		name   string
		change func(*deskwire.Draft)
		seen   bool
		same   func(*deskwire.Article) bool
	}{
		{"another address", func(d *deskwire.Draft) { d.Link = "https://a.example/one/1" }, true, func(a *deskwire.Article) bool { return a.Link == "https://a.example/one/1" }},
		{"a byline", func(d *deskwire.Draft) { d.Authors = []deskwire.Author{{Name: "Ann Author"}} }, true, func(a *deskwire.Article) bool { return len(a.Authors) == 1 }},
		{"categories", func(d *deskwire.Draft) { d.Categories = []string{"ports", "ferries"} }, true, func(a *deskwire.Article) bool { return len(a.Categories) == 2 }},
		{"categories in another order", func(d *deskwire.Draft) { d.Categories = []string{"ferries", "ports"} }, false, func(a *deskwire.Article) bool { return a.Categories[0] == "ports" }},
		{"a sound file", func(d *deskwire.Draft) {
			d.Media = []deskwire.Media{{URL: "https://a.example/1.mp3?sign=1", Type: "audio/mpeg"}}
		}, true, func(a *deskwire.Article) bool { return len(a.Media) == 1 }},
		{"a signature", func(d *deskwire.Draft) {
			d.Media = []deskwire.Media{{URL: "https://a.example/1.mp3?sign=2", Type: "audio/mpeg"}}
		}, false, func(a *deskwire.Article) bool { return strings.HasSuffix(a.Media[0].URL, "=1") }},
		{"dates", func(d *deskwire.Draft) { d.Published, d.Modified = start, start }, false, func(a *deskwire.Article) bool { return a.Published.Equal(before.Published) && a.Modified.IsZero() }},
	} {
		f := document(start.Add(time.Duration(i+1)*time.Hour), "g https://a.example/1 one text")
		a := articles(t, s)[0]
		d := &f.Drafts[0]
		d.Link, d.Authors, d.Categories, d.Media = a.Link, a.Authors, a.Categories, a.Media
		step.change(d)
		if out := merge(t, s, f); out.New+out.Updated > 0 || out.Unchanged != 1 {
			t.Errorf("%s: %+v", step.name, out)
		}
		a = articles(t, s)[0]
		if a.Revision != 0 || !a.Revised.Equal(before.Revised) || a.ID != before.ID || !step.same(a) {
			t.Errorf("%s: the article became %+v", step.name, a)
		}
		now := cursor()
		if (now != at) != step.seen {
			t.Errorf("%s: seen by those who follow changes: %t, want %t", step.name, now != at, step.seen)
		}
		at = now
	}
}

// Addresses that differ by their fragments alone are told apart by them; that they share the rest is no fault of theirs.
func TestFragments(t *testing.T) {
	t.Parallel()
	s := storagetest.Store(t)
	for i := range 5 {
		f := document(start.Add(time.Duration(i)*time.Hour), "x https://a.example/live one text", "x https://a.example/live two text")
		for k := range f.Drafts {
			d := &f.Drafts[k]
			d.GUID = fmt.Sprintf("g%d-%d", i, k)
			d.Link = fmt.Sprintf("https://a.example/live#%d", k)
			d.Keys = []deskwire.Key{
				{Kind: deskwire.KeyGUID, Value: d.GUID}, {Kind: deskwire.KeyURL, Value: d.Link},
				{Kind: deskwire.KeyURL, Value: "https://a.example/live"},
			}
		}
		want := 0
		if i == 0 {
			want = 2
		}
		if out := merge(t, s, f); out.New != want || len(out.Notes) > 0 {
			t.Errorf("document %d: %+v, want %d new", i, out, want)
		}
	}
}

// Nothing new writes nothing but the source's state: consumers are not woken and the stream of changes stands still.
func TestNothingNew(t *testing.T) {
	t.Parallel()
	s := storagetest.Store(t)
	f := document(start, "g1 https://a.example/1 one text")
	merge(t, s, f)
	before, err := s.Changes(t.Context(), "", 10)
	if err != nil || len(before) != 1 {
		t.Fatal(before, err)
	}
	wake := s.Wake()
	merge(t, s, f)
	select {
	case <-wake:
		t.Error("woken for nothing")
	default:
	}
	after, _ := s.Changes(t.Context(), "", 10)
	if !slices.Equal(before, after) {
		t.Errorf("changes %v, were %v", after, before)
	}
	merge(t, s, document(start, "g1 https://a.example/1 two text"))
	select {
	case <-wake:
	default:
		t.Error("not woken for a revision")
	}
	// The story stands once, at its last place.
	if after, _ = s.Changes(t.Context(), "", 10); len(after) != 1 || after[0].At <= before[0].At {
		t.Errorf("changes %v, were %v", after, before)
	}
	if rest, _ := s.Changes(t.Context(), after[0].At, 10); len(rest) != 0 {
		t.Errorf("changes after the last: %v", rest)
	}
}

// A group that fails is run again source by source: one bad source keeps nobody's news back.
func TestMergeBadSource(t *testing.T) {
	t.Parallel()
	s := storagetest.Store(t)
	good, bad := document(start, "g1 https://a.example/1 one text"), document(time.Time{}, "g1 https://a.example/1 one text")
	bad.Source = "b"
	bad.Seen = time.Time{}
	out, err := s.Merge(t.Context(), []storage.Prepared{storage.Prepare(good), storage.Prepare(bad)})
	if err != nil || out[0].New != 1 || out[0].Err != nil || !errors.Is(out[1].Err, deskwire.ErrInvalid) || out[1].Source != "b" {
		t.Errorf("Merge = %+v, %v", out, err)
	}
}

// Every Update may be run again.
func TestRunAgain(t *testing.T) {
	t.Parallel()
	s := storagetest.Open(t, storagetest.Again(memory.Open()))
	for range 2 {
		merge(t, s, document(start, "g1 https://a.example/1 one text", "g2 https://a.example/2 two text"))
	}
	if n := len(articles(t, s)); n != 2 {
		t.Errorf("%d articles, want 2", n)
	}
	d, err := s.Decide(t.Context(), deskwire.Decision{Verb: deskwire.Pin, Article: articles(t, s)[0].ID, At: start})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for got, err := range s.Log(context.Background()) {
		if n++; err != nil || got.ID != d.ID {
			t.Errorf("log: %v, %v", got, err)
		}
	}
	if n != 1 {
		t.Errorf("%d decisions, want 1", n)
	}
}
