// Package aggregator turns upstream feeds into articles: a [Aggregator.Round] claims the sources that are due, fetches, reads
// and merges them; [Aggregator.Run] does so for as long as a daemon lives.
//
// It owns the order of work and its bounds. How to ask is package fetch's, how to read package parse's, what identifies an
// article package match's, and what happens to it package storage's. It decides nothing about publishing.
//
// A round is a line of stations. Workers claim, fetch, parse and prepare, one source each; one merger gathers what they made
// into groups and commits a group at a time. What is reported is durable. Nothing is kept between rounds but in the store, so
// any number of rounds may run at once, in one process or after each other in many: a claim is for one of them only.
package aggregator

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"deskwire"
	"deskwire/aggregator/fetch"
	"deskwire/storage"
)

// DefaultWorkers is how many sources are under way at once unless Aggregator.Workers says otherwise: enough to hide slow
// servers, few enough not to be noticed by a shared line.
const DefaultWorkers = 8

// An Aggregator reads sources into a store. Its fields are set before use and not changed after.
type Aggregator struct {
	Store   *storage.Store
	Client  *fetch.Client
	Log     *slog.Logger // slog.Default() when nil
	Workers int          // DefaultWorkers when 0

	// Observe is told of each source once what it brought is durable; nil tells nobody. Calls do not overlap.
	Observe func(SourceReport)
}

// RoundOptions are what a round may be told.
type RoundOptions struct {
	// Now is the time the whole round is held at; the clock's when zero.
	Now time.Time
	// Only names the sources to ask, now, whether or not they are due. What a source itself forbids still holds: Retry-After
	// and 410. Empty is all that are due.
	Only []string
	// Progress is told after each source; nil tells nobody. Calls do not overlap.
	Progress func(Progress)
}

// Round asks the sources that are due, once each, and returns when all they brought is durable. One that fails, whatever it
// does, is one line of the report and no matter to the others.
//
// When ctx ends, what was read is still merged, what was not is given back, and the error is ctx's. Any other error is the
// store's, and ends the round; an unknown name in Only is [deskwire.ErrNotFound]. The report says what was done in any case.
func (a *Aggregator) Round(ctx context.Context, sources []deskwire.Source, opts RoundOptions) (Report, error) {
	r, err := a.plan(ctx, sources, opts)
	if err != nil {
		return Report{}, err
	}
	err = r.run(ctx)
	return r.report, err
}

// A round is one Round under way.
type round struct {
	*Aggregator
	opts    RoundOptions
	sources map[string]*deskwire.Source
	queue   queue
	rests   rests
	jobs    chan job
	report  Report
	next    map[string]time.Time // when each source may be asked next; absent is never

	working  sync.WaitGroup
	standIns atomic.Int64 // workers beyond Workers, for those that wait for slow servers

	reading chan struct{} // a token for each document being read: reading is work for processors, not for waiting
	large   sync.Mutex    // held while a large document is read
}

// plan finds out which sources are to be asked.
func (a *Aggregator) plan(ctx context.Context, sources []deskwire.Source, opts RoundOptions) (*round, error) {
	r := &round{
		Aggregator: a, opts: opts,
		sources: make(map[string]*deskwire.Source, len(sources)),
		next:    make(map[string]time.Time, len(sources)),
		jobs:    make(chan job, a.workers()),
		reading: make(chan struct{}, runtime.GOMAXPROCS(0)),
	}
	for i := range sources {
		r.sources[sources[i].Name] = &sources[i]
	}
	for _, name := range opts.Only {
		if r.sources[name] == nil {
			return nil, fmt.Errorf("source %q: %w", name, deskwire.ErrNotFound)
		}
	}
	states, err := a.Store.Sources(ctx)
	if err != nil {
		return nil, err
	}
	now := r.now()
	r.report = Report{Started: now.UTC(), Configured: len(sources)}
	r.rests.learn(states, now)
	var due []string
	for i := range sources {
		src := &sources[i]
		if len(opts.Only) > 0 && !slices.Contains(opts.Only, src.Name) {
			continue
		}
		st := states[src.Name]
		switch at := r.when(src, &st, now); {
		case !at.IsZero() && !at.After(now):
			due = append(due, src.Name)
		case len(opts.Only) > 0:
			r.report.add(putOff(src, &st, at))
		case !at.IsZero():
			r.next[src.Name] = at
		}
	}
	r.queue.init(r, spread(due, func(name string) string { return address(r.sources[name], states[name].URL) }))
	return r, nil
}

// when is when the round may ask a source; the zero time is never.
func (r *round) when(src *deskwire.Source, st *deskwire.SourceState, now time.Time) time.Time {
	at := fetch.Next(src, st, now)
	if len(r.opts.Only) > 0 {
		at = fetch.ByHand(src, st, now)
	}
	if at.IsZero() {
		return at
	}
	if until := r.rests.until(address(src, st.URL)); until.After(at) {
		return until
	}
	return at
}

// address is what a source is asked at.
func address(src *deskwire.Source, moved string) string {
	if moved != "" {
		return fetch.Host(moved)
	}
	return fetch.Host(src.URL)
}

// putOff reports a source that somebody asked for by name and that may not be asked.
func putOff(src *deskwire.Source, st *deskwire.SourceState, at time.Time) SourceReport {
	s := SourceReport{Source: src.Name, Outcome: PutOff, NextCheck: at, Reason: "it, or its host, asked for a rest (Retry-After)"}
	switch {
	case src.Paused:
		s.Reason = "it is paused in the configuration"
	case st.Gone:
		s.Reason = "it is gone (410); a new address in the configuration would wake it"
	}
	s.Notes = []string{"not asked: " + s.Reason}
	return s
}

// run works the queue off.
func (r *round) run(ctx context.Context) error {
	began := time.Now()
	work, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	defer context.AfterFunc(work, r.queue.wake)()

	m := merger{round: r, stop: stop}
	var merging sync.WaitGroup
	merging.Go(func() { m.run(context.WithoutCancel(ctx)) })
	for range r.workers() {
		r.startWorker(work)
	}
	r.working.Wait()
	for _, c := range r.queue.left() {
		r.jobs <- giveBack(c)
	}
	close(r.jobs)
	merging.Wait()

	if len(r.opts.Only) > 0 { // who asked for them wants to know
		for _, name := range r.queue.taken {
			r.report.add(SourceReport{Source: name, Outcome: PutOff, Notes: []string{"not asked: another round is asking it now"}})
		}
	}
	r.report.Took = time.Since(began)
	r.report.sort()
	switch {
	case m.err != nil:
		return m.err
	case r.queue.err != nil && ctx.Err() == nil:
		return r.queue.err
	case ctx.Err() != nil:
		return context.Cause(ctx)
	}
	return nil
}

func (r *round) now() time.Time {
	if r.opts.Now.IsZero() {
		return time.Now()
	}
	return r.opts.Now
}

func (a *Aggregator) workers() int {
	if a.Workers > 0 {
		return a.Workers
	}
	return DefaultWorkers
}

func (a *Aggregator) log() *slog.Logger {
	if a.Log != nil {
		return a.Log
	}
	return slog.Default()
}

// jitter is a random number from -1 to 1.
func jitter() float64 { return 2*rand.Float64() - 1 }
