package publisher

import (
	"container/list"
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"time"
)

const (
	// keptBytes is how much is kept of documents that are made when they are asked for: some twenty-five pages of 100 articles of
	// 4 KB with their compressed forms. Who walks a long archive asks for each page once, and that should not cost the memory of a
	// small server.
	keptBytes = 16 << 20
	// makeFor is how long making one may take, whoever still waits for it.
	makeFor = 30 * time.Second
)

// kept holds documents that are made when they are asked for: those that were asked for last, as many as there is room for.
// Requests that meet wait for one making.
type kept struct {
	mu      sync.Mutex
	entries map[string]*list.Element // of *keeping, by path
	order   list.List                // the one used last in front
	bytes   int
	room    int
	makers  chan struct{} // bounds how many are made at once: feeds come first
}

// keeping is one document, or one in the making.
type keeping struct {
	path, version string
	ready         chan struct{} // closed when the rest stands
	doc           *Document
	until         time.Time
	err           error
	bytes         int
}

func newKept(room int) *kept {
	return &kept{entries: map[string]*list.Element{}, room: room, makers: make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2))}
}

// A maker makes one document, and says when it has to be made anew though nobody wrote; zero is never.
type maker func(context.Context) (doc *Document, until time.Time, err error)

// get returns what is kept for a path in that version, or has it made. That is not cancelled when ctx ends: somebody else may be
// waiting for it.
func (k *kept) get(ctx context.Context, path, version string, now time.Time, m maker) (*Document, time.Time, error) {
	e, ours := k.enter(path, version, now)
	if ours {
		go k.fill(context.WithoutCancel(ctx), e, m)
	}
	select {
	case <-e.ready:
		return e.doc, e.until, e.err
	case <-ctx.Done():
		return nil, time.Time{}, context.Cause(ctx)
	}
}

// enter finds what is kept or begins to keep it; ours says that the caller has to have it made.
func (k *kept) enter(path, version string, now time.Time) (e *keeping, ours bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if at := k.entries[path]; at != nil {
		if e := at.Value.(*keeping); e.version == version && !e.over(now) {
			k.order.MoveToFront(at)
			return e, false
		}
		k.drop(at)
	}
	e = &keeping{path: path, version: version, ready: make(chan struct{})}
	k.entries[path] = k.order.PushFront(e)
	return e, true
}

// over reports whether a document that is made has had its time.
func (e *keeping) over(now time.Time) bool {
	select {
	case <-e.ready:
		return e.err != nil || !e.until.IsZero() && !now.Before(e.until)
	default:
		return false
	}
}

func (k *kept) fill(ctx context.Context, e *keeping, m maker) {
	defer close(e.ready) // when the books are closed as well
	ctx, cancel := context.WithTimeout(ctx, makeFor)
	defer cancel()
	select {
	case k.makers <- struct{}{}:
		e.make(ctx, m)
		<-k.makers
	case <-ctx.Done():
		e.err = ctx.Err()
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	at := k.entries[e.path]
	if at == nil || at.Value != e {
		return // another version is wanted by now
	}
	if e.doc == nil {
		k.drop(at)
		return
	}
	for _, f := range []Form{e.doc.Plain, e.doc.Gzip, e.doc.Brotli, e.doc.Zstd} {
		e.bytes += len(f.Body)
	}
	k.bytes += e.bytes
	for last := k.order.Back(); k.bytes > k.room && last != nil; {
		before := last.Prev()
		if last.Value.(*keeping).bytes > 0 { // else it is in the making
			k.drop(last)
		}
		last = before
	}
}

// make makes the document. Nobody above would catch a panic here, and one page must not stop the program.
func (e *keeping) make(ctx context.Context, m maker) {
	defer func() {
		if p := recover(); p != nil {
			e.doc, e.err = nil, fmt.Errorf("%s: panic: %v\n%s", e.path, p, debug.Stack())
		}
	}()
	e.doc, e.until, e.err = m(ctx)
}

func (k *kept) drop(at *list.Element) {
	e := k.order.Remove(at).(*keeping)
	delete(k.entries, e.path)
	k.bytes -= e.bytes
}
