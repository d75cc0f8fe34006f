package alike

import (
	"runtime"
	"testing"
	"time"
)

// A matcher that is stopped and given the items of the last Keep again answers like one that is not.
func TestRestart(t *testing.T) {
	t.Parallel()
	items := stream(12_000)
	for i := range items { // 12,000 items in 40 days
		items[i].Published = items[0].Published.Add(time.Duration(i) * 40 * 24 * time.Hour / 12_000)
		items[i].Arrived = items[i].Published
	}
	whole := New(Default())
	verdicts := make([]Verdict, len(items))
	for i := range items {
		verdicts[i] = whole.Add(&items[i])
	}
	joined := 0
	for _, at := range []int{700, 2500, 6001, 9000, 11_500} {
		first := 0
		for items[first].Arrived.Before(items[at].Arrived.Add(-whole.model.Keep())) {
			first++
		}
		again := New(Default())
		for i := first; i < at; i++ {
			var groups [Levels]uint32
			for l := range Levels {
				if g := verdicts[i].Links[l].Group; g >= uint32(first) {
					groups[l] = g - uint32(first)
				} else {
					groups[l] = Closed
				}
			}
			again.Restore(&items[i], groups)
		}
		for i := at; i < min(at+600, len(items)); i++ {
			got := again.Add(&items[i])
			for l := range Levels {
				w, g := verdicts[i].Links[l], got.Links[l]
				g.To, g.Group = g.To+uint32(first), g.Group+uint32(first)
				if w.Veto != VetoNone {
					g.Vetoed += uint32(first)
				}
				if g != w {
					t.Fatalf("stopped before item %d: item %d, %v: got %+v, want %+v", at, i, l, g, w)
				}
				if w.Joined(verdicts[i].Ref) {
					joined++
				}
			}
		}
	}
	if joined < 100 {
		t.Errorf("only %d items joined another: the stream proves nothing", joined)
	}
}

// An item costs at most 400 bytes inside the window, and nothing once it has left.
func TestMemory(t *testing.T) {
	const n = 60_000
	items := stream(n)
	heap := func() uint64 {
		runtime.GC()
		var s runtime.MemStats
		runtime.ReadMemStats(&s)
		return s.HeapAlloc
	}
	m := New(Default())
	before := heap()
	for i := range items {
		m.Add(&items[i])
	}
	after := heap()
	if each := (int(after) - int(before)) / n; each > 400 {
		t.Errorf("%d bytes an item, want at most 400", each)
	} else {
		t.Logf("%d bytes an item", each)
	}
	for range 3 { // weeks later
		for i := range 2_000 {
			it := items[i]
			it.Published = m1(m.now).Add(2 * time.Hour / 100)
			m.Add(&it)
		}
		it := items[0]
		it.Published = m1(m.now).Add(11 * 24 * time.Hour)
		m.Add(&it)
	}
	if m.kept() > 5_000 {
		t.Errorf("%d items are kept weeks later", m.kept())
	}
	runtime.KeepAlive(m)
}

func m1(s uint32) time.Time { return time.Unix(int64(s), 0) }
