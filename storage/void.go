package storage

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"deskwire"
)

// teach makes the source's new state, with what its document taught about keys.
func (m *merger) teach(old deskwire.SourceState, v verdict) {
	st := m.p.f.State
	st.Lease = time.Time{}
	st.Rounds = max(st.Rounds, old.Rounds+1)
	if slices.Contains(v.ids, "") {
		st.LastNew = m.p.f.Seen // dates of items, by which it was guessed, may lie
	}
	maps.Copy(v.void, m.p.void)
	for _, kind := range slices.Sorted(maps.Keys(v.void)) {
		if kind >= keyIdentical || slices.Contains(st.VoidKinds, kind) {
			continue
		}
		st.VoidDocs = maps.Clone(st.VoidDocs)
		if st.VoidDocs == nil {
			st.VoidDocs = map[deskwire.KeyKind]int{}
		}
		st.VoidDocs[kind]++
		note := fmt.Sprintf("%s names several items of one document and does not count there", kindName(kind))
		if st.VoidDocs[kind] >= maxVoid {
			st.VoidKinds = append(slices.Clone(st.VoidKinds), kind)
			note = fmt.Sprintf("%s named several items of one document %d times and counts no more at this source", kindName(kind), maxVoid)
		}
		m.out.Notes = append(m.out.Notes, note)
	}
	if v.churned > 0 {
		m.out.Notes = append(m.out.Notes, fmt.Sprintf("the GUIDs have all changed: %d articles were recognised by their text and keep their IDs", v.churned))
	}
	m.state = st
}

func kindName(k deskwire.KeyKind) string {
	switch k {
	case deskwire.KeyGUID:
		return "a GUID"
	case deskwire.KeyURL:
		return "an address"
	case deskwire.KeyNumber:
		return "an article number"
	}
	return "a text"
}
