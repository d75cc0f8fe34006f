package aggregator

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"runtime/debug"
	"time"

	"deskwire"
	"deskwire/aggregator/fetch"
	"deskwire/aggregator/match"
	"deskwire/aggregator/parse"
	"deskwire/storage"

	"github.com/cespare/xxhash/v2"
)

const (
	// largeBody is the size from which documents are read one at a time: reading takes a multiple of it in memory.
	largeBody = 1 << 20
	// keptBuffer is the largest buffer that a worker keeps for its next document.
	keptBuffer = 1 << 20
)

// errFault is what a source's report says when it brought a bug of ours to light. The log has the rest.
var errFault = errors.New("a fault of deskwire itself while reading it; please report it with the log")

var errBroken = errors.New("the document breaks off before its first item")

// A job is what trying one source came to, on its way to the merger.
type job struct {
	report   SourceReport
	prepared storage.Prepared
	src      *deskwire.Source
	state    deskwire.SourceState
	returned bool // the source was claimed and not asked: nothing to report
	part     bool // another document of the source follows, and the report with it
	// whole reads the document again, all of it; nil where nothing was left out.
	whole func() (storage.Prepared, error)
	held  int // bytes of memory that whole holds on to
}

// giveBack ends a claim without having used it.
func giveBack(c storage.Claim) job {
	return job{returned: true, prepared: storage.Prepare(storage.Fetched{Source: c.Source, State: c.State})}
}

// patience is how long a worker waits for a server before another one is started in its stead: a few servers that drip would
// hold up all the others, and waiting takes no processor. At most as many are started as there are workers.
const patience = 3 * time.Second

// A worker does one source at a time.
type worker struct {
	*round
	buffer   []byte // for the next body
	relieved bool   // another one has taken over: this one ends with what it is at
}

func (w *worker) run(ctx context.Context) {
	for {
		c, leave, ok := w.queue.next(ctx)
		if !ok {
			return
		}
		if path, ok := fetch.Folder(w.sources[c.Source].URL); ok {
			w.folder(ctx, c, path)
			leave()
			continue
		}
		w.jobs <- w.do(ctx, c, leave)
		if w.relieved {
			w.standIns.Add(-1)
			return
		}
	}
}

// startWorker starts one more. It is called before the first source or by one that is still working.
func (r *round) startWorker(ctx context.Context) {
	r.working.Go(func() {
		w := worker{round: r}
		w.run(ctx)
	})
}

// relief has another worker started when this one waits for long. What it returns is called once, when the wait is over.
func (w *worker) relief(ctx context.Context) (over func()) {
	if w.relieved {
		return func() {}
	}
	done := make(chan bool, 1)
	timer := time.AfterFunc(patience, func() {
		if w.standIns.Add(1) > int64(w.workers()) {
			w.standIns.Add(-1)
			done <- false
			return
		}
		w.startWorker(ctx)
		done <- true
	})
	return func() { w.relieved = !timer.Stop() && <-done }
}

// do asks one source and prepares what came.
func (w *worker) do(ctx context.Context, c storage.Claim, leave func()) job {
	defer leave()
	src := w.sources[c.Source]
	t := try{worker: w, src: src, claim: c, state: fetch.Begin(src, c.State)}
	if c.State.ConfiguredURL != src.URL {
		t.claim.Marks = nil // they are of another document
	}
	if until := w.rests.until(fetch.Host(t.state.URL)); until.After(w.now()) {
		return t.putOff(until)
	}
	over := w.relief(ctx)
	res, err := w.Client.Fetch(ctx, w.ask(&t))
	over()
	leave()
	t.result = fetch.Answered(res, err)
	if t.result.Interrupted(ctx) {
		return giveBack(c)
	}
	t.report = SourceReport{Source: src.Name, Outcome: Failed, Status: t.result.Status}
	if res != nil {
		t.report.Bytes, t.report.Took = res.Wire, res.Took
	}
	switch {
	case t.result.Err != nil:
	case t.result.Status == http.StatusNotModified:
		t.report.Outcome = NotModified
	default:
		t.read(res)
	}
	if t.result.Err == nil {
		t.fullText(ctx)
	}
	if res != nil && t.whole == nil && cap(res.Body) > cap(w.buffer) && cap(res.Body) <= keptBuffer {
		w.buffer = res.Body[:0]
	}
	return t.finish()
}

func (w *worker) ask(t *try) fetch.Request {
	req := fetch.Ask(t.src, &t.state, w.now())
	req.Into = w.buffer
	return req
}

// A try is one source being asked.
type try struct {
	*worker
	src    *deskwire.Source
	claim  storage.Claim
	state  deskwire.SourceState // before the try
	result fetch.Result
	report SourceReport

	doc     *parse.Document
	partial bool // doc leaves items out that did not change
	whole   func() (storage.Prepared, error)
	held    int

	restHost  string // that answered a page with 429, and until when it rests
	restUntil time.Time
}

// read reads the document that came, as far as it is new.
func (t *try) read(res *fetch.Response) {
	hash := xxhash.Sum64(res.Body)
	t.report.Outcome = Same
	if hash == t.state.BodyHash && hash != 0 {
		return
	}
	in := parse.Input{
		Body: res.Body, ContentType: res.ContentType, URL: res.FinalURL, Source: *t.src, Now: t.now(), Header: t.state.Header,
	}
	if len(t.claim.Marks) > 0 {
		in.Known = func(mark uint64) bool { _, known := t.claim.Marks[mark]; return known }
	}
	doc, err := t.parse(in)
	if err == nil && doc.Truncated && len(doc.Drafts)+len(doc.Skipped) == 0 {
		err = errBroken
	}
	if err != nil {
		t.report.Outcome, t.result.Err = Failed, err
		return
	}
	t.doc, t.partial = doc, len(doc.Skipped) > 0
	t.report.Outcome = Read
	t.report.Notes = append(t.report.Notes, doc.Notes...)
	if res.Cut && !doc.Truncated {
		t.report.Notes = append(t.report.Notes, "the answer broke off; what came before was read")
	}
	r := &t.result
	// Not every connection tells that it broke. What comes again just so was whole.
	r.Cut = r.Cut || doc.Truncated
	r.Read, r.BodyHash, r.Header, r.Hints = true, hash, doc.Header, doc.Hints
	r.Title, r.Home, r.Language = doc.Title, doc.Home, doc.Language
	for i := range doc.Drafts {
		r.Dates = append(r.Dates, doc.Drafts[i].Published)
	}
	if t.partial {
		in.Known = nil
		t.held = cap(res.Body)
		t.whole = func() (storage.Prepared, error) { return t.again(in) }
		t.buffer = nil // it is the closure's now
	}
}

// parse reads a document, within the bounds of how many may be read at once. A panic is this source's error and nobody else's.
func (t *try) parse(in parse.Input) (doc *parse.Document, err error) {
	// In this order: a large document that waits for another one must not keep a processor from the small ones.
	if len(in.Body) > largeBody {
		t.large.Lock()
		defer t.large.Unlock()
	}
	t.reading <- struct{}{}
	defer func() { <-t.reading }()
	defer func() {
		if fault := recover(); fault != nil {
			t.log().Error("panic while reading a source", "source", in.Source.Name, "panic", fmt.Sprint(fault), "stack", string(debug.Stack()))
			doc, err = nil, errFault
		}
	}()
	if doc, err = parse.Parse(in); err != nil {
		return nil, err
	}
	match.KeysOf(doc.Drafts, t.src, len(doc.Skipped) > 0)
	return doc, nil
}

// again reads the whole document and prepares it like the part before.
func (t *try) again(in parse.Input) (storage.Prepared, error) {
	doc, err := t.parse(in)
	if err != nil {
		return storage.Prepared{}, err
	}
	wanted(t.src, doc.Drafts)
	return storage.Prepare(t.fetched(doc)), nil
}

// fetched is what the store is told of a document; nil is that none was read.
func (t *try) fetched(doc *parse.Document) storage.Fetched {
	f := storage.Fetched{Source: t.src.Name, State: t.state, Seen: t.now()}
	if doc != nil {
		f.Read, f.Drafts, f.Skipped, f.Domain = true, doc.Drafts, doc.Skipped, match.Speaker(t.src)
	}
	return f
}

// finish works out the state after the try.
func (t *try) finish() job {
	var notes []string
	now := t.now()
	t.state, notes = fetch.After(t.src, t.state, t.result, now, jitter())
	t.state = fetch.Part(t.src, t.state, t.claim.State.LastTry, now, t.queue.count(), rand.Float64())
	t.report.Notes = append(t.report.Notes, notes...)
	t.report.Failures = t.state.Failures
	switch {
	case t.state.Gone:
		t.report.Outcome, t.report.Error = Gone, t.state.Error
	case t.result.Err != nil || t.state.Failures > 0:
		t.report.Outcome, t.report.Error = Failed, t.state.Error
	}
	if t.restUntil.After(t.state.HostUntil) { // what a page was told counts for the host in later processes too
		t.state.HostUntil, t.state.RestHost = t.restUntil, t.restHost
	}
	t.rests.rest(fetch.Resting(&t.state), t.state.HostUntil)
	t.report.NextCheck, t.report.Reason = fetch.Next(t.src, &t.state, now), t.state.NextReason
	j := job{report: t.report, src: t.src, state: t.state, whole: t.whole, held: t.held}
	j.prepared = storage.Prepare(t.fetched(t.doc))
	return j
}

// putOff leaves a source for later because its host has asked for a rest since it was claimed.
func (t *try) putOff(until time.Time) job {
	t.state = fetch.PutOff(t.state, until, jitter())
	t.report = SourceReport{Source: t.src.Name, Outcome: PutOff, NextCheck: t.state.NextCheck, Reason: t.state.NextReason}
	return job{report: t.report, src: t.src, state: t.state, prepared: storage.Prepare(t.fetched(nil))}
}
