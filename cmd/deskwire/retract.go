package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"deskwire"

	"github.com/spf13/cobra"
)

func (a *app) killCmd() *cobra.Command {
	cmd := a.decideCmd(deskwire.Kill, "ARTICLE", "Take a story out of everything, for good; what published it says so",
		"  deskwire kill 0d5x9k2m --why 'the ministry never said it'", cobra.ExactArgs(1), false, nothingMore)
	cmd.Long = "Take a story out of everything: the article, its copies, and whatever copy arrives later. Channels that had published it say for 30 days\n" +
		"that it was withdrawn, under the id that readers know, and nothing of what it was. --why is for the log and is never published.\n" +
		"`undo` brings it back."
	return cmd
}

func (a *app) correctCmd() *cobra.Command {
	var text, title, summary string
	cmd := a.decideCmd(deskwire.Correct, "ARTICLE", "Tell readers what was wrong in an article, and put it right",
		"  deskwire correct 0d5x9k2m --text 'The bridge is 40 m long, not 400.' --summary 'The bridge, 40 m long, is open again.'", cobra.ExactArgs(1), false,
		func(_ context.Context, _ *Newsroom, d *deskwire.Decision, _ []string) error {
			if d.Value = strings.Join(strings.Fields(text), " "); d.Value == "" {
				return hint(misusef("nothing to tell"), "say what changed: --text TEXT")
			}
			for _, e := range []deskwire.Edited{{Field: "title", Value: strings.TrimSpace(title)}, {Field: "summary", Value: strings.TrimSpace(summary)}} {
				if e.Value != "" {
					d.Edits = append(d.Edits, e)
				}
			}
			return nil
		})
	cmd.Long = "Tell readers what was wrong in an article. The text stands at the head of its item in every feed and on pages, and in the channel's corrections\n" +
		"feed; the item keeps its id and counts as updated. --title and --summary put right what the source has not. --why is for the log alone."
	cmd.Flags().StringVar(&text, "text", "", "what changed: the `TEXT` that readers see")
	cmd.Flags().StringVar(&title, "title", "", "the right `TEXT` of the title")
	cmd.Flags().StringVar(&summary, "summary", "", "the right `TEXT` of the summary")
	return cmd
}

func (a *app) embargoCmd() *cobra.Command {
	var until string
	cmd := a.decideCmd(deskwire.Embargo, "ARTICLE", "Keep a story off every surface before an hour",
		"  deskwire embargo 0d5x9k2m --until '2026-11-23 18:00'\n  deskwire embargo 0d5x9k2m --until now", cobra.ExactArgs(1), false,
		func(ctx context.Context, n *Newsroom, d *deskwire.Decision, _ []string) error {
			if until == "" {
				return hint(misusef("until when?"), "say --until TIME")
			}
			now := n.now()
			t, err := parseMoment(until, now, n.Plan().Site.Timezone)
			if err != nil {
				return err
			}
			if d.Until = t; t.After(now) {
				return nil
			}
			_, story, err := n.story(ctx, string(d.Article))
			if err != nil {
				return err
			}
			if standing := story.Standing(now); standing.Embargo == "" {
				return misusef("%s has passed, and no embargo stands that could lift", moment(t, n.Plan().Site.Timezone))
			}
			return nil
		})
	cmd.Long = "Keep a story off every surface before an hour: feeds, pages, lists of related stories. Then it comes first, as if it had arrived at that hour.\n" +
		"A later embargo takes the place of an earlier one; `--until now` lifts it. What was published already is hidden until then, and returns to its place."
	cmd.Flags().StringVar(&until, "until", "", "the `TIME` when it lifts, such as \"2026-11-23 18:00\", a span such as 6h, or now")
	return cmd
}

// consequence tells an editor what a kill or an embargo comes to where the story was published, and where hiding does not reach.
func (a *app) consequence(ctx context.Context, n *Newsroom, d deskwire.Decision) error {
	switch d.Verb {
	case deskwire.Kill, deskwire.Embargo:
	case deskwire.Hide:
		return a.hidden(ctx, n, d)
	default:
		return nil
	}
	stories, err := n.Store.Stories(ctx, d.Article)
	if err != nil || stories[0] == nil {
		return err
	}
	shown, err := n.Store.Shown(ctx, stories[0])
	if err != nil {
		return err
	}
	var channels []string
	for _, s := range deskwire.ShownBefore(shown, d.At) {
		channels = append(channels, s.Channel)
	}
	slices.Sort(channels)
	in := strings.Join(slices.Compact(channels), ", ")
	zone := n.Plan().Site.Timezone
	switch {
	case d.Verb == deskwire.Embargo && in != "" && d.Until.After(d.At):
		a.talk("%s published it already: it is hidden until %s and returns to its place then", in, moment(d.Until, zone))
	case d.Verb == deskwire.Kill && in != "":
		a.talk("%s published it: the feeds say until %s that it was withdrawn", in, moment(d.At.Add(deskwire.RetractionAge), zone))
	case d.Verb == deskwire.Kill:
		a.talk("nobody had published it: it leaves no notice")
	}
	return nil
}

// hidden tells an editor who hides a story which archives keep it all the same.
func (a *app) hidden(ctx context.Context, n *Newsroom, d deskwire.Decision) error {
	stories, err := n.Store.Stories(ctx, d.Article)
	if err != nil || stories[0] == nil {
		return err
	}
	var kept []string
	for _, ch := range n.Plan().Channels {
		if d.Channel != "" && d.Channel != ch.Key() {
			continue
		}
		page, err := n.Store.ArchivedIn(ctx, ch.Key(), stories[0].ID)
		if err != nil {
			return err
		}
		if page > 0 {
			kept = append(kept, fmt.Sprintf("%s (page %d)", ch.Key(), page))
		}
	}
	if len(kept) > 0 {
		a.talk("archives keep what they hold: %s; `deskwire kill` takes it out of those, too", strings.Join(kept, ", "))
	}
	return nil
}

// held says why a story is on no surface; "" where it is not held back by a kill or an embargo.
func held(v *deskwire.Standing, zone *time.Location) string {
	switch {
	case v.Killed != "":
		return fmt.Sprintf("killed %s by decision %s", moment(v.KilledAt, zone), v.Killed)
	case v.Embargo != "":
		return fmt.Sprintf("under embargo until %s by decision %s", moment(v.Lifts, zone), v.Embargo)
	}
	return ""
}
