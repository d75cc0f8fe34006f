package search

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"deskwire"
	"deskwire/publisher"
	"deskwire/storage"
)

// Limits of answers and of the work for them.
const (
	// PageResults is how many results a page has, as a page of a channel does.
	PageResults = 20
	// MaxPages is how many pages there are: nobody turns more, and each has to look at all before it.
	MaxPages = 10
	// FeedResults is how many results a feed has.
	FeedResults = 50
	// spare is how many more are taken from the index, because some may not be shown any more.
	spare = 50
	// Deadline is how long one search may take. Almost all take some milliseconds.
	Deadline = time.Second
	// maxAtOnce is how many are searched for at a time; others wait for their turn, within their deadline.
	maxAtOnce = 4
)

// ErrUnavailable says that nothing can be searched at the moment: the index is not open, or everybody searches.
var ErrUnavailable = errors.New("the search is not available at the moment")

const (
	// step is how many stories one commit of the index has: their bodies are in memory at once.
	step = 250
	// pause is how long the index rests after each step while it is built: the site comes first.
	pause = 5 * time.Millisecond
	// retryAfter is how long it rests when something failed.
	retryAfter = 10 * time.Second
	// nothingYet is how long it waits for the first edition.
	nothingYet = 50 * time.Millisecond
	// lookAgain is how often it is looked whether the configuration is another one when nobody writes.
	lookAgain = 30 * time.Second
)

// A Searcher finds stories of a press, and keeps its index in step with the store. Make one with [New].
type Searcher struct {
	store  *storage.Store
	press  *publisher.Press
	folder string
	log    *slog.Logger
	now    func() time.Time
	turns  chan struct{}

	mu    sync.RWMutex
	index *catalogue // nil while there is none
	whole bool       // it has all that there is
}

// New returns a searcher whose index is in folder, which is its own: whatever is in it may be removed. Run has to run for
// anything to be found. now is nil for the clock, log for the default one.
func New(store *storage.Store, press *publisher.Press, folder string, log *slog.Logger, now func() time.Time) *Searcher {
	s := &Searcher{store: store, press: press, folder: folder, log: log, now: now, turns: make(chan struct{}, maxAtOnce)}
	if s.log == nil {
		s.log = slog.Default()
	}
	if s.now == nil {
		s.now = time.Now
	}
	return s
}

// Results are what was found.
type Results struct {
	Found []Result // the newest place first
	More  bool     // there are more after these
	Whole bool     // the index is complete; else older stories may be missing
}

// A Result is one story with what of it matches.
type Result struct {
	*publisher.Found
	Title, Summary []Span
	Excerpt        []Span // of the body, nil where title and summary say it, or it does not match
}

// Search returns the results of a question from the skip-th on, at most limit. Every result was looked at at this moment: it may
// be read by everybody, and what may be read of it answers the question. It is [ErrUnavailable] when nothing can be searched.
func (s *Searcher) Search(ctx context.Context, q *Query, skip, limit int) (Results, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, Deadline, fmt.Errorf("it took longer than %v: %w", Deadline, ErrUnavailable))
	defer cancel()
	select {
	case s.turns <- struct{}{}:
		defer func() { <-s.turns }()
	case <-ctx.Done():
		return Results{}, context.Cause(ctx)
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.index == nil {
		return Results{}, ErrUnavailable
	}
	res := Results{Whole: s.whole}
	if !q.Asks() {
		return res, nil
	}
	want := skip + limit + 1
	ids, err := s.index.find(ctx, q, want+spare)
	if err != nil {
		return Results{}, err
	}
	for n := 0; len(ids) > 0 && n < want; {
		part := ids[:min(len(ids), PageResults)]
		ids = ids[len(part):]
		found, _, err := s.press.Found(ctx, s.now(), part...)
		if err != nil {
			return Results{}, err
		}
		for _, f := range found {
			if f == nil {
				continue
			}
			t := textOf(&f.Item)
			if !q.matches(f, t) {
				continue
			}
			if n++; n > skip && n < want {
				res.Found = append(res.Found, q.result(f, t))
			}
		}
		if res.More = n >= want; ctx.Err() != nil {
			return Results{}, context.Cause(ctx)
		}
	}
	return res, nil
}

func (q *Query) result(f *publisher.Found, t *text) Result {
	r := Result{Found: f, Title: q.spans(t.title, t.words[:t.summaryFrom]), Summary: q.spans(t.summary, t.words[t.summaryFrom:t.bodyFrom])}
	for _, spans := range [][]Span{r.Title, r.Summary} {
		for _, span := range spans {
			if span.Hit {
				return r
			}
		}
	}
	r.Excerpt = q.excerpt(t)
	return r
}

// Run builds the index and follows the store until ctx ends. Whatever fails is told to the log and tried again, with a new index
// where that may help: no failure of a search is one of the newsroom.
func (s *Searcher) Run(ctx context.Context) error {
	defer s.drop()
	for {
		wake := s.store.Wake()
		rest, err := s.catch(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			s.log.Error("search", "error", err, "index", s.folder)
			if rest = retryAfter; errors.Is(err, errDamaged) {
				rest = pause
				if err := s.discard(); err != nil {
					s.log.Error("search", "error", err, "index", s.folder)
					rest = retryAfter
				}
			}
			wake = nil
		}
		timer := time.NewTimer(rest)
		select {
		case <-ctx.Done():
		case <-wake:
		case <-timer.C:
		}
		timer.Stop()
		if ctx.Err() != nil {
			return nil
		}
	}
}

// drop closes the index.
func (s *Searcher) drop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.index != nil {
		if err := s.index.close(); err != nil {
			s.log.Error("search", "error", err, "index", s.folder)
		}
		s.index = nil
	}
}

// discard removes the index, so that it is built anew.
func (s *Searcher) discard() error {
	s.drop()
	if err := os.RemoveAll(s.folder); err != nil {
		return fmt.Errorf("search index: %w", err)
	}
	return nil
}

// catch brings the index to where the store is, and says how long to rest after.
func (s *Searcher) catch(ctx context.Context) (rest time.Duration, err error) {
	by, err := s.press.FoundBy(ctx)
	if err != nil || by == "" {
		return nothingYet, err
	}
	st, err := s.open()
	if err != nil {
		return 0, err
	}
	if st.By != by {
		// Another configuration: every story may be found by other words, or in other places. What there is stays in use.
		st.By, st.At, st.Whole = by, "", false
	}
	start, n := time.Now(), 0
	whole := st.Whole
	for {
		took, err := s.step(ctx, &st)
		if err != nil {
			return 0, err
		}
		if n += took; took == 0 {
			break
		}
		if !st.Whole {
			select {
			case <-ctx.Done():
				return 0, ctx.Err()
			case <-time.After(pause):
			}
		}
	}
	if !whole {
		st.Whole = true
		if err := s.index.put(nil, st); err != nil {
			return 0, err
		}
		s.log.Info("search index", "stories", n, "took", time.Since(start).Round(time.Millisecond))
	}
	s.setWhole(true)
	return s.redo(ctx, st)
}

func (s *Searcher) setWhole(is bool) {
	s.mu.Lock()
	s.whole = is
	s.mu.Unlock()
}

// open opens the index where it is not, and returns its stamp. One of another version or store is made anew.
func (s *Searcher) open() (stamp, error) {
	c := s.index // only Run's goroutine changes it
	if c == nil {
		if err := os.MkdirAll(s.folder, 0o700); err != nil {
			return stamp{}, fmt.Errorf("search index: %w", err)
		}
		var err error
		if c, err = openCatalogue(s.folder); err != nil {
			return stamp{}, damagedUnlessBusy(err)
		}
	}
	st, err := c.stamp()
	if err == nil && st == (stamp{}) {
		st = stamp{Version: version, Store: s.store.Identity()}
		err = c.put(nil, st)
	}
	if err == nil && (st.Version != version || st.Store != s.store.Identity()) {
		err = fmt.Errorf("it is of another store or version, and made anew: %w", errDamaged)
	}
	s.mu.Lock()
	s.index, s.whole = c, st.Whole
	s.mu.Unlock()
	return st, err
}

// step takes in the next changes and returns how many there were.
func (s *Searcher) step(ctx context.Context, st *stamp) (int, error) {
	filed, err := publisher.FiledTo(ctx, s.store)
	if err != nil {
		return 0, err
	}
	changes, err := s.store.Changes(ctx, st.At, step)
	if err != nil {
		return 0, err
	}
	n := 0
	for n < len(changes) && changes[n].At <= filed {
		n++
	}
	if n == 0 {
		return 0, nil
	}
	ids := make([]deskwire.ID, n)
	for i := range ids {
		ids[i] = changes[i].Story
	}
	next := *st
	next.At = changes[n-1].At
	if err := s.take(ctx, ids, next); err != nil {
		return 0, err
	}
	*st = next
	return n, nil
}

// take writes what is to be found of stories now.
func (s *Searcher) take(ctx context.Context, ids []deskwire.ID, st stamp) error {
	found, until, err := s.press.Found(ctx, s.now(), ids...)
	if err != nil {
		return err
	}
	entries := make([]entry, len(ids))
	for i := range ids {
		entries[i] = entry{ids[i], found[i], until[i]}
	}
	return s.index.put(entries, st)
}

// redo looks again at stories whose time has come: embargoes that ended. It returns how long to rest.
func (s *Searcher) redo(ctx context.Context, st stamp) (time.Duration, error) {
	for {
		now := s.now()
		ids, next, err := s.index.due(ctx, now, step)
		if err != nil {
			return 0, err
		}
		if len(ids) == 0 {
			if next.IsZero() {
				return lookAgain, nil
			}
			return min(max(next.Sub(now), time.Second), lookAgain), nil
		}
		if err := s.take(ctx, ids, st); err != nil {
			return 0, err
		}
	}
}
