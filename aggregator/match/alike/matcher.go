package alike

import "time"

// An Item is what the matcher sees of an article.
type Item struct {
	Source    string
	Title     string    // plain text
	Summary   string    // plain text
	Agencies  []string  // agencies that it names as its origin, or that of its pictures
	Published time.Time // the source's own date; zero when it gave none
	Arrived   time.Time // when it was first seen, never before the item added before; Published where it is zero
}

// Where candidates come from, and how many are compared.
const (
	probes     = 12 // of an item's rarest tokens that others hold, looked up
	hooks      = 9  // of its rarest tokens, under which it can be found itself
	candidates = 8  // pairs scored for an item, of all sources
	kin        = 4  // and more of its own source
	// hint is how much candidates have to share of their rarest tokens to be compared, in bits: half a rare word.
	hint = 4
	// hintPart is how much of the shorter one's bits that has to be.
	hintPart = 1. / 50
	// momentBits is what it tells of two items that their source published them in one second.
	momentBits = 6
)

// What is kept.
const (
	day = 24 * 60 * 60
	// epoch is after how many seconds the state is built again from the window. Between two buildings what leaves the window
	// is only subtracted, once a day.
	epoch = 7 * day
	// firstBuild is after how many items the state is built again for the first time; what words tell changes fast at first.
	firstBuild = 1_000
	// most is how many items are kept at all. It bounds the memory at about a gigabyte.
	most = 1 << 22
	// maxNumber is the highest number that an item can have in the state before that is built again.
	maxNumber = 1<<(32-tagBits) - 1
)

// A Matcher finds, for each item that it is given, the earlier ones that are the same. It belongs to one goroutine.
type Matcher struct {
	// Watch, when it is set, sees every pair that is compared: for training. Items are given by their numbers.
	Watch func(earlier, later uint32, view View, same bool, x *Vector)

	model     *Model
	within    [Levels]float32 // hours
	window    uint32          // seconds of arrivals
	now       uint32          // arrival of the last item
	first     uint32          // the oldest item that is kept
	next      uint32          // the number of the item that is being added
	origin    uint32          // the oldest item when the state was built: rings number items from there
	built     int             // how many items there were then
	entries   shelf[entry]
	groups    shelf[[Levels]uint32] // of each entry, by level: the number of the group's first item
	tokens    shelf[token]
	sentences shelf[sentence]

	// The state is learnt from the entries, and is learnt from them again every epoch.
	counts  counts
	habits  habits
	sayings sayings
	rings   rings

	// What one Add works on.
	reading reading
	entry   entry
	index   index
	once    [256]token
	board   board
	links   [candidates + kin]link
	nl      int
	ahead   uint32 // see score
}

// New makes a matcher that knows no item yet. The model is not changed and must not be.
func New(model *Model) *Matcher {
	m := &Matcher{model: model, built: firstBuild / 2, window: uint32(model.Window() / time.Second)}
	for l := range Levels {
		m.within[l] = float32(model.within(l).Hours())
	}
	m.counts.reset()
	m.rings.reset()
	return m
}

// Add matches an item with those added before, and remembers it. Items are numbered from 0 in the order of their adding.
//
// What it costs does not depend on how many items are kept, but for the state's being built again once an epoch.
func (m *Matcher) Add(item *Item) Verdict {
	m.take(item)
	ref := m.next
	m.score(ref)
	v := m.decide(ref)
	m.keep([Levels]uint32{v.Links[Version].Group, v.Links[Copy].Group, v.Links[Coverage].Group})
	return v
}

// Restore remembers an item that was matched before, for a start after which everything is as it was: give it the items of
// the last [Model.Keep], in order, each with the number that the first item of its group has here, its own when that is itself, and
// [Closed] when that is not among them. It returns the item's number.
func (m *Matcher) Restore(item *Item, groups [Levels]uint32) uint32 {
	m.take(item)
	m.keep(groups)
	return m.next - 1
}

// Closed stands for a group whose first item is older than what is restored.
const Closed = 1<<32 - 1

// take reads an item and puts it on the index.
func (m *Matcher) take(item *Item) {
	r, e := &m.reading, &m.entry
	r.read(item.Title, item.Summary)
	e.from(r, item)
	m.advance(e)
	m.mask(e, r.sentences[:r.ns])
	m.load(e, r.tokens[:r.n], r.sentences[:r.ns])
}

// keep remembers the item on the index.
func (m *Matcher) keep(groups [Levels]uint32) {
	r, e := &m.reading, &m.entry
	e.start, e.sentences = m.tokens.put(r.tokens[:r.n]...), m.sentences.put(r.sentences[:r.ns]...)
	m.groups.put(groups)
	m.entries.put(*e)
	m.next++
	m.count(e, 1)
	m.hook(m.next-1, e)
}

// kept is how many items are.
func (m *Matcher) kept() int { return int(m.next - m.first) }

// advance moves the clock to an item's arrival and builds the state again when it is time to.
func (m *Matcher) advance(e *entry) {
	e.arrived = max(e.arrived, m.now)
	today := e.arrived/day != m.now/day
	if today {
		start := e.arrived - e.arrived%day
		m.drop(func(old *entry) bool { return old.arrived+m.window < start })
	}
	if m.kept() == most {
		n := 0
		m.drop(func(*entry) bool { n++; return n <= most/4 })
	}
	if today && e.arrived/epoch != m.now/epoch || m.kept() >= 2*m.built || m.next-m.origin == maxNumber {
		m.build()
	}
	m.now = e.arrived
}

// build learns the state anew: the same entries make the same state, whatever was before.
func (m *Matcher) build() {
	m.built, m.origin = max(m.kept(), firstBuild/2), m.first
	m.counts.reset()
	m.habits.reset()
	m.sayings.reset()
	m.rings.reset()
	for ref := m.first; ref != m.next; ref++ {
		e := m.entries.at(ref)
		m.mask(e, m.saidIn(e))
		m.count(e, 1)
	}
	for ref := m.first; ref != m.next; ref++ {
		e := m.entries.at(ref)
		m.load(e, m.tokensOf(e), m.saidIn(e))
		m.hook(ref, e)
	}
}

func (m *Matcher) tokensOf(e *entry) []token  { return m.tokens.of(e.start, e.n) }
func (m *Matcher) saidIn(e *entry) []sentence { return m.sentences.of(e.sentences, e.ns) }

// drop forgets the oldest items for as long as they are to go. What was counted of them is subtracted; rings lead to nothing
// where they led to them.
func (m *Matcher) drop(goes func(*entry) bool) {
	for ; m.first != m.next; m.first++ {
		e := m.entries.at(m.first)
		if !goes(e) {
			m.tokens.drop(e.start)
			m.sentences.drop(e.sentences)
			break
		}
		m.count(e, -1)
	}
	m.entries.drop(m.first)
	m.groups.drop(m.first)
}

// closed reports whether a group takes in no more: its first item has left the window. Else one story would go on for ever,
// each day's news tied to the day before.
func (m *Matcher) closed(group uint32) bool {
	return group < m.first || group == Closed || m.entries.at(group).arrived+m.window < m.now
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
	m.index.load(e, tokens, sentences, &m.counts, &m.habits)
	e.sums = m.index.sums
	e.numbers = [2]uint8{uint8(m.index.nums[0]), uint8(m.index.nums[1])}
}

// count counts an item's tokens, each once as far as a small table tells, or takes them back: by is 1 or -1.
func (m *Matcher) count(e *entry, by int) {
	m.counts.grow(by)
	m.habits.titles[e.source>>habitShift] += uint32(by)
	clear(m.once[:])
	tokens := m.tokensOf(e)
	for _, t := range tokens[:e.title] {
		if p := &m.once[uint32(t)*0xC2B2AE35>>24]; *p != t {
			*p = t
			m.counts.add(t, by)
			m.habits.add(e.source, t, by)
		}
	}
	for part := range e.parts(m.saidIn(e)) {
		for _, t := range tokens[part.from:part.to] {
			if p := &m.once[uint32(t)*0xC2B2AE35>>24]; *p != t {
				*p = t
				m.counts.add(t, by)
			}
		}
	}
}

// hook makes the item on the index found by its rarest tokens.
func (m *Matcher) hook(ref uint32, e *entry) {
	item := tagged(ref-m.origin, e.source)
	for _, w := range m.index.fresh[:m.index.nf] {
		m.rings.add(m.index.words[w].token, item)
	}
	for _, v := range m.index.rare[:min(hooks-m.index.nf, m.index.nrare)] {
		m.rings.add(m.index.words[uint32(v)].token, item)
	}
	if e.dated {
		m.rings.add(e.moment(), item)
	}
}

// score finds the candidates of the item on the index and compares it with them.
//
// What it reads lies all over the memory. The loops that do nothing but look ahead let the processor wait for many places at
// once instead of for one after the other.
func (m *Matcher) score(ref uint32) {
	e, r := &m.entry, &m.reading
	m.nl = 0
	picks, burst := m.gather()
	var bs [candidates + kin]*entry
	n := 0
	for _, p := range picks {
		if ref := m.origin + numberOf(p.item); ref >= m.first { // else the window has left it behind
			picks[n] = p
			bs[n] = m.entries.at(ref)
			m.ahead += bs[n].start
			n++
		}
	}
	picks = picks[:n]
	for _, b := range bs[:n] {
		tokens := m.tokensOf(b)
		for i := 0; i < len(tokens); i += 16 { // a line of the cache
			m.ahead += uint32(tokens[i])
		}
	}
	var o overlap
	for i, p := range picks {
		b := bs[i]
		hours := gap(e, b)
		if p.weight < max(hint, hintPart*min(e.allBits, b.allBits)) || hours > m.within[Coverage] && hours > m.within[Version] && hours > m.within[Copy] {
			continue
		}
		l := &m.links[m.nl]
		m.nl++
		m.index.compare(&o, r, b, m.tokensOf(b), m.saidIn(b))
		o.burst = burst
		l.ref, l.view, l.same, l.hours = m.origin+numberOf(p.item), viewOf(e, b), b.source == e.source, hours
		l.x.fill(&o, &m.index, e, b, hours)
		l.veto = vetoOf(&l.x, &o, hours)
		if m.Watch != nil {
			m.Watch(l.ref, ref, l.view, l.same, &l.x)
		}
	}
}

// gather finds the items that share most of the rarest tokens, and how many the source published in the item's second.
func (m *Matcher) gather() (picks []pick, burst int) {
	m.board.clear()
	var found [probes]*ring
	rare := m.index.rare[:m.index.nrare]
	for i, v := range rare {
		found[i] = m.rings.find(m.index.words[uint32(v)].token)
	}
	for i := range rare {
		if found[i].n > 0 {
			m.ahead += m.rings.slab[found[i].off]
		}
	}
	for i, v := range rare {
		m.board.add(m.rings.of(found[i]), m.index.words[uint32(v)].weight)
	}
	if m.entry.dated {
		same := m.rings.items(m.entry.moment())
		burst = len(same)
		m.board.add(same, momentBits)
	}
	return m.board.heaviest(m.entry.source >> (32 - tagBits)), burst
}
