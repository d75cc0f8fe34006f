package publisher

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"deskwire"
	"deskwire/publisher/rule"
	"deskwire/storage"
	"deskwire/storage/memory"
	"deskwire/storage/storagetest"
)

// tester is what *testing.T, *testing.B and *rapid.T have in common.
type tester interface {
	Context() context.Context
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

// desk is a store with a filer's configuration.
type desk struct {
	tester
	store    *storage.Store
	engine   *storagetest.Faulty
	channels []deskwire.Channel
	n        int // articles so far
}

func newDesk(t tester, channels ...deskwire.Channel) *desk {
	t.Helper()
	e := &storagetest.Faulty{Engine: memory.Open()}
	s, err := storage.Open(context.Background(), e)
	if err != nil {
		t.Fatal(err)
	}
	return &desk{tester: t, store: s, engine: e, channels: channels}
}

// taking is a desk that takes stories by these words, and shows at most limit.
func taking(name string, limit int, words ...string) deskwire.Channel {
	return deskwire.Channel{Kind: deskwire.Desk, Name: name, Policy: deskwire.Policy{Limit: limit}, Take: []deskwire.Rule{{Words: words}}}
}

func (d *desk) filer() *Filer {
	d.Helper()
	rules, problems := rule.Compile(d.channels, []string{"wire"})
	if rules == nil {
		d.Fatal(problems)
	}
	return &Filer{Store: d.store, Rules: rules, Channels: d.channels, Log: slog.New(slog.DiscardHandler)}
}

// add merges articles with these titles, first seen one after the other, the last of them at seen.
func (d *desk) add(seen time.Time, titles ...string) {
	d.Helper()
	for part := range slices.Chunk(titles, 500) {
		f := storage.Fetched{Source: "wire", Seen: seen, Read: true}
		for _, title := range part {
			d.n++
			f.Drafts = append(f.Drafts, said(d.n, title))
		}
		d.merge(f)
	}
}

func said(n int, title string) deskwire.Draft {
	guid := fmt.Sprint("guid-", n)
	return deskwire.Draft{
		Article: deskwire.Article{GUID: guid, Title: title, Link: "https://wire.example/" + guid, Digest: uint64(len(title)) + uint64(title[0])<<32},
		Body:    "<p>" + title + "</p>",
		Keys:    []deskwire.Key{{Kind: deskwire.KeyGUID, Value: "wire " + guid}},
	}
}

func (d *desk) merge(f storage.Fetched) {
	d.Helper()
	out, err := d.store.Merge(context.Background(), []storage.Prepared{storage.Prepare(f)})
	if err != nil || out[0].Err != nil || out[0].New+out[0].Updated+out[0].Unchanged == 0 {
		d.Fatalf("%+v %v", out, err)
	}
}

// revise gives article n another title.
func (d *desk) revise(seen time.Time, n int, title string) {
	d.Helper()
	d.merge(storage.Fetched{Source: "wire", Seen: seen, Read: true, Drafts: []deskwire.Draft{said(n, title)}})
}

func (d *desk) article(n int) deskwire.ID {
	d.Helper()
	id, err := d.store.FindKeys(context.Background(), []deskwire.Key{{Kind: deskwire.KeyGUID, Value: fmt.Sprint("wire guid-", n)}})
	if err != nil {
		d.Fatal(err)
	}
	return id
}

func (d *desk) decide(n int, verb deskwire.Verb, channel string) deskwire.Decision {
	d.Helper()
	made, err := d.store.Decide(context.Background(), deskwire.Decision{Verb: verb, Article: d.article(n), Channel: channel, By: "ed", At: noon, Field: "title", Value: "edited"})
	if err != nil {
		d.Fatal(err)
	}
	return made
}

// catch files what changed and returns what that touched.
func (d *desk) catch() string {
	d.Helper()
	touched, err := d.filer().Catch(context.Background(), noon)
	if err != nil {
		d.Fatal(err)
	}
	return strings.Join(touched, " ")
}

// refile does one batch, as a process that has just started.
func (d *desk) refile() (switched string, more bool) {
	d.Helper()
	channels, more, err := d.filer().Refile(context.Background(), noon)
	if err != nil {
		d.Fatal(err)
	}
	return strings.Join(channels, " "), more
}

func (d *desk) finish() {
	d.Helper()
	for more := true; more; {
		_, more = d.refile()
	}
}

// shows is what readers see in a channel: the stories' titles, newest place first.
func (d *desk) shows(key string) []string {
	d.Helper()
	var titles []string
	var after storage.Place
	for {
		places, err := d.store.Filed(context.Background(), key, after, 700)
		if err != nil {
			d.Fatal(err)
		}
		if len(places) == 0 {
			return titles
		}
		ids := make([]deskwire.ID, len(places))
		for i, p := range places {
			ids[i], after = p.Story, p
		}
		stories, err := d.store.Stories(context.Background(), ids...)
		if err != nil {
			d.Fatal(err)
		}
		for _, s := range stories {
			titles = append(titles, s.Articles[0].Title)
		}
	}
}

func (d *desk) want(key string, titles ...string) {
	d.Helper()
	if got := d.shows(key); !slices.Equal(got, titles) {
		d.Fatalf("%s shows %q, want %q", key, got, titles)
	}
}

// check has the store looked through, and sees to it that no generation but those in use is left.
func (d *desk) check() {
	d.Helper()
	if _, err := d.store.Check(context.Background(), func(f storage.Fault) { d.Fatalf("%+v", f) }); err != nil {
		d.Fatal(err)
	}
	if stale, err := d.store.StaleGenerations(context.Background()); err != nil || len(stale) > 0 {
		d.Fatalf("stale generations %v %v", stale, err)
	}
}

func (d *desk) state(key string) storage.ChannelState {
	d.Helper()
	states, err := d.store.Channels(context.Background())
	if err != nil {
		d.Fatal(err)
	}
	return states[key]
}

func TestCatch(t *testing.T) {
	t.Parallel()
	d := newDesk(t, taking("a", 50, "apple*"), taking("b", 50, "banana*"))
	if got := d.catch(); got != "desk/a desk/b" {
		t.Errorf("new channels: touched %q", got)
	}
	d.add(noon, "apples", "bananas", "cherries")
	if got := d.catch(); got != "desk/a desk/b" {
		t.Errorf("touched %q", got)
	}
	if got := d.catch(); got != "" {
		t.Errorf("nothing changed, touched %q", got)
	}
	d.want("desk/a", "apples")
	d.revise(noon.Add(time.Minute), 1, "bananas now")
	if got := d.catch(); got != "desk/a desk/b" {
		t.Errorf("moved from one channel to another: touched %q", got)
	}
	d.want("desk/a")
	d.want("desk/b", "bananas now", "bananas")
	if in, err := d.store.FiledIn(t.Context(), d.article(1)); err != nil || in["desk/b"] != "take[0]: words banana*" || len(in) != 1 {
		t.Errorf("filed in %v %v", in, err)
	}
	if switched, more := d.refile(); switched != "" || more {
		t.Errorf("a store that was empty has to be filed again: %q, %t", switched, more)
	}
	d.check()
}

func TestDecisionsBeatRules(t *testing.T) {
	t.Parallel()
	d := newDesk(t, taking("a", 50, "apple*"),
		deskwire.Channel{Kind: deskwire.Desk, Name: "by-topic", Take: []deskwire.Rule{{Topics: []string{"fruit"}}}},
		deskwire.Channel{Kind: deskwire.Topic, Name: "fruit"})
	d.add(noon, "apples", "cherries")
	d.catch()
	hide := d.decide(1, deskwire.Hide, "desk/a")
	if got := d.catch(); got != "desk/a" {
		t.Errorf("hidden: touched %q", got)
	}
	d.want("desk/a", "apples") // filed still, for the day the hiding is undone
	if _, err := d.store.Decide(t.Context(), deskwire.Decision{Verb: deskwire.Undo, Undoes: hide.ID, By: "ed", At: noon}); err != nil {
		t.Fatal(err)
	}
	assign := d.decide(2, deskwire.Assign, "desk/a")
	if got := d.catch(); got != "desk/a" {
		t.Errorf("assigned: touched %q", got)
	}
	d.want("desk/a", "apples", "cherries")
	if _, err := d.store.Decide(t.Context(), deskwire.Decision{Verb: deskwire.Undo, Undoes: assign.ID, By: "ed", At: noon}); err != nil {
		t.Fatal(err)
	}
	if got := d.catch(); got != "desk/a" {
		t.Errorf("no longer assigned: touched %q", got)
	}
	d.want("desk/a", "apples")
	d.decide(2, deskwire.Assign, "topic/fruit")
	d.decide(1, deskwire.Assign, "desk/gone")
	d.catch()
	d.want("topic/fruit", "cherries")
	d.want("desk/by-topic", "cherries")
	d.decide(2, deskwire.Pin, "desk/a")
	d.decide(1, deskwire.Pin, "")
	d.catch()
	d.want("desk/a", "apples", "cherries")
	d.want("desk/by-topic", "cherries") // a pin in all is one in those that hold the story
	d.decide(2, deskwire.Unpin, "desk/a")
	d.catch()
	d.want("desk/a", "apples")
	d.check()
}

// Two filers at once file everything, once.
func TestTwoFilers(t *testing.T) {
	t.Parallel()
	d := newDesk(t, taking("a", 50, "apple"))
	d.add(noon, numbered(3000, "apple", "plum")...)
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			if _, err := d.filer().Catch(context.Background(), noon); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := len(d.shows("desk/a")); n != 1500 {
		t.Errorf("%d shown", n)
	}
	d.check()
}

func TestSwept(t *testing.T) {
	t.Parallel()
	d := newDesk(t, taking("a", 50, "apple"))
	d.add(noon.Add(-1000*time.Hour), "apple old")
	d.add(noon, "apple new")
	d.catch()
	if _, err := d.store.Sweep(t.Context(), storage.Retention{Now: noon, Keep: map[string]time.Duration{"": 500 * time.Hour}}, nil); err != nil {
		t.Fatal(err)
	}
	d.catch()
	d.want("desk/a", "apple new")
	d.check()
}

// Expressions that fail are told once a round.
func TestFailuresAreLogged(t *testing.T) {
	t.Parallel()
	d := newDesk(t, deskwire.Channel{Kind: deskwire.Desk, Name: "a", Take: []deskwire.Rule{{When: `article.categories[0] == "x"`, Line: 3}}})
	d.add(noon, "one", "two")
	var log strings.Builder
	f := d.filer()
	f.Log = slog.New(slog.NewTextHandler(&log, nil))
	if _, err := f.Catch(t.Context(), noon); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(log.String(), "times=2") || !strings.Contains(log.String(), "desk/a take[0] line 3: when: index out of range") || strings.Count(log.String(), "\n") != 1 {
		t.Errorf("log: %s", log.String())
	}
}
