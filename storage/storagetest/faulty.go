package storagetest

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"sync/atomic"

	"deskwire/storage"
)

// ErrFault is what a [Faulty] engine fails with.
var ErrFault = errors.New("fault on purpose")

// A Faulty engine fails one operation: the nth call of a method of a transaction, or the commit of an Update that would be
// the nth. It stands for the disk that is full and the page that can't be read. The zero At fails nothing.
type Faulty struct {
	storage.Engine
	// At is which operation fails, counted from 1 since the last Reset. Later ones succeed again.
	at, count atomic.Int64
}

// Fail makes the nth operation from now on fail; 0 makes none fail.
func (e *Faulty) Fail(n int) {
	e.count.Store(0)
	e.at.Store(int64(n))
}

// Failed reports whether the operation that was to fail has been reached.
func (e *Faulty) Failed() bool { at := e.at.Load(); return at > 0 && e.count.Load() >= at }

// next counts an operation and reports whether it is the one to fail.
func (e *Faulty) next() bool { return e.count.Add(1) == e.at.Load() }

func (e *Faulty) View(ctx context.Context, f func(storage.Tx) error) error {
	return e.Engine.View(ctx, func(tx storage.Tx) error {
		t := &faulty{tx: tx, e: e}
		err := f(t)
		return cmp.Or(t.err, err)
	})
}

func (e *Faulty) Update(ctx context.Context, f func(storage.Tx) error) error {
	return e.Engine.Update(ctx, func(tx storage.Tx) error {
		t := &faulty{tx: tx, e: e}
		err := f(t)
		if t.err == nil && err == nil && e.next() { // the commit
			t.err = ErrFault
		}
		return cmp.Or(t.err, err)
	})
}

// A faulty transaction keeps the first failure, as every engine does.
type faulty struct {
	tx  storage.Tx
	e   *Faulty
	err error
}

func (t *faulty) ok() bool {
	if t.err == nil && t.e.next() {
		t.err = ErrFault
	}
	return t.err == nil
}

func (t *faulty) Get(table storage.Table, keys ...string) [][]byte {
	if !t.ok() {
		return make([][]byte, len(keys))
	}
	return t.tx.Get(table, keys...)
}

func (t *faulty) Scan(table storage.Table, from, to string, limit int, reverse bool) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		if !t.ok() {
			return
		}
		for key, val := range t.tx.Scan(table, from, to, limit, reverse) {
			if !yield(key, val) || t.err != nil {
				return
			}
		}
	}
}

func (t *faulty) Set(table storage.Table, key string, val []byte) {
	if t.ok() {
		t.tx.Set(table, key, val)
	}
}

func (t *faulty) Delete(table storage.Table, key string) {
	if t.ok() {
		t.tx.Delete(table, key)
	}
}

func (t *faulty) Stamp() storage.Stamp {
	if !t.ok() {
		return 0
	}
	return t.tx.Stamp()
}

// Again wraps an engine so that every Update runs its function twice: the first run is rolled back. Engines with several
// writers do so when two of them meet.
func Again(e storage.Engine) storage.Engine { return again{e} }

type again struct{ storage.Engine }

var errAgain = errors.New("run again")

func (e again) Update(ctx context.Context, f func(storage.Tx) error) error {
	err := e.Engine.Update(ctx, func(tx storage.Tx) error {
		if err := f(tx); err != nil {
			return err
		}
		return errAgain
	})
	if !errors.Is(err, errAgain) {
		return err
	}
	return e.Engine.Update(ctx, f)
}
