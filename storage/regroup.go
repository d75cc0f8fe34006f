package storage

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"deskwire"
)

// MaxStory is how many articles one story may have: more have never been the same thing, and every reader of the story reads
// all of them.
const MaxStory = 1000

// A regrouping works out anew which of some articles are one story.
type regrouping struct {
	tx        Tx
	nodes     map[deskwire.ID]bool // articles, also such that were swept and hold others together
	heads     map[deskwire.ID]*head
	stories   map[deskwire.ID]*group // by story ID, as they stand; a lone article's is made up
	found     []deskwire.Likeness
	decisions []deskwire.Decision // on any of the articles
}

// regroup brings the stories that some articles belong to in line with what was found and decided of them. The ID of a story
// is that of its first article; one that joins an older story leads there from now on, and consumers hear of both.
func regroup(tx Tx, named []deskwire.ID) error {
	r := regrouping{tx: tx, nodes: map[deskwire.ID]bool{}, heads: map[deskwire.ID]*head{}, stories: map[deskwire.ID]*group{}}
	for len(named) > 0 {
		var err error
		if named, err = r.gather(named); err != nil {
			return err
		}
		if len(r.nodes) > 4*MaxStory {
			return fmt.Errorf("stories of more than %d articles: %w", MaxStory, deskwire.ErrInvalid)
		}
	}
	// A merge stands at both of its articles.
	slices.SortFunc(r.decisions, func(a, b deskwire.Decision) int { return cmp.Compare(a.ID, b.ID) })
	r.decisions = slices.CompactFunc(r.decisions, func(a, b deskwire.Decision) bool { return a.ID == b.ID })
	parts := map[deskwire.ID][]deskwire.ID{}
	for _, part := range deskwire.Partition(slices.Sorted(maps.Keys(r.nodes)), r.found, r.decisions) {
		part = slices.DeleteFunc(part, func(id deskwire.ID) bool { return r.heads[id] == nil })
		if len(part) > MaxStory {
			return fmt.Errorf("a story of more than %d articles: %w", MaxStory, deskwire.ErrInvalid)
		}
		if len(part) > 0 {
			parts[r.name(part)] = part
		}
	}
	return r.write(parts)
}

// gather reads some articles, with the stories they belong to, and returns those that anything ties to them and that are
// still to be read.
func (r *regrouping) gather(named []deskwire.ID) (tied []deskwire.ID, err error) {
	fresh := func(ids []deskwire.ID) []deskwire.ID {
		slices.Sort(ids)
		return slices.DeleteFunc(slices.Compact(ids), func(id deskwire.ID) bool { return r.nodes[id] })
	}
	named = fresh(named)
	heads, err := getHeads(r.tx, named)
	if err != nil {
		return nil, err
	}
	for i, h := range heads {
		r.nodes[named[i]] = true
		if h == nil {
			continue
		}
		r.heads[h.ID] = h
		if r.stories[h.Story] != nil {
			continue
		}
		g := &group{members: []deskwire.ID{h.ID}, changed: h.changed, placed: h.Placed}
		if h.grouped {
			if g, err = getGroup(r.tx, h.Story); err != nil {
				return nil, err
			}
			if g == nil || g.into != "" {
				return nil, damaged(tableStory, string(h.Story), "missing")
			}
		}
		r.stories[h.Story] = g
		tied = append(tied, g.members...)
	}
	found, err := likenesses(r.tx, named)
	if err != nil {
		return nil, err
	}
	for _, l := range slices.Concat(found...) {
		if l.Joined && l.Level != deskwire.Coverage {
			r.found, tied = append(r.found, l), append(tied, l.To)
		}
	}
	decisions, err := decisionsOn(r.tx, named)
	if err != nil {
		return nil, err
	}
	for _, d := range decisions {
		if r.decisions = append(r.decisions, d); d.With != "" {
			tied = append(tied, d.Article, d.With)
		}
	}
	return fresh(tied), nil
}

// name is the ID of the story that a part is: that of its first article. A story whose first article was swept goes on under
// its ID with the oldest that is left.
func (r *regrouping) name(part []deskwire.ID) deskwire.ID {
	name := part[0]
	for _, id := range part {
		story := r.heads[id].Story
		if g := r.stories[story]; r.heads[story] == nil && g.members[0] == id {
			name = min(name, story)
		}
	}
	return name
}

// write writes the stories that changed. What they were before leaves the stream of changes or, where it is a part of
// another story now, says so there: places that it was filed in have to be cleared.
func (r *regrouping) write(parts map[deskwire.ID][]deskwire.ID) error {
	stamp := r.tx.Stamp()
	home := map[deskwire.ID]deskwire.ID{} // the story that an article belongs to
	for name, part := range parts {
		for _, id := range part {
			home[id] = name
		}
	}
	for story, g := range r.stories {
		if slices.Equal(parts[story], g.members) {
			continue
		}
		r.tx.Delete(tableChange, changeKey(g.changed, story))
		r.unpin(story)
		if parts[story] == nil {
			r.lead(story, home[g.members[0]], stamp)
			if err := restir(r.tx, story); err != nil {
				return err
			}
		}
	}
	for name, part := range parts {
		g := r.stories[name]
		if g != nil && slices.Equal(part, g.members) {
			continue
		}
		if err := r.form(name, part, g, stamp); err != nil {
			return err
		}
		if err := restir(r.tx, name); err != nil {
			return err
		}
	}
	return nil
}

// unpin forgets where a story that changed was pinned; the stories that came of it are pinned anew.
func (r *regrouping) unpin(story deskwire.ID) {
	for _, d := range r.decisions {
		if d.Verb == deskwire.Pin {
			r.tx.Delete(tablePin, pinKey(d.Channel, story))
		}
	}
}

// lead has a story that is a part of another lead there, and tells consumers.
func (r *regrouping) lead(story, into deskwire.ID, stamp Stamp) {
	g := group{into: into, changed: stamp}
	r.tx.Set(tableStory, string(story), g.encode())
	r.tx.Set(tableChange, changeKey(stamp, story), []byte{changedMembers})
}

// form writes one story: its row, unless it is a lone article, its members' heads, and its change. was is the story of that
// name before, nil where there was none.
func (r *regrouping) form(name deskwire.ID, part []deskwire.ID, was *group, stamp Stamp) error {
	g := group{members: part, changed: stamp, placed: r.heads[part[0]].Placed}
	if was != nil {
		g.placed = was.placed
	} else if err := r.forget(name); err != nil {
		return err
	}
	alone := len(part) == 1 && part[0] == name
	if alone {
		r.tx.Delete(tableStory, string(name))
	} else {
		r.tx.Set(tableStory, string(name), g.encode())
	}
	r.tx.Set(tableChange, changeKey(stamp, name), []byte{changedMembers})
	for _, id := range part {
		h := r.heads[id]
		// Who was in the story before knows it already: a story that grows to hundreds writes a row for each, not one for each
		// pair.
		if h.Story != name || !h.grouped || alone {
			h.Story, h.grouped, h.changed = name, !alone, stamp
			r.tx.Set(tableHead, string(id), h.encode())
		}
		if id == name || r.stories[id] != nil {
			continue // lead has written its row
		}
		old, err := getGroup(r.tx, id)
		if err != nil {
			return err
		}
		if old == nil {
			old = new(group)
		} else if old.into == name {
			continue
		}
		old.members, old.into = nil, name
		r.tx.Set(tableStory, string(id), old.encode())
	}
	return putPins(r.tx, r.heads[part[0]])
}

// forget takes back that a story is a part of another: it stands for itself again.
func (r *regrouping) forget(name deskwire.ID) error {
	g, err := getGroup(r.tx, name)
	if err == nil && g != nil && g.changed != 0 {
		r.tx.Delete(tableChange, changeKey(g.changed, name))
	}
	return err
}
