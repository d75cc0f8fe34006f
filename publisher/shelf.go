package publisher

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"deskwire"
	"deskwire/publisher/format"
	"deskwire/storage"
)

// A shelf is what archive pages and pages of stories are made with: the configuration as it was when a surface was. It is never
// changed, so any number of requests use it at once.
type shelf struct {
	site     format.Site
	pages    Pages
	order    []*deskwire.Channel          // as configured
	channels map[string]*deskwire.Channel // by path
	sources  map[string]deskwire.Source
	prints   map[string]uint64 // of what readers see of a channel's configuration, by its path, and of a source's, by its name

	allSources uint64            // a print of all of them
	was        map[string]string // key that a channel had -> the one it has
	looks      sync.Map          // key of a channel -> uint64, a print of how pages look in it
}

func newShelf(store string, from *setting, sources map[string]deskwire.Source) *shelf {
	site, channels := from.site, from.channels
	s := &shelf{site: site, pages: from.pages, channels: map[string]*deskwire.Channel{}, sources: sources, prints: map[string]uint64{}, was: map[string]string{}}
	for i := range channels {
		ch := channels[i]
		s.channels[ch.Path()] = &ch
		s.order = append(s.order, &ch)
		for _, name := range ch.Was {
			s.was[(&deskwire.Channel{Kind: ch.Kind, Name: name}).Key()] = ch.Key()
		}
		seen := ch
		seen.Was, seen.Take, seen.Drop, seen.Outputs = nil, nil, nil, nil
		seen.Policy.Limit, seen.Policy.MaxAge, seen.Policy.PerSource = 0, 0, 0
		s.prints[ch.Path()] = imprint(store, site, seen)
	}
	for _, ch := range s.order {
		delete(s.was, ch.Key()) // another one has that name now
	}
	for name, src := range sources {
		s.prints[name] = imprint(deskwire.Source{
			Name: src.Name, Title: src.Title, URL: src.URL, Home: src.Home, Language: src.Language, Own: src.Own, Trust: src.Trust, Rights: src.Rights,
		})
	}
	var all []any
	for _, name := range slices.Sorted(maps.Keys(sources)) {
		all = append(all, name, s.prints[name])
	}
	s.allSources = imprint(all)
	return s
}

// keyNow is the key that a channel has now which had one.
func (s *shelf) keyNow(key string) string { return cmp.Or(s.was[key], key) }

// look is a print of how the pages of a channel's stories look: of samples that show everything a page can show. So whatever a
// page is made with, templates, words, colours, zone, has it made anew.
func (s *shelf) look(ch *deskwire.Channel) uint64 {
	if known, ok := s.looks.Load(ch.Key()); ok {
		return known.(uint64)
	}
	var seen []any
	for _, page := range Samples(ch) {
		body, err := s.pages.Article(page, s.site)
		seen = append(seen, string(body), fmt.Sprint(err))
	}
	list, err := s.pages.Archive(SampleArchive(ch), s.site)
	seen = append(seen, string(list), fmt.Sprint(err))
	body, err := s.pages.Moved(s.site.URL+"/", ch, s.site)
	look := imprint(append(seen, string(body), fmt.Sprint(err), ch.Prefer, ch.Take)...)
	s.looks.Store(ch.Key(), look)
	return look
}

// imprint is a hash of plain values.
func imprint(values ...any) uint64 {
	h := fnv.New64a()
	if err := json.NewEncoder(h).Encode(values); err != nil {
		panic(err) // configuration is plain
	}
	return h.Sum64()
}

// An ArchiveDoc is one page of an archive as a document, in every format: where it stands, and in what state it is.
type ArchiveDoc struct {
	Path string // without the ending that says the format: "/desks/world/archive/7"
	// Version changes with everything that the page's documents are made of, but for time.
	Version string

	channel *deskwire.Channel
	page    deskwire.ArchivePage
	row     *storage.ArchivePage
	newer   bool // a full page follows
}

// locate finds what a path below the site's root means: a channel's archive page and a format.
func (s *shelf) locate(path string) (ch *deskwire.Channel, page deskwire.ArchivePage, kind string) {
	i := strings.LastIndex(path, "/"+deskwire.ArchiveFolder) // a desk may be called so, too
	if s == nil || i < 0 {
		return nil, page, ""
	}
	page, kind, ok := deskwire.ParseArchivePage(path[i+1:])
	if ch = s.channels[path[:i+1]]; !ok || kind != deskwire.ArchiveHTML && format.TypeOf(kind) == "" {
		return nil, page, ""
	}
	return ch, page, kind
}

// stands is the page among the rows that the store has of it and the next one; nil where there is none.
func (s *shelf) stands(ch *deskwire.Channel, page deskwire.ArchivePage, rows []*storage.ArchivePage) *ArchiveDoc {
	if len(rows) == 0 || rows[0].Number != page.Number || page.Stories > len(rows[0].Stories) || page.Stories == 0 && !rows[0].Full {
		return nil
	}
	name := page.File("")
	d := &ArchiveDoc{Path: ch.Path() + name[:len(name)-1], channel: ch, page: page, row: rows[0]}
	d.newer = page.Stories == 0 && len(rows) > 1 && rows[1].Full
	prints := []uint64{s.prints[ch.Path()]}
	for _, name := range d.row.Sources {
		prints = append(prints, s.prints[name])
	}
	d.Version = fmt.Sprintf("%x-%x", uint64(d.row.Changed), imprint(page, d.newer, prints, s.look(ch)))
	return d
}

// set is which stories the document holds.
func (d *ArchiveDoc) set() []deskwire.Closed {
	if d.page.Stories > 0 {
		return d.row.Stories[:d.page.Stories]
	}
	return d.row.Stories
}

// ArchivePage is the archive page at a path, made when somebody asks for it, once for all who ask at the same time, and kept for
// the next ones while there is room. until is when it has to be made anew though nobody wrote; zero is never. The document is nil
// where no page stands.
func (p *Press) ArchivePage(ctx context.Context, path string, now time.Time) (doc *Document, until time.Time, err error) {
	s := p.Surface().shelved()
	ch, page, kind := s.locate(path)
	if ch == nil {
		return nil, until, nil
	}
	rows, err := p.store.ArchivePages(ctx, ch.Key(), page.Number, 2)
	if err != nil {
		return nil, until, err
	}
	d := s.stands(ch, page, rows)
	if d == nil {
		return nil, until, nil
	}
	return p.kept.get(ctx, path, d.Version, now, func(ctx context.Context) (*Document, time.Time, error) {
		return p.archiveDocument(ctx, s, d, kind, now)
	})
}

// archiveDocument makes one page in one format.
func (p *Press) archiveDocument(ctx context.Context, s *shelf, d *ArchiveDoc, kind string, now time.Time) (*Document, time.Time, error) {
	set := d.set()
	ids := make([]deskwire.ID, len(set))
	for i := range set {
		ids[i] = set[i].Story
	}
	stories, err := p.store.Stories(ctx, ids...)
	if err != nil {
		return nil, time.Time{}, err
	}
	ed, until := ComposeArchive(*d.channel, now, set, stories, s.sources)
	ed.Page = d.page
	if d.page.Number > 1 {
		ed.Older.Number = d.page.Number - 1
	}
	if d.newer {
		ed.Newer.Number = d.page.Number + 1
	}
	if kind == deskwire.ArchiveHTML {
		doc, err := s.archivePage(&ed, d.Path+"/", now)
		return doc, until, err
	}
	bodies, err := readBodies(ctx, p.store, &ed)
	if err != nil {
		return nil, time.Time{}, err
	}
	var body []byte
	if err := fit(&ed, bodies, func() (size int, err error) {
		body, err = format.WriteOne(&ed, s.site, kind)
		return len(body), err
	}); err != nil {
		return nil, time.Time{}, err
	}
	doc := newDocument(Document{Path: d.Path + "." + kind, Type: format.TypeOf(kind), Kind: KindArchive, Links: pageLinks(&s.site, &ed, kind)}, body, now, nil)
	// When it was filled, or what it shows was changed: the same after a restart, and on every machine.
	doc.Modified = ed.Updated.UTC().Truncate(time.Second).Add(time.Second)
	compressAll([]*Document{doc})
	return doc, until, nil
}

// archivePage makes one page for people.
func (s *shelf) archivePage(ed *deskwire.Edition, path string, now time.Time) (*Document, error) {
	body, err := s.pages.Archive(ed, s.site)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	// How a page looks can change while what it shows does not, so the moment of making stands for when it was modified: late, never wrong.
	doc := newDocument(Document{Path: path, Type: pageType, Kind: KindPage, Links: pageLinks(&s.site, ed, deskwire.ArchiveHTML)}, body, now, nil)
	compressAll([]*Document{doc})
	return doc, nil
}

// pageLinks is the Link header of an archive page.
func pageLinks(site *format.Site, ed *deskwire.Edition, self string) string {
	var b strings.Builder
	if self == deskwire.ArchiveHTML {
		fmt.Fprintf(&b, `, <%s>; rel="self"; type="text/html"`, site.Feed(&ed.Channel, ed.Page.File(self)))
	}
	for _, kind := range format.Kinds() {
		rel := "alternate"
		if kind == self {
			rel = "self"
		}
		mediaType, _, _ := strings.Cut(format.TypeOf(kind), ";")
		fmt.Fprintf(&b, `, <%s>; rel="%s"; type="%s"`, site.Feed(&ed.Channel, ed.Page.File(kind)), rel, mediaType)
	}
	if self == deskwire.ArchiveHTML {
		return b.String()[len(", "):]
	}
	return b.String()[len(", "):] + chainLinks(site, ed, self)
}

// chainLinks is what a Link header says besides of the chain that a feed is part of.
func chainLinks(site *format.Site, ed *deskwire.Edition, kind string) string {
	var b strings.Builder
	for _, n := range site.Chain(ed, kind) {
		fmt.Fprintf(&b, `, <%s>; rel="%s"`, n.Href, n.Rel)
	}
	return b.String()
}

// walkers is how many states of pages that are filling stay for those who walk through files: their walk may have begun as
// many feeds ago.
const walkers = 4

// ArchiveDocs returns the documents of archives that readers may be led to at this moment, by path: full pages, the page that is
// filling as the feed links it and, of those that had names (paths without an ending), the newest few that others may still be
// walking through.
func (p *Press) ArchiveDocs(ctx context.Context, had []string) ([]*ArchiveDoc, error) {
	surface := p.Surface()
	s := surface.shelved()
	if s == nil {
		return nil, nil
	}
	before := map[string][]deskwire.ArchivePage{} // by channel path
	for _, path := range had {
		if ch, page, _ := s.locate(path + ".atom"); ch != nil && page.Stories > 0 && page != surface.ends[ch.Path()] {
			before[ch.Path()] = append(before[ch.Path()], page)
		}
	}
	var docs []*ArchiveDoc
	for path, end := range surface.ends {
		filling := before[path]
		slices.SortFunc(filling, func(a, b deskwire.ArchivePage) int {
			return cmp.Or(cmp.Compare(b.Number, a.Number), cmp.Compare(b.Stories, a.Stories))
		})
		if filling = filling[:min(len(filling), walkers)]; end.Stories > 0 {
			filling = append(filling, end)
		}
		found, err := p.archiveDocs(ctx, s, s.channels[path], filling)
		if err != nil {
			return nil, err
		}
		docs = append(docs, found...)
	}
	slices.SortFunc(docs, func(a, b *ArchiveDoc) int { return cmp.Compare(a.Path, b.Path) })
	return docs, nil
}

// archiveStep is how many rows of pages are read at a time.
const archiveStep = 100

// archiveDocs are the full pages of a channel, and what there is of some that are filling.
func (p *Press) archiveDocs(ctx context.Context, s *shelf, ch *deskwire.Channel, filling []deskwire.ArchivePage) ([]*ArchiveDoc, error) {
	var docs []*ArchiveDoc
	for from := 1; ; from += archiveStep {
		rows, err := p.store.ArchivePages(ctx, ch.Key(), from, archiveStep+1)
		if err != nil {
			return nil, err
		}
		for i, row := range rows[:min(len(rows), archiveStep)] {
			for _, page := range slices.Concat([]deskwire.ArchivePage{{Number: row.Number}}, filling) {
				if d := s.stands(ch, page, rows[i:]); d != nil {
					d.row = nil // of a thousand pages the sets are not needed all at once
					docs = append(docs, d)
				}
			}
		}
		if len(rows) <= archiveStep {
			return docs, nil
		}
	}
}
