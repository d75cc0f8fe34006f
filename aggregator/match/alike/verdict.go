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
	Group  [Levels]uint32 // the first item of each group
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
	switch title, summary := a.title > 0 && b.title > 0, a.text() && b.text(); {
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

// never is the logarithm of odds that are none.
const never = -8

func (m *Model) score(l Level, view int, x *Vector) float32 {
	w := &m.Weights[l][view]
	var sum float32
	for i, v := range x {
		sum += w[i] * v
	}
	if sum < never {
		return 0
	}
	return float32(1 / (1 + math.Exp(-float64(sum))))
}

// leastBits is what two items have to share before they can be the same: about a rare word, or two that are not.
const leastBits = 8

func veto(x *Vector, o *overlap, a, b *entry) Veto {
	if o.all < leastBits {
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

const copyHours = 72

func (m *Matcher) decide(e *entry, ref uint32) (v Verdict) {
	for l := range Levels {
		v.Joined[l] = ref
	}
	own := v.Joined
	if m.Model == nil {
		m.group = append(m.group, own)
		v.Group = own
		return v
	}
	var best [Levels]float32
	for i := range m.nl {
		k := &m.links[i]
		b := &m.entries[k.number]
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
			v.Joined[l] = m.base + k.number
			v.Score[l] = s
		}
	}
	if v.Joined[Version] != ref {
		g := &m.group[v.Joined[Version]-m.base]
		own[Version], own[Copy] = g[Version], g[Copy]
	}
	if v.Joined[Copy] != ref {
		own[Copy] = m.group[v.Joined[Copy]-m.base][Copy]
	}
	own[Coverage] = m.cover(ref, &v)
	m.group = append(m.group, own)
	v.Group = own
	return v
}

func (m *Matcher) cover(ref uint32, v *Verdict) (group uint32) {
	type links struct {
		root uint32
		best [3]float32
		n    int
		item uint32
	}
	var gs [candidates + kin]links
	n := 0
	for i := range m.nl {
		k := &m.links[i]
		if k.veto == VetoNothing {
			continue
		}
		s := m.Model.score(Coverage, k.view, &k.x)
		root := m.group[k.number][Coverage]
		var g *links
		for j := range n {
			if gs[j].root == root {
				g = &gs[j]
			}
		}
		if g == nil {
			g = &gs[n]
			n++
			*g = links{root: root, item: m.base + k.number}
		}
		if g.n == 0 || s > g.best[0] {
			g.item = m.base + k.number
		}
		for j := range g.best {
			if s > g.best[j] {
				s, g.best[j] = g.best[j], s
			}
		}
		g.n++
	}
	group = ref
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
			group = g.root
		}
	}
	return group
}
