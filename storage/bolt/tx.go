package bolt

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"go.etcd.io/bbolt"

	"deskwire"
	"deskwire/storage"
)

// stampBucket is the bucket whose sequence is the stamp; it holds no rows and no Table can have its name.
const stampBucket = "\x00stamp"

// packed is how full the pages of a table are made whose rows arrive in the order of their keys; bbolt's own .5 leaves room
// for rows in between.
const packed = 1.0

// A tx is one bbolt transaction. It holds its context because the methods of storage.Tx take none and it lives no longer
// than the call it came with.
type tx struct {
	ctx     context.Context
	bolt    *bbolt.Tx
	tables  []*table // those touched so far: a dozen at most, so a list is faster than a map
	key     []byte   // scratch, so that a key costs no allocation
	inside  bool     // bbolt is running, not the caller's function: a panic now means a damaged page
	wrote   bool
	ended   bool
	stamp   storage.Stamp
	stamped bool
	err     error // the first failure
}

// A table is a bucket and the cursor that serves all Gets of the transaction.
type table struct {
	name   storage.Table
	bucket *bbolt.Bucket // nil while nothing was ever written to the table
	cursor *bbolt.Cursor
	scans  int
	holes  bool // rows were deleted in this transaction
}

// ready reports whether the transaction still works, and keeps the first reason why not.
func (t *tx) ready() bool {
	if t.ended {
		panic("bolt: transaction used after its end")
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

// table finds a table; its bucket is made when create says so.
func (t *tx) table(name storage.Table, create bool) *table {
	var tb *table
	for _, known := range t.tables {
		if known.name == name {
			tb = known
			break
		}
	}
	if tb != nil && (tb.bucket != nil || !create) {
		return tb
	}
	if tb == nil {
		tb = &table{name: name}
		t.tables = append(t.tables, tb)
	}
	t.inside = true
	if tb.bucket = t.bolt.Bucket([]byte(name)); tb.bucket == nil && create {
		tb.bucket, t.err = t.bolt.CreateBucket([]byte(name))
	}
	if tb.bucket != nil {
		tb.cursor = tb.bucket.Cursor()
		if storage.Ascends(name) {
			tb.bucket.FillPercent = packed
		}
	}
	t.inside = false
	return tb
}

func (t *tx) Get(name storage.Table, keys ...string) [][]byte {
	vals := make([][]byte, len(keys))
	if !t.ready() {
		return vals
	}
	tb := t.table(name, false)
	for i, key := range keys {
		if !t.good(name, key) {
			clear(vals)
			return vals
		}
		if tb.bucket == nil {
			continue
		}
		t.key = append(t.key[:0], key...)
		t.inside = true
		k, v := tb.cursor.Seek(t.key)
		if k != nil && string(k) == key {
			vals[i] = present(v)
		}
		t.inside = false
	}
	return vals
}

// present turns the nil that bbolt may give for an empty value into an empty one.
func present(v []byte) []byte {
	if v == nil {
		return []byte{}
	}
	return v
}

func (t *tx) Scan(name storage.Table, from, to string, limit int, reverse bool) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		if !t.ready() {
			return
		}
		tb := t.table(name, false)
		if tb.bucket == nil {
			return
		}
		tb.scans++
		defer func() { tb.scans-- }()
		if reverse && tb.holes {
			t.backwards(tb, from, to, limit, yield)
			return
		}
		t.inside = true
		cursor := tb.bucket.Cursor()
		k, v := start(cursor, from, to, reverse)
		for n := 0; k != nil; {
			key := string(k)
			t.inside = false
			if reverse && key < from || !reverse && to != "" && key >= to {
				return
			}
			if !yield(key, present(v)) || !t.ready() {
				return
			}
			if n++; n == limit {
				return
			}
			t.inside = true
			if reverse {
				k, v = cursor.Prev()
			} else {
				k, v = cursor.Next()
			}
		}
		t.inside = false
	}
}

// backwards is a reverse scan of a table that had rows deleted in the same transaction. A cursor of bbolt stops before a page
// that was emptied, or runs in a circle when all were; forwards it steps over them. So the rows are listed first: nobody
// does this in a large table.
func (t *tx) backwards(tb *table, from, to string, limit int, yield func(string, []byte) bool) {
	type row struct {
		key string
		val []byte
	}
	var rows []row
	t.inside = true
	cursor := tb.bucket.Cursor()
	for k, v := start(cursor, from, "", false); k != nil && (to == "" || string(k) < to); k, v = cursor.Next() {
		rows = append(rows, row{string(k), present(v)})
	}
	t.inside = false
	for n, r := range slices.Backward(rows) {
		if !yield(r.key, r.val) || !t.ready() || len(rows)-n == limit {
			return
		}
	}
}

// start puts a cursor on the first key of a scan.
func start(c *bbolt.Cursor, from, to string, reverse bool) (k, v []byte) {
	switch {
	case !reverse && from == "":
		return c.First()
	case !reverse:
		return c.Seek([]byte(from))
	case to == "":
		return c.Last()
	}
	if k, _ := c.Seek([]byte(to)); k == nil {
		return c.Last()
	}
	return c.Prev()
}

// writable checks everything that a write needs before bbolt sees it.
func (t *tx) writable(name storage.Table, key string) *table {
	if !t.ready() {
		return nil
	}
	if !t.bolt.Writable() {
		t.err = fmt.Errorf("table %s: write inside a View: %w", name, deskwire.ErrInvalid)
		return nil
	}
	if !t.good(name, key) {
		return nil
	}
	tb := t.table(name, true)
	if t.err != nil {
		return nil
	}
	if tb.scans > 0 {
		panic("bolt: table " + string(name) + " is written while it is scanned")
	}
	t.wrote = true
	return tb
}

func (t *tx) Set(name storage.Table, key string, val []byte) {
	if tb := t.writable(name, key); tb != nil {
		t.key = append(t.key[:0], key...)
		t.inside = true
		t.err = tb.bucket.Put(t.key, val)
		t.inside = false
	}
}

func (t *tx) Delete(name storage.Table, key string) {
	if tb := t.writable(name, key); tb != nil {
		t.key = append(t.key[:0], key...)
		t.inside = true
		t.err = tb.bucket.Delete(t.key)
		t.inside = false
		tb.holes = true
	}
}

func (t *tx) Stamp() storage.Stamp {
	if !t.ready() || t.stamped {
		return t.stamp
	}
	t.inside = true
	defer func() { t.inside = false }()
	bucket := t.bolt.Bucket([]byte(stampBucket))
	var n uint64
	switch {
	case !t.bolt.Writable() && bucket != nil:
		n = bucket.Sequence()
	case !t.bolt.Writable():
	default:
		if bucket == nil {
			if bucket, t.err = t.bolt.CreateBucket([]byte(stampBucket)); t.err != nil {
				return 0
			}
		}
		n, t.err = bucket.NextSequence()
		t.wrote = true
	}
	t.stamp, t.stamped = storage.Stamp(n), true
	return t.stamp
}
