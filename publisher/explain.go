package publisher

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"

	"deskwire"
	"deskwire/publisher/rule"
	"deskwire/storage"
)

// An Explanation says where an article came from, why it is where it is, and why it is not where it is not.
type Explanation struct {
	Article   deskwire.ID         `json:"article"`
	Source    string              `json:"source"`
	GUID      string              `json:"guid"` // the source's own name for it
	Link      string              `json:"link,omitempty"`
	Title     string              `json:"title"` // the source's
	Published time.Time           `json:"published"`
	FirstSeen time.Time           `json:"first_seen"`
	Revision  int                 `json:"revision"` // 0 for the first
	Revised   time.Time           `json:"revised,omitzero"`
	Story     deskwire.ID         `json:"story"`
	Placed    time.Time           `json:"placed"`
	Lead      deskwire.ID         `json:"lead"` // the article that the story is shown by
	LeadWhy   string              `json:"lead_why"`
	Others    []OtherArticle      `json:"others,omitempty"` // the story's other articles
	Like      []deskwire.Likeness `json:"like,omitempty"`   // what the matcher found of the story's articles
	Decisions []DecisionStand     `json:"decisions,omitempty"`
	Overtaken []string            `json:"overtaken,omitempty"` // fields that the source changed after an editor had replaced them
	Channels  []ChannelCase       `json:"channels"`
}

// OtherArticle is another article of the same story.
type OtherArticle struct {
	Article deskwire.ID `json:"article"`
	Source  string      `json:"source"`
	Title   string      `json:"title"`
}

// DecisionStand is a decision and whether it still holds.
type DecisionStand struct {
	deskwire.Decision
	Undone bool `json:"undone,omitempty"`
}

// A ChannelCase is the explanation for one channel.
type ChannelCase struct {
	rule.Trace
	Filed    string    `json:"filed,omitempty"`    // what filed it, as stored
	Refiling bool      `json:"refiling,omitempty"` // the rules changed, and filing again has not shown its result yet
	Decision string    `json:"decision,omitempty"` // what an editor made of it
	Lead     string    `json:"lead,omitempty"`     // who leads the story here, and why, where it is another than elsewhere
	Shown    bool      `json:"shown"`              // in the edition now
	Rank     int       `json:"rank,omitempty"`     // its place in the feed, from 1
	Verdict  string    `json:"verdict"`            // why it is shown or not, in a few words
	Until    time.Time `json:"until,omitzero"`     // when time alone may change the channel's edition
	Cuts     []string  `json:"cuts,omitempty"`     // what policy or rights took away
	Archive  int       `json:"archive,omitempty"`  // the page of the channel's archive that holds it

	Outputs []OutputCase `json:"outputs,omitempty"` // the same for the channel's outputs
}

// An OutputCase is the explanation for one output of a channel.
type OutputCase struct {
	Output  string   `json:"output"` // its name and format: "partner.rss"
	Shown   bool     `json:"shown"`
	Rank    int      `json:"rank,omitempty"`
	Verdict string   `json:"verdict"`
	Cuts    []string `json:"cuts,omitempty"`
}

// Explain works out why the article's story is or is not in the channels of these keys, in all when none is named. An article
// that does not exist is [deskwire.ErrNotFound].
func (f *Filer) Explain(ctx context.Context, id deskwire.ID, now time.Time, sources map[string]deskwire.Source, keys ...string) (*Explanation, error) {
	stories, err := f.Store.Stories(ctx, id)
	if err != nil {
		return nil, err
	}
	if stories[0] == nil {
		return nil, fmt.Errorf("article %s: %w", id, deskwire.ErrNotFound)
	}
	story := stories[0]
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
	x := explain(story, id, now, sources)
	ids := make([]deskwire.ID, len(story.Articles))
	for i := range story.Articles {
		ids[i] = story.Articles[i].ID
	}
	found, err := f.Store.Likenesses(ctx, ids...)
	if err != nil {
		return nil, err
	}
	x.Like = slices.Concat(found...)
	for _, t := range f.Rules.Trace(story, body, slices.Collect(maps.Keys(assigned(story))), keys...) {
		i := slices.IndexFunc(f.Channels, func(c deskwire.Channel) bool { return c.Key() == t.Channel })
		ch, st := f.Channels[i], states[t.Channel]
		candidates, err := Gather(ctx, f.Store, ch, now, sources)
		if err != nil {
			return nil, err
		}
		ed, until := Compose(ch, now, candidates, sources, st.Created)
		c := ChannelCase{Trace: t, Filed: filed[t.Channel], Until: until, Refiling: st.Next != 0 && !st.NextSwitched}
		c.judge(&ed, story, now, sources)
		if c.Archive, err = f.Store.ArchivedIn(ctx, t.Channel, story.ID); err != nil {
			return nil, err
		}
		if c.Outputs, err = f.outputs(ctx, &ch, st, &c, story, now, sources); err != nil {
			return nil, err
		}
		x.Channels = append(x.Channels, c)
	}
	return x, nil
}

// outputs explains the outputs of a channel, each by its own policy.
func (f *Filer) outputs(ctx context.Context, ch *deskwire.Channel, st storage.ChannelState, in *ChannelCase, story *deskwire.Story, now time.Time, sources map[string]deskwire.Source) ([]OutputCase, error) {
	var cases []OutputCase
	for i := range ch.Outputs {
		out := &ch.Outputs[i]
		as := out.As(*ch)
		candidates, err := Gather(ctx, f.Store, as, now, sources)
		if err != nil {
			return nil, err
		}
		ed, _ := Compose(as, now, candidates, sources, st.Created)
		c := ChannelCase{Trace: in.Trace, Filed: in.Filed}
		c.judge(&ed, story, now, sources)
		cases = append(cases, OutputCase{out.Name + "." + string(out.Format), c.Shown, c.Rank, c.Verdict, c.Cuts})
	}
	return cases, nil
}

// explain is what there is to say of a story without looking at channels.
func explain(story *deskwire.Story, id deskwire.ID, now time.Time, sources map[string]deskwire.Source) *Explanation {
	article := story.Article(id)
	if article == nil { // the ID of a story whose first article went
		article = &story.Articles[0]
	}
	lead, why := story.Lead(deskwire.Election{Sources: sources})
	x := &Explanation{
		Article: article.ID, Source: article.Source, GUID: article.GUID, Link: article.Link, Title: article.Title,
		Published: article.Published, FirstSeen: article.FirstSeen, Revision: article.Revision,
		Story: story.ID, Placed: story.Placed, Lead: story.Articles[lead].ID, LeadWhy: string(why),
	}
	if article.Revision > 0 {
		x.Revised = article.Revised
	}
	for i := range story.Articles {
		if a := &story.Articles[i]; a.ID != article.ID {
			x.Others = append(x.Others, OtherArticle{a.ID, a.Source, a.Title})
		}
	}
	undone := deskwire.Undone(story.Decisions)
	for _, d := range story.Decisions {
		x.Decisions = append(x.Decisions, DecisionStand{d, undone[d.ID]})
	}
	standing := story.Standing(now)
	x.Overtaken = standing.Overtaken(article)
	return x
}

// judge says whether the edition shows the story, and why not.
func (c *ChannelCase) judge(ed *deskwire.Edition, story *deskwire.Story, now time.Time, sources map[string]deskwire.Source) {
	standing := deskwire.Stand(concerning(story.Decisions, c.Channel), now)
	hidden := standing.HiddenIn(c.Channel)
	lead, why := story.Lead(deskwire.Election{Sources: sources, Prefer: ed.Channel.Prefer, Takes: ed.Channel.Takes})
	if elsewhere, _ := story.Lead(deskwire.Election{Sources: sources}); lead != elsewhere {
		c.Lead = fmt.Sprintf("%s (%s)", story.Articles[lead].ID, why)
	}
	switch by := standing.Assigned[c.Channel]; {
	case standing.Killed != "":
		c.Decision = "killed by decision " + string(hidden)
	case standing.Embargo != "":
		c.Decision = "under embargo by decision " + string(hidden) + " until " + standing.Lifts.UTC().Format("2006-01-02 15:04 UTC")
	case hidden != "":
		c.Decision = "hidden by decision " + string(hidden)
	case standing.PinnedIn(c.Channel):
		c.Decision = "pinned"
	case by != "":
		c.Decision = "assigned by decision " + string(by)
	}
	if i := slices.IndexFunc(ed.Items, func(item deskwire.Item) bool { return item.Story == story.ID }); i >= 0 {
		c.Shown, c.Rank, c.Cuts, c.Verdict = true, i+1, ed.Items[i].Cuts, "shown"
		if ed.Items[i].Recalled {
			c.Verdict = "shown beyond the channel's limits, for readers to hear what was corrected or is back"
		}
		return
	}
	// The story alone in the channel, without one limit after the other: the one that made the difference is the reason.
	shows := func(change func(*deskwire.Policy)) bool {
		ch := ed.Channel
		ch.Policy.Limit, ch.Policy.PerSource = 0, 0
		change(&ch.Policy)
		alone, _ := Compose(ch, now, []deskwire.Story{*story}, sources, time.Time{})
		return len(alone.Items) > 0
	}
	policy, source := ed.Channel.Policy, story.Articles[lead].Source
	from := 0
	for i := range ed.Items {
		if ed.Items[i].Source.Name == source {
			from++
		}
	}
	switch {
	case c.Filed == "" && c.Taken:
		c.Verdict = "its rules take it, and it is still to be filed"
	case c.Filed == "" && c.By != "":
		c.Verdict = "a rule drops it"
	case c.Filed == "":
		c.Verdict = "no rule takes it"
	case standing.Killed != "" && retracted(ed, story):
		c.Verdict = "an editor killed it, and the channel's feeds say so"
	case standing.Killed != "":
		c.Verdict = "an editor killed it"
	case standing.Embargo != "":
		c.Verdict = "it is under embargo"
	case hidden != "":
		c.Verdict = "an editor hid it"
	case !shows(func(p *deskwire.Policy) { p.MaxAge = 0 }):
		c.Verdict = "its source's rights have run out"
	case !shows(func(*deskwire.Policy) {}):
		c.Verdict = fmt.Sprintf("it is older than the channel's max_age of %s", age(policy.MaxAge))
	case policy.PerSource > 0 && from >= policy.PerSource:
		c.Verdict = fmt.Sprintf("the channel shows at most %d of one source", policy.PerSource)
	default:
		c.Verdict = fmt.Sprintf("others fill the channel's limit of %d", policy.Limit)
	}
}

// retracted reports whether an edition says that something of a story was killed.
func retracted(ed *deskwire.Edition, story *deskwire.Story) bool {
	return slices.ContainsFunc(ed.Retracted, func(r deskwire.Retraction) bool { return r.Item == story.ID || story.Article(r.Item) != nil })
}

// age is a span as the configuration writes it.
func age(d time.Duration) string {
	if d >= 24*time.Hour && d%(24*time.Hour) == 0 {
		return fmt.Sprintf("%dd", d/(24*time.Hour))
	}
	s := d.String()
	for _, zero := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(s, zero) {
			s = s[:len(s)-2]
		}
	}
	return s
}

// oneLine is a foreign text without what would move a terminal's cursor.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) && r != '\u200c' && r != '\u200d' { // joiners belong to words
			return ' '
		}
		return r
	}, s)
}

// Write tells the explanation to a person. Times are in UTC.
func (x *Explanation) Write(w io.Writer) error {
	var b strings.Builder
	at := func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }
	fmt.Fprintf(&b, "%s  %s\n", x.Article, cmp.Or(oneLine(x.Title), "(no title)"))
	fmt.Fprintf(&b, "  from %s, published %s, first seen %s, placed %s\n", x.Source, at(x.Published), at(x.FirstSeen), at(x.Placed))
	if x.Revision > 0 {
		fmt.Fprintf(&b, "  revision %d, read %s\n", x.Revision, at(x.Revised))
	}
	if x.Story != x.Article || len(x.Others) > 0 {
		fmt.Fprintf(&b, "  in story %s, shown by %s (%s)\n", x.Story, x.Lead, x.LeadWhy)
	}
	for _, o := range x.Others {
		fmt.Fprintf(&b, "  with %s from %s: %s\n", o.Article, o.Source, oneLine(o.Title))
	}
	for _, l := range x.Like {
		fmt.Fprintf(&b, "  %s is %s, found %s\n", l.Article, oneLine(l.String()), at(l.At))
	}
	for _, d := range x.Decisions {
		fmt.Fprintf(&b, "  %s %s by %s, %s", d.ID, d.Verb, oneLine(d.By), at(d.At))
		if d.Channel != "" {
			fmt.Fprintf(&b, ", in %s", d.Channel)
		}
		if d.Undone {
			b.WriteString(", taken back")
		}
		if d.Why != "" {
			fmt.Fprintf(&b, " (%s)", oneLine(d.Why))
		}
		b.WriteByte('\n')
	}
	for _, field := range x.Overtaken {
		fmt.Fprintf(&b, "  look: the source has changed the %s since an editor replaced it\n", field)
	}
	for i := range x.Channels {
		x.Channels[i].write(&b)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (c *ChannelCase) write(b *strings.Builder) {
	fmt.Fprintf(b, "\n%s: %s", c.Channel, c.Verdict)
	if c.Shown {
		fmt.Fprintf(b, ", number %d", c.Rank)
	}
	b.WriteByte('\n')
	if c.Archive > 0 {
		fmt.Fprintf(b, "  in page %d of the archive\n", c.Archive)
	}
	if c.Filed != "" {
		fmt.Fprintf(b, "  filed by %s\n", c.Filed)
	}
	if c.Refiling {
		b.WriteString("  the channel is being filed again by its present rules\n")
	}
	if c.Lead != "" {
		fmt.Fprintf(b, "  shown here by %s\n", c.Lead)
	}
	if c.Decision != "" {
		fmt.Fprintf(b, "  %s\n", c.Decision)
	}
	for _, e := range c.Entries {
		verdict := "no"
		if e.Matched {
			verdict = "yes"
		}
		fmt.Fprintf(b, "  %-3s %s, %s: %s\n", verdict, e.Entry, e.Source, oneLine(e.Because()))
	}
	for _, cut := range c.Cuts {
		fmt.Fprintf(b, "  cut: %s\n", cut)
	}
	for _, o := range c.Outputs {
		fmt.Fprintf(b, "  in %s: %s", o.Output, o.Verdict)
		if o.Shown {
			fmt.Fprintf(b, ", number %d", o.Rank)
		}
		b.WriteByte('\n')
		for _, cut := range o.Cuts {
			fmt.Fprintf(b, "    cut: %s\n", cut)
		}
	}
}
