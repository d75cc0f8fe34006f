package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"deskwire"
	"deskwire/publisher/rule"

	"github.com/spf13/cobra"
)

// told is a story with all that is known of how it came together.
type told struct {
	Story     deskwire.ID         `json:"story"`
	Placed    time.Time           `json:"placed"`
	Held      string              `json:"held,omitempty"` // why it is on no surface: killed, or under embargo
	Lead      deskwire.ID         `json:"lead"`
	LeadWhy   string              `json:"lead_why"`
	Articles  []telling           `json:"articles"`          // in the order of first sight
	Related   []member            `json:"related,omitempty"` // the leads of stories about the same event, newest first
	Decisions []deskwire.Decision `json:"decisions,omitempty"`
}

// A telling is one article of a story.
type telling struct {
	member
	FirstSeen time.Time           `json:"first_seen"`
	Published time.Time           `json:"published"`
	Agencies  []string            `json:"agencies,omitempty"`
	Like      []deskwire.Likeness `json:"like,omitempty"` // what the matcher found of it
	Versions  []formerly          `json:"versions,omitempty"`
}

// A formerly is what an article was before, and what became of it.
type formerly struct {
	Seen    time.Time         `json:"seen"`
	Changed []string          `json:"changed"`
	Diff    map[string]string `json:"diff,omitempty"` // by field: word by word
}

// maxRelatedListed is how many related stories the command lists.
const maxRelatedListed = 20

func (a *app) storyCmd() *cobra.Command {
	var diff bool
	cmd := &cobra.Command{
		Use:     "story ARTICLE",
		Short:   "Show a story: its versions and copies, why they are one, and what else covers the event",
		Example: "  deskwire story 0d5x9k2m --diff",
		Args:    cobra.ExactArgs(1),
		RunE: a.inRoom(func(ctx context.Context, n *Newsroom, args []string) error {
			s, err := n.tell(ctx, args[0])
			if err != nil {
				return err
			}
			if a.flag.json {
				return writeJSON(a.out(), s)
			}
			return s.write(a.out(), n.Plan().Site.Timezone, diff)
		}),
	}
	cmd.Flags().BoolVar(&diff, "diff", false, "what each revision changed, word by word")
	return a.jsonFlag(cmd)
}

// tell gathers what is known of the story that ref leads to.
func (n *Newsroom) tell(ctx context.Context, ref string) (*told, error) {
	_, story, err := n.story(ctx, ref)
	if err != nil {
		return nil, err
	}
	lead, why := story.Lead(n.election(""))
	t := &told{Story: story.ID, Placed: story.Placed, Lead: story.Articles[lead].ID, LeadWhy: string(why), Decisions: story.Decisions}
	standing := story.Standing(n.now())
	t.Held = held(&standing, n.Plan().Site.Timezone)
	ids := make([]deskwire.ID, len(story.Articles))
	for i := range story.Articles {
		ids[i] = story.Articles[i].ID
	}
	found, err := n.Store.Likenesses(ctx, ids...)
	if err != nil {
		return nil, err
	}
	for i := range story.Articles {
		art := &story.Articles[i]
		one := telling{member: memberOf(art), FirstSeen: art.FirstSeen, Published: art.Published, Agencies: art.Agencies, Like: found[i]}
		if i == lead {
			one.Lead = string(why)
		}
		if one.Versions, err = n.versions(ctx, art); err != nil {
			return nil, err
		}
		t.Articles = append(t.Articles, one)
	}
	related, err := n.Store.Related(ctx, maxRelatedListed, story)
	if err != nil {
		return nil, err
	}
	others, err := n.Store.Stories(ctx, related[0]...)
	if err != nil {
		return nil, err
	}
	for _, o := range others {
		if o != nil {
			lead, _ := o.Lead(n.election(""))
			t.Related = append(t.Related, memberOf(&o.Articles[lead]))
		}
	}
	return t, nil
}

func memberOf(art *deskwire.Article) member {
	return member{ID: art.ID, Source: art.Source, Title: art.Title, Link: art.Link}
}

// versions are an article's earlier states, each with what the next one made of it.
func (n *Newsroom) versions(ctx context.Context, art *deskwire.Article) ([]formerly, error) {
	if art.Revision == 0 {
		return nil, nil
	}
	revisions, err := n.Store.Revisions(ctx, art.ID)
	if err != nil {
		return nil, err
	}
	bodies, err := n.Store.Bodies(ctx, art.ID)
	if err != nil {
		return nil, err
	}
	next := deskwire.Revision{Title: art.Title, Summary: art.Summary, Link: art.Link, Body: bodies[0]}
	versions := make([]formerly, len(revisions))
	for i := len(revisions) - 1; i >= 0; i-- {
		r := revisions[i]
		v := formerly{Seen: r.Seen, Changed: r.Changed, Diff: map[string]string{}}
		for _, f := range []struct{ name, old, now string }{
			{"title", r.Title, next.Title}, {"summary", r.Summary, next.Summary}, {"link", r.Link, next.Link}, {"body", rule.Plain(r.Body), rule.Plain(next.Body)},
		} {
			if f.old != f.now {
				v.Diff[f.name] = wordDiff(f.old, f.now)
			}
		}
		versions[i], next = v, r
	}
	return versions, nil
}

// write tells the story to a person.
func (t *told) write(w io.Writer, zone *time.Location, diff bool) error {
	var b strings.Builder
	fmt.Fprintf(&b, "story %s, placed %s\n", t.Story, moment(t.Placed, zone))
	if t.Held != "" {
		fmt.Fprintf(&b, "%s\n", t.Held)
	}
	for _, one := range t.Articles {
		fmt.Fprintf(&b, "\n%s  %s: %s\n", one.ID, one.Source, plain(one.Title))
		fmt.Fprintf(&b, "  first seen %s, published %s\n", moment(one.FirstSeen, zone), moment(one.Published, zone))
		if one.Lead != "" {
			fmt.Fprintf(&b, "  leads: %s\n", one.Lead)
		}
		if len(one.Agencies) > 0 {
			fmt.Fprintf(&b, "  names %s\n", plain(strings.Join(one.Agencies, ", ")))
		}
		for i := range one.Like {
			fmt.Fprintf(&b, "  %s\n", plain(one.Like[i].String()))
		}
		for _, v := range one.Versions {
			fmt.Fprintf(&b, "  as read %s; then changed: %s\n", moment(v.Seen, zone), strings.Join(v.Changed, ", "))
			if diff {
				for field, d := range sorted(v.Diff) {
					fmt.Fprintf(&b, "    %s: %s\n", field, plain(d))
				}
			}
		}
	}
	for _, d := range t.Decisions {
		fmt.Fprintf(&b, "\n%s %s by %s, %s%s %s", d.ID, d.Verb, plain(d.By), moment(d.At, zone), plain(detail(d)), plain(bracket(d.Why)))
	}
	if len(t.Decisions) > 0 {
		b.WriteByte('\n')
	}
	if len(t.Related) > 0 {
		b.WriteString("\nthe same event:\n")
	}
	for _, m := range t.Related {
		fmt.Fprintf(&b, "  %s  %s: %s\n", m.ID, m.Source, plain(m.Title))
	}
	_, err := io.WriteString(w, b.String())
	return err
}
