package storage_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"deskwire"
	"deskwire/storage"
	"deskwire/storage/memory"
)

// A walk is what Newest and Stories say, in steps of any size.
func TestWalk(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s, err := storage.Open(ctx, memory.Open())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Merge(ctx, []storage.Prepared{storage.Prepare(fetched("wire", 0, 1100, 10, start))}); err != nil {
		t.Fatal(err)
	}
	var want []storage.Step
	for a, err := range s.Newest(ctx, "") {
		if err != nil {
			t.Fatal(err)
		}
		if n := len(want); n%500 == 0 {
			if _, err := s.Decide(ctx, deskwire.Decision{Verb: deskwire.Hide, Article: a.ID, By: "ed", At: start}); err != nil {
				t.Fatal(err)
			}
		}
		stories, err := s.Stories(ctx, a.ID)
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, storage.Step{Article: a.ID, FirstSeen: a.FirstSeen, Story: stories[0]})
	}
	for _, limit := range []int{1, 7, 512, 550, 1024, 1100, 5000} {
		var got []storage.Step
		var before deskwire.ID
		for {
			steps, err := s.Walk(ctx, before, limit)
			if err != nil || len(steps) > limit {
				t.Fatal(len(steps), err)
			}
			if got = append(got, steps...); len(steps) < limit {
				break
			}
			before = steps[len(steps)-1].Article
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Error(fmt.Sprint("in steps of ", limit, ":\n", diff))
		}
	}
}
