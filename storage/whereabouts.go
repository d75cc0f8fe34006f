package storage

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"deskwire"
)

// Whereabouts are where readers find a story, and in which state it is.
type Whereabouts struct {
	Changed  Stamp                // of the last change of its facts and decisions; grows with each
	Filed    map[string]time.Time // channels that hold it, by the generation that readers see, and its place there
	Shown    []deskwire.Showing   // where its items were published
	Archived bool                 // an archive page holds it
}

// Whereabouts returns those of stories, slot by slot.
func (s *Store) Whereabouts(ctx context.Context, stories ...*deskwire.Story) (where []Whereabouts, err error) {
	err = s.engine.View(ctx, func(tx Tx) error {
		where = make([]Whereabouts, len(stories))
		generations := map[string]uint32{}
		for i, story := range stories {
			if err := where[i].read(tx, story, generations); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("whereabouts: %w", err)
	}
	return where, nil
}

// read fills in what there is of a story; generations remembers which one readers see of a channel.
func (w *Whereabouts) read(tx Tx, story *deskwire.Story, generations map[string]uint32) error {
	stamps, err := stampsOf(tx, []deskwire.ID{story.ID})
	if err != nil {
		return err
	}
	w.Changed = stamps[0]
	places, err := decodeFiled(story.ID, tx.Get(tableFiled, string(story.ID))[0])
	if err != nil {
		return err
	}
	for _, p := range places {
		seen, ok := generations[p.channel]
		if !ok {
			st, err := getChannel(tx, p.channel)
			if err != nil {
				return err
			}
			if st != nil {
				seen = st.Shown()
			}
			generations[p.channel] = seen
		}
		if p.generation == seen {
			set(&w.Filed, p.channel, p.placed)
		}
	}
	if w.Shown, err = shownOf(tx, story); err != nil {
		return err
	}
	w.Archived = archived(tx, story.ID)
	return nil
}

func set(m *map[string]time.Time, k string, v time.Time) {
	if *m == nil {
		*m = map[string]time.Time{}
	}
	(*m)[k] = v
}

// Stamps returns when stories changed last, by their IDs; 0 for what is not there. It reads next to nothing of them.
func (s *Store) Stamps(ctx context.Context, stories ...deskwire.ID) (stamps []Stamp, err error) {
	err = s.engine.View(ctx, func(tx Tx) (err error) {
		stamps, err = stampsOf(tx, stories)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("stamps: %w", err)
	}
	return stamps, nil
}

func stampsOf(tx Tx, stories []deskwire.ID) ([]Stamp, error) {
	stamps := make([]Stamp, len(stories))
	for i, val := range tx.Get(tableHead, texts(stories)...) {
		story, grouped := stories[i], val == nil
		if val != nil {
			var ok bool
			if stamps[i], story, grouped, ok = headStamp(story, val); !ok {
				return nil, damaged(tableHead, string(stories[i]), "not an article")
			}
		}
		if !grouped || story == "" {
			continue
		}
		g, err := getGroup(tx, story)
		if err != nil {
			return nil, err
		}
		if g != nil {
			stamps[i] = g.changed
		}
	}
	return stamps, nil
}

// headStamp reads of a head what leads to its story's stamp.
func headStamp(id deskwire.ID, val []byte) (changed Stamp, story deskwire.ID, grouped, ok bool) {
	story = id
	f := fields{b: val}
	for num := f.next(); num != 0; num = f.next() {
		switch num {
		case headStory:
			from, to := f.span()
			story = deskwire.ID(val[from:to])
		case headChanged:
			changed = Stamp(f.uint())
		case headGrouped:
			grouped = f.uint() != 0
		default:
			f.skip()
		}
	}
	return changed, story, grouped, !f.bad
}

// Beside returns the places of a channel's current generation that are nearest to one, which need not be there: at most so many
// newer ones and so many older ones, the nearest first.
func (s *Store) Beside(ctx context.Context, channel string, at Place, newer, older int) (after, before []Place, err error) {
	err = s.engine.View(ctx, func(tx Tx) error {
		after, before = nil, nil
		st, err := getChannel(tx, channel)
		if err != nil || st == nil {
			return err
		}
		prefix := placePrefix(channel, st.Shown())
		key := placeKey(channel, st.Shown(), at.Placed, at.Story)
		walk := func(from, to string, limit int, reverse bool) (places []Place, err error) {
			if limit <= 0 {
				return nil, nil
			}
			for key, val := range tx.Scan(tablePlace, from, to, limit, reverse) {
				_, _, placed, story, ok := splitPlaceKey(key)
				if !ok {
					return nil, damaged(tablePlace, key, "not a place")
				}
				places = append(places, Place{Placed: placed, Story: story, By: string(val)})
			}
			return places, nil
		}
		// The newest place has the smallest key.
		if after, err = walk(prefix, key, newer, true); err != nil {
			return err
		}
		before, err = walk(key+"\x00", prefixEnd(prefix), older, false)
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("beside %s in %s: %w", at.Story, channel, err)
	}
	return after, before, nil
}

// Surfaced returns the IDs that some channel holds or published, in any generation and under any name, in their order after one
// (exclusive; "" is before the first), at most limit. An article that was an item by itself is among them, and a story that
// became part of another.
func (s *Store) Surfaced(ctx context.Context, after deskwire.ID, limit int) (ids []deskwire.ID, err error) {
	limit = max(limit, 1)
	err = s.engine.View(ctx, func(tx Tx) error {
		ids = make([]deskwire.ID, 0, 2*limit)
		from := ""
		if after != "" {
			from = string(after) + "\x00"
		}
		for _, table := range []Table{tableFiled, tableShown} {
			for key := range tx.Scan(table, from, "", limit, false) {
				id := deskwire.ID(key)
				if !id.Valid() {
					return damaged(table, key, "not an ID")
				}
				ids = append(ids, id)
			}
		}
		slices.SortFunc(ids, cmp.Compare[deskwire.ID])
		ids = slices.Compact(ids)
		ids = ids[:min(len(ids), limit)]
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("what was surfaced: %w", err)
	}
	return ids, nil
}
