package storage_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"deskwire"
	"deskwire/storage"
	"deskwire/storage/bolt"
	"deskwire/storage/memory"
	"deskwire/storage/storagetest"
)

// maxOperations bounds how many operations one call of the store may take; beyond it the test would not end.
const maxOperations = 2000

// Whatever operation of the engine fails, at whatever point: the call says so, the store is sound, and doing it again
// succeeds and comes to the same as if nothing had happened.
func TestFaults(t *testing.T) {
	for _, engine := range []struct {
		name string
		open func(testing.TB) storage.Engine
		step int // how many operations lie between two faults
	}{
		{"memory", func(testing.TB) storage.Engine { return memory.Open() }, 1},
		{"bolt", func(t testing.TB) storage.Engine {
			e, err := bolt.Open(filepath.Join(t.TempDir(), "store.db"), bolt.Options{})
			if err != nil {
				t.Fatal(err)
			}
			return e
		}, 13}, // a prime: every fault costs a commit
	} {
		for _, action := range actions() {
			t.Run(engine.name+"/"+action.name, func(t *testing.T) {
				t.Parallel()
				e := &storagetest.Faulty{Engine: engine.open(t)}
				s := storagetest.Open(t, e)
				setUp(t, s)
				for n := 1; ; n += engine.step {
					if n > maxOperations {
						t.Fatalf("still failing at operation %d", n)
					}
					before := sum(t, s)
					e.Fail(n)
					err := action.run(t.Context(), s)
					failed := e.Failed()
					e.Fail(0)
					storagetest.Check(t, s)
					if !failed {
						if err != nil {
							t.Errorf("without a fault: %v", err)
						}
						break
					}
					if !errors.Is(err, storagetest.ErrFault) && !action.heals {
						t.Fatalf("operation %d failed and the call returned %v", n, err)
					}
					if after := sum(t, s); err != nil && !action.steps && after != before {
						t.Fatalf("operation %d failed, and the call left something:\n%s\nbefore it\n%s", n, after, before)
					}
					if err == nil {
						break // healed: run again source by source
					}
				}
				if got := action.result(t, s); got != action.want {
					t.Errorf("came to %s, want %s", got, action.want)
				}
			})
		}
	}
}

// An action is one call of the store.
type action struct {
	name   string
	run    func(context.Context, *storage.Store) error
	steps  bool // works in several Updates: what the first ones did stays
	heals  bool // tries again by itself
	result func(testing.TB, *storage.Store) string
	want   string
}

func actions() []action {
	edited := document(start.Add(time.Hour), "g1 https://a.example/1 edited other", "g5 https://a.example/5 five text")
	other := document(start.Add(time.Hour), "g1 https://b.example/1 one text")
	other.Source = "b"
	titles := func(t testing.TB, s *storage.Store) string {
		var all []string
		for _, a := range articles(t, s) {
			all = append(all, fmt.Sprint(a.Title, a.Revision))
		}
		slices.Sort(all)
		return strings.Join(all, " ")
	}
	first := func(s *storage.Store, ctx context.Context) (deskwire.ID, error) {
		return s.Find(ctx, "https://a.example/1")
	}
	return []action{
		{
			name: "merge one",
			run: func(ctx context.Context, s *storage.Store) error {
				out, err := s.Merge(ctx, []storage.Prepared{storage.Prepare(edited)})
				if err == nil {
					err = out[0].Err
				}
				return err
			},
			result: titles, want: "edited1 five0 three0 two0",
		},
		{
			name: "merge group", heals: true, steps: true,
			run: func(ctx context.Context, s *storage.Store) error {
				out, err := s.Merge(ctx, []storage.Prepared{storage.Prepare(edited), storage.Prepare(other)})
				if err == nil {
					err = errors.Join(out[0].Err, out[1].Err)
				}
				return err
			},
			result: titles, want: "edited1 five0 one0 three0 two0",
		},
		{
			name: "decide",
			run: func(ctx context.Context, s *storage.Store) error {
				id, err := first(s, ctx)
				if err != nil {
					return err
				}
				_, err = s.Decide(ctx, deskwire.Decision{Verb: deskwire.Pin, Article: id, Channel: "desk/world", At: start})
				return err
			},
			result: func(t testing.TB, s *storage.Store) string {
				pinned, err := s.Pinned(t.Context(), "desk/world")
				n := 0
				for range s.Log(t.Context()) {
					n++
				}
				return fmt.Sprint(len(pinned), n, err)
			},
			want: "1 2 <nil>", // and the note that is there
		},
		{
			name: "kill",
			run: func(ctx context.Context, s *storage.Store) error {
				id, err := first(s, ctx)
				if err != nil {
					return err
				}
				stories, err := s.Stories(ctx, id)
				if err != nil || stories[0].Standing(start).Killed != "" {
					return err // it was decided, whatever the commit said
				}
				_, err = s.Decide(ctx, deskwire.Decision{Verb: deskwire.Kill, Article: id, At: start})
				return err
			},
			result: func(t testing.TB, s *storage.Store) string {
				made, err := s.Notices(t.Context(), time.Time{}, 10)
				return fmt.Sprint(len(made), len(made[0].Covers), err)
			},
			want: "1 1 <nil>",
		},
		{
			name: "publish",
			run: func(ctx context.Context, s *storage.Store) error {
				id, err := first(s, ctx)
				if err != nil {
					return err
				}
				return s.Publish(ctx, []deskwire.Showing{{Item: id, Channel: "desk/world", At: start}, {Item: id, Channel: "desk/home", At: start}})
			},
			result: func(t testing.TB, s *storage.Store) string {
				id, _ := first(s, t.Context())
				stories, err := s.Stories(t.Context(), id)
				shown, err2 := s.Shown(t.Context(), stories[0])
				return fmt.Sprint(len(shown), err, err2)
			},
			want: "2 <nil> <nil>",
		},
		{
			name: "file",
			run: func(ctx context.Context, s *storage.Store) error {
				from, err := s.Cursor(ctx, "filing")
				if err != nil {
					return err
				}
				changes, err := s.Changes(ctx, from, 10)
				if err != nil || len(changes) == 0 {
					return err
				}
				return s.File(ctx, filing(from, changes, "desk/world", "desk/home"))
			},
			result: func(t testing.TB, s *storage.Store) string {
				a, err := s.Filed(t.Context(), "desk/home", storage.Place{}, 10)
				b, err2 := s.Filed(t.Context(), "desk/world", storage.Place{}, 10)
				return fmt.Sprint(len(a), len(b), err, err2)
			},
			want: "3 3 <nil> <nil>",
		},
		{
			name: "close out",
			run:  closeAll,
			result: func(t testing.TB, s *storage.Store) string {
				pages, err := s.ArchivePages(t.Context(), "desk/world", 1, 10)
				return fmt.Sprint(len(pages), len(pages[0].Stories), err)
			},
			want: "1 3 <nil>",
		},
		{
			name: "sweep", steps: true,
			run: func(ctx context.Context, s *storage.Store) error {
				_, err := s.Sweep(ctx, storage.Retention{Now: start.Add(24 * time.Hour), Keep: map[string]time.Duration{"": time.Hour}}, nil)
				return err
			},
			result: titles, want: "two0", // which has a note
		},
		{
			name: "claim",
			run: func(ctx context.Context, s *storage.Store) error {
				claims, err := s.Claim(ctx, []string{"a", "b"}, start, 2, func(string, *deskwire.SourceState) bool { return true })
				if err == nil && len(claims) != 2 {
					err = fmt.Errorf("%d claims", len(claims))
				}
				return err
			},
			result: func(testing.TB, *storage.Store) string { return "" },
		},
		{
			name: "drop generation",
			run: func(ctx context.Context, s *storage.Store) error {
				_, err := s.DropGeneration(ctx, "desk/world", 0, 10)
				return err
			},
			result: func(t testing.TB, s *storage.Store) string {
				places, err := s.Filed(t.Context(), "desk/world", storage.Place{}, 10)
				return fmt.Sprint(len(places), err)
			},
			want: "3 <nil>",
		},
	}
}

// filing puts all changed stories into the channels' generation 1.
func filing(from storage.Cursor, changes []storage.Change, channels ...string) storage.Filing {
	f := storage.Filing{
		Consumer: "filing", From: from, To: changes[len(changes)-1].At,
		Generations: map[string]uint32{}, States: map[string]storage.ChannelState{},
	}
	for _, ch := range channels {
		f.Generations[ch] = 1
		f.States[ch] = storage.ChannelState{Created: start, Fingerprint: "x", Generation: 1}
	}
	for _, c := range changes {
		in := map[string]string{}
		for _, ch := range channels {
			in[ch] = "take 12"
		}
		f.Stories = append(f.Stories, storage.FiledStory{Story: c.Story, Placed: start, In: in})
	}
	return f
}

// setUp is a small newsroom: three articles, one with a note, filed in generations 0 and 1 of a desk.
func setUp(t testing.TB, s *storage.Store) {
	t.Helper()
	merge(t, s, document(start, "g1 https://a.example/1 one text", "g2 https://a.example/2 two text", "g3 https://a.example/3 three text"))
	if _, err := s.Decide(t.Context(), deskwire.Decision{Verb: deskwire.Note, Article: articles(t, s)[1].ID, Value: "keep", At: start}); err != nil {
		t.Fatal(err)
	}
	changes, err := s.Changes(t.Context(), "", 10)
	if err != nil {
		t.Fatal(err)
	}
	f := filing("", changes, "desk/world")
	old := f
	old.Consumer, old.States, old.Generations = "", nil, map[string]uint32{"desk/world": 0}
	f.Consumer = ""
	for _, f := range []storage.Filing{f, old} {
		if err := s.File(t.Context(), f); err != nil {
			t.Fatal(err)
		}
	}
}

// sum says how many rows and bytes each table has.
func sum(t testing.TB, s *storage.Store) string {
	t.Helper()
	stats, err := s.Stats(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(stats)
}
