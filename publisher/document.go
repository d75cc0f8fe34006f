package publisher

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"runtime"
	"sync"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// A Document is one address of the site, made once and served as it is until it changes. It is never changed itself.
type Document struct {
	Path  string // below the site's root, with a leading slash; a folder's page ends in one
	Type  string // media type
	Kind  Kind
	Links string // value of the Link header (RFC 8288), "" for none
	// Secret says that the path is one: who does not know it must not learn it from anything that we list, log or send.
	Secret bool
	// Gone says that there is nothing at the path any more (410), and the document says so.
	Gone bool

	Plain  Form
	Gzip   Form // no body where it would not be smaller, as the next two
	Brotli Form
	Zstd   Form

	// Modified is the second after the bytes changed. It is told to readers once that second has begun: so it is never ahead
	// of the clock, and two contents of one address never have the same, even when they follow each other within a second or
	// across a restart.
	Modified time.Time

	items  []uint64 // hashes of a feed's items, in their order
	before []past   // the editions before, the newest first
}

// A Kind says how a document is handed out.
type Kind uint8

const (
	KindPage    Kind = iota // for people
	KindFeed                // for programs of any site; nothing in it may run
	KindAsset               // what pages load
	KindText                // what else there is
	KindArchive             // a feed that hardly ever changes
	KindEmbed               // for people, on pages of other sites
)

// A Form is a document's bytes in one content coding, under a strong ETag of its own (RFC 9110 §8.8.3.3).
type Form struct {
	Body []byte
	ETag string
}

// minCompressed is the size below which a document fits one packet anyway.
const minCompressed = 256

// newDocument makes the plain form and the names of all forms. was is what stood at the path before, or nil.
func newDocument(d Document, body []byte, now time.Time, was *Document) *Document {
	sum := sha256.Sum256(body)
	tag := base64.RawURLEncoding.EncodeToString(sum[:12])
	d.Plain = Form{body, `"` + tag + `"`}
	d.Gzip.ETag, d.Brotli.ETag, d.Zstd.ETag = `"`+tag+`-gz"`, `"`+tag+`-br"`, `"`+tag+`-zs"`
	d.Modified = now.UTC().Truncate(time.Second).Add(time.Second)
	if was != nil && d.Modified.Before(was.Modified) { // the clock was set back
		d.Modified = was.Modified.Add(time.Second)
	}
	d.remember(was)
	return &d
}

// same reports whether a document made of these would be the same as d.
func (d *Document) same(o *Document, body []byte) bool {
	return d != nil && d.Type == o.Type && d.Kind == o.Kind && d.Links == o.Links && d.Secret == o.Secret && bytes.Equal(d.Plain.Body, body)
}

// compressAll makes the compressed forms of new documents, on all processors: it is most of the work of publishing.
func compressAll(docs []*Document) {
	type job struct {
		form  *Form
		plain []byte
		codec *sync.Pool
	}
	jobs := make(chan job)
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), 3*len(docs)) {
		wg.Go(func() {
			for j := range jobs {
				if z := compress(j.codec, j.plain); len(z) < len(j.plain) {
					j.form.Body = z
				}
			}
		})
	}
	for _, d := range docs {
		if body := d.Plain.Body; len(body) >= minCompressed {
			jobs <- job{&d.Brotli, body, &brotlis}
			jobs <- job{&d.Gzip, body, &gzippers}
			jobs <- job{&d.Zstd, body, &zstds}
		}
	}
	close(jobs)
	wg.Wait()
}

// coder is what all compressors are.
type coder interface {
	io.WriteCloser
	Reset(io.Writer)
}

// The compressors are used again. What they packed before must not show: a form is a function of the document, or its tag
// would lie after a restart. (brotli's older writer fails at that; a test watches.) Levels are such that a desk with 50 full
// articles is packed in some 10 ms: the bytes are sent many times, but a new article is waiting.
var (
	gzippers = sync.Pool{New: func() any { return fixed(gzip.NewWriterLevel(io.Discard, 6)) }}
	brotlis  = sync.Pool{New: func() any { return brotli.NewWriterV2(io.Discard, 3) }}
	zstds    = sync.Pool{New: func() any {
		// Readers may refuse windows above 8 MB (RFC 9659 §3); documents are smaller.
		return fixed(zstd.NewWriter(io.Discard, zstd.WithEncoderConcurrency(1), zstd.WithLowerEncoderMem(true), zstd.WithWindowSize(2<<20)))
	}}
)

func fixed[T any](w T, err error) T {
	if err != nil {
		panic(err) // the levels are constants
	}
	return w
}

// compress returns the packed bytes. They are a function of what is packed: there is no name and no time in them.
func compress(codec *sync.Pool, plain []byte) []byte {
	w := codec.Get().(coder)
	defer codec.Put(w)
	var b bytes.Buffer
	b.Grow(len(plain)/3 + 512)
	w.Reset(&b)
	if _, err := w.Write(plain); err != nil {
		return plain // a buffer never fails; the plain form would be sent
	}
	if err := w.Close(); err != nil {
		return plain
	}
	return bytes.Clone(b.Bytes()) // without the room that was left
}

// Answer makes a document that answers one question and is kept by nobody.
func Answer(d Document, body []byte, now time.Time) *Document {
	doc := newDocument(d, body, now, nil)
	compressAll([]*Document{doc})
	return doc
}
