package bolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"go.etcd.io/bbolt"

	"deskwire"
)

// compactStep is how many bytes one transaction of a compaction holds in memory.
const compactStep = 4 << 20

// Backup writes the store as it is at this moment, a file that can be opened as it is, and returns its length. The store is
// used as before meanwhile. This is the one reader that is held across I/O: it reads the file, not the map, and costs only
// that pages freed meanwhile are used again after it.
func (e *Engine) Backup(ctx context.Context, w io.Writer) (int64, error) {
	var n int64
	err := guard(e.path, new(true), func() error {
		return e.db.View(func(t *bbolt.Tx) (err error) {
			if n, err = t.WriteTo(writer{ctx, w}); ctx.Err() != nil {
				err = ctx.Err() // bbolt keeps only its text
			}
			return err
		})
	})
	if err != nil {
		return n, fmt.Errorf("backup of store %s: %w", e.path, err)
	}
	return n, nil
}

// A writer stops when its context ends.
type writer struct {
	ctx context.Context
	w   io.Writer
}

func (w writer) Write(b []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	return w.w.Write(b)
}

// CheckPages walks every page of the file: each is reachable once or free, and the keys are in order. Nothing is written
// meanwhile. What the rows mean is for Store.Check.
func (e *Engine) CheckPages(ctx context.Context) error {
	select {
	case <-e.writer:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { e.writer <- struct{}{} }()
	return checkPages(ctx, e.db, e.path)
}

// maxFaults is how many faults of pages an error names.
const maxFaults = 5

func checkPages(ctx context.Context, db *bbolt.DB, path string) error {
	var faults []error
	err := guard(path, new(true), func() error {
		if err := complete(db, path); err != nil {
			return err
		}
		return db.View(func(t *bbolt.Tx) error {
			// bbolt checks in a goroutine of its own, where a fault could not be caught: what faults must do so here.
			if err := touch(ctx, t, path); err != nil {
				return err
			}
			more := 0
			for err := range t.Check() { // must be drained, or its goroutine stays
				if more++; more <= maxFaults {
					faults = append(faults, err)
				}
			}
			return ctx.Err()
		})
	})
	if err == nil && len(faults) > 0 {
		err = damaged(path, errors.Join(faults...).Error())
	}
	return err
}

// touch reads every row.
func touch(ctx context.Context, t *bbolt.Tx, path string) error {
	return t.ForEach(func(name []byte, b *bbolt.Bucket) error {
		n := 0
		var before []byte
		return b.ForEach(func(k, v []byte) error {
			if bytes.Compare(before, k) >= 0 {
				return damaged(path, fmt.Sprintf("table %q: keys out of order", name))
			}
			before = append(before[:0], k...)
			crc32.Update(0, crc32.IEEETable, v)
			if n++; n%1000 == 0 {
				return ctx.Err()
			}
			return nil
		})
	})
}

// Verify opens a file that nobody uses and walks all its pages.
func Verify(ctx context.Context, path string) error {
	db, err := open(path, DefaultTimeout, true)
	if err != nil {
		return err
	}
	return errors.Join(checkPages(ctx, db, path), db.Close())
}

// Compact writes the store at src, without free pages and with all others filled, to dst, which may be src itself. src must
// not be in use; it is not changed unless it is dst. Another file at dst is [deskwire.ErrInvalid].
func Compact(ctx context.Context, src, dst string) error {
	if src != dst {
		if _, err := os.Lstat(dst); err == nil {
			return fmt.Errorf("compact to %s: a file is there already: %w", dst, deskwire.ErrInvalid)
		}
	}
	from, err := open(src, DefaultTimeout, false) // not read-only: nobody else may have it, or its last writes would be lost
	if err != nil {
		return err
	}
	defer from.Close()
	if err := complete(from, src); err != nil {
		return err
	}
	err = replace(dst, func(temporary string) error {
		to, err := bbolt.Open(temporary, 0o600, &bbolt.Options{Timeout: DefaultTimeout, FreelistType: bbolt.FreelistMapType})
		if err != nil {
			return err
		}
		err = guard(src, new(true), func() error {
			// Synced once, at the end: before the rename nobody depends on it.
			to.NoSync = true
			return compact(ctx, to, from)
		})
		return errors.Join(err, to.Sync(), to.Close())
	})
	if err != nil {
		return fmt.Errorf("compact store %s: %w", src, err)
	}
	return nil
}

// compact copies bucket by bucket, so that it can be stopped between transactions.
func compact(ctx context.Context, to, from *bbolt.DB) error {
	return from.View(func(src *bbolt.Tx) error {
		return src.ForEach(func(name []byte, b *bbolt.Bucket) error {
			cursor := b.Cursor()
			k, v := cursor.First()
			for first := true; first || k != nil; first = false {
				if err := ctx.Err(); err != nil {
					return err
				}
				err := to.Update(func(dst *bbolt.Tx) error {
					copied, err := dst.CreateBucketIfNotExists(name)
					if err != nil {
						return err
					}
					if err := copied.SetSequence(b.Sequence()); err != nil {
						return err
					}
					copied.FillPercent = packed
					for size := 0; k != nil && size < compactStep; k, v = cursor.Next() {
						if err := copied.Put(k, v); err != nil {
							return err
						}
						size += len(k) + len(v)
					}
					return nil
				})
				if err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// Restore puts a backup in the place of the store at path, which must not be in use. The backup is verified first; a store
// that is there, sound or not, is kept under the name that Restore returns, "" when there was none.
func Restore(ctx context.Context, backup, path string) (kept string, err error) {
	if a, err := os.Stat(backup); err == nil {
		if b, err := os.Stat(path); err == nil && os.SameFile(a, b) {
			return "", fmt.Errorf("restore %s from itself: %w", path, deskwire.ErrInvalid)
		}
	}
	if err := Verify(ctx, backup); err != nil {
		return "", fmt.Errorf("restore: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", fmt.Errorf("restore: %w", err)
	}
	free, err := own(path)
	if err != nil {
		return "", fmt.Errorf("restore: %w", err)
	}
	defer free()
	err = replace(path, func(temporary string) error {
		if err := copyFile(ctx, backup, temporary); err != nil {
			return err
		}
		kept, err = keep(path)
		return err
	})
	if err != nil {
		return kept, fmt.Errorf("restore %s: %w", path, err)
	}
	return kept, nil
}

// own takes the lock of the store at path, if there is a sound one: a damaged or missing one belongs to nobody.
func own(path string) (free func() error, err error) {
	db, err := open(path, DefaultTimeout, false)
	switch {
	case errors.Is(err, deskwire.ErrBusy):
		return nil, err
	case err != nil:
		return func() error { return nil }, nil
	}
	return db.Close, nil
}

// keep gives the store at path a second name with the time in it, so that there is no moment without a store.
func keep(path string) (string, error) {
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	kept := path + ".before-" + time.Now().UTC().Format("20060102T150405.000Z")
	if err := os.Link(path, kept); err == nil {
		return kept, nil
	}
	return kept, os.Rename(path, kept) // where files can't have two names
}

// replace makes a file under a temporary name beside path, syncs it, and renames it.
func replace(path string, write func(temporary string) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".new-*") // mode 0600
	if err != nil {
		return err
	}
	temporary := f.Name()
	if err := f.Close(); err != nil {
		return err
	}
	defer os.Remove(temporary) // fails once it is renamed
	if err := write(temporary); err != nil {
		return err
	}
	if err := os.Rename(temporary, path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

func copyFile(ctx context.Context, from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(writer{ctx, out}, in)
	return errors.Join(err, out.Sync(), out.Close())
}
