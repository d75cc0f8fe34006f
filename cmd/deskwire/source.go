package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"deskwire"
	"deskwire/aggregator/fetch"
	"deskwire/aggregator/parse"
	"deskwire/cmd/deskwire/internal/config"

	"github.com/spf13/cobra"
)

func (a *app) sourceCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "source",
		Short: "Add, list, test and remove sources",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.sourceAddCmd(), a.sourceListCmd(), a.sourceTestCmd(), a.sourceRemoveCmd())
	return cmd
}

// sourceHealth is one line of `deskwire source list`.
type sourceHealth struct {
	Name        string    `json:"name"`
	URL         string    `json:"url"`
	Moved       string    `json:"moved,omitempty"` // where it moved for good
	LastSuccess time.Time `json:"last_success,omitzero"`
	LastNew     time.Time `json:"last_new,omitzero"`
	NextCheck   time.Time `json:"next_check,omitzero"`
	Reason      string    `json:"reason,omitempty"`
	Rhythm      string    `json:"rhythm,omitempty"`
	Failures    int       `json:"failures,omitempty"`
	Error       string    `json:"error,omitempty"`
	Gone        bool      `json:"gone,omitempty"`
	Paused      bool      `json:"paused,omitempty"`
	Quiet       bool      `json:"quiet,omitempty"`  // silent for longer than idle_after
	Agreed      bool      `json:"agreed,omitempty"` // its own wishes about when are set aside
	Moving      string    `json:"moving,omitempty"` // where permanent redirects point, not confirmed yet
	Requests    int64     `json:"requests"`
	NotModified int64     `json:"not_modified"` // answered in a few bytes, since nothing had changed
	Spared      int64     `json:"spared"`       // requests fewer than a reader makes that asks every hour
}

// state is the health in a word or two.
func (h *sourceHealth) state() string {
	switch {
	case h.Gone:
		return "gone"
	case h.Paused:
		return "paused"
	case h.Failures > 0:
		return fmt.Sprintf("failed %dx", h.Failures)
	case h.Quiet:
		return "quiet"
	case h.LastSuccess.IsZero():
		return "new"
	}
	return "ok"
}

func health(src *deskwire.Source, st deskwire.SourceState, now time.Time) sourceHealth {
	h := sourceHealth{
		Name: src.Name, URL: src.URL, LastSuccess: st.LastSuccess, LastNew: st.LastNew, NextCheck: st.NextCheck, Reason: st.NextReason,
		Failures: st.Failures, Error: st.Error, Gone: st.Gone, Paused: src.Paused, Requests: st.Requests, NotModified: st.NotModified,
		Agreed: src.Agreed, Moving: st.MovedTo, Spared: spared(&st, now),
		Quiet: src.IdleAfter > 0 && !st.LastNew.IsZero() && now.Sub(st.LastNew) > src.IdleAfter,
	}
	if st.Interval > 0 {
		h.Rhythm = span(st.Interval)
	}
	if st.URL != "" && st.URL != st.ConfiguredURL {
		h.Moved = st.URL
	}
	return h
}

// spared is how many requests fewer were made than by a reader that asks every hour.
func spared(st *deskwire.SourceState, now time.Time) int64 {
	if st.Since.IsZero() {
		return 0
	}
	return max(int64(now.Sub(st.Since)/time.Hour)+1-st.Requests, 0)
}

func (a *app) sourceListCmd() *cobra.Command {
	return a.jsonFlag(&cobra.Command{
		Use:     "list",
		Short:   "List the sources and how they are",
		Example: "  deskwire source list\n  deskwire source list --json",
		Args:    cobra.NoArgs,
		RunE: a.inRoom(func(ctx context.Context, n *Newsroom, _ []string) error {
			p := n.Plan()
			states, err := n.Store.Sources(ctx)
			if err != nil {
				return err
			}
			t := newTable(a.out(), "SOURCE", "STATE", "LAST SUCCESS", "NEXT CHECK", "RHYTHM", "ASKED", "UNCHANGED", "SPARED", "WHY")
			for i := range p.Sources {
				h := health(&p.Sources[i], states[p.Sources[i].Name], n.now())
				if a.flag.json {
					if err := writeJSONLine(a.out(), h); err != nil {
						return err
					}
					continue
				}
				why := h.Reason
				if h.Error != "" {
					why = h.Error
				}
				if h.Moving != "" {
					why += " (redirects to " + h.Moving + ", to be confirmed)"
				}
				if h.Moved != "" {
					why += " (moved to " + h.Moved + ")"
				}
				t.row(h.Name, h.state(), moment(h.LastSuccess, p.Site.Timezone), moment(h.NextCheck, p.Site.Timezone), h.Rhythm,
					fmt.Sprint(h.Requests), fmt.Sprint(h.NotModified), fmt.Sprint(h.Spared), why)
			}
			if a.flag.json {
				return nil
			}
			return t.flush()
		}),
	})
}

// tested is what `deskwire source test` found.
type tested struct {
	URL    string   `json:"url"`
	Format string   `json:"format"`
	Title  string   `json:"title"`
	Home   string   `json:"home,omitempty"`
	Items  int      `json:"items"`
	Notes  []string `json:"notes,omitempty"`
	Newest []string `json:"newest,omitempty"`
	Feeds  []string `json:"feeds,omitempty"` // of a page that is no feed
	Bytes  int64    `json:"bytes"`
	TookMS int64    `json:"took_ms"`
	feed   *parse.Document
}

func (a *app) sourceTestCmd() *cobra.Command {
	return a.jsonFlag(&cobra.Command{
		Use:     "test URL|NAME",
		Short:   "Fetch and read a source once and say what is there; stores nothing",
		Example: "  deskwire source test https://example.org/\n  deskwire source test kyiv-independent",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			plan, err := a.loadPlan()
			if err != nil {
				return err
			}
			src, ok := plan.ByName[args[0]]
			if !ok {
				src = deskwire.Source{Name: args[0], URL: args[0]}
			}
			found, err := probe(cmd.Context(), plan, src)
			if err != nil {
				return err
			}
			if a.flag.json {
				return writeJSON(a.out(), found)
			}
			return found.write(a)
		},
		ValidArgsFunction: a.completeSources,
	})
}

func (f *tested) write(a *app) error {
	if f.feed == nil {
		for _, u := range f.Feeds {
			fmt.Fprintln(a.out(), plain(u))
		}
		return hint(fmt.Errorf("%s is a web page, not a feed", f.URL), "it names the feeds above; test or add one of them")
	}
	t := newTable(a.out())
	t.row("address:", f.URL)
	t.row("format:", f.Format)
	t.row("title:", f.Title)
	t.row("items:", fmt.Sprint(f.Items))
	t.row("read:", fmt.Sprintf("%s in %d ms", size(f.Bytes), f.TookMS))
	for _, n := range f.Notes {
		t.row("note:", n)
	}
	for _, n := range f.Newest {
		t.row("item:", n)
	}
	return t.flush()
}

// probe fetches a source once and reads it. A web page yields the feeds that it names.
func probe(ctx context.Context, plan *Plan, src deskwire.Source) (*tested, error) {
	res, err := plan.client().Fetch(ctx, fetch.Request{URL: src.URL, Headers: src.Headers})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", src.URL, err)
	}
	if res.Status != 200 {
		return nil, fmt.Errorf("%s: the server answered %d", src.URL, res.Status)
	}
	found := &tested{URL: res.FinalURL, Bytes: res.Wire, TookMS: res.Took.Milliseconds()}
	now := time.Now()
	doc, err := parse.Parse(parse.Input{Body: res.Body, ContentType: res.ContentType, URL: res.FinalURL, Source: src, Now: now})
	if err != nil {
		for _, l := range parse.Discover(res.Body, res.ContentType, res.FinalURL) {
			found.Feeds = append(found.Feeds, l.URL)
		}
		if len(found.Feeds) > 0 {
			return found, nil
		}
		return nil, fmt.Errorf("%s: %w", src.URL, err)
	}
	found.feed = doc
	found.Format, found.Title, found.Home, found.Items, found.Notes = doc.Format+" "+doc.Version, doc.Title, doc.Home, len(doc.Drafts), doc.Notes
	found.Format = strings.TrimSpace(found.Format)
	for i := range min(len(doc.Drafts), 5) {
		d := &doc.Drafts[i]
		found.Newest = append(found.Newest, fmt.Sprintf("%s  %s", moment(d.Published, plan.Site.Timezone), clip(d.Title, 80)))
	}
	return found, nil
}

func (a *app) sourceAddCmd() *cobra.Command {
	var (
		name  string
		dry   bool
		blind bool
	)
	cmd := &cobra.Command{
		Use:   "add URL",
		Short: "Add a source to sources.yaml; given a web page, finds its feed",
		Long: "Add a source to sources.yaml beside the configuration. The address is fetched once to see that it is a feed; a web page is searched\n" +
			"for the feeds that it names, and taken when it names one. A running daemon is told.",
		Example: "  deskwire source add https://example.org/ --name example",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			plan, err := a.loadPlan()
			if err != nil {
				return err
			}
			src := deskwire.Source{Name: name, URL: args[0]}
			if !blind {
				if src, err = a.locate(cmd.Context(), plan, src); err != nil {
					return err
				}
			}
			if src.Name == "" {
				src.Name = config.NameFor(src, plan.Sources)
			}
			if dry {
				a.talk("would add %s: %s", src.Name, src.URL)
				return nil
			}
			if err := config.AddSource(plan.Config, src); err != nil {
				return err
			}
			fmt.Fprintf(a.out(), "added %s: %s\n", src.Name, plain(src.URL))
			return a.tellDaemon(cmd.Context())
		},
	}
	cmd.Flags().StringVar(&name, "name", "", "the source's name in rules and commands (default: made from its title)")
	cmd.Flags().BoolVar(&blind, "no-fetch", false, "do not look at the address first")
	cmd.Flags().BoolVarP(&dry, "dry-run", "n", false, "say what would be added, change nothing")
	return cmd
}

// locate makes sure that src is a feed, or finds the one feed of the page it is.
func (a *app) locate(ctx context.Context, plan *Plan, src deskwire.Source) (deskwire.Source, error) {
	found, err := probe(ctx, plan, src)
	if err != nil {
		return src, hint(err, "if the address is right and only out of reach now, add it with --no-fetch")
	}
	switch {
	case found.feed != nil:
	case len(found.Feeds) == 1:
		src.URL = found.Feeds[0]
		if found, err = probe(ctx, plan, src); err != nil {
			return src, err
		}
		if found.feed == nil {
			return src, fmt.Errorf("%s: the page names it as its feed, but it is none", src.URL)
		}
	default:
		for _, u := range found.Feeds {
			fmt.Fprintln(a.out(), plain(u))
		}
		return src, hint(fmt.Errorf("%s names %s", src.URL, plural(len(found.Feeds), "feed")), "add one of the addresses above")
	}
	src.Title = found.Title
	return src, nil
}

func (a *app) sourceRemoveCmd() *cobra.Command {
	var dry bool
	cmd := &cobra.Command{
		Use:     "remove NAME",
		Short:   "Remove a source from sources.yaml; its articles stay as long as retention keeps them",
		Example: "  deskwire source remove example",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			plan, err := a.loadPlan()
			if err != nil {
				return err
			}
			if dry {
				if _, ok := plan.ByName[args[0]]; !ok {
					return fmt.Errorf("source %q: %w", args[0], deskwire.ErrNotFound)
				}
				a.talk("would remove %s", args[0])
				return nil
			}
			if err := config.RemoveSource(plan.Config, args[0]); err != nil {
				return err
			}
			fmt.Fprintf(a.out(), "removed %s\n", plain(args[0]))
			return a.tellDaemon(cmd.Context())
		},
		ValidArgsFunction: a.completeSources,
	}
	cmd.Flags().BoolVarP(&dry, "dry-run", "n", false, "say what would be removed, change nothing")
	return cmd
}

// completeSources offers the configuration's sources to the shell.
func (a *app) completeSources(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	plan, err := a.loadPlan()
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var names []string
	for _, s := range plan.Sources {
		names = append(names, s.Name)
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}
