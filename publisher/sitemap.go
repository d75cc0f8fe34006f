package publisher

import (
	"cmp"
	"context"
	"slices"
	"time"

	"deskwire"
	"deskwire/publisher/format"
)

// The News sitemap names the newsroom's own articles that its channels took, for two days. What belongs to others is never in
// it: their pages are not ours to list.

const sitemapPath = "/news-sitemap.xml"

// newsItem is an own article that a channel shows, until a time.
type newsItem struct {
	format.News
	id   deskwire.ID
	ends time.Time
}

// news are the own articles that a channel took within the time that a sitemap names them, whether or not there is room for
// them in its feeds.
func (p *Press) news(ctx context.Context, ch *deskwire.Channel, now time.Time) ([]newsItem, error) {
	if !p.hasOwn() {
		return nil, nil
	}
	as := *ch
	as.Policy = deskwire.Policy{MaxAge: format.NewsAge, Duplicates: deskwire.DuplicatesShow}
	stories, err := p.gather(ctx, as, now)
	if err != nil {
		return nil, err
	}
	ed, _ := Compose(as, now, stories, p.sources.named, time.Time{})
	var list []newsItem
	for i := range ed.Items {
		item := &ed.Items[i]
		a := &item.Article
		if !item.Source.Own || a.Title == "" || format.Address(a.Link) == "" {
			continue
		}
		n := newsItem{format.News{
			Link: a.Link, Publication: item.Source.Title, Language: cmp.Or(a.Language, item.Source.Language, ch.Language), Published: item.Published, Title: a.Title,
		}, a.ID, item.Published.Add(format.NewsAge)}
		if expires := item.Source.Rights.Expires; expires > 0 && expires < format.NewsAge {
			n.ends = item.Published.Add(expires)
		}
		list = append(list, n)
	}
	return list, nil
}

// hasOwn reports whether there is anything of the newsroom's own: an editor may assign it to any channel.
func (p *Press) hasOwn() bool {
	for _, src := range p.sources.named {
		if src.Own {
			return true
		}
	}
	return false
}

// sitemap makes the News sitemap of what all channels have, newest first, and says when time alone changes it.
func (p *Press) sitemap(now time.Time) (body []byte, until time.Time, err error) {
	var ends horizon
	seen := map[deskwire.ID]bool{}
	var all []newsItem
	for i := range p.setting.channels {
		for _, n := range p.own[p.setting.channels[i].Key()] {
			if now.Before(n.ends) && !seen[n.id] {
				seen[n.id] = true
				ends.at(n.ends)
				all = append(all, n)
			}
		}
	}
	slices.SortFunc(all, func(a, b newsItem) int { return cmp.Or(b.Published.Compare(a.Published), cmp.Compare(a.id, b.id)) })
	list := make([]format.News, len(all))
	for i := range all {
		list[i] = all[i].News
	}
	body, err = format.Sitemap(list, p.setting.site)
	return body, ends.next, err
}
