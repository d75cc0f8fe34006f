package aggregator

import (
	"context"
	"log/slog"
	"time"

	"deskwire"
)

const (
	// pace is the shortest time between the beginnings of two rounds: sources that come due meanwhile share their commits.
	pace = 5 * time.Second
	// glance is how often a sleeping daemon looks whether it was configured anew.
	glance = 2 * time.Second
	// longest is how long a daemon sleeps at most: whoever else writes to the store, or sets the clock, is noticed then.
	longest = 5 * time.Minute
)

// Run asks sources whenever they are due, until ctx ends, and then returns nil. sources is the configuration at that moment;
// a change of it is noticed by the slice being another one. Rounds that fail are logged and tried again.
func (a *Aggregator) Run(ctx context.Context, sources func() []deskwire.Source) error {
	trouble := 0
	for ctx.Err() == nil {
		began, now := time.Now(), sources()
		wake, err := a.tick(ctx, now)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			trouble++
			a.log().Error("ingest", "error", err)
			wake = time.Now().Add(min(pace<<min(trouble, 6), longest))
		default:
			trouble = 0
		}
		if first := began.Add(pace); wake.Before(first) {
			wake = first
		}
		a.sleep(ctx, wake, func() bool { return same(now, sources()) })
	}
	return nil
}

// tick is one round of a daemon. It returns when the next source is due.
func (a *Aggregator) tick(ctx context.Context, sources []deskwire.Source) (time.Time, error) {
	r, err := a.plan(ctx, sources, RoundOptions{})
	if err != nil {
		return time.Time{}, err
	}
	if len(r.queue.names) > 0 {
		err = r.run(ctx)
		a.say(ctx, &r.report)
	}
	wake := time.Now().Add(longest)
	for _, at := range r.next {
		if at.Before(wake) {
			wake = at
		}
	}
	return wake, err
}

// say logs a round: one line for it, and one for each source that began to fail or has something to say.
func (a *Aggregator) say(ctx context.Context, r *Report) {
	for i := range r.Sources {
		s := &r.Sources[i]
		if s.Error != "" && s.Failures <= 1 {
			a.log().Warn("source", "source", s.Source, "error", s.Error, "next", s.NextCheck)
		}
		for _, note := range s.Notes {
			a.log().Warn("source", "source", s.Source, "note", note)
		}
	}
	if r.Asked > 0 {
		a.log().LogAttrs(ctx, slog.LevelInfo, "ingest", slog.Int("asked", r.Asked), slog.Int("failed", r.Failed), slog.Int("new", r.New),
			slog.Int("updated", r.Updated), slog.Int("unchanged", r.Unchanged), slog.Int64("bytes", r.Bytes), slog.Duration("took", r.Took))
	}
}

// sleep waits until the wall clock shows wake, ctx ends, or still says no more. Short sleeps see a clock that was set.
func (a *Aggregator) sleep(ctx context.Context, wake time.Time, still func() bool) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		left := time.Until(wake.Round(0)) // by the wall clock, not by the time that passed
		if left <= 0 || !still() {
			return
		}
		timer.Reset(min(left, glance))
	}
}

// same reports whether two slices are one.
func same(a, b []deskwire.Source) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}
