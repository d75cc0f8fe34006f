package storage_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"deskwire"
	"deskwire/storage"
	"deskwire/storage/storagetest"
)

// later is younger than any place.
var later = storage.Place{Placed: start.AddDate(50, 0, 0)}

// closeAll puts everything that is filed in the desk into its archive.
func closeAll(ctx context.Context, s *storage.Store) error {
	for more := true; more; {
		f, err := s.Fallen(ctx, "desk/world", nil, later, 1000)
		if err != nil {
			return err
		}
		step := storage.Closing{Fallen: f}
		for _, p := range f.Places {
			step.Add = append(step.Add, storage.Addition{Story: p.Story, Items: 1, Bytes: 10, Sources: []string{"a"}})
		}
		if more = f.More; step.Idle() {
			continue
		}
		again, err := s.CloseOut(ctx, start, []storage.Closing{step})
		if err != nil || len(again) > 0 {
			return fmt.Errorf("%q again, %w", again, err)
		}
	}
	return nil
}

// fileMany stores n articles, a minute apart, and files them in the desk.
func fileMany(t testing.TB, s *storage.Store, n int) []deskwire.ID {
	t.Helper()
	var lines []string
	for i := range n {
		lines = append(lines, fmt.Sprintf("g%d https://a.example/%d title%d text", i, i, i))
	}
	merge(t, s, document(start, lines...))
	var ids []deskwire.ID
	f := storage.Filing{Generations: map[string]uint32{"desk/world": 1}, States: map[string]storage.ChannelState{"desk/world": {Created: start, Generation: 1}}}
	for i, a := range articles(t, s) {
		ids = append(ids, a.ID)
		f.Stories = append(f.Stories, filedAt(a.ID, start.Add(time.Duration(i)*time.Minute)))
	}
	if err := s.File(t.Context(), f); err != nil {
		t.Fatal(err)
	}
	return ids
}

func filedAt(id deskwire.ID, placed time.Time) storage.FiledStory {
	return storage.FiledStory{Story: id, Placed: placed, In: map[string]string{"desk/world": "a test"}}
}

func fallen(t testing.TB, s *storage.Store, before storage.Place, limit int) storage.Fallen {
	t.Helper()
	f, err := s.Fallen(t.Context(), "desk/world", nil, before, limit)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func closeOut(t testing.TB, s *storage.Store, step storage.Closing) {
	t.Helper()
	again, err := s.CloseOut(t.Context(), start, []storage.Closing{step})
	if err != nil || len(again) > 0 {
		t.Fatalf("%q again, %v", again, err)
	}
}

func stories(f storage.Fallen) []deskwire.ID {
	var ids []deskwire.ID
	for _, p := range f.Places {
		ids = append(ids, p.Story)
	}
	return ids
}

func additions(ids ...deskwire.ID) []storage.Addition {
	var list []storage.Addition
	for _, id := range ids {
		list = append(list, storage.Addition{Story: id, Items: 1, Bytes: 1, Sources: []string{"a"}})
	}
	return list
}

func pageStories(t testing.TB, s *storage.Store) (pages [][]deskwire.ID) {
	t.Helper()
	rows, err := s.ArchivePages(t.Context(), "desk/world", 1, 100)
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range rows {
		if row.Number != i+1 || row.Full != (i < len(rows)-1 || row.Items >= storage.ArchiveItems) {
			t.Errorf("row %d is page %d, full %t with %d items", i, row.Number, row.Full, row.Items)
		}
		var ids []deskwire.ID
		for _, c := range row.Stories {
			ids = append(ids, c.Story)
		}
		pages = append(pages, ids)
	}
	return pages
}

func TestCloseOut(t *testing.T) {
	t.Parallel()
	s := storagetest.Store(t)
	if f := fallen(t, s, later, 10); len(f.Places) > 0 || f.More {
		t.Errorf("of an unknown channel fell %+v", f)
	}
	ids := fileMany(t, s, 250)
	before := storage.Place{Placed: start.Add(230 * time.Minute), Story: ids[230]}
	f := fallen(t, s, before, 40)
	if !slices.Equal(stories(f), ids[:40]) || !f.More {
		t.Fatalf("%d fell first, more %t", len(f.Places), f.More)
	}
	closeOut(t, s, storage.Closing{Fallen: f, Add: additions(ids[:38]...), Hold: f.Places[39:]}) // number 38 is let go
	if again, err := s.CloseOut(t.Context(), start, []storage.Closing{{Fallen: f, Add: additions(ids[:40]...)}}); err != nil || !slices.Equal(again, []string{"desk/world"}) {
		t.Errorf("the same step twice: %q, %v", again, err)
	}
	f = fallen(t, s, before, 1000)
	if want := slices.Concat(ids[39:40], ids[40:230]); !slices.Equal(stories(f), want) || f.More {
		t.Fatalf("then %d fell, want %d, more %t", len(f.Places), len(want), f.More)
	}
	closeOut(t, s, storage.Closing{Fallen: f, Add: additions(stories(f)...)})
	if idle := (&storage.Closing{Fallen: fallen(t, s, before, 1000)}); !idle.Idle() {
		t.Errorf("there is more: %+v", idle)
	}
	closed := slices.Concat(ids[:38], ids[39:230])
	if got := pageStories(t, s); !slices.EqualFunc(got, [][]deskwire.ID{closed[:100], closed[100:200], closed[200:]}, slices.Equal) {
		t.Errorf("pages %v", got)
	}
	for _, c := range []struct {
		shown []deskwire.ID
		want  deskwire.ArchivePage
	}{
		{nil, deskwire.ArchivePage{Number: 3, Stories: 29}},
		{closed[228:], deskwire.ArchivePage{Number: 3, Stories: 28}},
		{closed[5:6], deskwire.ArchivePage{Number: 3, Stories: 29}},
		{closed[200:], deskwire.ArchivePage{Number: 2}},
		{closed[199:], deskwire.ArchivePage{Number: 2, Stories: 99}},
		{closed, deskwire.ArchivePage{}},
	} {
		if got, _, err := s.ArchiveEnd(t.Context(), "desk/world", func(id deskwire.ID) bool { return slices.Contains(c.shown, id) }); err != nil || got != c.want {
			t.Errorf("where %d are shown the archive ends at %+v, %v, want %+v", len(c.shown), got, err, c.want)
		}
	}
}

// What changes behind closing's back is looked at again; what stands in a page stays there, and the page knows.
func TestArchiveRestirs(t *testing.T) {
	t.Parallel()
	s := storagetest.Store(t)
	ids := fileMany(t, s, 20)
	f := fallen(t, s, later, 100)
	closeOut(t, s, storage.Closing{Fallen: f, Add: additions(ids[5:]...)}) // five are let go
	changed := func() storage.Stamp {
		rows, err := s.ArchivePages(t.Context(), "desk/world", 1, 1)
		if err != nil || len(rows) != 1 {
			t.Fatal(rows, err)
		}
		return rows[0].Changed
	}
	decide := func(d deskwire.Decision) {
		t.Helper()
		d.At = start
		if _, err := s.Decide(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	at := changed()
	for _, step := range []struct {
		name string
		do   func()
		want []deskwire.ID // of those that fell, the ones that are to be found
		page bool          // whether the page changes
	}{
		{"nothing", func() {}, nil, false},
		{"a decision on one that was let go", func() { decide(deskwire.Decision{Verb: deskwire.Note, Article: ids[3], Value: "x"}) }, ids[3:5], false},
		{"a decision on one in the page", func() { decide(deskwire.Decision{Verb: deskwire.Note, Article: ids[7], Value: "x"}) }, nil, true},
		{"a revision of one in the page", func() { merge(t, s, document(start.Add(time.Hour), "g9 https://a.example/9 edited text")) }, nil, true},
		{"filed again as it was", func() { file(t, s, filedAt(ids[1], start.Add(time.Minute))) }, nil, false},
		{"filed late", func() {
			merge(t, s, document(start.Add(2*time.Hour), "late https://a.example/late late text"))
			all := articles(t, s)
			file(t, s, filedAt(all[len(all)-1].ID, start.Add(90*time.Second)))
		}, nil, false},
		{"a merge of two in the page", func() { decide(deskwire.Decision{Verb: deskwire.Merge, Article: ids[8], With: ids[9]}) }, nil, true},
	} {
		step.do()
		if now := changed(); (now != at) != step.page {
			t.Errorf("%s: the page changed: %t", step.name, now != at)
		} else {
			at = now
		}
		got := stories(fallen(t, s, later, 100))
		if step.name == "filed late" {
			if want := slices.Concat(got[:1], ids[2:5]); len(got) != 4 || !slices.Equal(got, want) {
				t.Errorf("filed late: found %q", got)
			}
		} else if !slices.Equal(got, step.want) {
			t.Errorf("%s: found %q, want %q", step.name, got, step.want)
		}
		if got := fallen(t, s, later, 100); !(&storage.Closing{Fallen: got}).Idle() {
			closeOut(t, s, storage.Closing{Fallen: got}) // all are let go
		}
	}
	// Another generation: everything is looked at once more.
	st := storage.ChannelState{Created: start, Generation: 2}
	f2 := storage.Filing{Generations: map[string]uint32{"desk/world": 2}, States: map[string]storage.ChannelState{"desk/world": st}, Stories: []storage.FiledStory{filedAt(ids[0], start), filedAt(ids[10], start)}}
	if err := s.File(t.Context(), f2); err != nil {
		t.Fatal(err)
	}
	if got := stories(fallen(t, s, later, 100)); !slices.Equal(got, ids[:1]) {
		t.Errorf("after filing again found %q, want %q", got, ids[:1])
	}
}

func file(t testing.TB, s *storage.Store, stories ...storage.FiledStory) {
	t.Helper()
	if err := s.File(t.Context(), storage.Filing{Generations: map[string]uint32{"desk/world": 1}, Stories: stories}); err != nil {
		t.Fatal(err)
	}
}

// What an archive page holds outlives retention, body and all.
func TestSweepKeepsArchives(t *testing.T) {
	t.Parallel()
	s := storagetest.Store(t)
	ids := fileMany(t, s, 6)
	f := fallen(t, s, later, 100)
	closeOut(t, s, storage.Closing{Fallen: f, Add: additions(ids[:4]...)})
	// One is merged into a younger page's story, and one into a story that no page holds.
	for _, pair := range [][2]deskwire.ID{{ids[0], ids[1]}, {ids[3], ids[4]}} {
		if _, err := s.Decide(t.Context(), deskwire.Decision{Verb: deskwire.Merge, Article: pair[0], With: pair[1], At: start}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Sweep(t.Context(), storage.Retention{Now: start.AddDate(1, 0, 0), Keep: map[string]time.Duration{"": time.Hour}}, nil); err != nil {
		t.Fatal(err)
	}
	var left []string
	for _, a := range articles(t, s) {
		left = append(left, fmt.Sprint(slices.Index(ids, a.ID), a.HasBody))
	}
	if got, want := strings.Join(left, " "), "0true 1true 2true 3true 4true"; strings.ReplaceAll(got, " true", "true") != want {
		t.Errorf("left are %q, want %q", got, want)
	}
}

// Each row that archives have keeps what was written.
func TestArchiveBytes(t *testing.T) {
	t.Parallel()
	s := storagetest.Store(t)
	ids := fileMany(t, s, 8)
	f := fallen(t, s, later, 100)
	step := storage.Closing{Fallen: f}
	for i, size := range []int{storage.ArchiveBytes + 1, 1, storage.ArchiveBytes - 1, 1, 5, 6, 7} {
		step.Add = append(step.Add, storage.Addition{Story: ids[i], Items: 1, Bytes: size, Sources: []string{fmt.Sprint("source", i%2)}})
	}
	step.Add[5].Items = storage.ArchiveItems - 2
	if _, err := s.CloseOut(t.Context(), start.Add(time.Second), []storage.Closing{step}); err != nil {
		t.Fatal(err)
	}
	if got := pageStories(t, s); !slices.EqualFunc(got, [][]deskwire.ID{ids[:1], ids[1:3], ids[3:6], ids[6:7]}, slices.Equal) {
		t.Errorf("pages %v", got)
	}
	rows, err := s.ArchivePages(t.Context(), "desk/world", 3, 1)
	if err != nil || len(rows) != 1 {
		t.Fatal(rows, err)
	}
	if p := rows[0]; p.Items != storage.ArchiveItems || p.Bytes != 12 || !slices.Equal(p.Sources, []string{"source0", "source1"}) || !p.Stories[0].At.Equal(start.Add(time.Second)) || p.Changed == 0 {
		t.Errorf("page 3 is %+v", p)
	}
}

// Sizes are those of the bodies, near enough for pages that end by them.
func TestBodySizes(t *testing.T) {
	t.Parallel()
	s := storagetest.Store(t)
	merge(t, s, document(start, "g1 https://a.example/1 one short", "g2 https://a.example/2 two "+strings.Repeat("long_", 100), "g3 https://a.example/3 three "+strings.Repeat("longer_", 20_000)))
	var ids []deskwire.ID
	for _, a := range articles(t, s) {
		ids = append(ids, a.ID)
	}
	bodies, err := s.Bodies(t.Context(), ids...)
	if err != nil {
		t.Fatal(err)
	}
	sizes, err := s.BodySizes(t.Context(), append(ids, "cxwdmfc01136cxpa")...)
	if err != nil || sizes[3] != 0 {
		t.Fatal(sizes, err)
	}
	for i, b := range bodies {
		if off := sizes[i] - len(b); off != 0 && (len(b) >= 256 || sizes[i] <= 0 || sizes[i] > 300) {
			t.Errorf("a body of %d bytes has %d", len(b), sizes[i])
		}
	}
}
