package aggregator

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"deskwire"
)

// An update is not a new article, and what nobody would notice is no update: what a source does to ten articles that it
// published before, and what the next round makes of it.
func TestUpdateIsNotNew(t *testing.T) {
	t.Parallel()
	day := 24 * time.Hour
	text := func(n int) string {
		return fmt.Sprintf(`<p>The crew of ferry number %d reported smoke below deck shortly after the harbour light came in sight, and the captain turned back.</p>`+
			`<p>Nobody was hurt, the harbour office says; the next boat leaves at a quarter past %d.</p>`, n, n)
	}
	every := func(change func(n int, i *item)) func([]item) string {
		return func(items []item) string {
			for n := range items {
				change(n, &items[n])
			}
			return rss("", items...)
		}
	}
	swap := func(pairs ...string) func([]item) string {
		return func(items []item) string { return strings.NewReplacer(pairs...).Replace(rss("", items...)) }
	}
	for name, test := range map[string]struct {
		then  func([]item) string
		want  string // of the second document
		notes int
	}{
		"nothing":   {swap("Invented", "Still invented"), "0 new 0 updated 10 unchanged", 0},
		"one title": {func(items []item) string { items[3].title = "Ferry turned back"; return rss("", items...) }, "0 new 1 updated 9 unchanged", 0},
		"one text": {func(items []item) string {
			items[3].body += "<p>Divers are on their way.</p>"
			return rss("", items...)
		}, "0 new 1 updated 9 unchanged", 0},
		"a toll grows under one address": {func(items []item) string {
			items[3].guid, items[3].title = "rev-2", "Ferry 3: nine hurt, not four, and the captain held"
			items[3].body = "<p>Nine people were hurt, the coast guard said on Tuesday.</p>"
			return rss("", items...)
		}, "0 new 1 updated 9 unchanged", 0},
		"a live blog begins anew": {func(items []item) string {
			items[3].title, items[3].body = "As it happened: harbour closes for the night", "<p>That is all for today. Good night.</p>"
			return rss("", items...)
		}, "0 new 1 updated 9 unchanged", 0},
		"a picture comes": {func(items []item) string {
			items[3].body += `<img src="/p/3.jpg" alt="Smoke">`
			return rss("", items...)
		}, "0 new 1 updated 9 unchanged", 0},
		"tracking parameters": {every(func(n int, i *item) {
			i.link += fmt.Sprintf("?utm_source=rss&amp;utm_campaign=%d", n*7)
		}), "0 new 0 updated 10 unchanged", 0},
		"a tracking pixel": {every(func(n int, i *item) {
			i.body += fmt.Sprintf(`<img src="https://pixel.example.net/t.gif?n=%d" width="1" height="1">`, n)
		}), "0 new 0 updated 10 unchanged", 0},
		"markup alone":        {swap("<p>", `<p class="text" data-id="9">`, "</p><p>", "</p>\n\n<p>"), "0 new 0 updated 10 unchanged", 0},
		"order of attributes": {swap(`isPermaLink="false"`, `  isPermaLink='false' `), "0 new 0 updated 10 unchanged", 0},
		"all dates change":    {every(func(n int, i *item) { i.at = noon.Add(time.Duration(n) * time.Minute) }), "0 new 0 updated 10 unchanged", 0},
		"dates of the future": {every(func(n int, i *item) { i.at = noon.Add(400 * day) }), "0 new 0 updated 10 unchanged", 0},
		"all GUIDs change":    {every(func(n int, i *item) { i.guid = fmt.Sprint("urn:new:", n) }), "0 new 0 updated 10 unchanged", 0},
		"all addresses and GUIDs change": {every(func(n int, i *item) {
			i.guid, i.link = fmt.Sprint("urn:new:", n), fmt.Sprintf("https://news.example.net/x/%c", 'a'+n)
		}), "0 new 0 updated 10 unchanged", 1},
		"the domain moves, the dates with it": {every(func(n int, i *item) {
			i.link = strings.Replace(i.link, "harbour.example.org", "post.example.net", 1)
			i.guid, i.at = i.link, noon
		}), "0 new 0 updated 10 unchanged", 1},
		"a new system words everything anew": {every(func(n int, i *item) {
			i.guid, i.link = fmt.Sprint("urn:new:", n), strings.Replace(i.link, "harbour.example.org", "post.example.net", 1)
			i.body = fmt.Sprintf("<p>Ferry %d: what we know of the smoke below deck.</p>", n)
		}), "0 new 10 updated 0 unchanged", 1},
		"the next edition of everything is news": {every(func(n int, i *item) {
			i.guid, i.link, i.at = fmt.Sprint("tue-", n), fmt.Sprintf("https://harbour.example.org/tue/%d", n), i.at.Add(day)
			i.body = fmt.Sprintf("<p>Forecast for Tuesday, berth %d: wind from the west, rain later on, and then a calm night with fog banks.</p>", n)
		}), "10 new 0 updated 0 unchanged", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var items []item
			for n := range 10 {
				i := story("harbour", n)
				i.title, i.body = fmt.Sprintf("Ferry %d turns back with smoke on board", n), text(n)
				items = append(items, i)
			}
			first := rss("", items...)
			documents := []string{first, test.then(slices.Clone(items))}
			round := 0
			a, _ := open(t, func(w http.ResponseWriter, r *http.Request) { write(w, documents[min(round, 1)]) })
			all := []deskwire.Source{source("harbour", "/feed")}
			mustRound(t, a, all, RoundOptions{})
			before := map[string]*deskwire.Article{}
			for _, h := range heads(t, a.Store) {
				before[h.Title] = h
			}
			var notes []string
			for round = 1; round < 4; round++ {
				r := mustRound(t, a, all, RoundOptions{Now: noon.Add(time.Duration(round) * day)})
				got, want := strings.TrimPrefix(lines(r)[0], "harbour read "), test.want
				if round > 1 {
					got, want = lines(r)[0], "harbour same 0 new 0 updated 0 unchanged"
				}
				if got != want {
					t.Errorf("round %d: %s, want %s", round, got, want)
				}
				notes = append(notes, r.Sources[0].Notes...)
			}
			if len(notes) != test.notes {
				t.Errorf("said %q, want %d lines", notes, test.notes)
			}
			for _, h := range heads(t, a.Store) {
				was := before[h.Title]
				if was == nil || h.FirstSeen.After(noon) {
					continue
				}
				if h.ID != was.ID || !h.Published.Equal(was.Published) || !h.Placed.Equal(was.Placed) {
					t.Errorf("%q became %+v", h.Title, h)
				}
				if strings.HasPrefix(test.want, "0 new 0 updated") && !h.Updated().Equal(was.Updated()) {
					t.Errorf("%q counts as updated at %v", h.Title, h.Updated())
				}
			}
		})
	}
}

// A source whose every date is the moment of asking, or years ahead, puts nothing on top: its items stand where they were
// first seen, and stay there.
func TestDatesThatPin(t *testing.T) {
	t.Parallel()
	for name, date := range map[string]func(now time.Time) time.Time{
		"always now": func(now time.Time) time.Time { return now },
		"years away": func(now time.Time) time.Time { return now.Add(10000 * time.Hour) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, w := open(t, func(rw http.ResponseWriter, r *http.Request) {})
			pinned := stories("harbour", 0, 5)
			w.Handler = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				if strings.HasPrefix(r.URL.Path, "/other") {
					hours := int(w.time().Sub(noon).Hours())
					i := story("other", hours)
					i.at = w.time().Add(-time.Minute)
					write(rw, rss("", i))
					return
				}
				for n := range pinned {
					pinned[n].at = date(w.time())
				}
				write(rw, rss("", pinned...))
			})
			all := []deskwire.Source{source("harbour", "/feed"), source("other", "/other")}
			for day := range 5 {
				now := noon.Add(time.Duration(day) * 24 * time.Hour)
				w.mu.Lock()
				w.now = now
				w.mu.Unlock()
				mustRound(t, a, all, RoundOptions{Now: now})
			}
			list := heads(t, a.Store)
			slices.SortFunc(list, func(a, b *deskwire.Article) int { return b.Placed.Compare(a.Placed) })
			for n, h := range list {
				// Its first round has the five at noon, the other's first a minute before; the other's next ones come later.
				if others := h.Source == "other"; others != (n < 4 || n == 9) {
					t.Errorf("place %d is %s's, placed %v", n, h.Source, h.Placed)
				}
				if h.Source == "harbour" && (!h.Placed.Equal(noon) || !h.Updated().Equal(noon) || h.Revision != 0) {
					t.Errorf("%s: placed %v, updated %v, revision %d; want first sight", h.GUID, h.Placed, h.Updated(), h.Revision)
				}
			}
		})
	}
}
