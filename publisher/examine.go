package publisher

import (
	"bytes"
	"encoding/json"
	"html"
	"io"
	"iter"
	"slices"
	"strings"

	"deskwire"
	"deskwire/publisher/check"
	"deskwire/publisher/format"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// Examine says what is wrong with documents, looked at as they are. It is a pure function.
func Examine(docs iter.Seq[*Document], facts *Facts) *Verdict {
	v := &Verdict{Held: len(facts.Held)}
	x := &examiner{facts: facts, verdict: v, ids: map[string][]string{}}
	for d := range docs {
		x.document(d)
	}
	x.together()
	return v
}

// examiner looks at one document after the other.
type examiner struct {
	facts   *Facts
	verdict *Verdict
	ids     map[string][]string // of the items of a feed, by its path, in their order
	held    map[string]*Held    // by id and by link
}

// document looks at one.
func (x *examiner) document(d *Document) {
	x.verdict.Documents++
	x.forms(d)
	x.secrets(d)
	ch, out := x.channelOf(d.Path)
	switch {
	case d.Kind == KindPage, d.Kind == KindEmbed && d.Type == pageType:
		x.page(d)
	case d.Kind == KindEmbed:
		if x.typed(d, oEmbedType); !json.Valid(d.Plain.Body) {
			x.verdict.add(d, "oEmbed", "it is no JSON")
		}
	case strings.HasSuffix(d.Path, ".opml") || d.Path == "/opml.xml":
		x.typed(d, format.OPMLType)
		x.report(d, check.OPML(d.Plain.Body))
	case d.Path == sitemapPath:
		x.typed(d, format.SitemapType)
		items, faults := check.Sitemap(d.Plain.Body, x.facts.Now)
		x.report(d, faults)
		x.items(d, items)
	case ch != nil:
		x.feed(d, ch, out)
	}
}

// channelOf is the channel that a path below it belongs to, and the output that stands there.
func (x *examiner) channelOf(path string) (ch *deskwire.Channel, out *deskwire.Output) {
	for i := range x.facts.Channels {
		if ch = &x.facts.Channels[i]; !strings.HasPrefix(path, ch.Path()) {
			continue
		}
		for k := range ch.Outputs {
			if ch.Outputs[k].Path(ch) == path {
				return ch, &ch.Outputs[k]
			}
		}
		if embed := deskwire.EmbedOutput(ch); embed.Path(ch) == path {
			return ch, &embed
		}
		return ch, nil
	}
	return nil, nil
}

func (x *examiner) report(d *Document, faults []check.Fault) {
	for _, f := range faults {
		f.Path = d.Shown()
		x.verdict.Faults = append(x.verdict.Faults, f)
	}
}

// typed is W04.
func (x *examiner) typed(d *Document, want string) {
	if d.Type != want {
		x.verdict.add(d, "W04", "its media type is %q, not %q", d.Type, want)
	}
}

// forms says what is wrong with the compressed forms (W05) and the tags of all.
func (x *examiner) forms(d *Document) {
	tags := map[string]bool{}
	for _, f := range []struct {
		coding string
		Form
		decode func(io.Reader) (io.Reader, error)
	}{
		{"identity", d.Plain, func(r io.Reader) (io.Reader, error) { return r, nil }},
		{"gzip", d.Gzip, func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) }},
		{"br", d.Brotli, func(r io.Reader) (io.Reader, error) { return brotli.NewReader(r), nil }},
		{"zstd", d.Zstd, func(r io.Reader) (io.Reader, error) { return zstd.NewReader(r) }},
	} {
		if strings.HasPrefix(f.ETag, "W/") || len(f.ETag) < 3 || tags[f.ETag] {
			x.verdict.add(d, "W05", "the tag of %s is %s", f.coding, f.ETag)
		}
		tags[f.ETag] = true
		if f.Body == nil {
			continue
		}
		r, err := f.decode(bytes.NewReader(f.Body))
		if err == nil {
			var plain []byte
			if plain, err = io.ReadAll(io.LimitReader(r, int64(len(d.Plain.Body))+1)); err == nil && bytes.Equal(plain, d.Plain.Body) {
				continue
			}
		}
		x.verdict.add(d, "W05", "%s is of other bytes (%v)", f.coding, err)
	}
	const worth = 4 << 10 // any text of this size gets smaller
	if d.Kind != KindAsset && len(d.Plain.Body) >= worth && d.Gzip.Body == nil {
		x.verdict.add(d, "W05", "%d bytes have no compressed form", len(d.Plain.Body))
	}
}

// secrets says where a token stands that should not.
func (x *examiner) secrets(d *Document) {
	for i := range x.facts.Channels {
		ch := &x.facts.Channels[i]
		for k := range ch.Outputs {
			out := &ch.Outputs[k]
			switch own := out.Path(ch) == d.Path; {
			case out.Token == "":
			case own && !d.Secret:
				x.verdict.add(d, "secret", "its address is a secret, and it is served as if it were none")
			case !own && bytes.Contains(d.Plain.Body, []byte(out.Token)), strings.Contains(d.Links, string(out.Token)):
				x.verdict.add(d, "secret", "it names the token of %s's output %s", ch.Key(), out.Name)
			}
		}
	}
}

// page says what is wrong with a page.
func (x *examiner) page(d *Document) {
	x.typed(d, pageType)
	p, faults := check.HTMLPage(d.Plain.Body)
	x.report(d, faults)
	if id := storyID(d.Path); id != "" {
		x.story(d, id)
	}
	for _, id := range p.IDs {
		if x.heldBy(id) != nil {
			x.verdict.add(d, "held", "it shows %s, which %s", id, x.heldBy(id).why())
		}
	}
	for _, link := range p.Links {
		if h := x.heldBy(link); h != nil {
			x.verdict.add(d, "held", "it leads to %s, which %s", link, h.why())
		}
	}
}

// telling is how many bytes of a title no page has by chance.
const telling = 16

// story says what is wrong with a story's page: one that was killed has a notice and nothing else.
func (x *examiner) story(d *Document, id deskwire.ID) {
	h := x.heldBy(string(id))
	if d.Gone != (h != nil && h.Killed) {
		x.verdict.add(d, "held", "it says that it was killed: %v", d.Gone)
	}
	if h == nil {
		return
	}
	for _, word := range slices.Concat(h.Titles, h.Links) {
		// A short title may be a word of ours.
		if len(word) >= telling && bytes.Contains(d.Plain.Body, []byte(html.EscapeString(word))) {
			x.verdict.add(d, "held", "it names %q of a story which %s", word, h.why())
		}
	}
}

// feed says what is wrong with a feed, an archive page, an output or a list of corrections.
func (x *examiner) feed(d *Document, ch *deskwire.Channel, out *deskwire.Output) {
	kind := d.Path[strings.LastIndexByte(d.Path, '.')+1:]
	if format.TypeOf(kind) == "" {
		return
	}
	x.typed(d, format.TypeOf(kind))
	site := &x.facts.Site
	items, faults := check.Feed(kind, d.Plain.Body, check.Expect{
		Self: site.URL + d.Path, Home: site.Page(ch), Language: site.LanguageOf(ch), TagPrefix: "tag:" + site.ID + ":", Now: x.facts.Now,
		Partner: out != nil && len(out.Namespaces) > 0, Tombstones: ch.Policy.Tombstones,
	})
	x.report(d, faults)
	x.verdict.Items += len(items)
	if len(d.Plain.Body) > maxFeed {
		x.verdict.add(d, "size", "%d bytes; large consumers take %d", len(d.Plain.Body), maxFeed)
	}
	shown := 0
	for i := range items {
		if !items[i].Killed {
			shown++
		}
		if items[i].Size > maxItem+maxItem/10 { // escaping and a footer come on top of a body
			x.verdict.add(d, "size", "%s has %d bytes; large consumers take %d", items[i].ID, items[i].Size, maxItem)
		}
	}
	if main := out == nil && strings.HasPrefix(d.Path, ch.Path()+"feed."); main && shown < fewest && x.facts.More[ch.Key()] {
		x.verdict.add(d, "size", "%d items; large consumers want %d, and there are as many", shown, fewest)
	}
	x.items(d, items)
}

// items says which items should not be there, and remembers which are.
func (x *examiner) items(d *Document, items []check.Item) {
	prefix := "tag:" + x.facts.Site.ID + ":a/"
	ids := []string{}
	for i := range items {
		it := &items[i]
		id := strings.TrimPrefix(it.ID, prefix)
		switch h := x.heldBy(id); {
		case h == nil:
		case !h.Killed:
			x.verdict.add(d, "held", "it holds %s, which %s", it.ID, h.why())
		case !it.Killed || slices.Contains(h.Titles, it.Title):
			x.verdict.add(d, "held", "of %s, which %s, more is left than a mark", it.ID, h.why())
		}
		for _, link := range it.Links {
			if h := x.heldBy(link); h != nil {
				x.verdict.add(d, "held", "%s leads to %s, which %s", it.ID, link, h.why())
			}
		}
		if it.ID != "" && !it.Killed {
			ids = append(ids, it.ID)
		}
	}
	x.ids[d.Path] = ids
}

// heldBy is the story that no surface may name and that an id or a link is of.
func (x *examiner) heldBy(word string) *Held {
	if x.held == nil {
		x.held = map[string]*Held{}
		for i := range x.facts.Held {
			h := &x.facts.Held[i]
			for _, id := range h.IDs {
				x.held[string(id)] = h
			}
			for _, link := range h.Links {
				x.held[link] = h
			}
		}
	}
	if word == "" {
		return nil
	}
	for _, root := range []string{x.facts.Site.URL, x.facts.Site.Root()} {
		if id := storyID(strings.TrimPrefix(word, root)); id != "" { // the story's page
			return x.held[string(id)]
		}
	}
	return x.held[word]
}

func (h *Held) why() string {
	if h.Killed {
		return "was killed"
	}
	return "is under an embargo"
}

// together says where the three formats of one thing hold other items, or in another order.
func (x *examiner) together() {
	for path, ids := range x.ids {
		base, isJSON := strings.CutSuffix(path, ".json")
		if !isJSON || strings.Contains(path, "/"+deskwire.OutFolder) {
			continue
		}
		for _, kind := range []string{"rss", "atom"} {
			if other, ok := x.ids[base+"."+kind]; !ok || !slices.Equal(ids, other) {
				x.verdict.Faults = append(x.verdict.Faults, check.Fault{Path: base + "." + kind, Rule: "equal", What: "it holds other items than the JSON Feed, or in another order"})
			}
		}
	}
	slices.SortStableFunc(x.verdict.Faults, func(a, b check.Fault) int { return strings.Compare(a.Path, b.Path) })
}
