package alike

// habits are what each source always says: how many of its titles hold a word, and which sentences stand below all of them.
type habits struct {
	sources map[uint32]*habit
	said    []saying
}

// A habit counts words in the titles of one source, in few counters.
type habit struct {
	n  uint32
	of [1 << 10]uint16
}

func (h *habits) of(source uint32) *habit {
	if h.sources == nil {
		h.sources = map[uint32]*habit{}
	}
	p := h.sources[source]
	if p == nil {
		p = new(habit)
		h.sources[source] = p
	}
	return p
}

func (h *habit) add(t token) {
	if p := &h.of[uint32(t)*0x85EBCA6B>>22]; *p < 1<<16-1 {
		*p++
	}
}

func (h *habit) weight(t token) float32 {
	return max(0, log2(h.n+8)-log2(uint32(h.of[uint32(t)*0x85EBCA6B>>22])+1)) + 2
}

// A saying is a sentence that a source has said.
type saying struct {
	key   uint32
	title uint32 // the last title that it stood under
	n     uint32 // titles that it stood under
}

const (
	sayings     = 1 << 16
	boilerplate = 4 // titles that a sentence stands under before it is no longer content
)

// says counts a sentence under a title, and reports whether it is one of those that say nothing.
func (h *habits) says(source, sentence, title uint32) bool {
	if h.said == nil {
		h.said = make([]saying, sayings)
	}
	key := mix(source, sentence)
	p := &h.said[key>>16]
	if p.key != key {
		*p = saying{key: key}
	}
	if p.title != title {
		p.title = title
		p.n++
	}
	return p.n >= boilerplate
}

// mask takes the sentences out of the reading that the source says under every title.
func (m *Matcher) mask(e *entry) {
	r := &m.r
	if r.mold == 0 || r.ns == 0 {
		return
	}
	n, start := r.title, r.title
	for i := range r.ns {
		s := r.sentences[i]
		if s.sum == 0 || !m.habits.says(e.source, s.sum, r.mold) {
			n += copy(r.tokens[n:], r.tokens[start:s.end])
		}
		start = int(s.end)
	}
	r.n = n
	e.n = uint8(n)
	if n == r.title {
		e.whole = 0
	}
}
