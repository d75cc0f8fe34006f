// Package alike finds which news items are the same thing told again.
package alike

import (
	"slices"
	"time"
)

// An Item is what the matcher sees of an article.
type Item struct {
	Source    string
	Title     string
	Summary   string
	Published time.Time // the source's own date; zero when it gave none
	Arrived   time.Time // never before that of the item added before; Published where it is zero
}

// Where candidates come from.
const (
	probes      = 14 // of an item's rarest tokens, looked up
	hooks       = 12 // of them, under which it can be found itself
	candidates  = 8  // pairs scored for an item, of all sources
	kin         = 4  // and more of its own source
	seriesHours = 10
)

// entry is an item inside the window.
type entry struct {
	start              uint32 // of its tokens
	n, title           uint8
	dated              bool
	published          uint32
	arrived            uint32
	source             uint32
	exact, mold, whole uint32
	days               uint64
	group              [Levels]uint32
}

// Level says how much alike.
type Level uint8

const (
	Version Level = iota
	Copy
	Coverage
	Levels
)

// A Matcher finds, for each item that it is given, the earlier ones that are the same.
type Matcher struct {
	Model *Model
	// Watch, when it is set, sees every pair that is scored: for training.
	Watch func(earlier, later uint32, view int, same bool, x *Vector)

	now     uint32
	entries []entry
	tokens  []token
	counts  counts
	habits  habits
	rings   rings

	r     reading
	index index
	board board
	pool  []pick
	links []link
}

func New(m *Model) *Matcher {
	x := &Matcher{Model: m}
	x.rings.reset()
	return x
}

// Add matches an item with the earlier ones and remembers it.
func (m *Matcher) Add(item *Item) (ref uint32, v Verdict) {
	m.r.read(item.Title, item.Summary)
	ref = uint32(len(m.entries))
	e := m.enter(item)
	m.mask(&e)
	m.index.load(&m.r, &m.counts, m.habits.of(e.source))
	m.gather(&e)
	m.score(&e, ref)
	for l := range Levels {
		e.group[l] = ref
	}
	v = m.decide(&e, ref)
	m.keep(e, ref)
	return ref, v
}

func (m *Matcher) enter(item *Item) entry {
	e := entry{
		source: hashText(item.Source), n: uint8(m.r.n), title: uint8(m.r.title),
		exact: m.r.exact, mold: m.r.mold, whole: m.r.whole, days: m.r.dates[0].pack(),
		dated: !item.Published.IsZero(), published: seconds(item.Published), arrived: seconds(item.Arrived),
	}
	if item.Arrived.IsZero() {
		e.arrived = e.published
	}
	m.now = max(m.now, e.arrived)
	e.arrived = m.now
	return e
}

func seconds(t time.Time) uint32 {
	if t.IsZero() {
		return 0
	}
	return uint32(min(max(t.Unix(), 0), 1<<32-1))
}

func hashText(s string) uint32 {
	h := uint32(wordSeed)
	for i := range len(s) {
		h = mix(h, uint32(s[i]))
	}
	return h
}

type pick struct {
	item   uint32
	weight float32
}

// gather fills pool with the items that share the rarest tokens, best first.
func (m *Matcher) gather(e *entry) {
	m.pool = m.pool[:0]
	m.board.clear()
	for _, w := range m.index.rarest(probes) {
		for _, item := range m.rings.items(w.token) {
			m.board.add(item, w.weight)
		}
	}
	if e.dated {
		for _, item := range m.rings.items(e.moment()) {
			m.board.add(item, 6)
		}
	}
	for _, item := range m.board.items {
		b := &m.entries[item.item]
		if gap(e, b) > 168 {
			continue
		}
		m.pool = append(m.pool, item)
	}
	slices.SortFunc(m.pool, func(a, b pick) int {
		if a.weight != b.weight {
			if a.weight > b.weight {
				return -1
			}
			return 1
		}
		return int(int64(b.item) - int64(a.item))
	})
	all, own := 0, 0
	m.pool = slices.DeleteFunc(m.pool, func(p pick) bool {
		if all < candidates {
			all++
			return false
		}
		if own < kin && m.entries[p.item].source == e.source {
			own++
			return false
		}
		return true
	})
}

// moment is the token under which items of one source and one second are found.
func (e *entry) moment() token { return token(mix(mix(0x5bd1e995, e.source), e.published)) | kindMask }

type link struct {
	item uint32
	x    Vector
	view int
	veto Veto
}

func (m *Matcher) score(e *entry, ref uint32) {
	m.links = m.links[:0]
	for _, p := range m.pool {
		b := &m.entries[p.item]
		l := link{item: p.item}
		var o overlap
		m.compare(&o, e, b)
		l.x.fill(&o, e, b)
		l.view = viewOf(e, b)
		if m.Watch != nil {
			m.Watch(p.item, ref, l.view, b.source == e.source, &l.x)
		}
		l.veto = veto(&l.x, &o, e, b)
		m.links = append(m.links, l)
	}
}

// keep remembers the item.
func (m *Matcher) keep(e entry, ref uint32) {
	e.start = uint32(len(m.tokens))
	m.tokens = append(m.tokens, m.r.tokens[:m.r.n]...)
	m.entries = append(m.entries, e)
	for _, w := range m.index.rarest(hooks) {
		m.rings.add(w.token, ref)
	}
	if e.dated {
		m.rings.add(e.moment(), ref)
	}
	h := m.habits.of(e.source)
	m.counts.n++
	h.n++
	for i := range m.index.words {
		w := &m.index.words[i]
		m.counts.add(w.token)
		if w.in&inTitle != 0 {
			h.add(w.token)
		}
	}
}
