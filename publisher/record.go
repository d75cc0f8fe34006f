package publisher

import (
	"context"
	"time"

	"deskwire"
	"deskwire/storage"
)

// A record is what channels published that the store does not know of yet. A kill leaves its mark, and an embargo only hides,
// where readers have seen the item; that it is filed in a channel does not say so: it may never have fitted in, have been
// hidden from the start, or be filed where nobody has published since. So what was shown is written down when it is.
type record struct {
	rehearsal bool // nothing is shown to anybody
	unknown   []deskwire.Showing
}

// add notes the items of an edition that the one before did not have.
func (r *record) add(ed, before *deskwire.Edition, now time.Time) {
	known := map[deskwire.ID]bool{}
	if before != nil {
		for i := range before.Items {
			known[before.Items[i].ID] = true
		}
	}
	for i := range ed.Items {
		if id := ed.Items[i].ID; !known[id] {
			r.unknown = append(r.unknown, deskwire.Showing{Item: id, Channel: ed.Channel.Key(), At: now})
		}
	}
}

// keep has the store know. What it could not write is tried again with the next edition.
func (r *record) keep(ctx context.Context, store *storage.Store) error {
	if len(r.unknown) == 0 || r.rehearsal {
		return nil
	}
	if err := store.Publish(ctx, r.unknown); err != nil {
		return err
	}
	r.unknown = nil
	return nil
}

// Rehearse has the press make everything and the store remember nothing of it: it is not for readers. It is called before
// the first Update.
func (p *Press) Rehearse() { p.record.rehearsal = true }
