package publisher_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"deskwire"
	"deskwire/publisher/format"
	"deskwire/storage"
)

// What comes back into the feed, because an editor hid what had pushed it out or because the limit was raised, is not in the
// archive that the feed leads to: each story still stands once.
func TestArchiveWhatComesBack(t *testing.T) {
	t.Parallel()
	r := openArchive(t, 10)
	all := r.says(150)
	r.settle()
	once := func(what string, want []deskwire.ID, documents int) {
		t.Helper()
		r.settle()
		for _, kind := range format.Kinds() {
			if ids, paths := r.walk(kind, func() {}); !slices.Equal(ids, reversed(want)) || len(paths) != documents {
				t.Errorf("%s: %q lead to %d stories, want %d", what, paths, len(ids), len(want))
			}
		}
	}
	once("at first", all, 3)
	d, err := r.store.Decide(t.Context(), deskwire.Decision{Verb: deskwire.Hide, Article: all[149], At: r.now, By: "a"})
	if err != nil {
		t.Fatal(err)
	}
	once("hidden", all[:149], 3)
	if _, err := r.store.Decide(t.Context(), deskwire.Decision{Verb: deskwire.Undo, Undoes: d.ID, At: r.now, By: "a"}); err != nil {
		t.Fatal(err)
	}
	once("shown again", all, 3)
	for _, step := range []struct{ limit, documents int }{{60, 2}, {30, 3}, {50, 2}, {150, 1}, {0, 1}, {2, 3}} {
		r.setDesk(func(ch *deskwire.Channel) { ch.Policy.Limit = step.limit })
		once(fmt.Sprintf("limit %d", step.limit), all, step.documents)
	}
}

// A story that is in the feed because it is pinned goes into the archive when the pin has run out.
func TestArchivePinned(t *testing.T) {
	t.Parallel()
	r := openArchive(t, 3)
	all := r.says(2)
	end := r.now.Add(24 * time.Hour)
	if _, err := r.store.Decide(t.Context(), deskwire.Decision{Verb: deskwire.Pin, Article: all[0], Channel: "desk/world", Until: end, At: r.now, By: "a"}); err != nil {
		t.Fatal(err)
	}
	all = append(all, r.says(20)...)
	r.settle()
	ids, _ := r.walk("atom", func() {})
	if len(ids) != 22 || !slices.Contains(ids[:3], all[0]) {
		t.Errorf("%d stories, want 22 and the pinned one in the feed", len(ids))
	}
	r.now = end
	r.settle()
	// The story that gets its place back was the last one to leave. It stands in the feed and behind the pinned one: rather
	// twice than one of the two nowhere.
	ids, _ = r.walk("atom", func() {})
	if len(ids) != 23 || ids[3] != all[0] || ids[4] != ids[2] || len(slices.Compact(slices.Sorted(slices.Values(ids)))) != 22 {
		t.Errorf("after the pin %q, want all 22 stories", ids)
	}
}

// A desk that is renamed takes its archive along: its pages stand at the new addresses, and nobody is told all of it again.
func TestArchiveRenamed(t *testing.T) {
	t.Parallel()
	r := openArchive(t, 5)
	all := r.says(130)
	r.settle()
	before, _ := read(t, "rss", r.archived("/desks/world/archive/1.rss"))
	desk := pressDesk
	desk.Name, desk.Was, desk.Policy.Limit = "globe", []string{"older", "world"}, 5
	in := map[string]string{"desk/globe": "a test"}
	f := storage.Filing{Generations: map[string]uint32{"desk/globe": 1}, States: map[string]storage.ChannelState{"desk/globe": {Created: r.now, Generation: 1}}}
	for _, id := range all {
		f.Stories = append(f.Stories, storage.FiledStory{Story: id, Placed: id.Time(), In: in})
	}
	if err := r.store.File(t.Context(), f); err != nil {
		t.Fatal(err)
	}
	r.press.Reconfigure(pressSite, []deskwire.Channel{desk}, pressSources())
	r.settle()
	if after, _ := read(t, "rss", r.archived("/desks/globe/archive/1.rss")); !slices.Equal(before, after) {
		t.Errorf("page 1 held %d stories, and holds %d under the new name", len(before), len(after))
	}
	if r.archived("/desks/world/archive/1.rss") != nil {
		t.Error("the old address still has a page of its own")
	}
	pages, err := r.store.ArchivePages(t.Context(), "desk/globe", 1, 10)
	if err != nil || len(pages) != 2 || len(pages[1].Stories) != 25 {
		t.Errorf("%d pages, %v", len(pages), err)
	}
}

// Nothing is written when nothing leaves the feed.
func TestArchiveIdle(t *testing.T) {
	t.Parallel()
	r := openArchive(t, 5)
	r.says(20)
	r.settle()
	for _, path := range []string{"archive/2.rss", "archive/1.rss", "archive/1-16.rss", "archive/1-0.rss", "archive/01-3.rss", "archive/1-3.xml", "archive/1-3", "archive/0.rss", "archive/"} {
		if r.archived("/desks/world/"+path) != nil || r.archived("/desks/elsewhere/"+path) != nil {
			t.Errorf("something stands at %s", path)
		}
	}
	stats := func() string {
		all, err := r.store.Stats(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(all)
	}
	before := stats()
	r.now = r.now.Add(time.Hour)
	if changed, until := r.update("desk/world", "topic/sea"); len(changed) > 0 || !until.IsZero() {
		t.Errorf("%q changed, until %v", changed, until)
	}
	if after := stats(); after != before {
		t.Errorf("wrote\n%s\nbefore\n%s", after, before)
	}
}

// A feed is never seen without what an archive could not take in.
func TestArchiveFails(t *testing.T) {
	t.Parallel()
	r := openArchive(t, 5)
	all := r.says(9)
	r.settle()
	more := r.says(3)
	for n := 1; ; n++ {
		r.engine.Fail(n)
		_, _, err := r.press.Update(t.Context(), r.now, []string{"desk/world"})
		failed := r.engine.Failed()
		r.engine.Fail(0)
		ids, _ := r.walk("json", func() {})
		want := slices.Concat(all, more)
		if failed && err != nil {
			want = all // as before
		}
		if !slices.Equal(ids, reversed(want)) && !slices.Equal(ids, reversed(slices.Concat(all, more))) {
			t.Fatalf("operation %d failed (%v), and the chain holds %d stories", n, err, len(ids))
		}
		if !failed {
			break
		}
	}
}

// A large page ends by its bytes, and what large consumers read is never exceeded.
func TestArchiveBytes(t *testing.T) {
	t.Parallel()
	r := openArchive(t, 1)
	long := "<p>" + strings.Repeat("Long & wide text. ", 400_000/18) + "</p>"
	for range 10 {
		r.now = r.now.Add(time.Minute)
		r.say("own", "Long", long, "desk/world")
	}
	r.settle()
	ids, paths := r.walk("rss", func() {})
	if want := "feed.rss archive/3-3.rss archive/2.rss archive/1.rss"; len(ids) != 10 || strings.ReplaceAll(strings.Join(paths, " "), "/desks/world/", "") != want {
		t.Errorf("%d stories in %q, want %s", len(ids), paths, want)
	}
	for _, kind := range format.Kinds() {
		if doc := r.archived("/desks/world/archive/1." + kind); len(doc.Plain.Body) > 2_000_000 || strings.Count(string(doc.Plain.Body), "Long ") < 3*400_000/18 {
			t.Errorf("%s has %d bytes", doc.Path, len(doc.Plain.Body))
		}
	}
}

// A desk with a history is published before its archive is whole, and one update closes a bounded part of it.
func TestArchiveBehind(t *testing.T) {
	t.Parallel()
	r := openArchive(t, 5)
	all := r.says(1405)
	closed := func() (n int) {
		pages, err := r.store.ArchivePages(t.Context(), "desk/world", 1, 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range pages {
			n += len(p.Stories)
		}
		return n
	}
	for i, want := range []int{1100, 1400, 1400} {
		_, until := r.update("desk/world")
		if ids, _ := read(t, "json", r.press.Document("/desks/world/feed.json")); len(ids) != 5 || closed() != want || until.Equal(r.now) != (i < 2) {
			t.Errorf("update %d: %d stories in the feed, %d closed, want %d; until %v", i, len(ids), closed(), want, until)
		}
	}
	if ids, paths := r.walk("json", func() {}); !slices.Equal(ids, reversed(all)) || len(paths) != 15 {
		t.Errorf("%d stories in %d documents", len(ids), len(paths))
	}
}

// What is too old for the feed is in the archive, though the feed has room; and what a source has too much of, when the feed has
// passed it.
func TestArchivePolicies(t *testing.T) {
	t.Parallel()
	r := openPressroom(t)
	r.setDesk(func(ch *deskwire.Channel) { ch.Policy.MaxAge = 24 * time.Hour })
	all := r.says(10)
	r.settle()
	if ids, paths := r.walk("rss", func() {}); len(ids) != 10 || len(paths) != 1 {
		t.Errorf("young: %d stories in %q", len(ids), paths)
	}
	_, until := r.update("desk/world")
	r.now = until // the first is a day old
	r.settle()
	ids, paths := r.walk("rss", func() {})
	if !slices.Equal(ids, reversed(all)) || !strings.HasSuffix(paths[len(paths)-1], "/archive/1-1.rss") {
		t.Errorf("a day later: %d stories in %q", len(ids), paths)
	}
	r.now = r.now.Add(time.Hour)
	r.settle()
	if ids, paths = r.walk("rss", func() {}); !slices.Equal(ids, reversed(all)) || !strings.HasSuffix(paths[len(paths)-1], "/archive/1-10.rss") {
		t.Errorf("all are old: %d stories in %q", len(ids), paths)
	}

	r.setDesk(func(ch *deskwire.Channel) { ch.Policy.PerSource = 2 })
	more := r.says(5)
	r.settle()
	ids, _ = r.walk("rss", func() {})
	if want := slices.Concat(reversed(more[3:]), reversed(more[:3]), reversed(all)); !slices.Equal(ids, want) {
		t.Errorf("two of a source: %d stories, want %d", len(ids), len(want))
	}
}

// A channel that shows every carrier of a story closes the story when none of them is shown any more, and then all of them.
func TestArchiveCopies(t *testing.T) {
	t.Parallel()
	r := openPressroom(t)
	r.setDesk(func(ch *deskwire.Channel) { ch.Policy.Limit, ch.Policy.Duplicates = 3, deskwire.DuplicatesShow })
	all := r.says(3)
	if _, err := r.store.Decide(t.Context(), deskwire.Decision{Verb: deskwire.Merge, Article: all[0], With: all[1], At: r.now, By: "a"}); err != nil {
		t.Fatal(err)
	}
	if err := r.store.File(t.Context(), storage.Filing{Generations: map[string]uint32{"desk/world": 1}, Stories: []storage.FiledStory{{Story: all[1]}}}); err != nil {
		t.Fatal(err)
	}
	all = append(all, r.says(120)...)
	r.settle()
	ids, paths := r.walk("json", func() {})
	if len(ids) != len(all) || len(paths) != 3 {
		t.Errorf("%d items of %d in %q", len(ids), len(all), paths)
	}
	for _, id := range all {
		if !slices.Contains(ids, id) {
			t.Errorf("%s is missing", id)
		}
	}
	if first, _ := read(t, "json", r.archived("/desks/world/archive/1.json")); len(first) != 100 {
		t.Errorf("page 1 holds %d items", len(first))
	}
}

// A desk may have any name.
func TestArchiveOfArchive(t *testing.T) {
	t.Parallel()
	r := openPressroom(t)
	desk := pressDesk
	desk.Name, desk.Was, desk.Policy.Limit = "archive", nil, 1
	if err := r.store.File(t.Context(), storage.Filing{States: map[string]storage.ChannelState{"desk/archive": {Created: r.now, Generation: 1}}}); err != nil {
		t.Fatal(err)
	}
	r.press.Reconfigure(pressSite, []deskwire.Channel{desk}, pressSources())
	for range 3 {
		r.now = r.now.Add(time.Minute)
		r.say("own", "Filed", "", "desk/archive")
	}
	if err := r.press.UpdateAll(t.Context(), r.now); err != nil {
		t.Fatal(err)
	}
	if ids, _ := read(t, "rss", r.archived("/desks/archive/archive/1-2.rss")); len(ids) != 2 {
		t.Errorf("%d stories in its archive", len(ids))
	}
}
