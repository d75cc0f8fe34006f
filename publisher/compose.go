package publisher

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"deskwire"
	"deskwire/storage"
)

// Compose works out what a channel shows at now. stories are candidates: those filed in it and those pinned, in any order,
// hidden ones among them, for hiding is a change that readers see. created is when the channel was, for a feed that shows
// nothing. until is when time alone changes the answer next; zero is never.
//
// It is a pure function: the same arguments give an equal edition, and between now and until they give an equal one too.
func Compose(ch deskwire.Channel, now time.Time, stories []deskwire.Story, sources map[string]deskwire.Source, created time.Time) (ed deskwire.Edition, until time.Time) {
	c := composer{ch: &ch, now: now, sources: sources}
	ed = deskwire.Edition{Channel: ch, Updated: created}
	stories = slices.Clone(stories)
	slices.SortFunc(stories, byPlace)
	stories = slices.CompactFunc(stories, func(a, b deskwire.Story) bool { return a.ID == b.ID })
	var items []deskwire.Item
	for i := range stories {
		if item, ok := c.item(&stories[i]); ok {
			items = append(items, item)
		}
	}
	ed.Items = c.choose(items)
	for i := range ed.Items {
		ed.Updated = latest(ed.Updated, ed.Items[i].Updated)
	}
	// A decision that took something away changed the set as much as one that put something in; but one about a story that
	// would not have been shown anyway did not.
	for _, h := range c.hidden {
		if len(ed.Items) < ch.Policy.Limit || ch.Policy.Limit == 0 || !h.placed.Before(ed.Items[len(ed.Items)-1].Placed) {
			ed.Updated = latest(ed.Updated, h.changed)
		}
	}
	return ed, c.until
}

// byPlace is the order of every list: newest place first, then ID.
func byPlace(a, b deskwire.Story) int {
	return cmp.Or(b.Placed.Compare(a.Placed), cmp.Compare(a.ID, b.ID))
}

// composer makes one edition.
type composer struct {
	ch      *deskwire.Channel
	now     time.Time
	sources map[string]deskwire.Source
	hidden  []hiddenStory
	until   time.Time
}

type hiddenStory struct{ placed, changed time.Time }

// expect notes that the answer may change at t.
func (c *composer) expect(t time.Time) {
	if t.After(c.now) && (c.until.IsZero() || t.Before(c.until)) {
		c.until = t
	}
}

// item makes the item of one story, or says that the story is not shown.
func (c *composer) item(s *deskwire.Story) (deskwire.Item, bool) {
	standing := s.Standing(c.now)
	c.expect(standing.Until)
	if standing.HiddenIn(c.ch.Key()) != "" {
		c.hidden = append(c.hidden, hiddenStory{s.Placed, standing.Changed})
		return deskwire.Item{}, false
	}
	lead, _ := s.Lead()
	art := standing.Apply(s.Articles[lead])
	src := c.sources[art.Source] // a source that left the configuration has a stranger's rights
	if src.Name == "" {
		src.Name = art.Source
	}
	if e := src.Granted().Expires; e > 0 {
		end := art.Published.Add(e)
		if !c.now.Before(end) {
			return deskwire.Item{}, false
		}
		c.expect(end)
	}
	pinned := standing.PinnedIn(c.ch.Key())
	if age := c.ch.Policy.MaxAge; age > 0 && !pinned {
		end := s.Placed.Add(age)
		if !c.now.Before(end) {
			return deskwire.Item{}, false
		}
		c.expect(end)
	}
	item := deskwire.Item{
		ID: s.ID, Source: src, Placed: s.Placed, Published: art.Published, Pinned: pinned,
		Updated: latest(art.Updated(), standing.Changed),
	}
	item.Updated = latest(item.Updated, item.Published)
	c.cut(&item, art)
	for i := range s.Articles {
		if i != lead {
			item.Carriers = append(item.Carriers, c.carrier(&s.Articles[i]))
		}
	}
	return item, true
}

func (c *composer) carrier(a *deskwire.Article) deskwire.Carrier {
	src := c.sources[a.Source]
	return deskwire.Carrier{Article: a.ID, Source: a.Source, Title: cmp.Or(src.Title, a.Source), Link: a.Link}
}

// cut takes away what policy and rights do not allow, rights last: they win.
func (c *composer) cut(item *deskwire.Item, art deskwire.Article) {
	rights, policy := item.Source.Granted(), c.ch.Policy
	item.WantsBody = art.HasBody
	drop := func(what string) { item.Cuts = append(item.Cuts, what) }
	if policy.Content == deskwire.ContentTitle && (art.Summary != "" || art.HasBody) {
		art.Summary, item.WantsBody = "", false
		drop("the channel shows titles only")
	}
	if policy.Content == deskwire.ContentSummary && item.WantsBody {
		item.WantsBody = false
		drop("the channel shows summaries only")
	}
	if !policy.Pictures {
		if media := withoutPictures(art.Media); len(media) != len(art.Media) {
			art.Media = media
			drop("the channel shows no pictures")
		}
	}
	if !rights.Body {
		if item.WantsBody {
			item.WantsBody = false
			drop("no right to the body")
		}
		if short := Shorten(art.Summary, deskwire.SummaryRunes); short != art.Summary {
			art.Summary = short
			drop(fmt.Sprintf("the summary is cut at %d characters", deskwire.SummaryRunes))
		}
	}
	if !rights.Pictures {
		if media := withoutPictures(art.Media); len(media) != len(art.Media) {
			art.Media = media
			drop("no right to pictures")
		}
	}
	item.Article = art
}

// withoutPictures is what is left of media; files that the source itself attaches for listening and watching are no pictures.
func withoutPictures(media []deskwire.Media) []deskwire.Media {
	var left []deskwire.Media
	for i := range media {
		if k := media[i].Kind(); k != "image" && k != "" {
			left = append(left, media[i])
		}
	}
	return left
}

// choose keeps the items that fit: a pinned one always has a place, and takes the last one's.
func (c *composer) choose(items []deskwire.Item) []deskwire.Item {
	limit, perSource := c.ch.Policy.Limit, c.ch.Policy.PerSource
	room := limit
	from := map[string]int{}
	for i := range items {
		if items[i].Pinned {
			room--
			from[items[i].Source.Name]++
		}
	}
	kept := items[:0:0]
	for i := range items {
		item := &items[i]
		if !item.Pinned {
			if limit > 0 && room <= 0 || perSource > 0 && from[item.Source.Name] >= perSource {
				continue
			}
			room--
			from[item.Source.Name]++
		}
		kept = append(kept, *item)
	}
	return kept
}

// Shorten cuts a plain text to at most n runes, an ellipsis included, at the end of a sentence where there is one in the
// last third, else between two words.
func Shorten(s string, n int) string {
	runes := []rune(s)
	if len(runes) <= n {
		return s
	}
	runes = runes[:n-1]
	for i := len(runes) - 1; i > n*2/3; i-- {
		if strings.ContainsRune(".!?…。！？", runes[i-1]) && unicode.IsSpace(runes[i]) {
			return string(runes[:i])
		}
	}
	for i := len(runes) - 1; i > n/2; i-- {
		if unicode.IsSpace(runes[i]) {
			return strings.TrimRightFunc(string(runes[:i]), func(r rune) bool { return unicode.IsSpace(r) || unicode.IsPunct(r) }) + "…"
		}
	}
	return string(runes) + "…"
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

const (
	// gatherPage is how many places are read at a time.
	gatherPage = 200
	// gatherMost bounds how many places an edition looks at: a desk whose newest 5,000 stories are hidden, or all from one
	// source of which it wants a few, shows less than it could rather than to read its whole history for every commit.
	gatherMost = 5000
)

// Gather reads what Compose needs: the newest places of the channel until enough of them show, and what is pinned. It costs
// by the channel's limit, not by how much is filed.
func Gather(ctx context.Context, store *storage.Store, ch deskwire.Channel, now time.Time, sources map[string]deskwire.Source) ([]deskwire.Story, error) {
	var stories []deskwire.Story
	load := func(ids []deskwire.ID) error {
		found, err := store.Stories(ctx, ids...)
		for _, s := range found {
			if s != nil {
				stories = append(stories, *s)
			}
		}
		return err
	}
	pins, err := store.Pinned(ctx, ch.Key())
	if err != nil {
		return nil, err
	}
	if err := load(pins); err != nil {
		return nil, err
	}
	pinned := len(stories)
	// A pin is for the channels that hold the story.
	stories, err = heldBy(ctx, store, ch.Key(), stories)
	if err != nil {
		return nil, err
	}
	want := ch.Policy.Limit + pinned
	var after storage.Place
	for looked := 0; looked < gatherMost; {
		page := gatherPage
		if want > 0 {
			page = min(max(want, 20), gatherPage)
		}
		places, err := store.Filed(ctx, ch.Key(), after, page)
		if err != nil {
			return nil, err
		}
		ids := make([]deskwire.ID, len(places))
		for i, p := range places {
			ids[i] = p.Story
		}
		if err := load(ids); err != nil {
			return nil, err
		}
		if len(places) < page {
			break
		}
		looked += len(places)
		after = places[len(places)-1]
		if ed, _ := Compose(ch, now, stories, sources, time.Time{}); ch.Policy.Limit > 0 && len(ed.Items) >= ch.Policy.Limit {
			break
		}
		if age := ch.Policy.MaxAge; age > 0 && now.Sub(after.Placed) > age {
			break
		}
	}
	return stories, nil
}

// heldBy keeps the stories that are filed in the channel.
func heldBy(ctx context.Context, store *storage.Store, channel string, stories []deskwire.Story) ([]deskwire.Story, error) {
	var held []deskwire.Story
	for i := range stories {
		in, err := store.FiledIn(ctx, stories[i].ID)
		if err != nil {
			return nil, err
		}
		if _, ok := in[channel]; ok {
			held = append(held, stories[i])
		}
	}
	return held, nil
}
