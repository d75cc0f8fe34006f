package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"deskwire"
	"deskwire/storage"

	"github.com/spf13/cobra"
)

// listed is one line of `deskwire list`.
type listed struct {
	ID        deskwire.ID `json:"id"`
	Story     deskwire.ID `json:"story"`
	Source    string      `json:"source"`
	Title     string      `json:"title"`
	Link      string      `json:"link,omitempty"`
	Placed    time.Time   `json:"placed"`
	Published time.Time   `json:"published"`
	Revision  int         `json:"revision,omitempty"`
	Pinned    bool        `json:"pinned,omitempty"`
	Hidden    bool        `json:"hidden,omitempty"`
	Killed    bool        `json:"killed,omitempty"`
	Embargo   time.Time   `json:"embargo,omitzero"` // the hour before which it is on no surface
	Edited    bool        `json:"edited,omitempty"`
	Corrected int         `json:"corrected,omitempty"` // how often
	Notes     int         `json:"notes,omitempty"`
	Overtaken []string    `json:"overtaken,omitempty"` // edited fields that the source has changed since
	Carriers  int         `json:"carriers,omitempty"`  // other articles of its story
	By        string      `json:"by,omitempty"`        // what filed it
}

// marks are the letters that people see for the flags.
func (l listed) marks() string {
	var b strings.Builder
	for _, m := range []struct {
		is   bool
		mark string
	}{{l.Pinned, "P"}, {l.Killed, "K"}, {!l.Embargo.IsZero(), "W"}, {l.Hidden, "H"}, {l.Corrected > 0, "C"}, {l.Edited, "E"}, {len(l.Overtaken) > 0, "!"}, {l.Notes > 0, "N"}, {l.Revision > 0, "r"}, {l.Carriers > 0, "+"}} {
		if m.is {
			b.WriteString(m.mark)
		}
	}
	return b.String()
}

func (a *app) listCmd() *cobra.Command {
	var (
		limit  int
		source string
	)
	cmd := &cobra.Command{
		Use:   "list [CHANNEL]",
		Short: "List the newest articles, of all or of one channel",
		Long: "List the newest articles. With a channel: what its rules and editors filed there, newest place first, hidden ones too.\n\n" +
			"Marks: P pinned, K killed, W waits for its embargo to lift, H hidden, C corrected, E edited, ! the source has changed a field since an editor replaced it, N has notes, r revised by its source.",
		Example: "  deskwire list desk/world --limit 20\n  deskwire list --source kyiv-independent --json",
		Args:    cobra.MaximumNArgs(1),
		RunE: a.inRoom(func(ctx context.Context, n *Newsroom, args []string) error {
			if limit < 1 || limit > maxListed {
				return misusef("--limit is from 1 to %d", maxListed)
			}
			if source != "" {
				if _, ok := n.Plan().ByName[source]; !ok {
					return misusef("source %q: %w", source, deskwire.ErrNotFound)
				}
			}
			var (
				rows []listed
				err  error
			)
			if len(args) == 1 {
				var c deskwire.Channel
				if c, err = n.Plan().Channel(args[0]); err != nil {
					return err
				}
				rows, err = n.listChannel(ctx, c.Key(), source, limit)
			} else {
				rows, err = n.listNewest(ctx, source, limit)
			}
			if err != nil {
				return err
			}
			return a.showList(n, rows)
		}),
		ValidArgsFunction: a.completeChannels,
	}
	cmd.Flags().IntVar(&limit, "limit", 50, "how many at most")
	cmd.Flags().StringVar(&source, "source", "", "only of this source")
	return a.jsonFlag(cmd)
}

// maxListed bounds one listing: what a person or a script can use at a time. Whoever wants all takes the feeds' archives.
const maxListed = 10_000

func (a *app) showList(n *Newsroom, rows []listed) error {
	if a.flag.json {
		for _, r := range rows {
			if err := writeJSONLine(a.out(), r); err != nil {
				return err
			}
		}
		return nil
	}
	if len(rows) == 0 {
		a.talk("nothing here yet")
		return nil
	}
	titles := 80
	if a.env.Width > 0 {
		titles = max(a.env.Width-60, 20)
	}
	t := newTable(a.out(), "ID", "PLACED", "SOURCE", "MARKS", "TITLE")
	for _, r := range rows {
		t.row(string(r.ID), moment(r.Placed, n.Plan().Site.Timezone), r.Source, r.marks(), clip(r.Title, titles))
	}
	return t.flush()
}

// listNewest lists articles by first sight.
func (n *Newsroom) listNewest(ctx context.Context, source string, limit int) ([]listed, error) {
	var ids []deskwire.ID
	for head, err := range n.Store.Newest(ctx, "") {
		if err != nil {
			return nil, err
		}
		if source != "" && head.Source != source {
			continue
		}
		if ids = append(ids, head.ID); len(ids) == limit {
			break
		}
	}
	return n.listed(ctx, ids, "")
}

// listChannel lists what is filed in a channel.
func (n *Newsroom) listChannel(ctx context.Context, channel, source string, limit int) ([]listed, error) {
	var (
		rows  []listed
		after storage.Place
	)
	for len(rows) < limit {
		places, err := n.Store.Filed(ctx, channel, after, limit)
		if err != nil || len(places) == 0 {
			return rows, err
		}
		after = places[len(places)-1]
		ids := make([]deskwire.ID, len(places))
		by := map[deskwire.ID]string{}
		for i, p := range places {
			ids[i], by[p.Story] = p.Story, p.By
		}
		more, err := n.listed(ctx, ids, channel)
		if err != nil {
			return nil, err
		}
		for _, r := range more {
			if source == "" || r.Source == source {
				r.By = by[r.Story]
				rows = append(rows, r)
			}
		}
	}
	return rows[:limit], nil
}

// listed makes a line of each story's article that leads it.
func (n *Newsroom) listed(ctx context.Context, ids []deskwire.ID, channel string) ([]listed, error) {
	stories, err := n.Store.Stories(ctx, ids...)
	if err != nil {
		return nil, err
	}
	rows := make([]listed, 0, len(stories))
	now, election := n.now(), n.election(channel)
	for i, s := range stories {
		if s == nil { // swept since
			continue
		}
		lead := 0
		if channel == "" {
			// A list of articles shows the article that was asked for, not the one that leads its story.
			for j := range s.Articles {
				if s.Articles[j].ID == ids[i] {
					lead = j
				}
			}
		} else {
			lead, _ = s.Lead(election)
		}
		art := &s.Articles[lead]
		standing := s.Standing(now)
		shown := standing.Apply(*art)
		_, everywhere := standing.Hidden[""]
		_, here := standing.Hidden[channel]
		row := listed{
			ID: art.ID, Story: s.ID, Source: art.Source, Title: shown.Title, Link: art.Link,
			Placed: s.Placed, Published: art.Published, Revision: art.Revision,
			Pinned: standing.PinnedIn(channel), Hidden: everywhere || here,
			Killed: standing.Killed != "", Corrected: len(standing.Corrections[art.ID]),
			Edited: len(standing.Edits[art.ID]) > 0, Notes: len(standing.Notes), Overtaken: standing.Overtaken(art), Carriers: len(s.Articles) - 1,
		}
		if standing.Embargo != "" {
			row.Embargo = standing.Lifts
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// election is what decides who leads a story in a channel, "" for none in particular.
func (n *Newsroom) election(channel string) deskwire.Election {
	plan := n.Plan()
	e := deskwire.Election{Sources: plan.ByName}
	for i := range plan.Channels {
		if plan.Channels[i].Key() == channel {
			e.Prefer, e.Takes = plan.Channels[i].Prefer, plan.Channels[i].Takes
		}
	}
	return e
}

func (a *app) logCmd() *cobra.Command {
	var limit int
	cmd := &cobra.Command{
		Use:     "log [ARTICLE]",
		Short:   "Show who decided what, when and why, newest first",
		Example: "  deskwire log --limit 20\n  deskwire log 0d5x9k2m --json",
		Args:    cobra.MaximumNArgs(1),
		RunE: a.inRoom(func(ctx context.Context, n *Newsroom, args []string) error {
			if limit < 1 || limit > maxListed {
				return misusef("--limit is from 1 to %d", maxListed)
			}
			var only deskwire.ID
			if len(args) == 1 {
				var err error
				if only, err = n.find(ctx, args[0]); err != nil {
					return err
				}
			}
			return a.showLog(ctx, n, only, limit)
		}),
	}
	cmd.Flags().IntVar(&limit, "limit", 50, "how many at most")
	return a.jsonFlag(cmd)
}

func (a *app) showLog(ctx context.Context, n *Newsroom, only deskwire.ID, limit int) error {
	var t *table
	shown := 0
	for d, err := range n.Store.Log(ctx) {
		if err != nil {
			return err
		}
		if only != "" && d.Article != only && !slices.Contains(d.Covers, only) {
			continue
		}
		if a.flag.json {
			if err := writeJSONLine(a.out(), d); err != nil {
				return err
			}
		} else {
			if t == nil {
				t = newTable(a.out(), "DECISION", "WHEN", "WHO", "VERB", "WHAT", "WHY")
			}
			t.row(string(d.ID), moment(d.At, n.Plan().Site.Timezone), d.By, string(d.Verb), subject(d)+detail(d), d.Why)
		}
		if shown++; shown == limit {
			break
		}
	}
	if t == nil {
		if shown == 0 && !a.flag.json {
			a.talk("no decisions yet")
		}
		return nil
	}
	return t.flush()
}

// detail is what a decision says besides its subject.
func detail(d deskwire.Decision) string {
	switch {
	case d.With != "" && d.Verb == deskwire.Split:
		return " from " + string(d.With)
	case d.With != "":
		return " with " + string(d.With)
	case d.Field != "":
		return fmt.Sprintf(" %s: %q", d.Field, clip(d.Value, 60))
	case d.Value != "":
		s := fmt.Sprintf(" %q", clip(d.Value, 60))
		for _, e := range d.Edits {
			s += fmt.Sprintf(", %s: %q", e.Field, clip(e.Value, 60))
		}
		return s
	case !d.Until.IsZero():
		return " until " + moment(d.Until, nil) + " UTC"
	}
	return ""
}
