package alike

import "math"

// A Veto says why two items are not the same whatever their score.
type Veto uint8

const (
	VetoNone Veto = iota
	VetoDate
	VetoSeries
	VetoSibling
	VetoNothing
)

// A Verdict says what an item joined.
type Verdict struct {
	Joined [Levels]uint32 // an earlier item, or the item itself
	Score  [Levels]float32
}

// Which texts both items of a pair have.
const (
	viewBoth = iota
	viewTitle
	viewSummary
	Views
)

// ViewOf says by which weights a pair is judged.
func viewOf(a, b *entry) int {
	switch title, summary := a.title > 0 && b.title > 0, a.n > a.title && b.n > b.title; {
	case title && summary:
		return viewBoth
	case summary:
		return viewSummary
	}
	return viewTitle
}

// Model is the weights of each level and view.
type Model struct {
	Weights   [Levels][Views]Vector
	Threshold [Levels]float32
}

func (m *Model) score(l Level, view int, x *Vector) float32 {
	w := &m.Weights[l][view]
	var sum float32
	for i, v := range x {
		sum += w[i] * v
	}
	return float32(1 / (1 + math.Exp(-float64(sum))))
}

func veto(x *Vector, o *overlap, a, b *entry) Veto {
	if o.all == 0 {
		return VetoNothing
	}
	if x[fSameSource] != 0 {
		if x[fDateConflict] != 0 {
			return VetoDate
		}
		if x[fSeries] != 0 {
			return VetoSeries
		}
	}
	return VetoNone
}

// Root is the first item of the group that an item is in.
func (m *Matcher) Root(l Level, ref uint32) uint32 {
	for {
		up := m.entries[ref].group[l]
		if up == ref {
			return ref
		}
		m.entries[ref].group[l] = m.entries[up].group[l]
		ref = up
	}
}

const copyHours = 72

func (m *Matcher) decide(e *entry, ref uint32) (v Verdict) {
	for l := range Levels {
		v.Joined[l] = ref
	}
	if m.Model == nil {
		return v
	}
	var best [Levels]float32
	for i := range m.links {
		k := &m.links[i]
		b := &m.entries[k.item]
		if k.veto != VetoNone {
			continue
		}
		l := Copy
		if b.source == e.source {
			l = Version
		}
		if gap(e, b) > copyHours {
			continue
		}
		s := m.Model.score(l, k.view, &k.x)
		if s > best[l] && s >= m.Model.Threshold[l] {
			best[l] = s
			v.Joined[l] = k.item
			v.Score[l] = s
		}
	}
	if v.Joined[Version] != ref {
		e.group[Version] = m.Root(Version, v.Joined[Version])
		e.group[Copy] = m.Root(Copy, v.Joined[Version])
	}
	if v.Joined[Copy] != ref {
		e.group[Copy] = m.Root(Copy, v.Joined[Copy])
	}
	m.cover(e, ref, &v)
	return v
}

func (m *Matcher) cover(e *entry, ref uint32, v *Verdict) {
	type group struct {
		root uint32
		best [3]float32
		n    int
		item uint32
	}
	var gs [candidates + kin]group
	n := 0
	for i := range m.links {
		k := &m.links[i]
		if k.veto == VetoNothing {
			continue
		}
		s := m.Model.score(Coverage, k.view, &k.x)
		root := m.Root(Coverage, k.item)
		var g *group
		for j := range n {
			if gs[j].root == root {
				g = &gs[j]
			}
		}
		if g == nil {
			g = &gs[n]
			n++
			*g = group{root: root, item: k.item}
		}
		if g.n == 0 || s > g.best[0] {
			g.item = k.item
		}
		for j := range g.best {
			if s > g.best[j] {
				s, g.best[j] = g.best[j], s
			}
		}
		g.n++
	}
	var top float32
	for i := range n {
		g := &gs[i]
		k := min(g.n, 3)
		var sum float32
		for _, s := range g.best[:k] {
			sum += s
		}
		if mean := sum / float32(k); mean >= m.Model.Threshold[Coverage] && mean > top {
			top = mean
			v.Joined[Coverage], v.Score[Coverage] = g.item, mean
			e.group[Coverage] = g.root
		}
	}
}
