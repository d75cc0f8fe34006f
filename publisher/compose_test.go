package publisher

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"deskwire"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// noon is when compositions happen.
var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// world is all that an edition is made of.
type world struct {
	channel deskwire.Channel
	stories []deskwire.Story
	sources map[string]deskwire.Source
	created time.Time
}

func (w *world) compose(now time.Time) (deskwire.Edition, time.Time) {
	return Compose(w.channel, now, w.stories, w.sources, w.created)
}

// drawWorld draws a world in which moments are near enough to meet.
func drawWorld(t *rapid.T) *world {
	moment := rapid.Custom(func(t *rapid.T) time.Time {
		return noon.Add(time.Duration(rapid.IntRange(-40, 12).Draw(t, "hours")) * time.Hour)
	})
	span := rapid.Map(rapid.IntRange(0, 30), func(h int) time.Duration { return time.Duration(h) * time.Hour })
	w := &world{
		channel: deskwire.Channel{Kind: deskwire.Desk, Name: "d", Policy: deskwire.Policy{
			Limit: rapid.IntRange(0, 6).Draw(t, "limit"), MaxAge: span.Draw(t, "max age"), PerSource: rapid.IntRange(0, 3).Draw(t, "per source"),
			Pictures: rapid.Bool().Draw(t, "pictures"), Content: rapid.SampledFrom([]deskwire.Content{"full", "summary", "title"}).Draw(t, "content"),
			Duplicates: rapid.SampledFrom([]deskwire.Duplicates{"collapse", "collapse", "mark", "show"}).Draw(t, "duplicates"),
		}},
		sources: map[string]deskwire.Source{}, created: noon.Add(-1000 * time.Hour),
	}
	for _, name := range []string{"a", "b"} {
		w.sources[name] = deskwire.Source{Name: name, Own: rapid.Bool().Draw(t, "own"), Rights: deskwire.Rights{
			Body: rapid.Bool().Draw(t, "body"), Pictures: rapid.Bool().Draw(t, "may show pictures"), Expires: span.Draw(t, "expires")}}
	}
	id := 0
	next := func() deskwire.ID {
		id++
		return deskwire.ID(fmt.Sprintf("%016d", id))
	}
	for range rapid.IntRange(0, 9).Draw(t, "stories") {
		s := deskwire.Story{ID: next(), Placed: moment.Draw(t, "placed")}
		for k := range rapid.IntRange(1, 2).Draw(t, "articles") {
			a := deskwire.Article{
				ID: s.ID, Story: s.ID, Source: rapid.SampledFrom([]string{"a", "b", "gone"}).Draw(t, "source"), Title: "title",
				Summary:   strings.Repeat("many words ", rapid.SampledFrom([]int{0, 2, 60}).Draw(t, "summary")),
				Published: moment.Draw(t, "published"), Revision: rapid.IntRange(0, 1).Draw(t, "revision"), HasBody: rapid.Bool().Draw(t, "has body"),
				Media: []deskwire.Media{{URL: "p", Type: "image/jpeg"}, {URL: "s", Type: "audio/mpeg"}, {URL: "?"}},
			}
			if k > 0 {
				a.ID = next()
			}
			a.FirstSeen, a.Revised = a.Published, moment.Draw(t, "revised")
			s.Articles = append(s.Articles, a)
		}
		for range rapid.IntRange(0, 3).Draw(t, "decisions") {
			d := deskwire.Decision{
				ID: next(), Article: s.ID, At: moment.Draw(t, "at"), Field: "title", Value: "edited",
				Verb:    rapid.SampledFrom([]deskwire.Verb{"pin", "pin", "unpin", "hide", "edit", "note", "assign", "undo", "kill", "embargo", "correct"}).Draw(t, "verb"),
				Channel: rapid.SampledFrom([]string{"", "desk/d", "desk/other"}).Draw(t, "channel"),
			}
			if d.Verb == deskwire.Pin && rapid.Bool().Draw(t, "ends") {
				d.Until = moment.Draw(t, "until")
			}
			if d.Verb == deskwire.Undo && len(s.Decisions) > 0 {
				d.Undoes, d.Channel = s.Decisions[0].ID, s.Decisions[0].Channel // as the store has it
			}
			switch d.Verb { // as the store has it
			case deskwire.Embargo:
				d.Until = moment.Draw(t, "lifts")
				fallthrough
			case deskwire.Kill, deskwire.Correct:
				d.Channel, d.Field = "", ""
			}
			s.Decisions = append(s.Decisions, d)
		}
		for _, channel := range rapid.SliceOfDistinct(rapid.SampledFrom([]string{"desk/d", "desk/other"}), rapid.ID).Draw(t, "shown in") {
			s.Shown = append(s.Shown, deskwire.Showing{Item: s.ID, Channel: channel, At: moment.Draw(t, "shown")})
		}
		w.stories = append(w.stories, s)
	}
	return w
}

// deep compares editions; what a Standing keeps for itself is not part of one.
var deep = cmp.Options{cmpopts.EquateEmpty()}

func TestComposeIsAFunction(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		first, until := w.compose(noon)
		again := &world{w.channel, rapid.Permutation(w.stories).Draw(t, "order"), w.sources, w.created}
		again.stories = append(again.stories, again.stories...) // a story that is handed in twice is shown once
		second, too := again.compose(noon)
		if diff := cmp.Diff(first, second, deep); diff != "" || !until.Equal(too) {
			t.Fatalf("until %v and %v; editions differ:\n%s", until, too, diff)
		}
	})
}

// Up to until nothing changes, whatever the moment; and the answer at until is not asked for too early.
func TestComposeUntil(t *testing.T) {
	t.Parallel()
	changes := 0
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		ed, until := w.compose(noon)
		if !until.IsZero() && !until.After(noon) {
			t.Fatalf("until %v is not in the future", until)
		}
		last := until.Add(-1)
		if until.IsZero() {
			last = noon.Add(10_000 * time.Hour)
		}
		between := noon.Add(time.Duration(rapid.Int64Range(0, int64(last.Sub(noon))).Draw(t, "between")))
		for _, now := range []time.Time{between, last} {
			same, then := w.compose(now)
			if diff := cmp.Diff(ed, same, deep); diff != "" || !then.Equal(until) {
				t.Fatalf("at %v, before %v (then %v):\n%s", now, until, then, diff)
			}
		}
		if !until.IsZero() {
			if then, _ := w.compose(until); cmp.Diff(ed, then, deep) != "" {
				changes++
			}
		}
	})
	if changes == 0 {
		t.Error("until never said when something changes")
	}
}

func TestComposeInvariants(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		ed, _ := w.compose(noon)
		shown := map[deskwire.ID]*deskwire.Item{}
		ids := map[deskwire.ID]bool{}
		from := map[string]int{}
		pins, recalled := 0, 0
		for i := range ed.Items {
			item := &ed.Items[i]
			if shown[item.Story] != nil && w.channel.Policy.Duplicates == deskwire.DuplicatesCollapse {
				t.Fatal("a story is shown twice")
			}
			shown[item.Story] = item
			ids[item.ID] = true
			switch {
			case item.Recalled:
				recalled++
				if item.Pinned {
					t.Fatalf("%s is pinned and recalled", item.ID)
				}
			case item.Pinned:
				pins++
				fallthrough
			default:
				from[item.Source.Name]++
			}
			checkItem(t, w, item)
			if ed.Updated.Before(item.Updated) {
				t.Fatalf("the edition is older than its item %s", item.ID)
			}
		}
		if len(ids) != len(ed.Items) {
			t.Fatal("two items have one ID")
		}
		if !slices.IsSortedFunc(ed.Items, func(a, b deskwire.Item) int {
			return 2*b.Placed.Compare(a.Placed) + strings.Compare(string(a.ID), string(b.ID))
		}) {
			t.Fatal("items are not in order")
		}
		p := w.channel.Policy
		full := p.Limit > 0 && len(ed.Items)-recalled >= p.Limit
		if p.Limit > 0 && len(ed.Items)-recalled > max(p.Limit, pins) {
			t.Fatalf("%d items, %d of them pinned, where the limit is %d", len(ed.Items), pins, p.Limit)
		}
		for i := range w.stories {
			s := &w.stories[i]
			standing := s.Standing(noon)
			lead, _ := s.Lead(deskwire.Election{Sources: w.sources})
			src := w.sources[s.Articles[lead].Source]
			expired := src.Rights.Expires > 0 && !noon.Before(s.Articles[lead].Published.Add(src.Rights.Expires))
			old := p.MaxAge > 0 && !noon.Before(s.Placed.Add(p.MaxAge))
			pinned, hidden := standing.PinnedIn("desk/d"), standing.HiddenIn("desk/d") != ""
			switch in := shown[s.ID] != nil; {
			case w.channel.Policy.Duplicates != deskwire.DuplicatesCollapse: // any of its articles may stand for it
			case in && (hidden || expired || old && !pinned && !shown[s.ID].Recalled):
				t.Fatalf("%s is shown: hidden %t, expired %t, old %t", s.ID, hidden, expired, old)
			case !in && pinned && !hidden && !expired:
				t.Fatalf("%s is pinned and not shown", s.ID)
			case !in && !hidden && !expired && !old && !full && (p.PerSource == 0 || from[s.Articles[lead].Source] < p.PerSource):
				t.Fatalf("%s is not shown for no reason", s.ID)
			}
		}
		if p.PerSource > 0 && pins == 0 {
			for name, n := range from {
				if n > p.PerSource {
					t.Fatalf("%d items of %s", n, name)
				}
			}
		}
	})
}

// carriers is how many other articles of the story may still be named.
func carriers(w *world, item *deskwire.Item) (n int) {
	if w.channel.Policy.Duplicates == deskwire.DuplicatesShow {
		return 0
	}
	i := slices.IndexFunc(w.stories, func(s deskwire.Story) bool { return s.ID == item.Story })
	for _, a := range w.stories[i].Articles {
		if e := w.sources[a.Source].Rights.Expires; a.ID != item.Article.ID && (e == 0 || noon.Before(a.Published.Add(e))) {
			n++
		}
	}
	return n
}

func checkItem(t *rapid.T, w *world, item *deskwire.Item) {
	r := item.Source.Granted()
	switch {
	case len(item.Carriers) != carriers(w, item):
		t.Fatalf("%s has the carriers %+v", item.ID, item.Carriers)
	case item.Updated.Before(item.Published):
		t.Fatalf("%s was updated before it was published", item.ID)
	case item.Updated.After(noon) && item.Updated.After(item.Published):
		t.Fatalf("%s was updated in the future", item.ID)
	case item.WantsBody && (!r.Body || w.channel.Policy.Content != deskwire.ContentFull):
		t.Fatalf("%s wants a body", item.ID)
	case !r.Body && utf8.RuneCountInString(item.Article.Summary) > deskwire.SummaryRunes:
		t.Fatalf("%s has a long summary", item.ID)
	case w.channel.Policy.Content == deskwire.ContentTitle && item.Article.Summary != "":
		t.Fatalf("%s has a summary", item.ID)
	}
	for _, m := range item.Article.Media {
		if m.Kind() != "audio" && (!r.Pictures || !w.channel.Policy.Pictures) || m.Kind() != "image" && !r.Body {
			t.Fatalf("%s has %+v", item.ID, m)
		}
	}
}

// A story that three carry: one item with two carriers, an item each with the copies marked, or an item each. The desk's
// preference decides who leads.
func TestDuplicates(t *testing.T) {
	t.Parallel()
	art := func(id deskwire.ID, source string) deskwire.Article {
		return deskwire.Article{ID: id, Story: "1", Source: source, Title: "of " + source, FirstSeen: noon, Published: noon.Add(-time.Hour)}
	}
	story := deskwire.Story{ID: "1", Placed: noon, Articles: []deskwire.Article{art("1", "a"), art("2", "b"), art("4", "c")}}
	other := deskwire.Story{ID: "3", Placed: noon, Articles: []deskwire.Article{art("3", "d")}}
	for _, c := range []struct {
		mode   deskwire.Duplicates
		prefer []string
		want   string // ID, source, number of carriers, copy
	}{
		{deskwire.DuplicatesCollapse, nil, "1 a 2, 3 d 0"},
		{"", []string{"c"}, "1 c 2, 3 d 0"},
		{deskwire.DuplicatesMark, []string{"b", "c"}, "1 a 2 copy, 2 b 2, 3 d 0, 4 c 2 copy"},
		{deskwire.DuplicatesShow, nil, "1 a 0, 2 b 0, 3 d 0, 4 c 0"},
	} {
		ch := deskwire.Channel{Kind: deskwire.Desk, Name: "d", Prefer: c.prefer, Policy: deskwire.Policy{Duplicates: c.mode}}
		ed, _ := Compose(ch, noon, []deskwire.Story{other, story}, nil, noon)
		var got []string
		for _, item := range ed.Items {
			line := fmt.Sprintf("%s %s %d", item.ID, item.Source.Name, len(item.Carriers))
			if item.Copy {
				line += " copy"
			}
			got = append(got, line)
		}
		if strings.Join(got, ", ") != c.want {
			t.Errorf("%s preferring %q: %q, want %q", c.mode, c.prefer, got, c.want)
		}
	}
}

// What is handed in is not changed.
func TestComposeLeavesInputs(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		before := fmt.Sprintf("%+v", *w)
		w.compose(noon)
		if after := fmt.Sprintf("%+v", *w); after != before {
			t.Fatalf("before %s\nafter %s", before, after)
		}
	})
}

// When an edition was updated: by its items, and by decisions that changed what it shows here.
func TestUpdated(t *testing.T) {
	t.Parallel()
	at := func(hours int) time.Time { return noon.Add(time.Duration(hours) * time.Hour) }
	story := func(id deskwire.ID, published int, decisions ...deskwire.Decision) deskwire.Story {
		for i := range decisions {
			decisions[i].Article = id
		}
		return deskwire.Story{ID: id, Placed: at(published), Decisions: decisions, Articles: []deskwire.Article{
			{ID: id, Published: at(published), FirstSeen: at(published), Revised: at(published)}}}
	}
	revised := story("1", -9)
	revised.Articles[0].Revision, revised.Articles[0].Revised = 1, at(-2)
	ahead := revised
	ahead.Articles = slices.Clone(revised.Articles)
	ahead.Articles[0].Revised = at(2)
	for _, c := range []struct {
		name    string
		stories []deskwire.Story
		limit   int
		item    int // hours from noon of the first item's Updated
		edition int
		until   time.Time
	}{
		{"nothing", nil, 9, 0, -100, time.Time{}},
		{"first", []deskwire.Story{story("1", -9)}, 9, -9, -9, time.Time{}},
		{"revised", []deskwire.Story{revised}, 9, -2, -2, time.Time{}},
		{"revised by a clock that is ahead", []deskwire.Story{ahead}, 9, -9, -9, at(2)},
		{"edited", []deskwire.Story{story("1", -9, deskwire.Decision{ID: "d", Verb: deskwire.Edit, Field: "title", At: at(-3)})}, 9, -3, -3, time.Time{}},
		{"edited by a clock that is ahead", []deskwire.Story{story("1", -9, deskwire.Decision{ID: "d", Verb: deskwire.Edit, Field: "title", At: at(3)})}, 9, -9, -9, at(3)},
		{"noted", []deskwire.Story{story("1", -9, deskwire.Decision{ID: "d", Verb: deskwire.Note, At: at(-3)})}, 9, -9, -9, time.Time{}},
		{"hidden elsewhere", []deskwire.Story{story("1", -9, deskwire.Decision{ID: "d", Verb: deskwire.Hide, Channel: "desk/other", At: at(-3)})}, 9, -9, -9, time.Time{}},
		{"hidden and back", []deskwire.Story{story("1", -9, deskwire.Decision{ID: "d", Verb: deskwire.Hide, At: at(-3)}, deskwire.Decision{ID: "e", Verb: deskwire.Undo, Undoes: "d", At: at(-1)})}, 9, -1, -1, time.Time{}},
		{"another hidden", []deskwire.Story{story("1", -9), story("2", -8, deskwire.Decision{ID: "d", Verb: deskwire.Hide, At: at(-3)})}, 9, -9, -3, time.Time{}},
		{"another hidden that would not be shown", []deskwire.Story{story("1", -9), story("2", -12, deskwire.Decision{ID: "d", Verb: deskwire.Hide, At: at(-3)})}, 1, -9, -9, time.Time{}},
		{"pin that ends", []deskwire.Story{story("1", -9, deskwire.Decision{ID: "d", Verb: deskwire.Pin, At: at(-3), Until: at(4)})}, 9, -3, -3, at(4)},
		{"pin replaced by a shorter one", []deskwire.Story{story("1", -9, deskwire.Decision{ID: "d", Verb: deskwire.Pin, At: at(-4), Until: at(4)}, deskwire.Decision{ID: "e", Verb: deskwire.Pin, At: at(-3), Until: at(-1)})}, 9, -1, -1, time.Time{}},
		{"hidden by a clock that is ahead", []deskwire.Story{story("1", -9), story("2", -8, deskwire.Decision{ID: "d", Verb: deskwire.Hide, At: at(3)})}, 9, -9, -9, at(3)},
		{"killed, and never published here", []deskwire.Story{story("1", -9), story("2", -8, deskwire.Decision{ID: "d", Verb: deskwire.Kill, At: at(-3)})}, 9, -9, -9, time.Time{}},
		{"under embargo", []deskwire.Story{story("1", -9), story("2", -8, deskwire.Decision{ID: "d", Verb: deskwire.Embargo, At: at(-3), Until: at(4)})}, 9, -9, -9, at(4)},
		{"embargo that lifted", []deskwire.Story{story("1", -9, deskwire.Decision{ID: "d", Verb: deskwire.Embargo, At: at(-3), Until: at(-1)})}, 9, -1, -1, time.Time{}},
		{"embargo that lifted after it was killed", []deskwire.Story{story("1", -9), story("2", -8, deskwire.Decision{ID: "d", Verb: deskwire.Embargo, At: at(-3), Until: at(-1)}, deskwire.Decision{ID: "e", Verb: deskwire.Kill, At: at(-2)})}, 9, -9, -9, time.Time{}},
		{"corrected", []deskwire.Story{story("1", -9, deskwire.Decision{ID: "d", Verb: deskwire.Correct, At: at(-3), Value: "x"})}, 9, -3, -3, time.Time{}},
		{"pin that ended", []deskwire.Story{story("1", -9, deskwire.Decision{ID: "d", Verb: deskwire.Pin, At: at(-3), Until: at(-1)})}, 9, -1, -1, time.Time{}},
	} {
		ch := deskwire.Channel{Kind: deskwire.Desk, Name: "d", Policy: deskwire.Policy{Limit: c.limit}}
		ed, until := Compose(ch, noon, c.stories, nil, at(-100))
		if len(ed.Items) > 0 && !ed.Items[0].Updated.Equal(at(c.item)) {
			t.Errorf("%s: item updated %v, want %v", c.name, ed.Items[0].Updated, at(c.item))
		}
		if !ed.Updated.Equal(at(c.edition)) || !until.Equal(c.until) {
			t.Errorf("%s: updated %v until %v, want %v and %v", c.name, ed.Updated, until, at(c.edition), c.until)
		}
	}
}

func TestCut(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("word ", 80)
	media := []deskwire.Media{{URL: "p", Type: "image/png"}, {URL: "s", Type: "audio/mpeg"}, {URL: "?"}}
	all := deskwire.Rights{Body: true, Pictures: true}
	full := deskwire.Policy{Content: deskwire.ContentFull, Pictures: true}
	for _, c := range []struct {
		name   string
		rights deskwire.Rights
		policy deskwire.Policy
		left   string // media's URLs
		runes  int    // of the summary
		body   bool
		cuts   []string
	}{
		{"everything", all, full, "ps?", 400, true, nil},
		{"stranger", deskwire.Rights{}, full, "", 300, false, []string{"no right to the body", "the summary is cut at 300 characters", "no right to sound, video and files", "no right to pictures"}},
		{"body only", deskwire.Rights{Body: true}, full, "s", 400, true, []string{"no right to pictures", "pictures in the text, if there are any"}},
		{"pictures only", deskwire.Rights{Pictures: true}, full, "p", 300, false, []string{"no right to the body", "the summary is cut at 300 characters", "no right to sound, video and files"}},
		{"summaries", all, deskwire.Policy{Content: deskwire.ContentSummary, Pictures: true}, "ps?", 400, false, []string{"the channel shows summaries only"}},
		{"titles", all, deskwire.Policy{Content: deskwire.ContentTitle}, "s", 0, false, []string{"the channel shows titles only", "the channel shows no pictures"}},
	} {
		art, body, _, cuts := cut(deskwire.Article{Summary: long, HasBody: true, Media: media}, c.rights, c.policy)
		left := ""
		for _, m := range art.Media {
			left += m.URL
		}
		if n := utf8.RuneCountInString(art.Summary); left != c.left || n != c.runes || body != c.body || !slices.Equal(cuts, c.cuts) {
			t.Errorf("%s: media %q, %d characters, body %t, cuts %q", c.name, left, n, body, cuts)
		}
	}
	if _, _, _, cuts := cut(deskwire.Article{Summary: "short"}, deskwire.Rights{}, deskwire.Policy{}); cuts != nil {
		t.Errorf("cuts of nothing: %q", cuts)
	}
}

func TestShorten(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   string
		n    int
		want string
	}{
		{"short", 10, "short"},
		{"exactly ten", 11, "exactly ten"},
		{"some words, that go on", 12, "some words…"},
		{"some words that go on", 12, "some words…"},
		{"A sentence ends. Another begins", 20, "A sentence ends."},
		{"It ends. And then it goes on for long", 20, "It ends. And then…"},
		{"Version 1.5 of the thing is not out", 20, "Version 1.5 of the…"},
		{"unbreakableunbreakable", 10, "unbreakab…"},
		{"他们会面。然后继续谈判下去", 8, "他们会面。然后…"},
		{"他们今天会面。然后继续谈判", 8, "他们今天会面。"},
		{"Він сказав — і замовк надовго", 13, "Він сказав…"},
		{"e\u0301e\u0301e\u0301e\u0301e\u0301", 6, "e\u0301e\u0301…"},
	} {
		got := Shorten(c.in, c.n)
		if got != c.want || utf8.RuneCountInString(got) > c.n {
			t.Errorf("Shorten(%q, %d) = %q, want %q", c.in, c.n, got, c.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s, n := rapid.String().Draw(t, "s"), rapid.IntRange(3, 40).Draw(t, "n")
		got := Shorten(s, n)
		if utf8.RuneCountInString(got) > n || !utf8.ValidString(got) && utf8.ValidString(s) {
			t.Fatalf("Shorten(%q, %d) = %q", s, n, got)
		}
		if utf8.RuneCountInString(s) <= n && got != s {
			t.Fatalf("Shorten(%q, %d) = %q, which was short enough", s, n, got)
		}
	})
}
