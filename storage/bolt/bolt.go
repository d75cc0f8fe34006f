// Package bolt is the storage engine for one machine: one file, one owning process, over go.etcd.io/bbolt.
//
// The lock on the file is the only arbiter of who owns it: a second process gets [deskwire.ErrBusy]. Every commit is synced
// to the disk before Update returns. A table is a bucket, made when it is first written; the stamp is a bucket's sequence.
//
// A damaged file is never a panic and never an empty store. bbolt maps the file into memory, so that a bad page may fault
// when it is read, and panics over pages that make no sense; View and Update turn both into an error that wraps
// [deskwire.ErrDamaged] and names the file and the way back.
package bolt

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"deskwire"
	"deskwire/storage"
)

// DefaultTimeout is how long [Open] waits for another owner when Options say nothing: enough for a command that ends just
// now, too short to look like a hang.
const DefaultTimeout = time.Second

// mapAhead is how much more of the address space than the file is mapped from the start. Growing beyond the map means to
// wait for every reader, a running backup among them. It costs no memory.
const mapAhead = 1 << 30

// A file grows by an eighth of what it has, within these limits: each time costs a sync, and the end of a file that is ahead
// of its rows is room that looks used.
const (
	minGrow = 1 << 20
	maxGrow = 16 << 20
)

// Options are how to open a file. The zero Options are usable.
type Options struct {
	Timeout time.Duration // how long to wait for another owner; 0 is DefaultTimeout
}

// An Engine is a [storage.Engine] over one file. Make one with [Open].
type Engine struct {
	db     *bbolt.DB
	path   string
	writer chan struct{} // holds its one token while nobody writes
	damage error         // why writing has ended for good; guarded by the token
	stuck  bool          // bbolt still holds its own lock after damage; guarded by the token
}

// Open opens the file at path, or makes it (mode 0600, in a folder of mode 0700 if that is missing too). It returns an error
// that wraps [deskwire.ErrBusy] when another process owns it, and [deskwire.ErrDamaged] when it is no sound store.
func Open(path string, o Options) (*Engine, error) {
	if o.Timeout <= 0 {
		o.Timeout = DefaultTimeout
	}
	// The file may be replaced (by restore or compact) or first come into being between looking and opening.
	for range 10 {
		before, err := os.Stat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			if err := create(path, o.Timeout); err != nil {
				return nil, err
			}
			continue
		case err != nil:
			return nil, fmt.Errorf("open store: %w", err)
		}
		db, err := open(path, o.Timeout, false)
		if err != nil {
			return nil, err
		}
		if after, err := os.Stat(path); err == nil && os.SameFile(before, after) {
			e := &Engine{db: db, path: path, writer: make(chan struct{}, 1)}
			e.writer <- struct{}{}
			return e, nil
		}
		if err := db.Close(); err != nil {
			return nil, fmt.Errorf("open store: %w", err)
		}
	}
	return nil, fmt.Errorf("store %s is replaced again and again: %w", path, deskwire.ErrBusy)
}

// open opens an existing file and makes sure that all of it is there.
func open(path string, timeout time.Duration, readOnly bool) (db *bbolt.DB, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("store %s is not a regular file: %w", path, deskwire.ErrInvalid)
	}
	// An empty file would be made into a new store: a store that was cut to nothing must not look like a fresh one.
	if info.Size() == 0 {
		return nil, damaged(path, "the file is empty")
	}
	options := &bbolt.Options{
		Timeout:      timeout,
		ReadOnly:     readOnly,
		FreelistType: bbolt.FreelistMapType,
	}
	if !readOnly && mapsFar {
		options.InitialMmapSize = int(2*info.Size() + mapAhead)
	}
	err = guard(path, new(true), func() error {
		if db, err = bbolt.Open(path, 0o600, options); err != nil {
			return translate(path, err)
		}
		db.AllocSize = int(min(max(info.Size()/8, minGrow), maxGrow))
		return complete(db, path)
	})
	if err != nil && db != nil {
		db.Close()
	}
	return db, err
}

// mapsFar says that addresses are plentiful.
const mapsFar = ^uint(0)>>63 == 1 && runtime.GOOS != "windows"

// complete checks that the file is as long as its newest commit says. Reading past the end would fault.
func complete(db *bbolt.DB, path string) error {
	return db.View(func(t *bbolt.Tx) error {
		info, err := os.Stat(path)
		if err != nil {
			return fmt.Errorf("open store: %w", err)
		}
		if info.Size() < t.Size() {
			return damaged(path, fmt.Sprintf("%d bytes long, should be at least %d", info.Size(), t.Size()))
		}
		return nil
	})
}

// translate gives bbolt's errors the meanings that callers ask for.
func translate(path string, err error) error {
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		return fmt.Errorf("store %s is in use by another process: %w", path, deskwire.ErrBusy)
	case errors.Is(err, bolterrors.ErrInvalid), errors.Is(err, bolterrors.ErrChecksum), errors.Is(err, bolterrors.ErrVersionMismatch):
		return damaged(path, err.Error())
	}
	if _, ok := errors.AsType[*fs.PathError](err); !ok && err != nil {
		// Everything but the operating system's refusals: short reads and pages that contradict each other.
		return damaged(path, err.Error())
	}
	return fmt.Errorf("open store: %w", err)
}

func damaged(path, what string) error {
	return fmt.Errorf("store %s: %s: %w; %s", path, what, deskwire.ErrDamaged, wayBack)
}

// wayBack stands in every error about damage.
const wayBack = "the way back is a backup: deskwire store restore"

// create makes a store under a temporary name, syncs it and renames it: there is never a half-made file under path. When
// several processes do so at once, the lock on the temporary file lets one through and the others find its work.
func create(path string, timeout time.Duration) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make store: %w", err)
	}
	temporary := path + ".new"
	db, err := bbolt.Open(temporary, 0o600, &bbolt.Options{Timeout: timeout, FreelistType: bbolt.FreelistMapType})
	if errors.Is(err, bolterrors.ErrTimeout) {
		return fmt.Errorf("store %s is being made by another process: %w", path, deskwire.ErrBusy)
	}
	if err != nil {
		// What a crash left behind; nothing was ever acknowledged from it.
		if removal := os.Remove(temporary); removal != nil {
			return fmt.Errorf("make store: %w", err)
		}
		return nil // Open looks again
	}
	if _, err := os.Stat(path); err == nil {
		// Another process was faster, so that the temporary name serves nobody any more.
		if err := errors.Join(db.Close(), os.Remove(temporary)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("make store: %w", err)
		}
		return nil
	}
	err = db.Update(func(t *bbolt.Tx) error {
		_, err := t.CreateBucketIfNotExists([]byte(stampBucket))
		return err
	})
	if err := errors.Join(err, db.Sync(), db.Close()); err != nil {
		return fmt.Errorf("make store: %w", err)
	}
	if err := os.Rename(temporary, path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("make store: %w", err)
	}
	return syncFolder(dir)
}

// syncFolder makes a rename durable.
func syncFolder(dir string) error {
	if runtime.GOOS == "windows" {
		return nil // folders can't be opened there, and renames are durable
	}
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// guard runs f. A fault in the mapped file, and any panic while *inside says that bbolt is at work, become an error; other
// panics are bugs of ours and go on.
func guard(path string, inside *bool, f func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		r := recover()
		if r == nil {
			return
		}
		// Only a fault at a real address has this method; a nil pointer of ours has not.
		_, fault := r.(interface{ Addr() uintptr })
		if !fault && !*inside {
			panic(r)
		}
		err = damaged(path, fmt.Sprint(r))
	}()
	return f()
}

// Close ends the engine. It waits for the transactions that run.
func (e *Engine) Close() error {
	<-e.writer
	defer func() { e.writer <- struct{}{} }()
	if e.stuck {
		return e.damage // bbolt would wait for ever for its own lock; the end of the process frees the file
	}
	if err := guard(e.path, new(true), e.db.Close); err != nil {
		return fmt.Errorf("close store: %w", err)
	}
	return nil
}

// Path is the file's.
func (e *Engine) Path() string { return e.path }

// Size is the length of the file in bytes, free pages included.
func (e *Engine) Size() (int64, error) {
	info, err := os.Stat(e.path)
	if err != nil {
		return 0, fmt.Errorf("size of store: %w", err)
	}
	return info.Size(), nil
}

// View runs f on the newest commit.
func (e *Engine) View(ctx context.Context, f func(storage.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	t := &tx{ctx: ctx, inside: true}
	return guard(e.path, &t.inside, func() error {
		var err error
		if t.bolt, err = e.db.Begin(false); err != nil {
			return fmt.Errorf("store %s: %w", e.path, err)
		}
		defer func() { t.bolt.Rollback() }() // of a reader: it can only say that it was done before
		return e.located(t.run(f))
	})
}

// located adds the file and the way back to what the rooms above say about a row that makes no sense.
func (e *Engine) located(err error) error {
	if errors.Is(err, deskwire.ErrDamaged) {
		return fmt.Errorf("store %s: %w; %s", e.path, err, wayBack)
	}
	return err
}

// Update runs f and commits what it wrote; a function that wrote nothing costs no commit. It waits for other Updates, but
// not beyond ctx; once f has returned, ctx ends nothing any more.
func (e *Engine) Update(ctx context.Context, f func(storage.Tx) error) error {
	select {
	case <-e.writer:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { e.writer <- struct{}{} }()
	if err := cmp.Or(e.damage, ctx.Err()); err != nil {
		return err
	}
	t := &tx{ctx: ctx, inside: true}
	committed := false
	defer func() {
		if t.bolt != nil && !committed {
			e.rollback(t.bolt)
		}
	}()
	err := guard(e.path, &t.inside, func() error {
		var err error
		if t.bolt, err = e.db.Begin(true); err != nil {
			return fmt.Errorf("store %s: %w", e.path, err)
		}
		if err := e.located(t.run(f)); err != nil {
			return err
		}
		if !t.wrote {
			return nil
		}
		t.inside = true
		if err := t.bolt.Commit(); err != nil {
			return fmt.Errorf("store %s: commit: %w", e.path, err)
		}
		committed = true
		return nil
	})
	if errors.Is(err, deskwire.ErrDamaged) && t.inside {
		e.damage = err
	}
	return err
}

// rollback ends a write transaction. Over damaged pages bbolt may panic there too, holding its lock: then nothing more can
// be written, and readers are still served.
func (e *Engine) rollback(t *bbolt.Tx) {
	err := guard(e.path, new(true), func() error {
		if err := t.Rollback(); !errors.Is(err, bolterrors.ErrTxClosed) {
			return err
		}
		return nil
	})
	if err != nil {
		e.damage, e.stuck = err, true
	}
}

// run calls f and returns the first failure.
func (t *tx) run(f func(storage.Tx) error) error {
	defer func() { t.ended = true }()
	t.inside = false
	err := f(t)
	return cmp.Or(t.err, err) // what f made of empty reads is not the reason
}
