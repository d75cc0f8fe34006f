package alike

// ringSize is how many of the newest items that hold a token are remembered.
const ringSize = 32

// rings lead from a token to the newest items that hold it. Most tokens are held by few items: a ring begins with room for one
// and doubles.
type rings struct {
	table []ring // open addressing; the length is a power of two
	used  int
	slab  []uint32
	free  [6][]uint32 // offsets of pieces of 2^class numbers that are not in use
}

type ring struct {
	token token // 0 is free
	off   uint32
	class uint8 // room for 2^class numbers
	n     uint8 // numbers in it
	head  uint8 // where the next one goes
}

func (r *rings) reset() {
	if r.table == nil {
		r.table = make([]ring, 1<<12)
	}
	clear(r.table)
	r.used, r.slab = 0, r.slab[:0]
	for i := range r.free {
		r.free[i] = r.free[i][:0]
	}
}

func (r *rings) find(t token) *ring {
	mask := uint32(len(r.table) - 1)
	for i := (uint32(t) * 0xC2B2AE35) >> 7 & mask; ; i = (i + 1) & mask {
		if p := &r.table[i]; p.token == t || p.token == 0 {
			return p
		}
	}
}

// items are the items that hold a token, in no order.
func (r *rings) items(t token) []uint32 { return r.of(r.find(t)) }

func (r *rings) of(p *ring) []uint32 { return r.slab[p.off : p.off+uint32(p.n)] }

// add puts an item into a token's ring.
func (r *rings) add(t token, item uint32) {
	p := r.find(t)
	if p.token == 0 {
		if r.used*4 >= len(r.table)*3 {
			r.grow()
			p = r.find(t)
		}
		r.used++
		*p = ring{token: t, off: r.alloc(0)}
	}
	if p.n == 1<<p.class && p.n < ringSize {
		off := r.alloc(p.class + 1)
		copy(r.slab[off:], r.slab[p.off:p.off+uint32(p.n)]) // in the order of arrival: it has not turned yet
		r.free[p.class] = append(r.free[p.class], p.off)
		p.class++
		p.off, p.head = off, p.n
	}
	r.slab[p.off+uint32(p.head)] = item
	p.n = max(p.n, p.head+1)
	p.head = (p.head + 1) & (1<<p.class - 1)
}

func (r *rings) alloc(class uint8) uint32 {
	if f := r.free[class]; len(f) > 0 {
		off := f[len(f)-1]
		r.free[class] = f[:len(f)-1]
		return off
	}
	off := uint32(len(r.slab))
	for range 1 << class {
		r.slab = append(r.slab, 0)
	}
	return off
}

func (r *rings) grow() {
	old := r.table
	r.table = make([]ring, 2*len(old))
	for _, p := range old {
		if p.token != 0 {
			*r.find(p.token) = p
		}
	}
}
