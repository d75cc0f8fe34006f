package publisher

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"time"

	"deskwire"
	"deskwire/publisher/format"
	"deskwire/storage"
)

// looked is how many places on each side of a story its page looks at: some of them may be hidden.
const looked = 2 * moreItems

// A Standpoint is what there is at the address of a story's page, known without making it.
type Standpoint struct {
	Path string // "/articles/0d5x9k2m7c4f1h8j/"
	// Moved is where the page is that readers are sent to, "" for most: the story became a part of another.
	Moved string
	Gone  bool // the story was killed; the page says that and nothing else
	// Version changes with everything that the page is made of, but for time.
	Version string

	story   *deskwire.Story
	channel *deskwire.Channel
	around  around
	until   time.Time // when time alone may give or take the page
}

// around is what a story's page shows of other stories.
type around struct {
	newer, older []storage.Place
	coverage     []deskwire.ID
	stories      []*deskwire.Story // those of coverage
	paged        []bool            // which of these have a page
}

// storyID is the story whose page stands at a path; "" for a path that is none.
func storyID(path string) deskwire.ID {
	name, ok := strings.CutPrefix(path, format.ArticlesPath)
	id := deskwire.ID(strings.TrimSuffix(name, "/"))
	if !ok || !id.Valid() || format.ArticlePath(id) != path {
		return ""
	}
	return id
}

// ArticlePage is the page of a story, made when somebody asks for it, once for all who ask at the same time, and kept for the next
// ones while there is room. moved is the path that readers are sent to where the page has another one now. until is when the answer
// changes though nobody wrote; zero is never. The document is nil where no page stands.
//
// There is a page for what some channel holds or published. There is none for what is under an embargo, or hidden wherever it was,
// and none where the source's rights have ended: it is as if it had never been there, since who has no right to a text
// should not point at it either. So files and server say the same: a 410 for each of those would need a list of all of them for ever.
func (p *Press) ArticlePage(ctx context.Context, path string, now time.Time) (doc *Document, moved string, until time.Time, err error) {
	s := p.Surface().shelved()
	id := storyID(path)
	if s == nil || id == "" {
		return nil, "", until, nil
	}
	at, err := p.standpoints(ctx, s, []deskwire.ID{id}, nil, now)
	if err != nil || at[0] == nil {
		return nil, "", until, err
	}
	if at[0].Moved != "" {
		return nil, at[0].Moved, at[0].until, nil
	}
	doc, until, err = p.kept.get(ctx, path, at[0].Version, now, func(ctx context.Context) (*Document, time.Time, error) {
		return p.storyDocument(ctx, s, at[0], now)
	})
	return doc, "", sooner(until, at[0].until), err
}

// standpoints are what there is at the addresses of stories, slot by slot, nil for nothing. memo, where there is one, remembers
// stamps: who walks through all stories meets each many times.
func (p *Press) standpoints(ctx context.Context, s *shelf, ids []deskwire.ID, memo map[deskwire.ID]storage.Stamp, now time.Time) ([]*Standpoint, error) {
	stories, err := p.store.Stories(ctx, ids...)
	if err != nil {
		return nil, err
	}
	found := make([]*Standpoint, len(ids))
	var asked []*deskwire.Story
	var slots []int
	for i, story := range stories {
		if story != nil {
			asked, slots = append(asked, story), append(slots, i)
		}
	}
	where, err := p.store.Whereabouts(ctx, asked...)
	if err != nil {
		return nil, err
	}
	related, err := p.store.Related(ctx, 2*deskwire.MaxRelated, asked...)
	if err != nil {
		return nil, err
	}
	for i, slot := range slots {
		if found[slot], err = p.standpoint(ctx, s, ids[slot], asked[i], &where[i], related[i], memo, now); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// standpoint is what there is at the address of one story, which may be known by another name.
func (p *Press) standpoint(ctx context.Context, s *shelf, id deskwire.ID, story *deskwire.Story, w *storage.Whereabouts, related []deskwire.ID, memo map[deskwire.ID]storage.Stamp, now time.Time) (*Standpoint, error) {
	is, ch, until := s.standing(story, w, now)
	if is == absent {
		return nil, nil
	}
	at := &Standpoint{Path: format.ArticlePath(id), story: story, channel: ch, until: until}
	switch {
	case is == shown && LeadOf(ch, now, story, s.sources) == nil:
		return nil, nil // its source's rights have ended
	case story.ID != id:
		at.Moved = format.ArticlePath(story.ID)
		at.Version = fmt.Sprintf("%016x", imprint(at.Moved, s.look(ch)))
		return at, nil
	case is == withdrawn:
		at.Gone = true
		at.Version = fmt.Sprintf("%016x", imprint("withdrawn", w.Changed, s.look(ch)))
		return at, nil
	}
	newer, older, err := p.store.Beside(ctx, ch.Key(), storage.Place{Placed: story.Placed, Story: story.ID}, looked, looked)
	if err != nil {
		return nil, err
	}
	at.around = around{newer: newer, older: older, coverage: related}
	if at.around.stories, err = p.store.Stories(ctx, related...); err != nil {
		return nil, err
	}
	stamps := []storage.Stamp{w.Changed}
	for _, o := range at.around.stories {
		paged, stamp := false, storage.Stamp(0)
		if o != nil {
			where, err := p.store.Whereabouts(ctx, o)
			if err != nil {
				return nil, err
			}
			is, _, _ := s.standing(o, &where[0], now)
			paged, stamp = is == shown, where[0].Changed
		}
		at.around.paged, stamps = append(at.around.paged, paged), append(stamps, stamp)
	}
	beside, err := p.stamps(ctx, newer, older, memo)
	if err != nil {
		return nil, err
	}
	at.Version = fmt.Sprintf("%016x", imprint(stamps, beside, related, at.around.paged, ch.Key(), s.look(ch), s.prints[ch.Path()], s.allSources))
	return at, nil
}

// stamps are when stories next to one changed last, with who they are.
func (p *Press) stamps(ctx context.Context, newer, older []storage.Place, memo map[deskwire.ID]storage.Stamp) (all []any, err error) {
	var ids, unknown []deskwire.ID
	for _, places := range [][]storage.Place{newer, older} {
		for i := range places {
			ids = append(ids, places[i].Story)
			if _, ok := memo[places[i].Story]; !ok {
				unknown = append(unknown, places[i].Story)
			}
		}
	}
	found := map[deskwire.ID]storage.Stamp{}
	if len(unknown) > 0 {
		stamps, err := p.store.Stamps(ctx, unknown...)
		if err != nil {
			return nil, err
		}
		for i, stamp := range stamps {
			if found[unknown[i]] = stamp; memo != nil {
				memo[unknown[i]] = stamp
			}
		}
	}
	all = append(all, len(newer))
	for _, id := range ids {
		stamp, ok := found[id]
		if !ok {
			stamp = memo[id]
		}
		all = append(all, id, stamp)
	}
	return all, nil
}

// storyDocument makes the page of a story.
func (p *Press) storyDocument(ctx context.Context, s *shelf, at *Standpoint, now time.Time) (*Document, time.Time, error) {
	page, until := StoryPage{Channel: *at.channel, Item: deskwire.Item{ID: at.story.ID}}, time.Time{}
	if at.Gone {
		standing := at.story.Standing(now)
		page.Withdrawn = standing.KilledAt
	} else {
		facts, err := p.storyFacts(ctx, s, at, now)
		if err != nil {
			return nil, until, err
		}
		var ok bool
		if page, until, ok = ComposeStory(*at.channel, now, facts, s.sources); !ok {
			return nil, until, nil
		}
	}
	body, err := s.pages.Article(&page, s.site)
	if err != nil {
		return nil, until, fmt.Errorf("%s: %w", at.Path, err)
	}
	d := Document{Path: at.Path, Type: pageType, Kind: KindPage, Gone: at.Gone}
	// Nothing that stays says when a page last changed, since it names its neighbours: the moment of making is late, never wrong.
	doc := newDocument(d, body, now, nil)
	compressAll([]*Document{doc})
	return doc, until, nil
}

// storyFacts reads what a page is composed of.
func (p *Press) storyFacts(ctx context.Context, s *shelf, at *Standpoint, now time.Time) (*StoryFacts, error) {
	f := &StoryFacts{Story: at.story, Coverage: at.around.stories, Paged: at.around.paged}
	var err error
	if lead := LeadOf(at.channel, now, at.story, s.sources); lead != nil {
		if lead.HasBody {
			bodies, err := p.store.Bodies(ctx, lead.ID)
			if err != nil {
				return nil, err
			}
			f.Body = bodies[0]
		}
		if lead.Revision > 0 {
			if f.Revisions, err = p.store.LastRevisions(ctx, lead.ID, 2*maxChanges); err != nil {
				return nil, err
			}
		}
	}
	if f.Newer, err = p.storiesAt(ctx, at.around.newer); err != nil {
		return nil, err
	}
	f.Older, err = p.storiesAt(ctx, at.around.older)
	return f, err
}

// storiesAt are the stories of places; nil for those that are elsewhere by now.
func (p *Press) storiesAt(ctx context.Context, places []storage.Place) ([]*deskwire.Story, error) {
	ids := make([]deskwire.ID, len(places))
	for i := range places {
		ids[i] = places[i].Story
	}
	stories, err := p.store.Stories(ctx, ids...)
	if err != nil {
		return nil, err
	}
	for i, s := range stories {
		if s != nil && s.ID != ids[i] {
			stories[i] = nil
		}
	}
	return stories, nil
}

// articleStep is how many stories are read at a time when all are walked.
const articleStep = 200

// Articles walks all addresses at which there is a page of a story, a page that says that it was killed, or one that leads
// elsewhere. It costs by how many there are and keeps some fifty bytes of each.
func (p *Press) Articles(ctx context.Context, now time.Time) iter.Seq2[*Standpoint, error] {
	return func(yield func(*Standpoint, error) bool) {
		s := p.Surface().shelved()
		if s == nil {
			return
		}
		memo := map[deskwire.ID]storage.Stamp{}
		for last := deskwire.ID(""); ; {
			ids, err := p.store.Surfaced(ctx, last, articleStep)
			if err != nil {
				yield(nil, err)
				return
			}
			found, err := p.standpoints(ctx, s, ids, memo, now)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, at := range found {
				if at != nil && !yield(at, nil) {
					return
				}
			}
			if len(ids) < articleStep {
				return
			}
			last = ids[len(ids)-1]
		}
	}
}

// MovedPage is what stands as a file where a server would send readers on.
func (p *Press) MovedPage(at *Standpoint, now time.Time) (*Document, error) {
	s := p.Surface().shelved()
	body, err := s.pages.Moved(s.site.URL+at.Moved, at.channel, s.site)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", at.Path, err)
	}
	doc := newDocument(Document{Path: at.Path, Type: pageType, Kind: KindPage}, body, now, nil)
	compressAll([]*Document{doc})
	return doc, nil
}
