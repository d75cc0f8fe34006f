package publisher

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"deskwire"
)

// What becomes of a killed, an embargoed and a corrected story in a channel that published it, as time goes by.
func TestRetracted(t *testing.T) {
	t.Parallel()
	at := func(hours int) time.Time { return noon.Add(time.Duration(hours) * time.Hour) }
	days := func(n int) time.Time { return at(24 * n) }
	here, elsewhere := deskwire.Showing{Item: "1", Channel: "desk/d", At: at(-8)}, deskwire.Showing{Item: "1", Channel: "desk/e", At: at(-8)}
	kill := deskwire.Decision{ID: "k", Verb: deskwire.Kill, Article: "1", At: at(-2)}
	embargo := deskwire.Decision{ID: "e", Verb: deskwire.Embargo, Article: "1", At: at(-2), Until: at(3)}
	correct := deskwire.Decision{ID: "c", Verb: deskwire.Correct, Article: "1", At: at(-2), Value: "Forty, not fifty."}
	undo := func(id deskwire.ID) deskwire.Decision {
		return deskwire.Decision{ID: "u", Verb: deskwire.Undo, Undoes: id, At: at(-1)}
	}
	for _, c := range []struct {
		name      string
		decisions []deskwire.Decision
		shown     []deskwire.Showing
		now       time.Time
		items     int
		retracted []deskwire.Retraction
		updated   time.Time
		until     time.Time
	}{
		{"killed", []deskwire.Decision{kill}, []deskwire.Showing{here}, noon, 0, []deskwire.Retraction{{Item: "1", At: at(-2)}}, at(-2), days(30).Add(-2 * time.Hour)},
		{"to the end of the month", []deskwire.Decision{kill}, []deskwire.Showing{here}, days(30).Add(-2*time.Hour - 1), 0, []deskwire.Retraction{{Item: "1", At: at(-2)}}, at(-2), days(30).Add(-2 * time.Hour)},
		{"and no longer", []deskwire.Decision{kill}, []deskwire.Showing{here}, days(30).Add(-2 * time.Hour), 0, nil, at(-2), time.Time{}},
		{"killed where it never was", []deskwire.Decision{kill}, []deskwire.Showing{elsewhere}, noon, 0, nil, at(-50), time.Time{}},
		{"killed and back", []deskwire.Decision{kill, undo("k")}, []deskwire.Showing{here}, noon, 1, nil, at(-1), time.Time{}},
		{"killed by a clock that is ahead: gone at once, said then", []deskwire.Decision{{ID: "k", Verb: deskwire.Kill, Article: "1", At: at(2)}}, []deskwire.Showing{here}, noon, 0, nil, at(-50), at(2)},
		{"hidden and then killed", []deskwire.Decision{{ID: "h", Verb: deskwire.Hide, Article: "1", At: at(-3)}, kill}, []deskwire.Showing{here}, noon, 0, []deskwire.Retraction{{Item: "1", At: at(-2)}}, at(-2), days(30).Add(-2 * time.Hour)},
		{"embargoed before anybody had it", []deskwire.Decision{embargo}, nil, noon, 0, nil, at(-50), at(3)},
		{"embargoed when it was out: a change", []deskwire.Decision{embargo}, []deskwire.Showing{here}, noon, 0, nil, at(-2), at(3)},
		{"its hour", []deskwire.Decision{embargo}, nil, at(3), 1, nil, at(3), time.Time{}},
		{"killed under embargo: nothing is said", []deskwire.Decision{embargo, kill}, nil, noon, 0, nil, at(-50), at(3)},
		{"corrected", []deskwire.Decision{correct}, []deskwire.Showing{here}, noon, 1, nil, at(-2), time.Time{}},
	} {
		story := deskwire.Story{ID: "1", Placed: at(-9), Decisions: c.decisions, Shown: c.shown, Articles: []deskwire.Article{
			{ID: "1", Title: "T", Published: at(-9), FirstSeen: at(-9), Revised: at(-9)}}}
		ed, until := Compose(deskwire.Channel{Kind: deskwire.Desk, Name: "d", Policy: deskwire.Policy{Limit: 1}}, c.now, []deskwire.Story{story}, nil, at(-50))
		if len(ed.Items) != c.items || !slices.Equal(ed.Retracted, c.retracted) || !ed.Updated.Equal(c.updated) || !until.Equal(c.until) {
			t.Errorf("%s: %d items, retracted %v, updated %v, until %v", c.name, len(ed.Items), ed.Retracted, ed.Updated, until)
		}
		if c.name == "corrected" && !slices.Equal(ed.Items[0].Corrections, []deskwire.Correction{{ID: "c", At: at(-2), Text: "Forty, not fifty."}}) {
			t.Errorf("corrections %v", ed.Items[0].Corrections)
		}
	}
}

// Marks stand in addition to the limit, the newest first.
func TestRetractedBesideTheLimit(t *testing.T) {
	t.Parallel()
	var stories []deskwire.Story
	for i, id := range []deskwire.ID{"1", "2", "3", "4"} {
		s := deskwire.Story{ID: id, Placed: noon.Add(-time.Duration(i) * time.Hour), Articles: []deskwire.Article{{ID: id, Published: noon.Add(-5 * time.Hour)}},
			Shown: []deskwire.Showing{{Item: id, Channel: "desk/d", At: noon.Add(-4 * time.Hour)}}}
		if i%2 == 1 {
			s.Decisions = []deskwire.Decision{{ID: "k" + id, Verb: deskwire.Kill, Article: id, At: noon.Add(time.Duration(i-60) * time.Minute)}}
		}
		stories = append(stories, s)
	}
	ed, _ := Compose(deskwire.Channel{Kind: deskwire.Desk, Name: "d", Policy: deskwire.Policy{Limit: 2}}, noon, stories, nil, noon)
	if len(ed.Items) != 2 || len(ed.Retracted) != 2 || ed.Retracted[0].Item != "4" || ed.Retracted[1].Item != "2" {
		t.Errorf("%d items, retracted %v", len(ed.Items), ed.Retracted)
	}
}

// What a channel's corrections feed says: of what it published, and nothing that would name what it may not.
func TestNotices(t *testing.T) {
	t.Parallel()
	at := func(hours int) time.Time { return noon.Add(time.Duration(hours) * time.Hour) }
	here, elsewhere := deskwire.Showing{Item: "1", Channel: "desk/d", At: at(-8)}, deskwire.Showing{Item: "1", Channel: "desk/e", At: at(-8)}
	decide := func(hours int, d deskwire.Decision) deskwire.Decision {
		d.ID, d.Article, d.At = deskwire.ID(d.Verb)+d.ID, "1", at(hours)
		return d
	}
	correct := decide(-3, deskwire.Decision{Verb: deskwire.Correct, Value: "Forty.", Edits: []deskwire.Edited{{Field: "title", Value: "Right"}}})
	kill := decide(-2, deskwire.Decision{Verb: deskwire.Kill})
	corrected := deskwire.Notice{ID: "correct", Item: "1", Story: "1", At: at(-3), Title: "Right", Link: "https://a.example/1", Text: "Forty."}
	withdrawn := deskwire.Notice{ID: "kill", Item: "1", At: at(-2), Killed: true}
	for _, c := range []struct {
		name      string
		decisions []deskwire.Decision
		shown     []deskwire.Showing
		want      []deskwire.Notice
		updated   time.Time
		until     time.Time
	}{
		{"corrected", []deskwire.Decision{correct}, []deskwire.Showing{here}, []deskwire.Notice{corrected}, at(-3), at(90)},
		{"in another channel", []deskwire.Decision{correct}, []deskwire.Showing{elsewhere}, nil, at(-99), time.Time{}},
		{"before anybody had read it", []deskwire.Decision{correct}, []deskwire.Showing{{Item: "1", Channel: "desk/d", At: at(-3)}}, nil, at(-99), time.Time{}},
		{"corrected and taken back", []deskwire.Decision{correct, decide(-1, deskwire.Decision{Verb: deskwire.Undo, Undoes: "correct"})}, []deskwire.Showing{here}, nil, at(-1), time.Time{}},
		{"corrected and hidden", []deskwire.Decision{correct, decide(-1, deskwire.Decision{Verb: deskwire.Hide})}, []deskwire.Showing{here}, nil, at(-3), time.Time{}},
		{"corrected and under embargo", []deskwire.Decision{correct, decide(-1, deskwire.Decision{Verb: deskwire.Embargo, Until: at(5)})}, []deskwire.Showing{here}, nil, at(-3), at(5)},
		{"corrected and killed: only that is left", []deskwire.Decision{correct, kill}, []deskwire.Showing{here}, []deskwire.Notice{withdrawn}, at(-2), time.Time{}},
		{"killed before it was published", []deskwire.Decision{kill}, nil, nil, at(-99), time.Time{}},
		{"killed and back", []deskwire.Decision{kill, decide(-1, deskwire.Decision{Verb: deskwire.Undo, Undoes: "kill"})}, []deskwire.Showing{here}, nil, at(-1), time.Time{}},
		{"corrected by a clock that is ahead", []deskwire.Decision{decide(2, deskwire.Decision{Verb: deskwire.Correct, Value: "x"})}, []deskwire.Showing{here}, nil, at(-99), at(2)},
	} {
		story := &deskwire.Story{ID: "1", Placed: at(-9), Decisions: c.decisions, Shown: c.shown, Articles: []deskwire.Article{
			{ID: "1", Source: "a", Title: "Wrong", Link: "https://a.example/1", Published: at(-10), FirstSeen: at(-10), Revised: at(-10)}}}
		b := &bulletin{stories: map[deskwire.ID]*deskwire.Story{"1": story}}
		for _, d := range slices.Backward(c.decisions) {
			if d.Verb == deskwire.Kill || d.Verb == deskwire.Correct || d.Verb == deskwire.Undo {
				b.made = append(b.made, d)
			}
		}
		sources := map[string]deskwire.Source{"a": {Name: "a", Rights: deskwire.Rights{Expires: 100 * time.Hour}}}
		got, updated, until := notices(&deskwire.Channel{Kind: deskwire.Desk, Name: "d"}, noon, b, sources, at(-99))
		if !slices.Equal(got, c.want) || !updated.Equal(c.updated) || !until.Equal(c.until) {
			t.Errorf("%s: %+v, updated %v, until %v", c.name, got, updated, until)
		}
	}
}

// An item that was corrected after it had left the channel's limits comes back for a month, beside the others and in its place.
func TestRecalled(t *testing.T) {
	t.Parallel()
	at := func(hours int) time.Time { return noon.Add(time.Duration(hours) * time.Hour) }
	correct := deskwire.Decision{ID: "c", Verb: deskwire.Correct, Article: "3", At: at(-2), Value: "x"}
	limit := deskwire.Policy{Limit: 2}
	month := at(-2).Add(deskwire.RetractionAge)
	for _, c := range []struct {
		name      string
		decisions []deskwire.Decision
		shown     time.Time
		policy    deskwire.Policy
		now       time.Time
		want      string // IDs of the items, the recalled ones in brackets
		until     time.Time
	}{
		{"left by the limit", []deskwire.Decision{correct}, at(-5), limit, noon, "1 2 (3)", month},
		{"for a month", []deskwire.Decision{correct}, at(-5), limit, month, "1 2", time.Time{}},
		{"left by its age", []deskwire.Decision{correct}, at(-5), deskwire.Policy{Limit: 9, MaxAge: 150 * time.Minute}, noon, "1 2 (3)", at(0).Add(30 * time.Minute)},
		{"left as one too many of a source", []deskwire.Decision{correct}, at(-5), deskwire.Policy{Limit: 9, PerSource: 2}, noon, "1 2 (3)", month},
		{"would be there anyway", []deskwire.Decision{correct}, at(-5), deskwire.Policy{Limit: 3}, noon, "1 2 3", time.Time{}},
		{"nobody had it", []deskwire.Decision{correct}, at(-1), limit, noon, "1 2", time.Time{}},
		{"taken back: that is to be told, too", []deskwire.Decision{correct, {ID: "u", Verb: deskwire.Undo, Undoes: "c", At: at(-1)}}, at(-5), limit, noon, "1 2 (3)", month.Add(time.Hour)},
		{"killed and back", []deskwire.Decision{{ID: "k", Verb: deskwire.Kill, Article: "3", At: at(-2)}, {ID: "u", Verb: deskwire.Undo, Undoes: "k", At: at(-1)}}, at(-5), limit, noon, "1 2 (3)", month.Add(time.Hour)},
		{"of another article of the story", []deskwire.Decision{{ID: "c", Verb: deskwire.Correct, Article: "4", At: at(-2), Value: "x"}}, at(-5), limit, noon, "1 2", time.Time{}},
		{"pinned", []deskwire.Decision{correct, {ID: "p", Verb: deskwire.Pin, At: at(-1)}}, at(-5), limit, noon, "1 3", time.Time{}},
	} {
		var stories []deskwire.Story
		for i, id := range []deskwire.ID{"1", "2", "3"} {
			stories = append(stories, deskwire.Story{ID: id, Placed: at(-1 - i), Articles: []deskwire.Article{{ID: id, Source: "s", Published: at(-9)}}})
		}
		stories[2].Decisions, stories[2].Shown = c.decisions, []deskwire.Showing{{Item: "3", Channel: "desk/d", At: c.shown}}
		ed, until := Compose(deskwire.Channel{Kind: deskwire.Desk, Name: "d", Policy: c.policy}, c.now, stories, nil, noon)
		var got []string
		for _, item := range ed.Items {
			if got = append(got, string(item.ID)); item.Recalled {
				got[len(got)-1] = "(" + string(item.ID) + ")"
			}
		}
		if s := strings.Join(got, " "); s != c.want || !until.Equal(c.until) {
			t.Errorf("%s: %s until %v, want %s until %v", c.name, s, until, c.want, c.until)
		}
	}
}

// A desk that corrects much keeps its feed: the latest few of what was corrected stand beside it.
func TestFewRecalled(t *testing.T) {
	t.Parallel()
	var stories []deskwire.Story
	for i := range 3 * maxRecalled {
		id := deskwire.ID(fmt.Sprintf("%016d", i))
		s := deskwire.Story{ID: id, Placed: noon.Add(-time.Duration(i+1) * time.Hour), Articles: []deskwire.Article{{ID: id, Published: noon.Add(-900 * time.Hour)}}}
		if i > 0 {
			s.Shown = []deskwire.Showing{{Item: id, Channel: "desk/d", At: noon.Add(-500 * time.Hour)}}
			s.Decisions = []deskwire.Decision{{ID: "c" + id, Verb: deskwire.Correct, Article: id, Value: "x", At: noon.Add(time.Duration(i-200) * time.Hour)}}
		}
		stories = append(stories, s)
	}
	ed, until := Compose(deskwire.Channel{Kind: deskwire.Desk, Name: "d", Policy: deskwire.Policy{Limit: 1}}, noon, stories, nil, noon)
	if len(ed.Items) != 1+maxRecalled || ed.Items[0].Recalled {
		t.Fatalf("%d items", len(ed.Items))
	}
	for i, item := range ed.Items[1:] { // those that were corrected last stand furthest back here
		if want := stories[2*maxRecalled+i].ID; item.ID != want || !item.Recalled {
			t.Errorf("item %d is %s, want %s", i+1, item.ID, want)
		}
	}
	if want := noon.Add(time.Duration(2*maxRecalled-200) * time.Hour).Add(deskwire.RetractionAge); !until.Equal(want) {
		t.Errorf("until %v, want %v", until, want)
	}
}
