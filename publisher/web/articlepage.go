package web

import (
	"cmp"
	"html/template"
	"strings"
	"time"

	"deskwire"
	"deskwire/publisher"
	"deskwire/publisher/diff"
	"deskwire/publisher/format"
	"deskwire/publisher/words"
)

// excerpt is how long the text of a card is, in characters.
const excerpt = 300

// An articleView is a story as its own page shows it.
type articleView struct {
	ID             deskwire.ID
	W              *words.Words
	Title, Summary string
	Lang           template.HTMLAttr // language and direction of what the source wrote, where they are not the page's
	Desk           *channelView
	Published      clock
	Updated        clock
	HasUpdate      bool
	Minutes        int
	Picture        *pictureView
	Body           template.HTML // "" where there is no right to it
	Onward         link          // the article at its source
	Origin         link          // the source
	Own            bool
	Authors        []link
	Agencies       []string
	Carriers       []link
	Rights         string
	Files          []fileView
	Corrections    []correction
	Changes        []changeView
	Card           *briefView
	Coverage       []briefView
	Previous, Next *briefView
	More           []briefView
	Head           articleHead
}

// A fileView is something to listen to, to watch or to read.
type fileView struct {
	link
	Sound bool
	Type  string
}

// A changeView is what a source changed.
type changeView struct {
	At     clock
	Fields []string
	Diffs  []diffView
}

// A diffView is what became of the words of a field.
type diffView struct {
	Field string
	Parts []diff.Part
}

// A briefView is another story as this page names it.
type briefView struct {
	ID        deskwire.ID
	W         *words.Words
	Title     string
	URL       string
	Elsewhere bool // it leads to its source
	Summary   string
	Lang      template.HTMLAttr
	Source    string
	Published clock
	Minutes   int
	Picture   *pictureView
}

// Article is the page of one story.
func (p *Pages) Article(sp *publisher.StoryPage, site format.Site) ([]byte, error) {
	if !sp.Withdrawn.IsZero() {
		return p.withdrawn(sp, &site)
	}
	ch, item := &sp.Channel, &sp.Item
	language := cmp.Or(ch.Language, site.Language, "en")
	v := p.article(sp, &site, language)
	var err error
	shown := ""
	if v.Picture != nil {
		shown = item.Article.Picture().URL
	}
	if item.Body != "" {
		if v.Body, err = setBody(item.Body, item.Wordy, shown, func(addr string, width, height int) *pictureView {
			return loadable(addr, string(item.Article.ID), width, height, sizesText, &site)
		}); err != nil {
			return nil, err
		}
	}
	pg := page{
		Root: site.Root(), Language: language, W: v.W, Site: siteTitle(&site), Title: v.Title, Description: publisher.Shorten(v.Summary, excerpt),
		Canonical: site.Article(item.Story), Feeds: feedLinks(site.Page(ch)), Article: v,
	}
	for i := range pg.Feeds {
		pg.Feeds[i].Title = v.Desk.Title + " · " + pg.Feeds[i].Title
	}
	if rights := item.Source.Granted(); !rights.Index {
		pg.Canonical, v.Head.NoIndex = cmp.Or(v.Onward.URL, pg.Canonical), true
	}
	p.head(v, sp, &site, &pg)
	return p.render("article.html", &pg)
}

// article is what a page shows of its story.
func (p *Pages) article(sp *publisher.StoryPage, site *format.Site, language string) *articleView {
	item, a, w := &sp.Item, &sp.Item.Article, words.For(language, site.Language)
	v := &articleView{
		ID: item.ID, W: w, Summary: format.Line(a.Summary), Lang: languageOf(a.Language, language), Published: p.clock(item.Published, w), Updated: p.clock(item.Updated, w),
		Minutes: a.MinutesToRead(), Own: item.Source.Own, Rights: format.Line(a.Rights),
		Origin: link{Title: format.SourceName(&item.Source), URL: format.Address(item.Source.Home)},
		Desk:   p.deskOf(&sp.Channel, site),
	}
	if v.Own && item.Source.Title == "" {
		v.Origin.Title = siteTitle(site)
	}
	v.Onward = link{Title: v.Origin.Title, URL: format.Address(a.Link)}
	v.Title = titleOf(item)
	v.HasUpdate = v.Updated.Text != v.Published.Text && item.Updated.After(item.Published)
	if v.Picture = pictureOf(a, v.Title, sizesText, site); v.Picture != nil {
		v.Picture.Now = true
	}
	for _, author := range a.Authors {
		if name := format.Line(author.Name); name != "" {
			v.Authors = append(v.Authors, link{Title: name, URL: format.Address(author.URL)})
		}
	}
	for _, name := range a.Agencies {
		if name = format.Line(name); name != "" {
			v.Agencies = append(v.Agencies, name)
		}
	}
	for _, c := range item.Carriers {
		if name := format.Line(c.Title); name != "" {
			v.Carriers = append(v.Carriers, link{Title: name, URL: format.Address(c.Link)})
		}
	}
	v.Files = filesOf(a)
	for _, c := range item.Corrections {
		if text := format.Line(c.Text); text != "" {
			v.Corrections = append(v.Corrections, correction{p.clock(c.At, w), text})
		}
	}
	for i := range sp.Changes {
		v.Changes = append(v.Changes, p.change(&sp.Changes[i], w))
	}
	p.neighbours(v, sp, site, language)
	return v
}

// neighbours are the other stories that a page names.
func (p *Pages) neighbours(v *articleView, sp *publisher.StoryPage, site *format.Site, language string) {
	card := 0
	for i := range sp.Coverage {
		b := p.brief(&sp.Coverage[i].Item, sp.Coverage[i].Paged, site, language, v.W)
		if b.Picture != nil && v.Coverage[:card] == nil && card == 0 && v.Card == nil {
			v.Card = &b
			continue
		}
		v.Coverage = append(v.Coverage, b)
	}
	if v.Card == nil && len(v.Coverage) > 0 {
		v.Card, v.Coverage = &v.Coverage[0], v.Coverage[1:]
	}
	for i := range sp.More {
		v.More = append(v.More, p.brief(&sp.More[i], true, site, language, v.W))
	}
	if sp.Previous != nil {
		b := p.brief(sp.Previous, true, site, language, v.W)
		v.Previous = &b
	}
	if sp.Next != nil {
		b := p.brief(sp.Next, true, site, language, v.W)
		v.Next = &b
	}
}

// brief is another story in short. paged says that it has a page here.
func (p *Pages) brief(item *deskwire.Item, paged bool, site *format.Site, language string, w *words.Words) briefView {
	a := &item.Article
	b := briefView{
		ID: item.Story, W: w, Title: titleOf(item), URL: site.Root() + format.ArticlePath(item.Story), Summary: publisher.Shorten(format.Line(a.Summary), excerpt),
		Lang: languageOf(a.Language, language), Source: format.SourceName(&item.Source), Published: p.clock(item.Published, w), Minutes: a.MinutesToRead(),
	}
	if !paged {
		b.URL, b.Elsewhere = format.Address(a.Link), true
	}
	if paged || site.Images != deskwire.ImagesProxy { // what has no page here has no pictures here
		b.Picture = pictureOf(a, b.Title, sizesCard, site)
	}
	if b.Picture != nil {
		b.Picture.Class = "thumbnail"
	}
	return b
}

// titleOf is what an item is called.
func titleOf(item *deskwire.Item) string {
	a := &item.Article
	return cmp.Or(format.Line(a.Title), publisher.Shorten(format.Line(a.Summary), 80), format.SourceName(&item.Source))
}

// filesOf are what an article brings to listen to, to watch and to read.
func filesOf(a *deskwire.Article) (files []fileView) {
	for i := range a.Media {
		m := &a.Media[i]
		addr := format.Address(m.URL)
		if addr == "" || m.Kind() == "image" || m.Kind() == "" && !m.Enclosed {
			continue
		}
		name := addr[strings.LastIndexByte(addr, '/')+1:]
		f := fileView{link: link{Title: cmp.Or(format.Line(m.Title), format.Line(m.Caption), name), URL: addr}, Type: format.Line(m.Type)}
		f.Sound = m.Kind() == "audio" && strings.HasPrefix(addr, "https://")
		files = append(files, f)
	}
	return files[:min(len(files), maxFiles)]
}

// maxFiles is how many files a page offers.
const maxFiles = 10

// change is one change in words.
func (p *Pages) change(c *publisher.Change, w *words.Words) changeView {
	v := changeView{At: p.clock(c.At, w)}
	for _, name := range c.Fields {
		v.Fields = append(v.Fields, w.Field(name))
	}
	for _, d := range []diffView{{"title", c.Title}, {"summary", c.Summary}, {"body", c.Body}} {
		if len(d.Parts) > 0 {
			v.Diffs = append(v.Diffs, d)
		}
	}
	return v
}

// deskOf is the channel of a story's page.
func (p *Pages) deskOf(ch *deskwire.Channel, site *format.Site) *channelView {
	v := &channelView{
		Title: cmp.Or(format.Line(ch.Title), ch.Name), Description: format.Line(ch.Description), Path: site.Root() + ch.Path(),
		Feeds: feedLinks(site.Root() + ch.Path()), Face: faceOf(&ch.Face, site),
	}
	return v
}

// languageOf is the attributes of what is written in a language, where the page is in another: a text in an unknown one is
// left to the reader's program.
func languageOf(language, page string) template.HTMLAttr {
	if language == "" {
		return ` dir="auto"`
	}
	if !languageTag(language) || strings.EqualFold(language, page) {
		return ` dir="auto"`
	}
	return template.HTMLAttr(` lang="` + language + `" dir="` + words.Direction(language) + `"`)
}

// languageTag reports whether s may be a BCP 47 tag: letters, digits and hyphens.
func languageTag(s string) bool {
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' {
			return false
		}
	}
	return len(s) <= 35
}

// withdrawn is the page of a story that was killed: when, and nothing of what it was.
func (p *Pages) withdrawn(sp *publisher.StoryPage, site *format.Site) ([]byte, error) {
	said, w := format.WithdrawalIn(site.LanguageOf(&sp.Channel)), words.For(site.LanguageOf(&sp.Channel), site.Language)
	pg := page{
		Root: site.Root(), Language: cmp.Or(site.LanguageOf(&sp.Channel), "en"), Site: siteTitle(site), Title: said.Title, W: w,
		Notice: &noticeView{Title: said.Title, Text: said.Text, At: p.clock(sp.Withdrawn.Truncate(time.Second), w)},
	}
	if sp.Channel.Name != "" {
		pg.Notice.Desk = p.deskOf(&sp.Channel, site)
		pg.Feeds = feedLinks(site.Page(&sp.Channel))
	}
	return p.render("notice.html", &pg)
}

// A noticeView is a page that says that there is nothing any more, or not here.
type noticeView struct {
	Title, Text string
	At          clock // zero for no time
	Onward      link  // where it is
	Desk        *channelView
}

// Moved is a page that leads to another address.
func (p *Pages) Moved(to string, ch *deskwire.Channel, site format.Site) ([]byte, error) {
	w := words.For(site.LanguageOf(ch), site.Language)
	pg := page{
		Root: site.Root(), Canonical: to, Language: cmp.Or(site.LanguageOf(ch), "en"), Site: siteTitle(&site), Title: w.Moved, W: w,
		Notice: &noticeView{Title: w.Moved, Onward: link{Title: to, URL: to}},
	}
	return p.render("notice.html", &pg)
}
