package publisher

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"deskwire"
	"deskwire/publisher/check"
	"deskwire/publisher/format"
	"deskwire/storage"
)

// A Verdict is what was looked at and what is wrong with it.
type Verdict struct {
	Documents int           `json:"documents"`
	Items     int           `json:"items"` // in feeds and archive pages, each format for itself
	Held      int           `json:"held"`  // stories that no surface may name: killed, or under an embargo
	Faults    []check.Fault `json:"faults"`
}

// Verify proves what readers get: that two presses over one store make equal bytes, that nothing names a story which was killed
// or is held back, that feeds keep the limits of large consumers, and that each rule is kept that can be seen in output.
// published is what readers have now, nil for nobody. The two must have rehearsed, at the same time.
func Verify(ctx context.Context, store *storage.Store, first, second, published *Press, now time.Time) (*Verdict, error) {
	facts, err := gatherFacts(ctx, store, first, now)
	if err != nil {
		return nil, err
	}
	v := &Verdict{Held: len(facts.Held)}
	v.compare(first.Surface(), second.Surface(), "made twice, it is not the same")
	if published != nil {
		v.compare(published.Surface(), first.Surface(), "readers have something else than the store gives")
	}
	x := &examiner{facts: facts, verdict: v, ids: map[string][]string{}}
	for d := range first.Surface().Documents() {
		x.document(d)
	}
	if err := v.chains(ctx, x, first, second, now); err != nil {
		return nil, err
	}
	if err := v.articles(ctx, x, first, second, published, now); err != nil {
		return nil, err
	}
	x.together()
	return v, nil
}

// articles examines the pages of all stories.
func (v *Verdict) articles(ctx context.Context, x *examiner, first, second, published *Press, now time.Time) error {
	for at, err := range first.Articles(ctx, now) {
		if err != nil {
			return err
		}
		if at.Moved != "" {
			continue
		}
		presses := []*Press{first, second}
		if published != nil {
			presses = append(presses, published)
		}
		docs, errs := make([]*Document, len(presses)), make([]error, len(presses))
		var wg sync.WaitGroup
		for i, p := range presses {
			wg.Go(func() { docs[i], _, _, errs[i] = p.ArticlePage(ctx, at.Path, now) })
		}
		wg.Wait()
		if err := errors.Join(errs...); err != nil {
			return err
		}
		d := docs[0]
		if d == nil {
			v.Faults = append(v.Faults, check.Fault{Path: at.Path, Rule: "equal", What: "a page is listed, and nothing is there"})
			continue
		}
		for _, o := range docs[1:] {
			if o == nil || !bytes.Equal(o.Plain.Body, d.Plain.Body) || o.Gone != d.Gone {
				v.add(d, "equal", "made twice, it is not the same")
			}
		}
		x.document(d)
	}
	return nil
}

// compare says where two surfaces differ.
func (v *Verdict) compare(a, b *Surface, what string) {
	seen := map[string]bool{}
	for d := range a.Documents() {
		seen[d.Path] = true
		switch o := b.Document(d.Path); {
		case o == nil:
			v.add(d, "equal", "%s: it is missing", what)
		case !bytes.Equal(d.Plain.Body, o.Plain.Body):
			v.add(d, "equal", "%s: byte %d of %d and %d", what, differs(d.Plain.Body, o.Plain.Body), len(d.Plain.Body), len(o.Plain.Body))
		case d.Type != o.Type || d.Links != o.Links || d.Secret != o.Secret:
			v.add(d, "equal", "%s: %s %s and %s %s", what, d.Type, d.Links, o.Type, o.Links)
		}
	}
	for d := range b.Documents() {
		if !seen[d.Path] {
			v.add(d, "equal", "%s: it is new", what)
		}
	}
}

// differs is the first byte in which two bodies differ.
func differs(a, b []byte) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}

func (v *Verdict) add(d *Document, rule, form string, args ...any) {
	v.Faults = append(v.Faults, check.Fault{Path: d.Shown(), Rule: rule, What: strings.Join(strings.Fields(fmt.Sprintf(form, args...)), " ")})
}

// Shown is the document's path as it may be shown: without a token.
func (d *Document) Shown() string {
	if !d.Secret {
		return d.Path
	}
	folder, file := path.Split(d.Path)
	return path.Join(path.Dir(path.Clean(folder)), "(token)", file)
}

// chains examines the archives of all channels along the ways that readers walk: from the feed to the oldest page.
func (v *Verdict) chains(ctx context.Context, x *examiner, first, second *Press, now time.Time) error {
	s := first.Surface()
	for _, at := range slices.Sorted(maps.Keys(s.ends)) {
		// Where an item was met, by id. The feed does not count: what is pinned or corrected long after it left stands there once
		// more, and so does what came back while something late was added behind it.
		seen := map[string]string{}
		for page := s.ends[at]; page.Number > 0; page = (deskwire.ArchivePage{Number: page.Number - 1}) {
			for _, kind := range append(format.Kinds(), deskwire.ArchiveHTML) {
				where := at + page.File(kind)
				d, _, err := first.ArchivePage(ctx, where, now)
				if err != nil {
					return err
				}
				if d == nil {
					v.Faults = append(v.Faults, check.Fault{Path: where, Rule: "chain", What: "the chain leads here, and nothing is there"})
					continue
				}
				if o, _, err := second.ArchivePage(ctx, where, now); err != nil {
					return err
				} else if o == nil || !bytes.Equal(o.Plain.Body, d.Plain.Body) {
					v.add(d, "equal", "made twice, it is not the same")
				}
				x.document(d)
			}
			for _, id := range x.ids[at+page.File("json")] {
				if before := seen[id]; before != "" {
					v.Faults = append(v.Faults, check.Fault{Path: at + page.File("json"), Rule: "chain", What: id + " stands in " + before + ", too"})
				}
				seen[id] = at + page.File("json")
			}
		}
	}
	return nil
}

// Facts are what documents are examined by.
type Facts struct {
	Site     format.Site
	Channels []deskwire.Channel
	Held     []Held
	More     map[string]bool // by channel: there are at least thirty items for a feed that has fewer
	Now      time.Time
}

// Held is a story that no surface may name.
type Held struct {
	Killed bool // it leaves a mark; else it is under an embargo, and leaves nothing
	IDs    []deskwire.ID
	Links  []string
	Titles []string
}

// fewest is how many items the large consumers of feeds want, where there are as many.
const fewest = 30

func gatherFacts(ctx context.Context, store *storage.Store, p *Press, now time.Time) (*Facts, error) {
	f := &Facts{Site: p.setting.site, Channels: p.setting.channels, More: map[string]bool{}, Now: now}
	var err error
	if f.Held, err = heldStories(ctx, store, now); err != nil {
		return nil, err
	}
	for i := range f.Channels {
		ch := f.Channels[i]
		if ch.Policy.Limit == 0 || ch.Policy.Limit >= fewest {
			continue
		}
		ch.Policy.Limit = fewest
		stories, err := Gather(ctx, store, ch, now, p.sources.named)
		if err != nil {
			return nil, err
		}
		ed, _ := Compose(ch, now, stories, p.sources.named, time.Time{})
		f.More[ch.Key()] = len(ed.Items) >= fewest
	}
	return f, nil
}

// heldStories are the stories that were killed or are under an embargo at now.
func heldStories(ctx context.Context, store *storage.Store, now time.Time) ([]Held, error) {
	var named []deskwire.ID
	for d, err := range store.Log(ctx) {
		if err != nil {
			return nil, err
		}
		if d.Verb == deskwire.Kill || d.Verb == deskwire.Embargo {
			named = append(named, concerned(&d)...) // its articles may be several stories now
		}
	}
	stories, err := store.Stories(ctx, named...)
	if err != nil {
		return nil, err
	}
	var list []Held
	seen := map[deskwire.ID]bool{}
	for _, s := range stories {
		if s == nil || seen[s.ID] {
			continue
		}
		seen[s.ID] = true
		standing := s.Standing(now)
		if standing.Killed == "" && standing.Embargo == "" {
			continue
		}
		h := Held{Killed: standing.Killed != "", IDs: []deskwire.ID{s.ID}}
		for i := range s.Articles {
			a := standing.Apply(s.Articles[i])
			h.IDs = append(h.IDs, a.ID)
			if link := format.Address(a.Link); link != "" {
				h.Links = append(h.Links, link)
			}
			if a.Title != "" {
				h.Titles = append(h.Titles, format.Line(a.Title))
			}
		}
		list = append(list, h)
	}
	return list, nil
}
