package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"deskwire"
	"deskwire/aggregator"
	"deskwire/aggregator/fetch"
	"deskwire/aggregator/match/alike"
	"deskwire/cmd/deskwire/internal/config"
	"deskwire/cmd/deskwire/internal/control"
	"deskwire/publisher"
	"deskwire/publisher/format"
	"deskwire/publisher/picture"
	"deskwire/publisher/rule"
	"deskwire/publisher/web"
	"deskwire/storage"
	"deskwire/storage/bolt"

	"github.com/spf13/cobra"
)

// A Newsroom is the open store with everything that works on it, wired by one configuration.
type Newsroom struct {
	Store  *storage.Store
	Engine *bolt.Engine
	Client *fetch.Client
	Log    *slog.Logger
	File   string // device and inode of the store's file

	now      func() time.Time
	follower *follower      // of a daemon; nil in a command
	proxy    *picture.Proxy // the same
	matching matching
	// plan is what the configuration says; a reload swaps it whole.
	plan atomic.Pointer[Plan]
}

// A Plan is a configuration and what was made of it. It is not changed once it is in use.
type Plan struct {
	*config.Config
	Rules    *rule.Set
	ByName   map[string]deskwire.Source
	Print    string
	Warnings []config.Problem

	bare  *config.Config             // without the sources that lists name
	pages func() (*web.Pages, error) // of its theme, made once
}

// loadPlan reads the configuration and compiles its rules.
func (a *app) loadPlan() (*Plan, error) {
	cfg, warnings, err := config.Load(a.flag.config, a.env.Getenv)
	if err != nil {
		return nil, err
	}
	return newPlan(cfg, warnings)
}

func newPlan(cfg *config.Config, warnings []config.Problem) (*Plan, error) {
	p := &Plan{Config: cfg, ByName: map[string]deskwire.Source{}, Print: cfg.Fingerprint(), Warnings: warnings, bare: cfg}
	names := make([]string, 0, len(cfg.Sources))
	for _, s := range cfg.Sources {
		p.ByName[s.Name] = s
		names = append(names, s.Name)
	}
	for i := range cfg.Lists {
		names = append(names, cfg.Lists[i].Name)
	}
	set, problems := rule.Compile(cfg.Channels, names)
	for _, pr := range problems {
		if !pr.Warning { // Load has looked already and knows the line
			return nil, fmt.Errorf("%s: %s: %w", pr.Channel, pr.Msg, deskwire.ErrInvalid)
		}
	}
	p.Rules = set
	p.pages = sync.OnceValues(func() (*web.Pages, error) { return web.NewPages(cfg.Site.Timezone, cfg.Theme) })
	if cfg.Theme != (deskwire.Theme{}) { // a mistake in it is one in the configuration
		if _, err := p.pages(); err != nil {
			return nil, fmt.Errorf("%s: %w", cfg.Path, err)
		}
	}
	return p, nil
}

// with is the plan with the sources that lists name. One that the configuration has itself, or another list before, is not
// there twice.
func (p *Plan) with(members map[string][]deskwire.Member) *Plan {
	if len(p.Lists) == 0 {
		return p
	}
	cfg, whole := *p.Config, *p
	whole.Config, whole.ByName = &cfg, map[string]deskwire.Source{}
	known := map[string]bool{}
	cfg.Sources = slices.Clone(p.Sources)
	for i := range p.Lists {
		l := &p.Lists[i]
		for _, m := range members[l.Name] {
			cfg.Sources = append(cfg.Sources, l.Member(m))
		}
	}
	cfg.Sources = slices.DeleteFunc(cfg.Sources, func(s deskwire.Source) bool {
		twice := known[s.URL]
		known[s.URL] = true
		return twice
	})
	for _, s := range cfg.Sources {
		whole.ByName[s.Name] = s
	}
	return &whole
}

// extend is the plan with what its lists name now, as the store knows it.
func (n *Newsroom) extend(ctx context.Context, p *Plan) (*Plan, error) {
	if len(p.Lists) == 0 {
		return p, nil
	}
	members, err := n.Store.Lists(ctx)
	if err != nil {
		return nil, err
	}
	bare := *p
	bare.Config = p.bare
	return bare.with(members), nil
}

// Channel returns the channel that a user named: "desk/world", "topic/nato", or a bare name that only one of them has.
func (p *Plan) Channel(name string) (deskwire.Channel, error) {
	var found []deskwire.Channel
	for _, c := range p.Channels {
		if c.Key() == name {
			return c, nil
		}
		if c.Name == name {
			found = append(found, c)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return deskwire.Channel{}, hint(misusef("channel %q: %w", name, deskwire.ErrNotFound), "channels are: %s", channelNames(p.Channels))
	}
	return deskwire.Channel{}, hint(misusef("channel %q: a desk and a topic have this name", name), "say desk/%s or topic/%s", name, name)
}

// openNewsroom opens the store that the configuration names. It is ErrBusy while another process has it.
func openNewsroom(ctx context.Context, plan *Plan, log *slog.Logger) (*Newsroom, error) {
	engine, err := bolt.Open(plan.Store.Path, bolt.Options{Timeout: lockTimeout})
	if err != nil {
		return nil, err
	}
	store, err := storage.Open(ctx, engine)
	if err != nil {
		engine.Close()
		return nil, err
	}
	if err := store.PinSite(ctx, plan.Site.ID); err != nil {
		store.Close()
		return nil, hint(err, "site.id is part of every guid that was published and can not change: write the old one back into %s", plan.Path)
	}
	file, err := control.FileID(plan.Store.Path)
	if err != nil {
		store.Close()
		return nil, err
	}
	n := &Newsroom{Store: store, Engine: engine, Log: log, File: file, now: time.Now}
	n.Client = plan.client()
	n.plan.Store(plan)
	whole, err := n.extend(ctx, plan)
	if err != nil {
		store.Close()
		return nil, err
	}
	n.plan.Store(whole)
	return n, nil
}

// lockTimeout is how long one try waits for the store's lock: long enough for a command that is just ending.
const lockTimeout = 250 * time.Millisecond

func (p *Plan) client() *fetch.Client {
	return &fetch.Client{UserAgent: userAgent(p.Fetch.Contact), AllowPrivate: p.Fetch.AllowPrivate, AllowPorts: p.Fetch.AllowPorts}
}

// site is what feeds and pages say of the whole.
func (p *Plan) site() format.Site {
	return format.Site{URL: p.Site.URL, ID: p.Site.ID, Title: p.Site.Title, Language: p.Site.Language, Images: p.Images, Finds: p.Search}
}

// press makes a press for the plan's channels.
func (p *Plan) press(store *storage.Store) (*publisher.Press, error) {
	pages, err := p.pages()
	if err != nil {
		return nil, err
	}
	return publisher.NewPress(store, p.site(), p.Channels, p.ByName, pages), nil
}

// Plan is the configuration now.
func (n *Newsroom) Plan() *Plan { return n.plan.Load() }

// Close closes the store.
func (n *Newsroom) Close() error { return n.Store.Close() }

func (n *Newsroom) aggregator() *aggregator.Aggregator {
	p := n.Plan()
	return &aggregator.Aggregator{Store: n.Store, Client: n.Client, Log: n.Log, Workers: p.Fetch.Workers}
}

// matching is the matcher and what it was configured with. It remembers what it has seen, so it is kept as long as that holds.
// One goroutine at a time uses it: the follower in a daemon, the command elsewhere.
type matching struct {
	with    config.Matching
	matcher *aggregator.Matcher
}

// match has the stories of all that was merged worked out.
func (n *Newsroom) match(ctx context.Context) error {
	with := n.Plan().Matching
	if with.Off {
		n.matching.matcher = nil
		return nil
	}
	if m := &n.matching; m.matcher == nil || m.with != with {
		*m = matching{with, &aggregator.Matcher{Store: n.Store, Model: model(with)}}
	}
	return n.matching.matcher.Catch(ctx, n.now())
}

// model is what articles are compared by, with the thresholds of the configuration.
func model(with config.Matching) *alike.Model {
	m := alike.Default()
	for level, threshold := range map[alike.Level]float64{alike.Version: with.Version, alike.Copy: with.Copy, alike.Coverage: with.Coverage} {
		if threshold > 0 {
			m.Threshold[level] = float32(threshold)
		}
	}
	m.Within = [alike.Levels]time.Duration{with.CopyWithin, with.CopyWithin, with.CoverageWithin}
	return m
}

// refreshLists asks the lists that are due and takes over what they name now.
func (n *Newsroom) refreshLists(ctx context.Context, at time.Time) ([]aggregator.SourceReport, error) {
	lists := aggregator.Lists{
		Store: n.Store, Client: n.Client, Name: config.NameAmong,
		Read: func(body []byte) ([]deskwire.Source, []string, error) { return config.ParseOPML(bytes.NewReader(body)) },
	}
	reports, changed, err := lists.Refresh(ctx, n.Plan().Lists, at)
	if err != nil || !changed {
		return reports, err
	}
	whole, err := n.extend(ctx, n.Plan())
	if err != nil {
		return reports, err
	}
	if n.follower != nil {
		return reports, n.follower.adopt(ctx, whole)
	}
	n.plan.Store(whole)
	return reports, nil
}

// follows refreshes lists for as long as a daemon lives.
func (n *Newsroom) follows(ctx context.Context) error {
	for {
		reports, err := n.refreshLists(ctx, time.Time{})
		if err != nil && ctx.Err() == nil {
			n.Log.Error("lists", "error", err)
		}
		for i := range reports {
			r := &reports[i]
			if r.Error != "" && r.Failures <= 1 {
				n.Log.Warn("list", "list", r.Source, "error", r.Error, "next", r.NextCheck)
			}
			for _, note := range r.Notes {
				n.Log.Warn("list", "list", r.Source, "note", note)
			}
		}
		if err := sleep(ctx, listGlance); err != nil {
			return nil
		}
	}
}

// listGlance is how often a daemon looks whether a list is due.
const listGlance = 30 * time.Second

func (n *Newsroom) filer(progress func(publisher.FilerProgress)) *publisher.Filer {
	p := n.Plan()
	f := &publisher.Filer{Store: n.Store, Rules: p.Rules, Channels: p.Channels, Log: n.Log, Progress: progress}
	if !p.Matching.Off {
		f.Behind = aggregator.MatchConsumer
	}
	return f
}

// inRoom makes a command that works on the store. Where a daemon has the store open, the daemon runs it; else this process
// opens the store, and waits for it when somebody else is just using it.
func (a *app) inRoom(f func(ctx context.Context, n *Newsroom, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		ctx := cmd.Context()
		if a.env.Room != nil {
			if a.flag.now != "" {
				return misusef("--now: the daemon has the store, and its clock is everybody's")
			}
			return f(ctx, a.env.Room, args)
		}
		plan, err := a.loadPlan()
		if err != nil {
			return err
		}
		n, code, err := a.reach(ctx, plan)
		if err != nil {
			return err
		}
		if n == nil {
			if code == exitDone {
				return nil
			}
			return exitCode(code)
		}
		a.room = n
		if a.flag.now != "" {
			at, err := parseMoment(a.flag.now, n.now(), plan.Site.Timezone)
			if err != nil {
				return err
			}
			n.now = func() time.Time { return at }
		}
		return f(ctx, n, args)
	}
}

// reach finds somebody to do the work, until --wait is over: the daemon, which then has done it when reach returns a code, or this
// process, which has it still to do when reach returns a newsroom. The file lock is the only arbiter.
func (a *app) reach(ctx context.Context, plan *Plan) (*Newsroom, int, error) {
	deadline := time.Now().Add(a.flag.wait)
	for {
		conn, err := a.dial(ctx, plan)
		switch {
		case err == nil:
			defer conn.Close()
			code, err := a.delegate(ctx, conn, plan, a.args)
			return nil, code, err
		case !errors.Is(err, control.ErrNoDaemon):
			return nil, 0, err
		}
		n, err := openNewsroom(ctx, plan, newLogger(plan, a.env.Streams.Stderr))
		if err == nil || !errors.Is(err, deskwire.ErrBusy) {
			return n, 0, err
		}
		if time.Now().After(deadline) {
			return nil, 0, hint(err, "wait for it to end, or give a longer --wait")
		}
		if err := sleep(ctx, 50*time.Millisecond); err != nil {
			return nil, 0, err
		}
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-t.C:
		return nil
	}
}
