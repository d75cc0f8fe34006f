package publisher

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"deskwire"
	"deskwire/publisher/format"
	"deskwire/storage"

	"github.com/andybalholm/brotli"
	kgzip "github.com/klauspost/compress/gzip"
)

// A Document is one address of the site, made once and served as it is until it changes.
type Document struct {
	Path   string // below the site's root, with a leading slash; a folder's page ends in one
	Type   string // media type
	Feed   bool   // a feed: other sites may read it, nothing in it may run
	Links  string // value of the Link header, "" for none
	Plain  Form
	Gzip   Form // no body when it would not be smaller
	Brotli Form

	// Changed is when the bytes last changed, by this process's knowledge.
	Changed time.Time
}

// A Form is a document's bytes in one content coding, under a strong ETag of its own (RFC 9110 §8.8.3.3).
type Form struct {
	Body []byte
	ETag string
}

// Limits of the large consumers of feeds.
const (
	// maxFeed is the size of a feed; what does not fit shows its summary.
	maxFeed = 2_000_000
	// maxItem is the size of one item's body.
	maxItem = 1_000_000
	// bodyBudget is how many bytes of bodies fit a feed beside everything else, escaped and three times mentioned.
	bodyBudget = maxFeed * 6 / 10
)

// A Press turns editions into documents and keeps them. Reading is safe for any number of goroutines and never waits;
// Update and Reconfigure are called by one goroutine at a time. What was published stays published until something newer
// was made whole.
type Press struct {
	store   *storage.Store
	setting *setting
	until   map[string]time.Time        // by channel: when time alone changes its edition
	shown   map[string]deskwire.Edition // by channel, without bodies
	set     atomic.Pointer[surface]
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
	// Channel is the page of one channel, Index that of all.
	Channel(ed *deskwire.Edition, site format.Site) ([]byte, error)
	Index(editions []*deskwire.Edition, site format.Site) ([]byte, error)
	// Assets are files that do not depend on editions, by path.
	Assets() map[string]Asset
}

// An Asset is a file of the pages.
type Asset struct {
	Type string
	Body []byte
}

// surface is all that can be read at one moment. It is never changed: an update makes another one.
type surface struct {
	site     format.Site
	docs     map[string]*Document
	moved    map[string]string // path of a channel -> the path it has now
	gone     map[string]bool   // paths of channels that were taken away
	channels []deskwire.Channel
}

// NewPress makes a press that has nothing to show before its first Update.
func NewPress(store *storage.Store, site format.Site, channels []deskwire.Channel, sources map[string]deskwire.Source, pages Pages) *Press {
	return &Press{
		store: store, setting: &setting{site, channels, sources, pages},
		until: map[string]time.Time{}, shown: map[string]deskwire.Edition{},
	}
}

// Reconfigure takes another configuration over. The documents follow with the next Update.
func (p *Press) Reconfigure(site format.Site, channels []deskwire.Channel, sources map[string]deskwire.Source) {
	p.setting = &setting{site, channels, sources, p.setting.pages}
	p.until = map[string]time.Time{} // every channel is due
}

// Update makes the editions anew that are touched, those whose time has come, and those that were never made; it returns the
// channels whose documents changed, and when time alone will change something next. A channel that can not be made keeps
// what it shows, and the others are made all the same.
func (p *Press) Update(ctx context.Context, now time.Time, touched []string) (changed []string, until time.Time, err error) {
	states, err := p.store.Channels(ctx)
	if err != nil {
		return nil, time.Time{}, err
	}
	old := p.set.Load()
	next := &surface{site: p.setting.site, docs: map[string]*Document{}, moved: map[string]string{}, gone: map[string]bool{}, channels: p.setting.channels}
	var errs []error
	for i := range p.setting.channels {
		ch := &p.setting.channels[i]
		key := ch.Key()
		due, known := p.until[key]
		if known && !slices.Contains(touched, key) && (due.IsZero() || now.Before(due)) && old != nil {
			next.keep(old, ch)
			continue
		}
		made, err := p.channel(ctx, now, ch, states[key], old)
		if err != nil {
			errs = append(errs, fmt.Errorf("channel %s: %w", key, err))
			next.keep(old, ch)
			p.until[key] = now.Add(time.Minute)
			continue
		}
		for _, d := range made {
			if next.add(d, old) && !slices.Contains(changed, key) {
				changed = append(changed, key)
			}
		}
	}
	if err := p.common(now, next, old); err != nil {
		errs = append(errs, err)
	}
	next.closed(states)
	p.set.Store(next)
	for _, t := range p.until {
		if !t.IsZero() && (until.IsZero() || t.Before(until)) {
			until = t
		}
	}
	return changed, until, errors.Join(errs...)
}

// channel makes the documents of one channel.
func (p *Press) channel(ctx context.Context, now time.Time, ch *deskwire.Channel, st storage.ChannelState, old *surface) ([]*Document, error) {
	stories, err := Gather(ctx, p.store, *ch, now, p.setting.sources)
	if err != nil {
		return nil, err
	}
	ed, until := Compose(*ch, now, stories, p.setting.sources, st.Created)
	if err := p.load(ctx, &ed); err != nil {
		return nil, err
	}
	made, err := p.render(&ed, now, old)
	if err != nil {
		return nil, err
	}
	p.until[ch.Key()] = until
	for i := range ed.Items {
		ed.Items[i].Body = "" // the page of all channels needs heads only
	}
	p.shown[ch.Key()] = ed
	return made, nil
}

// load reads the bodies of the items that show them, as far as a feed holds them.
func (p *Press) load(ctx context.Context, ed *deskwire.Edition) error {
	var ids []deskwire.ID
	for i := range ed.Items {
		if ed.Items[i].WantsBody {
			ids = append(ids, ed.Items[i].Article.ID)
		}
	}
	bodies, err := p.store.Bodies(ctx, ids...)
	if err != nil {
		return err
	}
	left := bodyBudget
	for i := range ed.Items {
		item := &ed.Items[i]
		if !item.WantsBody {
			continue
		}
		body := bodies[0]
		bodies = bodies[1:]
		if len(body) > maxItem || len(body) > left {
			item.Cuts = append(item.Cuts, "the body does not fit the feed")
			continue
		}
		left -= len(body)
		item.Body = body
	}
	return nil
}

// render writes an edition in every format.
func (p *Press) render(ed *deskwire.Edition, now time.Time, old *surface) ([]*Document, error) {
	site, ch := p.setting.site, &ed.Channel
	page, err := p.setting.pages.Channel(ed, site)
	if err != nil {
		return nil, fmt.Errorf("page: %w", err)
	}
	docs := []*Document{p.document(ch.Path(), "text/html; charset=utf-8", page, now, old)}
	for _, f := range formats {
		body, err := f.write(ed, site)
		if err != nil {
			return nil, err
		}
		d := p.document(ch.Path()+f.file, f.mediaType, body, now, old)
		d.Feed, d.Links = true, links(&site, ch, f.file)
		docs = append(docs, d)
	}
	list, err := format.Sources(cmp.Or(ch.Title, ch.Name), p.takenFrom(ed))
	if err != nil {
		return nil, err
	}
	d := p.document(ch.Path()+"sources.opml", format.OPMLType, list, now, old)
	d.Feed = true
	return append(docs, d), nil
}

// formats are the three feeds of a channel.
var formats = []struct {
	file, mediaType string
	write           func(*deskwire.Edition, format.Site) ([]byte, error)
}{
	{format.RSSFile, format.RSSType, format.RSS},
	{format.AtomFile, format.AtomType, format.Atom},
	{format.JSONFile, format.JSONType, format.JSON},
}

// links is the Link header of one of a channel's feeds (RFC 8288).
func links(site *format.Site, ch *deskwire.Channel, self string) string {
	var b bytes.Buffer
	fmt.Fprintf(&b, `<%s>; rel="self", <%s>; rel="alternate"; type="text/html"`, site.Feed(ch, self), site.Page(ch))
	for _, f := range formats {
		if f.file != self {
			mediaType, _, _ := bytes.Cut([]byte(f.mediaType), []byte(";"))
			fmt.Fprintf(&b, `, <%s>; rel="alternate"; type="%s"`, site.Feed(ch, f.file), mediaType)
		}
	}
	return b.String()
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
		if src, ok := p.setting.sources[name]; ok {
			list = append(list, src)
		}
	}
	return list
}

// common makes the documents that belong to no channel.
func (p *Press) common(now time.Time, next, old *surface) error {
	var editions []*deskwire.Edition
	for i := range p.setting.channels {
		if ed, ok := p.shown[p.setting.channels[i].Key()]; ok {
			editions = append(editions, &ed)
		}
	}
	index, err := p.setting.pages.Index(editions, p.setting.site)
	if err != nil {
		return fmt.Errorf("index: %w", err)
	}
	next.add(p.document("/", "text/html; charset=utf-8", index, now, old), old)
	list, err := format.Channels(p.setting.channels, p.setting.site)
	if err != nil {
		return err
	}
	d := p.document("/opml.xml", format.OPMLType, list, now, old)
	d.Feed = true
	next.add(d, old)
	next.add(p.document("/robots.txt", "text/plain; charset=utf-8", []byte("User-agent: *\nAllow: /\n"), now, old), old)
	for path, a := range p.setting.pages.Assets() {
		next.add(p.document(path, a.Type, a.Body, now, old), old)
	}
	return nil
}

// document makes all forms of some bytes, or takes the old one when they did not change: compressing is most of the work.
func (p *Press) document(path, mediaType string, body []byte, now time.Time, old *surface) *Document {
	if old != nil {
		if d := old.docs[path]; d != nil && d.Type == mediaType && bytes.Equal(d.Plain.Body, body) {
			same := *d
			return &same
		}
	}
	sum := sha256.Sum256(body)
	tag := base64.RawURLEncoding.EncodeToString(sum[:12])
	d := &Document{Path: path, Type: mediaType, Changed: now, Plain: Form{body, `"` + tag + `"`}}
	if z := compress(&gzippers, body); len(z) < len(body) {
		d.Gzip = Form{z, `"` + tag + `-g"`}
	}
	if z := compress(&brotlis, body); len(z) < len(body) {
		d.Brotli = Form{z, `"` + tag + `-b"`}
	}
	return d
}

// coder is what both compressors are.
type coder interface {
	io.WriteCloser
	Reset(io.Writer)
}

// The compressors are used again; they hold no state between documents. Quality is such that a feed of 50 items takes some
// milliseconds: the bytes are made once and sent many times, but a new article is waiting.
var (
	gzippers = sync.Pool{New: func() any {
		w, err := kgzip.NewWriterLevel(io.Discard, gzip.DefaultCompression)
		if err != nil {
			panic(err) // the level is a constant
		}
		return w
	}}
	brotlis = sync.Pool{New: func() any { return brotli.NewWriterLevel(io.Discard, 4) }}
)

func compress(pool *sync.Pool, body []byte) []byte {
	w := pool.Get().(coder)
	defer pool.Put(w)
	var b bytes.Buffer
	b.Grow(len(body) / 3)
	w.Reset(&b)
	if _, err := w.Write(body); err != nil {
		return body // a buffer never fails; without a form the plain one is sent
	}
	if err := w.Close(); err != nil {
		return body
	}
	return b.Bytes()
}

// add puts a document in and reports whether its bytes differ from what was there.
func (s *surface) add(d *Document, old *surface) bool {
	s.docs[d.Path] = d
	if old == nil {
		return true
	}
	was := old.docs[d.Path]
	return was == nil || was.Plain.ETag != d.Plain.ETag
}

// keep takes a channel's documents over from before.
func (s *surface) keep(old *surface, ch *deskwire.Channel) {
	if old == nil {
		return
	}
	for _, file := range []string{"", format.RSSFile, format.AtomFile, format.JSONFile, "sources.opml"} {
		if d := old.docs[ch.Path()+file]; d != nil {
			s.docs[d.Path] = d
		}
	}
}

// closed learns which channels moved and which are gone.
func (s *surface) closed(states map[string]storage.ChannelState) {
	configured := map[string]bool{}
	for i := range s.channels {
		ch := &s.channels[i]
		configured[ch.Key()] = true
		for _, name := range ch.Was {
			was := deskwire.Channel{Kind: ch.Kind, Name: name}
			s.moved[was.Path()] = ch.Path()
		}
	}
	for key := range states {
		kind, name, ok := splitKey(key)
		if ch := (&deskwire.Channel{Kind: kind, Name: name}); ok && !configured[key] && s.moved[ch.Path()] == "" {
			s.gone[ch.Path()] = true
		}
	}
}

func splitKey(key string) (deskwire.ChannelKind, string, bool) {
	for _, kind := range []deskwire.ChannelKind{deskwire.Desk, deskwire.Topic} {
		if name, ok := bytes.CutPrefix([]byte(key), []byte(kind+"/")); ok {
			return kind, string(name), true
		}
	}
	return "", "", false
}

// Ready reports whether there is anything to read yet.
func (p *Press) Ready() bool { return p.set.Load() != nil }

// Document returns what stands at a path, or nil.
func (p *Press) Document(path string) *Document {
	if s := p.set.Load(); s != nil {
		return s.docs[path]
	}
	return nil
}

// Moved returns the path that the channel at a path has now; "" when it did not move.
func (p *Press) Moved(path string) string {
	if s := p.set.Load(); s != nil {
		return s.moved[path]
	}
	return ""
}

// Gone reports whether the channel at a path was taken away.
func (p *Press) Gone(path string) bool {
	s := p.set.Load()
	return s != nil && s.gone[path]
}

// Surface returns everything that can be read at this moment, by path.
func (p *Press) Surface() iter.Seq[*Document] {
	s := p.set.Load()
	return func(yield func(*Document) bool) {
		if s == nil {
			return
		}
		for _, path := range slices.Sorted(maps.Keys(s.docs)) {
			if !yield(s.docs[path]) {
				return
			}
		}
	}
}

// Redirects returns the paths of channels that moved and where they are now, and the paths of those that are gone.
func (p *Press) Redirects() (moved map[string]string, gone []string) {
	s := p.set.Load()
	if s == nil {
		return nil, nil
	}
	return maps.Clone(s.moved), slices.Sorted(maps.Keys(s.gone))
}
