package storage

import (
	"context"
	"fmt"
	"time"

	"google.golang.org/protobuf/encoding/protowire"

	"deskwire"
)

// maxRevisions is how many revisions of one article are kept: a live blog changes all day, and its first hours matter to
// nobody after that many changes.
const maxRevisions = 100

// A revision is the row of an article's earlier state. The body is that of the state, packed, and only there when the next
// state changed it.
type revision struct {
	deskwire.Revision
	packed   []byte
	ownsBody bool
}

// putRevision keeps the state of h before it changes.
func putRevision(tx Tx, h *head, changed []string, body []byte) {
	b := make([]byte, 0, 256+len(body))
	b = appendTime(b, 1, h.Revised)
	for _, name := range changed {
		b = appendText(b, 3, name)
	}
	b = appendText(b, 4, h.Title)
	b = appendText(b, 5, h.Summary)
	b = appendText(b, 6, h.Link)
	for _, name := range changed {
		if name == "body" {
			b = protowire.AppendBytes(protowire.AppendTag(b, 7, protowire.BytesType), body)
		}
	}
	tx.Set(tableRevision, revisionKey(h.ID, h.Revision), b)
	if n := h.Revision - maxRevisions; n >= 0 {
		tx.Delete(tableRevision, revisionKey(h.ID, n))
	}
}

func decodeRevision(key string, val []byte) (r revision, id deskwire.ID, err error) {
	id, n, ok := splitRevisionKey(key)
	r.N = n
	f := read(val)
	var seen time.Time
	for num := f.next(); num != 0; num = f.next() {
		switch num {
		case 1:
			seen = f.time()
		case 2:
			f.nanoseconds(&seen)
		case 3:
			r.Changed = append(r.Changed, f.text())
		case 4:
			r.Title = f.text()
		case 5:
			r.Summary = f.text()
		case 6:
			r.Link = f.text()
		case 7:
			r.packed, r.ownsBody = f.bytes(), true
		default:
			f.skip()
		}
	}
	r.Seen = seen
	if !ok || f.bad {
		return r, id, damaged(tableRevision, key, "not a revision")
	}
	return r, id, nil
}

// Revisions returns what an article was before, oldest first; the newest [maxRevisions] are kept. A body that retention took
// away is "".
func (s *Store) Revisions(ctx context.Context, id deskwire.ID) ([]deskwire.Revision, error) {
	return s.LastRevisions(ctx, id, maxRevisions)
}

// LastRevisions is [Store.Revisions], but for all except the newest few.
func (s *Store) LastRevisions(ctx context.Context, id deskwire.ID, limit int) ([]deskwire.Revision, error) {
	var revisions []deskwire.Revision
	err := s.engine.View(ctx, func(tx Tx) error {
		revisions = nil
		if !id.Valid() {
			return nil
		}
		body, err := getBody(tx, id) // of the state after the one at hand
		if err != nil {
			return err
		}
		for key, val := range tx.Scan(tableRevision, string(id), prefixEnd(string(id)), max(limit, 1), true) {
			r, _, err := decodeRevision(key, val)
			if err != nil {
				return err
			}
			if r.ownsBody {
				body = r.packed
			}
			if r.Body, err = unpack(tableRevision, key, body); err != nil {
				return err
			}
			revisions = append(revisions, r.Revision)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("revisions of %s: %w", id, err)
	}
	for i, j := 0, len(revisions)-1; i < j; i, j = i+1, j-1 {
		revisions[i], revisions[j] = revisions[j], revisions[i]
	}
	return revisions, nil
}
