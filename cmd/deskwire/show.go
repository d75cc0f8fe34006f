package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"deskwire"

	"github.com/spf13/cobra"
)

// shown is everything that is known of an article.
type shown struct {
	Article   deskwire.Article    `json:"article"`
	Shown     deskwire.Article    `json:"shown"` // in the editor's words
	Placed    time.Time           `json:"placed"`
	Held      string              `json:"held,omitempty"`      // why it is on no surface: killed, or under embargo
	Corrected int                 `json:"corrected,omitempty"` // how often
	Story     []member            `json:"story"`               // the articles of its story, in the order of first sight
	Body      string              `json:"body,omitempty"`
	Revisions []deskwire.Revision `json:"revisions,omitempty"`
	Decisions []deskwire.Decision `json:"decisions,omitempty"`
	Overtaken []string            `json:"overtaken,omitempty"`
	FiledIn   map[string]string   `json:"filed_in,omitempty"`
}

// A member is one article of a story, in a line.
type member struct {
	ID     deskwire.ID `json:"id"`
	Source string      `json:"source"`
	Title  string      `json:"title"`
	Link   string      `json:"link,omitempty"`
	Lead   string      `json:"lead,omitempty"` // why the story is shown by it; "" where it is not
}

func (a *app) showCmd() *cobra.Command {
	var body bool
	cmd := &cobra.Command{
		Use:     "show ARTICLE",
		Short:   "Show all that is known of an article",
		Example: "  deskwire show 0d5x9k2m\n  deskwire show https://example.org/2026/11/talks --body",
		Args:    cobra.ExactArgs(1),
		RunE: a.inRoom(func(ctx context.Context, n *Newsroom, args []string) error {
			s, err := n.show(ctx, args[0])
			if err != nil {
				return err
			}
			if a.flag.json {
				return writeJSON(a.out(), s)
			}
			return s.write(a.out(), n.Plan().Site.Timezone, body)
		}),
	}
	cmd.Flags().BoolVar(&body, "body", false, "the body too, as HTML")
	return a.jsonFlag(cmd)
}

// story finds an article by what an editor typed, and the story that it belongs to.
func (n *Newsroom) story(ctx context.Context, ref string) (deskwire.ID, *deskwire.Story, error) {
	id, err := n.find(ctx, ref)
	if err != nil {
		return "", nil, err
	}
	stories, err := n.Store.Stories(ctx, id)
	if err == nil && stories[0] == nil {
		err = fmt.Errorf("article %s: %w", id, deskwire.ErrNotFound)
	}
	if err != nil {
		return "", nil, err
	}
	return id, stories[0], nil
}

func (n *Newsroom) show(ctx context.Context, ref string) (*shown, error) {
	id, story, err := n.story(ctx, ref)
	if err != nil {
		return nil, err
	}
	if story.Article(id) == nil {
		return nil, fmt.Errorf("article %s: %w", id, deskwire.ErrNotFound)
	}
	standing := story.Standing(n.now())
	s := &shown{Article: *story.Article(id), Decisions: story.Decisions, Overtaken: standing.Overtaken(story.Article(id))}
	s.Shown, s.Placed = standing.Apply(s.Article), story.Placed
	s.Held, s.Corrected = held(&standing, n.Plan().Site.Timezone), len(standing.Corrections[id])
	lead, why := story.Lead(n.election(""))
	for i := range story.Articles {
		art := &story.Articles[i]
		m := memberOf(art)
		if i == lead {
			m.Lead = string(why)
		}
		s.Story = append(s.Story, m)
	}
	bodies, err := n.Store.Bodies(ctx, id)
	if err != nil {
		return nil, err
	}
	s.Body = bodies[0]
	if s.Revisions, err = n.Store.Revisions(ctx, id); err != nil {
		return nil, err
	}
	s.FiledIn, err = n.Store.FiledIn(ctx, story.ID)
	return s, err
}

// write shows s to a person.
func (s *shown) write(w io.Writer, zone *time.Location, body bool) error {
	t := newTable(w)
	line := func(name, value string) {
		if value != "" {
			t.row(name+":", value)
		}
	}
	art := &s.Article
	line("article", string(art.ID))
	if art.Story != art.ID {
		line("story", string(art.Story))
	}
	line("held", s.Held)
	line("source", art.Source)
	line("title", s.Shown.Title)
	for _, m := range s.Story {
		if len(s.Story) > 1 {
			line("one story", strings.TrimSpace(fmt.Sprintf("%s %s: %s %s", m.ID, m.Source, clip(m.Title, 80), bracket(m.Lead))))
		}
	}
	if s.Shown.Title != art.Title {
		line("source's title", art.Title)
	}
	line("link", art.Link)
	line("guid", art.GUID)
	for _, au := range art.Authors {
		line("author", strings.TrimSpace(au.Name+" "+au.URL))
	}
	line("agencies", strings.Join(art.Agencies, ", "))
	line("categories", strings.Join(art.Categories, ", "))
	line("language", art.Language)
	line("via", strings.TrimSpace(art.Via.Title+" "+art.Via.URL))
	line("published", moment(art.Published, zone))
	if art.DateRaw != "" {
		line("date as written", art.DateRaw)
	}
	if !art.Modified.IsZero() {
		line("changed by source", moment(art.Modified, zone))
	}
	line("first seen", moment(art.FirstSeen, zone))
	line("placed", moment(s.Placed, zone))
	line("length", fmt.Sprintf("%s, %d min", plural(art.Words, "word"), art.MinutesToRead()))
	if art.Full {
		line("body", "from the article's page")
	}
	line("rights", art.Rights)
	for i := range art.Media {
		line("media", mediaLine(&art.Media[i]))
	}
	if art.Episode != nil {
		for _, l := range episodeLines(art.Episode) {
			line("episode", l)
		}
	}

	for i, r := range s.Revisions {
		line(fmt.Sprintf("revision %d", i), fmt.Sprintf("seen %s; then changed: %s", moment(r.Seen, zone), strings.Join(r.Changed, ", ")))
	}
	for _, d := range s.Decisions {
		line("decision", fmt.Sprintf("%s %s by %s, %s%s %s", d.ID, d.Verb, d.By, moment(d.At, zone), detail(d), bracket(d.Why)))
	}
	for _, f := range s.Overtaken {
		line("look", "the source has changed the "+f+" since an editor replaced it")
	}
	for channel, by := range sorted(s.FiledIn) {
		line("filed in", channel+" by "+by)
	}
	if err := t.flush(); err != nil {
		return err
	}
	fmt.Fprintf(w, "\n%s\n", plain(s.Shown.Summary))
	if body && s.Body != "" {
		fmt.Fprintf(w, "\n%s\n", s.Body)
	}
	return nil
}

func bracket(s string) string {
	if s == "" {
		return ""
	}
	return "(" + s + ")"
}

// mediaLine is what is known of a file, in one line.
func mediaLine(m *deskwire.Media) string {
	size, length := "", ""
	if m.Width > 0 || m.Height > 0 {
		size = fmt.Sprintf("%d×%d", m.Width, m.Height)
	}
	if m.Duration > 0 {
		length = m.Duration.Round(time.Second).String()
	}
	return strings.Join(strings.Fields(strings.Join([]string{m.URL, m.Type, size, length, m.Title, m.Caption, bracket(m.Credit)}, " ")), " ")
}

// episodeLines is what a podcast says of an episode, in a few lines.
func episodeLines(e *deskwire.Episode) []string {
	var first []string
	if e.Season > 0 || e.SeasonName != "" {
		first = append(first, strings.TrimSpace(fmt.Sprintf("season %d %s", e.Season, e.SeasonName)))
	}
	if e.Number > 0 || e.Name != "" {
		first = append(first, strings.TrimSpace(fmt.Sprintf("episode %d %s", e.Number, bracket(e.Name))))
	}
	if e.Kind != "" {
		first = append(first, string(e.Kind))
	}
	if e.Explicit {
		first = append(first, "explicit")
	}
	lines := []string{strings.Join(first, ", "), e.Subtitle}
	for _, p := range e.People {
		lines = append(lines, strings.TrimSpace("with "+p.Name+" "+bracket(p.Role)+" "+p.URL))
	}
	for _, t := range e.Transcripts {
		lines = append(lines, strings.Join(strings.Fields("transcript "+t.URL+" "+t.Type+" "+t.Language), " "))
	}
	for _, named := range [][2]string{{"chapters", e.Chapters}, {"about", e.Place}, {"license", e.License}} {
		if named[1] != "" {
			lines = append(lines, named[0]+" "+named[1])
		}
	}
	return lines
}
