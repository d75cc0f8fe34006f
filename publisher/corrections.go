package publisher

import (
	"context"
	"slices"
	"strings"
	"time"

	"deskwire"
	"deskwire/publisher/format"
)

const (
	// noticesRead is how many of the newest kills and corrections of all channels are looked at for a channel's own.
	noticesRead = 500
	// noticesShown is how many a channel's corrections feed has: as many as other feeds usually have items.
	noticesShown = 50
)

// A bulletin is the newest kills and corrections of all channels.
type bulletin struct {
	made    []deskwire.Decision             // the newest first; what took them back among them
	stories map[deskwire.ID]*deskwire.Story // by the articles that decisions are about
}

// readBulletin reads it.
func (p *Press) readBulletin(ctx context.Context) (*bulletin, error) {
	made, err := p.store.Notices(ctx, time.Time{}, noticesRead)
	if err != nil {
		return nil, err
	}
	b := &bulletin{made: made, stories: map[deskwire.ID]*deskwire.Story{}}
	var ids []deskwire.ID
	for i := range made {
		ids = append(ids, concerned(&made[i])...)
	}
	stories, err := p.store.Stories(ctx, ids...)
	if err != nil {
		return nil, err
	}
	for i, s := range stories {
		b.stories[ids[i]] = s
	}
	return b, nil
}

// about are the stories that a decision is about now, each once.
func (b *bulletin) about(d *deskwire.Decision) (stories []*deskwire.Story) {
	seen := map[deskwire.ID]bool{}
	for _, id := range concerned(d) {
		if s := b.stories[id]; s != nil && !seen[s.ID] {
			seen[s.ID] = true
			stories = append(stories, s)
		}
	}
	return stories
}

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
	n = deskwire.Notice{ID: d.ID, Item: s.ID, At: d.At, Text: d.Value, Title: standing.Apply(*art).Title, Link: art.Link}
	if !c.collapses() {
		n.Item = art.ID
	}
	return n, true
}

// corrections makes a channel's corrections feed. All channels of an update share one reading.
func (p *Press) corrections(ctx context.Context, s *sheet, ch *deskwire.Channel, created time.Time) (d proof, until time.Time, err error) {
	if s.bulletin == nil {
		if s.bulletin, err = p.readBulletin(ctx); err != nil {
			return d, until, err
		}
	}
	list, updated, until := notices(ch, s.time, s.bulletin, p.sources.named, created)
	body, err := format.Corrections(ch, list, updated, p.setting.site)
	if err != nil {
		return d, until, err
	}
	mediaType, _, _ := strings.Cut(format.AtomType, ";")
	links := "<" + p.setting.site.Feed(ch, format.CorrectionsFile) + `>; rel="self"; type="` + mediaType + `", <` + p.setting.site.Page(ch) + `>; rel="alternate"; type="text/html"`
	return proof{Document{Path: ch.Path() + format.CorrectionsFile, Type: format.AtomType, Kind: KindFeed, Links: links}, body}, until, nil
}
