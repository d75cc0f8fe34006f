package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"deskwire/aggregator"
	"deskwire/aggregator/fetch"
	"deskwire/cmd/deskwire/internal/control"

	"github.com/spf13/cobra"
)

func (a *app) ingestCmd() *cobra.Command {
	var (
		only []string
		now  string
		dry  bool
	)
	cmd := &cobra.Command{
		Use:   "ingest",
		Short: "Ask the sources that are due for news, once",
		Long: "Ask the sources that are due for news, once, and file what is new. Made for cron and timers: it may run as often as you like, beside\n" +
			"itself and beside `serve`; sources are asked when they want to be, no more often.\n\n" +
			"With --source, these sources are asked now even when they are not due; what a source itself forbids (Retry-After) still holds.\n\n" +
			"Exits with 1 when every source that was asked failed, else with 0.",
		Example: "  deskwire ingest\n  deskwire ingest --source kyiv-independent --json",
		Args:    cobra.NoArgs,
		RunE: a.inRoom(func(ctx context.Context, n *Newsroom, _ []string) error {
			at := n.now()
			if now != "" {
				var err error
				if at, err = parseMoment(now, at, n.Plan().Site.Timezone); err != nil {
					return err
				}
				if n.follower == nil {
					n.now = func() time.Time { return at } // of what follows the round, too
				}
			}
			if dry {
				return a.showDue(ctx, n, at, only)
			}
			return a.ingest(ctx, n, at, only)
		}),
	}
	f := cmd.Flags()
	f.StringSliceVar(&only, "source", nil, "ask only this source `NAME`, now (repeat for several)")
	f.StringVar(&now, "now", "", "run the round as if at `TIME` (for tests)")
	f.BoolVarP(&dry, "dry-run", "n", false, "say which sources are due, ask none")
	cmd.RegisterFlagCompletionFunc("source", a.completeSources)
	return a.jsonFlag(cmd)
}

// ingest runs one round and files what it brought.
func (a *app) ingest(ctx context.Context, n *Newsroom, at time.Time, only []string) error {
	if len(only) == 0 {
		lists, err := n.refreshLists(ctx, at)
		if err != nil {
			return err
		}
		a.showLists(lists)
	}
	report, err := n.aggregator().Round(ctx, n.Plan().Sources, aggregator.RoundOptions{
		Now: at, Only: only,
		Progress: func(p aggregator.Progress) {
			a.env.Streams.Progress(control.Progress{What: "ingest", Done: int64(p.Done), Total: int64(p.Total)})
		},
	})
	if err != nil {
		return err
	}
	if err := n.settle(ctx); err != nil {
		return err
	}
	if a.flag.json {
		if err := writeJSON(a.out(), report); err != nil {
			return err
		}
	} else {
		a.showReport(&report)
	}
	if report.Asked > 0 && report.Failed == report.Asked {
		return exitCode(exitFailed)
	}
	return nil
}

// showDue lists what a round would ask.
func (a *app) showDue(ctx context.Context, n *Newsroom, at time.Time, only []string) error {
	states, err := n.Store.Sources(ctx)
	if err != nil {
		return err
	}
	due := 0
	for i := range n.Plan().Sources {
		src := &n.Plan().Sources[i]
		st := states[src.Name]
		if len(only) > 0 {
			// By hand, only what the source itself forbids holds.
			if free := fetch.ByHand(src, &st, at); !slices.Contains(only, src.Name) || free.IsZero() || free.After(at) {
				continue
			}
		} else if !fetch.Due(src, &st, at) {
			continue
		}
		due++
		fmt.Fprintf(a.out(), "%s\t%s\n", src.Name, plain(src.URL))
	}
	a.talk("would ask %d of %s", due, plural(len(n.Plan().Sources), "source"))
	return nil
}

// showLists writes a line for each list that failed or has something to say.
func (a *app) showLists(reports []aggregator.SourceReport) {
	for i := range reports {
		r := &reports[i]
		if r.Error != "" {
			a.talk("list %s: %s (next check %s)", r.Source, plain(r.Error), moment(r.NextCheck, time.UTC))
		}
		for _, note := range r.Notes {
			a.talk("list %s: %s", r.Source, plain(note))
		}
	}
}

// showReport writes one line for each source that failed and one for the round.
func (a *app) showReport(r *aggregator.Report) {
	for _, s := range r.Sources {
		if s.Error != "" {
			a.talk("source %s: %s (next check %s)", s.Source, plain(s.Error), moment(s.NextCheck, time.UTC))
		}
		for _, note := range s.Notes {
			a.talk("source %s: %s", s.Source, plain(note))
		}
	}
	fmt.Fprintf(a.out(), "asked %d of %s: %d new, %d updated, %d unchanged, %d failed, %s in %s\n",
		r.Asked, plural(r.Configured, "source"), r.New, r.Updated, r.Unchanged, r.Failed, size(r.Bytes), span(r.Took))
}

// settle files whatever changed and, in a process of its own, re-files channels whose rules changed, so that the next
// reader of the store finds it in order. In the daemon this is the follower's work, which has been woken already.
func (n *Newsroom) settle(ctx context.Context) error {
	if n.follower != nil {
		return n.follower.caughtUp(ctx)
	}
	if err := n.match(ctx); err != nil {
		return err
	}
	filer := n.filer(nil)
	if _, err := filer.Settle(ctx, n.now()); err != nil {
		return err
	}
	return filer.Finish(ctx, n.now())
}
