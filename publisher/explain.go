package publisher

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"deskwire"
	"deskwire/publisher/rule"
	"deskwire/storage"
)

// An Explanation says why an article is where it is, and why it is not where it is not.
type Explanation struct {
	Article  deskwire.ID   `json:"article"`
	Story    deskwire.ID   `json:"story"`
	Source   string        `json:"source"`
	Title    string        `json:"title"`
	Placed   time.Time     `json:"placed"`
	Lead     deskwire.ID   `json:"lead"` // the article that the story is shown by
	LeadWhy  string        `json:"lead_why"`
	Channels []ChannelCase `json:"channels"`
}

// A ChannelCase is the explanation for one channel.
type ChannelCase struct {
	rule.Trace
	Filed    string   `json:"filed,omitempty"`    // what filed it, as stored
	Decision string   `json:"decision,omitempty"` // what an editor made of it
	Shown    bool     `json:"shown"`              // in the edition now
	Verdict  string   `json:"verdict"`            // why it is shown or not, in a few words
	Cuts     []string `json:"cuts,omitempty"`     // what policy or rights took away
}

// Explain works out why the article's story is or is not in the named channels, in all when none is named.
func (f *Filer) Explain(ctx context.Context, id deskwire.ID, now time.Time, sources map[string]deskwire.Source, keys ...string) (*Explanation, error) {
	stories, err := f.Store.Stories(ctx, id)
	if err != nil {
		return nil, err
	}
	if stories[0] == nil {
		return nil, fmt.Errorf("article %s: %w", id, deskwire.ErrNotFound)
	}
	story := stories[0]
	article := story.Article(id)
	if article == nil {
		article = &story.Articles[0]
	}
	lead, why := story.Lead()
	x := &Explanation{
		Article: article.ID, Story: story.ID, Source: article.Source, Title: article.Title, Placed: story.Placed,
		Lead: story.Articles[lead].ID, LeadWhy: string(why),
	}
	filed, err := f.Store.FiledIn(ctx, story.ID)
	if err != nil {
		return nil, err
	}
	states, err := f.Store.Channels(ctx)
	if err != nil {
		return nil, err
	}
	body, err := f.bodies(ctx, f.Rules, stories)
	if err != nil {
		return nil, err
	}
	for _, t := range f.Rules.Trace(story, body, slices.Collect(maps.Keys(assigned(story))), keys...) {
		i := slices.IndexFunc(f.Channels, func(c deskwire.Channel) bool { return c.Key() == t.Channel })
		c := ChannelCase{Trace: t, Filed: filed[t.Channel]}
		if err := f.judge(ctx, &c, f.Channels[i], story, now, sources, states[t.Channel]); err != nil {
			return nil, err
		}
		x.Channels = append(x.Channels, c)
	}
	return x, nil
}

// judge says whether the channel shows the story now, and why not.
func (f *Filer) judge(ctx context.Context, c *ChannelCase, ch deskwire.Channel, story *deskwire.Story, now time.Time, sources map[string]deskwire.Source, st storage.ChannelState) error {
	standing := story.Standing(now)
	switch by, assigned := standing.Assigned[c.Channel]; {
	case standing.HiddenIn(c.Channel) != "":
		c.Decision = "hidden by decision " + string(standing.HiddenIn(c.Channel))
	case assigned:
		c.Decision = "assigned by decision " + string(by)
	case standing.PinnedIn(c.Channel):
		c.Decision = "pinned"
	}
	candidates, err := Gather(ctx, f.Store, ch, now, sources)
	if err != nil {
		return err
	}
	ed, _ := Compose(ch, now, candidates, sources, st.Created)
	for i := range ed.Items {
		if ed.Items[i].ID == story.ID {
			c.Shown, c.Cuts, c.Verdict = true, ed.Items[i].Cuts, "shown"
			return nil
		}
	}
	alone := ch
	alone.Policy.Limit, alone.Policy.PerSource = 0, 0
	ageless := alone
	ageless.Policy.MaxAge = 0
	one := []deskwire.Story{*story}
	shows := func(ch deskwire.Channel) bool {
		ed, _ := Compose(ch, now, one, sources, st.Created)
		return len(ed.Items) > 0
	}
	switch {
	case c.Filed == "" && c.Taken:
		c.Verdict = "its rules take it; it is being filed"
	case c.Filed == "":
		c.Verdict = "no rule takes it, or one drops it"
	case standing.HiddenIn(c.Channel) != "":
		c.Verdict = "an editor hid it"
	case !shows(ageless):
		c.Verdict = "its source's rights have run out"
	case !shows(alone):
		c.Verdict = fmt.Sprintf("it is older than the channel's max_age of %v", ch.Policy.MaxAge)
	case ch.Policy.PerSource > 0 && perSource(ed.Items, story) >= ch.Policy.PerSource:
		c.Verdict = fmt.Sprintf("the channel shows at most %d of one source", ch.Policy.PerSource)
	default:
		c.Verdict = fmt.Sprintf("%d newer items fill the channel's limit", len(ed.Items))
	}
	return nil
}

func perSource(items []deskwire.Item, story *deskwire.Story) int {
	lead, _ := story.Lead()
	n := 0
	for i := range items {
		if items[i].Source.Name == story.Articles[lead].Source {
			n++
		}
	}
	return n
}

// Write tells the explanation to a person.
func (x *Explanation) Write(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s\n  from %s, placed %s", x.Article, x.Title, x.Source, x.Placed.UTC().Format("2006-01-02 15:04 UTC"))
	if x.Story != x.Article {
		fmt.Fprintf(&b, ", in story %s", x.Story)
	}
	fmt.Fprintf(&b, "; shown by %s (%s)\n", x.Lead, x.LeadWhy)
	for _, c := range x.Channels {
		fmt.Fprintf(&b, "\n%s: %s\n", c.Channel, c.Verdict)
		if c.Filed != "" {
			fmt.Fprintf(&b, "  filed by %s\n", c.Filed)
		}
		if c.Decision != "" {
			fmt.Fprintf(&b, "  %s\n", c.Decision)
		}
		for _, e := range c.Entries {
			verdict := "no"
			if e.Matched {
				verdict = "yes"
			}
			fmt.Fprintf(&b, "  %-4s %s: %s\n", verdict, e.Entry, e.Because())
		}
		for _, cut := range c.Cuts {
			fmt.Fprintf(&b, "  cut: %s\n", cut)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
