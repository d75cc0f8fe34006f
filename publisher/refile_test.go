package publisher

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
	"deskwire/storage/storagetest"

	"pgregory.net/rapid"
)

// numbered are titles that begin with one of the words in turn, the first of them the oldest.
func numbered(n int, words ...string) []string {
	titles := make([]string, n)
	for i := range titles {
		titles[i] = fmt.Sprintf("%s %04d", words[i%len(words)], i)
	}
	return titles
}

func TestRefile(t *testing.T) {
	t.Parallel()
	d := newDesk(t, taking("a", 50, "apple"), taking("b", 50, "banana"))
	all := numbered(2400, "apple", "banana")
	for day := range 24 {
		d.add(noon.Add(time.Duration(day-24)*24*time.Hour), all[day*100:][:100]...)
	}
	d.catch()
	if n := len(d.shows("desk/a")); n != 1200 {
		t.Fatalf("%d apples", n)
	}
	d.channels[0] = taking("a", 50, "apple", "banana")
	if got := d.catch(); got != "desk/a" {
		t.Errorf("changed rules touch %q", got)
	}
	switched, more := d.refile()
	if switched != "" || !more || len(d.shows("desk/a")) != 1200 {
		t.Errorf("after the first batch: switched %q, more %t, %d shown", switched, more, len(d.shows("desk/a")))
	}
	// Meanwhile news comes in; both generations take it.
	d.add(noon, "banana bread", "apple pie")
	d.catch()
	if n := len(d.shows("desk/a")); n != 1202 { // filed by the new rules into what readers see
		t.Errorf("%d shown while filing again", n)
	}
	// The second batch reaches 14 days back and holds more than 200.
	if switched, more = d.refile(); switched != "desk/a" || !more {
		t.Errorf("after the second batch: switched %q, more %t", switched, more)
	}
	if n := len(d.shows("desk/a")); n != 2002 {
		t.Errorf("%d shown after the switch", n)
	}
	d.add(noon, "banana split")
	d.catch()
	d.finish()
	if n := len(d.shows("desk/a")); n != 2403 {
		t.Errorf("%d shown in the end", n)
	}
	if st := d.state("desk/a"); st.Next != 0 || st.Generation != 2 || st.Fingerprint != d.filer().Rules.Fingerprint("desk/a") {
		t.Errorf("state %+v", st)
	}
	if n := len(d.shows("desk/b")); n != 1202 {
		t.Errorf("%d bananas", n)
	}
	d.check()
}

// A channel that needs few stories switches only when it has enough of them, or all.
func TestRefileRare(t *testing.T) {
	t.Parallel()
	d := newDesk(t, taking("a", 50, "apple"))
	words := append(slices.Repeat([]string{"plum"}, 15), "cherry")
	for day := range 30 {
		d.add(noon.Add(time.Duration(day-30)*24*time.Hour), numbered(400, words...)...)
	}
	d.catch()
	d.channels[0] = taking("a", 150, "cherry")
	var steps []string
	for more := true; more; {
		var switched string
		switched, more = d.refile()
		steps = append(steps, fmt.Sprint(switched, len(d.shows("desk/a"))))
	}
	// 12,000 articles, 400 a day: a commit is made after 4,000, which are 10 days. After the second, 20 days are filed, but only
	// 500 of the 600 stories that four limits are. The third has enough; the fourth finds the end, which archives want to know.
	if want := "[0 0 desk/a750 desk/a750 750]"; fmt.Sprint(steps) != want {
		t.Errorf("steps %v, want %v", steps, want)
	}
	d.check()
}

// Settle does what readers need, Finish the rest.
func TestSettle(t *testing.T) {
	t.Parallel()
	d := newDesk(t, taking("a", 10, "apple"))
	for day := range 40 {
		d.add(noon.Add(time.Duration(day-40)*24*time.Hour), numbered(100, "apple", "plum")...)
	}
	d.catch()
	d.channels[0] = taking("a", 10, "plum")
	var progress []string
	f := d.filer()
	f.Progress = func(p FilerProgress) { progress = append(progress, fmt.Sprint(p.Channels, p.Done, p.Left)) }
	touched, err := f.Settle(t.Context(), noon)
	if err != nil || !slices.Equal(touched, []string{"desk/a"}) {
		t.Fatalf("touched %q %v", touched, err)
	}
	if n := len(d.shows("desk/a")); n != 1000 {
		t.Errorf("%d shown when settled", n)
	}
	if err := f.Finish(t.Context(), noon); err != nil {
		t.Fatal(err)
	}
	if n := len(d.shows("desk/a")); n != 2000 {
		t.Errorf("%d shown when finished", n)
	}
	// Every second article is taken: a commit files 1,000 of 2,000.
	want := "[desk/a] 2000 0,[desk/a] 2000 0,[desk/a] 0 0"
	if got := strings.Join(progress, ","); got != want {
		t.Errorf("progress %s, want %s", got, want)
	}
	d.check()
}

func TestChannelsComeAndGo(t *testing.T) {
	t.Parallel()
	d := newDesk(t, taking("a", 50, "apple"))
	d.add(noon, "apple one")
	d.catch()
	began := d.state("desk/a").Created
	if !began.Equal(noon) {
		t.Errorf("created %v", began)
	}
	// It goes, and news comes.
	a := d.channels
	d.channels = []deskwire.Channel{taking("b", 50, "banana")}
	if got := d.catch(); got != "desk/a desk/b" {
		t.Errorf("touched %q", got)
	}
	if st := d.state("desk/a"); !st.Closed.Equal(noon) {
		t.Errorf("closed %v", st.Closed)
	}
	d.add(noon.Add(time.Minute), "apple two", "banana one")
	d.catch()
	d.finish()
	d.want("desk/b", "banana one")
	// It comes back with the same rules: what came meanwhile is there.
	d.channels = append(slices.Clone(a), d.channels...)
	if got := d.catch(); got != "desk/a" {
		t.Errorf("touched %q", got)
	}
	d.finish()
	if st := d.state("desk/a"); !st.Closed.IsZero() || !st.Created.Equal(began) {
		t.Errorf("state %+v", st)
	}
	d.want("desk/a", "apple two", "apple one")
	// A channel with another name keeps its age, and has what it takes.
	renamed := taking("apples", 50, "apple")
	renamed.Was = []string{"never", "a"}
	d.channels[0] = renamed
	if _, err := d.filer().Catch(t.Context(), noon.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	d.finish()
	if st := d.state("desk/apples"); !st.Created.Equal(began) {
		t.Errorf("created %v", st.Created)
	}
	d.want("desk/apples", "apple two", "apple one")
	d.check()
}

// A store that grew large without a filer is filed newest first, so that nobody waits for the whole of it.
func TestLargeBeginning(t *testing.T) {
	t.Parallel()
	d := newDesk(t, taking("a", 10, "apple"))
	const days, perDay = 50, 1010
	for day := range days {
		d.add(noon.Add(time.Duration(day-days)*24*time.Hour), numbered(perDay, "apple", "plum")...)
	}
	if got := d.catch(); got != "desk/a" || len(d.shows("desk/a")) != 0 || d.state("desk/a").Next != 1 {
		t.Errorf("touched %q, %d shown, state %+v", got, len(d.shows("desk/a")), d.state("desk/a"))
	}
	d.add(noon, "apple new") // comes through the stream
	d.catch()
	f := d.filer()
	if _, err := f.Settle(t.Context(), noon); err != nil {
		t.Fatal(err)
	}
	if got := d.shows("desk/a"); len(got) < 14*perDay/2 || len(got) > days*perDay/2 || got[0] != "apple new" {
		t.Errorf("%d shown when settled", len(got))
	}
	d.finish()
	if n := len(d.shows("desk/a")); n != days*perDay/2+1 {
		t.Errorf("%d shown", n)
	}
	d.check()
}

// Rules that change while the channel is filed again, and change back.
func TestRulesBackAndForth(t *testing.T) {
	t.Parallel()
	d := newDesk(t, taking("a", 10, "apple"))
	for day := range 20 {
		d.add(noon.Add(time.Duration(day-40)*24*time.Hour), numbered(100, "apple", "plum")...)
	}
	d.catch()
	before := d.shows("desk/a")
	d.channels[0] = taking("a", 10, "plum")
	d.catch()
	if switched, _ := d.refile(); switched != "desk/a" {
		t.Fatalf("switched %q", switched)
	}
	half := d.shows("desk/a")
	d.add(noon, "apple last", "plum last")
	d.catch()
	d.channels[0] = taking("a", 10, "apple")
	d.catch()
	if st := d.state("desk/a"); st.NextPrint != d.filer().Rules.Fingerprint("desk/a") || st.NextBefore != "" {
		t.Errorf("is not filed from the beginning: %+v", st)
	}
	if got := d.shows("desk/a"); len(got) != len(half)+1 { // readers keep what they had until there is something better
		t.Errorf("%d shown, %d before", len(got), len(half))
	}
	d.finish()
	d.want("desk/a", append([]string{"apple last"}, before...)...)
	d.check()
}

// Whatever fails, at whatever moment: trying again ends where it would have ended.
func TestFilerFaults(t *testing.T) {
	t.Parallel()
	faults := 0
	for n := 1; ; n++ {
		d := newDesk(t, taking("a", 1, "apple"), taking("b", 1, "apple", "plum"))
		d.add(noon.Add(-time.Hour), "apple", "plum")
		d.catch()
		d.channels[0] = taking("a", 1, "plum")
		d.add(noon, "new plum", "new apple")
		d.decide(1, deskwire.Assign, "desk/a")
		f := d.filer()
		d.engine.Fail(n)
		for {
			_, err := f.Settle(t.Context(), noon)
			if err == nil {
				err = f.Finish(t.Context(), noon)
			}
			if err == nil {
				break
			}
			if !errors.Is(err, storagetest.ErrFault) {
				t.Fatal(err)
			}
			faults++
		}
		done := !d.engine.Failed()
		d.engine.Fail(0)
		got := d.shows("desk/a")
		if slices.Sort(got); !slices.Equal(got, []string{"apple", "new plum", "plum"}) {
			t.Fatalf("fault %d: shows %q", n, got)
		}
		d.check()
		if done {
			break
		}
	}
	if faults < 20 {
		t.Errorf("only %d faults", faults)
	}
}

// Whatever happens in whatever order, in the end each channel holds what its rules and the editors say, each story once.
func TestFilerModel(t *testing.T) {
	t.Parallel()
	variants := [][]deskwire.Rule{
		{{Words: []string{"apple"}}}, {{Words: []string{"plum"}}}, {{Sources: []string{"wire"}}}, {{Topics: []string{"t"}}}, nil,
		{{Words: []string{"plum"}, In: []string{"body"}}},
	}
	rapid.Check(t, func(t *rapid.T) {
		topic := func() deskwire.Channel {
			return deskwire.Channel{Kind: deskwire.Topic, Name: "t", Policy: deskwire.Policy{Limit: 2},
				Take: variants[rapid.SampledFrom([]int{0, 1, 2, 4, 5}).Draw(t, "topic")]}
		}
		desk := func(name string) deskwire.Channel {
			return deskwire.Channel{Kind: deskwire.Desk, Name: name, Policy: deskwire.Policy{Limit: 1}, Take: rapid.SampledFrom(variants).Draw(t, name)}
		}
		d := newDesk(t, topic(), desk("a"))
		title := rapid.SampledFrom([]string{"apple", "plum", "apple plum", "other"})
		t.Repeat(map[string]func(*rapid.T){
			"add": func(t *rapid.T) {
				d.add(noon.Add(-time.Duration(rapid.IntRange(0, 600).Draw(t, "age"))*time.Hour), title.Draw(t, "title"))
			},
			"revise": func(t *rapid.T) {
				if d.n > 0 {
					d.revise(noon, rapid.IntRange(1, d.n).Draw(t, "n"), title.Draw(t, "title"))
				}
			},
			"decide": func(t *rapid.T) {
				if d.n > 0 {
					d.decide(rapid.IntRange(1, d.n).Draw(t, "n"), rapid.SampledFrom([]deskwire.Verb{deskwire.Pin, deskwire.Unpin, deskwire.Hide, deskwire.Assign}).Draw(t, "verb"),
						rapid.SampledFrom([]string{"desk/a", "desk/b", "topic/t"}).Draw(t, "channel"))
				}
			},
			"configure": func(t *rapid.T) {
				d.channels = []deskwire.Channel{topic(), desk("a")}
				if rapid.Bool().Draw(t, "with b") {
					d.channels = append(d.channels, desk("b"))
				}
			},
			"catch":  func(*rapid.T) { d.catch() },
			"refile": func(*rapid.T) { d.refile() },
		})
		d.catch()
		d.finish()
		d.check()
		f := d.filer()
		want := map[string][]deskwire.ID{}
		for n := range d.n {
			id := d.article(n + 1)
			stories, err := d.store.Stories(context.Background(), id)
			if err != nil {
				t.Fatal(err)
			}
			bodies, err := d.store.Bodies(context.Background(), id)
			if err != nil {
				t.Fatal(err)
			}
			for key := range f.channels(f.Rules, stories[0], func(deskwire.ID) string { return bodies[0] }) {
				want[key] = append(want[key], id)
			}
		}
		for _, ch := range d.channels {
			places, err := d.store.Filed(context.Background(), ch.Key(), storage.Place{}, 10_000)
			if err != nil {
				t.Fatal(err)
			}
			var got []deskwire.ID
			for _, p := range places {
				got = append(got, p.Story)
			}
			slices.Sort(got)
			if slices.Sort(want[ch.Key()]); !slices.Equal(got, want[ch.Key()]) {
				t.Fatalf("%s holds %v, want %v", ch.Key(), got, want[ch.Key()])
			}
		}
		states, err := d.store.Channels(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		for key, st := range states {
			if open := slices.ContainsFunc(d.channels, func(c deskwire.Channel) bool { return c.Key() == key }); open != st.Closed.IsZero() {
				t.Fatalf("%s: %+v", key, st)
			}
		}
	})
}
