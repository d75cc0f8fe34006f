package alike

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"syscall"
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

// BenchmarkRestore makes a matcher ready with the 100,000 items of a window. Budget: 1 s.
func BenchmarkRestore(b *testing.B) {
	items := stream(100_000)
	for b.Loop() {
		m := New(Default())
		for i := range items {
			m.Restore(&items[i], [Levels]uint32{uint32(i), uint32(i), uint32(i)})
		}
	}
}

// BenchmarkMillion matches a stream of 1,000,000 items, 27,000 a day, of which a quarter is told again. Budget: 10 s of one
// core, .4 KB for each item inside the window.
func BenchmarkMillion(b *testing.B) {
	const n = 1_000_000
	items := stream(n)
	for i := range items {
		items[i].Published = items[0].Published.Add(time.Duration(i) * 3200 * time.Millisecond)
	}
	for b.Loop() {
		heap := func() uint64 {
			runtime.GC()
			var s runtime.MemStats
			runtime.ReadMemStats(&s)
			return s.HeapAlloc
		}
		before := heap()
		m := New(Default())
		began, slowest := cpu(), time.Duration(0)
		joined, peak := 0, 0
		for i := range items {
			at := time.Now()
			v := m.Add(&items[i])
			slowest = max(slowest, time.Since(at))
			peak = max(peak, len(m.entries))
			if v.Links[Version].Joined(v.Ref) || v.Links[Copy].Joined(v.Ref) {
				joined++
			}
		}
		took := cpu() - began
		b.ReportMetric(n/took.Seconds(), "items/cpu-s")
		b.ReportMetric(float64(heap()-before)/float64(peak), "B/item")
		b.ReportMetric(float64(peak), "kept")
		b.ReportMetric(slowest.Seconds()*1000, "ms-slowest")
		b.ReportMetric(float64(joined)/n, "joined")
		runtime.KeepAlive(m)
	}
}

// cpu is the processor time that the process has had.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
