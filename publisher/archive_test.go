package publisher_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"deskwire"
	"deskwire/publisher"
	"deskwire/publisher/format"
	"deskwire/storage"
)

// openArchive is a pressroom whose desk shows few stories.
func openArchive(tb testing.TB, limit int) *pressroom {
	tb.Helper()
	r := openPressroom(tb)
	r.setDesk(func(ch *deskwire.Channel) { ch.Policy.Limit = limit })
	return r
}

// setDesk changes how the desk is configured.
func (r *pressroom) setDesk(change func(*deskwire.Channel)) {
	desk := pressDesk
	change(&desk)
	r.press.Reconfigure(pressSite, []deskwire.Channel{desk, pressTwo}, pressSources())
}

// says has the own source publish n articles, a minute apart, and returns their IDs, oldest first.
func (r *pressroom) says(n int) []deskwire.ID {
	r.tb.Helper()
	ids := make([]deskwire.ID, n)
	for i := range ids {
		r.now = r.now.Add(time.Minute)
		ids[i] = r.say("own", fmt.Sprintf("Story %d", r.said), fmt.Sprintf("<p>Text %d.</p>", r.said), "desk/world")
	}
	return ids
}

// settle updates until there is nothing left to close, and fails when that never ends.
func (r *pressroom) settle() {
	r.tb.Helper()
	for range 1000 {
		if _, until := r.update("desk/world"); until.IsZero() || until.After(r.now) {
			return
		}
	}
	r.tb.Fatal("closing does not end")
}

// archived is the archive page at a path.
func (r *pressroom) archived(path string) *publisher.Document {
	r.tb.Helper()
	doc, _, err := r.press.ArchivePage(r.tb.Context(), path, r.now)
	if err != nil {
		r.tb.Fatal(err)
	}
	return doc
}

var (
	guids = map[string]*regexp.Regexp{
		"rss":  regexp.MustCompile(`<guid isPermaLink="false">tag:example.org,2026:a/([^<]*)</guid>`),
		"atom": regexp.MustCompile(`(?s)<entry[^>]*>.*?<id>tag:example.org,2026:a/([^<]*)</id>`),
		"json": regexp.MustCompile(`(?m)^\{"id":"tag:example.org,2026:a/([^"]*)"`),
	}
	older = map[string]*regexp.Regexp{
		"rss":  regexp.MustCompile(`<atom:link rel="prev-archive" type="application/rss\+xml" href="([^"]*)">`),
		"atom": regexp.MustCompile(`<link rel="prev-archive" type="application/atom\+xml" href="([^"]*)">`),
		"json": regexp.MustCompile(`"next_url":"([^"]*)"`),
	}
)

// read is the items of a document, newest first, and where the chain goes on.
func read(tb testing.TB, kind string, doc *publisher.Document) (ids []deskwire.ID, next string) {
	tb.Helper()
	if doc == nil {
		tb.Fatal("no document")
	}
	for _, m := range guids[kind].FindAllSubmatch(doc.Plain.Body, -1) {
		ids = append(ids, deskwire.ID(m[1]))
	}
	if m := older[kind].FindSubmatch(doc.Plain.Body); m != nil {
		next = string(m[1])
	}
	return ids, next
}

// walk follows the chain from the subscription document to its end. between is called before each step.
func (r *pressroom) walk(kind string, between func()) (ids []deskwire.ID, paths []string) {
	r.tb.Helper()
	path := "/desks/world/feed." + kind
	doc := r.press.Document(path)
	for {
		paths = append(paths, path)
		some, next := read(r.tb, kind, doc)
		ids = append(ids, some...)
		if next == "" {
			return ids, paths
		}
		rest, ok := strings.CutPrefix(next, pressSite.URL)
		if !ok || len(paths) > 1000 {
			r.tb.Fatalf("%s leads to %s", path, next)
		}
		between()
		path = rest
		if doc = r.archived(path); doc == nil {
			r.tb.Fatalf("%s is missing; walked %q", path, paths)
		}
	}
}

func reversed(ids []deskwire.ID) []deskwire.ID {
	ids = slices.Clone(ids)
	slices.Reverse(ids)
	return ids
}

// RFC 5005: whoever walks the chain finds each story once and none is missing, in every format, whatever is published while
// they walk.
func TestArchiveChain(t *testing.T) {
	t.Parallel()
	for _, kind := range format.Kinds() {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			r := openArchive(t, 7)
			var all []deskwire.ID
			for _, n := range []int{3, 4, 1, 30, 80, 129, 100} {
				all = append(all, r.says(n)...)
				r.settle()
				ids, paths := r.walk(kind, func() {})
				if !slices.Equal(ids, reversed(all)) {
					t.Fatalf("%d stories, but %q lead to %d, each once: %t", len(all), paths, len(ids), len(slices.Compact(slices.Sorted(slices.Values(ids)))) == len(ids))
				}
				if want := 1 + (max(len(all)-7, 0)+99)/100; len(paths) != want {
					t.Errorf("%d stories: walked %q, want %d documents", len(all), paths, want)
				}
			}
			at := slices.Clone(all)
			ids, paths := r.walk(kind, func() {
				r.says(61)
				r.settle()
			})
			if !slices.Equal(ids, reversed(at)) {
				t.Errorf("while more was published %q led to %d stories, want %d", paths, len(ids), len(at))
			}
		})
	}
}

// Whatever is filed, decided or configured later: a page keeps its set.
func TestArchivePageKeepsItsSet(t *testing.T) {
	t.Parallel()
	r := openArchive(t, 5)
	all := r.says(120)
	r.settle()
	const path = "/desks/world/archive/1.json"
	before := r.archived(path)
	set, _ := read(t, "json", before)
	if !slices.Equal(set, reversed(all[:100])) {
		t.Fatalf("page 1 holds %d stories", len(set))
	}
	same := func(what string) {
		t.Helper()
		r.settle()
		if now, _ := read(t, "json", r.archived(path)); !slices.Equal(now, set) {
			t.Errorf("%s: page 1 holds %d other stories", what, len(now))
		}
	}
	old := r.now
	r.now = all[10].Time()
	late := r.say("own", "Late", "", "desk/world")
	r.now = old.Add(time.Hour)
	same("an article that is filed late")
	chain, _ := r.walk("json", func() {})
	if i := slices.Index(chain, late); i != 5 || len(chain) != 121 {
		t.Errorf("the late article is number %d of %d, want the newest of the archive", i, len(chain))
	}

	decide := func(d deskwire.Decision) deskwire.Decision {
		t.Helper()
		r.now = r.now.Add(time.Minute)
		d.At, d.By = r.now, "a"
		made, err := r.store.Decide(t.Context(), d)
		if err != nil {
			t.Fatal(err)
		}
		return made
	}
	unread := r.archived(path)
	decide(deskwire.Decision{Verb: deskwire.Hide, Article: all[50]})
	same("hide")
	if got := r.archived(path); got.Plain.ETag != unread.Plain.ETag {
		t.Error("hiding a story rewrote a closed page")
	}
	decide(deskwire.Decision{Verb: deskwire.Edit, Article: all[51], Field: "title", Value: "In other words"})
	same("edit")
	edited := r.archived(path)
	if edited.Plain.ETag == unread.Plain.ETag || !strings.Contains(string(edited.Plain.Body), "In other words") || !edited.Modified.After(unread.Modified) {
		t.Error("the page does not show a story in the editor's words")
	}

	// Other rules: the desk is filed again and takes nothing of what it had.
	states, err := r.store.Channels(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	st := states["desk/world"]
	st.Generation = 2
	if err := r.store.File(t.Context(), storage.Filing{
		Generations: map[string]uint32{"desk/world": 2}, States: map[string]storage.ChannelState{"desk/world": st},
		Stories: []storage.FiledStory{{Story: all[119], Placed: all[119].Time(), In: map[string]string{"desk/world": "a test"}}},
	}); err != nil {
		t.Fatal(err)
	}
	same("filing again")
	r.setDesk(func(ch *deskwire.Channel) { ch.Policy.Limit, ch.Policy.MaxAge = 1, time.Minute })
	same("another limit")
}

// A page leaves out what its source allows no longer, at the hour, without anybody writing.
func TestArchiveRights(t *testing.T) {
	t.Parallel()
	r := openArchive(t, 2)
	desk := pressDesk
	desk.Policy.Limit = 2
	sources := pressSources()
	hill := sources["hill"]
	hill.Rights.Expires = 24 * time.Hour
	sources["hill"] = hill
	r.press.Reconfigure(pressSite, []deskwire.Channel{desk, pressTwo}, sources)
	lent := r.say("hill", "Lent", "", "desk/world")
	end := r.now.Add(hill.Rights.Expires)
	r.says(5)
	r.settle()
	const path = "/desks/world/archive/1-4.rss"
	doc, until, err := r.press.ArchivePage(t.Context(), path, r.now)
	if ids, _ := read(t, "rss", doc); err != nil || !slices.Contains(ids, lent) || !until.Equal(end) {
		t.Errorf("%v, until %v, want the lent story until %v", err, until, end)
	}
	r.now = end
	later := r.archived(path)
	if ids, _ := read(t, "rss", later); slices.Contains(ids, lent) || len(ids) != 3 {
		t.Errorf("after its rights: %q", ids)
	}
	if later.Modified.Equal(doc.Modified) {
		t.Error("the page changed and its date did not")
	}
}

// A restart changes no page: not a byte, not a date, and nothing is closed twice.
func TestArchiveRestart(t *testing.T) {
	t.Parallel()
	r := openArchive(t, 4)
	r.says(230)
	r.settle()
	_, paths := r.walk("atom", func() {})
	var before []*publisher.Document
	for _, path := range paths[1:] {
		before = append(before, r.archived(path))
	}
	desk := pressDesk
	desk.Policy.Limit = 4
	r.press = publisher.NewPress(r.store, pressSite, []deskwire.Channel{desk, pressTwo}, pressSources(), r.pages)
	r.now = r.now.Add(time.Hour)
	r.settle()
	_, again := r.walk("atom", func() {})
	if !slices.Equal(again, paths) {
		t.Fatalf("walked %q, before %q", again, paths)
	}
	for i, path := range again[1:] {
		if now := r.archived(path); now.Plain.ETag != before[i].Plain.ETag || !now.Modified.Equal(before[i].Modified) || string(now.Brotli.Body) != string(before[i].Brotli.Body) {
			t.Errorf("%s changed", path)
		}
	}
}

// What an archive page says of itself and its neighbours, in its headers and in its text.
func TestArchiveLinks(t *testing.T) {
	t.Parallel()
	r := openArchive(t, 5)
	r.says(330)
	r.settle()
	const at = "https://news.example.org/desks/world/"
	for path, want := range map[string]string{
		"feed.atom":         "prev-archive=archive/4-25",
		"archive/4-25.atom": "current=feed prev-archive=archive/3",
		"archive/3.atom":    "current=feed prev-archive=archive/2",
		"archive/2.atom":    "current=feed next-archive=archive/3 prev-archive=archive/1",
		"archive/1.atom":    "current=feed next-archive=archive/2",
		"archive/2-50.atom": "current=feed prev-archive=archive/1",
	} {
		doc := cmp.Or(r.press.Document("/desks/world/"+path), r.archived("/desks/world/"+path))
		if doc == nil {
			t.Errorf("%s is missing", path)
			continue
		}
		var said, links []string
		for _, m := range regexp.MustCompile(`<([^>]*)>; rel="([^"]*)"`).FindAllStringSubmatch(doc.Links, -1) {
			switch m[2] {
			case "self":
				if m[1] != at+path {
					t.Errorf("%s calls itself %s", path, m[1])
				}
			case "current", "prev-archive", "next-archive":
				links = append(links, m[2]+"="+strings.TrimSuffix(strings.TrimPrefix(m[1], at), ".atom"))
			}
		}
		for _, m := range regexp.MustCompile(`<link rel="(current|prev-archive|next-archive)" type="application/atom\+xml" href="([^"]*)">`).FindAllStringSubmatch(string(doc.Plain.Body), -1) {
			said = append(said, m[1]+"="+strings.TrimSuffix(strings.TrimPrefix(m[2], at), ".atom"))
		}
		slices.Sort(said)
		slices.Sort(links)
		if strings.Join(said, " ") != want || strings.Join(links, " ") != want {
			t.Errorf("%s says %q, its header %q, want %s", path, said, links, want)
		}
		if got := strings.Contains(string(doc.Plain.Body), "<fh:archive></fh:archive>"); got != strings.HasPrefix(path, "archive/") {
			t.Errorf("%s says that it is an archive: %t", path, got)
		}
	}
	var feed struct {
		FeedURL string `json:"feed_url"`
		NextURL string `json:"next_url"`
	}
	if err := json.Unmarshal(r.archived("/desks/world/archive/4-25.json").Plain.Body, &feed); err != nil || feed.FeedURL != at+"archive/4-25.json" || feed.NextURL != at+"archive/3.json" {
		t.Errorf("JSON says %+v, %v", feed, err)
	}
}

// A kill and an embargo reach into every page at once, whoever asked for it before; nothing moves into the gap, and what comes
// back comes back to its place. A story that nobody had seen but in the archive was published: its kill says so.
func TestArchiveRetracted(t *testing.T) {
	t.Parallel()
	r := openArchive(t, 5)
	all := r.says(108)
	r.settle()
	r.now = r.now.Add(time.Hour)
	decide := func(d deskwire.Decision) deskwire.ID {
		t.Helper()
		d.At, d.By = r.now, "a"
		made, err := r.store.Decide(t.Context(), d)
		if err != nil {
			t.Fatal(err)
		}
		return made.ID
	}
	page := func() []deskwire.ID {
		ids, _ := read(t, "rss", r.archived("/desks/world/archive/1.rss"))
		return ids
	}
	without := func(ids ...deskwire.ID) []deskwire.ID {
		return slices.DeleteFunc(reversed(all[:100]), func(id deskwire.ID) bool { return slices.Contains(ids, id) })
	}
	if !slices.Equal(page(), without()) {
		t.Fatal("page 1 is another one")
	}
	kill := decide(deskwire.Decision{Verb: deskwire.Kill, Article: all[10], Why: "It was not so."})
	decide(deskwire.Decision{Verb: deskwire.Embargo, Article: all[20], Until: r.now.Add(time.Hour)})
	if got := page(); !slices.Equal(got, without(all[10], all[20])) {
		t.Errorf("%d stories, want all but the killed and the embargoed one", len(got))
	}
	r.settle()
	if shown, err := r.store.Shown(t.Context(), &deskwire.Story{ID: all[10]}); err != nil || len(shown) != 1 || shown[0].Channel != "desk/world" {
		t.Errorf("the killed one was published %v, %v", shown, err)
	}
	if before := r.archived("/desks/world/archive/1-12.rss"); strings.Contains(string(before.Plain.Body), string(all[10])) {
		t.Error("what the page once held still names what was killed")
	}
	decide(deskwire.Decision{Verb: deskwire.Undo, Undoes: kill})
	r.now = r.now.Add(time.Hour)
	r.settle()
	if got := page(); !slices.Equal(got, without()) {
		t.Errorf("%d stories are back", len(got))
	}
	if pages, err := r.store.ArchivePages(t.Context(), "desk/world", 1, 9); err != nil || len(pages) != 2 || len(pages[0].Stories)+len(pages[1].Stories) != 103 {
		t.Errorf("%d pages, %v", len(pages), err)
	}
}
