package publisher

import (
	"context"
	"slices"
	"strings"
	"time"

	"deskwire"
	"deskwire/publisher/format"
)

// noticesShown is how many notices a channel's corrections feed has: as many as other feeds usually have items.
const noticesShown = 50

// notices works out what a channel's corrections feed says at now: what was corrected and killed of what the channel published.
// A correction of what it shows no longer, because somebody hid it or its source's rights ran out, would name it, and is left
// out. updated and until are as those of [Compose].
func notices(ch *deskwire.Channel, now time.Time, b *bulletin, sources map[string]deskwire.Source, created time.Time) (list []deskwire.Notice, updated, until time.Time) {
	c := composer{ch: ch, key: ch.Key(), now: now, sources: sources}
	updated = created
	for i := range b.made {
		for _, s := range b.about(&b.made[i]) {
			var t time.Time
			if list, t = c.notice(list, &b.made[i], s); t.After(updated) {
				updated = t
			}
		}
		if len(list) >= noticesShown {
			break
		}
	}
	// A kill that was brought back is of then.
	slices.SortStableFunc(list, func(a, b deskwire.Notice) int { return b.At.Compare(a.At) })
	return list, updated, c.until.next
}

// notice adds what is said of a decision on a story. updated is when that changed what readers are told.
func (c *composer) notice(list []deskwire.Notice, d *deskwire.Decision, s *deskwire.Story) (_ []deskwire.Notice, updated time.Time) {
	at := c.past(d.At, &c.until)
	// What was put right, or taken back, before anybody here had read it changed nothing for anybody.
	known := c.published(s, d.At)
	if known {
		updated = at
	}
	standing := deskwire.Stand(concerning(s.Decisions, c.key), c.now)
	switch {
	case at.IsZero():
	case standing.Killed == d.ID:
		for _, r := range s.Retractions(c.key, &standing) {
			if at := c.past(r.At, &c.until); !at.IsZero() {
				list = append(list, deskwire.Notice{ID: d.ID, Item: r.Item, At: at, Killed: true})
				updated = latest(updated, at)
			}
		}
	case known && d.Verb == deskwire.Correct:
		c.until.at(standing.Until)
		if n, ok := c.correction(d, s, &standing); ok {
			list = append(list, n)
		}
	}
	return list, updated
}

// correction is what a channel says of one; ok is false where it says nothing.
func (c *composer) correction(d *deskwire.Decision, s *deskwire.Story, standing *deskwire.Standing) (n deskwire.Notice, ok bool) {
	art := s.Article(d.Article)
	if art == nil || standing.HiddenIn(c.key) != "" || !slices.ContainsFunc(standing.Corrections[art.ID], func(of deskwire.Decision) bool { return of.ID == d.ID }) {
		return n, false
	}
	if source := c.source(art.Source); c.over(art.Published, source.Granted().Expires, &c.until) {
		return n, false
	}
	n = deskwire.Notice{ID: d.ID, Item: s.ID, Story: s.ID, At: d.At, Text: d.Value, Title: standing.Apply(*art).Title, Link: art.Link}
	if !c.collapses() {
		n.Item = art.ID
	}
	return n, true
}

// corrections makes a channel's corrections feed.
func (p *Press) corrections(ctx context.Context, now time.Time, ch *deskwire.Channel, created time.Time) (d proof, until time.Time, err error) {
	if err := p.read(ctx); err != nil {
		return d, until, err
	}
	list, updated, until := notices(ch, now, p.bulletin, p.sources.named, created)
	body, err := format.Corrections(ch, list, updated, p.setting.site)
	if err != nil {
		return d, until, err
	}
	mediaType, _, _ := strings.Cut(format.AtomType, ";")
	links := "<" + p.setting.site.Feed(ch, format.CorrectionsFile) + `>; rel="self"; type="` + mediaType + `", <` + p.setting.site.Page(ch) + `>; rel="alternate"; type="text/html"`
	return proof{Document{Path: ch.Path() + format.CorrectionsFile, Type: format.AtomType, Kind: KindFeed, Links: links}, body}, until, nil
}
