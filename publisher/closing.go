package publisher

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"deskwire"
	"deskwire/storage"
)

// boundary is the place that everything which left the channel's feed is older than; none when nothing did.
func boundary(ed *deskwire.Edition, now time.Time) (before storage.Place, some bool) {
	policy := &ed.Channel.Policy
	if policy.MaxAge > 0 {
		before, some = storage.Place{Placed: now.Add(-policy.MaxAge).Add(1)}, true
	}
	full := policy.Limit > 0 && filled(ed.Items, policy.Limit)
	if !full && policy.PerSource == 0 {
		return before, some
	}
	// What a source has too much of waits until the feed has passed it.
	var last *deskwire.Item
	for i := range ed.Items {
		if it := &ed.Items[i]; !it.Pinned && !it.Recalled && (last == nil || it.Placed.Before(last.Placed) || it.Placed.Equal(last.Placed) && it.Story > last.Story) {
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
	// closeFew is how many stories of each channel an update closes at most before it publishes; there are more only where a
	// desk is new, was filed again or had something filed late.
	closeFew = 100
	// closeMany is how many more it closes, of one such channel, when that is done: small enough that a new article is not kept
	// waiting.
	closeMany = 1000
	// maxHeld bounds how many stories are looked at with every update, since an editor pinned them or time will release them.
	maxHeld = 1000
)

// A draft is an edition on its way.
type draft struct {
	ch      *deskwire.Channel
	created time.Time
	ed      deskwire.Edition
	until   time.Time
	err     error // it can not be published
}

// errAgain says that somebody wrote what a draft was made from.
var errAgain = fmt.Errorf("has changed meanwhile: %w", deskwire.ErrBusy)

// A step is what becomes of some stories that left a channel's feed.
type step struct {
	storage.Closing
	items []deskwire.ID // that go into the archive; many were never in the feed
	until time.Time     // when time releases one of those held back; zero for never
}

// closeOut puts what left the feeds of some channels into their archives before anybody sees feeds without it, in one commit
// for all of them; a pass in which nothing left writes nothing. Then the drafts know where their archives begin.
func (p *Press) closeOut(ctx context.Context, drafts []*draft, now time.Time) error {
	var steps []step
	of := map[string]*draft{}
	for _, d := range drafts {
		key := d.ch.Key()
		of[key] = d
		before, some := boundary(&d.ed, now)
		if _, waits := p.behind[key]; waits && some && d.err == nil {
			p.behind[key] = before
			continue
		}
		if delete(p.behind, key); !some || d.err != nil || p.record.rehearsal {
			continue
		}
		s, err := p.step(ctx, d.ch, &d.ed, before, closeFew, now)
		if d.err = err; err != nil {
			continue
		}
		if s.Fallen.More {
			p.behind[key] = before
		}
		steps = append(steps, s)
		d.until = sooner(d.until, s.until)
	}
	err := p.commit(ctx, steps, now, func(key string, err error) { of[key].err = err })
	for _, d := range drafts {
		if d.err == nil {
			d.ed.Older, d.err = p.archiveEnd(ctx, d, now)
		}
	}
	return cmp.Or(ctx.Err(), err)
}

// maxPassed bounds how many stories at the end of an archive are looked at, beyond those that the feed shows.
const maxPassed = 100

// archiveEnd is the archive page that the feed leads to: the newest, as far as it holds nothing that the feed shows itself. What
// came back into the feed (an editor hid what had pushed it out, or the limit was raised) stands at the end of the archive, and is left
// out by ending before it. So is what the channel would not show any more: it must not stand in the way.
func (p *Press) archiveEnd(ctx context.Context, d *draft, now time.Time) (deskwire.ArchivePage, error) {
	passed := showing(&d.ed)
	for n := 0; ; n++ {
		end, last, err := p.store.ArchiveEnd(ctx, d.ch.Key(), func(id deskwire.ID) bool { return passed[id] })
		if err != nil || end.Number == 0 || n == maxPassed {
			return end, err
		}
		stories, err := p.store.Stories(ctx, last)
		if err != nil {
			return end, err
		}
		c := archivist(d.ch, now, p.sources.named)
		if s := stories[0]; s != nil && s.ID == last && len(c.candidates(nil, s)) > 0 {
			return end, nil
		}
		passed[last] = true
	}
}

// commit writes steps that change something, and tells of the channels whose step was not written.
func (p *Press) commit(ctx context.Context, steps []step, now time.Time, failed func(key string, err error)) error {
	var closings []storage.Closing
	for i := range steps {
		if !steps[i].Idle() {
			closings = append(closings, steps[i].Closing)
		}
	}
	if len(closings) == 0 {
		return nil
	}
	again, err := p.store.CloseOut(ctx, now, closings)
	for i := range steps {
		key := steps[i].Fallen.Channel
		switch {
		case err != nil:
			failed(key, err)
		case slices.Contains(again, key):
			failed(key, errAgain)
		default:
			for _, item := range steps[i].items {
				p.record.unknown = append(p.record.unknown, deskwire.Showing{Item: item, Channel: key, At: now})
			}
		}
	}
	return nil
}

// catchUp closes more of one channel that has more to close than one update does. Its feed leads there when all is done: until
// then what it leads to is what there was.
func (p *Press) catchUp(ctx context.Context, now time.Time) error {
	for _, key := range slices.Sorted(maps.Keys(p.behind)) {
		i := slices.IndexFunc(p.setting.channels, func(ch deskwire.Channel) bool { return ch.Key() == key })
		ed := p.shown[key]
		if i < 0 || ed == nil {
			delete(p.behind, key)
			continue
		}
		s, err := p.step(ctx, &p.setting.channels[i], ed, p.behind[key], closeMany, now)
		if err != nil {
			return fmt.Errorf("archive of %s: %w", key, err)
		}
		if err := p.commit(ctx, []step{s}, now, func(_ string, is error) { err = is }); err != nil {
			return err
		}
		if err == nil && !s.Fallen.More {
			delete(p.behind, key)
			p.until[key] = now // it is published once more, with the way to what was closed
		}
		if err != nil && err != errAgain {
			return fmt.Errorf("archive of %s: %w", key, err)
		}
		p.until[key] = sooner(p.until[key], s.until)
		return nil
	}
	return nil
}

// sooner is the earlier of two moments; a zero one is never.
func sooner(a, b time.Time) time.Time {
	h := horizon{a}
	h.at(b)
	return h.next
}

// showing are the stories of an edition.
func showing(ed *deskwire.Edition) map[deskwire.ID]bool {
	shown := make(map[deskwire.ID]bool, len(ed.Items))
	for i := range ed.Items {
		shown[ed.Items[i].Story] = true
	}
	return shown
}

// step works out what becomes of the next stories that left a channel's feed, at most limit.
func (p *Press) step(ctx context.Context, ch *deskwire.Channel, ed *deskwire.Edition, before storage.Place, limit int, now time.Time) (s step, err error) {
	if s.Fallen, err = p.store.Fallen(ctx, ch.Key(), p.were(ch), before, limit); err != nil || len(s.Fallen.Places) == 0 {
		return s, err
	}
	ids := make([]deskwire.ID, len(s.Fallen.Places))
	for i, place := range s.Fallen.Places {
		ids[i] = place.Story
	}
	stories, err := p.store.Stories(ctx, ids...)
	if err != nil {
		return s, err
	}
	shown, sizes := showing(ed), sizing{}
	for i, story := range stories {
		if story == nil || story.ID != ids[i] {
			continue // it is a part of another, which has its own place
		}
		c := archivist(ch, now, p.sources.named)
		all := c.candidates(nil, story)
		s.until = sooner(s.until, c.until.next)
		switch {
		case len(all) > 0 && !shown[story.ID]:
			s.add(&c, all, &sizes)
		case (len(all) > 0 || !c.until.next.IsZero()) && len(s.Hold) < maxHeld:
			s.Hold = append(s.Hold, s.Fallen.Places[i])
		}
	}
	return s, sizes.add(ctx, p.store, s.Add)
}

// add closes a story. Its bodies are measured later, all at once.
func (s *step) add(c *composer, all []candidate, sizes *sizing) {
	story := all[0].story
	a := storage.Addition{Story: story.ID, Items: len(all)}
	for k := range all {
		item := c.item(&all[k])
		s.items = append(s.items, item.ID)
		a.Bytes += len(item.Article.Summary) + len(item.Article.Title)
		if item.WantsBody {
			sizes.ids, sizes.of = append(sizes.ids, item.Article.ID), append(sizes.of, len(s.Add))
		}
	}
	for i := range story.Articles {
		a.Sources = append(a.Sources, story.Articles[i].Source)
	}
	s.Add = append(s.Add, a)
}

// sizing is the bodies that additions show.
type sizing struct {
	ids []deskwire.ID
	of  []int // index of the addition
}

// add adds the sizes of bodies to what they belong to, but for those that no feed shows.
func (s *sizing) add(ctx context.Context, store *storage.Store, to []storage.Addition) error {
	sizes, err := store.BodySizes(ctx, s.ids...)
	if err != nil {
		return err
	}
	for i, n := range sizes {
		if n <= maxItem {
			to[s.of[i]].Bytes += n
		}
	}
	return nil
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
