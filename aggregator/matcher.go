package aggregator

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"deskwire"
	"deskwire/aggregator/match/alike"
	"deskwire/storage"
)

// MatchConsumer is the matcher's name in the store: who files waits for it.
const MatchConsumer = "match"

// matchStep is how many changes one commit matches.
const matchStep = 1000

// A Matcher finds which articles are the same thing told again, once each, in the order in which they were merged, and has
// the store make stories of them. It follows the store's changes ahead of those who file.
//
// All it has to remember is in the store: another process goes on where this one ended, with the same answers. One goroutine
// at a time uses a Matcher. Two at once match everything, but one of them starts anew each time.
type Matcher struct {
	Store *storage.Store
	Model *alike.Model

	alike *alike.Matcher // nil where it is to be built from the store
	at    storage.Cursor // where alike stands
	ids   []deskwire.ID  // of the items that alike knows, by number less first
	first uint32
}

// Catch matches all that was merged since it, or another Matcher, was last called.
func (m *Matcher) Catch(ctx context.Context, now time.Time) error {
	for {
		more, err := m.catch(ctx, now)
		switch {
		case errors.Is(err, deskwire.ErrBusy): // another matcher was faster: look again
			m.alike = nil
			continue
		case err != nil:
			m.alike = nil // it may know what the store does not
			return fmt.Errorf("matching: %w", err)
		case !more:
			return nil
		}
	}
}

// catch matches one batch of changes.
func (m *Matcher) catch(ctx context.Context, now time.Time) (more bool, err error) {
	from, err := m.Store.Cursor(ctx, MatchConsumer)
	if err != nil {
		return false, err
	}
	changes, err := m.Store.Changes(ctx, from, matchStep)
	if err != nil || len(changes) == 0 {
		return false, err
	}
	fresh, err := m.fresh(ctx, changes, now)
	if err != nil {
		return false, err
	}
	step := storage.Matching{Consumer: MatchConsumer, From: from, To: changes[len(changes)-1].At, Window: now.Add(-m.kept())}
	if len(fresh) > 0 && (m.alike == nil || m.at != from) {
		if err := m.build(ctx); err != nil {
			return false, err
		}
	}
	for _, a := range fresh {
		found, matched := m.match(a, now)
		step.Articles = append(step.Articles, matched)
		step.Found = append(step.Found, found...)
	}
	if err := m.Store.Match(ctx, step); err != nil {
		return false, err
	}
	if m.at == from || len(fresh) > 0 {
		m.at = step.To
	}
	m.trim()
	return len(changes) == matchStep, nil
}

// Rematch is what a matcher with that model would have found of articles that came in this order. It writes nothing.
func Rematch(model *alike.Model, articles []*deskwire.Article) (found []deskwire.Likeness) {
	m := Matcher{Model: model, alike: alike.New(model)}
	for _, a := range articles {
		some, _ := m.match(a, a.FirstSeen)
		found = append(found, some...)
	}
	return found
}

// fresh are the articles of changed stories that nobody matched yet and that are not too old for anything to be found alike,
// in the order of the changes: a store may have been written without a matcher.
func (m *Matcher) fresh(ctx context.Context, changes []storage.Change, now time.Time) ([]*deskwire.Article, error) {
	ids := make([]deskwire.ID, len(changes))
	for i, c := range changes {
		ids[i] = c.Story
	}
	stories, err := m.Store.Stories(ctx, ids...)
	if err != nil {
		return nil, err
	}
	recent := map[deskwire.ID]*deskwire.Article{}
	ids = ids[:0]
	for _, s := range stories {
		if s == nil {
			continue
		}
		for i := range s.Articles {
			if a := &s.Articles[i]; recent[a.ID] == nil && a.FirstSeen.After(now.Add(-m.Model.Window())) {
				recent[a.ID] = a
				ids = append(ids, a.ID)
			}
		}
	}
	if ids, err = m.Store.Unmatched(ctx, ids); err != nil {
		return nil, err
	}
	fresh := make([]*deskwire.Article, len(ids))
	for i, id := range ids {
		fresh[i] = recent[id]
	}
	return fresh, nil
}

// build has alike know what was matched within its window, in the order in which it was, and what it joined.
func (m *Matcher) build(ctx context.Context) error {
	m.alike, m.ids, m.first = alike.New(m.Model), nil, 0
	matched, err := m.Store.Matched(ctx)
	if err != nil {
		return err
	}
	number := make(map[deskwire.ID]uint32, len(matched))
	ids := make([]deskwire.ID, 0, matchStep)
	for part := range slices.Chunk(matched, matchStep) {
		ids = ids[:0]
		for i := range part {
			ids = append(ids, part[i].Article)
		}
		articles, err := m.Store.Articles(ctx, ids...)
		if err != nil {
			return err
		}
		for i, a := range articles {
			if a == nil {
				continue // swept
			}
			own := uint32(len(m.ids))
			number[a.ID] = own
			var groups [alike.Levels]uint32
			for level, first := range part[i].Groups {
				switch n, known := number[first]; {
				case first == "":
					groups[level] = own
				case known:
					groups[level] = n
				default:
					groups[level] = alike.Closed
				}
			}
			m.alike.Restore(itemOf(a), groups)
			m.ids = append(m.ids, a.ID)
		}
	}
	return nil
}

// itemOf is what alike sees of an article. A date that the source did not give, or gave for the future, is none.
func itemOf(a *deskwire.Article) *alike.Item {
	it := alike.Item{Source: a.Source, Title: a.Title, Summary: a.Summary, Agencies: a.Agencies, Arrived: a.FirstSeen}
	if a.DateRaw == "" && !a.Published.Equal(a.FirstSeen) {
		it.Published = a.Published
	}
	return &it
}

// match is what is found of one article.
func (m *Matcher) match(a *deskwire.Article, now time.Time) (found []deskwire.Likeness, matched storage.Matched) {
	v := m.alike.Add(itemOf(a))
	m.ids = append(m.ids, a.ID)
	matched.Article = a.ID
	for level, name := range [alike.Levels]deskwire.Level{deskwire.Version, deskwire.Copy, deskwire.Coverage} {
		k := &v.Links[level]
		if k.Group != v.Ref {
			matched.Groups[level] = cmp.Or(m.name(k.Group), forgotten)
		}
		l := deskwire.Likeness{Article: a.ID, Level: name, Score: rounded(k.Score), Threshold: rounded(k.Threshold), At: now.UTC()}
		switch {
		case k.Joined(v.Ref) && k.Kind == alike.Level(level):
			l.To, l.Joined = m.name(k.To), true
		case k.Veto != alike.VetoNone && alike.Level(level) != alike.Coverage:
			l.To, l.Veto = m.name(k.Vetoed), k.Veto.String()
		}
		if l.To == "" {
			continue
		}
		for _, r := range k.Because {
			if r.Weight != 0 {
				l.Evidence = append(l.Evidence, r.String())
			}
		}
		found = append(found, l)
	}
	return found, matched
}

// forgotten stands for an article that nobody remembers: no group of it takes in more.
const forgotten deskwire.ID = "0000000000000000"

// name is the article of a number; "" for one that was forgotten.
func (m *Matcher) name(number uint32) deskwire.ID {
	if number < m.first || int(number-m.first) >= len(m.ids) {
		return ""
	}
	return m.ids[number-m.first]
}

// rounded keeps of a score what people read.
func rounded(score float32) float64 { return float64(int(score*1000+.5)) / 1000 }

// kept is how long the store remembers the order in which articles were matched, and what they joined: what the matcher needs
// to be again what it was.
func (m *Matcher) kept() time.Duration { return m.Model.Keep() + 24*time.Hour }

// trim forgets the names of items that alike no longer knows.
func (m *Matcher) trim() {
	oldest := deskwire.FirstID(m.newest().Add(-m.kept()))
	if n, _ := slices.BinarySearch(m.ids, oldest); n > len(m.ids)/2 {
		m.ids, m.first = slices.Clone(m.ids[n:]), m.first+uint32(n)
	}
}

func (m *Matcher) newest() time.Time {
	if len(m.ids) == 0 {
		return time.Time{}
	}
	return m.ids[len(m.ids)-1].Time()
}
