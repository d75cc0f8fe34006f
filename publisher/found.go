package publisher

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"deskwire"
	"deskwire/storage"
)

// A Found is a story as everybody may read it on its page at one moment.
type Found struct {
	Item     deskwire.Item    // with its body, as far as rights go
	Channel  deskwire.Channel // that its page belongs to
	Channels []string         // keys of those that hold it or published it, sorted
}

// Found returns stories as their pages show them at now, slot by slot; nil for what has no page: nobody may find it. until is, slot
// by slot, when time alone may give or take it; zero is never.
func (p *Press) Found(ctx context.Context, now time.Time, ids ...deskwire.ID) (found []*Found, until []time.Time, err error) {
	found, until = make([]*Found, len(ids)), make([]time.Time, len(ids))
	s := p.Surface().shelved()
	if s == nil {
		return found, until, nil
	}
	stories, err := p.store.Stories(ctx, ids...)
	if err != nil {
		return nil, nil, err
	}
	var asked []*deskwire.Story
	var slots []int
	for i, story := range stories {
		if story != nil && story.ID == ids[i] { // what became a part of another is found as that one
			asked, slots = append(asked, story), append(slots, i)
		}
	}
	where, err := p.store.Whereabouts(ctx, asked...)
	if err != nil {
		return nil, nil, err
	}
	var bodies []deskwire.ID
	var of []*Found
	for k, story := range asked {
		f, end := s.found(story, &where[k], now)
		found[slots[k]], until[slots[k]] = f, end
		if f != nil && f.Item.WantsBody {
			bodies, of = append(bodies, f.Item.Article.ID), append(of, f)
		}
	}
	texts, err := p.store.Bodies(ctx, bodies...)
	if err != nil {
		return nil, nil, err
	}
	for i, text := range texts {
		if len(text) <= maxItem {
			of[i].Item.Body = text
		}
	}
	return found, until, nil
}

// found is a story as its page shows it, without its body.
func (s *shelf) found(story *deskwire.Story, w *storage.Whereabouts, now time.Time) (*Found, time.Time) {
	is, ch, until := s.standing(story, w, now)
	if is != shown {
		return nil, until
	}
	c := storyReader(ch, now, s.sources, deskwire.ContentFull)
	k := c.single(story)
	if k == nil {
		return nil, c.until.next
	}
	f := &Found{Item: c.item(k), Channel: *ch}
	for _, other := range s.order {
		standing := story.Standing(now)
		if s.holds(other, w) && (w.Archived || standing.Hidden[other.Key()] == "") {
			f.Channels = append(f.Channels, other.Key())
		}
	}
	slices.Sort(f.Channels)
	c.until.at(k.ends.next)
	return f, c.until.next
}

// FoundBy is a print of everything but stories that decides what [Press.Found] finds: when it is another, all of them have to be
// looked at again. "" is before the first update.
func (p *Press) FoundBy(ctx context.Context) (string, error) {
	s := p.Surface().shelved()
	if s == nil {
		return "", nil
	}
	states, err := p.store.Channels(ctx)
	if err != nil {
		return "", err
	}
	all := []any{s.allSources}
	for _, ch := range s.order {
		st := states[ch.Key()]
		// A story's place in a channel changes with the channel's generation, and with the end of filing it again.
		all = append(all, ch.Key(), ch.Prefer, ch.Take, st.Shown(), st.Next == 0)
	}
	for _, old := range slices.Sorted(maps.Keys(s.was)) {
		all = append(all, old, s.was[old])
	}
	return fmt.Sprintf("%016x", imprint(all...)), nil
}

// FiledTo is how far the store's changes are filed: what comes later may not have its places yet.
func FiledTo(ctx context.Context, store *storage.Store) (storage.Cursor, error) {
	return store.Cursor(ctx, consumer)
}
