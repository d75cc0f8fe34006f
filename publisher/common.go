package publisher

import (
	"errors"
	"fmt"
	"time"

	"deskwire"
	"deskwire/publisher/format"
)

// FeedsPath is the page of the addresses of all feeds.
const FeedsPath = "/feeds/"

// common makes the documents that belong to no channel. One that can not be made stays as it was. until is when time alone
// changes one of them.
func (p *Press) common(s *sheet) (until time.Time, err error) {
	site := &p.setting.site
	var editions []*deskwire.Edition
	for i := range p.setting.channels {
		if ed := p.shown[p.setting.channels[i].Key()]; ed != nil {
			editions = append(editions, ed)
		}
	}
	var errs []error
	put := func(d Document, make func() ([]byte, error)) {
		body, err := make()
		if err != nil {
			s.keepPath(d.Path)
			errs = append(errs, fmt.Errorf("%s: %w", d.Path, err))
			return
		}
		s.put(proof{d, body}, "")
	}
	put(Document{Path: "/", Type: pageType, Kind: KindPage}, func() ([]byte, error) { return p.setting.pages.Index(editions, *site) })
	put(Document{Path: FeedsPath, Type: pageType, Kind: KindPage}, func() ([]byte, error) { return p.setting.pages.Feeds(p.setting.channels, *site) })
	put(Document{Path: "/opml.xml", Type: format.OPMLType, Kind: KindFeed}, func() ([]byte, error) { return format.Channels(p.setting.channels, *site) })
	put(Document{Path: sitemapPath, Type: format.SitemapType, Kind: KindText}, func() (body []byte, err error) {
		body, until, err = p.sitemap(s.time)
		return body, err
	})
	put(Document{Path: "/robots.txt", Type: "text/plain; charset=utf-8", Kind: KindText}, func() ([]byte, error) { return robots(site), nil })
	for path, a := range p.setting.pages.Assets() {
		s.put(proof{Document{Path: path, Type: a.Type, Kind: KindAsset}, a.Body}, "")
	}
	return until, errors.Join(errs...)
}

// robots is what crawlers are asked to leave alone, what is not for them and outputs that are somebody's alone, and where the
// newsroom's own news is listed.
func robots(site *format.Site) []byte {
	return fmt.Appendf(nil, "User-agent: *\nDisallow: %[1]s/-/\nDisallow: %[1]s/desks/*/out/*/\nDisallow: %[1]s/topics/*/out/*/\n\nSitemap: %[2]s\n",
		site.Root(), site.URL+sitemapPath)
}
