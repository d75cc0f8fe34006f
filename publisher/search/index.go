package search

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"deskwire"
	"deskwire/publisher"
	"deskwire/storage"

	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/document"
	"github.com/blevesearch/bleve/v2/index/scorch"
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

// damagedUnlessBusy is an error of opening: but for one of the lock, or of the system, it is the files'.
func damagedUnlessBusy(err error) error {
	var path *os.PathError
	if errors.Is(err, errDamaged) || errors.As(err, &path) || strings.Contains(err.Error(), "timeout") {
		return err
	}
	return fmt.Errorf("%w: %w", err, errDamaged)
}
