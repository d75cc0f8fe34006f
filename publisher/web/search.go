package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"deskwire"
	"deskwire/publisher"
	"deskwire/publisher/format"
	"deskwire/publisher/search"
	"deskwire/publisher/words"

	"golang.org/x/time/rate"
)

const searchPath = format.SearchPath

// cacheSearch is how long caches keep what was found: the same question again, or the way back from an article.
const cacheSearch = "public, max-age=30"

// searches are the search as the handler has it.
type searches struct {
	searcher *search.Searcher
	pages    func() *Pages // as they look now
	limiter  limiter
}

func newSearches(s *search.Searcher, pages func() *Pages) *searches {
	return &searches{searcher: s, pages: pages, limiter: limiter{clients: map[netip.Prefix]*rate.Limiter{}}}
}

// A searchView is the page of the search.
type searchView struct {
	Action         string // where the form leads
	Question       string
	Asked          bool
	Hint           string // why there is nothing, or less than there should be
	Found          []foundView
	Number         int // of the page
	Previous, Next string
	Most           int // characters of a question
}

// A foundView is one result.
type foundView struct {
	itemView
	TitleSpans, SummarySpans, Excerpt []search.Span
}

// search answers with the page of what is found.
func (h *handler) search(w http.ResponseWriter, r *http.Request, t *table) {
	if t == nil {
		starting(w, r)
		return
	}
	form, ok := questionForm(w, r)
	if !ok {
		return
	}
	site := &t.surface.Site
	view := &searchView{Action: site.Root() + searchPath, Question: strings.Join(strings.Fields(form.Get("q")), " "), Number: 1, Most: search.MaxQuery}
	if n := form.Get("page"); n != "" {
		number, err := strconv.Atoi(n)
		if err != nil || number < 1 || number > search.MaxPages {
			fail(w, r, http.StatusNotFound, "not found")
			return
		}
		view.Number = number
	}
	if view.Question != "" {
		q, res, ok := h.ask(w, r, form.Get("q"), (view.Number-1)*search.PageResults, search.PageResults)
		if !ok {
			return
		}
		h.searches.pages().fill(view, &q, &res, site)
	}
	body, err := h.searches.pages().search(view, site)
	if err != nil {
		h.log.Error("search", "error", err)
		fail(w, r, http.StatusInternalServerError, "something is broken here")
		return
	}
	h.found(w, r, t, publisher.Document{Path: searchPath, Type: "text/html; charset=utf-8", Kind: publisher.KindPage}, body)
}

// questionForm reads the parameters of a request; where they can not be read it has answered.
func questionForm(w http.ResponseWriter, r *http.Request) (url.Values, bool) {
	form, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		fail(w, r, http.StatusBadRequest, "the address can not be read: something after the ? is not escaped as it should be")
		return nil, false
	}
	return form, true
}

// ask searches. Where that can not be it has answered.
func (h *handler) ask(w http.ResponseWriter, r *http.Request, question string, skip, limit int) (q search.Query, res search.Results, ok bool) {
	q, err := search.Parse(question)
	if err != nil {
		fail(w, r, http.StatusBadRequest, fmt.Sprintf("the question is too long: at most %d characters and %d words", search.MaxQuery, search.MaxTerms))
		return q, res, false
	}
	if d := h.searches.limiter.wait(clientOf(r), time.Now()); d > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(d.Seconds()))))
		fail(w, r, http.StatusTooManyRequests, "too many questions; wait a moment")
		return q, res, false
	}
	res, err = h.searches.searcher.Search(r.Context(), &q, skip, limit)
	switch {
	case err == nil:
		return q, res, true
	case r.Context().Err() != nil: // nobody is there any more
		return q, res, false
	case !errors.Is(err, search.ErrUnavailable) && !errors.Is(err, context.DeadlineExceeded):
		h.log.Error("search", "error", err)
	}
	w.Header().Set("Retry-After", "10")
	fail(w, r, http.StatusServiceUnavailable, "the search is not available at the moment")
	return q, res, false
}

// found sends what was made for one question. It is not for search engines, which have the articles themselves.
func (h *handler) found(w http.ResponseWriter, r *http.Request, t *table, d publisher.Document, body []byte) {
	now := time.Now()
	a := prepare(publisher.Answer(d, body, now), t.policy)
	a.always[1].values = []string{cacheSearch}
	a.always = append(a.always, field{"X-Robots-Tag", []string{"noindex"}})
	a.serve(w, r, "", now)
}

// searchFeed answers with what is found as a feed. A question has one address; whoever writes it in another way is sent there, so that
// the feed stands where it says.
func (h *handler) searchFeed(w http.ResponseWriter, r *http.Request, t *table) {
	kind, ok := strings.CutPrefix(r.PathValue("file"), "feed.")
	if !ok || format.TypeOf(kind) == "" {
		h.absent(w, r, t)
		return
	}
	if t == nil {
		starting(w, r)
		return
	}
	form, ok := questionForm(w, r)
	if !ok {
		return
	}
	q, err := search.Parse(form.Get("q"))
	if err == nil && !q.Asks() {
		fail(w, r, http.StatusBadRequest, "nothing is asked: the question goes after ?q=")
		return
	}
	site := t.surface.Site
	if own := site.Search("feed."+kind, q.Text); err == nil && own != site.URL+r.URL.Path+"?"+r.URL.RawQuery {
		redirect(w, r, site.Root()+strings.TrimPrefix(own, site.URL))
		return
	}
	q, res, ok := h.ask(w, r, form.Get("q"), 0, search.FeedResults)
	if !ok {
		return
	}
	ed := editionOf(&q, &res, &site)
	body, err := format.Found(&ed, site, kind, q.Text)
	if err != nil {
		h.log.Error("search", "error", err)
		fail(w, r, http.StatusInternalServerError, "something is broken here")
		return
	}
	mediaType, _, _ := strings.Cut(format.TypeOf(kind), ";")
	h.found(w, r, t, publisher.Document{
		Path: r.URL.Path, Type: format.TypeOf(kind), Kind: publisher.KindFeed,
		Links: fmt.Sprintf(`<%s>; rel="self"; type="%s"`, site.Search("feed."+kind, q.Text), mediaType),
	}, body)
}

// editionOf is what was found as an edition, with summaries: whoever wants to read on has the article's page. One without items was
// changed when the program's own time began: nothing that stays says when there was something.
func editionOf(q *search.Query, res *search.Results, site *format.Site) deskwire.Edition {
	ed := deskwire.Edition{
		Channel: deskwire.Channel{
			Name: "search", Title: searchTitle(q.Text, words.For(cmp.Or(site.Language, "en"))), Language: site.Language,
			Description: siteTitle(site), Policy: deskwire.Policy{Content: deskwire.ContentSummary, Pictures: true},
		},
		Updated: time.Unix(0, 0).UTC(),
	}
	for i := range res.Found {
		item := res.Found[i].Item
		item.Body, item.WantsBody = "", false
		ed.Items = append(ed.Items, item)
		if item.Updated.After(ed.Updated) {
			ed.Updated = item.Updated
		}
	}
	return ed
}

func searchTitle(question string, w *words.Words) string { return w.Search + ": " + question }

// fill puts what was found into the page.
func (p *Pages) fill(v *searchView, q *search.Query, res *search.Results, site *format.Site) {
	v.Asked, v.Question = true, q.Text
	language := cmp.Or(site.Language, "en")
	w := words.For(language)
	for i := range res.Found {
		f := &res.Found[i]
		one := foundView{itemView: p.item(&f.Item, &f.Channel, site, language, w), TitleSpans: f.Title, SummarySpans: f.Summary, Excerpt: f.Excerpt}
		if len(one.TitleSpans) == 0 {
			one.TitleSpans = []search.Span{{Text: one.itemView.Title}}
		}
		v.Found = append(v.Found, one)
	}
	switch {
	case !res.Whole:
		v.Hint = w.Loading + "…" // the index is being built
	case len(v.Found) == 0:
		v.Hint = w.NoResults
	}
	at := func(n int) string {
		form := url.Values{"q": {q.Text}}
		if n > 1 {
			form.Set("page", strconv.Itoa(n))
		}
		return v.Action + "?" + form.Encode()
	}
	if v.Number > 1 {
		v.Previous = at(v.Number - 1)
	}
	if res.More && v.Number < search.MaxPages {
		v.Next = at(v.Number + 1)
	}
}

// search is the page of the search.
func (p *Pages) search(v *searchView, site *format.Site) ([]byte, error) {
	pg := page{
		Root: site.Root(), Canonical: site.URL + searchPath, Language: cmp.Or(site.Language, "en"), Site: siteTitle(site), Search: v,
	}
	pg.W = words.For(pg.Language)
	pg.Title = pg.W.Search
	if v.Asked {
		pg.Title, pg.Canonical = searchTitle(v.Question, pg.W), site.Search("", v.Question)
		for _, f := range []struct {
			title string
			kind  deskwire.Format
		}{{"RSS", deskwire.FormatRSS}, {"Atom", deskwire.FormatAtom}, {"JSON Feed", deskwire.FormatJSON}} {
			pg.Feeds = append(pg.Feeds, link{f.title, typeAttr(f.kind), site.Search("feed."+string(f.kind), v.Question)})
		}
	}
	return p.render("search.html", &pg)
}
