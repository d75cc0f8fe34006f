package web

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"deskwire"
	"deskwire/publisher"
	"deskwire/publisher/format"
	"deskwire/storage"
)

// An anything is editors and sources doing anything in any order, and what has to hold then.
type anything struct {
	*newsroom
	r        *rapid.T
	ids      []deskwire.ID
	tokens   map[deskwire.ID]string // a word that stands in everything that an article says
	made     []deskwire.Decision
	killed   map[deskwire.ID][]deskwire.ID // by decision: the articles that were one story then
	files    map[string][]byte             // what the last export left
	withheld int
	marks    int
}

// Whatever sources and editors do in whatever order, no surface names what is killed or under embargo, what was published and
// killed says so, and a press that is new makes the same of it all.
func TestNothingWithheldIsNamed(t *testing.T) {
	t.Parallel()
	withheld, marks, runs := 0, 0, 0
	rapid.Check(t, func(r *rapid.T) {
		if runs++; raced && runs > 12 {
			return // under the race detector compressors are made anew each time, and most of the time goes there
		}
		few, all, each := world, bridges, world
		few.Policy.Limit, few.Policy.Tombstones = 2, true
		all.Take = []deskwire.Rule{{Sources: []string{"hill"}}}
		each.Name, each.Was, each.Policy.Duplicates = "each", nil, rapid.SampledFrom([]deskwire.Duplicates{deskwire.DuplicatesMark, deskwire.DuplicatesShow}).Draw(r, "duplicates")
		all.Outputs = []deskwire.Output{{Name: "partner", Format: deskwire.FormatRSS, Policy: deskwire.Policy{Limit: 1, Content: deskwire.ContentSummary}}}
		a := &anything{newsroom: open(t, few, all, each), r: r, tokens: map[deskwire.ID]string{}, killed: map[deskwire.ID][]deskwire.ID{}}
		a.now = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
		for range rapid.IntRange(2, 6).Draw(r, "steps") {
			for range rapid.IntRange(1, 3).Draw(r, "acts") {
				a.act()
			}
			a.publish()
			a.check()
		}
		a.checkAnew()
		withheld, marks = withheld+a.withheld, marks+a.marks
	})
	if !raced && (withheld == 0 || marks == 0) {
		t.Errorf("%d times something was withheld, %d marks were seen: nothing was tested", withheld, marks)
	}
}

// act does something.
func (a *anything) act() {
	a.now = a.now.Add(time.Duration(rapid.IntRange(1, 90).Draw(a.r, "minutes")) * time.Minute)
	if rapid.IntRange(0, 19).Draw(a.r, "weeks") == 0 {
		a.now = a.now.Add(16 * 24 * time.Hour)
	}
	if len(a.ids) < 2 || rapid.IntRange(0, 2).Draw(a.r, "news") == 0 {
		a.tell()
		return
	}
	d := deskwire.Decision{
		Verb: rapid.SampledFrom([]deskwire.Verb{
			deskwire.Kill, deskwire.Kill, deskwire.Embargo, deskwire.Embargo, deskwire.Correct, deskwire.Undo, deskwire.Undo, deskwire.Merge, deskwire.Split,
			deskwire.Hide, deskwire.Pin, deskwire.Assign, deskwire.Lead, deskwire.Edit,
		}).Draw(a.r, "verb"),
		Article: rapid.SampledFrom(a.ids).Draw(a.r, "article"), By: "editor", At: a.now,
	}
	switch d.Verb {
	case deskwire.Embargo:
		d.Until = a.now.Add(time.Duration(rapid.IntRange(-1, 300).Draw(a.r, "held")) * time.Minute)
	case deskwire.Correct:
		d.Value = "It was " + a.tokens[d.Article] + " all along."
	case deskwire.Edit:
		d.Field, d.Value = "title", "Edited "+a.tokens[d.Article]
	case deskwire.Merge:
		d.With = rapid.SampledFrom(a.ids).Draw(a.r, "with")
	case deskwire.Assign:
		d.Channel = "topic/bridges"
	case deskwire.Undo:
		if len(a.made) == 0 {
			return
		}
		d.Undoes = rapid.SampledFrom(a.made).Draw(a.r, "undoes").ID
	}
	story, err := a.store.Stories(a.tb.Context(), d.Article)
	if err != nil {
		a.r.Fatal(err)
	}
	made, err := a.store.Decide(a.tb.Context(), d)
	if err != nil {
		return // a split of what stands alone, and the like
	}
	a.made = append(a.made, made)
	if d.Verb == deskwire.Kill {
		for i := range story[0].Articles {
			a.killed[made.ID] = append(a.killed[made.ID], story[0].Articles[i].ID)
		}
	}
}

// tell has a source publish something, which may be like something before.
func (a *anything) tell() {
	token := fmt.Sprintf("tale%03dx", len(a.ids))
	a.say(rapid.SampledFrom([]string{"harbour", "hill"}).Draw(a.r, "source"), "The "+token, func(d *deskwire.Draft) { d.Link = "https://origin.example/" + token })
	for art, err := range a.store.Newest(a.tb.Context(), "") {
		if err != nil {
			a.r.Fatal(err)
		}
		a.ids, a.tokens[art.ID] = append(a.ids, art.ID), token
		break
	}
	id := a.ids[len(a.ids)-1]
	m := storage.Matching{Consumer: "match", Articles: []storage.Matched{{Article: id}}}
	if level := rapid.SampledFrom([]deskwire.Level{"", deskwire.Copy, deskwire.Coverage}).Draw(a.r, "like"); level != "" && len(a.ids) > 1 {
		to := rapid.SampledFrom(a.ids[:len(a.ids)-1]).Draw(a.r, "to")
		m.Found = []deskwire.Likeness{{Article: id, To: to, Level: level, Joined: true, Score: 1, At: a.now}}
	}
	if err := a.store.Match(a.tb.Context(), m); err != nil {
		a.r.Fatal(err)
	}
}

// holds says that nobody took a decision back.
func (a *anything) holds(id deskwire.ID) bool {
	return !slices.ContainsFunc(a.made, func(u deskwire.Decision) bool { return u.Verb == deskwire.Undo && u.Undoes == id && a.holds(u.ID) })
}

// check looks at everything that readers can get.
func (a *anything) check() {
	if err := a.press.UpdateAll(a.tb.Context(), a.now); err != nil {
		a.r.Fatal(err)
	}
	docs := a.export(a.press, a.files)
	a.files = docs
	stories, err := a.store.Stories(a.tb.Context(), a.ids...)
	if err != nil {
		a.r.Fatal(err)
	}
	outlawed := map[deskwire.ID]bool{}
	for decision, members := range a.killed {
		for _, id := range members {
			outlawed[id] = outlawed[id] || a.holds(decision)
		}
	}
	for i, s := range stories {
		standing := s.Standing(a.now)
		if outlawed[a.ids[i]] && standing.Killed == "" {
			a.r.Fatalf("%s was killed, and is not", a.ids[i])
		}
		if standing.Killed == "" && standing.Embargo == "" {
			continue
		}
		a.withheld++
		for name, body := range docs {
			if bytes.Contains(body, []byte(a.tokens[a.ids[i]])) {
				a.r.Fatalf("at %v %s names %s of %s: killed %q, embargo %q\n%s", a.now, name, a.tokens[a.ids[i]], s.ID, standing.Killed, standing.Embargo, body)
			}
		}
		a.checkMarks(s, &standing, docs)
	}
}

// checkMarks looks for what a killed story leaves.
func (a *anything) checkMarks(s *deskwire.Story, standing *deskwire.Standing, docs map[string][]byte) {
	for i := range a.channels {
		ch := &a.channels[i]
		for _, mark := range s.Retractions(ch.Key(), standing) {
			want := a.now.Before(mark.At.Add(deskwire.RetractionAge))
			line := `{"id":"` + a.site.Tag(mark.Item) + `","title":"Withdrawn"`
			if got := bytes.Contains(docs[strings.TrimPrefix(ch.Path(), "/")+"feed.json"], []byte(line)); got != want {
				a.r.Fatalf("%s says %t that %s was killed at %v; it is %v", ch.Key(), got, mark.Item, mark.At, a.now)
			}
			a.marks++
		}
	}
}

// checkAnew has a new press make everything from what is stored: it is what stands there.
func (a *anything) checkAnew() {
	pages, err := NewPages(nil, deskwire.Theme{})
	if err != nil {
		a.r.Fatal(err)
	}
	press := publisher.NewPress(a.store, a.site, a.channels, a.sources, pages)
	press.Rehearse()
	if err := press.UpdateAll(a.tb.Context(), a.now); err != nil {
		a.r.Fatal(err)
	}
	again := a.export(press, nil)
	for name, body := range a.files {
		// A page of an archive that was still filling stays where somebody may follow a link to it; a new export has no such links.
		filling := strings.Contains(name, "/archive/") && again[name] == nil
		if name != ArchiveState && !filling && !bytes.Equal(body, again[name]) {
			a.r.Fatalf("at %v %s is stale:\n%s\na new press says\n%s", a.now, name, body, again[name])
		}
	}
}

// export is what a static export leaves on top of files that were there.
func (a *anything) export(press *publisher.Press, had map[string][]byte) map[string][]byte {
	written, docs := map[string][]byte{}, map[string][]byte{}
	sink := func(name string) (io.WriteCloser, error) { return &file{name: name, in: written}, nil }
	if _, err := Export(a.tb.Context(), press, nil, had[ArchiveState], a.now, sink); err != nil {
		a.r.Fatal(err)
	}
	for name := range strings.FieldsSeq(string(written[Manifest])) {
		if strings.HasSuffix(name, ".gz") || strings.HasSuffix(name, ".br") {
			continue
		}
		body, ok := written[name]
		if !ok {
			body = had[name]
		}
		docs[name] = body
	}
	return docs
}

// A file is one of an export.
type file struct {
	bytes.Buffer
	name string
	in   map[string][]byte
}

func (f *file) Close() error {
	f.in[f.name] = f.Bytes()
	return nil
}

// A channel's corrections are a feed of their own, at an address that pages name and that moves with the channel.
func TestCorrectionsServed(t *testing.T) {
	t.Parallel()
	n := running(t)
	for art, err := range n.store.Newest(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		if n.now = n.now.Add(time.Minute); art.Title == "Old bridge reopens" {
			if _, err := n.store.Decide(t.Context(), deskwire.Decision{Verb: deskwire.Correct, Article: art.ID, Value: "It is a new one.", At: n.now}); err != nil {
				t.Fatal(err)
			}
		}
	}
	n.publish()
	for _, path := range []string{"/desks/world/corrections.atom", "/topics/bridges/corrections.atom"} {
		r := n.ask("GET", path)
		if doc := string(body(t, r)); r.StatusCode != http.StatusOK || r.Header.Get("Content-Type") != format.AtomType || !strings.Contains(doc, "It is a new one.") {
			t.Errorf("%s: %s %v\n%s", path, r.Status, r.Header, doc)
		}
		if link := "<https://news.example.org" + path + `>; rel="self"; type="application/atom+xml"`; !strings.Contains(r.Header.Get("Link"), link) {
			t.Errorf("%s: Link %q", path, r.Header.Get("Link"))
		}
	}
	if page := string(body(t, n.ask("GET", desk))); !strings.Contains(page, `<p class="correction" dir="auto"><strong class="mark">Corrected</strong>`) || !strings.Contains(page, "It is a new one.") {
		t.Errorf("the page says nothing:\n%s", page)
	}
	if r := n.ask("GET", "/desks/abroad/corrections.atom"); r.StatusCode != http.StatusMovedPermanently || r.Header.Get("Location") != "/desks/world/corrections.atom" {
		t.Errorf("renamed: %s to %q", r.Status, r.Header.Get("Location"))
	}
}
