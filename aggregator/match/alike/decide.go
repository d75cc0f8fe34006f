package alike

// Rules that no score overrules.
const (
	// leastBits is what two items have to share before they can be the same: about a rare word, or two that are not.
	leastBits = 8
	// seriesHours is when a title that says the same again is the next edition, and no longer the same one edited.
	seriesHours = 10
	// leastPart is how much of what the shorter one says two versions have to share: one second of publishing alone decides
	// nothing.
	leastPart = .12
	// bestLinks is how many members of a group an item is compared with; coverage asks for their mean.
	bestLinks = 3
)

// A link is a candidate that was compared.
type link struct {
	ref   uint32 // the earlier item
	view  View
	same  bool // of the same source
	veto  Veto
	hours float32
	score [Levels]float32
	x     Vector
}

// viewOf says by which weights a pair is judged.
func viewOf(a, b *entry) View {
	switch title, summary := a.title > 0 && b.title > 0, a.text() && b.text(); {
	case title && summary:
		return ViewBoth
	case summary:
		return ViewSummary
	}
	return ViewTitle
}

// vetoOf says what speaks against a pair whatever its score. Coverage asks for less: editions of a series are about one thing.
func vetoOf(x *Vector, o *overlap, hours float32) Veto {
	switch {
	case o.all < leastBits:
		return VetoNothing
	case x[fDateConflict] != 0:
		return VetoDate
	case x[fSameSource] == 0:
		return VetoNone
	case x[fSeries] != 0:
		return VetoSeries
	case x[fNumberConflict] != 0 && hours >= seriesHours && x[fTitleContained] < 1:
		return VetoSibling
	}
	return VetoNone
}

// decide says what the item joins: the best link at the levels of version and copy, the best group at that of coverage.
// Whoever is a version or a copy is in that item's coverage. Versions and copies are told apart here: a story is both.
func (m *Matcher) decide(ref uint32) (v Verdict) {
	v.Ref = ref
	for l := range Levels {
		v.Links[l] = Link{To: ref, Group: ref, Kind: l, Threshold: m.model.Threshold[l]}
	}
	for i := range m.nl {
		k := &m.links[i]
		for l := range Levels {
			if l == Coverage || k.same == (l == Version) {
				k.score[l] = m.model.score(l, k.view, &k.x)
			}
		}
	}
	m.join(&v, Version)
	m.join(&v, Copy)
	m.cover(&v)
	for l := range Coverage {
		if story := &v.Links[l]; story.Joined(ref) {
			m.follow(&v.Links[Coverage], story, Coverage)
			break
		}
	}
	return v
}

// follow has an item that joined a closer group join the wider one of the same partner.
func (m *Matcher) follow(wider, closer *Link, l Level) {
	if group := m.groups.at(closer.To)[l]; !m.closed(group) {
		*wider = *closer
		wider.Group = group
	}
}

// join finds the best link of a level, and what was refused although it was better.
func (m *Matcher) join(v *Verdict, l Level) {
	out := &v.Links[l]
	var best *link
	var refused float32
	for i := range m.nl {
		k := &m.links[i]
		s := k.score[l]
		if k.same != (l == Version) || s < out.Threshold {
			continue
		}
		veto := k.veto
		if l == Version && veto == VetoNone && k.x[fAllContained] < leastPart {
			veto = VetoNothing
		}
		if veto == VetoNone && (k.hours > m.within[l] || m.closed(m.groups.at(k.ref)[l])) {
			veto = VetoGap
		}
		if veto != VetoNone {
			if s > refused {
				refused, out.Veto, out.Vetoed = s, veto, k.ref
			}
			continue
		}
		if s > out.Score {
			best, out.Score = k, s
		}
	}
	if best == nil {
		return
	}
	out.To, out.Linked, out.Veto, out.Vetoed = best.ref, 1, VetoNone, 0
	out.Group = m.groups.at(best.ref)[l]
	out.Because = m.model.because(l, best.view, &best.x)
}

// A tie is what links an item to one group.
type tie struct {
	group uint32
	n     int
	best  [bestLinks]float32
	link  *link // the best
}

// cover finds the group of coverage whose best links are the strongest in the mean.
func (m *Matcher) cover(v *Verdict) {
	var ties [candidates + kin]tie
	n := 0
	for i := range m.nl {
		k := &m.links[i]
		group := m.groups.at(k.ref)[Coverage]
		if k.veto == VetoNothing || k.hours > m.within[Coverage] || m.closed(group) {
			continue
		}
		j := 0
		for j < n && ties[j].group != group {
			j++
		}
		t := &ties[j]
		if j == n {
			n++
			t.group = group
		}
		s := k.score[Coverage]
		if t.link == nil || s > t.best[0] {
			t.link = k
		}
		for b := range bestLinks {
			if s > t.best[b] {
				s, t.best[b] = t.best[b], s
			}
		}
		t.n++
	}
	out := &v.Links[Coverage]
	for i := range n {
		t := &ties[i]
		k := min(t.n, bestLinks)
		var mean float32
		for _, s := range t.best[:k] {
			mean += s / float32(k)
		}
		if mean >= out.Threshold && mean > out.Score {
			out.To, out.Group, out.Score, out.Linked = t.link.ref, t.group, mean, k
			out.Because = m.model.because(Coverage, t.link.view, &t.link.x)
		}
	}
}
