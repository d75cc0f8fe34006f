package publisher

import (
	"cmp"
	"slices"
	"time"

	"deskwire"
)

// Compose works out what a channel shows at now. stories are candidates: those filed in it, those that an editor hid among
// them, for hiding is a change that readers see; their order does not matter. created is when the channel was, for a feed
// that shows nothing. until is when time alone may change the answer next; zero is never.
//
// It is a pure function: the same arguments give an equal edition, and every now up to until (exclusive) gives an equal one.
//
// No item's Updated is in the future: a change that is dated later counts from then on. Only Published may be, where the
// clock was set back after the article came in; it is never changed.
func Compose(ch deskwire.Channel, now time.Time, stories []deskwire.Story, sources map[string]deskwire.Source, created time.Time) (ed deskwire.Edition, until time.Time) {
	c := composer{ch: &ch, key: ch.Key(), now: now, sources: sources}
	all := make([]candidate, 0, len(stories))
	for _, s := range inOrder(stories) {
		all = c.candidates(all, s)
	}
	if !c.collapses() {
		slices.SortStableFunc(all, func(a, b candidate) int {
			return cmp.Or(b.story.Placed.Compare(a.story.Placed), cmp.Compare(a.story.Articles[a.shown].ID, b.story.Articles[b.shown].ID))
		})
	}
	ed = deskwire.Edition{Channel: ch, Updated: created}
	kept := c.choose(all)
	if len(kept) > 0 {
		ed.Items = make([]deskwire.Item, 0, len(kept))
	}
	for _, k := range kept {
		item := c.item(k)
		ed.Items = append(ed.Items, item)
		ed.Updated = latest(ed.Updated, item.Updated)
		c.until.at(k.ends.next)
	}
	// A decision that took something away changed the set as much as one that put something in; but one about a story that
	// would not have been shown anyway did not.
	n, last := regular(ed.Items)
	for _, h := range c.hidden {
		if ch.Policy.Limit == 0 || n < ch.Policy.Limit || last == nil || !h.placed.Before(last.Placed) {
			ed.Updated = latest(ed.Updated, h.at)
		}
	}
	for _, r := range c.retracted {
		ed.Updated = latest(ed.Updated, r.At)
	}
	slices.SortFunc(c.retracted, func(a, b deskwire.Retraction) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.Item, b.Item)) })
	ed.Retracted = c.retracted
	arrange(ed.Items, ch.Policy.Order)
	return ed, c.until.next
}

// regular counts the items that the channel's limits let in, and returns the last of them in the order of places; nil is none.
func regular(items []deskwire.Item) (n int, last *deskwire.Item) {
	for i := range items {
		it := &items[i]
		if it.Recalled {
			continue
		}
		if n++; last == nil || it.Placed.Before(last.Placed) || it.Placed.Equal(last.Placed) && it.Story > last.Story {
			last = it
		}
	}
	return n, last
}

// inOrder is the order of every list: newest place first, then ID. A story stands once.
func inOrder(stories []deskwire.Story) []*deskwire.Story {
	sorted := make([]*deskwire.Story, len(stories))
	for i := range stories {
		sorted[i] = &stories[i]
	}
	slices.SortFunc(sorted, func(a, b *deskwire.Story) int {
		return cmp.Or(b.Placed.Compare(a.Placed), cmp.Compare(a.ID, b.ID))
	})
	return slices.CompactFunc(sorted, func(a, b *deskwire.Story) bool { return a.ID == b.ID })
}

// composer makes one edition.
type composer struct {
	ch        *deskwire.Channel
	key       string
	now       time.Time
	sources   map[string]deskwire.Source
	hidden    []hiding
	retracted []deskwire.Retraction
	until     horizon
}

// hiding is a story that an editor took away.
type hiding struct{ placed, at time.Time }

// candidate is a story that will be shown if there is room for it.
type candidate struct {
	story     *deskwire.Story
	decisions []deskwire.Decision // that hold in this channel
	standing  deskwire.Standing
	shown     int             // the article it is shown by
	copy      bool            // another candidate is the story's lead
	source    deskwire.Source // of the article
	pinned    bool
	recall    time.Time // until when it may stand beyond the channel's limits, for readers to hear of it; zero where it may not
	beyond    bool      // it does
	ends      horizon   // when time changes it or takes it away
}

// horizon is the earliest of some moments to come.
type horizon struct{ next time.Time }

func (h *horizon) at(t time.Time) {
	if !t.IsZero() && (h.next.IsZero() || t.Before(h.next)) {
		h.next = t
	}
}

// candidates looks at one story and adds what may be shown of it: the story by its lead, or an item for each article where
// the channel wants to see them all. Time, rights or an editor may keep all of it away.
func (c *composer) candidates(all []candidate, s *deskwire.Story) []candidate {
	k := candidate{story: s, decisions: concerning(s.Decisions, c.key)}
	k.standing = deskwire.Stand(k.decisions, c.now)
	if k.standing.HiddenIn(c.key) != "" {
		c.hide(&k)
		return all
	}
	k.pinned = k.standing.PinnedIn(c.key)
	lead, _ := s.Lead(deskwire.Election{Sources: c.sources, Prefer: c.ch.Prefer, Takes: c.ch.Takes})
	for i := range s.Articles {
		if i != lead && c.collapses() {
			continue
		}
		k := k
		k.shown, k.copy = i, i != lead
		k.source = c.source(s.Articles[i].Source)
		if c.over(s.Articles[i].Published, k.source.Granted().Expires, &k.ends) {
			continue
		}
		var told horizon
		k.recall = c.recall(&k, &told)
		if k.ends.next.IsZero() || told.next.Before(k.ends.next) { // what is told after the rights end is told to nobody
			c.until.at(told.next)
		}
		if !k.pinned && c.over(s.Placed, c.ch.Policy.MaxAge, &k.ends) {
			if k.recall.IsZero() {
				continue
			}
			k.beyond = true
		}
		k.ends.at(k.standing.Until)
		all = append(all, k)
	}
	return all
}

// recall is until when an item has to stand in the channel because readers who had it there are to hear of it once more: that
// it was corrected, or that a correction or a kill was taken back. It is zero where there is nothing to tell. told is when there
// will be.
func (c *composer) recall(k *candidate, told *horizon) (until time.Time) {
	for i := range k.decisions {
		d := &k.decisions[i]
		corrects := d.Verb == deskwire.Correct && d.Article == k.story.Articles[k.shown].ID
		if !corrects && d.Verb != deskwire.Kill || !c.published(k.story, d.At) {
			continue
		}
		var over horizon
		if at := c.past(deskwire.Since(k.decisions, d.ID), told); !at.IsZero() && !c.over(at, deskwire.RetractionAge, &over) {
			until = latest(until, over.next)
		}
	}
	return until
}

// published reports whether the channel had published the story before t.
func (c *composer) published(s *deskwire.Story, t time.Time) bool {
	return slices.ContainsFunc(deskwire.ShownBefore(s.Shown, t), func(sh deskwire.Showing) bool { return sh.Channel == c.key })
}

// collapses says that a story is one item, whoever else carries it.
func (c *composer) collapses() bool {
	d := c.ch.Policy.Duplicates
	return d != deskwire.DuplicatesMark && d != deskwire.DuplicatesShow
}

// over reports whether a span from then has ended, and notes when it will. No span is one without end.
func (c *composer) over(then time.Time, span time.Duration, ends *horizon) bool {
	if span == 0 {
		return false
	}
	end := then.Add(span)
	if c.now.Before(end) {
		ends.at(end)
		return false
	}
	return true
}

// item makes the item of a story that is shown.
func (c *composer) item(k *candidate) deskwire.Item {
	art := k.standing.Apply(k.story.Articles[k.shown])
	item := deskwire.Item{
		ID: k.story.ID, Story: k.story.ID, Copy: k.copy && c.ch.Policy.Duplicates == deskwire.DuplicatesMark, Source: k.source, Placed: k.story.Placed, Published: art.Published, Pinned: k.pinned,
		Recalled: k.beyond,
		Updated:  latest(art.Published, latest(c.past(art.Updated(), &k.ends), c.changed(k.decisions, &k.ends))),
	}
	if of := k.standing.CorrectionsOf(art.ID); len(of) > 0 {
		item.Corrections = of
	}
	item.Article, item.WantsBody, item.Wordy, item.Cuts = cut(art, k.source.Granted(), c.ch.Policy)
	if !c.collapses() {
		item.ID = art.ID
	}
	for i := range k.story.Articles {
		if a := &k.story.Articles[i]; i != k.shown && c.ch.Policy.Duplicates != deskwire.DuplicatesShow {
			from := c.source(a.Source)
			if !c.over(a.Published, from.Granted().Expires, &k.ends) {
				item.Carriers = append(item.Carriers, deskwire.Carrier{Article: a.ID, Source: a.Source, Title: cmp.Or(from.Title, a.Source), Link: a.Link})
			}
		}
	}
	return item
}

// source is the source of that name. One that left the configuration has a stranger's rights.
func (c *composer) source(name string) deskwire.Source {
	src, ok := c.sources[name]
	if !ok {
		src.Name = name
	}
	return src
}

// concerning are the decisions that hold in the channel: what is done in another does not change an item here.
func concerning(decisions []deskwire.Decision, key string) []deskwire.Decision {
	elsewhere := func(d deskwire.Decision) bool { return d.Channel != "" && d.Channel != key }
	if !slices.ContainsFunc(decisions, elsewhere) {
		return decisions
	}
	return slices.DeleteFunc(slices.Clone(decisions), elsewhere)
}

// past is t when it is not in the future; else the zero time, and the answer changes then.
func (c *composer) past(t time.Time, ends *horizon) time.Time {
	if t.After(c.now) {
		ends.at(t)
		return time.Time{}
	}
	return t
}

// changed is when decisions last changed the item, or a pin or embargo that nobody took back ran out. A decision dated in the future, by
// a clock that was wrong, holds at once, but counts as a change only when its time has come.
func (c *composer) changed(decisions []deskwire.Decision, ends *horizon) (t time.Time) {
	if len(decisions) == 0 {
		return t
	}
	for _, d := range decisions {
		if d.Verb != deskwire.Note {
			t = latest(t, c.past(d.At, ends))
		}
	}
	timeless := deskwire.Stand(decisions, time.Time{})
	if timeless.PinnedIn(c.key) {
		for _, end := range timeless.Pinned {
			t = latest(t, c.past(end, ends))
		}
	}
	return latest(t, c.past(timeless.Lifts, ends))
}

// hide remembers a story that an editor took away, and when; and what is said of it where it was killed. What nobody had seen
// here was not taken away from anybody.
func (c *composer) hide(k *candidate) {
	h := hiding{placed: k.story.Placed}
	for _, d := range k.decisions {
		switch {
		case d.ID == k.standing.Hidden[""], d.ID == k.standing.Hidden[c.key], d.ID == k.standing.Embargo && c.published(k.story, d.At):
			h.at = latest(h.at, c.past(d.At, &c.until))
		}
	}
	if k.standing.Embargo != "" {
		c.until.at(k.standing.Lifts)
	}
	for _, r := range k.story.Retractions(c.key, &k.standing) {
		if r.At = c.past(r.At, &c.until); r.At.IsZero() {
			continue
		}
		h.at = latest(h.at, r.At)
		var ends horizon
		if !c.over(r.At, deskwire.RetractionAge, &ends) {
			c.until.at(ends.next)
			c.retracted = append(c.retracted, r)
		}
	}
	c.hidden = append(c.hidden, h)
}

// choose keeps the stories that fit. A pinned one always has a place, and takes that of the last one; one that was corrected has
// a place beside the others.
func (c *composer) choose(all []candidate) []*candidate {
	limit, perSource := c.ch.Policy.Limit, c.ch.Policy.PerSource
	room := limit
	from := map[string]int{}
	for i := range all {
		if all[i].pinned {
			room--
			from[all[i].source.Name]++
		}
	}
	kept := make([]*candidate, 0, len(all))
	for i := range all {
		k := &all[i]
		full := limit > 0 && room <= 0 || perSource > 0 && from[k.source.Name] >= perSource
		switch {
		case k.pinned:
		case (k.beyond || full) && k.recall.IsZero():
			continue
		case k.beyond || full:
			k.beyond = true
			k.ends.at(k.recall)
		default:
			room--
			from[k.source.Name]++
		}
		kept = append(kept, k)
	}
	return fewRecalled(kept)
}

// maxRecalled is how many items stand beyond a channel's limits at most: a desk that corrects much must not lose its feed to that.
const maxRecalled = 20

// fewRecalled keeps of the items beyond the limits those of which readers are to hear the latest.
func fewRecalled(kept []*candidate) []*candidate {
	var beyond []*candidate
	for _, k := range kept {
		if k.beyond {
			beyond = append(beyond, k)
		}
	}
	if len(beyond) <= maxRecalled {
		return kept
	}
	slices.SortFunc(beyond, func(a, b *candidate) int {
		return cmp.Or(b.recall.Compare(a.recall), cmp.Compare(a.story.Articles[a.shown].ID, b.story.Articles[b.shown].ID))
	})
	return slices.DeleteFunc(kept, func(k *candidate) bool { return slices.Contains(beyond[maxRecalled:], k) })
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
