package aggregator

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"deskwire"
	"deskwire/aggregator/fetch"
	"deskwire/aggregator/match"
	"deskwire/aggregator/page"
	"deskwire/aggregator/parse"
	"deskwire/storage"
)

const (
	// maxPages is how many pages one look at a source reads. What is left is read at the next ones.
	maxPages = 20
	// pageTime is how long that may take, so that a slow server does not keep a worker from the others.
	pageTime = 20 * time.Second
)

// A librarian reads the pages of one source's articles, within one look at it.
type librarian struct {
	*try
	until  time.Time
	left   int // pages
	host   string
	robots page.Robots
	pause  time.Duration
	read   int
	failed int
	why    error // the last failure
}

// fullText reads the pages of the articles that are new or whose teasers changed, and of those that are still wanted. It
// never fails: what can't be read now keeps its teaser and is wanted.
func (t *try) fullText(ctx context.Context) {
	if !t.src.FullText || !t.src.Granted().Body {
		return
	}
	l := librarian{try: t, until: time.Now().Add(pageTime), left: maxPages}
	if t.doc != nil {
		l.drafts(ctx)
	}
	l.errands(ctx)
	if l.read > 0 || l.failed > 0 {
		note := fmt.Sprintf("full text: %d read", l.read)
		if l.failed > 0 {
			note += fmt.Sprintf("; %d failed, the last because %v", l.failed, l.why)
		}
		t.report.Notes = append(t.report.Notes, note)
	}
}

// drafts gives new drafts the text of their pages.
func (l *librarian) drafts(ctx context.Context) {
	guids := make([]string, len(l.doc.Drafts))
	for i := range l.doc.Drafts {
		guids[i] = l.doc.Drafts[i].GUID
	}
	known, err := l.Store.Recall(ctx, l.src.Name, guids)
	if err != nil {
		return // the store's trouble is told when it is written to
	}
	for i := range l.doc.Drafts {
		d := &l.doc.Drafts[i]
		if digest, ok := known[d.GUID]; ok && (digest == d.Digest || digest == 0) || d.Link == "" {
			continue
		}
		found, final, err := l.page(ctx, d.Link, d.Language, d.Summary)
		switch {
		case err == nil:
			d.Body, d.HasBody, d.Full, d.Words, d.Seconds = found.HTML, true, true, found.Words, found.Seconds
			if len(d.Media) == 0 {
				d.Media = found.Media
			}
		case !final:
			d.Wanted = true
		}
	}
}

// errands reads pages that could not be read before.
func (l *librarian) errands(ctx context.Context) {
	if l.left == 0 {
		return
	}
	due, err := l.Store.Errands(ctx, l.src.Name, l.now(), l.left)
	if err != nil || len(due) == 0 {
		return
	}
	var done []storage.Fulfilled
	for _, e := range due {
		f := storage.Fulfilled{Article: e.Article, Over: e.Link == ""}
		if !f.Over {
			found, final, err := l.page(ctx, e.Link, e.Language, e.Summary)
			if errors.Is(err, errLater) {
				break
			}
			f.Over = final
			f.Body, f.Words, f.Seconds, f.Media = found.HTML, found.Words, found.Seconds, found.Media
		}
		done = append(done, f)
	}
	if err := l.Store.Fulfil(ctx, l.src.Name, done, l.now()); err != nil {
		l.log().Warn("full text", "source", l.src.Name, "error", err)
	}
}

// errLater says that a page was not asked: the look is over, or its host wants to rest.
var errLater = errors.New("not asked now")

// page reads one page. final says that asking again would not help.
func (l *librarian) page(ctx context.Context, link, language, teaser string) (f parse.Foreign, final bool, err error) {
	if l.left == 0 || time.Now().After(l.until) || ctx.Err() != nil {
		return f, false, errLater
	}
	u, err := url.Parse(link)
	if err != nil {
		return f, true, err
	}
	if !match.Speaks(l.src, link) {
		return f, true, l.fail(errNotItsOwn)
	}
	if l.rests.until(fetch.Host(link)).After(l.now()) {
		return f, false, errLater
	}
	if err := l.visit(ctx, u); err != nil {
		return f, false, err
	}
	if !l.robots.Allow(u.RequestURI()) {
		return f, !l.robots.Unknown(), l.fail(l.forbidden())
	}
	if l.pause > 0 && l.left < maxPages {
		if l.pause > time.Until(l.until) {
			return f, false, errLater
		}
		if err := wait(ctx, l.pause); err != nil {
			return f, false, errLater
		}
	}
	l.left--
	look, cancel := context.WithDeadline(ctx, l.until)
	defer cancel()
	res, err := l.Client.Fetch(look, fetch.Request{URL: link, Accept: page.Accept, Now: l.now()})
	switch {
	case ctx.Err() != nil:
		return f, false, errLater
	case err != nil:
		return f, errors.Is(err, fetch.ErrRefused), l.fail(err)
	case res.Status == http.StatusTooManyRequests || res.Status == http.StatusServiceUnavailable:
		until := l.now().Add(max(min(res.RetryAfter, fetch.Day), fetch.FirstRetry))
		l.rests.rest(fetch.Host(res.FinalURL), until)
		if res.Status == http.StatusTooManyRequests {
			l.restHost, l.restUntil = fetch.Host(res.FinalURL), until
		}
		l.left = 0
		return f, false, l.fail(fmt.Errorf("the server answered %d", res.Status))
	case res.Status != http.StatusOK:
		return f, res.Status >= 400 && res.Status < 500, l.fail(fmt.Errorf("the server answered %d", res.Status))
	case res.Cut:
		return f, false, l.fail(errors.New("the page broke off"))
	}
	if final, err := l.arrived(ctx, link, res.FinalURL); err != nil {
		return f, final, err
	}
	l.reading <- struct{}{}
	f, err = page.Extract(res.Body, res.Header, res.FinalURL, language, teaser)
	<-l.reading
	if err != nil {
		return f, true, l.fail(err)
	}
	l.read++
	return f, false, nil
}

// errNotItsOwn is said of links to other people's pages: a source can't give a right to what is not its own.
var errNotItsOwn = errors.New("the page is at a domain that the source does not speak for")

// arrived judges where redirects led, as the address asked was judged before.
func (l *librarian) arrived(ctx context.Context, link, at string) (final bool, err error) {
	if at == link {
		return false, nil
	}
	u, err := url.Parse(at)
	if err != nil {
		return true, l.fail(err)
	}
	if !match.Speaks(l.src, at) {
		return true, l.fail(errNotItsOwn)
	}
	if err := l.visit(ctx, u); err != nil {
		return false, err
	}
	if !l.robots.Allow(u.RequestURI()) {
		return !l.robots.Unknown(), l.fail(l.forbidden())
	}
	return false, nil
}

// forbidden says why robots.txt keeps a page from being read.
func (l *librarian) forbidden() error {
	if l.robots.Unknown() {
		return errors.New("robots.txt can't be read now")
	}
	return errors.New("robots.txt forbids it")
}

func (l *librarian) fail(err error) error {
	l.failed, l.why = l.failed+1, err
	return err
}

// visit learns what the host of an address says to robots: from the store, or once a day from the host.
func (l *librarian) visit(ctx context.Context, u *url.URL) error {
	host := fetch.Host(u.String())
	if host == l.host {
		return nil
	}
	known, err := l.Store.Robots(ctx, host)
	if err != nil {
		return err
	}
	if age := l.now().Sub(known.At); known.At.IsZero() || age > page.FreshRobots || age < 0 || age > page.RetryRobots && page.UnknownRobots(known.Status) {
		if known, err = l.askRobots(ctx, u); err != nil {
			return err
		}
		if err := l.Store.PutRobots(ctx, host, known); err != nil {
			return err
		}
	}
	l.host, l.robots = host, page.ReadRobots(known.Status, known.Body)
	pause, several := l.robots.Delay()
	if l.pause = pause; !several {
		l.left = min(l.left, 1)
	}
	return nil
}

// askRobots asks a host for its robots.txt.
func (l *librarian) askRobots(ctx context.Context, u *url.URL) (storage.RobotsFile, error) {
	r := storage.RobotsFile{At: l.now().UTC()}
	at := url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/robots.txt"}
	look, cancel := context.WithDeadline(ctx, l.until)
	defer cancel()
	res, err := l.Client.Fetch(look, fetch.Request{URL: at.String(), Accept: "text/plain, */*;q=0.1", Now: l.now()})
	if ctx.Err() != nil {
		return r, errLater
	}
	if err == nil {
		r.Status = res.Status
		r.Body = append([]byte(nil), res.Body[:min(len(res.Body), page.MaxRobots)]...)
	}
	return r, nil
}

// wait sleeps, unless ctx ends first.
func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// wanted marks drafts that were read again as a whole, where nobody may wait for pages.
func wanted(src *deskwire.Source, drafts []deskwire.Draft) {
	if !src.FullText || !src.Granted().Body {
		return
	}
	for i := range drafts {
		drafts[i].Wanted = drafts[i].Link != ""
	}
}
