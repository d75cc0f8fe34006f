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
	if st.Rounds = max(st.Rounds, old.Rounds); !m.p.f.Part {
		st.Rounds = max(st.Rounds, old.Rounds+1)
	}
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
	if v.churned > 0 && st.ChurnDocs[deskwire.KeyGUID] == 0 && !slices.Contains(st.VoidKinds, deskwire.KeyGUID) {
		m.out.Notes = append(m.out.Notes, fmt.Sprintf("the GUIDs have all changed: %d articles were recognised by their words and keep their IDs", v.churned))
	}
	m.state = st
	for _, kind := range [...]deskwire.KeyKind{deskwire.KeyGUID, deskwire.KeyURL} {
		m.tire(kind, v)
	}
}

// tire counts documents in which a kind of key was another for every item that is known by something else. A source that
// moved does that once; one that does it always would have a row written for every item at every fetch.
func (m *merger) tire(kind deskwire.KeyKind, v verdict) {
	st := &m.state
	if slices.Contains(st.VoidKinds, kind) {
		return
	}
	known, led := 0, len(m.p.f.Skipped)
	for i, id := range v.ids {
		if id == "" || !slices.ContainsFunc(m.found[i], func(c clue) bool { return c.kind == kind && !c.weak }) {
			continue
		}
		known++
		if slices.ContainsFunc(m.found[i], func(c clue) bool { return c.kind == kind && c.id == id }) {
			led++
		}
	}
	n := 0
	switch {
	case led > 0:
	case known < minChurn:
		n = st.ChurnDocs[kind]
	default:
		n = st.ChurnDocs[kind] + 1
	}
	if n == st.ChurnDocs[kind] {
		return
	}
	if st.ChurnDocs = maps.Clone(st.ChurnDocs); st.ChurnDocs == nil {
		st.ChurnDocs = map[deskwire.KeyKind]int{}
	}
	st.ChurnDocs[kind] = n
	if n == 0 {
		delete(st.ChurnDocs, kind)
	}
	if n >= maxChurn {
		delete(st.ChurnDocs, kind)
		st.VoidKinds = append(slices.Clone(st.VoidKinds), kind)
		m.out.Notes = append(m.out.Notes, fmt.Sprintf("%s is another in every document, %d times in a row, and counts no more at this source", kindName(kind), maxChurn))
	}
}

// maxChurn is after how many documents in a row a kind of key is given up that is another for everything each time.
const maxChurn = 4

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
