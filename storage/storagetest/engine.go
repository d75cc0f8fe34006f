package storagetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"deskwire"
	"deskwire/storage"
)

// The tables that the suite writes to.
const (
	one storage.Table = "one"
	two storage.Table = "two"
)

// Run is what every engine passes. open returns an empty engine, a new one at each call, and closes it when its test ends.
func Run(t *testing.T, open func(t testing.TB) storage.Engine) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, storage.Engine)
	}{
		{"Empty", testEmpty},
		{"Get", testGet},
		{"Scan", testScan},
		{"OwnWrites", testOwnWrites},
		{"OwnDeletes", testOwnDeletes},
		{"Snapshot", testSnapshot},
		{"Stamps", testStamps},
		{"Failure", testFailure},
		{"Panic", testPanic},
		{"StickyErrors", testSticky},
		{"Keys", testKeys},
		{"WriteInView", testWriteInView},
		{"WriteWhileScanning", testWriteWhileScanning},
		{"Context", testContext},
		{"Big", testBig},
		{"Writers", testWriters},
		{"Again", testAgain},
		{"Closed", testClosed},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.run(t, open(t))
		})
	}
	t.Run("Model", func(t *testing.T) {
		t.Parallel()
		testModel(t, open)
	})
}

func update(t testing.TB, e storage.Engine, f func(storage.Tx)) {
	t.Helper()
	if err := e.Update(t.Context(), func(tx storage.Tx) error { f(tx); return nil }); err != nil {
		t.Fatalf("Update: %v", err)
	}
}

func view(t testing.TB, e storage.Engine, f func(storage.Tx)) {
	t.Helper()
	if err := e.View(t.Context(), func(tx storage.Tx) error { f(tx); return nil }); err != nil {
		t.Fatalf("View: %v", err)
	}
}

// put writes each word of rows as a key, and as its own value.
func put(tx storage.Tx, table storage.Table, rows string) {
	for _, key := range strings.Fields(rows) {
		tx.Set(table, key, []byte(key))
	}
}

// scan returns the keys of a scan as words.
func scan(tx storage.Tx, table storage.Table, from, to string, limit int, reverse bool) string {
	var keys []string
	for key, val := range tx.Scan(table, from, to, limit, reverse) {
		if string(val) != key {
			key += "=" + string(val)
		}
		keys = append(keys, key)
	}
	return strings.Join(keys, " ")
}

func testEmpty(t *testing.T, e storage.Engine) {
	check := func(tx storage.Tx) {
		if got := tx.Get(one, "a", "b"); len(got) != 2 || got[0] != nil || got[1] != nil {
			t.Errorf("Get = %q, want two nil slots", got)
		}
		if got := tx.Get(one); len(got) != 0 {
			t.Errorf("Get of nothing = %q", got)
		}
		if got := scan(tx, one, "", "", 0, false) + scan(tx, one, "", "", 0, true); got != "" {
			t.Errorf("Scan = %q, want nothing", got)
		}
	}
	view(t, e, check)
	update(t, e, check)
	update(t, e, func(tx storage.Tx) { tx.Delete(one, "absent") })
	view(t, e, check)
}

func testGet(t *testing.T, e storage.Engine) {
	val := []byte("val")
	update(t, e, func(tx storage.Tx) {
		tx.Set(one, "a", val)
		tx.Set(one, "empty", []byte{})
		tx.Set(one, "nil", nil)
		tx.Set(two, "b", []byte("other table"))
	})
	copy(val, "XXX") // the transaction is over
	check := func(tx storage.Tx) {
		got := tx.Get(one, "nil", "a", "b", "empty", "a", "aa", " ")
		for i, want := range [][]byte{{}, []byte("val"), nil, {}, []byte("val"), nil, nil} {
			if !bytes.Equal(got[i], want) || (got[i] == nil) != (want == nil) {
				t.Errorf("slot %d = %#v, want %#v", i, got[i], want)
			}
		}
	}
	view(t, e, check)
	update(t, e, check)
	update(t, e, func(tx storage.Tx) {
		tx.Set(one, "empty", nil)
		check(tx) // before it is committed, empty is not absent either
	})
}

func testScan(t *testing.T, e storage.Engine) {
	update(t, e, func(tx storage.Tx) {
		put(tx, one, "d b \x00 bb a \xff\xff c")
		put(tx, two, "zzz")
	})
	check := func(tx storage.Tx) {
		for _, s := range []struct {
			from, to string
			limit    int
			reverse  bool
			want     string
		}{
			{"", "", 0, false, "\x00 a b bb c d \xff\xff"},
			{"", "", 0, true, "\xff\xff d c bb b a \x00"},
			{"b", "d", 0, false, "b bb c"},
			{"b", "d", 0, true, "c bb b"},
			{"b", "b", 0, false, ""},
			{"b", "b", 0, true, ""},
			{"c", "b", 0, false, ""},
			{"c", "b", 0, true, ""},
			{"ba", "bc", 0, false, "bb"},
			{"ba", "bc", 0, true, "bb"},
			{"bbb", "", 2, false, "c d"},
			{"", "bbb", 2, true, "bb b"},
			{"e", "", 0, false, "\xff\xff"},
			{"e", "", 0, true, "\xff\xff"},
			{"\xff\xff\xff", "", 0, false, ""},
			{"\xff\xff\xff", "", 0, true, ""},
			{"", "\xff\xff\xff", 1, true, "\xff\xff"},
			{"", "\xff\xff", 1, true, "d"},
			{"", "\x00", 0, true, ""},
			{"", "", 1, false, "\x00"},
			{"", "", 1, true, "\xff\xff"},
			{"", "", -1, false, "\x00 a b bb c d \xff\xff"},
			{"", "", 100, false, "\x00 a b bb c d \xff\xff"},
		} {
			if got := scan(tx, one, s.from, s.to, s.limit, s.reverse); got != s.want {
				t.Errorf("Scan(%q, %q, %d, %t) = %q, want %q", s.from, s.to, s.limit, s.reverse, got, s.want)
			}
		}
		n := 0
		for range tx.Scan(one, "", "", 0, false) {
			if n++; n == 3 {
				break
			}
		}
		if n != 3 {
			t.Errorf("a scan that was broken off gave %d keys, want 3", n)
		}
		// Scans within scans, of the same table and another, and reads between.
		pairs := 0
		for a := range tx.Scan(one, "a", "c", 0, false) {
			for b := range tx.Scan(one, "a", "c", 0, true) {
				if string(tx.Get(one, b)[0]) != b || scan(tx, two, "", "", 0, false) != "zzz" {
					t.Errorf("Get(%q) within two scans is wrong", b)
				}
				pairs++
			}
			_ = a
		}
		if pairs != 9 {
			t.Errorf("%d pairs, want 9", pairs)
		}
		// A sequence can be run again.
		seq := tx.Scan(one, "a", "c", 0, false)
		for range 2 {
			n := 0
			for range seq {
				n++
			}
			if n != 3 {
				t.Errorf("the sequence gave %d keys, want 3", n)
			}
		}
	}
	view(t, e, check)
	update(t, e, check)
}

func testOwnWrites(t *testing.T, e storage.Engine) {
	update(t, e, func(tx storage.Tx) { put(tx, one, "b d f") })
	update(t, e, func(tx storage.Tx) {
		put(tx, one, "a c g")
		tx.Set(one, "d", []byte("new"))
		if got, want := scan(tx, one, "", "", 0, false), "a b c d=new f g"; got != want {
			t.Errorf("Scan = %q, want %q", got, want)
		}
		if got, want := scan(tx, one, "", "", 0, true), "g f d=new c b a"; got != want {
			t.Errorf("reverse Scan = %q, want %q", got, want)
		}
		if got := tx.Get(one, "d", "c"); string(got[0]) != "new" || string(got[1]) != "c" {
			t.Errorf("Get = %q", got)
		}
		// Between two scans the table may be written.
		for range tx.Scan(one, "", "", 0, false) {
			break
		}
		put(tx, one, "e")
		if got, want := scan(tx, one, "d", "", 0, false), "d=new e f g"; got != want {
			t.Errorf("Scan after more = %q, want %q", got, want)
		}
	})
	view(t, e, func(tx storage.Tx) {
		if got, want := scan(tx, one, "", "", 0, false), "a b c d=new e f g"; got != want {
			t.Errorf("Scan after commit = %q, want %q", got, want)
		}
	})
}

// Deletes leave holes of whole pages, which a tree may have to step over in both directions.
func testOwnDeletes(t *testing.T, e storage.Engine) {
	const n = 3000
	key := func(i int) string { return fmt.Sprintf("%06d", i) }
	update(t, e, func(tx storage.Tx) {
		for i := range n {
			tx.Set(one, key(i), bytes.Repeat([]byte("x"), 50))
		}
	})
	update(t, e, func(tx storage.Tx) {
		for i := 100; i < n-100; i++ {
			tx.Delete(one, key(i))
		}
		check := func(reverse bool) {
			var keys []string
			for k := range tx.Scan(one, "", "", 0, reverse) {
				keys = append(keys, k)
			}
			if len(keys) != 200 {
				t.Errorf("%d keys are left, want 200 (reverse %t)", len(keys), reverse)
			}
		}
		check(false)
		check(true)
		count := 0
		for k := range tx.Scan(one, key(500), "", 0, false) {
			if count++; count == 1 && k != key(n-100) {
				t.Errorf("behind the hole stands %s, want %s", k, key(n-100))
			}
		}
		for k := range tx.Scan(one, "", key(n-500), 1, true) {
			if k != key(99) {
				t.Errorf("before the hole stands %s, want %s", k, key(99))
			}
		}
		for k := range tx.Scan(one, "", "", 0, false) {
			if k == key(200) {
				t.Error("a deleted key is scanned")
			}
		}
	})
	update(t, e, func(tx storage.Tx) {
		for i := range n {
			tx.Delete(one, key(i))
		}
		if got := scan(tx, one, "", "", 0, false) + scan(tx, one, "", "", 0, true); got != "" {
			t.Errorf("scan of an emptied table = %q", got)
		}
		put(tx, one, "again")
	})
	view(t, e, func(tx storage.Tx) {
		if got := scan(tx, one, "", "", 0, true); got != "again" {
			t.Errorf("Scan = %q, want again", got)
		}
	})
}

func testSnapshot(t *testing.T, e storage.Engine) {
	update(t, e, func(tx storage.Tx) { put(tx, one, "a b") })
	view(t, e, func(tx storage.Tx) {
		got := tx.Get(one, "a")[0]
		var wg sync.WaitGroup
		wg.Go(func() {
			update(t, e, func(tx storage.Tx) {
				put(tx, one, "c")
				tx.Delete(one, "a")
				tx.Set(one, "b", []byte("new"))
				put(tx, two, "d")
				tx.Stamp()
			})
		})
		wg.Wait()
		if string(got) != "a" {
			t.Errorf("value became %q within a View", got)
		}
		if got, want := scan(tx, one, "", "", 0, false)+scan(tx, two, "", "", 0, false), "a b"; got != want {
			t.Errorf("a View sees %q, want what was there when it began: %q", got, want)
		}
		if tx.Stamp() != 0 {
			t.Errorf("a View sees stamp %d of a later Update", tx.Stamp())
		}
	})
	view(t, e, func(tx storage.Tx) {
		if got, want := scan(tx, one, "", "", 0, false)+" "+scan(tx, two, "", "", 0, false), "b=new c d"; got != want {
			t.Errorf("a later View sees %q, want %q", got, want)
		}
	})
}

func testStamps(t *testing.T, e storage.Engine) {
	var last storage.Stamp
	for i := range 5 {
		update(t, e, func(tx storage.Tx) {
			s := tx.Stamp()
			if s <= last {
				t.Errorf("stamp %d follows %d", s, last)
			}
			if again := tx.Stamp(); again != s {
				t.Errorf("one Update has stamps %d and %d", s, again)
			}
			if s.Key() <= last.Key() {
				t.Errorf("keys of stamps %d and %d do not sort", last, s)
			}
			last = s
			if i%2 == 0 {
				put(tx, one, "a")
			}
		})
		view(t, e, func(tx storage.Tx) {
			if s := tx.Stamp(); s != last {
				t.Errorf("a View has stamp %d, want the last one, %d", s, last)
			}
		})
	}
	// An Update that asks for none has none; one that fails leaves none that a View could see.
	update(t, e, func(tx storage.Tx) { put(tx, one, "b") })
	e.Update(t.Context(), func(tx storage.Tx) error { tx.Stamp(); return errors.New("no") })
	view(t, e, func(tx storage.Tx) {
		if s := tx.Stamp(); s != last {
			t.Errorf("a View has stamp %d, want %d", s, last)
		}
	})
}

func testFailure(t *testing.T, e storage.Engine) {
	update(t, e, func(tx storage.Tx) { put(tx, one, "a b") })
	no := errors.New("no")
	err := e.Update(t.Context(), func(tx storage.Tx) error {
		put(tx, one, "c")
		put(tx, two, "d")
		tx.Delete(one, "a")
		return no
	})
	if !errors.Is(err, no) {
		t.Errorf("Update = %v, want what its function returned", err)
	}
	if err := e.View(t.Context(), func(storage.Tx) error { return no }); !errors.Is(err, no) {
		t.Errorf("View = %v, want what its function returned", err)
	}
	view(t, e, func(tx storage.Tx) {
		if got, want := scan(tx, one, "", "", 0, false)+scan(tx, two, "", "", 0, false), "a b"; got != want {
			t.Errorf("a failed Update left %q, want %q", got, want)
		}
	})
}

func testPanic(t *testing.T, e storage.Engine) {
	for _, begin := range []func(context.Context, func(storage.Tx) error) error{e.View, e.Update, e.Update} {
		func() {
			defer func() {
				if r := recover(); r != "ours" {
					t.Errorf("recovered %v, want the function's own panic", r)
				}
			}()
			begin(t.Context(), func(tx storage.Tx) error {
				tx.Get(one, "a")
				panic("ours")
			})
		}()
	}
	update(t, e, func(tx storage.Tx) { put(tx, one, "a") })
	func() {
		defer func() { recover() }()
		e.Update(t.Context(), func(tx storage.Tx) error {
			put(tx, one, "b")
			panic("ours")
		})
	}()
	view(t, e, func(tx storage.Tx) {
		if got := scan(tx, one, "", "", 0, false); got != "a" {
			t.Errorf("a panic left %q, want a", got)
		}
	})
}

// The first failure sticks: later reads are empty, and the transaction fails whatever its function says.
func testSticky(t *testing.T, e storage.Engine) {
	update(t, e, func(tx storage.Tx) { put(tx, one, "a") })
	for name, fail := range map[string]func(storage.Tx){
		"get":    func(tx storage.Tx) { tx.Get(one, "") },
		"set":    func(tx storage.Tx) { tx.Set(one, "", nil) },
		"delete": func(tx storage.Tx) { tx.Delete(one, "") },
	} {
		err := e.Update(t.Context(), func(tx storage.Tx) error {
			put(tx, one, "b")
			fail(tx)
			if got := tx.Get(one, "a", "b"); len(got) != 2 || got[0] != nil || got[1] != nil {
				t.Errorf("%s: Get after a failure = %q, want empty slots", name, got)
			}
			if got := scan(tx, one, "", "", 0, false); got != "" {
				t.Errorf("%s: Scan after a failure = %q, want nothing", name, got)
			}
			put(tx, one, "c")
			tx.Delete(one, "a")
			if name == "get" {
				return errors.New("what came of it")
			}
			return nil
		})
		if !errors.Is(err, deskwire.ErrInvalid) {
			t.Errorf("%s: Update = %v, want ErrInvalid, the first failure", name, err)
		}
		err = e.View(t.Context(), func(tx storage.Tx) error {
			tx.Get(one, "a", "")
			return nil
		})
		if !errors.Is(err, deskwire.ErrInvalid) {
			t.Errorf("%s: View = %v, want ErrInvalid", name, err)
		}
	}
	view(t, e, func(tx storage.Tx) {
		if got := scan(tx, one, "", "", 0, false); got != "a" {
			t.Errorf("failed Updates left %q, want a", got)
		}
	})
}

func testKeys(t *testing.T, e storage.Engine) {
	longest := strings.Repeat("k", storage.MaxKey)
	update(t, e, func(tx storage.Tx) { tx.Set(one, longest, []byte("v")) })
	view(t, e, func(tx storage.Tx) {
		if got := tx.Get(one, longest)[0]; string(got) != "v" {
			t.Errorf("value of the longest key = %q", got)
		}
	})
	for _, f := range []func(storage.Tx){
		func(tx storage.Tx) { tx.Set(one, longest+"k", nil) },
		func(tx storage.Tx) { tx.Delete(one, longest+"k") },
		func(tx storage.Tx) { tx.Get(one, longest+"k") },
	} {
		if err := e.Update(t.Context(), func(tx storage.Tx) error { f(tx); return nil }); !errors.Is(err, deskwire.ErrInvalid) {
			t.Errorf("a key that is too long: %v, want ErrInvalid", err)
		}
	}
}

func testWriteInView(t *testing.T, e storage.Engine) {
	for name, f := range map[string]func(storage.Tx){
		"set":    func(tx storage.Tx) { tx.Set(one, "a", nil) },
		"delete": func(tx storage.Tx) { tx.Delete(one, "a") },
	} {
		if err := e.View(t.Context(), func(tx storage.Tx) error { f(tx); return nil }); !errors.Is(err, deskwire.ErrInvalid) {
			t.Errorf("%s in a View = %v, want ErrInvalid", name, err)
		}
	}
}

// Writing to a table that is being scanned is a bug of the caller, and an engine says so at once.
func testWriteWhileScanning(t *testing.T, e storage.Engine) {
	update(t, e, func(tx storage.Tx) { put(tx, one, "a b c") })
	for name, write := range map[string]func(storage.Tx){
		"set":    func(tx storage.Tx) { put(tx, one, "d") },
		"delete": func(tx storage.Tx) { tx.Delete(one, "b") },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s while scanning did not panic", name)
				}
			}()
			e.Update(t.Context(), func(tx storage.Tx) error {
				for range tx.Scan(one, "", "", 0, false) {
					put(tx, two, "fine")
					write(tx)
				}
				return nil
			})
		}()
	}
	// Another table may be written.
	update(t, e, func(tx storage.Tx) {
		for key := range tx.Scan(one, "", "", 0, false) {
			put(tx, two, key)
		}
	})
	view(t, e, func(tx storage.Tx) {
		if got := scan(tx, two, "", "", 0, false); got != "a b c" {
			t.Errorf("Scan = %q, want a b c", got)
		}
	})
}

func testContext(t *testing.T, e storage.Engine) {
	update(t, e, func(tx storage.Tx) { put(tx, one, "a") })
	ctx, cancel := context.WithCancel(t.Context())
	err := e.Update(ctx, func(tx storage.Tx) error {
		put(tx, one, "b")
		cancel()
		if got := tx.Get(one, "a"); got[0] != nil {
			t.Errorf("Get after the context ended = %q, want nothing", got)
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Update = %v, want context.Canceled", err)
	}
	for name, begin := range map[string]func(context.Context, func(storage.Tx) error) error{"View": e.View, "Update": e.Update} {
		if err := begin(ctx, func(storage.Tx) error { return nil }); !errors.Is(err, context.Canceled) {
			t.Errorf("%s = %v, want context.Canceled", name, err)
		}
	}
	// Who waits for another writer stops waiting.
	update(t, e, func(storage.Tx) {
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- e.Update(ctx, func(storage.Tx) error { return nil }) }()
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("an Update that waited = %v, want context.Canceled", err)
		}
	})
	view(t, e, func(tx storage.Tx) {
		if got := scan(tx, one, "", "", 0, false); got != "a" {
			t.Errorf("Scan = %q, want a", got)
		}
	})
}

// Values of many pages, and many of them at once.
func testBig(t *testing.T, e storage.Engine) {
	val := func(i int) []byte { return bytes.Repeat([]byte{byte(i), byte(i >> 8), 7}, 40_000) }
	for i := range 10 {
		update(t, e, func(tx storage.Tx) {
			for k := range 10 {
				tx.Set(one, fmt.Sprintf("%03d", i*10+k), val(i*10+k))
			}
		})
	}
	view(t, e, func(tx storage.Tx) {
		n := 0
		for key, got := range tx.Scan(one, "", "", 0, true) {
			var i int
			fmt.Sscanf(key, "%d", &i)
			if !bytes.Equal(got, val(i)) {
				t.Errorf("value of %s is wrong", key)
			}
			n++
		}
		if n != 100 {
			t.Errorf("%d values, want 100", n)
		}
	})
}

// Many writers and readers at once: no write is lost, and no reader sees half of one.
func testWriters(t *testing.T, e storage.Engine) {
	const writers, rounds = 4, 25
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for range rounds {
				update(t, e, func(tx storage.Tx) {
					next := append(bytes.Clone(tx.Get(one, "n")[0]), 'x')
					tx.Set(one, "n", next)
					tx.Set(two, "n", next)
				})
			}
		})
		wg.Go(func() {
			for range rounds {
				view(t, e, func(tx storage.Tx) {
					if a, b := tx.Get(one, "n")[0], tx.Get(two, "n")[0]; !bytes.Equal(a, b) {
						t.Errorf("a View sees %d and %d writes", len(a), len(b))
					}
				})
			}
		})
	}
	wg.Wait()
	view(t, e, func(tx storage.Tx) {
		if n := len(tx.Get(one, "n")[0]); n != writers*rounds {
			t.Errorf("%d writes, want %d", n, writers*rounds)
		}
	})
}

// A function that is run again must come to the same: what it assigned in the first run is assigned whole in the second.
func testAgain(t *testing.T, e storage.Engine) {
	e = Again(e)
	runs, result := 0, ""
	update(t, e, func(tx storage.Tx) {
		runs++
		put(tx, one, "a")
		result = scan(tx, one, "", "", 0, false)
	})
	if runs < 2 || result != "a" {
		t.Errorf("ran %d times and saw %q; want more than once, and a", runs, result)
	}
	view(t, e, func(tx storage.Tx) {
		if got := scan(tx, one, "", "", 0, false); got != "a" {
			t.Errorf("Scan = %q, want a", got)
		}
	})
}

func testClosed(t *testing.T, e storage.Engine) {
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if err := e.View(t.Context(), func(storage.Tx) error { t.Error("called"); return nil }); err == nil {
		t.Error("View of a closed engine succeeds")
	}
	if err := e.Update(t.Context(), func(storage.Tx) error { t.Error("called"); return nil }); err == nil {
		t.Error("Update of a closed engine succeeds")
	}
}
