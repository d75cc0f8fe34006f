package publisher

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"deskwire"
)

// gathered is what an edition of the gathered stories shows, and how many were read for it.
func (d *desk) gathered(ch deskwire.Channel) (titles []string, read int) {
	d.Helper()
	stories, err := Gather(d.Context(), d.store, ch, noon, nil)
	if err != nil {
		d.Fatal(err)
	}
	seen := map[deskwire.ID]bool{}
	for _, s := range stories {
		if seen[s.ID] {
			d.Fatalf("%s is gathered twice", s.ID)
		}
		seen[s.ID] = true
	}
	ed, _ := Compose(ch, noon, stories, nil, noon)
	for i := range ed.Items {
		titles = append(titles, ed.Items[i].Article.Title)
	}
	return titles, len(stories)
}

func TestGather(t *testing.T) {
	t.Parallel()
	ch := taking("a", 3, "apple")
	d := newDesk(t, ch, taking("b", 3, "plum"))
	for i := range 400 {
		word := "apple"
		if i == 100 {
			word = "plum"
		}
		d.add(noon.Add(time.Duration(i-400)*time.Minute), fmt.Sprint(word, " ", i))
	}
	d.catch()
	if got, read := d.gathered(ch); !slices.Equal(got, []string{"apple 399", "apple 398", "apple 397"}) || read > 20 {
		t.Errorf("shows %q of %d", got, read)
	}
	// What is hidden makes room for what follows, however far it is.
	for n := 400; n > 370; n-- {
		d.decide(n, deskwire.Hide, "desk/a")
	}
	d.catch()
	if got, read := d.gathered(ch); !slices.Equal(got, []string{"apple 369", "apple 368", "apple 367"}) || read > 60 {
		t.Errorf("shows %q of %d", got, read)
	}
	// A pin is found from far below, in all channels only where the story is.
	d.decide(1, deskwire.Pin, "desk/a")
	d.decide(101, deskwire.Pin, "")
	d.catch()
	if got, _ := d.gathered(ch); !slices.Equal(got, []string{"apple 369", "apple 368", "apple 0"}) {
		t.Errorf("shows %q", got)
	}
	if got, _ := d.gathered(d.channels[1]); !slices.Equal(got, []string{"plum 100"}) {
		t.Errorf("shows %q", got)
	}
	// A limit of age ends the search.
	ch.Policy.MaxAge = 10 * time.Minute
	if _, read := d.gathered(ch); read > 25 {
		t.Errorf("read %d", read)
	}
	// Without a limit there is all.
	ch.Policy.MaxAge, ch.Policy.Limit = 0, 0
	if got, _ := d.gathered(ch); len(got) != 400-30-1 {
		t.Errorf("%d items", len(got))
	}
	if got, _ := d.gathered(taking("unknown", 3, "x")); got != nil {
		t.Errorf("an unknown channel shows %q", got)
	}
}

// However much is hidden, what is read is bounded.
func TestGatherMost(t *testing.T) {
	t.Parallel()
	ch := taking("a", 50, "apple")
	ch.Policy.PerSource = 1
	d := newDesk(t, ch)
	d.add(noon, numbered(gatherMost+1000, "apple")...)
	d.catch()
	if got, read := d.gathered(ch); len(got) != 1 || read != gatherMost {
		t.Errorf("%d items of %d", len(got), read)
	}
}
