package storagetest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"deskwire/storage"
)

// testModel runs random transactions against an engine and against a plain map.
func testModel(t *testing.T, open func(testing.TB) storage.Engine) {
	// A small alphabet makes keys meet; a long value now and then makes pages split and join.
	keys := rapid.Map(rapid.SliceOfN(rapid.SampledFrom([]byte("ab\x00\xff")), 1, 5), func(b []byte) string { return string(b) })
	bounds := rapid.OneOf(rapid.Just(""), keys)
	values := rapid.Map(rapid.IntRange(0, 900), func(n int) string { return strings.Repeat("v", n) })
	no := errors.New("no")
	rapid.Check(t, func(r *rapid.T) {
		e := open(t)
		defer e.Close()
		model := map[storage.Table]map[string]string{one: {}, two: {}}
		for range rapid.IntRange(1, 8).Draw(r, "transactions") {
			next := map[storage.Table]map[string]string{one: maps.Clone(model[one]), two: maps.Clone(model[two])}
			fails := rapid.IntRange(0, 5).Draw(r, "fails") == 0
			err := e.Update(context.Background(), func(tx storage.Tx) error {
				for range rapid.IntRange(0, 30).Draw(r, "operations") {
					table := rapid.SampledFrom([]storage.Table{one, two}).Draw(r, "table")
					switch rapid.IntRange(0, 5).Draw(r, "operation") {
					case 0, 1, 2:
						key, val := keys.Draw(r, "set"), values.Draw(r, "value")
						tx.Set(table, key, []byte(val))
						next[table][key] = val
					case 3:
						key := keys.Draw(r, "delete")
						tx.Delete(table, key)
						delete(next[table], key)
					case 4:
						compareGet(r, tx, table, next[table], rapid.SliceOfN(keys, 0, 4).Draw(r, "get"))
					case 5:
						compareScan(r, tx, table, next[table], bounds)
					}
				}
				if fails {
					return no
				}
				return nil
			})
			if fails != errors.Is(err, no) || !fails && err != nil {
				r.Fatalf("Update = %v", err)
			}
			if !fails {
				model = next
			}
			if err := e.View(context.Background(), func(tx storage.Tx) error {
				for _, table := range []storage.Table{one, two} {
					compareGet(r, tx, table, model[table], rapid.SliceOfN(keys, 0, 4).Draw(r, "get"))
					compareScan(r, tx, table, model[table], rapid.Just(""))
					compareScan(r, tx, table, model[table], bounds)
				}
				return nil
			}); err != nil {
				r.Fatalf("View = %v", err)
			}
		}
	})
}

func compareGet(r *rapid.T, tx storage.Tx, table storage.Table, model map[string]string, keys []string) {
	for i, got := range tx.Get(table, keys...) {
		if want, ok := model[keys[i]]; string(got) != want || ok != (got != nil) {
			r.Fatalf("Get(%q) = %d bytes, nil %t; want %d, there %t", keys[i], len(got), got == nil, len(want), ok)
		}
	}
}

func compareScan(r *rapid.T, tx storage.Tx, table storage.Table, model map[string]string, bounds *rapid.Generator[string]) {
	from, to := bounds.Draw(r, "from"), bounds.Draw(r, "to")
	limit, reverse := rapid.IntRange(0, 6).Draw(r, "limit"), rapid.Bool().Draw(r, "reverse")
	var want []string
	for _, key := range slices.Sorted(maps.Keys(model)) {
		if key >= from && (to == "" || key < to) {
			want = append(want, fmt.Sprintf("%q %d", key, len(model[key])))
		}
	}
	if reverse {
		slices.Reverse(want)
	}
	if limit > 0 && len(want) > limit {
		want = want[:limit]
	}
	var got []string
	for key, val := range tx.Scan(table, from, to, limit, reverse) {
		got = append(got, fmt.Sprintf("%q %d", key, len(val)))
	}
	if !slices.Equal(got, want) {
		r.Fatalf("Scan(%q, %q, %d, %t) = %v, want %v", from, to, limit, reverse, got, want)
	}
}
