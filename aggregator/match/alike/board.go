package alike

// A board adds up weights by item, and then hands out the heaviest.
type board struct {
	table [2048]uint16 // number of an item + 1; open addressing
	items [boardSize]pick
	n     int
	best  [candidates + kin]pick
}

// boardSize is how many items can be on the board: every probe's ring full, and those of the same second.
const boardSize = (probes + 1) * ringSize

type pick struct {
	item   uint32
	weight float32
}

func (b *board) clear() {
	clear(b.table[:])
	b.n = 0
}

func (b *board) add(items []uint32, weight float32) {
	for _, item := range items {
		i := item * 0x9E3779B1 >> 21
		for b.table[i] != 0 && b.items[b.table[i]-1].item != item {
			i = (i + 1) & 2047
		}
		if n := b.table[i]; n != 0 {
			b.items[n-1].weight += weight
			continue
		}
		b.items[b.n] = pick{item, weight}
		b.n++
		b.table[i] = uint16(b.n)
	}
}

// heaviest are the items of most weight, whosever they are, and then more of those with the tag. Of equal ones the newer
// counts.
func (b *board) heaviest(tag uint32) []pick {
	n := 0
	var least pick
	for _, p := range b.items[:b.n] {
		if p.weight < least.weight {
			continue
		}
		if n = insert(b.best[:candidates], n, p); n == candidates {
			least = b.best[n-1]
		}
	}
	if n < candidates {
		return b.best[:n]
	}
	m := 0
	more := b.best[n:]
	for _, p := range b.items[:b.n] {
		if tagOf(p.item) == tag && heavier(least, p) {
			m = insert(more, m, p)
		}
	}
	return b.best[:n+m]
}

func heavier(a, b pick) bool { return a.weight > b.weight || a.weight == b.weight && a.item > b.item }

// insert keeps the heaviest in a list of n.
func insert(list []pick, n int, p pick) int {
	i := n
	if n == len(list) {
		if !heavier(p, list[n-1]) {
			return n
		}
		i--
	} else {
		n++
	}
	for i > 0 && heavier(p, list[i-1]) {
		list[i] = list[i-1]
		i--
	}
	list[i] = p
	return n
}

// Rings and board name an item by its number in the window and, below it, six bits of its source.
const tagBits = 6

func tagged(number, source uint32) uint32 { return number<<tagBits | source>>(32-tagBits) }

func tagOf(item uint32) uint32 { return item & (1<<tagBits - 1) }

func numberOf(item uint32) uint32 { return item >> tagBits }
