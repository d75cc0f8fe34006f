package publisher

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"deskwire"
	"deskwire/publisher/format"
	"deskwire/storage"
)

// Limits of the large consumers of feeds.
const (
	// maxFeed is the size of a feed in bytes; what does not fit shows its summary.
	maxFeed = 2_000_000
	// maxItem is the size of one item's body.
	maxItem = 1_000_000
)

// retryAfter is when a channel that could not be made is tried again.
const retryAfter = time.Minute

// A Press turns editions into documents and keeps them. Reading is safe for any number of goroutines and never waits; Update
// and Reconfigure are called by one goroutine at a time. What was published stays published until something newer was made
// whole.
type Press struct {
	store    *storage.Store
	setting  setting
	sources  sources
	until    map[string]time.Time         // by channel that was made: when time alone changes its edition, zero for never
	shown    map[string]*deskwire.Edition // by channel, without bodies
	shelf    *shelf                       // of the present setting and sources; nil when these have changed
	kept     *kept
	behind   map[string]storage.Place     // channels whose archives have more to take in than one update closes: up to where
	offered  map[string]*deskwire.Edition // as shown, by output
	own      map[string][]newsItem        // by channel: what of it the News sitemap names
	now      atomic.Pointer[Surface]
	bell     bell
	record   record
	bulletin *bulletin // of the update that is being made
}

// setting is what the configuration says.
type setting struct {
	site     format.Site
	channels []deskwire.Channel
	sources  map[string]deskwire.Source
	pages    Pages
}

// Pages renders what is for people. Package web has them; the press only keeps the bytes.
type Pages interface {
	// Channel is the page of one channel, Index that of all. They are functions of what they are given.
	Channel(ed *deskwire.Edition, site format.Site) ([]byte, error)
	Index(editions []*deskwire.Edition, site format.Site) ([]byte, error)
	// Archive is what stands in one page of a channel's archive.
	Archive(ed *deskwire.Edition, site format.Site) ([]byte, error)
	// Feeds is the page of the addresses of all feeds.
	Feeds(channels []deskwire.Channel, site format.Site) ([]byte, error)
	// Article is the page of one story; two pages whose content is equal look the same.
	Article(page *StoryPage, site format.Site) ([]byte, error)
	// Moved is a page that leads to another address, in the language of a channel.
	Moved(to string, ch *deskwire.Channel, site format.Site) ([]byte, error)
	// Embeds are what other sites show of a channel, and the page that says how; ed holds what they may show.
	Embeds(ed *deskwire.Edition, site format.Site) ([]Embed, error)
	// Assets are files that do not depend on editions, by path.
	Assets() map[string]Asset
}

// An Asset is a file of the pages.
type Asset struct {
	Type string
	Body []byte
}

// NewPress makes a press that has nothing to show before its first Update.
func NewPress(store *storage.Store, site format.Site, channels []deskwire.Channel, sources map[string]deskwire.Source, pages Pages) *Press {
	p := &Press{store: store, setting: setting{pages: pages}, kept: newKept(keptBytes), offered: map[string]*deskwire.Edition{}}
	p.Reconfigure(site, channels, sources)
	return p
}

// Reconfigure takes another configuration over, all of it. The documents follow with the next Update: every channel is due.
func (p *Press) Reconfigure(site format.Site, channels []deskwire.Channel, from map[string]deskwire.Source) {
	p.setting = setting{site, channels, from, p.setting.pages}
	p.sources = newSources(from)
	p.until, p.behind, p.shelf = map[string]time.Time{}, map[string]storage.Place{}, nil
	shown := map[string]*deskwire.Edition{} // until they are made anew the page of all channels shows these
	for i := range channels {
		if ed := p.shown[channels[i].Key()]; ed != nil {
			shown[channels[i].Key()] = ed
		}
	}
	p.shown, p.own = shown, map[string][]newsItem{}
}

// Dress takes other pages over. The documents follow with the first Update after the next Reconfigure.
func (p *Press) Dress(pages Pages) { p.setting.pages = pages }

// Surface is what readers can ask for now; nil before the first Update.
func (p *Press) Surface() *Surface { return p.now.Load() }

// Changed is closed when readers get something else than at this moment. Who wants to know again asks again.
func (p *Press) Changed() <-chan struct{} { return p.bell.next() }

// Document is what stands at a path now, or nil.
func (p *Press) Document(path string) *Document { return p.Surface().Document(path) }

// Ready reports whether there is anything to read yet.
func (p *Press) Ready() bool { return p.now.Load() != nil }

// Update makes the editions that are touched anew, those whose time has come, and those that were never made; touched may be
// nil. It returns the channels whose documents changed, and when time alone will change something next; zero is never.
//
// Readers get all that changed at once. A channel that can not be made keeps what it shows, the others are made all the
// same, and it is tried again.
func (p *Press) Update(ctx context.Context, now time.Time, touched []string) (changed []string, until time.Time, err error) {
	p.bulletin = nil
	states, err := p.store.Channels(ctx)
	if err != nil {
		return nil, time.Time{}, err
	}
	news, err := p.sources.learn(ctx, p.store, now)
	if err != nil {
		return nil, time.Time{}, err
	}
	if news {
		clear(p.until) // a source has another name: it may stand anywhere
	}
	if p.shelf == nil || news {
		p.shelf = newShelf(p.store.Identity(), &p.setting, p.sources.named)
	}
	s := newSheet(p.now.Load(), p.setting.site, now)
	s.next.shelf = p.shelf
	var drafts []*draft
	for i := range p.setting.channels {
		ch := &p.setting.channels[i]
		if p.fresh(ch.Key(), now) && !slices.Contains(touched, ch.Key()) {
			s.keep(ch)
			continue
		}
		drafts = append(drafts, p.draft(ctx, s, ch, states[ch.Key()]))
	}
	if err := p.closeOut(ctx, drafts, now); err != nil {
		return nil, time.Time{}, err
	}
	var errs []error
	for _, d := range drafts {
		if err := p.channel(ctx, s, d); err != nil {
			if ctx.Err() != nil {
				return nil, time.Time{}, err
			}
			s.keep(d.ch)
			if p.until[d.ch.Key()] = now; errors.Is(err, errAgain) {
				continue
			}
			errs = append(errs, fmt.Errorf("channel %s: %w", d.ch.Key(), err))
			p.until[d.ch.Key()] = now.Add(retryAfter)
		}
	}
	if until, err = p.common(s); err != nil {
		errs = append(errs, err)
	}
	s.next.closed(p.setting.channels, states)
	if err := p.record.keep(ctx, p.store); err != nil {
		errs = append(errs, err)
	}
	compressAll(s.made)
	if !s.next.equal(s.old) {
		p.now.Store(s.next)
		p.bell.ring()
	}
	if err := p.catchUp(ctx, now); err != nil {
		errs = append(errs, err)
	}
	for _, t := range p.until {
		until = sooner(until, t)
	}
	if len(p.behind) > 0 {
		until = now
	}
	return slices.Sorted(maps.Keys(s.changed)), until, errors.Join(errs...)
}

// UpdateAll updates until there is nothing left that could be done now: it is for commands that end. An archive that is begun
// fills in steps.
func (p *Press) UpdateAll(ctx context.Context, now time.Time) error {
	for {
		if _, until, err := p.Update(ctx, now, nil); err != nil || until.IsZero() || until.After(now) {
			return err
		}
	}
}

// fresh reports whether a channel shows what it should unless somebody wrote.
func (p *Press) fresh(key string, now time.Time) bool {
	until, made := p.until[key]
	return made && (until.IsZero() || now.Before(until))
}

// draft composes one channel.
func (p *Press) draft(ctx context.Context, s *sheet, ch *deskwire.Channel, st storage.ChannelState) *draft {
	if st.Created.IsZero() {
		st.Created = s.time.UTC().Truncate(time.Second) // nobody filed it yet
	}
	d := &draft{ch: ch, created: st.Created}
	var stories []deskwire.Story
	if stories, d.err = p.gather(ctx, *ch, s.time); d.err == nil {
		d.ed, d.until = Compose(*ch, s.time, stories, p.sources.named, st.Created)
	}
	return d
}

// channel makes the documents of one channel.
func (p *Press) channel(ctx context.Context, s *sheet, d *draft) error {
	if d.err != nil {
		return d.err
	}
	ch, ed, until := d.ch, &d.ed, d.until
	bodies, err := readBodies(ctx, p.store, ed)
	if err != nil {
		return err
	}
	end, err := p.related(ctx, ed, s.time)
	if err != nil {
		return err
	}
	proofs, err := p.render(ed, bodies)
	if err != nil {
		return err
	}
	embeds, err := p.embeds(ed)
	if err != nil {
		return err
	}
	proofs = append(proofs, embeds...)
	ends := horizon{until}
	ends.at(end)
	said, end, err := p.corrections(ctx, s.time, ch, d.created)
	if err != nil {
		return err
	}
	proofs = append(proofs, said)
	ends.at(end)
	offers, end, err := p.offers(ctx, s.time, ch, d.created)
	if err != nil {
		return err
	}
	ends.at(end)
	own, err := p.news(ctx, ch, s.time)
	if err != nil {
		return err
	}
	for i := range proofs {
		s.put(proofs[i], ch.Key())
	}
	p.record.add(ed, p.shown[ch.Key()], s.time)
	for i := range offers {
		s.put(offers[i].proof, ch.Key())
		p.record.add(offers[i].ed, p.offered[offers[i].key], s.time)
		p.offered[offers[i].key] = offers[i].ed
	}
	if ed.Older.Number > 0 {
		s.next.ends[ch.Path()] = ed.Older
	}
	for i := range ed.Items {
		ed.Items[i].Body = "" // the page of all channels needs heads only
	}
	p.until[ch.Key()], p.shown[ch.Key()], p.own[ch.Key()] = ends.next, ed, own
	return nil
}

// bodyBatch is how many bodies are in memory at once besides those that are used: each may have a megabyte.
const bodyBatch = 16

// readBodies reads the bodies of the items that show them, one for each item; those that [fill] could not use stay empty.
func readBodies(ctx context.Context, store *storage.Store, ed *deskwire.Edition) ([]string, error) {
	var wanted []int
	for i := range ed.Items {
		if ed.Items[i].WantsBody {
			wanted = append(wanted, i)
		}
	}
	bodies, room := make([]string, len(ed.Items)), maxFeed
	for batch := range slices.Chunk(wanted, bodyBatch) {
		ids := make([]deskwire.ID, len(batch))
		for k, i := range batch {
			ids[k] = ed.Items[i].Article.ID
		}
		found, err := store.Bodies(ctx, ids...)
		if err != nil {
			return nil, err
		}
		for k, i := range batch {
			if len(found[k]) <= min(maxItem, room) {
				bodies[i] = found[k]
				room -= len(found[k])
			}
		}
	}
	return bodies, nil
}

// A proof is a document before it is known whether it changed.
type proof struct {
	Document
	body []byte
}

// render writes an edition in every format. Bodies go in from the newest on, as long as all feeds stay within what large
// consumers take.
func (p *Press) render(ed *deskwire.Edition, bodies []string) ([]proof, error) {
	site, ch := p.setting.site, &ed.Channel
	var feeds format.Feeds
	if err := fit(ed, bodies, func() (size int, err error) {
		feeds, err = format.Write(ed, site)
		return max(len(feeds.RSS), len(feeds.Atom), len(feeds.JSON)), err
	}); err != nil {
		return nil, err
	}
	page, err := p.setting.pages.Channel(ed, site)
	if err != nil {
		return nil, fmt.Errorf("page: %w", err)
	}
	list, err := format.Sources(cmp.Or(ch.Title, ch.Name), p.takenFrom(ed))
	if err != nil {
		return nil, err
	}
	at := ch.Path()
	return []proof{
		{Document{Path: at, Type: pageType, Kind: KindPage, Links: links(&site, ch, "")}, page},
		{Document{Path: at + format.RSSFile, Type: format.RSSType, Kind: KindFeed, Links: links(&site, ch, format.RSSFile) + chainLinks(&site, ed, "rss")}, feeds.RSS},
		{Document{Path: at + format.AtomFile, Type: format.AtomType, Kind: KindFeed, Links: links(&site, ch, format.AtomFile) + chainLinks(&site, ed, "atom")}, feeds.Atom},
		{Document{Path: at + format.JSONFile, Type: format.JSONType, Kind: KindFeed, Links: links(&site, ch, format.JSONFile) + chainLinks(&site, ed, "json")}, feeds.JSON},
		{Document{Path: at + sourcesFile, Type: format.OPMLType, Kind: KindFeed}, list},
	}, nil
}

const (
	pageType    = "text/html; charset=utf-8"
	sourcesFile = "sources.opml"
)

// links is the Link header of a channel's page and feeds: where it is itself, and its other forms (RFC 8288).
func links(site *format.Site, ch *deskwire.Channel, self string) string {
	var b strings.Builder
	for _, f := range []struct{ file, mediaType string }{
		{"", pageType}, {format.RSSFile, format.RSSType}, {format.AtomFile, format.AtomType}, {format.JSONFile, format.JSONType},
	} {
		rel := "alternate"
		if f.file == self {
			rel = "self"
		}
		mediaType, _, _ := strings.Cut(f.mediaType, ";")
		fmt.Fprintf(&b, `, <%s>; rel="%s"; type="%s"`, site.Feed(ch, f.file), rel, mediaType)
	}
	return b.String()[len(", "):]
}

// takenFrom are the sources that the channel's rules name, and those of the items it shows.
func (p *Press) takenFrom(ed *deskwire.Edition) []deskwire.Source {
	names := map[string]bool{}
	for _, r := range ed.Channel.Take {
		for _, name := range r.Sources {
			names[name] = true
		}
	}
	for i := range ed.Items {
		names[ed.Items[i].Source.Name] = true
	}
	var list []deskwire.Source
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if src, ok := p.sources.named[name]; ok {
			list = append(list, src)
		}
	}
	return list
}

// A sheet is a surface in the making.
type sheet struct {
	time    time.Time
	old     *Surface // nil the first time
	next    *Surface
	made    []*Document     // those that changed
	changed map[string]bool // channels of which something did
}

func newSheet(old *Surface, site format.Site, now time.Time) *sheet {
	return &sheet{
		time: now, old: old, changed: map[string]bool{},
		next: &Surface{Site: site, docs: map[string]*Document{}, moved: map[string]string{}, gone: map[string]bool{}, ends: map[string]deskwire.ArchivePage{}},
	}
}

// put takes a document in: the one that stands there when nothing changed, since compressing is most of the work. channel is
// "" for what belongs to none.
func (s *sheet) put(d proof, channel string) {
	was := s.old.Document(d.Path)
	if was.same(&d.Document, d.body) {
		s.next.docs[d.Path] = was
		return
	}
	doc := newDocument(d.Document, d.body, s.time, was)
	s.next.docs[d.Path] = doc
	s.made = append(s.made, doc)
	if channel != "" {
		s.changed[channel] = true
	}
}

// keep takes a channel's documents over as they stand.
func (s *sheet) keep(ch *deskwire.Channel) {
	for _, file := range []string{"", format.RSSFile, format.AtomFile, format.JSONFile, format.CorrectionsFile, sourcesFile} {
		s.keepPath(ch.Path() + file)
	}
	for _, file := range embedFiles() {
		s.keepPath(ch.Path() + file)
	}
	if s.old != nil {
		if end, ok := s.old.ends[ch.Path()]; ok {
			s.next.ends[ch.Path()] = end
		}
	}
	for i := range ch.Outputs { // one whose token changed is not served at its old address
		s.keepPath(ch.Outputs[i].Path(ch))
	}
}

func (s *sheet) keepPath(path string) {
	if d := s.old.Document(path); d != nil {
		s.next.docs[path] = d
	}
}
