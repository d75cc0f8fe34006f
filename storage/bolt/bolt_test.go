package bolt_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"deskwire"
	"deskwire/storage"
	"deskwire/storage/bolt"
)

const table storage.Table = "t"

func open(t *testing.T, path string) *bolt.Engine {
	t.Helper()
	e, err := bolt.Open(path, bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func put(t *testing.T, e *bolt.Engine, from, to int) {
	t.Helper()
	err := e.Update(t.Context(), func(tx storage.Tx) error {
		for i := from; i < to; i++ {
			tx.Set(table, fmt.Sprintf("key %06d", i), bytes.Repeat([]byte{byte(i)}, 200))
		}
		tx.Stamp()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func count(t *testing.T, e *bolt.Engine) (n int) {
	t.Helper()
	err := e.View(t.Context(), func(tx storage.Tx) error {
		n = 0
		for range tx.Scan(table, "", "", 0, false) {
			n++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// exact closes the store and returns its file without the room for growth.
func exact(t *testing.T, e *bolt.Engine) []byte {
	t.Helper()
	var b bytes.Buffer
	if _, err := e.Backup(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestModes(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a", "b", "store.db")
	defer open(t, path).Close()
	for name, want := range map[string]os.FileMode{path: 0o600, filepath.Dir(path): 0o700 | os.ModeDir} {
		if info, err := os.Stat(name); err != nil || info.Mode() != want {
			t.Errorf("mode of %s = %v, %v; want %v", name, info.Mode(), err, want)
		}
	}
	if left, _ := filepath.Glob(path + ".*"); left != nil {
		t.Errorf("left behind: %v", left)
	}
}

func TestBusy(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "store.db")
	e := open(t, path)
	if _, err := bolt.Open(path, bolt.Options{Timeout: time.Millisecond}); !errors.Is(err, deskwire.ErrBusy) {
		t.Errorf("second Open = %v, want ErrBusy", err)
	}
	if _, err := bolt.Restore(t.Context(), path, path); !errors.Is(err, deskwire.ErrInvalid) {
		t.Errorf("Restore from itself = %v, want ErrInvalid", err)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, path).Close()
}

// Many at once make one store, each in its turn, and nobody's writes are lost.
func TestMakeAtOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "store.db")
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			e, err := bolt.Open(path, bolt.Options{Timeout: 30 * time.Second})
			if err != nil {
				t.Error(err)
				return
			}
			put(t, e, i, i+1)
			if err := e.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	e := open(t, path)
	defer e.Close()
	if n := count(t, e); n != 8 {
		t.Errorf("%d rows, want 8", n)
	}
}

// What a crash during the first creation leaves behind is in nobody's way.
func TestHalfMade(t *testing.T) {
	t.Parallel()
	for name, junk := range map[string][]byte{"empty": {}, "garbage": bytes.Repeat([]byte("x"), 20_000), "short": []byte("x")} {
		path := filepath.Join(t.TempDir(), "store.db")
		if err := os.WriteFile(path+".new", junk, 0o600); err != nil {
			t.Fatal(err)
		}
		e, err := bolt.Open(path, bolt.Options{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		put(t, e, 0, 1)
		e.Close()
	}
}

// A damaged file is an error that names the file and the way back: never a panic, never a fresh store.
func TestDamaged(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "sound.db")
	e := open(t, path)
	put(t, e, 0, 2000)
	sound := exact(t, e)
	for name, bad := range map[string][]byte{
		"empty":      {},
		"short":      sound[:100],
		"one page":   sound[:4096],
		"two pages":  sound[:8192],
		"cut":        sound[:len(sound)/2/4096*4096],
		"text":       []byte(strings.Repeat("This is not a store. ", 1000)),
		"zeros":      make([]byte, len(sound)),
		"both metas": append(bytes.Repeat([]byte{7}, 8192), sound[8192:]...),
	} {
		path := filepath.Join(t.TempDir(), "store.db")
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		e, err := bolt.Open(path, bolt.Options{})
		if err == nil {
			e.Close()
			t.Errorf("%s: opened", name)
			continue
		}
		if !errors.Is(err, deskwire.ErrDamaged) || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "deskwire store restore") {
			t.Errorf("%s: %v; want ErrDamaged with the path and the way back", name, err)
		}
	}
}

// Pages overwritten at random may or may not be met; what is met is ErrDamaged, and closing does not hang.
func TestDamagedPages(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "sound.db")
	e := open(t, path)
	put(t, e, 0, 3000)
	sound := exact(t, e)
	met := 0
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 1))
		bad := bytes.Clone(sound)
		for range 1 + r.IntN(4) {
			at := 2 + r.IntN(len(bad)/4096-2)
			page := bad[at*4096 : (at+1)*4096]
			switch r.IntN(3) {
			case 0:
				clear(page)
			case 1:
				for i := range page {
					page[i] = byte(r.Uint32())
				}
			case 2:
				page[16+r.IntN(4080)] ^= 0xff
			}
		}
		path := filepath.Join(t.TempDir(), "store.db")
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		if use(t, path) {
			met++
		}
	}
	if met < 20 {
		t.Errorf("only %d of 60 damaged files were noticed", met)
	}
}

// use does what a program does with a store, and reports whether it met damage.
func use(t *testing.T, path string) (met bool) {
	t.Helper()
	check := func(err error) {
		if errors.Is(err, deskwire.ErrDamaged) {
			met = true
		} else if err != nil {
			t.Errorf("%v; want nil or ErrDamaged", err)
		}
	}
	e, err := bolt.Open(path, bolt.Options{})
	if check(err); err != nil {
		return met
	}
	check(e.View(t.Context(), func(tx storage.Tx) error {
		for _, v := range tx.Scan(table, "", "", 0, false) {
			bytes.IndexByte(v, 1)
		}
		return nil
	}))
	check(e.View(t.Context(), func(tx storage.Tx) error {
		for i := range 3000 {
			tx.Get(table, fmt.Sprintf("key %06d", i))
		}
		return nil
	}))
	check(e.Update(t.Context(), func(tx storage.Tx) error {
		for i := 0; i < 3000; i += 10 {
			tx.Set(table, fmt.Sprintf("key %06d", i), []byte("new"))
			tx.Delete(table, fmt.Sprintf("key %06d", i+1))
		}
		return nil
	}))
	check(e.CheckPages(t.Context()))
	check(e.Close())
	return met
}

// A panic of the caller's function stays what it is, and the store goes on.
func TestPanicOfCaller(t *testing.T) {
	t.Parallel()
	e := open(t, filepath.Join(t.TempDir(), "store.db"))
	defer e.Close()
	for range 2 {
		func() {
			defer func() {
				if r := recover(); r != "mine" {
					t.Errorf("recovered %v, want mine", r)
				}
			}()
			e.Update(t.Context(), func(tx storage.Tx) error {
				tx.Set(table, "k", nil)
				panic("mine")
			})
		}()
	}
	if n := count(t, e); n != 0 {
		t.Errorf("%d rows, want none", n)
	}
	put(t, e, 0, 1)
}

// What the rooms above find damaged is said with the file and the way back, too.
func TestDamagedRow(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "store.db")
	e := open(t, path)
	defer e.Close()
	bad := func(storage.Tx) error { return fmt.Errorf("row: %w", deskwire.ErrDamaged) }
	for name, err := range map[string]error{"view": e.View(t.Context(), bad), "update": e.Update(t.Context(), bad)} {
		if !errors.Is(err, deskwire.ErrDamaged) || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "deskwire store restore") {
			t.Errorf("%s: %v; want ErrDamaged with the path and the way back", name, err)
		}
	}
	put(t, e, 0, 1) // one bad row does not end writing
}

func TestBackupRestoreCompact(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	dir := t.TempDir()
	path, backup := filepath.Join(dir, "store.db"), filepath.Join(dir, "backup.db")
	e := open(t, path)
	put(t, e, 0, 3000)

	// A backup is of one moment, whatever is written meanwhile.
	var b bytes.Buffer
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := range 20 {
			put(t, e, 3000+i*10, 3000+i*10+10)
		}
	})
	n, err := e.Backup(ctx, &b)
	wg.Wait()
	if err != nil || n != int64(b.Len()) {
		t.Fatalf("Backup = %d, %v; wrote %d", n, err, b.Len())
	}
	if err := os.WriteFile(backup, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := bolt.Restore(ctx, backup, path); !errors.Is(err, deskwire.ErrBusy) {
		t.Errorf("Restore over a store in use = %v, want ErrBusy", err)
	}
	if err := bolt.Compact(ctx, path, path); !errors.Is(err, deskwire.ErrBusy) {
		t.Errorf("Compact of a store in use = %v, want ErrBusy", err)
	}
	if err := errors.Join(e.CheckPages(ctx), e.Close(), bolt.Verify(ctx, path), bolt.Verify(ctx, backup)); err != nil {
		t.Fatal(err)
	}

	kept, err := bolt.Restore(ctx, backup, path)
	if err != nil {
		t.Fatal(err)
	}
	e = open(t, kept)
	if n := count(t, e); n != 3200 {
		t.Errorf("the kept store has %d rows, want 3200", n)
	}
	e.Close()
	e = open(t, path)
	rows := count(t, e)
	if rows < 3000 || rows > 3200 || rows%10 != 0 {
		t.Errorf("the restored store has %d rows, want a commit between 3000 and 3200", rows)
	}
	if err := e.Update(ctx, func(tx storage.Tx) error {
		for i := range 2900 {
			tx.Delete(table, fmt.Sprintf("key %06d", i))
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	before, _ := e.Size()
	e.Close()

	if err := bolt.Compact(ctx, path, path); err != nil {
		t.Fatal(err)
	}
	e = open(t, path)
	defer e.Close()
	if after, _ := e.Size(); after > before/4 {
		t.Errorf("compacted from %d to %d bytes", before, after)
	}
	if n := count(t, e); n != rows-2900 {
		t.Errorf("%d rows after compacting, want %d", n, rows-2900)
	}
	// Stamps go on where they were: consumers' cursors depend on it.
	var stamp storage.Stamp
	if err := e.View(ctx, func(tx storage.Tx) error { stamp = tx.Stamp(); return nil }); err != nil || stamp == 0 {
		t.Errorf("stamp = %d, %v", stamp, err)
	}
	left, _ := filepath.Glob(filepath.Join(dir, "*.new*"))
	if len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestRestoreRefusesDamage(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path, backup := filepath.Join(dir, "store.db"), filepath.Join(dir, "backup.db")
	e := open(t, path)
	put(t, e, 0, 10)
	e.Close()
	if err := os.WriteFile(backup, bytes.Repeat([]byte{1}, 30_000), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := bolt.Restore(t.Context(), backup, path); !errors.Is(err, deskwire.ErrDamaged) {
		t.Errorf("Restore of garbage = %v, want ErrDamaged", err)
	}
	e = open(t, path)
	defer e.Close()
	if n := count(t, e); n != 10 {
		t.Errorf("%d rows, want the 10 that were there", n)
	}
}

// A damaged store is replaced by a sound backup.
func TestRestoreOverDamage(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path, backup := filepath.Join(dir, "store.db"), filepath.Join(dir, "backup.db")
	e := open(t, backup)
	put(t, e, 0, 10)
	e.Close()
	if err := os.WriteFile(path, []byte("damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	kept, err := bolt.Restore(t.Context(), backup, path)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(kept); err != nil || string(b) != "damaged" {
		t.Errorf("kept %q, %v; want what was there", b, err)
	}
	e = open(t, path)
	defer e.Close()
	if n := count(t, e); n != 10 {
		t.Errorf("%d rows, want 10", n)
	}
}

func TestStopped(t *testing.T) {
	t.Parallel()
	e := open(t, filepath.Join(t.TempDir(), "store.db"))
	defer e.Close()
	put(t, e, 0, 1000)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, err := range map[string]error{
		"view":   e.View(ctx, func(storage.Tx) error { t.Error("called"); return nil }),
		"update": e.Update(ctx, func(storage.Tx) error { t.Error("called"); return nil }),
		"pages":  e.CheckPages(ctx),
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s = %v, want context.Canceled", name, err)
		}
	}
	if _, err := e.Backup(ctx, new(bytes.Buffer)); !errors.Is(err, context.Canceled) {
		t.Errorf("backup = %v, want context.Canceled", err)
	}
}
