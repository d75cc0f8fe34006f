package publisher_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"deskwire"
	"deskwire/publisher"
	"deskwire/storage"
	"deskwire/storage/storagetest"
)

// Whatever happens, in whatever order: a document of the archive that was there once keeps its set, but for what was killed or is
// held back; and whoever follows the chain misses nothing that the desk has to show. Twice stands only what came back into the feed
// after something that came late, or was let go by an editor, was added behind it.
func TestArchiveProperty(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		m := &archiveModel{pressroom: openArchive(t, 3), seen: map[string][]deskwire.ID{}, out: map[deskwire.ID]bool{}, filed: map[deskwire.ID]bool{}, generation: 1}
		m.desk = pressDesk
		m.desk.Policy.Limit = 3
		defer func() {
			if rt.Failed() || t.Failed() {
				rt.Log(m.did)
			}
		}()
		for range rapid.IntRange(3, 15).Draw(rt, "steps") {
			m.step(rt)
			m.settle()
			m.check(rt)
		}
		m.compare(rt)
		storagetest.Check(t, m.store)
	})
}

type archiveModel struct {
	*pressroom
	desk       deskwire.Channel
	all        []deskwire.ID
	made       []deskwire.Decision
	did        []string
	filed      map[deskwire.ID]bool // by the rules of now
	generation uint32
	loose      bool                     // something may have been added to the archive that is older than what stands before it
	seen       map[string][]deskwire.ID // every archive document that the chain led to
	out        map[deskwire.ID]bool     // killed, embargoed
	hidden     map[deskwire.ID]bool
}

func (m *archiveModel) step(rt *rapid.T) {
	what := rapid.SampledFrom([]string{"says", "says", "many", "late", "hide", "undo", "kill", "embargo", "edit", "correct", "pin", "limit", "age", "restart", "refile", "time"}).Draw(rt, "what")
	m.did = append(m.did, what)
	m.now = m.now.Add(time.Minute)
	m.loose = m.loose || slices.Contains([]string{"late", "undo", "embargo", "pin", "correct", "refile"}, what)
	switch what {
	case "says":
		for range rapid.IntRange(1, 9).Draw(rt, "count") {
			m.now = m.now.Add(time.Minute)
			m.all = append(m.all, m.round(1)...)
		}
	case "many":
		m.all = append(m.all, m.round(rapid.IntRange(90, 140).Draw(rt, "count"))...)
	case "late":
		now := m.now
		m.now = now.Add(-time.Duration(rapid.IntRange(1, 200).Draw(rt, "back")) * time.Minute)
		m.all = append(m.all, m.round(1)...)
		m.now = now
	case "limit":
		m.desk.Policy.Limit = rapid.SampledFrom([]int{1, 2, 3, 10, 120, 0}).Draw(rt, "limit")
		m.reopen(false)
	case "age":
		m.desk.Policy.MaxAge = rapid.SampledFrom([]time.Duration{0, 10 * time.Minute, time.Hour}).Draw(rt, "age")
		m.reopen(false)
	case "restart":
		m.reopen(true)
	case "refile":
		m.refile(rapid.IntRange(1, 5).Draw(rt, "takes"))
	case "time":
		m.now = m.now.Add(time.Duration(rapid.IntRange(1, 300).Draw(rt, "minutes")) * time.Minute)
	case "undo":
		if len(m.made) > 0 {
			i := rapid.IntRange(0, len(m.made)-1).Draw(rt, "decision")
			m.decide(deskwire.Decision{Verb: deskwire.Undo, Undoes: m.made[i].ID})
			m.made = slices.Delete(m.made, i, i+1)
		}
	default:
		if len(m.all) > 0 {
			m.decision(rt, deskwire.Verb(what), rapid.SampledFrom(m.all).Draw(rt, "article"))
		}
	}
}

// refile files everything again, by rules that drop every nth.
func (m *archiveModel) refile(n int) {
	states, err := m.store.Channels(m.tb.Context())
	if err != nil {
		m.tb.Fatal(err)
	}
	stories, err := m.store.Stories(m.tb.Context(), m.all...)
	if err != nil {
		m.tb.Fatal(err)
	}
	m.generation++
	st := states["desk/world"]
	st.Generation = m.generation
	f := storage.Filing{Generations: map[string]uint32{"desk/world": m.generation}, States: map[string]storage.ChannelState{"desk/world": st}}
	for i, s := range stories {
		if m.filed[s.ID] = i%(n+1) > 0; m.filed[s.ID] {
			f.Stories = append(f.Stories, storage.FiledStory{Story: s.ID, Placed: s.Placed, In: map[string]string{"desk/world": "other rules"}})
		}
	}
	if err := m.store.File(m.tb.Context(), f); err != nil {
		m.tb.Fatal(err)
	}
}

// round has the source publish n articles at once: they have one place in time, and their IDs decide.
func (m *archiveModel) round(n int) []deskwire.ID {
	f := storage.Fetched{Source: "own", State: deskwire.SourceState{Rounds: 2}, Seen: m.now, Read: true}
	guids := map[string]bool{}
	for range n {
		m.said++
		d := deskwire.Draft{Body: fmt.Sprintf("<p>Text %d.</p>", m.said)}
		d.Source, d.GUID, d.Title, d.Published, d.HasBody, d.Digest = "own", fmt.Sprint("own", m.said), fmt.Sprint("Story ", m.said), m.now, true, uint64(m.said)
		d.Keys = []deskwire.Key{{Kind: deskwire.KeyGUID, Value: d.GUID}}
		f.Drafts, guids[d.GUID] = append(f.Drafts, d), true
	}
	if _, err := m.store.Merge(m.tb.Context(), []storage.Prepared{storage.Prepare(f)}); err != nil {
		m.tb.Fatal(err)
	}
	var ids []deskwire.ID
	filing := storage.Filing{Generations: map[string]uint32{"desk/world": m.generation}}
	for a, err := range m.store.Newest(m.tb.Context(), "") {
		if err != nil {
			m.tb.Fatal(err)
		}
		if guids[a.GUID] {
			ids = append(ids, a.ID)
			m.filed[a.ID] = true
			filing.Stories = append(filing.Stories, storage.FiledStory{Story: a.ID, Placed: a.Placed, In: map[string]string{"desk/world": "a test"}})
		}
		if len(ids) == n {
			break
		}
	}
	if err := m.store.File(m.tb.Context(), filing); err != nil {
		m.tb.Fatal(err)
	}
	return ids
}

func (m *archiveModel) decision(rt *rapid.T, verb deskwire.Verb, id deskwire.ID) {
	d := deskwire.Decision{Verb: verb, Article: id}
	switch verb {
	case deskwire.Pin:
		d.Until = m.now.Add(time.Duration(rapid.IntRange(1, 60).Draw(rt, "pinned")) * time.Minute)
	case deskwire.Embargo:
		d.Until = m.now.Add(time.Duration(rapid.IntRange(1, 60).Draw(rt, "embargo")) * time.Minute)
	case deskwire.Edit:
		d.Field, d.Value = "title", fmt.Sprint("Edited ", len(m.did))
	case deskwire.Correct:
		d.Value = fmt.Sprint("Not what was said, but ", len(m.did))
	case deskwire.Kill:
		if m.out[id] {
			return // it is killed already
		}
	}
	m.made = append(m.made, m.decide(d))
}

func (m *archiveModel) decide(d deskwire.Decision) deskwire.Decision {
	m.tb.Helper()
	d.At, d.By = m.now, "a"
	made, err := m.store.Decide(m.tb.Context(), d)
	if err != nil {
		m.tb.Fatal(err)
	}
	return made
}

// reopen has the desk's configuration hold, in a press that knows of nothing or in the one that there is.
func (m *archiveModel) reopen(fresh bool) {
	channels := []deskwire.Channel{m.desk, pressTwo}
	if fresh {
		m.press = publisher.NewPress(m.store, pressSite, channels, pressSources(), m.pages)
	} else {
		m.press.Reconfigure(pressSite, channels, pressSources())
	}
}

// check walks the chain and everything that it ever led to.
func (m *archiveModel) check(rt *rapid.T) {
	stories, err := m.store.Stories(m.tb.Context(), m.all...)
	if err != nil {
		m.tb.Fatal(err)
	}
	m.out, m.hidden = map[deskwire.ID]bool{}, map[deskwire.ID]bool{}
	for _, s := range stories {
		standing := deskwire.Stand(s.Decisions, m.now)
		m.out[s.ID] = standing.Killed != "" || standing.Embargo != ""
		m.hidden[s.ID] = standing.HiddenIn("desk/world") != ""
	}
	chain, paths := m.walk("atom", func() {})
	count := map[deskwire.ID]int{}
	for _, id := range chain {
		count[id]++
	}
	for _, id := range m.all {
		switch {
		case m.out[id] && count[id] > 0:
			// The mark of a kill is an entry of the feed; it names nothing.
			if s := deskwire.Stand(stories[slices.Index(m.all, id)].Decisions, m.now); s.Killed == "" || count[id] > 1 {
				rt.Fatalf("%s is killed or held back, and stands %d times", id, count[id])
			}
		case m.filed[id] && !m.hidden[id] && count[id] == 0:
			rt.Fatalf("%s is missing in %q", id, paths)
		case count[id] > 1 && !m.loose:
			rt.Fatalf("%s stands %d times in %q", id, count[id], paths)
		}
	}
	for _, path := range paths[1:] {
		if m.seen[path] == nil {
			m.seen[path], _ = read(m.tb, "atom", m.archived(path))
		}
	}
	for _, path := range slices.Sorted(maps.Keys(m.seen)) {
		now, _ := read(m.tb, "atom", m.archived(path))
		kept := func(ids []deskwire.ID) []deskwire.ID {
			return slices.DeleteFunc(slices.Clone(ids), func(id deskwire.ID) bool { return m.out[id] })
		}
		// What was held back when the page was first seen may be there now.
		if was := kept(m.seen[path]); !subset(was, now) {
			rt.Fatalf("%s held %d stories, and holds %d", path, len(was), len(now))
		}
		m.seen[path] = longer(m.seen[path], now)
	}
}

// compare says that nothing is kept longer than it is true: a press that knows of nothing makes the same documents.
func (m *archiveModel) compare(rt *rapid.T) {
	old := m.press
	m.reopen(true)
	m.settle()
	for path := range m.seen {
		fresh := m.archived(path)
		kept, _, err := old.ArchivePage(m.tb.Context(), path, m.now)
		if err != nil || string(kept.Plain.Body) != string(fresh.Plain.Body) || !kept.Modified.Equal(fresh.Modified) || kept.Links != fresh.Links {
			rt.Fatalf("%s was kept as %d bytes of %v, and is %d of %v (%v)", path, len(kept.Plain.Body), kept.Modified, len(fresh.Plain.Body), fresh.Modified, err)
		}
	}
}

// subset reports whether all of a stand in b, in one order.
func subset(a, b []deskwire.ID) bool {
	for _, id := range b {
		if len(a) > 0 && a[0] == id {
			a = a[1:]
		}
	}
	return len(a) == 0
}

func longer(a, b []deskwire.ID) []deskwire.ID {
	if len(b) > len(a) {
		return b
	}
	return a
}
