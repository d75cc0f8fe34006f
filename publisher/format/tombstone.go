package format

import "deskwire"

// nsTombstone is known to no validator: a channel asks for it.
const nsTombstone = "http://purl.org/atompub/tombstones/1.0"

// tombstones are deleted entries at the end of an Atom feed (RFC 6721).
type tombstones struct {
	AT      string         `xml:"xmlns:at,attr,omitempty"`
	Deleted []deletedEntry `xml:"at:deleted-entry"`
}

type deletedEntry struct {
	Ref  string `xml:"ref,attr"`
	When string `xml:"when,attr"`
}

// bury names killed entries as deleted where the channel asks for it. A deletion is of the moment of the entry that says so: an
// entry that is newer than its deletion would be alive (RFC 6721 §3).
func (a *atom) bury(policy *deskwire.Policy, entries []*entry) {
	if !policy.Tombstones {
		return
	}
	var t tombstones
	for _, e := range entries {
		if e.status == statusKilled {
			t.Deleted = append(t.Deleted, deletedEntry{e.tag, e.stamp})
		}
	}
	if len(t.Deleted) > 0 {
		t.AT = nsTombstone
		a.tombstones = &t
	}
}
