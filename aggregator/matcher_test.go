package aggregator

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"deskwire"
	"deskwire/aggregator/match/alike"
	"deskwire/storage"
)

// wireItem is what an outlet publishes in the nth hour. Every third item of the second and third outlet is a copy of the first
// one's, a little later.
func wireItem(outlet string, n int) item {
	towns := []string{"Vellmar", "Osthafen", "Brenn", "Kalvik", "Torrel", "Samso", "Ilmar"}
	things := []string{"ferry", "silo", "bridge", "market hall", "tram depot", "lighthouse", "observatory", "sawmill", "theatre", "quarry", "weir"}
	acts := []string{"catches fire", "reopens after repairs", "is sold to its staff", "loses its roof in a storm", "wins a prize for its restoration"}
	told := "origin"
	if outlet != "origin" && n%3 != 0 {
		told = outlet
	}
	seed := n*31 + len(told)*7 + int(told[0])
	town, thing, act := towns[seed%len(towns)], things[seed/7%len(things)], acts[seed/77%len(acts)]
	i := item{
		guid: fmt.Sprintf("%s-%d", outlet, n), link: fmt.Sprintf("https://%s.example.org/%d", outlet, n),
		title: fmt.Sprintf("The %s of %s %s", thing, town, act), at: noon.Add(time.Duration(n) * time.Hour),
		body: fmt.Sprintf("<p>The %s of %s %s, the town council said on the %d. of the month in a note that named %d witnesses and thanked ward %d for its patience with the noise.</p>", thing, town, act, n%28+1, seed%97+3, seed%53),
	}
	if outlet != "origin" {
		i.at = i.at.Add(10 * time.Minute)
	}
	return i
}

// wires are outlets that carry each other's texts, and list their newest six items.
func wires(t *testing.T) (*Aggregator, *world, []deskwire.Source) {
	a, w := open(t, nil)
	w.Handler = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		hour := int(w.time().Sub(noon).Hours())
		outlet := r.URL.Path[1:]
		var items []item
		for n := max(0, hour-5); n <= hour; n++ {
			items = append(items, wireItem(outlet, n))
		}
		write(rw, rss("", items...))
	})
	a.Workers = 1 // the order in which articles come is no chance
	var all []deskwire.Source
	for _, name := range []string{"origin", "hill", "coast"} {
		all = append(all, deskwire.Source{Name: name, URL: "https://" + name + ".example.org/" + name})
	}
	return a, w, all
}

// told are all stories by the GUIDs of their articles.
func told(t *testing.T, s *storage.Store) (all []string) {
	t.Helper()
	seen := map[deskwire.ID]bool{}
	for _, h := range heads(t, s) {
		stories, err := s.Stories(t.Context(), h.ID)
		if err != nil {
			t.Fatal(err)
		}
		if seen[stories[0].ID] {
			continue
		}
		seen[stories[0].ID] = true
		var guids []string
		for _, a := range stories[0].Articles {
			guids = append(guids, a.GUID)
		}
		slices.Sort(guids)
		all = append(all, fmt.Sprint(guids))
	}
	slices.Sort(all)
	return all
}

// Cron's one-shot rounds and a daemon that keeps its matcher come to the same stories, however often the matcher is built again,
// and fetching again changes nothing.
func TestMatcherIsTheSameAfterARestart(t *testing.T) {
	t.Parallel()
	const hours = 12 * 24
	run := func(keep bool) []string {
		a, w, all := wires(t)
		model := alike.Default()
		m := &Matcher{Store: a.Store, Model: model}
		for hour := 0; hour < hours; hour += 3 {
			now := noon.Add(time.Duration(hour) * time.Hour)
			w.mu.Lock()
			w.now = now
			w.mu.Unlock()
			mustRound(t, a, all, RoundOptions{Now: now, Only: []string{"origin", "hill", "coast"}})
			if !keep && hour%24 == 0 {
				m = &Matcher{Store: a.Store, Model: model}
			}
			if err := m.Catch(t.Context(), now); err != nil {
				t.Fatal(err)
			}
		}
		before, _ := a.Store.Changes(t.Context(), "", 10_000)
		if err := (&Matcher{Store: a.Store, Model: model}).Catch(t.Context(), noon.Add(hours*time.Hour)); err != nil {
			t.Fatal(err)
		}
		if after, _ := a.Store.Changes(t.Context(), "", 10_000); !slices.Equal(before, after) {
			t.Error("matching again changed something")
		}
		return told(t, a.Store)
	}
	kept, built := run(true), run(false)
	if !slices.Equal(kept, built) {
		t.Errorf("kept: %d stories, built again: %d", len(kept), len(built))
		for _, s := range kept {
			if !slices.Contains(built, s) {
				t.Errorf("only kept: %s", s)
			}
		}
	}
	if joined := 3*hours - len(kept); joined < hours/2 {
		t.Errorf("%d articles joined a story, want most copies", joined)
	}
}
