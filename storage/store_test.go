package storage_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"deskwire"
	"deskwire/storage"
	"deskwire/storage/memory"
	"deskwire/storage/storagetest"
)

func TestOpenAgain(t *testing.T) {
	t.Parallel()
	e := memory.Open()
	s, err := storage.Open(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	again, err := storage.Open(t.Context(), e)
	if err != nil || again.Identity() != s.Identity() || len(s.Identity()) < 16 {
		t.Errorf("identity %q, then %q, %v", s.Identity(), again.Identity(), err)
	}
	if other := storagetest.Store(t); other.Identity() == s.Identity() {
		t.Error("two stores have one identity")
	}
	for _, site := range []struct {
		id   string
		want error
	}{{"", deskwire.ErrInvalid}, {"example.org,2026", nil}, {"example.org,2026", nil}, {"example.com,2026", deskwire.ErrInvalid}} {
		if err := s.PinSite(t.Context(), site.id); !errors.Is(err, site.want) {
			t.Errorf("PinSite(%q) = %v, want %v", site.id, err, site.want)
		}
	}
	// A store of a later deskwire is refused, not misread.
	raw(t, e, func(tx storage.Tx) { tx.Set("meta", "schema", []byte("99")) })
	if _, err := storage.Open(t.Context(), e); !errors.Is(err, deskwire.ErrInvalid) || !strings.Contains(err.Error(), "newer deskwire") {
		t.Errorf("Open of schema 99 = %v", err)
	}
}

// raw writes below the store.
func raw(t testing.TB, e storage.Engine, f func(storage.Tx)) {
	t.Helper()
	if err := e.Update(t.Context(), func(tx storage.Tx) error { f(tx); return nil }); err != nil {
		t.Fatal(err)
	}
}

func TestClaimLeases(t *testing.T) {
	t.Parallel()
	s := storagetest.Store(t)
	all := func(string, *deskwire.SourceState) bool { return true }
	claim := func(now time.Time, max int, due func(string, *deskwire.SourceState) bool) string {
		t.Helper()
		claims, err := s.Claim(t.Context(), []string{"c", "a", "b"}, now, max, due)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, c := range claims {
			names = append(names, c.Source)
			if !c.State.Lease.Equal(now.Add(storage.Lease)) {
				t.Errorf("lease until %v, want %v", c.State.Lease, now.Add(storage.Lease))
			}
		}
		return strings.Join(names, " ")
	}
	for _, step := range []struct {
		after time.Duration
		max   int
		want  string
	}{
		{0, 2, "c a"},
		{time.Second, 5, "b"},
		{2 * time.Second, 5, ""},
		{storage.Lease, 5, "c a"},                // ran out
		{-365 * 24 * time.Hour, 5, "c a b"},      // the clock was set back: leases of the future are void
		{-365*24*time.Hour + time.Minute, 5, ""}, // and hold from then on
	} {
		if got := claim(start.Add(step.after), step.max, all); got != step.want {
			t.Errorf("after %v: claimed %q, want %q", step.after, got, step.want)
		}
	}
	// Merging ends the lease; due sees what was merged.
	f := document(start, "g1 https://a.example/1 one text")
	f.State.ETag, f.State.Lease = "x", start.Add(time.Hour)
	if _, err := s.Merge(t.Context(), []storage.Prepared{storage.Prepare(f)}); err != nil {
		t.Fatal(err)
	}
	got := claim(start, 5, func(name string, st *deskwire.SourceState) bool { return st.ETag == "x" && st.Rounds == 1 })
	if got != "a" {
		t.Errorf("claimed %q, want a", got)
	}
	states, err := s.Sources(t.Context())
	if err != nil || len(states) != 3 || states["a"].ETag != "x" {
		t.Errorf("states = %+v, %v", states, err)
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	s := storagetest.Store(t)
	merge(t, s, document(start, "g1 https://a.example/1 one text", "g2 https://elsewhere.example/2 two text"))
	merge(t, s, document(start.Add(time.Hour), "g3 https://a.example/3 three text"))
	all := articles(t, s)
	one, two, three := all[0].ID, all[1].ID, all[2].ID
	for ref, want := range map[string]deskwire.ID{
		string(one):                             one,
		strings.ToUpper(string(three)):          three,
		string(three[:9]):                       three,
		" " + string(two) + "\n":                two,
		"tag:example.org,2026:a/" + string(one): one,
		"g2":                                    two,
		"https://a.example/3":                   three,
		"https://elsewhere.example/2":           two,
	} {
		if got, err := s.Find(t.Context(), ref); got != want || err != nil {
			t.Errorf("Find(%q) = %q, %v; want %q", ref, got, err, want)
		}
	}
	for ref, want := range map[string]error{
		string(one[:6]):             deskwire.ErrInvalid, // two came in one document
		"nothing":                   deskwire.ErrNotFound,
		"":                          deskwire.ErrNotFound,
		string(one[:15]) + "!":      deskwire.ErrNotFound,
		"https://a.example/unknown": deskwire.ErrNotFound,
	} {
		if got, err := s.Find(t.Context(), ref); !errors.Is(err, want) {
			t.Errorf("Find(%q) = %q, %v; want %v", ref, got, err, want)
		}
	}
}

func TestDecisions(t *testing.T) {
	t.Parallel()
	s := storagetest.Store(t)
	merge(t, s, document(start, "g1 https://a.example/1 one text", "g2 https://a.example/2 two text"))
	all := articles(t, s)
	id := all[0].ID
	decide := func(d deskwire.Decision) deskwire.Decision {
		t.Helper()
		if d.Verb != deskwire.Undo {
			d.Article = id
		}
		d.By = "ed"
		if d.At.IsZero() {
			d.At = start
		}
		made, err := s.Decide(t.Context(), d)
		if err != nil {
			t.Fatal(err)
		}
		return made
	}
	pinned := func(channel string, want int) {
		t.Helper()
		got, err := s.Pinned(t.Context(), channel)
		if err != nil || len(got) != want || want == 1 && got[0] != id {
			t.Errorf("pinned in %q: %v, %v; want %d", channel, got, err, want)
		}
	}
	wake := s.Wake()
	pin := decide(deskwire.Decision{Verb: deskwire.Pin, Channel: "desk/world"})
	select {
	case <-wake:
	default:
		t.Error("a decision wakes nobody")
	}
	pinned("desk/world", 1)
	pinned("desk/home", 0)
	undo := decide(deskwire.Decision{Verb: deskwire.Undo, Undoes: pin.ID, At: start.Add(-time.Hour)}) // the clock was set back
	if undo.Article != id || undo.Channel != "desk/world" || undo.ID <= pin.ID {
		t.Errorf("undo = %+v", undo)
	}
	pinned("desk/world", 0)
	decide(deskwire.Decision{Verb: deskwire.Undo, Undoes: undo.ID})
	pinned("desk/world", 1)
	decide(deskwire.Decision{Verb: deskwire.Pin, Until: start.Add(time.Hour)})
	pinned("desk/home", 1)
	decide(deskwire.Decision{Verb: deskwire.Unpin})
	pinned("desk/world", 0)

	edit := decide(deskwire.Decision{Verb: deskwire.Edit, Field: "title", Value: "ours"})
	if edit.Was != "one" {
		t.Errorf("an edit was of %q, want one", edit.Was)
	}
	merge(t, s, document(start.Add(time.Hour), "g1 https://a.example/1 changed text"))
	stories, err := s.Stories(t.Context(), id, all[1].ID, "cxwdmfc00000000z")
	if err != nil || len(stories) != 3 || stories[2] != nil || len(stories[1].Decisions) != 0 {
		t.Fatalf("stories = %+v, %v", stories, err)
	}
	st := stories[0]
	if st.ID != id || len(st.Decisions) != 6 || st.Articles[0].Title != "changed" {
		t.Errorf("story = %+v", st)
	}
	standing := st.Standing(start)
	if got := standing.Apply(st.Articles[0]).Title; got != "ours" {
		t.Errorf("ingesting again undid an edit: title %q", got)
	}
	if got := standing.Overtaken(&st.Articles[0]); !slices.Equal(got, []string{"title"}) {
		t.Errorf("overtaken = %q, want the title", got)
	}
	var log []deskwire.ID
	for d, err := range s.Log(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		log = append(log, d.ID)
	}
	if len(log) != 6 || log[0] != edit.ID || log[5] != pin.ID {
		t.Errorf("log = %v", log)
	}
	for name, d := range map[string]deskwire.Decision{
		"no article":  {Verb: deskwire.Hide, Article: "cxwdmfc00000000z", At: start},
		"no undone":   {Verb: deskwire.Undo, Undoes: "cxwdmfc00000000z", At: start},
		"no such one": {Verb: deskwire.Undo, Undoes: id, At: start},
	} {
		if _, err := s.Decide(t.Context(), d); !errors.Is(err, deskwire.ErrNotFound) {
			t.Errorf("%s: %v, want ErrNotFound", name, err)
		}
	}
	for name, d := range map[string]deskwire.Decision{
		"verb":    {Verb: "praise", Article: id, At: start},
		"field":   {Verb: deskwire.Edit, Field: "link", Article: id, At: start},
		"time":    {Verb: deskwire.Hide, Article: id},
		"channel": {Verb: deskwire.Assign, Article: id, At: start},
	} {
		if _, err := s.Decide(t.Context(), d); !errors.Is(err, deskwire.ErrInvalid) {
			t.Errorf("%s: %v, want ErrInvalid", name, err)
		}
	}
}

func TestFiling(t *testing.T) {
	t.Parallel()
	s := storagetest.Store(t)
	ctx := t.Context()
	merge(t, s, document(start, "g1 https://a.example/1 one text", "g2 https://a.example/2 two text", "g3 https://a.example/3 three text"))
	changes, err := s.Changes(ctx, "", 10)
	if err != nil || len(changes) != 3 {
		t.Fatal(changes, err)
	}
	f := filing("", changes, "desk/world", "desk/home")
	f.Stories[1].Placed = start.Add(time.Minute)
	delete(f.Stories[2].In, "desk/home")
	if err := s.File(ctx, f); err != nil {
		t.Fatal(err)
	}
	if err := s.File(ctx, f); !errors.Is(err, deskwire.ErrBusy) {
		t.Errorf("filing the same step again = %v, want ErrBusy", err)
	}
	if at, err := s.Cursor(ctx, "filing"); at != changes[2].At || err != nil {
		t.Errorf("cursor %q, %v; want %q", at, err, changes[2].At)
	}
	list := func(channel string, want ...deskwire.ID) {
		t.Helper()
		var got []deskwire.ID
		after := storage.Place{}
		for { // one at a time: each page begins behind the one before
			places, err := s.Filed(ctx, channel, after, 1)
			if err != nil {
				t.Fatal(err)
			}
			if len(places) == 0 {
				break
			}
			after = places[0]
			got = append(got, after.Story)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s holds %v, want %v", channel, got, want)
		}
	}
	a, b, c := changes[0].Story, changes[1].Story, changes[2].Story
	list("desk/world", b, a, c)
	list("desk/home", b, a)
	list("desk/unknown")
	if in, err := s.FiledIn(ctx, c); err != nil || len(in) != 1 || in["desk/world"] != "take 12" {
		t.Errorf("FiledIn = %v, %v", in, err)
	}

	// The next generation grows beside the one that readers see, and takes its place.
	again := filing(changes[2].At, changes[:2], "desk/world")
	again.Consumer, again.Generations = "", map[string]uint32{"desk/world": 2}
	again.States = map[string]storage.ChannelState{"desk/world": {Created: start, Generation: 1, Next: 2}}
	if err := s.File(ctx, again); err != nil {
		t.Fatal(err)
	}
	list("desk/world", b, a, c)
	if _, err := s.DropGeneration(ctx, "desk/world", 2, 10); !errors.Is(err, deskwire.ErrInvalid) {
		t.Errorf("dropping what is being filed = %v, want ErrInvalid", err)
	}
	again.States = map[string]storage.ChannelState{"desk/world": {Created: start, Generation: 1, Next: 2, NextSwitched: true}}
	again.Stories[1].In = nil // and one story goes
	if err := s.File(ctx, again); err != nil {
		t.Fatal(err)
	}
	list("desk/world", a)
	again.States = map[string]storage.ChannelState{"desk/world": {Created: start, Generation: 2}}
	again.Stories = nil
	if err := s.File(ctx, again); err != nil {
		t.Fatal(err)
	}
	if stale, err := s.StaleGenerations(ctx); err != nil || !slices.Equal(stale, []storage.Generation{{Channel: "desk/world", Number: 1}}) {
		t.Errorf("stale generations %v, %v; want the first of desk/world", stale, err)
	}
	if n, err := s.CountPlaces(ctx, "desk/world", 1, 2); n != 2 || err != nil {
		t.Errorf("counted %d places up to 2, %v", n, err)
	}
	for i, want := range []bool{true, false} {
		if more, err := s.DropGeneration(ctx, "desk/world", 1, 2); more != want || err != nil {
			t.Errorf("step %d of dropping: more %t, %v; want %t", i, more, err, want)
		}
	}
	list("desk/world", a)
	list("desk/home", b, a)

	// A story that does not exist is filed nowhere.
	ghost := storage.Filing{Generations: map[string]uint32{"desk/world": 2}, Stories: []storage.FiledStory{
		{Story: "cxwdmfc00000000z", Placed: start, In: map[string]string{"desk/world": "x"}},
	}}
	if err := s.File(ctx, ghost); err != nil {
		t.Fatal(err)
	}
	list("desk/world", a)
	for name, bad := range map[string]storage.Filing{
		"no generation": {Stories: []storage.FiledStory{{Story: a, In: map[string]string{"desk/x": ""}}}},
		"twice":         {Stories: []storage.FiledStory{{Story: a}, {Story: a}}},
		"no story":      {Stories: []storage.FiledStory{{Story: "x"}}},
		"no channel":    {Generations: map[string]uint32{"": 1}},
		"no cursor":     {Consumer: "c", To: "zz"},
	} {
		if err := s.File(ctx, bad); !errors.Is(err, deskwire.ErrInvalid) {
			t.Errorf("%s: %v, want ErrInvalid", name, err)
		}
	}
}

func TestSweep(t *testing.T) {
	t.Parallel()
	s := storagetest.Store(t)
	ctx := t.Context()
	setUp(t, s) // three articles; the second has a note
	merge(t, s, document(start, "g1 https://a.example/1 edited text"))
	other := document(start, "g1 https://b.example/1 kept text")
	other.Source = "kept"
	merge(t, s, other)
	merge(t, s, document(start.Add(48*time.Hour), "g9 https://a.example/9 young text"))
	r := storage.Retention{Now: start.Add(49 * time.Hour), Keep: map[string]time.Duration{"": 24 * time.Hour, "kept": 0}, DryRun: true}
	want := storage.Swept{Bodies: 2, Revisions: 1, Heads: 2, Places: 4}
	before := sum(t, s)
	if got, err := s.Sweep(ctx, r, nil); got != want || err != nil {
		t.Errorf("dry run = %+v, %v; want %+v", got, err, want)
	}
	if after := sum(t, s); after != before {
		t.Errorf("a dry run wrote:\n%s\nbefore it\n%s", after, before)
	}
	r.DryRun = false
	var last storage.Swept
	if got, err := s.Sweep(ctx, r, func(sw storage.Swept) { last = sw }); got != want || err != nil || last != want {
		t.Errorf("sweep = %+v, %v, told %+v; want %+v", got, err, last, want)
	}
	var titles []string
	for _, a := range articles(t, s) {
		titles = append(titles, a.Title)
		if bodies, err := s.Bodies(ctx, a.ID); err != nil || bodies[0] != "text" {
			t.Errorf("body of %s = %q, %v", a.Title, bodies, err)
		}
	}
	slices.Sort(titles)
	if got := strings.Join(titles, " "); got != "kept two young" {
		t.Errorf("left %q, want what is kept, decided or young", got)
	}
	// What went does not come back, by its GUID or its address; edited or not.
	out := merge(t, s, document(start.Add(50*time.Hour), "g1 https://a.example/1 again text", "new https://a.example/3 three text"))
	if out.New != 0 || out.Unchanged != 2 {
		t.Errorf("listing swept articles again: %+v", out)
	}
	if again, err := s.Sweep(ctx, r, nil); again != (storage.Swept{}) || err != nil {
		t.Errorf("a second sweep = %+v, %v", again, err)
	}
}

// More articles than one batch holds, and none younger than the limit in between.
func TestSweepBatches(t *testing.T) {
	t.Parallel()
	s := storagetest.Store(t)
	for i := range 5 {
		if _, err := s.Merge(t.Context(), []storage.Prepared{storage.Prepare(fetched("a", i*500, 500, 40, start.Add(time.Duration(i)*time.Hour)))}); err != nil {
			t.Fatal(err)
		}
	}
	batches := 0
	got, err := s.Sweep(t.Context(), storage.Retention{Now: start.Add(25*time.Hour + 30*time.Minute), Keep: map[string]time.Duration{"a": 24 * time.Hour}}, func(storage.Swept) { batches++ })
	if err != nil || got.Heads != 1000 || got.Bodies != 1000 || batches < 4 {
		t.Errorf("swept %+v in %d batches, %v; want the oldest 1000", got, batches, err)
	}
}

func TestStopped(t *testing.T) {
	t.Parallel()
	s := storagetest.Store(t)
	merge(t, s, document(start, "g1 https://a.example/1 one text"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for a, err := range s.Newest(ctx, "") {
		if a != nil || !errors.Is(err, context.Canceled) {
			t.Errorf("Newest = %v, %v; want context.Canceled", a, err)
		}
	}
	if _, err := s.Merge(ctx, []storage.Prepared{storage.Prepare(document(start, "g2 https://a.example/2 two text"))}); !errors.Is(err, context.Canceled) {
		t.Errorf("Merge = %v, want context.Canceled", err)
	}
}

// Check finds each of these.
func TestCheckFinds(t *testing.T) {
	t.Parallel()
	find := func(tx storage.Tx, table storage.Table) (key string, val []byte) {
		for key, val := range tx.Scan(table, "", "", 1, false) {
			return key, slices.Clone(val)
		}
		t.Fatalf("table %s is empty", table)
		return "", nil
	}
	tables := []storage.Table{"meta", "source", "marks", "head", "body", "revision", "key", "change", "decision", "decided", "notice", "shown", "pin", "channel", "place", "filed", "closing", "archive", "archived"}
	breaks := map[string]func(storage.Tx){}
	for _, table := range tables {
		breaks["garbage in "+string(table)] = func(tx storage.Tx) {
			key, _ := find(tx, table)
			tx.Set(table, key, []byte{0xff, 0xff, 0xff})
		}
		if table != "meta" {
			breaks["unknown in "+string(table)] = func(tx storage.Tx) {
				_, val := find(tx, table)
				tx.Set(table, "\x01", append(val, 0xff))
			}
		}
	}
	// Rows that another one needs. Marks, keys and revisions may go: they are a cache, a lapse of memory, and retention.
	for _, table := range []storage.Table{"source", "head", "body", "change", "decision", "decided", "notice", "pin", "place", "filed", "closing", "archive", "archived"} {
		breaks["missing in "+string(table)] = func(tx storage.Tx) {
			key, _ := find(tx, table)
			tx.Delete(table, key)
		}
	}
	breaks["a meta row"] = func(tx storage.Tx) { tx.Set("meta", "surprise", []byte("x")) }
	breaks["a second change"] = func(tx storage.Tx) {
		key, val := find(tx, "change")
		tx.Set("change", "\x00\x00\x00\x00\x00\x00\x00\x00"+key[8:], val)
	}
	breaks["a change of the future"] = func(tx storage.Tx) {
		key, val := find(tx, "change")
		tx.Delete("change", key)
		tx.Set("change", "\x7f\x00\x00\x00\x00\x00\x00\x00"+key[8:], val)
	}
	breaks["a second place"] = func(tx storage.Tx) {
		key, val := find(tx, "place")
		tx.Set("place", strings.Replace(key, "desk/", "desl/", 1), val)
	}
	breaks["a revision missing"] = func(tx storage.Tx) {
		key, _ := find(tx, "revision")
		tx.Delete("revision", key[:len(key)-1]+"\x01")
	}
	breaks["a page that is missing"] = func(tx storage.Tx) {
		key, val := find(tx, "archive")
		tx.Delete("archive", key)
		tx.Set("archive", key[:len(key)-1]+"\x02", val)
	}
	for name, damage := range breaks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := memory.Open()
			s, err := storage.Open(t.Context(), e)
			if err != nil {
				t.Fatal(err)
			}
			setUp(t, s)
			for i := range 3 {
				merge(t, s, document(start, fmt.Sprintf("g1 https://a.example/1 edited%d %s", i, strings.Repeat("text_", 10))))
			}
			if err := closeAll(t.Context(), s); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Decide(t.Context(), deskwire.Decision{Verb: deskwire.Pin, Article: articles(t, s)[0].ID, At: start}); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Decide(t.Context(), deskwire.Decision{Verb: deskwire.Kill, Article: articles(t, s)[1].ID, At: start}); err != nil {
				t.Fatal(err)
			}
			if err := s.Publish(t.Context(), []deskwire.Showing{{Item: articles(t, s)[1].ID, Channel: "desk/world", At: start}}); err != nil {
				t.Fatal(err)
			}
			storagetest.Check(t, s)
			raw(t, e, damage)
			n := 0
			if _, err := s.Check(t.Context(), func(storage.Fault) { n++ }); err != nil || n == 0 {
				t.Errorf("%d faults, %v; want some", n, err)
			}
		})
	}
}
