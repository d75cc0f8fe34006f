package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"deskwire"
	"deskwire/cmd/deskwire/internal/config"
	"deskwire/publisher"
)

// A follower keeps what readers see in step with the store: it files what changed, re-files what changed rules ask for, and
// has the press make the editions that this touches. One goroutine does all of it, in turn, so that nothing here needs a
// lock and a reload happens between two passes, never within one.
type follower struct {
	n     *Newsroom
	press *publisher.Press
	load  func() (*Plan, error) // reads the configuration anew

	asks chan ask

	ready     chan struct{} // closed after the first pass
	readyOnce sync.Once
	observe   func(pass) // for metrics
}

// ask is something to do between two passes, and whom to tell when the next pass is over.
type ask struct {
	do   func() error
	done chan error
}

// pass is what one pass did.
type pass struct {
	Touched, Changed int
	Took             time.Duration
}

func newFollower(n *Newsroom, press *publisher.Press, load func() (*Plan, error)) *follower {
	return &follower{n: n, press: press, load: load, asks: make(chan ask), ready: make(chan struct{}), observe: func(pass) {}}
}

// retryAfter is how long the follower rests when a pass failed: a full disk does not become empty by hurry.
const retryAfter = 5 * time.Second

// run follows until ctx ends. A pass that fails is told and tried again: readers keep what they had.
func (f *follower) run(ctx context.Context) error {
	var waiting []ask
	for {
		// Before looking: what is written from here on wakes us again.
		wake := f.n.Store.Wake()
		more, until, err := f.pass(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			f.n.Log.Error("filing or publishing", "error", err)
			until = f.n.now().Add(retryAfter)
		}
		for _, w := range waiting {
			w.done <- err
		}
		waiting = waiting[:0]
		if more && err == nil {
			// Re-filing goes on, but whoever asks for something comes first.
			select {
			case a := <-f.asks:
				waiting = f.take(waiting, a)
			default:
			}
			continue
		}
		timer := time.NewTimer(f.rest(until))
		select {
		case <-ctx.Done():
		case <-wake:
		case <-timer.C:
		case a := <-f.asks:
			waiting = f.take(waiting, a)
		}
		timer.Stop()
		if ctx.Err() != nil {
			return nil
		}
	}
}

// rest is how long to wait when nothing is written. Clocks jump: an hour is the most.
func (f *follower) rest(until time.Time) time.Duration {
	if until.IsZero() {
		return time.Hour
	}
	return min(max(until.Sub(f.n.now()), time.Millisecond), time.Hour)
}

func (f *follower) take(waiting []ask, a ask) []ask {
	if a.do != nil {
		if err := a.do(); err != nil {
			a.done <- err
			return waiting
		}
	}
	return append(waiting, a)
}

// pass does all that there is to do now, but only one batch of re-filing; more says that some is left.
func (f *follower) pass(ctx context.Context) (more bool, until time.Time, err error) {
	start := time.Now()
	now := f.n.now()
	if err := f.n.match(ctx); err != nil {
		return false, time.Time{}, err
	}
	filer := f.n.filer(nil)
	filer.Filed = f.overtaken
	touched, err := filer.Catch(ctx, now)
	if err != nil {
		return false, time.Time{}, fmt.Errorf("filing: %w", err)
	}
	refiled, more, err := filer.Refile(ctx, now)
	if err != nil {
		return false, time.Time{}, fmt.Errorf("filing again: %w", err)
	}
	channels := map[string]bool{}
	for _, c := range touched {
		channels[c] = true
	}
	for _, c := range refiled {
		channels[c] = true
	}
	changed, until, err := f.press.Update(ctx, now, slices.Sorted(maps.Keys(channels)))
	if err != nil {
		return false, time.Time{}, fmt.Errorf("publishing: %w", err)
	}
	f.readyOnce.Do(func() { close(f.ready) })
	f.observe(pass{Touched: len(channels), Changed: len(changed), Took: time.Since(start)})
	return more, until, nil
}

// overtaken tells the log when a source has changed words that an editor replaced: somebody should look.
func (f *follower) overtaken(s *deskwire.Story) {
	if len(s.Decisions) == 0 {
		return
	}
	standing := s.Standing(f.n.now())
	for i := range s.Articles {
		for _, field := range standing.Overtaken(&s.Articles[i]) {
			f.n.Log.Warn("a source changed what an editor replaced", "article", s.Articles[i].ID, "source", s.Articles[i].Source, "field", field)
		}
	}
}

// ask has do run between two passes and waits until the pass after it is over.
func (f *follower) ask(ctx context.Context, do func() error) error {
	a := ask{do, make(chan error, 1)}
	select {
	case f.asks <- a:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	select {
	case err := <-a.done:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// caughtUp returns when readers see all that was written before it was called.
func (f *follower) caughtUp(ctx context.Context) error { return f.ask(ctx, nil) }

// reload reads the configuration again: all of it or nothing.
func (f *follower) reload(ctx context.Context) error {
	plan, err := f.load()
	if err != nil {
		return fmt.Errorf("the old configuration stays: %w", err)
	}
	if err := reloadable(f.n.Plan().Config, plan.Config); err != nil {
		return hint(fmt.Errorf("the old configuration stays: %w", err), "restart `deskwire serve` for that")
	}
	if plan, err = f.n.extend(ctx, plan); err != nil {
		return err
	}
	return f.adopt(ctx, plan)
}

// adopt has another plan hold from between two passes on.
func (f *follower) adopt(ctx context.Context, plan *Plan) error {
	pages, err := plan.pages()
	if err != nil {
		return err
	}
	return f.ask(ctx, func() error {
		f.press.Dress(pages)
		f.press.Reconfigure(plan.site(), plan.Channels, plan.ByName)
		f.n.plan.Store(plan)
		return nil
	})
}

// reloadable says what can not change while the daemon runs.
func reloadable(old, fresh *config.Config) error {
	var errs []error
	for _, k := range []struct {
		key string
		is  bool
	}{
		{"site.id", old.Site.ID == fresh.Site.ID},
		{"store.path", old.Store.Path == fresh.Store.Path},
		{"store.pictures", old.Store.Pictures == fresh.Store.Pictures && old.Store.PicturesLimit == fresh.Store.PicturesLimit},
		{"serve", old.Serve == fresh.Serve},
		{"search", old.Search == fresh.Search},
		{"log", old.Log == fresh.Log},
	} {
		if !k.is {
			errs = append(errs, fmt.Errorf("%s can not change while the daemon runs: %w", k.key, deskwire.ErrInvalid))
		}
	}
	return errors.Join(errs...)
}
