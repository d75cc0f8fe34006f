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
	stories map[deskwire.ID]*deskwire.Story // by the article that a decision names
}

// readBulletin reads it.
func (p *Press) readBulletin(ctx context.Context) (*bulletin, error) {
	made, err := p.store.Notices(ctx, time.Time{}, noticesRead)
	if err != nil {
		return nil, err
	}
	b := &bulletin{made: made, stories: map[deskwire.ID]*deskwire.Story{}}
	ids := make([]deskwire.ID, len(made))
	for i := range made {
		ids[i] = made[i].Article
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

// notices works out what a channel's corrections feed says at now: what was corrected and killed of what the channel published.
// A correction of what it shows no longer, because somebody hid it or its source's rights ran out, would name it, and is left
// out. updated and until are as those of [Compose].
func notices(ch *deskwire.Channel, now time.Time, b *bulletin, sources map[string]deskwire.Source, created time.Time) (list []deskwire.Notice, updated, until time.Time) {
	c := composer{ch: ch, key: ch.Key(), now: now, sources: sources}
	updated = created
	for i := range b.made {
		d := &b.made[i]
		s := b.stories[d.Article]
		if s == nil || !c.published(d, s) {
			continue
		}
		at := c.past(d.At, &c.until)
		if updated = latest(updated, at); at.IsZero() || len(list) >= noticesShown {
			continue
		}
		standing := deskwire.Stand(concerning(s.Decisions, c.key), now)
		switch {
		case standing.Killed == d.ID:
			for _, r := range s.Retractions(c.key, &standing) {
				if at := c.past(r.At, &c.until); !at.IsZero() {
					list = append(list, deskwire.Notice{ID: d.ID, Item: r.Item, At: at, Killed: true})
					updated = latest(updated, at)
				}
			}
		case d.Verb == deskwire.Correct:
			c.until.at(standing.Until)
			if n, ok := c.correction(d, s, &standing); ok {
				list = append(list, n)
			}
		}
	}
	return list, updated, c.until.next
}

// published reports whether the channel had published the story that a decision is about. What was put right before anybody had
// read it was wrong for nobody.
func (c *composer) published(d *deskwire.Decision, s *deskwire.Story) bool {
	shown := s.Shown
	if d.Verb == deskwire.Correct {
		shown = deskwire.ShownBefore(shown, d.At)
	}
	return slices.ContainsFunc(shown, func(sh deskwire.Showing) bool { return sh.Channel == c.key })
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
