package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"deskwire"
	"deskwire/aggregator/match"
	"deskwire/cmd/deskwire/internal/config"

	"github.com/spf13/cobra"
)

// decision holds the flags that all deciding commands share.
type decision struct {
	as, why string
	channel string
	dry     bool
}

// decideCmd makes a command that records one decision about one article. fill completes the decision from the arguments
// after the article.
func (a *app) decideCmd(verb deskwire.Verb, use, short, example string, args cobra.PositionalArgs, byChannel bool, fill func(ctx context.Context, n *Newsroom, d *deskwire.Decision, rest []string) error) *cobra.Command {
	var flag decision
	cmd := &cobra.Command{
		Use:     string(verb) + " " + use,
		Short:   short,
		Example: example,
		Args:    args,
		RunE: a.inRoom(func(ctx context.Context, n *Newsroom, args []string) error {
			d := deskwire.Decision{Verb: verb, Why: flag.why, At: n.now().UTC(), By: flag.as}
			if d.By == "" {
				d.By = a.env.User
			}
			if d.By == "" {
				return hint(misusef("nobody is deciding"), "say who with --as NAME, or set DESKWIRE_USER")
			}
			if flag.channel != "" {
				c, err := n.Plan().Channel(flag.channel)
				if err != nil {
					return err
				}
				d.Channel = c.Key()
			}
			rest := args
			if verb != deskwire.Undo {
				id, err := n.find(ctx, args[0])
				if err != nil {
					return err
				}
				d.Article, rest = id, args[1:]
			}
			if err := fill(ctx, n, &d, rest); err != nil {
				return err
			}
			return a.decide(ctx, n, d, flag.dry)
		}),
	}
	f := cmd.Flags()
	f.StringVar(&flag.as, "as", "", "`NAME` of who decides (default: DESKWIRE_USER, else the login name)")
	f.StringVar(&flag.why, "why", "", "the reason, for the log")
	f.BoolVarP(&flag.dry, "dry-run", "n", false, "say what would be decided, decide nothing")
	if byChannel {
		f.StringVar(&flag.channel, "in", "", "only in this `CHANNEL` (default: in all)")
		cmd.RegisterFlagCompletionFunc("in", a.completeChannels)
	}
	return a.jsonFlag(cmd)
}

// decide records d and says what it did.
func (a *app) decide(ctx context.Context, n *Newsroom, d deskwire.Decision, dry bool) error {
	if !dry {
		var err error
		if d, err = n.Store.Decide(ctx, d); err != nil {
			return err
		}
		if err := n.settle(ctx); err != nil {
			return err
		}
	}
	if err := a.consequence(ctx, n, d); err != nil {
		return err
	}
	if a.flag.json {
		return writeJSON(a.out(), d)
	}
	title := ""
	if heads, err := n.Store.Articles(ctx, d.Article); err == nil && len(heads) == 1 && heads[0] != nil {
		title = " " + clip(heads[0].Title, 60)
	}
	if dry {
		_, err := fmt.Fprintf(a.out(), "would %s %s%s\n", d.Verb, subject(d), plain(title))
		return err
	}
	_, err := fmt.Fprintf(a.out(), "%s %s%s (decision %s; `deskwire undo %s` takes it back)\n", d.Verb, subject(d), plain(title), d.ID, d.ID)
	return err
}

// subject is what a decision is about, in a few words.
func subject(d deskwire.Decision) string {
	s := string(d.Article)
	if d.Verb == deskwire.Undo {
		s = string(d.Undoes)
	}
	switch {
	case d.With == "":
	case d.Verb == deskwire.Split:
		s += " from " + string(d.With)
	default:
		s += " with " + string(d.With)
	}
	if d.Channel != "" {
		s += " in " + d.Channel
	}
	return s
}

// find resolves what an editor typed for an article: an ID or its beginning, a tag: URI, a link or a GUID.
func (n *Newsroom) find(ctx context.Context, ref string) (deskwire.ID, error) {
	id, err := n.Store.Find(ctx, ref)
	if errors.Is(err, deskwire.ErrNotFound) {
		// An address as people copy it: with tracking parameters, another scheme, a fragment.
		if canonical := match.Canonical(ref); canonical != "" {
			id, err = n.Store.FindKeys(ctx, []deskwire.Key{{Kind: deskwire.KeyURL, Value: canonical}})
		}
	}
	if errors.Is(err, deskwire.ErrNotFound) {
		return "", hint(err, "an article goes by its ID, the beginning of one, its link or its GUID; `deskwire list` shows them")
	}
	return id, err
}

func (a *app) pinCmd() *cobra.Command {
	var until string
	cmd := a.decideCmd(deskwire.Pin, "ARTICLE", "Put an article first on a channel's pages and keep it in its feeds",
		"  deskwire pin 0d5x9k2m --in desk/world --until 6h", cobra.ExactArgs(1), true,
		func(_ context.Context, n *Newsroom, d *deskwire.Decision, _ []string) error {
			if until == "" {
				return nil
			}
			t, err := parseMoment(until, n.now(), n.Plan().Site.Timezone)
			if err != nil {
				return err
			}
			d.Until = t
			return nil
		})
	cmd.Flags().StringVar(&until, "until", "", "when the pin ends: a `TIME` such as \"2026-11-23 18:00\", or a span such as 6h")
	return cmd
}

func (a *app) unpinCmd() *cobra.Command {
	return a.decideCmd(deskwire.Unpin, "ARTICLE", "End a pin", "  deskwire unpin 0d5x9k2m", cobra.ExactArgs(1), true, nothingMore)
}

func (a *app) hideCmd() *cobra.Command {
	return a.decideCmd(deskwire.Hide, "ARTICLE", "Take an article out of a channel, or of all; `undo` brings it back",
		"  deskwire hide 0d5x9k2m --in topic/nato --why 'off topic'", cobra.ExactArgs(1), true, nothingMore)
}

func (a *app) assignCmd() *cobra.Command {
	return a.decideCmd(deskwire.Assign, "ARTICLE CHANNEL", "File an article into a channel whatever its rules say",
		"  deskwire assign 0d5x9k2m desk/europe", cobra.ExactArgs(2), false,
		func(_ context.Context, n *Newsroom, d *deskwire.Decision, rest []string) error {
			c, err := n.Plan().Channel(rest[0])
			if err != nil {
				return err
			}
			d.Channel = c.Key()
			return nil
		})
}

func (a *app) noteCmd() *cobra.Command {
	return a.decideCmd(deskwire.Note, "ARTICLE TEXT", "Leave a note for colleagues; it is never published",
		"  deskwire note 0d5x9k2m 'waiting for the ministry'", cobra.ExactArgs(2), false,
		func(_ context.Context, _ *Newsroom, d *deskwire.Decision, rest []string) error {
			if d.Value = strings.TrimSpace(rest[0]); d.Value == "" {
				return misusef("the note is empty")
			}
			return nil
		})
}

func (a *app) editCmd() *cobra.Command {
	var title, summary string
	cmd := a.decideCmd(deskwire.Edit, "ARTICLE", "Replace an article's title or summary, whatever its source says later",
		"  deskwire edit 0d5x9k2m --title 'Talks resume in the capital'", cobra.ExactArgs(1), false,
		func(_ context.Context, _ *Newsroom, d *deskwire.Decision, _ []string) error {
			switch {
			case title != "" && summary != "":
				return hint(misusef("one edit replaces one field"), "run `deskwire edit` once for the title and once for the summary")
			case title != "":
				d.Field, d.Value = "title", strings.TrimSpace(title)
			default:
				d.Field, d.Value = "summary", strings.TrimSpace(summary)
			}
			if d.Value == "" {
				return hint(misusef("nothing to replace"), "say --title TEXT or --summary TEXT")
			}
			return nil
		})
	cmd.Flags().StringVar(&title, "title", "", "the new `TEXT` of the title")
	cmd.Flags().StringVar(&summary, "summary", "", "the new `TEXT` of the summary")
	return cmd
}

func (a *app) leadCmd() *cobra.Command {
	return a.decideCmd(deskwire.Lead, "ARTICLE", "Have an article's story shown by it, whatever joins the story later",
		"  deskwire lead 0d5x9k2m --why 'the fullest of them'", cobra.ExactArgs(1), false, nothingMore)
}

func (a *app) mergeCmd() *cobra.Command {
	return a.decideCmd(deskwire.Merge, "ARTICLE OTHER", "Make two articles one story: shown once, the other as its carrier",
		"  deskwire merge 0d5x9k2m 0d5xa0q7", cobra.ExactArgs(2), false,
		func(ctx context.Context, n *Newsroom, d *deskwire.Decision, rest []string) (err error) {
			d.With, err = n.find(ctx, rest[0])
			return err
		})
}

func (a *app) splitCmd() *cobra.Command {
	return a.decideCmd(deskwire.Split, "ARTICLE", "Take an article out of its story, to stand alone",
		"  deskwire split 0d5xa0q7 --why 'another fire'", cobra.ExactArgs(1), false, nothingMore)
}

func (a *app) undoCmd() *cobra.Command {
	return a.decideCmd(deskwire.Undo, "DECISION", "Take a decision back; `deskwire log` lists them", "  deskwire undo 0d5xa0q7vn2m4c8r", cobra.ExactArgs(1), false,
		func(_ context.Context, _ *Newsroom, d *deskwire.Decision, rest []string) error {
			d.Undoes = deskwire.ID(rest[0])
			if !d.Undoes.Valid() {
				return hint(misusef("%q is not the ID of a decision", rest[0]), "`deskwire log` lists them")
			}
			return nil
		})
}

func nothingMore(context.Context, *Newsroom, *deskwire.Decision, []string) error { return nil }

// parseMoment reads a time that a person wrote: RFC 3339, a date with or without an hour in the site's zone, or a span from
// now; "now" is now.
func parseMoment(s string, now time.Time, zone *time.Location) (time.Time, error) {
	if s == "now" {
		return now.UTC(), nil
	}
	if d, err := config.ParseDuration(s); err == nil {
		return now.Add(d).UTC().Truncate(time.Second), nil
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t.UTC(), nil
	}
	if zone == nil {
		zone = time.UTC
	}
	for _, layout := range []string{"2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02T15:04", "2006-01-02"} {
		if t, err := time.ParseInLocation(layout, s, zone); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, hint(misusef("%q is not a time", s), `write "2026-11-23 18:00", 2026-11-23T18:00:00Z, or a span such as 90m, 6h, 3d`)
}

// completeChannels offers the configuration's channels to the shell.
func (a *app) completeChannels(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	plan, err := a.loadPlan()
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return channelKeys(plan.Channels), cobra.ShellCompDirectiveNoFileComp
}

func channelKeys(channels []deskwire.Channel) []string {
	keys := make([]string, 0, len(channels))
	for i := range channels {
		keys = append(keys, channels[i].Key())
	}
	return slices.Sorted(slices.Values(keys))
}

// channelNames lists channels in an error's hint.
func channelNames(channels []deskwire.Channel) string {
	if len(channels) == 0 {
		return "none yet"
	}
	return strings.Join(channelKeys(channels), ", ")
}
