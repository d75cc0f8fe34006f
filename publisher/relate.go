package publisher

import (
	"cmp"
	"context"
	"time"

	"deskwire"
)

// related reads which stories cover the same events as an edition's items, and has the items name them. until is when time
// alone changes that.
func (p *Press) related(ctx context.Context, ed *deskwire.Edition, now time.Time) (until time.Time, err error) {
	ids := make([]deskwire.ID, len(ed.Items))
	for i := range ed.Items {
		ids[i] = ed.Items[i].Story
	}
	stories, err := p.store.Stories(ctx, ids...)
	if err != nil {
		return until, err
	}
	var asked []*deskwire.Story
	var items []*deskwire.Item
	for i, s := range stories {
		if s != nil {
			asked, items = append(asked, s), append(items, &ed.Items[i])
		}
	}
	found, err := p.store.Related(ctx, 2*deskwire.MaxRelated, asked...)
	if err != nil {
		return until, err
	}
	known := map[deskwire.ID]*deskwire.Story{}
	var wanted []deskwire.ID
	for _, ids := range found {
		for _, id := range ids {
			if _, ok := known[id]; !ok {
				known[id] = nil
				wanted = append(wanted, id)
			}
		}
	}
	if stories, err = p.store.Stories(ctx, wanted...); err != nil {
		return until, err
	}
	for i, s := range stories {
		known[wanted[i]] = s
	}
	var ends horizon
	for i, ids := range found {
		relate(items[i], ids, known, &ed.Channel, p.sources.named, now, &ends)
	}
	return ends.next, nil
}

// relate names stories at an item. What an editor hid here, and what its source allows no longer, is not named.
func relate(item *deskwire.Item, ids []deskwire.ID, stories map[deskwire.ID]*deskwire.Story, ch *deskwire.Channel, sources map[string]deskwire.Source, now time.Time, ends *horizon) {
	c := composer{ch: ch, key: ch.Key(), now: now, sources: sources}
	for _, id := range ids {
		s := stories[id]
		if s == nil || len(item.Related) == deskwire.MaxRelated {
			continue
		}
		standing := deskwire.Stand(concerning(s.Decisions, c.key), now)
		ends.at(standing.Until)
		lead, _ := s.Lead(deskwire.Election{Sources: sources, Prefer: ch.Prefer})
		src := c.source(s.Articles[lead].Source)
		if standing.HiddenIn(c.key) != "" || c.over(s.Articles[lead].Published, src.Granted().Expires, ends) {
			continue
		}
		art := standing.Apply(s.Articles[lead])
		if art.Title == "" || art.Link == "" {
			continue
		}
		item.Related = append(item.Related, deskwire.Related{Story: s.ID, Title: art.Title, Source: cmp.Or(src.Title, src.Name), Link: art.Link, Published: art.Published})
	}
}
