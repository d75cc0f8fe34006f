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

// An inventor makes up news: of 40 sources, with a vocabulary as skewed as that of news, some of it versions and copies of
// what it made up before.
type inventor struct {
	rnd  *rand.Rand
	zipf *rand.Zipf
	at   time.Time
	last [100]Item // the newest
	n    int
}

func newInventor() *inventor {
	rnd := rand.New(rand.NewPCG(1, 2))
	return &inventor{rnd: rnd, zipf: rand.NewZipf(rnd, 1.15, 12, 200_000), at: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)}
}

func (v *inventor) words(n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(' ')
		}
		k := v.zipf.Uint64()
		const letters = "etaoinshrdlucmwfgypbvk"
		for j := 0; j < 2 || k > 0; j++ {
			b.WriteByte(letters[(k+uint64(j)*7)%22])
			k /= 11
		}
	}
	return b.String()
}

func (v *inventor) item() Item {
	v.at = v.at.Add(time.Duration(v.rnd.IntN(60)) * time.Second / 2)
	it := Item{Source: fmt.Sprint("source ", v.rnd.IntN(40)), Title: v.words(11), Summary: v.words(15) + ". " + v.words(14) + ".", Published: v.at}
	if v.n > len(v.last) && v.rnd.IntN(5) == 0 {
		old := &v.last[v.rnd.IntN(len(v.last))]
		it.Title, it.Summary = old.Title+" "+v.words(1), old.Summary
		if v.rnd.IntN(2) == 0 {
			it.Source = old.Source
		}
	}
	v.last[v.n%len(v.last)] = it
	v.n++
	return it
}

// stream is n items of invented news.
func stream(n int) []Item {
	v := newInventor()
	items := make([]Item, n)
	for i := range items {
		items[i] = v.item()
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

// BenchmarkMillion matches a stream of 1,000,000 items of 41 words, 27,000 a day, of which a fifth is told again. Budget: 10 s
// of one core, .4 KB for each item inside the window. Inventing them is not counted.
func BenchmarkMillion(b *testing.B) {
	const n, part = 1_000_000, 10_000
	for b.Loop() {
		heap := func() uint64 {
			runtime.GC()
			var s runtime.MemStats
			runtime.ReadMemStats(&s)
			return s.HeapAlloc
		}
		v := newInventor()
		items := make([]Item, part)
		before := heap()
		m := New(Default())
		var took, slowest time.Duration
		var joined, peak int
		for i := range n / part {
			for j := range items {
				items[j] = v.item()
				items[j].Published = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(i*part+j) * 3200 * time.Millisecond)
			}
			began := cpu()
			for j := range items {
				at := time.Now()
				v := m.Add(&items[j])
				slowest = max(slowest, time.Since(at))
				peak = max(peak, m.kept())
				if v.Links[Version].Joined(v.Ref) || v.Links[Copy].Joined(v.Ref) {
					joined++
				}
			}
			took += cpu() - began
		}
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
