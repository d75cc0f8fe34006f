package publisher

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"deskwire"
	"deskwire/storage"
)

// ComposeArchive works out what an archive page of a channel shows at now. page is its set in the order of closing, stories
// are what the store has under these IDs, slot by slot. until is when time alone may change the answer; zero is never.
//
// The set is never added to or taken from: neither by other rules nor by limit and age, nor when somebody hides a story in the
// channel or pins it. Its items are shown as they stand now, in the editor's words and within their sources' rights; what was
// killed, is held back or may be shown no longer, is left out, and so is a story that became part of another, which has a place of
// its own in the chain.
func ComposeArchive(ch deskwire.Channel, now time.Time, page []deskwire.Closed, stories []*deskwire.Story, sources map[string]deskwire.Source) (ed deskwire.Edition, until time.Time) {
	c := archivist(&ch, now, sources)
	ed = deskwire.Edition{Channel: ch}
	for i, s := range slices.Backward(stories) {
		ed.Updated = latest(ed.Updated, page[i].At)
		if s == nil || s.ID != page[i].Story {
			continue
		}
		lasting := *s
		lasting.Decisions = enduring(s.Decisions)
		all := c.candidates(nil, &lasting)
		if len(all) == 0 {
			ed.Updated = latest(ed.Updated, c.left(&lasting))
		}
		slices.SortStableFunc(all, func(a, b candidate) int {
			return cmp.Compare(a.story.Articles[a.shown].ID, b.story.Articles[b.shown].ID)
		})
		for k := range all {
			item := c.item(&all[k])
			ed.Items = append(ed.Items, item)
			ed.Updated = latest(ed.Updated, item.Updated)
			c.until.at(all[k].ends.next)
		}
	}
	return ed, c.until.next
}

// archivist composes without what makes the feed of a channel the newest part of it.
func archivist(ch *deskwire.Channel, now time.Time, sources map[string]deskwire.Source) composer {
	plain := *ch
	plain.Policy.Limit, plain.Policy.MaxAge, plain.Policy.PerSource = 0, 0, 0
	return composer{ch: &plain, key: ch.Key(), now: now, sources: sources}
}

// enduring are the decisions that reach into archive pages. Where a story stands, and for how long, is the business of lists
// that still move.
func enduring(decisions []deskwire.Decision) []deskwire.Decision {
	passing := map[deskwire.ID]bool{}
	for _, d := range decisions {
		switch d.Verb {
		case deskwire.Hide, deskwire.Pin, deskwire.Unpin, deskwire.Assign, deskwire.Note:
			passing[d.ID] = true
		case deskwire.Undo:
			passing[d.ID] = passing[d.Undoes]
		}
	}
	if len(passing) == 0 {
		return decisions
	}
	return slices.DeleteFunc(slices.Clone(decisions), func(d deskwire.Decision) bool { return passing[d.ID] })
}

// left is when a story left the page that holds it.
func (c *composer) left(s *deskwire.Story) (t time.Time) {
	var ends horizon
	for _, d := range s.Decisions {
		t = latest(t, c.past(d.At, &ends))
	}
	for i := range s.Articles {
		a := &s.Articles[i]
		from := c.source(a.Source)
		if span := from.Granted().Expires; c.over(a.Published, span, &ends) {
			t = latest(t, a.Published.Add(span))
		}
	}
	return t
}

// boundary is the place that everything which left the channel's feed is older than; none when nothing did.
func boundary(ed *deskwire.Edition, now time.Time) (before storage.Place, some bool) {
	policy := &ed.Channel.Policy
	if policy.MaxAge > 0 {
		before, some = storage.Place{Placed: now.Add(-policy.MaxAge).Add(1)}, true
	}
	full := policy.Limit > 0 && len(ed.Items) >= policy.Limit
	if !full && policy.PerSource == 0 {
		return before, some
	}
	// What a source has too much of waits until the feed has passed it.
	var last *deskwire.Item
	for i := range ed.Items {
		if it := &ed.Items[i]; !it.Pinned && (last == nil || it.Placed.Before(last.Placed) || it.Placed.Equal(last.Placed) && it.Story > last.Story) {
			last = it
		}
	}
	switch {
	case last != nil && (!some || last.Placed.After(before.Placed)):
		return storage.Place{Placed: last.Placed, Story: last.Story}, true
	case last == nil && full: // pinned ones fill the feed
		return storage.Place{Placed: now.AddDate(100, 0, 0)}, true
	}
	return before, some
}

const (
	// closeStep is how many stories of a channel one update closes: a desk with a history of ten thousand has its whole archive
	// after twenty, and new articles come through in between.
	closeStep = 500
	// maxHeld bounds how many stories are looked at with every update, since an editor pinned them or time will release them.
	maxHeld = 1000
)

// A draft is an edition on its way.
type draft struct {
	ch      *deskwire.Channel
	created time.Time
	ed      deskwire.Edition
	until   time.Time
	// closes are the items that go into the archive; many were never in the feed.
	closes []deskwire.ID
	err    error // it can not be published
}

// errAgain says that somebody wrote what a draft was made from.
var errAgain = fmt.Errorf("has changed meanwhile: %w", deskwire.ErrBusy)

// closeOut puts what left the feeds of some channels into their archives before anybody sees feeds without it, in one commit
// for all of them; a pass in which nothing left writes nothing. Then the drafts know where their archives begin.
func (p *Press) closeOut(ctx context.Context, drafts []*draft, now time.Time) error {
	var steps []storage.Closing
	closing := map[string]*draft{}
	for _, d := range drafts {
		before, some := boundary(&d.ed, now)
		if !some || d.err != nil || p.record.rehearsal {
			continue
		}
		step, err := p.step(ctx, d, before, now)
		if err != nil {
			d.err = err
		} else if !step.Idle() {
			steps, closing[d.ch.Key()] = append(steps, step), d
		}
	}
	if len(steps) > 0 {
		again, err := p.store.CloseOut(ctx, now, steps)
		for _, d := range closing {
			d.err = err
		}
		for _, key := range again {
			closing[key].err = errAgain
		}
		for key, d := range closing {
			for _, item := range d.closes {
				p.record.unknown = append(p.record.unknown, deskwire.Showing{Item: item, Channel: key, At: now})
			}
		}
	}
	for _, d := range drafts {
		if d.err != nil {
			continue
		}
		shown := showing(&d.ed)
		d.ed.Older, d.err = p.store.ArchiveEnd(ctx, d.ch.Key(), func(id deskwire.ID) bool { return shown[id] })
	}
	return ctx.Err()
}

// showing are the stories of an edition.
func showing(ed *deskwire.Edition) map[deskwire.ID]bool {
	shown := make(map[deskwire.ID]bool, len(ed.Items))
	for i := range ed.Items {
		shown[ed.Items[i].Story] = true
	}
	return shown
}

// step works out what becomes of the next stories that left a channel's feed.
func (p *Press) step(ctx context.Context, d *draft, before storage.Place, now time.Time) (storage.Closing, error) {
	f, err := p.store.Fallen(ctx, d.ch.Key(), p.were(d.ch), before, closeStep)
	step := storage.Closing{Fallen: f}
	if err != nil || len(f.Places) == 0 {
		return step, err
	}
	if f.More {
		d.until = now // there is more to do at once
	}
	ids := make([]deskwire.ID, len(f.Places))
	for i, place := range f.Places {
		ids[i] = place.Story
	}
	stories, err := p.store.Stories(ctx, ids...)
	if err != nil {
		return step, err
	}
	shown, ends := showing(&d.ed), horizon{d.until}
	for i, s := range stories {
		if s == nil || s.ID != ids[i] {
			continue // it is a part of another, which has its own place
		}
		c := archivist(d.ch, now, p.sources.named)
		all := c.candidates(nil, s)
		ends.at(c.until.next)
		switch {
		case len(all) > 0 && !shown[s.ID]:
			a, items, err := p.addition(ctx, &c, all)
			if err != nil {
				return step, err
			}
			step.Add, d.closes = append(step.Add, a), append(d.closes, items...)
		case (len(all) > 0 || !c.until.next.IsZero()) && len(step.Hold) < maxHeld:
			step.Hold = append(step.Hold, f.Places[i])
		}
	}
	d.until = ends.next
	return step, nil
}

// addition measures what a story adds to an archive page, and says which items these are.
func (p *Press) addition(ctx context.Context, c *composer, all []candidate) (a storage.Addition, items []deskwire.ID, err error) {
	story := all[0].story
	a = storage.Addition{Story: story.ID, Items: len(all)}
	ed := deskwire.Edition{Channel: *c.ch}
	for k := range all {
		ed.Items = append(ed.Items, c.item(&all[k]))
		items = append(items, ed.Items[k].ID)
	}
	bodies, err := readBodies(ctx, p.store, &ed)
	if err != nil {
		return a, nil, err
	}
	for i := range ed.Items {
		art := &ed.Items[i].Article
		a.Bytes += len(bodies[i]) + len(art.Summary) + len(art.Title)
	}
	for i := range story.Articles {
		a.Sources = append(a.Sources, story.Articles[i].Source)
	}
	return a, items, nil
}

// were are the keys that a channel had before, but for those that another channel has now.
func (p *Press) were(ch *deskwire.Channel) []string {
	var keys []string
	for _, name := range ch.Was {
		key := (&deskwire.Channel{Kind: ch.Kind, Name: name}).Key()
		if !slices.ContainsFunc(p.setting.channels, func(c deskwire.Channel) bool { return c.Key() == key }) {
			keys = append(keys, key)
		}
	}
	return keys
}
