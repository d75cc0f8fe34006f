package storage

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"deskwire"
)

// A group is the row of a story that is not simply the one article of its ID: it has several articles, or its first one was
// swept, or it was merged into an older story.
type group struct {
	members []deskwire.ID // in the order of first sight
	into    deskwire.ID   // the story that this one was merged into, "" for none; then there are no members
	changed Stamp         // of its row in change; where merged, of the row that says so
	placed  time.Time     // of its first article
}

// maxMerges bounds how far merged stories are followed. Merging rewrites older rows, so one step is the rule.
const maxMerges = 8

func (g *group) encode() []byte {
	var b []byte
	for _, id := range g.members {
		b = appendText(b, 1, string(id))
	}
	b = appendText(b, 2, string(g.into))
	b = appendUint(b, 3, uint64(g.changed))
	if !g.placed.IsZero() {
		b = appendTime(b, 4, g.placed)
	}
	return b
}

func decodeGroup(id deskwire.ID, val []byte) (*group, error) {
	g := new(group)
	f := read(val)
	for num := f.next(); num != 0; num = f.next() {
		switch num {
		case 1:
			g.members = append(g.members, deskwire.ID(f.text()))
		case 2:
			g.into = deskwire.ID(f.text())
		case 3:
			g.changed = Stamp(f.uint())
		case 4:
			g.placed = f.time()
		case 5:
			f.nanoseconds(&g.placed)
		default:
			f.skip()
		}
	}
	bad := f.bad || (g.into == "") == (len(g.members) == 0) || g.into != "" && !g.into.Valid()
	for _, m := range g.members {
		bad = bad || !m.Valid()
	}
	if bad {
		return nil, damaged(tableStory, string(id), "not a story")
	}
	return g, nil
}

// getGroup reads a story's row; nil when it has none.
func getGroup(tx Tx, id deskwire.ID) (*group, error) {
	val := tx.Get(tableStory, string(id))[0]
	if val == nil {
		return nil, nil
	}
	return decodeGroup(id, val)
}

// getHeads reads heads; the slot of an absent one is nil.
func getHeads(tx Tx, ids []deskwire.ID) ([]*head, error) {
	heads := make([]*head, len(ids))
	for i, val := range tx.Get(tableHead, texts(ids)...) {
		if val == nil {
			continue
		}
		h, err := decodeHead(ids[i], val)
		if err != nil {
			return nil, err
		}
		heads[i] = h
	}
	return heads, nil
}

func texts(ids []deskwire.ID) []string {
	keys := make([]string, len(ids))
	for i, id := range ids {
		keys[i] = cmp.Or(string(id), " ") // no key is empty, and nothing has that one
	}
	return keys
}

// Stories returns whole stories with their decisions; the slot of an absent one is nil. The ID of any article of a story,
// and one that a story had before it was merged, leads to that story.
func (s *Store) Stories(ctx context.Context, ids ...deskwire.ID) ([]*deskwire.Story, error) {
	var stories []*deskwire.Story
	err := s.engine.View(ctx, func(tx Tx) (err error) {
		stories, err = getStories(tx, ids)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("stories: %w", err)
	}
	return stories, nil
}

func getStories(tx Tx, ids []deskwire.ID) ([]*deskwire.Story, error) {
	stories := make([]*deskwire.Story, len(ids))
	heads, err := getHeads(tx, ids)
	if err != nil {
		return nil, err
	}
	var decided []*deskwire.Story
	for i, h := range heads {
		members := []*head{h}
		story := &deskwire.Story{ID: ids[i]}
		switch {
		case h != nil && !h.grouped:
			story.ID, story.Placed = h.Story, h.Placed
		default:
			id := ids[i]
			if h != nil {
				id = h.Story
			}
			if story, members, err = getGrouped(tx, id); err != nil {
				return nil, err
			}
			if story == nil {
				continue
			}
		}
		story.Articles = make([]deskwire.Article, len(members))
		voted := false
		for j, m := range members {
			story.Articles[j] = m.Article
			voted = voted || m.decided
		}
		if voted {
			decided = append(decided, story)
		}
		stories[i] = story
	}
	return stories, addDecisions(tx, decided)
}

// getGrouped reads a story by its row; nil when there is none, or nothing is left of it.
func getGrouped(tx Tx, id deskwire.ID) (*deskwire.Story, []*head, error) {
	for range maxMerges {
		g, err := getGroup(tx, id)
		if err != nil || g == nil {
			return nil, nil, err
		}
		if g.into != "" {
			id = g.into
			if heads, err := getHeads(tx, []deskwire.ID{id}); err != nil {
				return nil, nil, err
			} else if h := heads[0]; h != nil && !h.grouped {
				return &deskwire.Story{ID: id, Placed: h.Placed}, heads, nil
			}
			continue
		}
		heads, err := getHeads(tx, g.members)
		if err != nil {
			return nil, nil, err
		}
		heads = slices.DeleteFunc(heads, func(h *head) bool { return h == nil })
		if len(heads) == 0 {
			return nil, nil, nil
		}
		return &deskwire.Story{ID: id, Placed: g.placed}, heads, nil
	}
	return nil, nil, damaged(tableStory, string(id), "merged in a circle")
}

// addDecisions reads the decisions of stories that have some, and places them where these have it.
func addDecisions(tx Tx, stories []*deskwire.Story) error {
	for _, story := range stories {
		var articles []deskwire.ID
		for i := range story.Articles {
			articles = append(articles, story.Articles[i].ID)
		}
		decisions, err := decisionsOn(tx, articles)
		if err != nil {
			return err
		}
		story.Decisions = decisions
		if !slices.ContainsFunc(decisions, asksWhere) {
			continue
		}
		if story.Shown, err = shownOf(tx, story); err != nil {
			return err
		}
		story.Placed = deskwire.Place(story.Placed, decisions, story.Shown)
	}
	return nil
}

// asksWhere says that what a decision comes to depends on where the story was published.
func asksWhere(d deskwire.Decision) bool {
	return d.Verb == deskwire.Kill || d.Verb == deskwire.Embargo || d.Verb == deskwire.Correct
}

// decisionsOn reads all decisions that name one of the articles, in the order they were made.
func decisionsOn(tx Tx, articles []deskwire.ID) ([]deskwire.Decision, error) {
	var ids []deskwire.ID
	for i, val := range tx.Get(tableDecided, texts(articles)...) {
		some, err := decodeIDs(tableDecided, string(articles[i]), val)
		if err != nil {
			return nil, err
		}
		ids = append(ids, some...)
	}
	slices.Sort(ids)
	ids = slices.Compact(ids) // a merge names two of them
	decisions := make([]deskwire.Decision, len(ids))
	for i, val := range tx.Get(tableDecision, texts(ids)...) {
		d, err := decodeDecision(ids[i], val)
		if err != nil {
			return nil, err
		}
		decisions[i] = d
	}
	return decisions, nil
}

// decodeIDs reads IDs that stand one after the other.
func decodeIDs(t Table, key string, val []byte) ([]deskwire.ID, error) {
	if len(val)%deskwire.IDLen != 0 {
		return nil, damaged(t, key, "not IDs")
	}
	s := string(val)
	ids := make([]deskwire.ID, 0, len(s)/deskwire.IDLen)
	for ; s != ""; s = s[deskwire.IDLen:] {
		id := deskwire.ID(s[:deskwire.IDLen])
		if !id.Valid() {
			return nil, damaged(t, key, "not IDs")
		}
		ids = append(ids, id)
	}
	return ids, nil
}

func decodeDecision(id deskwire.ID, val []byte) (deskwire.Decision, error) {
	var d deskwire.Decision
	if err := json.Unmarshal(val, &d); err != nil || d.ID != id {
		return d, damaged(tableDecision, string(id), "not a decision")
	}
	return d, nil
}
