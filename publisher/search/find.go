package search

import (
	"cmp"
	"container/heap"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"deskwire"

	"github.com/blevesearch/bleve/v2/search"
	"github.com/blevesearch/bleve/v2/search/searcher"
	index "github.com/blevesearch/bleve_index_api"
)

// find returns at most limit stories that may answer the question, those with the newest place first.
func (c *catalogue) find(ctx context.Context, q *Query, limit int) (ids []deskwire.ID, err error) {
	defer rescue(&err)
	r, err := c.idx.Reader()
	if err != nil {
		return nil, fmt.Errorf("search index: %w", err)
	}
	defer r.Close()
	s, err := q.searcher(ctx, r)
	if err != nil || s == nil {
		return nil, err
	}
	return newest(ctx, r, s, limit)
}

// due returns at most limit stories whose time to be looked at again has come, and when that of the next one does.
func (c *catalogue) due(ctx context.Context, now time.Time, limit int) (ids []deskwire.ID, next time.Time, err error) {
	defer rescue(&err)
	r, err := c.idx.Reader()
	if err != nil {
		return nil, next, fmt.Errorf("search index: %w", err)
	}
	defer r.Close()
	s, err := searcher.NewTermSearcher(ctx, r, "1", fieldDue, 1, unscored)
	if err != nil {
		return nil, next, fmt.Errorf("search index: %w", err)
	}
	err = each(ctx, r, s, func(key string) {
		at := time.Unix(int64(binary.BigEndian.Uint64([]byte(key[:seconds]))), 0)
		switch {
		case at.After(now) && (next.IsZero() || at.Before(next)):
			next = at
		case !at.After(now) && len(ids) < limit:
			ids = append(ids, deskwire.ID(key[seconds:]))
		}
	})
	return ids, next, err
}

// unscored is how everything is searched: what matches is as good as anything else that does, the newest comes first.
var unscored = search.SearcherOptions{Score: "none"}

// searcher is the question in the library's terms; nil where it asks nothing or nothing can match.
func (q *Query) searcher(ctx context.Context, r index.IndexReader) (search.Searcher, error) {
	if !q.Asks() {
		return nil, nil
	}
	var must, not []search.Searcher
	empty := false
	for i := range q.clauses {
		s, err := q.clauses[i].searcher(ctx, r)
		switch {
		case err != nil:
			closeAll(must, not)
			return nil, fmt.Errorf("search index: %w", err)
		case q.clauses[i].not && s != nil:
			not = append(not, s)
		case s != nil:
			must = append(must, s)
		case !q.clauses[i].not:
			empty = true // no word begins so
		}
	}
	if empty {
		return nil, closeAll(must, not)
	}
	all, err := searcher.NewConjunctionSearcher(ctx, r, must, unscored)
	if err != nil || len(not) == 0 {
		return all, err
	}
	none, err := searcher.NewDisjunctionSearcher(ctx, r, not, 1, unscored)
	if err != nil {
		return nil, err
	}
	return searcher.NewBooleanSearcher(ctx, r, all, nil, none, unscored)
}

func closeAll(lists ...[]search.Searcher) (err error) {
	for _, s := range slices.Concat(lists...) {
		err = errors.Join(err, s.Close())
	}
	return err
}

// searcher is one clause; nil where no word of the index begins as it asks.
func (c *clause) searcher(ctx context.Context, r index.IndexReader) (search.Searcher, error) {
	switch {
	case c.in != "":
		return searcher.NewTermSearcher(ctx, r, c.in, fieldIn, 1, unscored)
	case c.source != "":
		return searcher.NewTermSearcher(ctx, r, c.source, fieldSource, 1, unscored)
	}
	last := []string{c.terms[len(c.terms)-1]}
	if c.prefix {
		var err error
		if last, err = expand(r, last[0]); err != nil || len(last) == 0 {
			return nil, err
		}
	}
	if len(c.terms) == 1 {
		if len(last) == 1 {
			return searcher.NewTermSearcher(ctx, r, last[0], fieldText, 1, unscored)
		}
		return searcher.NewMultiTermSearcher(ctx, r, last, fieldText, 1, unscored, false)
	}
	phrase := make([][]string, 0, len(c.terms))
	for _, term := range c.terms[:len(c.terms)-1] {
		phrase = append(phrase, []string{term})
	}
	return searcher.NewMultiPhraseSearcher(ctx, r, append(phrase, last), 0, false, fieldText, 1, unscored)
}

// expand returns the words of the index that begin so, at most [maxExpansion], the most common ones.
func expand(r index.IndexReader, begin string) ([]string, error) {
	dict, err := r.FieldDictPrefix(fieldText, []byte(begin))
	if err != nil {
		return nil, err
	}
	defer dict.Close()
	type found struct {
		term  string
		count uint64
	}
	var all []found
	for {
		e, err := dict.Next()
		if err != nil {
			return nil, err
		}
		if e == nil {
			break
		}
		all = append(all, found{strings.Clone(e.Term), e.Count})
		if len(all) >= 8*maxExpansion {
			all = common(all, func(a, b found) int { return cmp.Compare(b.count, a.count) })
		}
	}
	all = common(all, func(a, b found) int { return cmp.Compare(b.count, a.count) })
	terms := make([]string, len(all))
	for i := range all {
		terms[i] = all[i].term
	}
	return terms, nil
}

// common keeps the first [maxExpansion] of a list in an order.
func common[T any](list []T, order func(a, b T) int) []T {
	slices.SortStableFunc(list, order)
	return list[:min(len(list), maxExpansion)]
}

// glance is after how many hits it is looked whether somebody still waits.
const glance = 1024

// each walks all that a searcher finds, and closes it.
func each(ctx context.Context, r index.IndexReader, s search.Searcher, f func(key string)) error {
	defer s.Close()
	values, err := r.DocValueReader([]string{fieldKey})
	if err != nil {
		return fmt.Errorf("search index: %w", err)
	}
	sc := &search.SearchContext{DocumentMatchPool: search.NewDocumentMatchPool(s.DocumentMatchPoolSize()+1, 0), IndexReader: r}
	take := func(_ string, key []byte) {
		if len(key) > seconds {
			f(string(key))
		}
	}
	for n := 0; ; n++ {
		if n%glance == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		m, err := s.Next(sc)
		if err != nil {
			return fmt.Errorf("search index: %w", err)
		}
		if m == nil {
			return nil
		}
		if err := values.VisitDocValues(m.IndexInternalID, take); err != nil {
			return fmt.Errorf("search index: %w", err)
		}
		sc.DocumentMatchPool.Put(m)
	}
}

// newest are the stories with the newest places among all that a searcher finds.
func newest(ctx context.Context, r index.IndexReader, s search.Searcher, limit int) ([]deskwire.ID, error) {
	var best oldestFirst
	if err := each(ctx, r, s, func(key string) {
		switch {
		case len(best) < limit:
			heap.Push(&best, key)
		case key > best[0]:
			best[0] = key
			heap.Fix(&best, 0)
		}
	}); err != nil {
		return nil, err
	}
	slices.Sort(best)
	ids := make([]deskwire.ID, 0, len(best))
	for _, key := range slices.Backward(best) {
		ids = append(ids, deskwire.ID(key[seconds:]))
	}
	return ids, nil
}

// oldestFirst is a heap of sort keys, the one to give up first on top.
type oldestFirst []string

func (h oldestFirst) Len() int           { return len(h) }
func (h oldestFirst) Less(i, j int) bool { return h[i] < h[j] }
func (h oldestFirst) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *oldestFirst) Push(x any)        { *h = append(*h, x.(string)) }
func (h *oldestFirst) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}
