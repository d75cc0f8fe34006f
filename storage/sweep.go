package storage

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"deskwire"
)

// A Retention says what may go. Keep is per source, "" the default; 0 keeps for ever.
type Retention struct {
	Now    time.Time
	Keep   map[string]time.Duration
	DryRun bool // count only
}

// Swept is what a sweep did.
type Swept struct{ Bodies, Revisions, Heads, Places int }

func (s *Swept) add(o Swept) {
	s.Bodies += o.Bodies
	s.Revisions += o.Revisions
	s.Heads += o.Heads
	s.Places += o.Places
}

// sweepStep is how many articles one Update of a sweep looks at.
const sweepStep = 1000

// Sweep removes what retention allows, in batches: first bodies and revisions, then heads with their places. Identity keys
// stay as tombstones, so that an old item listed again does not return. Stories with a decision, and those in archive pages,
// stay whole. progress, which
// may be nil, is told the sum after each batch. A sweep that is cut short goes on where the next one begins.
func (s *Store) Sweep(ctx context.Context, r Retention, progress func(Swept)) (Swept, error) {
	var total Swept
	if progress == nil {
		progress = func(Swept) {}
	}
	steps := []sweeper{{r, true, false}, {r, false, true}}
	if r.DryRun {
		steps = []sweeper{{r, true, true}}
	}
	for _, step := range steps {
		from := ""
		for done := r.shortest() == 0; !done; {
			swept, next, err := s.sweep(ctx, step, from)
			if err != nil {
				return total, fmt.Errorf("sweep: %w", err)
			}
			total.add(swept)
			progress(total)
			from, done = next, next == ""
		}
	}
	if !r.DryRun {
		if err := s.sweepPins(ctx, r.Now); err != nil {
			return total, fmt.Errorf("sweep: %w", err)
		}
	}
	if total != (Swept{}) && !r.DryRun {
		s.notify()
	}
	return total, nil
}

// shortest is the shortest time that anything is kept, 0 when everything is kept for ever.
func (r *Retention) shortest() time.Duration {
	var d time.Duration
	for _, keep := range r.Keep {
		if keep > 0 && (d == 0 || keep < d) {
			d = keep
		}
	}
	return d
}

// expired says that retention allows the article to go.
func (r *Retention) expired(h *head) bool {
	keep, ok := r.Keep[h.Source]
	if !ok {
		keep = r.Keep[""]
	}
	return keep > 0 && !h.FirstSeen.Add(keep).After(r.Now)
}

// sweep does one batch from the given key on and returns where the next begins, "" for the end.
func (s *Store) sweep(ctx context.Context, step sweeper, from string) (swept Swept, next string, err error) {
	var expired []*head
	err = s.engine.View(ctx, func(tx Tx) (err error) {
		expired, next, err = step.collect(tx, from)
		swept = Swept{}
		for i := 0; err == nil && step.r.DryRun && i < len(expired); i++ {
			err = step.one(tx, expired[i], &swept)
		}
		return err
	})
	if err != nil || step.r.DryRun || len(expired) == 0 {
		return swept, next, err
	}
	err = s.engine.Update(ctx, func(tx Tx) error {
		swept = Swept{}
		for _, h := range expired {
			if err := step.one(tx, h, &swept); err != nil {
				return err
			}
		}
		return nil
	})
	return swept, next, err
}

// A sweeper is one pass of a sweep.
type sweeper struct {
	r      Retention
	bodies bool // and revisions
	heads  bool // and places
}

// collect finds the expired articles among the next sweepStep. IDs ascend with first sight, so it ends where the newest
// thing that may go is passed.
func (w *sweeper) collect(tx Tx, from string) (expired []*head, next string, err error) {
	newest := w.r.Now.Add(-w.r.shortest())
	n := 0
	for key, val := range tx.Scan(tableHead, from, "", sweepStep, false) {
		h, err := decodeHead(deskwire.ID(key), val)
		if err != nil {
			return nil, "", err
		}
		if h.ID.Time().After(newest) {
			return expired, "", nil
		}
		if w.r.expired(h) {
			expired = append(expired, h)
		}
		n, next = n+1, after(key)
	}
	if n < sweepStep {
		next = ""
	}
	return expired, next, nil
}

// one sweeps one article; it looks again, because an editor may have decided since it was collected.
func (w *sweeper) one(tx Tx, h *head, swept *Swept) error {
	heads, err := getHeads(tx, []deskwire.ID{h.ID})
	if err != nil || heads[0] == nil {
		return err
	}
	h = heads[0]
	g, kept, err := keptWhole(tx, h)
	if err != nil || kept {
		return err
	}
	if w.bodies {
		if err := w.body(tx, h, swept); err != nil {
			return err
		}
	}
	if w.heads {
		return w.head(tx, h, g, swept)
	}
	return nil
}

// keptWhole says that a decision or an archive page holds the article's story, and returns the story's row if it has one.
func keptWhole(tx Tx, h *head) (*group, bool, error) {
	if !h.grouped {
		return nil, h.decided || archived(tx, h.ID), nil
	}
	g, err := getGroup(tx, h.Story)
	if err != nil {
		return nil, false, err
	}
	if g == nil {
		return nil, false, damaged(tableStory, string(h.Story), "missing")
	}
	members, err := getHeads(tx, g.members)
	kept := archived(tx, h.Story) || slices.ContainsFunc(members, func(m *head) bool { return m != nil && (m.decided || archived(tx, m.ID)) })
	return g, kept, err
}

func (w *sweeper) body(tx Tx, h *head, swept *Swept) error {
	var keys []string
	for key := range tx.Scan(tableRevision, string(h.ID), prefixEnd(string(h.ID)), 0, false) {
		keys = append(keys, key)
	}
	swept.Revisions += len(keys)
	if h.HasBody {
		swept.Bodies++
	}
	if w.r.DryRun {
		return nil
	}
	for _, key := range keys {
		tx.Delete(tableRevision, key)
	}
	if !h.HasBody {
		return nil
	}
	h.HasBody = false
	tx.Set(tableHead, string(h.ID), h.encode())
	return deleteBody(tx, h.ID)
}

func (w *sweeper) head(tx Tx, h *head, g *group, swept *Swept) error {
	row := tx.Get(tableFiled, string(h.Story))[0]
	places, err := decodeFiled(h.Story, row)
	if err != nil {
		return err
	}
	rest := g != nil && len(g.members) > 1
	swept.Heads++
	if !rest {
		swept.Places += len(places)
	}
	if w.r.DryRun {
		return nil
	}
	tx.Delete(tableHead, string(h.ID))
	tx.Delete(tableShown, string(h.ID))
	if err := uncover(tx, h.ID); err != nil {
		return err
	}
	if g != nil {
		h.changed = g.changed
	}
	tx.Delete(tableChange, changeKey(h.changed, h.Story))
	if rest {
		g.members = slices.DeleteFunc(g.members, func(id deskwire.ID) bool { return id == h.ID })
		g.changed = tx.Stamp()
		tx.Set(tableStory, string(h.Story), g.encode())
		tx.Set(tableChange, changeKey(g.changed, h.Story), []byte{changedSweep})
		return nil
	}
	if g != nil {
		tx.Delete(tableStory, string(h.Story))
	}
	for _, p := range places {
		tx.Delete(tablePlace, placeKey(p.channel, p.generation, p.placed, h.Story))
	}
	putFiled(tx, h.Story, row, nil)
	return nil
}

// sweepPins forgets pins that have run out.
func (s *Store) sweepPins(ctx context.Context, now time.Time) error {
	return s.engine.Update(ctx, func(tx Tx) error {
		var over []string
		for key, val := range tx.Scan(tablePin, "", "", 0, false) {
			if len(val) != 8 {
				return damaged(tablePin, key, "not a pin")
			}
			if until := int64(binary.BigEndian.Uint64(val)); until != 0 && until < now.Unix() {
				over = append(over, key)
			}
		}
		for _, key := range over {
			tx.Delete(tablePin, key)
		}
		return nil
	})
}
