package search

import (
	"cmp"
	"container/heap"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"deskwire"
	"deskwire/publisher"
	"deskwire/storage"

	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/document"
	"github.com/blevesearch/bleve/v2/index/scorch"
	"github.com/blevesearch/bleve/v2/search"
	"github.com/blevesearch/bleve/v2/search/searcher"
	index "github.com/blevesearch/bleve_index_api"
)

// errDamaged says that the index can not be read: it is made anew.
var errDamaged = errors.New("the search index is damaged")

// version is of how texts are cut and folded and of what is written: an index of another one is made anew.
const version = 1

// The fields of a document of the index. Short names: each stands in every segment.
const (
	fieldText   = "t" // the words
	fieldIn     = "c" // keys of channels
	fieldSource = "s"
	fieldKey    = "k" // [sortKey], to sort by and to know the story by
	fieldDue    = "d" // the second when the story is to be looked at again, where nothing of it may be found before
)

const (
	// maxExpansion is how many words the beginning of a word stands for; the most common ones where there are more.
	maxExpansion = 200
	// maxMerged is how many documents a segment has at most. Merging takes memory by the size of what is merged.
	maxMerged = 200_000
	// analysts is how many documents are taken apart at a time: searching is not what the machine is for.
	analysts = 1
	// lockTime is how long another process may hold the index before it is said to be in use.
	lockTime = "2s"
)

// A stamp is what an index is of, and how far it has come. It is written with the documents, all or nothing.
type stamp struct {
	Version int            `json:"version"`
	Store   string         `json:"store"`
	By      string         `json:"by"`    // [publisher.Press.FoundBy]
	At      storage.Cursor `json:"at"`    // all changes up to here are in
	Whole   bool           `json:"whole"` // the end of the changes was reached once since By
}

// catalogue is the index as it lies in its folder.
type catalogue struct {
	idx   index.Index
	queue *index.AnalysisQueue
}

// openCatalogue opens the index in a folder, and makes it when there is none.
func openCatalogue(folder string) (c *catalogue, err error) {
	defer rescue(&err)
	if err := verifySegments(folder); err != nil {
		return nil, err
	}
	c = &catalogue{queue: index.NewAnalysisQueue(analysts)}
	config := map[string]any{"path": folder, "bolt_timeout": lockTime, "numSnapshotsToKeep": 1, "scorchMergePlanOptions": map[string]any{"MaxSegmentSize": maxMerged}}
	if c.idx, err = scorch.NewScorch("search", config, c.queue); err == nil {
		err = c.idx.Open()
	}
	if err != nil {
		c.queue.Close()
		return nil, fmt.Errorf("search index: %w", err)
	}
	return c, nil
}

// verifySegments compares the files of an index with their sums, which the library writes and does not look at: what reads a
// damaged file from mapped memory ends the program.
func verifySegments(folder string) error {
	files, err := filepath.Glob(filepath.Join(folder, "*.zap"))
	if err != nil {
		return fmt.Errorf("search index: %w", err)
	}
	for _, name := range files {
		if err := verifySegment(name); err != nil {
			return err
		}
	}
	return nil
}

func verifySegment(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return fmt.Errorf("search index: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("search index: %w", err)
	}
	var last [crc32.Size]byte
	if info.Size() < crc32.Size {
		return fmt.Errorf("%s is too short: %w", filepath.Base(name), errDamaged)
	}
	sum := crc32.NewIEEE()
	if _, err := io.Copy(sum, io.LimitReader(f, info.Size()-crc32.Size)); err != nil {
		return fmt.Errorf("search index: %w", err)
	}
	if _, err := io.ReadFull(f, last[:]); err != nil {
		return fmt.Errorf("search index: %w", err)
	}
	if binary.BigEndian.Uint32(last[:]) != sum.Sum32() {
		return fmt.Errorf("%s has another sum: %w", filepath.Base(name), errDamaged)
	}
	return nil
}

// rescue makes a panic an error: what lies in a file must not end a server.
func rescue(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("%v: %w\n%s", p, errDamaged, debug.Stack())
	}
}

func (c *catalogue) close() (err error) {
	defer rescue(&err)
	err = c.idx.Close()
	c.queue.Close()
	return err
}

var stampKey = []byte("stamp")

// stamp is that of the index; the zero stamp of a new one.
func (c *catalogue) stamp() (st stamp, err error) {
	defer rescue(&err)
	r, err := c.idx.Reader()
	if err != nil {
		return st, fmt.Errorf("search index: %w", err)
	}
	defer r.Close()
	b, err := r.GetInternal(stampKey)
	if err != nil || len(b) == 0 {
		return st, err
	}
	if err := json.Unmarshal(b, &st); err != nil {
		return st, fmt.Errorf("stamp: %w", errDamaged)
	}
	return st, nil
}

// An entry is what the index is told of one story: what is found, or since nothing may be, when to look again, or neither.
type entry struct {
	id    deskwire.ID
	found *publisher.Found
	until time.Time
}

// put writes entries in place of what was there, and the stamp with them.
func (c *catalogue) put(entries []entry, st stamp) (err error) {
	defer rescue(&err)
	b := index.NewBatch()
	for i := range entries {
		e := &entries[i]
		switch {
		case e.found != nil:
			b.Update(documentOf(e.found))
		case !e.until.IsZero():
			d := document.NewDocument(string(e.id))
			d.AddField(keyword(fieldDue, "1", index.IndexField))
			d.AddField(keyword(fieldKey, sortKey(e.until.Add(time.Second-1), e.id), index.IndexField|index.DocValues)) // never before its time
			b.Update(d)
		default:
			b.Delete(string(e.id))
		}
	}
	raw, err := json.Marshal(st)
	if err != nil {
		return err
	}
	b.SetInternal(stampKey, raw)
	if err := c.idx.Batch(b); err != nil {
		return fmt.Errorf("search index: %w", err)
	}
	return nil
}

func documentOf(f *publisher.Found) *document.Document {
	d := document.NewDocument(string(f.Item.Story))
	d.AddField(document.NewTextFieldCustom(fieldText, nil, nil, index.IndexField|index.IncludeTermVectors, analyzed{textOf(&f.Item)}))
	for _, key := range f.Channels {
		d.AddField(keyword(fieldIn, key, index.IndexField))
	}
	d.AddField(keyword(fieldSource, f.Item.Article.Source, index.IndexField))
	d.AddField(keyword(fieldKey, sortKey(f.Item.Placed, f.Item.Story), index.IndexField|index.DocValues))
	return d
}

func keyword(field, value string, options index.FieldIndexingOptions) document.Field {
	return document.NewTextFieldCustom(field, nil, []byte(value), options, nil)
}

// analyzed hands over the words of a text.
type analyzed struct{ text *text }

func (a analyzed) Analyze([]byte) analysis.TokenStream {
	tokens := make([]analysis.Token, len(a.text.words))
	stream := make(analysis.TokenStream, len(tokens))
	for i := range a.text.words {
		w := &a.text.words[i]
		// Where a word stands in bytes is worked out when it is shown; here it would only take room.
		tokens[i] = analysis.Token{Term: []byte(w.term), Position: w.at}
		stream[i] = &tokens[i]
	}
	return stream
}

// sortKey sorts as time does, then by story, and ends in the story's ID.
func sortKey(t time.Time, id deskwire.ID) string {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(max(t.Unix(), 0)))
	return string(b[:]) + string(id)
}

// seconds is the length of the time in a [sortKey].
const seconds = 8

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

// damagedUnlessBusy is an error of opening: but for one of the lock, or of the system, it is the files'.
func damagedUnlessBusy(err error) error {
	var path *os.PathError
	if errors.Is(err, errDamaged) || errors.As(err, &path) || strings.Contains(err.Error(), "timeout") {
		return err
	}
	return fmt.Errorf("%w: %w", err, errDamaged)
}
