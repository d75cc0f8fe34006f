package alike

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// stream is invented news: n items of 40 sources, with a vocabulary as skewed as that of news, of which some are versions and
// copies of earlier ones.
func stream(n int) []Item {
	rnd := rand.New(rand.NewPCG(1, 2))
	zipf := rand.NewZipf(rnd, 1.15, 12, 200_000)
	words := func(n int) string {
		var b strings.Builder
		for i := range n {
			if i > 0 {
				b.WriteByte(' ')
			}
			v := zipf.Uint64()
			const letters = "etaoinshrdlucmwfgypbvk"
			for j := 0; j < 2 || v > 0; j++ {
				b.WriteByte(letters[(v+uint64(j)*7)%22])
				v /= 11
			}
		}
		return b.String()
	}
	at := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	items := make([]Item, n)
	for i := range items {
		at = at.Add(time.Duration(rnd.IntN(60)) * time.Second / 2)
		it := Item{Source: fmt.Sprint("source ", rnd.IntN(40)), Title: words(11), Summary: words(15) + ". " + words(14) + ".", Published: at}
		if i > 100 && rnd.IntN(5) == 0 {
			old := items[i-1-rnd.IntN(100)]
			it.Title, it.Summary = old.Title+" "+words(1), old.Summary
			if rnd.IntN(2) == 0 {
				it.Source = old.Source
			}
		}
		items[i] = it
	}
	return items
}

// BenchmarkAdd matches and remembers one item. Budget: 10 µs.
func BenchmarkAdd(b *testing.B) {
	items := stream(100_000)
	m := New(Default())
	for i := range 50_000 {
		m.Add(&items[i])
	}
	b.ReportAllocs()
	i := 50_000
	for b.Loop() {
		m.Add(&items[i])
		if i++; i == len(items) {
			i = 50_000
		}
	}
}
