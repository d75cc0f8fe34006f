package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"deskwire"
	"deskwire/aggregator"
	"deskwire/cmd/deskwire/internal/config"

	"github.com/spf13/cobra"
)

const (
	// mostTested is how many articles a backtest looks at: their heads are in memory, some 2 KB each.
	mostTested = 300_000
	// leadDays is how many days before the tested ones are matched along: what came then may be what a tested article is like.
	leadDays = 7
)

// A trial is one configuration tried on the articles that came.
type trial struct {
	plan    *Plan
	stories map[string][]*deskwire.Story // by channel: what it would have taken, oldest first
}

// A difference is what another configuration would have done to one channel.
type difference struct {
	Channel string    `json:"channel"`
	Before  int       `json:"before"` // stories taken
	After   int       `json:"after"`
	Joined  []changed `json:"joined,omitempty"` // stories that would have been one
	Parted  []changed `json:"parted,omitempty"` // stories that would have been several
	Came    []changed `json:"came,omitempty"`   // stories that would have been taken as well
	Went    []changed `json:"went,omitempty"`   // stories that would not have been taken
}

// A changed is a story that differs, by its articles.
type changed struct {
	Articles []member `json:"articles"`
}

func (a *app) backtestCmd() *cobra.Command {
	var (
		days, limit             int
		with                    string
		version, copied, covers float64
	)
	cmd := &cobra.Command{
		Use:   "backtest",
		Short: "Show what other thresholds or rules would have done to each channel, before they go live",
		Long: "Matches and files the articles of the last days once as the configuration has it and once as proposed, and tells the\n" +
			"difference for each channel: which stories would have been one, or several, and which would have come or gone.\n" +
			"Nothing is written.",
		Example: "  deskwire backtest --days 7 --copy 0.6\n  deskwire backtest --days 2 --with proposed.yaml",
		Args:    cobra.NoArgs,
		RunE: a.inRoom(func(ctx context.Context, n *Newsroom, _ []string) error {
			if days < 1 || days > 90 {
				return misusef("--days is from 1 to 90")
			}
			old, proposed := n.Plan(), *n.Plan()
			if with != "" {
				plan, err := proposal(with, a.env.Getenv)
				if err != nil {
					return err
				}
				proposed = *plan
			}
			cfg := *proposed.Config
			for _, t := range []struct {
				flag string
				from float64
				to   *float64
			}{{"version", version, &cfg.Matching.Version}, {"copy", copied, &cfg.Matching.Copy}, {"coverage", covers, &cfg.Matching.Coverage}} {
				switch {
				case t.from == 0:
				case t.from < 0.05 || t.from > 1:
					return misusef("--%s is from 0.05 to 1", t.flag)
				default:
					*t.to = t.from
				}
			}
			proposed.Config = &cfg
			if with == "" && cfg.Matching == old.Matching {
				return hint(misusef("nothing is proposed"), "say --version, --copy or --coverage, or --with another configuration")
			}
			diffs, err := n.backtest(ctx, days, old, &proposed)
			if err != nil {
				return err
			}
			if a.flag.json {
				return writeJSON(a.out(), diffs)
			}
			return writeBacktest(a.out(), diffs, limit)
		}),
	}
	f := cmd.Flags()
	f.IntVar(&days, "days", 7, "how many days back")
	f.IntVar(&limit, "limit", 5, "how many examples of each kind")
	f.StringVar(&with, "with", "", "the proposed configuration `FILE`: its rules and thresholds")
	f.Float64Var(&version, "version", 0, "proposed `SCORE` from which on articles of one source are versions")
	f.Float64Var(&copied, "copy", 0, "proposed `SCORE` from which on articles of different sources are copies")
	f.Float64Var(&covers, "coverage", 0, "proposed `SCORE` from which on articles cover one event")
	return a.jsonFlag(cmd)
}

// proposal reads another configuration.
func proposal(path string, env func(string) string) (*Plan, error) {
	cfg, warnings, err := config.Load(path, env)
	if err != nil {
		return nil, err
	}
	return newPlan(cfg, warnings)
}

// backtest tries two plans on the articles of the last days.
func (n *Newsroom) backtest(ctx context.Context, days int, old, proposed *Plan) ([]difference, error) {
	now := n.now()
	articles, err := n.since(ctx, now.AddDate(0, 0, -days-leadDays))
	if err != nil {
		return nil, err
	}
	var decisions []deskwire.Decision
	for d, err := range n.Store.Log(ctx) {
		if err != nil {
			return nil, err
		}
		if d.Verb == deskwire.Merge || d.Verb == deskwire.Split || d.Verb == deskwire.Undo {
			decisions = append(decisions, d)
		}
	}
	slices.Reverse(decisions)
	from := now.AddDate(0, 0, -days)
	before, err := n.try(ctx, old, articles, decisions, from)
	if err != nil {
		return nil, err
	}
	after, err := n.try(ctx, proposed, articles, decisions, from)
	if err != nil {
		return nil, err
	}
	keys := map[string]bool{}
	for _, t := range []*trial{before, after} {
		for i := range t.plan.Channels {
			keys[t.plan.Channels[i].Key()] = true
		}
	}
	var diffs []difference
	for key := range sorted(keys) {
		diffs = append(diffs, compare(key, before.stories[key], after.stories[key]))
	}
	return diffs, nil
}

// since are the articles first seen since then, oldest first.
func (n *Newsroom) since(ctx context.Context, then time.Time) ([]*deskwire.Article, error) {
	var articles []*deskwire.Article
	for a, err := range n.Store.Newest(ctx, "") {
		if err != nil {
			return nil, err
		}
		if a.FirstSeen.Before(then) {
			break
		}
		if len(articles) == mostTested {
			return nil, hint(fmt.Errorf("more than %d articles came since %s: %w", mostTested, then.UTC().Format(time.DateOnly), deskwire.ErrInvalid), "test fewer --days")
		}
		articles = append(articles, a)
	}
	slices.Reverse(articles)
	return articles, nil
}

// try makes stories of the articles as the plan has it, and files them. Stories whose articles all came before from are
// left out.
func (n *Newsroom) try(ctx context.Context, plan *Plan, articles []*deskwire.Article, decisions []deskwire.Decision, from time.Time) (*trial, error) {
	var found []deskwire.Likeness
	if !plan.Matching.Off {
		found = aggregator.Rematch(model(plan.Matching), articles)
	}
	t := &trial{plan: plan, stories: map[string][]*deskwire.Story{}}
	by := map[deskwire.ID]*deskwire.Article{}
	for _, a := range articles {
		by[a.ID] = a
	}
	var failed error
	body := func(id deskwire.ID) string {
		bodies, err := n.Store.Bodies(ctx, id)
		if err != nil {
			failed = errors.Join(failed, err)
			return ""
		}
		return bodies[0]
	}
	for _, part := range divide(articles, found, decisions) {
		story := &deskwire.Story{ID: part[0], Placed: by[part[0]].Placed}
		recent := false
		for _, id := range part {
			story.Articles = append(story.Articles, *by[id])
			recent = recent || !by[id].FirstSeen.Before(from)
		}
		if !recent {
			continue
		}
		for key := range plan.Rules.File(story, body) {
			t.stories[key] = append(t.stories[key], story)
		}
	}
	return t, failed
}

// divide divides articles into stories. Decisions are rare: only what they touch is worked out as the store does it, the
// rest by likenesses alone.
func divide(articles []*deskwire.Article, found []deskwire.Likeness, decisions []deskwire.Decision) [][]deskwire.ID {
	root := make(map[deskwire.ID]deskwire.ID, len(articles))
	var find func(id deskwire.ID) deskwire.ID
	find = func(id deskwire.ID) deskwire.ID {
		if root[id] != id {
			root[id] = find(root[id])
		}
		return root[id]
	}
	join := func(a, b deskwire.ID) {
		if root[a] != "" && root[b] != "" {
			if a, b = find(a), find(b); a < b {
				root[b] = a
			} else {
				root[a] = b
			}
		}
	}
	for _, a := range articles {
		root[a.ID] = a.ID
	}
	for _, l := range found {
		if l.Joined && l.Level != deskwire.Coverage {
			join(l.Article, l.To)
		}
	}
	for _, d := range decisions {
		if d.With != "" {
			join(d.Article, d.With)
		}
	}
	touched := map[deskwire.ID][]deskwire.Decision{}
	for _, d := range decisions {
		if root[d.Article] != "" {
			touched[find(d.Article)] = append(touched[find(d.Article)], d)
		}
	}
	like := map[deskwire.ID][]deskwire.Likeness{}
	for _, l := range found {
		if r := find(l.Article); touched[r] != nil {
			like[r] = append(like[r], l)
		}
	}
	parts := map[deskwire.ID][]deskwire.ID{}
	var order []deskwire.ID
	for _, a := range articles {
		r := find(a.ID)
		if parts[r] == nil {
			order = append(order, r)
		}
		parts[r] = append(parts[r], a.ID)
	}
	var all [][]deskwire.ID
	for _, r := range order {
		if touched[r] == nil {
			all = append(all, parts[r])
			continue
		}
		all = append(all, deskwire.Partition(parts[r], like[r], touched[r])...)
	}
	return all
}

// compare tells what one channel's stories would have become.
func compare(channel string, before, after []*deskwire.Story) difference {
	d := difference{Channel: channel, Before: len(before), After: len(after)}
	was, is := holders(before), holders(after)
	for _, s := range after {
		switch n := overlapping(s, was); {
		case n == 0:
			d.Came = append(d.Came, changedOf(s))
		case n > 1:
			d.Joined = append(d.Joined, changedOf(s))
		}
	}
	for _, s := range before {
		switch n := overlapping(s, is); {
		case n == 0:
			d.Went = append(d.Went, changedOf(s))
		case n > 1:
			d.Parted = append(d.Parted, changedOf(s))
		}
	}
	return d
}

// holders says which story holds an article.
func holders(stories []*deskwire.Story) map[deskwire.ID]*deskwire.Story {
	by := map[deskwire.ID]*deskwire.Story{}
	for _, s := range stories {
		for i := range s.Articles {
			by[s.Articles[i].ID] = s
		}
	}
	return by
}

// overlapping is how many stories hold articles of s.
func overlapping(s *deskwire.Story, by map[deskwire.ID]*deskwire.Story) int {
	seen := map[*deskwire.Story]bool{}
	for i := range s.Articles {
		if o := by[s.Articles[i].ID]; o != nil {
			seen[o] = true
		}
	}
	return len(seen)
}

func changedOf(s *deskwire.Story) changed {
	var c changed
	for i := range s.Articles {
		c.Articles = append(c.Articles, memberOf(&s.Articles[i]))
	}
	return c
}

// writeBacktest tells the differences to a person.
func writeBacktest(w io.Writer, diffs []difference, limit int) error {
	var b strings.Builder
	for _, d := range diffs {
		fmt.Fprintf(&b, "%s: %d stories before, %d after; %d joined, %d parted, %d come, %d go\n",
			d.Channel, d.Before, d.After, len(d.Joined), len(d.Parted), len(d.Came), len(d.Went))
		for _, kind := range []struct {
			name string
			list []changed
		}{{"one", d.Joined}, {"several", d.Parted}, {"in", d.Came}, {"out", d.Went}} {
			for _, c := range kind.list[:min(len(kind.list), max(limit, 0))] {
				fmt.Fprintf(&b, "  %s:\n", kind.name)
				for _, m := range c.Articles {
					fmt.Fprintf(&b, "    %s  %s: %s\n", m.ID, m.Source, plain(clip(m.Title, 100)))
				}
			}
		}
	}
	if len(diffs) == 0 {
		b.WriteString("there are no channels\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}
