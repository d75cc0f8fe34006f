package web

import (
	"bytes"
	"cmp"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"deskwire"
	"deskwire/publisher"
	"deskwire/publisher/format"
	"deskwire/publisher/words"
)

//go:embed templates/*.html assets/*
var embedded embed.FS

// Pages renders what is for people. It works without JavaScript; everything it loads is on the site itself, but pictures.
type Pages struct {
	templates *template.Template
	dress     *dress
	zone      *time.Location
	assets    map[string]publisher.Asset
}

// assetTypes are the media types of the files in assets.
var assetTypes = map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
	".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}

// NewPages prepares the pages; times are shown in zone, nil is UTC. Of a theme every file is read, and with own templates every kind
// of page is tried; the zero theme is none. What is wrong with a theme is [deskwire.ErrInvalid], all of it at once.
func NewPages(zone *time.Location, theme deskwire.Theme) (*Pages, error) {
	p := &Pages{zone: cmp.Or(zone, time.UTC), assets: map[string]publisher.Asset{}}
	var err error
	if p.dress, err = wear(&theme); err != nil {
		return nil, err
	}
	if p.templates, err = p.dress.parse(); err != nil {
		return nil, fmt.Errorf("pages: %w", err)
	}
	entries, err := fs.ReadDir(embedded, "assets")
	if err != nil {
		return nil, fmt.Errorf("pages: %w", err)
	}
	for _, e := range entries {
		body, err := embedded.ReadFile("assets/" + e.Name())
		if err != nil {
			return nil, fmt.Errorf("pages: %w", err)
		}
		at := "/assets/" + e.Name()
		if e.Name() == path.Base(embedScript) {
			at = embedScript
		}
		p.assets[at] = publisher.Asset{Type: assetTypes[path.Ext(e.Name())], Body: body}
	}
	p.dress.assets(p.assets)
	if len(p.dress.templates) > 0 {
		return p, p.rehearse()
	}
	return p, nil
}

// Assets are the pages' own files, by path.
func (p *Pages) Assets() map[string]publisher.Asset { return p.assets }

// A page is what every template sees. Pages link by path below Root, so that they work on whatever host they are looked at;
// Canonical is the one address that counts.
type page struct {
	Root, Canonical, Language string
	Site, Title, Description  string
	Theme                     *dress
	Properties                []property // of the Open Graph protocol
	W                         *words.Words
	OEmbed                    string // address of what says how the page is embedded
	Archive                   int    // number of an archive page, 0 for the news
	NoIndex                   bool   // a page that search engines should not keep: it will fill up under another address
	Feeds                     []link // for readers that look for them
	Channel                   *channelView
	Channels                  []*channelView
	Article                   *articleView
	Notice                    *noticeView
	Search                    *searchView
	Ask                       string // path of the search, "" without one
}

// A link is a name, where it leads, and the media type of what is there, as an attribute: templates would write its plus sign
// as a reference that simple readers do not resolve.
type link struct {
	Title string
	Type  template.HTMLAttr
	URL   string
}

// A channelView is a channel as pages show it.
type channelView struct {
	Title, Description, Path string
	Language                 string // "" where it is the page's
	W                        *words.Words
	Feeds                    []link
	Face                     *face
	Items                    []itemView
	Newer, Older             string // paths of what comes before and after in the chain, "" for nothing
}

// A face is who stands behind a channel.
type face struct {
	Byline, Bio string
	Picture     *pictureView
	Contact     link
}

// An itemView is an item as pages show it: plain text, and addresses that were looked at.
type itemView struct {
	ID                  deskwire.ID
	W                   *words.Words
	Title, URL, Summary string
	Elsewhere           bool   // URL leads to the source
	Page                string // the story's own page
	Language            string // "" where it is the channel's
	Source, SourceURL   string
	Carriers            []link
	Related             []related
	Corrections         []correction // the newest first
	Picture             *pictureView
	Authors             []string
	Minutes             int
	Pinned, Copy        bool
	Published, Updated  clock
	HasUpdate           bool
}

// A related is another story about the same event.
type related struct {
	link
	Source string
}

// A correction is what an editor corrected.
type correction struct {
	At   clock
	Text string
}

// A clock is a time for people and for machines.
type clock struct{ Text, Machine string }

// The forms of a channel that its page offers.
func feedLinks(base string) []link {
	return []link{
		{"RSS", rssAttr, base + format.RSSFile},
		{"Atom", atomAttr, base + format.AtomFile},
		{"JSON Feed", `type="application/feed+json"`, base + format.JSONFile},
	}
}

const (
	rssAttr  template.HTMLAttr = `type="application/rss+xml"`
	atomAttr template.HTMLAttr = `type="application/atom+xml"`
)

// indexItems is how many items of each channel the page of all channels shows.
const indexItems = 5

// Channel is the page of one channel.
func (p *Pages) Channel(ed *deskwire.Edition, site format.Site) ([]byte, error) {
	v := p.channel(ed, &site, len(ed.Items))
	pg := page{
		Root: site.Root(), Canonical: site.Page(&ed.Channel), Language: cmp.Or(ed.Channel.Language, site.Language, "en"),
		Site: siteTitle(&site), Title: v.Title, Description: v.Description, Feeds: feedLinks(site.Page(&ed.Channel)), Channel: v,
	}
	v.Language, pg.W, pg.OEmbed = "", v.W, site.Feed(&ed.Channel, publisher.OEmbedFile)
	pg.Feeds = append(pg.Feeds, link{v.W.Corrections, atomAttr, site.Feed(&ed.Channel, format.CorrectionsFile)})
	if site.Finds {
		pg.Ask = site.Root() + searchPath
	}
	return p.render("channel.html", &pg)
}

// Archive is one page of a channel's archive: what "show more" leads to.
func (p *Pages) Archive(ed *deskwire.Edition, site format.Site) ([]byte, error) {
	ch := &ed.Channel
	v := p.channel(ed, &site, len(ed.Items))
	if v.Newer = v.Path; ed.Newer.Number > 0 {
		v.Newer = v.Path + ed.Newer.File(deskwire.ArchiveHTML)
	}
	pg := page{
		Root: site.Root(), Canonical: site.Feed(ch, ed.Page.File(deskwire.ArchiveHTML)), Language: cmp.Or(ch.Language, site.Language, "en"),
		W: v.W, Site: siteTitle(&site), Title: fmt.Sprintf("%s · %s %d", v.Title, v.W.Archive, ed.Page.Number), Description: v.Description,
		Feeds: feedLinks(site.Page(ch)), Channel: v, Archive: ed.Page.Number, NoIndex: ed.Page.Stories > 0,
	}
	v.Language = ""
	return p.render("channel.html", &pg)
}

// Index is the page of all channels.
func (p *Pages) Index(editions []*deskwire.Edition, site format.Site) ([]byte, error) {
	pg := page{
		Root: site.Root(), Canonical: site.URL + "/", Language: cmp.Or(site.Language, "en"), Site: siteTitle(&site), Title: siteTitle(&site),
	}
	pg.W = words.For(pg.Language)
	for _, ed := range editions {
		v := p.channel(ed, &site, indexItems)
		pg.Channels = append(pg.Channels, v)
		pg.Feeds = append(pg.Feeds, link{v.Title, rssAttr, site.Feed(&ed.Channel, format.RSSFile)})
	}
	return p.render("index.html", &pg)
}

// Feeds is the page of all addresses that readers can subscribe to, whole, to be copied. What has a token is not among them.
func (p *Pages) Feeds(channels []deskwire.Channel, site format.Site) ([]byte, error) {
	pg := page{
		Root: site.Root(), Canonical: site.URL + publisher.FeedsPath, Language: cmp.Or(site.Language, "en"), Site: siteTitle(&site),
	}
	pg.W = words.For(pg.Language)
	pg.Title, pg.Description = pg.W.AllFeeds, pg.W.AllFeedsOf+" "+pg.Site+"."
	for i := range channels {
		ch := &channels[i]
		v := &channelView{Title: cmp.Or(format.Line(ch.Title), ch.Name), Description: format.Line(ch.Description), Path: site.Root() + ch.Path(), Feeds: feedLinks(site.Page(ch))}
		if language := cmp.Or(ch.Language, pg.Language); language != pg.Language {
			v.Language = language
		}
		for _, f := range v.Feeds {
			f.Title = v.Title + " · " + f.Title
			pg.Feeds = append(pg.Feeds, f)
		}
		for k := range ch.Outputs {
			if out := &ch.Outputs[k]; out.Token == "" {
				v.Feeds = append(v.Feeds, link{out.Name, typeAttr(out.Format), site.URL + out.Path(ch)})
			}
		}
		v.Feeds = append(v.Feeds, link{pg.W.Corrections, atomAttr, site.Feed(ch, format.CorrectionsFile)})
		v.Feeds = append(v.Feeds, link{pg.W.Sources, `type="text/x-opml"`, site.Page(ch) + "sources.opml"})
		pg.Channels = append(pg.Channels, v)
	}
	return p.render("feeds.html", &pg)
}

// typeAttr is the type attribute of a link to a feed.
func typeAttr(f deskwire.Format) template.HTMLAttr {
	mediaType, _, _ := strings.Cut(format.TypeOf(string(f)), ";")
	return template.HTMLAttr(`type="` + mediaType + `"`)
}

func siteTitle(site *format.Site) string { return cmp.Or(format.Line(site.Title), site.URL) }

func (p *Pages) render(name string, pg *page) ([]byte, error) {
	if pg.Theme = p.dress; pg.Article == nil && pg.Notice == nil {
		pg.graph("website", pg.Title)
	}
	var b bytes.Buffer
	if err := p.templates.ExecuteTemplate(&b, name, pg); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// channel is a channel with at most limit of its items, pinned ones first; feeds keep to the order of places.
func (p *Pages) channel(ed *deskwire.Edition, site *format.Site, limit int) *channelView {
	ch := &ed.Channel
	v := &channelView{
		Title: cmp.Or(format.Line(ch.Title), ch.Name), Description: format.Line(ch.Description), Path: site.Root() + ch.Path(),
		Feeds: feedLinks(site.Root() + ch.Path()), Face: faceOf(&ch.Face, site),
	}
	language := cmp.Or(ch.Language, site.Language, "en")
	v.W = words.For(language, site.Language)
	if language != cmp.Or(site.Language, "en") {
		v.Language = language
	}
	order := make([]*deskwire.Item, len(ed.Items))
	for i := range ed.Items {
		order[i] = &ed.Items[i]
	}
	slices.SortStableFunc(order, func(a, b *deskwire.Item) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), b.Placed.Compare(a.Placed)) // whatever order the feeds have
	})
	for _, item := range order[:min(limit, len(order))] {
		v.Items = append(v.Items, p.item(item, ch, site, language, v.W))
	}
	if ed.Older.Number > 0 {
		v.Older = v.Path + ed.Older.File(deskwire.ArchiveHTML)
	}
	return v
}

func rank(item *deskwire.Item) int {
	if item.Pinned {
		return 0
	}
	return 1
}

func faceOf(f *deskwire.Face, site *format.Site) *face {
	v := &face{Byline: format.Line(f.Byline), Bio: format.Line(f.Bio), Picture: facePicture(f.Picture, site)}
	switch contact := format.Line(f.Contact); {
	case format.Address(contact) != "":
		v.Contact = link{Title: contact, URL: contact}
	case strings.Count(contact, "@") == 1 && !strings.ContainsAny(contact, " /:?&"):
		v.Contact = link{Title: contact, URL: "mailto:" + contact}
	}
	if *v == (face{}) {
		return nil
	}
	return v
}

func (p *Pages) item(item *deskwire.Item, ch *deskwire.Channel, site *format.Site, language string, w *words.Words) itemView {
	a := &item.Article
	v := itemView{
		ID: item.ID, W: w, URL: format.Address(a.Link), Page: site.Root() + format.ArticlePath(cmp.Or(item.Story, item.ID)), Summary: format.Line(a.Summary), Source: format.SourceName(&item.Source),
		SourceURL: format.Address(item.Source.Home), Minutes: a.MinutesToRead(), Pinned: item.Pinned, Copy: item.Copy,
		Published: p.clock(item.Published, w), Updated: p.clock(item.Updated, w),
	}
	// An update within the minute is nothing that a reader could see.
	v.HasUpdate = v.Updated.Text != v.Published.Text && item.Updated.After(item.Published)
	v.Title = cmp.Or(format.Line(a.Title), publisher.Shorten(v.Summary, 80), v.Source)
	if a.Language != "" && languageTag(a.Language) && !strings.EqualFold(a.Language, language) {
		v.Language = a.Language
	}
	for _, author := range a.Authors {
		if name := format.Line(author.Name); name != "" {
			v.Authors = append(v.Authors, name)
		}
	}
	for _, c := range item.Carriers {
		if name := format.Line(c.Title); name != "" {
			v.Carriers = append(v.Carriers, link{Title: name, URL: format.Address(c.Link)})
		}
	}
	for _, r := range item.Related {
		if l := (link{Title: format.Line(r.Title), URL: format.Address(r.Link)}); l.Title != "" && l.URL != "" {
			v.Related = append(v.Related, related{l, format.Line(r.Source)})
		}
	}
	for _, c := range item.Corrections {
		if text := format.Line(c.Text); text != "" {
			v.Corrections = append(v.Corrections, correction{p.clock(c.At, w), text})
		}
	}
	if v.Elsewhere = v.URL != "" && ch.Policy.Link != deskwire.LinkPage; !v.Elsewhere {
		v.URL = v.Page
	}
	v.Picture = pictureOf(a, v.Title, sizesText, site)
	return v
}

// clock is a time in the site's zone, in words of w.
func (p *Pages) clock(t time.Time, w *words.Words) clock {
	return clock{w.Time(t.In(p.zone)), t.UTC().Format(time.RFC3339)}
}
