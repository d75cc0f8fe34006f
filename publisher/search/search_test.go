package search

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"deskwire"
)

func running(tb testing.TB) *newsroom {
	n := open(tb)
	n.say("harbour", "Old bridge reopens", "The ferry rests. "+filler)
	n.say("hill", "A bridge for hikers", "Only the mayor smiled. "+filler)
	n.say("hill", "Nobody files this", "The ferry rests.")
	n.say("harbour", "Ferry strike ends", "Crews return to the bridge. "+filler)
	n.publish()
	return n
}

// Everything that everybody may read is found, the newest first, and nothing else.
func TestFinds(t *testing.T) {
	t.Parallel()
	n := running(t)
	n.finds("bridge", "Ferry strike ends", "A bridge for hikers", "Old bridge reopens")
	n.finds("ferry", "Ferry strike ends", "Old bridge reopens")
	n.finds("mayor") // no right to the body: it does not match by it either
	n.finds("nobody")
	n.finds(`"bridge for"`, "A bridge for hikers")
	n.finds("bridge -ferry", "A bridge for hikers")
	n.finds("hik*", "A bridge for hikers")
	n.finds("zzz*")
	n.finds("-zzz* bridge -fer*", "A bridge for hikers")
	n.finds(`"bridge reop*"`)
	n.finds("bridge topic:bridges", "A bridge for hikers", "Old bridge reopens")
	n.finds("desk:world", "Ferry strike ends", "Old bridge reopens")
	n.finds("source:hill", "A bridge for hikers")
	n.finds("")
	n.finds("-bridge")
	if n.proposes("mayor") != 0 {
		t.Error("the index holds a body that there is no right to")
	}
}

func TestPages(t *testing.T) {
	t.Parallel()
	n := running(t)
	q, err := Parse("bridge")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		skip, limit int
		first       string
		n           int
		more        bool
	}{{0, 2, "Ferry strike ends", 2, true}, {2, 2, "Old bridge reopens", 1, false}, {0, 3, "Ferry strike ends", 3, false}, {4, 2, "", 0, false}} {
		res, err := n.searcher.Search(t.Context(), &q, c.skip, c.limit)
		if err != nil || len(res.Found) != c.n || res.More != c.more || !res.Whole || c.n > 0 && res.Found[0].Item.Article.Title != c.first {
			t.Errorf("%+v: %d found, more %v, %v", c, len(res.Found), res.More, err)
		}
	}
}

// What is taken away is not found from that moment on, before the index has heard of it.
func TestTakenAway(t *testing.T) {
	t.Parallel()
	n := running(t)
	n.decide(deskwire.Decision{Verb: deskwire.Kill, Article: n.id("Ferry strike ends")})
	embargo := n.decide(deskwire.Decision{Verb: deskwire.Embargo, Article: n.id("Old bridge reopens"), Until: n.now.Add(time.Hour)})
	hide := n.decide(deskwire.Decision{Verb: deskwire.Hide, Article: n.id("A bridge for hikers")})
	n.finds("bridge")
	n.publish()
	n.finds("bridge")
	if got := n.proposes("bridge"); got != 0 {
		t.Errorf("the index still has %d", got)
	}
	n.decide(deskwire.Decision{Verb: deskwire.Undo, Undoes: hide})
	n.publish()
	n.finds("bridge", "A bridge for hikers")
	// An embargo ends though nobody writes.
	n.now = n.now.Add(2 * time.Hour)
	n.publish()
	n.finds("ferry", "Old bridge reopens")
	_ = embargo
}

// An editor's words are found, and those that they replace are not.
func TestEdited(t *testing.T) {
	t.Parallel()
	n := running(t)
	n.decide(deskwire.Decision{Verb: deskwire.Edit, Article: n.id("A bridge for hikers"), Field: "title", Value: "A footpath"})
	n.decide(deskwire.Decision{Verb: deskwire.Edit, Article: n.id("A bridge for hikers"), Field: "summary", Value: "For walkers."})
	n.finds("hikers") // the index proposes it still
	n.publish()
	n.finds("footpath walkers", "A footpath")
	n.finds("hikers")
}

// Rights that the configuration takes away hold at once, and with other rules the same articles are found elsewhere.
func TestReconfigured(t *testing.T) {
	t.Parallel()
	n := running(t)
	n.finds("crews", "Ferry strike ends")
	harbour := n.sources["harbour"]
	harbour.Rights.Body = false
	n.sources["harbour"] = harbour
	site := n.press.Surface().Site
	n.press.Reconfigure(site, n.channels, n.sources)
	n.file()
	if n.proposes("crews") != 1 {
		t.Error("the index knows already")
	}
	n.finds("crews")
	n.publish()
	if n.proposes("crews") != 0 {
		t.Error("the index still has the body")
	}
	n.channels[0].Take = []deskwire.Rule{{Sources: []string{"hill"}}}
	n.press.Reconfigure(site, n.channels, n.sources)
	n.publish()
	n.publish() // filing again ends
	n.finds("desk:world nobody", "Nobody files this")
	n.finds("desk:world strike", "Ferry strike ends") // it was published there, and has its page
}

// The index goes on where it ended, in another process as well.
func TestResumes(t *testing.T) {
	t.Parallel()
	n := running(t)
	n.searcher.drop()
	if _, err := n.titles("bridge"); !errors.Is(err, ErrUnavailable) {
		t.Errorf("without an index: %v", err)
	}
	n.start()
	n.say("harbour", "A third bridge", filler)
	n.file()
	st, err := n.searcher.open()
	if err != nil || st.At == "" || !st.Whole {
		t.Fatalf("it begins anew: %+v, %v", st, err)
	}
	if took, err := n.searcher.step(t.Context(), &st); took != 1 || err != nil {
		t.Errorf("took %d changes, %v", took, err)
	}
	n.finds("third", "A third bridge")
}

// A damaged index, and one of another store or version, is made anew, and nobody but the log hears of it.
func TestDamaged(t *testing.T) {
	t.Parallel()
	for name, harm := range map[string]func(n *newsroom){
		"a byte": func(n *newsroom) {
			spoil(t, n.segments()[0], func(b []byte) []byte { b[len(b)/2] ^= 0x55; return b })
		},
		"cut":   func(n *newsroom) { spoil(t, n.segments()[0], func(b []byte) []byte { return b[:len(b)/2] }) },
		"empty": func(n *newsroom) { spoil(t, n.segments()[0], func([]byte) []byte { return nil }) },
		"gone": func(n *newsroom) {
			for _, file := range n.segments() {
				if err := os.Remove(file); err != nil {
					t.Fatal(err)
				}
			}
		},
		"its list": func(n *newsroom) { spoil(t, n.folder+"/root.bolt", func(b []byte) []byte { clear(b); return b }) },
		"all": func(n *newsroom) {
			if err := os.RemoveAll(n.folder); err != nil {
				t.Fatal(err)
			}
		},
		"another store": func(n *newsroom) {
			c, err := openCatalogue(n.folder)
			if err == nil {
				err = errors.Join(c.put(nil, stamp{Version: version, Store: "other"}), c.close())
			}
			if err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := running(t)
			n.searcher.drop()
			harm(n)
			n.start()
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error, 1)
			go func() { done <- n.searcher.Run(ctx) }()
			deadline := time.Now().Add(20 * time.Second)
			for {
				if got, err := n.titles("bridge"); err == nil && len(got) == 3 {
					break
				} else if time.Now().After(deadline) {
					t.Errorf("it is not made anew: %q, %v", got, err)
					break
				}
				time.Sleep(2 * time.Millisecond)
			}
			cancel()
			if err := <-done; err != nil {
				t.Error(err)
			}
		})
	}
}
