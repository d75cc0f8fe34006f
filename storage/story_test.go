package storage_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protowire"

	"deskwire"
	"deskwire/storage"
	"deskwire/storage/memory"
	"deskwire/storage/storagetest"
)

// group writes the rows of a story of several articles, as a matcher will: the members' heads point to it, the younger
// stories lead to it and leave the stream of changes.
func group(t testing.TB, e storage.Engine, members []*deskwire.Article) {
	t.Helper()
	raw(t, e, func(tx storage.Tx) {
		stamp := tx.Stamp()
		var row []byte
		text := func(num protowire.Number, s string) {
			row = protowire.AppendString(protowire.AppendTag(row, num, protowire.BytesType), s)
		}
		number := func(b []byte, num protowire.Number, v uint64) []byte {
			return protowire.AppendVarint(protowire.AppendTag(b, num, protowire.VarintType), v)
		}
		story := members[0].ID
		var changes []string
		for key := range tx.Scan("change", "", "", 0, false) {
			if slices.ContainsFunc(members, func(a *deskwire.Article) bool { return key[8:] == string(a.ID) }) {
				changes = append(changes, key)
			}
		}
		for _, key := range changes {
			tx.Delete("change", key)
		}
		for _, a := range members {
			text(1, string(a.ID))
			head := slices.Clone(tx.Get("head", string(a.ID))[0])
			head = protowire.AppendString(protowire.AppendTag(head, 32, protowire.BytesType), string(story))
			tx.Set("head", string(a.ID), number(head, 44, 1))
			if a.ID != story {
				tx.Set("story", string(a.ID), protowire.AppendString(protowire.AppendTag(nil, 2, protowire.BytesType), string(story)))
			}
		}
		row = number(row, 3, uint64(stamp))
		row = number(row, 4, protowire.EncodeZigZag(members[0].Placed.Unix()))
		tx.Set("story", string(story), row)
		tx.Set("change", stamp.Key()+string(story), []byte{'m'})
	})
}

// A story of several articles is one story whichever of them one asks for; decisions and revisions of any of them are the
// story's; it loses its oldest articles and stays.
func TestGroupedStory(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	e := memory.Open()
	s := storagetest.Open(t, e)
	for i, source := range []string{"a", "b", "c"} {
		f := document(start.Add(time.Duration(i)*time.Hour), fmt.Sprintf("g https://%s.example/1 title%d text", source, i))
		f.Source = source
		merge(t, s, f)
	}
	all := articles(t, s)
	group(t, e, all)
	storagetest.Check(t, s)
	ids := func(st *deskwire.Story) (ids []deskwire.ID) {
		for i := range st.Articles {
			ids = append(ids, st.Articles[i].ID)
		}
		return ids
	}
	want := []deskwire.ID{all[0].ID, all[1].ID, all[2].ID}
	stories, err := s.Stories(ctx, want...)
	if err != nil {
		t.Fatal(err)
	}
	for i, st := range stories {
		if st == nil || st.ID != all[0].ID || !slices.Equal(ids(st), want) || !st.Placed.Equal(all[0].Placed) {
			t.Errorf("story by article %d = %+v", i, st)
		}
	}
	before, _ := s.Changes(ctx, "", 10)
	f := document(start.Add(3*time.Hour), "g https://b.example/1 revised text")
	f.Source = "b"
	if out := merge(t, s, f); out.Updated != 1 {
		t.Errorf("a revision of a member: %+v", out)
	}
	after, _ := s.Changes(ctx, "", 10)
	if len(before) != 1 || len(after) != 1 || after[0].Story != all[0].ID || after[0].At <= before[0].At {
		t.Errorf("changes %v, were %v", after, before)
	}
	// The oldest goes alone: the story keeps its ID and its place.
	r := storage.Retention{Now: start.Add(24*time.Hour + time.Minute), Keep: map[string]time.Duration{"": 24 * time.Hour}}
	if swept, err := s.Sweep(ctx, r, nil); swept.Heads != 1 || err != nil {
		t.Errorf("swept %+v, %v; want one", swept, err)
	}
	storagetest.Check(t, s)
	stories, err = s.Stories(ctx, want...)
	if err != nil {
		t.Fatal(err)
	}
	for i, st := range stories {
		if st == nil || st.ID != all[0].ID || !slices.Equal(ids(st), want[1:]) || !st.Placed.Equal(all[0].Placed) {
			t.Errorf("story by article %d after the sweep = %+v", i, st)
		}
	}
	if swept, err := s.Sweep(ctx, storage.Retention{Now: r.Now, Keep: map[string]time.Duration{"b": time.Hour}}, nil); swept.Heads != 1 || err != nil {
		t.Errorf("swept %+v, %v; want one", swept, err)
	}
	// A decision on a member keeps all that are left.
	if _, err := s.Decide(ctx, deskwire.Decision{Verb: deskwire.Pin, Article: want[2], Channel: "desk/world", At: start}); err != nil {
		t.Fatal(err)
	}
	if pinned, err := s.Pinned(ctx, "desk/world"); len(pinned) != 1 || pinned[0] != all[0].ID || err != nil {
		t.Errorf("pinned %v, %v; want the story", pinned, err)
	}
	r.Now = r.Now.Add(1000 * time.Hour)
	if swept, err := s.Sweep(ctx, r, nil); swept.Heads != 0 || err != nil {
		t.Errorf("swept %+v, %v of a decided story", swept, err)
	}
}
