package publisher

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"deskwire"
	"deskwire/storage"
)

// sources are the configured ones, with what the feeds themselves say where the configuration leaves a name or front page
// out, and without what is nobody's business.
type sources struct {
	configured map[string]deskwire.Source
	named      map[string]deskwire.Source
	asked      []string // names of those that leave something out
	unknown    []string // those of asked that nobody has read yet
	learnt     time.Time
}

func newSources(configured map[string]deskwire.Source) sources {
	s := sources{configured: map[string]deskwire.Source{}}
	for name, src := range configured {
		src.Headers = nil // passwords have no place in an edition
		s.configured[name] = src
		if src.Title == "" || src.Home == "" || src.Language == "" {
			s.asked = append(s.asked, name)
		}
	}
	slices.Sort(s.asked)
	s.named, s.unknown = maps.Clone(s.configured), s.asked
	return s
}

// learnEvery is how often it is looked whether a feed that was read before calls itself otherwise now. A feed that nobody had
// read is asked for every time: its first articles come with its name.
const learnEvery = time.Minute

// learn reads what the feeds say of themselves, and reports whether that is news.
func (s *sources) learn(ctx context.Context, store *storage.Store, now time.Time) (news bool, err error) {
	names := s.unknown
	all := now.Sub(s.learnt) >= learnEvery || now.Before(s.learnt)
	if all {
		names = s.asked
	}
	if len(names) == 0 {
		return false, nil // asked for none, the store would return all
	}
	states, err := store.Sources(ctx, names...)
	if err != nil {
		return false, err
	}
	named := maps.Clone(s.named)
	var unknown []string
	for _, name := range names {
		st, src := states[name], s.configured[name]
		if st.Title == "" && st.Home == "" {
			unknown = append(unknown, name)
			continue
		}
		src.Title, src.Home, src.Language = cmp.Or(src.Title, st.Title), cmp.Or(src.Home, st.Home), cmp.Or(src.Language, st.Language)
		if old := named[name]; old.Title != src.Title || old.Home != src.Home || old.Language != src.Language {
			news = true
			named[name] = src
		}
	}
	s.named, s.unknown = named, unknown
	if all {
		s.learnt = now
	}
	return news, nil
}
