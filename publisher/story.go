package publisher

import (
	"slices"
	"time"

	"deskwire"
	"deskwire/publisher/diff"
	"deskwire/publisher/rule"
	"deskwire/storage"
)

// A StoryPage is what the page of one story shows at one moment. As an edition it is a function of stored facts and decisions,
// and holds nothing else.
type StoryPage struct {
	Channel deskwire.Channel // that the story belongs to: the first in the configuration that took it
	Item    deskwire.Item    // with its body, as far as rights go
	// Withdrawn is when the story was killed. Then the page has nothing else but the channel and the item's ID.
	Withdrawn      time.Time
	Changes        []Change // what its source changed since it stands here, the newest first
	Coverage       []Cover  // stories that cover the same event, the newest first
	Previous, Next *deskwire.Item
	More           []deskwire.Item // what the channel has besides: the nearest that is newer, and where there is little, what is older
}

// A Change is what one revision of an article changed that readers see.
type Change struct {
	At     time.Time
	Fields []string // "title", "summary", "body", "picture"
	// What became of the words, for those of the fields that have some.
	Title, Summary, Body []diff.Part
}

// A Cover is another story about the same event.
type Cover struct {
	Item  deskwire.Item // without body
	Paged bool          // it has a page here
}

const (
	// moreItems is how many items a story's page shows of its channel.
	moreItems = 6
	// maxChanges is how many changes a page names; a live blog has hundreds.
	maxChanges = 10
	// diffedBodies is how many of them show what became of the text, and diffedWords how many words of it are compared: what is
	// compared at most costs some milliseconds.
	diffedBodies = 3
	diffedWords  = 1200
)

// StoryFacts are what a story's page is composed of.
type StoryFacts struct {
	Story     *deskwire.Story
	Revisions []deskwire.Revision // of the article that leads it, oldest first
	Body      string              // of that article
	Coverage  []*deskwire.Story   // the newest first
	Paged     []bool              // which of these have a page
	// The stories next to it in the channel, the nearest first.
	Newer, Older []*deskwire.Story
}

// storyReader composes for a page of its own, whatever the channel's feeds leave out.
func storyReader(ch *deskwire.Channel, now time.Time, sources map[string]deskwire.Source, content deskwire.Content) composer {
	plain := *ch
	plain.Policy = deskwire.Policy{Content: content, Pictures: ch.Policy.Pictures}
	return composer{ch: &plain, key: ch.Key(), now: now, sources: sources}
}

// LeadOf is the article that a story's page shows; nil where its source's rights have ended.
func LeadOf(ch *deskwire.Channel, now time.Time, s *deskwire.Story, sources map[string]deskwire.Source) *deskwire.Article {
	c := storyReader(ch, now, sources, deskwire.ContentFull)
	if k := c.single(s); k != nil {
		return &s.Articles[k.shown]
	}
	return nil
}

// single is a story by its lead, as decisions that reach into archives have it; nil where nothing of it may be shown.
func (c *composer) single(s *deskwire.Story) *candidate {
	lasting := *s
	lasting.Decisions = enduring(s.Decisions)
	all := c.candidates(nil, &lasting)
	if len(all) == 0 {
		return nil
	}
	return &all[0]
}

// ComposeStory works out what the page of a story shows at now. until is when time alone may change that; zero is never. ok is
// false where there is nothing to show: what it says was killed, is held back, or may be shown no longer.
//
// It is a pure function: the same arguments give an equal page, and every now up to until (exclusive) gives an equal one.
func ComposeStory(ch deskwire.Channel, now time.Time, f *StoryFacts, sources map[string]deskwire.Source) (page StoryPage, until time.Time, ok bool) {
	c := storyReader(&ch, now, sources, deskwire.ContentFull)
	k := c.single(f.Story)
	if k == nil {
		return page, c.until.next, false
	}
	page.Channel, page.Item = ch, c.item(k)
	c.until.at(k.ends.next)
	if page.Item.WantsBody && len(f.Body) <= maxItem {
		page.Item.Body = f.Body
	}
	page.Changes = changesOf(&f.Story.Articles[k.shown], f, &page.Item, touchedFields(f.Story.Decisions, f.Story.Articles[k.shown].ID))
	beside := storyReader(&ch, now, sources, deskwire.ContentSummary)
	for i, s := range f.Coverage {
		if item := beside.brief(s); item != nil && len(page.Coverage) < deskwire.MaxRelated && item.Article.Title != "" && (f.Paged[i] || item.Article.Link != "") {
			page.Coverage = append(page.Coverage, Cover{*item, f.Paged[i]})
		}
	}
	newer, older := beside.briefs(f.Newer), beside.briefs(f.Older)
	if len(newer) > 0 {
		page.Next = &newer[0]
	}
	if len(older) > 0 {
		page.Previous = &older[0]
	}
	newer = newer[:min(len(newer), moreItems)]
	page.More = slices.Concat(newer, older[:min(len(older), moreItems-len(newer))])
	slices.Reverse(page.More[:len(newer)])
	c.until.at(beside.until.next)
	return page, c.until.next, true
}

// brief is a story as others' pages name it; nil where they must not.
func (c *composer) brief(s *deskwire.Story) *deskwire.Item {
	if s == nil {
		return nil
	}
	all := c.candidates(nil, s)
	if len(all) == 0 {
		return nil
	}
	item := c.item(&all[0])
	c.until.at(all[0].ends.next)
	return &item
}

func (c *composer) briefs(stories []*deskwire.Story) (items []deskwire.Item) {
	for _, s := range stories {
		if item := c.brief(s); item != nil {
			items = append(items, *item)
		}
	}
	return items
}

// touchedFields are the fields that an editor ever replaced: what their source made of them readers did not see, and what was
// wrong must not come back as what was changed.
func touchedFields(decisions []deskwire.Decision, article deskwire.ID) map[string]bool {
	fields := map[string]bool{}
	for i := range decisions {
		d := &decisions[i]
		if d.Article != article {
			continue
		}
		if d.Verb == deskwire.Edit {
			fields[d.Field] = true
		}
		for _, e := range d.Edits {
			fields[e.Field] = true
		}
	}
	return fields
}

// changesOf are what an article's revisions changed of what readers see, the newest first. What was changed before they could
// read it is left out, and so is what an editor put right.
func changesOf(art *deskwire.Article, f *StoryFacts, item *deskwire.Item, touched map[string]bool) (changes []Change) {
	next := deskwire.Revision{Seen: art.Revised, Title: art.Title, Summary: art.Summary, Body: f.Body}
	diffed := 0
	for _, r := range slices.Backward(f.Revisions) {
		if !next.Seen.After(item.Placed) || len(changes) == maxChanges {
			break
		}
		c := Change{At: next.Seen}
		for _, name := range r.Changed {
			if !touched[name] && c.take(name, &r, &next, item, diffed < diffedBodies) {
				c.Fields = append(c.Fields, name)
			}
		}
		if len(c.Body) > 0 {
			diffed++
		}
		if len(touched)+len(item.Corrections) > 0 {
			// What was wrong with one field may stand in the others as well.
			c.Title, c.Summary, c.Body = nil, nil, nil
		}
		if len(c.Fields) > 0 {
			changes = append(changes, c)
		}
		next = r
	}
	return changes
}

// take notes that a field changed, and how; false where readers did not see it.
func (c *Change) take(field string, was, is *deskwire.Revision, item *deskwire.Item, bodies bool) bool {
	compare := func(to *[]diff.Part, a, b string) bool {
		parts := diff.Words(a, b, diffedWords)
		if diff.Changed(parts) {
			*to = parts
		}
		return a != b
	}
	switch field {
	case "title":
		return compare(&c.Title, was.Title, is.Title)
	case "summary":
		if item.Source.Rights.Body || item.Source.Own {
			return compare(&c.Summary, was.Summary, is.Summary)
		}
		return compare(&c.Summary, Shorten(was.Summary, deskwire.SummaryRunes), Shorten(is.Summary, deskwire.SummaryRunes))
	case "body":
		if !item.WantsBody {
			return false
		}
		if bodies {
			compare(&c.Body, rule.Plain(was.Body), rule.Plain(is.Body))
		}
		return true
	case "picture":
		return item.Article.Picture() != nil
	}
	return false
}

// A state is what there is to say at the address of a story.
type state uint8

const (
	absent    state = iota
	shown           // it has a page
	withdrawn       // it was killed, and readers had seen it
)

// standing works out whether a story has a page at now, and which channel it belongs to: the first in the configuration that
// holds it, else the first that published it. A channel that it is hidden in does not count, unless an archive keeps it: hiding
// does not reach there. until is when time alone may change that.
func (s *shelf) standing(story *deskwire.Story, w *storage.Whereabouts, now time.Time) (is state, ch *deskwire.Channel, until time.Time) {
	standing := story.Standing(now)
	published := map[string]bool{}
	for _, sh := range w.Shown {
		published[s.keyNow(sh.Channel)] = true
	}
	switch {
	case standing.Killed != "" && len(w.Shown) == 0:
		return absent, nil, until
	case standing.Killed != "":
		for _, ch := range s.order {
			if published[ch.Key()] {
				return withdrawn, ch, until
			}
		}
		return withdrawn, &deskwire.Channel{Language: s.site.Language}, until
	case standing.Embargo != "":
		return absent, nil, standing.Lifts
	}
	for _, held := range []bool{true, false} {
		for _, ch := range s.order {
			_, filed := w.Filed[ch.Key()]
			hidden := !w.Archived && (standing.Hidden[""] != "" || standing.Hidden[ch.Key()] != "")
			if (held && filed || !held && published[ch.Key()]) && !hidden {
				return shown, ch, until
			}
		}
	}
	return absent, nil, until
}

// holds reports whether a channel has a story now or published it.
func (s *shelf) holds(ch *deskwire.Channel, w *storage.Whereabouts) bool {
	if _, filed := w.Filed[ch.Key()]; filed {
		return true
	}
	return slices.ContainsFunc(w.Shown, func(sh deskwire.Showing) bool { return s.keyNow(sh.Channel) == ch.Key() })
}
