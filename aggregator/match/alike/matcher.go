// Package alike finds which news items are the same thing told again.
package alike

import (
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
	probes     = 14 // of an item's rarest tokens, looked up
	hooks      = 12 // of them, under which it can be found itself
	candidates = 8  // pairs scored for an item, of all sources
	kin        = 4  // and more of its own source
)

// How long items are kept.
const (
	day        = 24 * 60 * 60
	window     = 7 * day
	epoch      = 2 * day // after which the state is built again from the window
	firstBuild = 1_000
)

// A Matcher finds, for each item that it is given, the earlier ones that are the same.
type Matcher struct {
	Model *Model
	// Watch, when it is set, sees every pair that is scored: for training.
	Watch func(earlier, later uint32, view View, same bool, x *Vector)

	now       uint32
	base      uint32 // the number of the first entry
	built     int    // how many entries there were when the state was built
	entries   []entry
	group     [][Levels]uint32
	tokens    []token
	sentences []sentence
	state

	r     reading
	e     entry
	index index
	board board
	links [candidates + kin]link
	nl    int
}

// state is what is learnt from the entries, and can be learnt from them again.
type state struct {
	counts  *counts
	habits  *habits
	sayings *sayings
	rings   rings
}

// New makes a matcher that knows no item yet.
func New(model *Model) *Matcher {
	m := &Matcher{Model: model, built: firstBuild / 2}
	m.counts, m.habits, m.sayings = new(counts), new(habits), new(sayings)
	m.counts.reset()
	m.rings.reset()
	return m
}

// Add matches an item with the earlier ones and remembers it.
func (m *Matcher) Add(item *Item) Verdict {
	m.r.read(item.Title, item.Summary)
	e := &m.e
	e.from(&m.r, item)
	m.advance(e)
	ref := m.base + uint32(len(m.entries))
	tokens, sentences := m.r.tokens[:m.r.n], m.r.sentences[:m.r.ns]
	m.mask(e, sentences)
	m.load(e, tokens, sentences)
	m.score(ref)
	v := m.decide(ref)
	m.group = append(m.group, [Levels]uint32{v.Links[Version].Group, v.Links[Copy].Group, v.Links[Coverage].Group})
	e.start, e.sentences = uint32(len(m.tokens)), uint32(len(m.sentences))
	m.tokens = append(m.tokens, tokens...)
	m.sentences = append(m.sentences, sentences...)
	m.entries = append(m.entries, *e)
	m.learn(uint32(len(m.entries) - 1))
	return v
}

// advance moves the clock to an item's arrival and builds the state again when it is time to.
func (m *Matcher) advance(e *entry) {
	e.arrived = max(e.arrived, m.now)
	if e.arrived/epoch != m.now/epoch || len(m.entries) >= 2*m.built {
		m.build(e.arrived)
	}
	m.now = e.arrived
}

// build forgets what has left the window and learns the rest anew: twice the same entries make twice the same state.
func (m *Matcher) build(now uint32) {
	first := 0
	for first < len(m.entries) && m.entries[first].arrived+window < now-now%epoch {
		first++
	}
	if first > 0 {
		m.drop(first)
	}
	m.built = max(len(m.entries), firstBuild/2)
	m.counts.reset()
	m.habits.reset()
	m.sayings.reset()
	m.rings.reset()
	for i := range m.entries {
		e := &m.entries[i]
		m.mask(e, m.sentences[e.sentences:][:e.ns])
		for _, t := range m.tokens[e.start:][:e.n] {
			m.counts.add(t)
		}
		for _, t := range m.tokens[e.start:][:e.title] {
			m.habits.add(e.source, t)
		}
		m.habits.titles[e.source>>20]++
	}
	m.counts.grow(len(m.entries))
	for i := range m.entries {
		e := &m.entries[i]
		m.load(e, m.tokens[e.start:][:e.n], m.sentences[e.sentences:][:e.ns])
		m.hook(uint32(i))
	}
}

func (m *Matcher) drop(first int) {
	tokens, sentences := uint32(len(m.tokens)), uint32(len(m.sentences))
	if first < len(m.entries) {
		tokens, sentences = m.entries[first].start, m.entries[first].sentences
	}
	m.base += uint32(first)
	m.entries = append(m.entries[:0], m.entries[first:]...)
	m.group = append(m.group[:0], m.group[first:]...)
	m.tokens = append(m.tokens[:0], m.tokens[tokens:]...)
	m.sentences = append(m.sentences[:0], m.sentences[sentences:]...)
	for i := range m.entries {
		m.entries[i].start -= tokens
		m.entries[i].sentences -= sentences
	}
}

// mask finds the sentences of an item that its source says under every title.
func (m *Matcher) mask(e *entry, sentences []sentence) {
	e.mask = 0
	if e.mold == 0 {
		return
	}
	for i, s := range sentences {
		if s.sum() != 0 && m.sayings.says(e.source, s.sum(), e.mold) {
			e.mask |= 1 << i
		}
	}
}

// load puts an item on the index and notes what its tokens tell.
func (m *Matcher) load(e *entry, tokens []token, sentences []sentence) {
	m.index.load(e, tokens, sentences, m.counts, m.habits)
	e.sums = m.index.sums
	e.numbers = [2]uint8{uint8(m.index.nums[0]), uint8(m.index.nums[1])}
}

// learn takes the item on the index into the state.
func (m *Matcher) learn(number uint32) {
	e := &m.entries[number]
	m.hook(number)
	m.counts.grow(1)
	m.habits.titles[e.source>>20]++
	for i := range m.index.n {
		w := &m.index.words[i]
		m.counts.add(w.token)
		if w.in&inTitle != 0 {
			m.habits.add(e.source, w.token)
		}
	}
}

// hook makes the item on the index found by its rarest tokens.
func (m *Matcher) hook(number uint32) {
	e := &m.entries[number]
	item := tagged(number, e.source)
	for _, v := range m.index.rare[:min(hooks, m.index.nrare)] {
		m.rings.add(m.index.words[uint32(v)].token, item)
	}
	if e.dated {
		m.rings.add(e.moment(), item)
	}
}

// score finds the candidates of the item on the index and compares it with them.
func (m *Matcher) score(ref uint32) {
	e := &m.e
	burst := 0
	m.board.clear()
	for _, v := range m.index.rare[:m.index.nrare] {
		if v>>32 == 0 {
			continue // nobody held it before
		}
		w := &m.index.words[uint32(v)]
		m.board.add(m.rings.items(w.token), w.weight)
	}
	if e.dated {
		same := m.rings.items(e.moment())
		burst = len(same)
		m.board.add(same, momentBits)
	}
	m.nl = 0
	var o overlap
	for _, p := range m.board.heaviest(e.source >> (32 - tagBits)) {
		number := numberOf(p.item)
		b := &m.entries[number]
		hours := gap(e, b)
		if hours > window/3600 {
			continue
		}
		l := &m.links[m.nl]
		m.nl++
		m.index.compare(&o, &m.r, b, m.tokens[b.start:][:b.n], m.sentences[b.sentences:][:b.ns])
		o.burst = burst
		l.number, l.view, l.same, l.hours = number, viewOf(e, b), b.source == e.source, hours
		l.x.fill(&o, &m.index, e, b, hours)
		l.veto = vetoOf(&l.x, &o, &m.index, e, b)
		if m.Watch != nil {
			m.Watch(m.base+number, ref, l.view, l.same, &l.x)
		}
	}
}

// momentBits is what one source's publishing two items in one second tells about their being candidates.
const momentBits = 6
