// Package memory is the storage engine of tests and of demonstrations: everything is in memory and gone with the process.
//
// It keeps every rule of [storage.Engine] that a file keeps, except durability. A View reads the trees as they stood when
// it began; an Update works on copies that share all nodes it does not touch.
package memory

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"sync/atomic"

	"github.com/tidwall/btree"

	"deskwire"
	"deskwire/storage"
)

// An Engine is a [storage.Engine] without a file. Make one with [Open].
type Engine struct {
	now    atomic.Pointer[snapshot]
	writer chan struct{} // holds its one token while nobody writes
}

type tree = btree.Map[string, []byte]

// A snapshot is never changed once it is in Engine.now.
type snapshot struct {
	tables map[storage.Table]*tree
	stamp  storage.Stamp
	closed bool
}

var errClosed = errors.New("memory store: already closed")

// Open returns an empty engine.
func Open() *Engine {
	e := &Engine{writer: make(chan struct{}, 1)}
	e.writer <- struct{}{}
	e.now.Store(&snapshot{tables: map[storage.Table]*tree{}})
	return e
}

// Close forgets everything. Transactions that run are not disturbed.
func (e *Engine) Close() error {
	<-e.writer
	e.now.Store(&snapshot{closed: true})
	e.writer <- struct{}{}
	return nil
}

// View runs f on the newest commit.
func (e *Engine) View(ctx context.Context, f func(storage.Tx) error) error {
	snap := e.now.Load()
	if snap.closed {
		return errClosed
	}
	t := &tx{ctx: ctx, tables: snap.tables, stamp: snap.stamp}
	defer t.end()
	return t.run(f)
}

// Update runs f on copies and publishes them at once. It waits for other Updates, but not beyond ctx.
func (e *Engine) Update(ctx context.Context, f func(storage.Tx) error) error {
	select {
	case <-e.writer:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { e.writer <- struct{}{} }()
	snap := e.now.Load()
	if snap.closed {
		return errClosed
	}
	t := &tx{ctx: ctx, tables: maps.Clone(snap.tables), stamp: snap.stamp, own: map[storage.Table]bool{}}
	defer t.end()
	if err := t.run(f); err != nil {
		return err
	}
	e.now.Store(&snapshot{tables: t.tables, stamp: t.stamp})
	return nil
}

// A tx holds its context because the methods of storage.Tx take none and it lives no longer than the call it came with.
type tx struct {
	ctx     context.Context
	tables  map[storage.Table]*tree
	own     map[storage.Table]bool // tables copied for writing; nil in a View
	scans   map[storage.Table]int
	stamp   storage.Stamp
	stamped bool
	ended   bool
	err     error
}

func (t *tx) run(f func(storage.Tx) error) error {
	if err := t.ctx.Err(); err != nil {
		return err
	}
	err := f(t)
	return cmp.Or(t.err, err) // what f made of empty reads is not the reason
}

func (t *tx) end() { t.ended = true }

// ready reports whether the transaction still works, and keeps the first reason why not.
func (t *tx) ready() bool {
	if t.ended {
		panic("memory: transaction used after its end")
	}
	if t.err == nil {
		t.err = t.ctx.Err()
	}
	return t.err == nil
}

func (t *tx) good(name storage.Table, key string) bool {
	if len(key) == 0 || len(key) > storage.MaxKey {
		t.err = fmt.Errorf("table %s: key of %d bytes: %w", name, len(key), deskwire.ErrInvalid)
	}
	return t.err == nil
}

func (t *tx) Get(name storage.Table, keys ...string) [][]byte {
	vals := make([][]byte, len(keys))
	if !t.ready() {
		return vals
	}
	table := t.tables[name]
	for i, key := range keys {
		if !t.good(name, key) {
			clear(vals)
			return vals
		}
		if table != nil {
			vals[i], _ = table.Get(key)
		}
	}
	return vals
}

func (t *tx) Scan(name storage.Table, from, to string, limit int, reverse bool) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		if !t.ready() || t.tables[name] == nil {
			return
		}
		if t.scans == nil {
			t.scans = map[storage.Table]int{}
		}
		t.scans[name]++
		defer func() { t.scans[name]-- }()
		it := t.tables[name].Iter()
		n := 0
		for ok := start(&it, from, to, reverse); ok; {
			key := it.Key()
			if reverse && key < from || !reverse && to != "" && key >= to {
				return
			}
			if !yield(key, it.Value()) || !t.ready() {
				return
			}
			if n++; n == limit {
				return
			}
			if reverse {
				ok = it.Prev()
			} else {
				ok = it.Next()
			}
		}
	}
}

// start puts the iterator on the first key of a scan.
func start(it *btree.MapIter[string, []byte], from, to string, reverse bool) bool {
	switch {
	case !reverse && from == "":
		return it.First()
	case !reverse:
		return it.Seek(from)
	case to == "":
		return it.Last()
	case it.Seek(to):
		return it.Prev()
	}
	return it.Last()
}

// writable returns the transaction's own copy of a table.
func (t *tx) writable(name storage.Table, key string) *tree {
	if !t.ready() {
		return nil
	}
	if t.own == nil {
		t.err = fmt.Errorf("table %s: write inside a View: %w", name, deskwire.ErrInvalid)
		return nil
	}
	if !t.good(name, key) {
		return nil
	}
	if t.scans[name] > 0 {
		panic("memory: table " + string(name) + " is written while it is scanned")
	}
	switch {
	case t.tables[name] == nil:
		t.tables[name] = new(tree)
	case !t.own[name]:
		t.tables[name] = t.tables[name].Copy()
	}
	t.own[name] = true
	return t.tables[name]
}

func (t *tx) Set(name storage.Table, key string, val []byte) {
	if table := t.writable(name, key); table != nil {
		table.Set(key, append([]byte{}, val...)) // the caller may use val again after the transaction
	}
}

func (t *tx) Delete(name storage.Table, key string) {
	if table := t.writable(name, key); table != nil {
		table.Delete(key)
	}
}

func (t *tx) Stamp() storage.Stamp {
	if t.ready() && t.own != nil && !t.stamped {
		t.stamped = true
		t.stamp++
	}
	return t.stamp
}
