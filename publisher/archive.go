package publisher

import (
	"cmp"
	"slices"
	"time"

	"deskwire"
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
