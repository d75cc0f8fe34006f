package publisher

import (
	"context"
	"time"

	"deskwire"
	"deskwire/storage"
)

const (
	// gatherPage is the most places that are read at a time.
	gatherPage = 1000
	// gatherMost bounds how many places an edition looks at: a desk whose newest 5,000 stories are hidden, or all from one
	// source of which it wants a few, shows less than it could rather than to read its whole history for every commit.
	gatherMost = 5000
)

// Gather reads what [Compose] needs: the newest places of the channel until enough of them show, what is pinned in it, and
// what it published that was killed or corrected since. It costs by the channel's limit, not by how much is filed. Each story stands once.
func Gather(ctx context.Context, store *storage.Store, ch deskwire.Channel, now time.Time, sources map[string]deskwire.Source) ([]deskwire.Story, error) {
	b, err := readBulletin(ctx, store)
	if err != nil {
		return nil, err
	}
	return gather(ctx, store, ch, now, sources, b)
}

// gather is [Gather] with what was read once for all channels.
func gather(ctx context.Context, store *storage.Store, ch deskwire.Channel, now time.Time, sources map[string]deskwire.Source, b *bulletin) ([]deskwire.Story, error) {
	g := gathering{store: store, seen: map[deskwire.ID]bool{}}
	if err := g.pinned(ctx, ch.Key()); err != nil {
		return nil, err
	}
	limit := ch.Policy.Limit
	page := min(max(limit+limit/4, 20), gatherPage)
	if limit == 0 {
		page = gatherPage
	}
	var after storage.Place
	for looked := 0; looked < gatherMost; {
		page = min(page, gatherMost-looked)
		places, err := store.Filed(ctx, ch.Key(), after, page)
		if err != nil {
			return nil, err
		}
		ids := make([]deskwire.ID, len(places))
		for i, p := range places {
			ids[i] = p.Story
		}
		if err := g.load(ctx, ids); err != nil {
			return nil, err
		}
		if len(places) < page {
			break
		}
		looked += len(places)
		after = places[len(places)-1]
		if age := ch.Policy.MaxAge; age > 0 && !now.Before(after.Placed.Add(age)) {
			break
		}
		if ed, _ := Compose(ch, now, g.stories, sources, time.Time{}); limit > 0 && filled(ed.Items, limit) {
			break
		}
		// What was read is composed again for each page: fewer, larger pages keep that below twice the work.
		page = min(2*page, gatherPage)
	}
	return g.stories, g.noticed(ctx, &ch, now, b)
}

// gathering is stories on the way into an edition.
type gathering struct {
	store   *storage.Store
	stories []deskwire.Story
	seen    map[deskwire.ID]bool
}

// load adds stories that are not there yet.
func (g *gathering) load(ctx context.Context, ids []deskwire.ID) error {
	fresh := ids[:0]
	for _, id := range ids {
		if !g.seen[id] {
			g.seen[id] = true
			fresh = append(fresh, id)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	found, err := g.store.Stories(ctx, fresh...)
	if err != nil {
		return err
	}
	for i, s := range found {
		// A story that was merged into another is found by its old ID too.
		if s != nil && (s.ID == fresh[i] || !g.seen[s.ID]) {
			g.seen[s.ID] = true
			g.stories = append(g.stories, *s)
		}
	}
	return nil
}

// pinned adds the stories that are pinned in the channel and filed in it: a pin in all channels is one in those that hold
// the story.
func (g *gathering) pinned(ctx context.Context, key string) error {
	pins, err := g.store.Pinned(ctx, key)
	if err != nil {
		return err
	}
	var held []deskwire.ID
	for _, id := range pins {
		in, err := g.store.FiledIn(ctx, id)
		if err != nil {
			return err
		}
		if _, ok := in[key]; ok {
			held = append(held, id)
		}
	}
	return g.load(ctx, held)
}

// noticed adds the stories of which the channel's readers are to hear something: those that it had published and that were
// killed lately, wherever they are filed now, and those that are filed in it and were corrected, or are back. Of these it adds as
// many as [Compose] shows beside the others, the latest.
func (g *gathering) noticed(ctx context.Context, ch *deskwire.Channel, now time.Time, b *bulletin) error {
	c := composer{ch: ch, key: ch.Key(), now: now}
	since, recalled := now.Add(-deskwire.RetractionAge), 0
	for i := range b.made {
		d := &b.made[i]
		if d.ID.Time().Before(since) {
			break
		}
		for _, s := range b.about(d) {
			if g.seen[s.ID] || !c.published(s, now) {
				continue
			}
			standing := deskwire.Stand(concerning(s.Decisions, c.key), now)
			said := len(s.Retractions(c.key, &standing)) > 0
			if !said && standing.HiddenIn(c.key) == "" && recalled < maxRecalled {
				in, err := g.store.FiledIn(ctx, s.ID)
				if err != nil {
					return err
				}
				if _, said = in[c.key]; said {
					recalled++
				}
			}
			if said {
				g.seen[s.ID] = true
				g.stories = append(g.stories, *s)
			}
		}
	}
	return nil
}

// filled reports whether so many items stand within the channel's limits.
func filled(items []deskwire.Item, limit int) bool {
	n, _ := regular(items)
	return n >= limit
}
