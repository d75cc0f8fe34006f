package aggregator

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"deskwire"
	"deskwire/aggregator/fetch"
	"deskwire/storage"

	"github.com/cespare/xxhash/v2"
)

// acceptOPML is what a reader of lists reads.
const acceptOPML = "text/x-opml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1"

var errEmptyList = errors.New("the list names no feed any more; the sources that it named are kept")

// Lists follows lists of feeds as they change. Its fields are set before use and not changed after.
type Lists struct {
	Store  *storage.Store
	Client *fetch.Client
	// Read finds the feeds of an OPML document, with a plain line for each outline that is none.
	Read func(body []byte) (found []deskwire.Source, skipped []string, err error)
	// Name makes a name of a source that is not taken yet.
	Name func(src deskwire.Source, taken map[string]bool) string
}

// Refresh asks the lists that are due, under the rules that sources are asked by, and writes what they name. A list that
// fails, or names nothing any more, keeps its members. now is the clock's when zero. changed says that members differ from before. There is a report for
// each list that was asked; the error is the store's, or ctx's.
func (l *Lists) Refresh(ctx context.Context, lists []deskwire.List, now time.Time) (reports []SourceReport, changed bool, err error) {
	if len(lists) == 0 {
		return nil, false, nil
	}
	if now.IsZero() {
		now = time.Now()
	}
	names := make([]string, len(lists))
	for i := range lists {
		names[i] = lists[i].Source().Name
	}
	states, err := l.Store.Sources(ctx, names...)
	if err != nil {
		return nil, false, err
	}
	known, err := l.Store.Lists(ctx)
	if err != nil {
		return nil, false, err
	}
	for i := range lists {
		src := lists[i].Source()
		st := states[src.Name]
		if !fetch.Due(&src, &st, now) {
			continue
		}
		st = fetch.Begin(&src, st)
		req := fetch.Ask(&src, &st, now)
		req.Accept = acceptOPML
		res, err := l.Client.Fetch(ctx, req)
		if ctx.Err() != nil {
			return reports, changed, context.Cause(ctx)
		}
		report, result, members := l.read(&lists[i], &st, res, err, known[lists[i].Name])
		st, notes := fetch.After(&src, st, result, now, jitter())
		report.NextCheck, report.Reason = fetch.Next(&src, &st, now), st.NextReason
		report.Failures, report.Error = st.Failures, st.Error
		report.Notes = append(report.Notes, notes...)
		if err := l.Store.PutList(ctx, lists[i], st, members); err != nil {
			return reports, changed, err
		}
		changed = changed || members != nil
		reports = append(reports, report)
	}
	return reports, changed, nil
}

// read works out what an answer makes of a list. members is nil where they stay as they are.
func (l *Lists) read(list *deskwire.List, st *deskwire.SourceState, res *fetch.Response, err error, known []deskwire.Member) (report SourceReport, result fetch.Result, members []deskwire.Member) {
	result = fetch.Answered(res, err)
	report = SourceReport{Source: list.Name, Outcome: Failed, Status: result.Status}
	if res != nil {
		report.Bytes, report.Took = res.Wire, res.Took
	}
	switch {
	case result.Err != nil:
		return report, result, nil
	case result.Status == 304:
		report.Outcome = NotModified
		return report, result, nil
	}
	hash := xxhash.Sum64(res.Body)
	report.Outcome = Same
	if hash == st.BodyHash && hash != 0 {
		return report, result, nil
	}
	found, skipped, err := l.Read(res.Body)
	switch {
	case err != nil:
		result.Err = err
	case res.Cut:
		result.Err = errors.New("the list broke off; the sources that it named are kept")
	case len(found) == 0:
		result.Err = errEmptyList
	}
	if result.Err != nil {
		report.Outcome = Failed
		return report, result, nil
	}
	report.Outcome = Read
	result.Read, result.BodyHash = true, hash
	for _, line := range skipped {
		report.Notes = append(report.Notes, "left out: "+line)
	}
	members, gone := l.members(found, known)
	report.Notes = append(report.Notes, left(gone)...)
	report.New = len(members) - (len(known) - len(gone))
	report.Unchanged = len(members) - report.New
	if slices.Equal(members, known) {
		members = nil
	}
	return report, result, members
}

// members names what was found. Who was there before keeps the name; gone are those that left.
func (l *Lists) members(found []deskwire.Source, known []deskwire.Member) (members, gone []deskwire.Member) {
	by := map[string]deskwire.Member{}
	taken := map[string]bool{}
	for _, m := range known {
		by[m.URL], taken[m.Name] = m, true
	}
	for _, s := range found {
		m := deskwire.Member{URL: s.URL, Title: s.Title, Home: s.Home, Language: s.Language}
		if was, ok := by[s.URL]; ok {
			m.Name = was.Name
			delete(by, s.URL)
		} else {
			m.Name = l.Name(s, taken)
			taken[m.Name] = true
		}
		members = append(members, m)
	}
	for _, m := range known {
		if _, ok := by[m.URL]; ok {
			gone = append(gone, m)
		}
	}
	return members, gone
}

// left says who left a list.
func left(gone []deskwire.Member) (notes []string) {
	const named = 5
	for _, m := range gone[:min(len(gone), named)] {
		notes = append(notes, fmt.Sprintf("%s (%s) left the list and is asked no more; its articles stay", m.Name, m.URL))
	}
	if len(gone) > named {
		notes = append(notes, fmt.Sprintf("and %d more left it", len(gone)-named))
	}
	return notes
}
