package storage

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"time"
	"unicode/utf8"

	"deskwire"
)

// Decide records a decision: mints its ID, checks that its article exists, fills Was of an edit with the source's words and
// Covers of a kill and an embargo with the story's articles, and marks the story changed. A merge, a split and the undo of one
// bring the stories in line with it in the same step. It returns the decision as it stands. At is when it was made; the zero
// At is [deskwire.ErrInvalid], as is an edit of a field that can't be edited, a merge of what is one story, a split of an
// article that stands alone and a kill of one that is killed. An undo needs no article: it takes that of the decision it takes
// back.
func (s *Store) Decide(ctx context.Context, d deskwire.Decision) (deskwire.Decision, error) {
	var made deskwire.Decision
	err := s.engine.Update(ctx, func(tx Tx) (err error) {
		made = d
		return decide(tx, &made)
	})
	if err != nil {
		return deskwire.Decision{}, fmt.Errorf("%s: %w", d.Verb, err)
	}
	s.notify()
	return made, nil
}

func decide(tx Tx, d *deskwire.Decision) error {
	if err := checkDecision(d); err != nil {
		return err
	}
	groups := d.Verb == deskwire.Merge || d.Verb == deskwire.Split
	if d.Verb == deskwire.Undo {
		undone, err := getDecision(tx, d.Undoes)
		if err != nil {
			return err
		}
		d.Article, d.With, d.Channel, d.Covers = undone.Article, undone.With, undone.Channel, undone.Covers
		// Undoing an undo may bring back a merge.
		groups = undone.Verb == deskwire.Merge || undone.Verb == deskwire.Split || undone.Verb == deskwire.Undo
	}
	h, err := getHead(tx, d.Article)
	if err != nil {
		return err
	}
	if err := checkTogether(tx, d, h); err != nil {
		return err
	}
	if err := complete(tx, d, h); err != nil {
		return err
	}
	if d.ID, err = nextDecision(tx, d.At); err != nil {
		return err
	}
	val, err := json.Marshal(d)
	if err != nil {
		return err
	}
	tx.Set(tableDecision, string(d.ID), val)
	if heard, err := notice(tx, d); err != nil {
		return err
	} else if heard {
		tx.Set(tableNotice, string(d.ID), []byte{})
	}
	named := []deskwire.ID{d.Article}
	if d.With != "" {
		named = append(named, d.With)
	}
	concerned := slices.Concat(named, d.Covers)
	slices.Sort(concerned)
	for _, id := range slices.Compact(concerned) {
		if err := decideOn(tx, d, id); err != nil {
			return err
		}
	}
	if groups {
		return regroup(tx, named)
	}
	return nil
}

// notice says that readers are to hear of a decision: of a kill, a correction, and of what takes one back or brings it back.
func notice(tx Tx, d *deskwire.Decision) (bool, error) {
	about := *d
	for about.Verb == deskwire.Undo {
		var err error
		if about, err = getDecision(tx, about.Undoes); err != nil {
			return false, err
		}
	}
	return about.Verb == deskwire.Kill || about.Verb == deskwire.Correct, nil
}

// complete adds to a decision what the store knows at the time: the source's words that it replaces, the articles that it
// holds for.
func complete(tx Tx, d *deskwire.Decision, h *head) error {
	was := func(field string) string {
		if field == "summary" {
			return h.Summary
		}
		return h.Title
	}
	switch d.Verb {
	case deskwire.Edit:
		d.Was = was(d.Field)
	case deskwire.Correct:
		d.Edits = slices.Clone(d.Edits) // the caller's stay as they are: an Update may run again
		for i := range d.Edits {
			d.Edits[i].Was = was(d.Edits[i].Field)
		}
	case deskwire.Kill, deskwire.Embargo:
		d.Covers = []deskwire.ID{h.ID}
		if h.grouped {
			g, err := getGroup(tx, h.Story)
			if err != nil {
				return err
			}
			if g == nil {
				return damaged(tableStory, string(h.Story), "missing")
			}
			d.Covers = slices.Clone(g.members)
		}
	}
	return nil
}

// decideOn has one article know of a decision. One that was swept meanwhile needs no telling.
func decideOn(tx Tx, d *deskwire.Decision, id deskwire.ID) error {
	heads, err := getHeads(tx, []deskwire.ID{id})
	if err != nil || heads[0] == nil {
		return err
	}
	h := heads[0]
	list := tx.Get(tableDecided, string(id))[0]
	tx.Set(tableDecided, string(id), append(slices.Clone(list), d.ID...))
	h.decided = true
	if err := touch(tx, h, changedDecision); err != nil {
		return err
	}
	tx.Set(tableHead, string(id), h.encode())
	return putPins(tx, h)
}

// checkTogether refuses to join what is one, to part what stands alone and to kill what is killed.
func checkTogether(tx Tx, d *deskwire.Decision, h *head) error {
	switch d.Verb {
	case deskwire.Kill:
		// Only what was decided on the article itself: one that is out as long as it belongs to a killed story may be killed.
		on, err := decisionsOn(tx, []deskwire.ID{h.ID})
		if err != nil {
			return err
		}
		if by := deskwire.Stand(on, time.Time{}).Killed; by != "" {
			return fmt.Errorf("%s is killed already, by decision %s: %w", d.Article, by, deskwire.ErrInvalid)
		}
	case deskwire.Merge:
		with, err := getHead(tx, d.With)
		if err != nil {
			return err
		}
		if with.Story == h.Story {
			return fmt.Errorf("%s and %s are one story already: %w", d.Article, d.With, deskwire.ErrInvalid)
		}
	case deskwire.Split:
		if g, err := getGroup(tx, h.Story); err != nil {
			return err
		} else if !h.grouped || g == nil || len(g.members) < 2 {
			return fmt.Errorf("%s stands alone: %w", d.Article, deskwire.ErrInvalid)
		} else {
			// Whom it leaves is where to look when that is undone.
			d.With = g.members[0]
			if d.With == d.Article {
				d.With = g.members[1]
			}
		}
	}
	return nil
}

func checkDecision(d *deskwire.Decision) error {
	switch d.Verb {
	case deskwire.Pin, deskwire.Unpin, deskwire.Hide, deskwire.Edit, deskwire.Note, deskwire.Assign, deskwire.Lead, deskwire.Merge, deskwire.Split,
		deskwire.Undo, deskwire.Kill, deskwire.Correct, deskwire.Embargo:
	default:
		return fmt.Errorf("no such verb: %w", deskwire.ErrInvalid)
	}
	switch {
	case d.At.IsZero():
		return fmt.Errorf("a decision without a time: %w", deskwire.ErrInvalid)
	case d.Verb == deskwire.Edit && !slices.Contains(deskwire.EditableFields, d.Field):
		return fmt.Errorf("field %q can't be edited: %w", d.Field, deskwire.ErrInvalid)
	case d.Verb == deskwire.Assign && d.Channel == "":
		return fmt.Errorf("no channel to assign to: %w", deskwire.ErrInvalid)
	case d.Verb == deskwire.Merge && (d.With == "" || d.With == d.Article):
		return fmt.Errorf("a merge needs two articles: %w", deskwire.ErrInvalid)
	case d.Verb == deskwire.Embargo && d.Until.IsZero():
		return fmt.Errorf("an embargo needs an hour: %w", deskwire.ErrInvalid)
	case d.Channel != "" && notOfChannel(d):
		return fmt.Errorf("it holds in all channels: %w", deskwire.ErrInvalid)
	case d.Verb == deskwire.Correct:
		return checkCorrection(d)
	case d.Channel != "":
		return checkChannel(d.Channel)
	}
	return nil
}

func notOfChannel(d *deskwire.Decision) bool {
	return d.Verb == deskwire.Kill || d.Verb == deskwire.Correct || d.Verb == deskwire.Embargo
}

func checkCorrection(d *deskwire.Decision) error {
	if n := utf8.RuneCountInString(d.Value); n == 0 || n > deskwire.MaxCorrection {
		return fmt.Errorf("a correction says what changed, in at most %d characters: %w", deskwire.MaxCorrection, deskwire.ErrInvalid)
	}
	for _, e := range d.Edits {
		if !slices.Contains(deskwire.EditableFields, e.Field) || e.Value == "" {
			return fmt.Errorf("field %q can't be corrected to %q: %w", e.Field, e.Value, deskwire.ErrInvalid)
		}
	}
	return nil
}

// getHead reads one head, or says that there is none.
func getHead(tx Tx, id deskwire.ID) (*head, error) {
	heads, err := getHeads(tx, []deskwire.ID{id})
	if err != nil {
		return nil, err
	}
	if heads[0] == nil {
		return nil, fmt.Errorf("article %q: %w", string(id), deskwire.ErrNotFound)
	}
	return heads[0], nil
}

// nextDecision mints an ID behind all others, even after the clock was set back: decisions are read in the order of their
// IDs.
func nextDecision(tx Tx, at time.Time) (deskwire.ID, error) {
	id := deskwire.NewMint(at).Next()
	for last := range tx.Scan(tableDecision, "", "", 1, true) {
		if !deskwire.ID(last).Valid() {
			return "", damaged(tableDecision, last, "not an ID")
		}
		if string(id) <= last {
			id = deskwire.NewMint(deskwire.ID(last).Time().Add(time.Millisecond)).Next()
		}
	}
	return id, nil
}

// putPins brings table pin into agreement with the decisions on the story of h.
func putPins(tx Tx, h *head) error {
	members := []deskwire.ID{h.ID}
	if h.grouped {
		g, err := getGroup(tx, h.Story)
		if err != nil || g == nil {
			return err
		}
		members = g.members
	}
	decisions, err := decisionsOn(tx, members)
	if err != nil {
		return err
	}
	// The zero time: a pin that has run out stays in the index until a sweep, since undoing may be undone.
	pinned := deskwire.Stand(decisions, time.Time{}).Pinned
	for _, d := range decisions {
		if _, ok := pinned[d.Channel]; !ok && d.Verb == deskwire.Pin {
			tx.Delete(tablePin, pinKey(d.Channel, h.Story))
		}
	}
	for channel, until := range pinned {
		tx.Set(tablePin, pinKey(channel, h.Story), encodePin(until))
	}
	return nil
}

func encodePin(until time.Time) []byte {
	if until.IsZero() {
		return make([]byte, 8)
	}
	return binary.BigEndian.AppendUint64(nil, uint64(until.Unix()))
}

// Log walks decisions, newest first. It reads in several Views.
func (s *Store) Log(ctx context.Context) iter.Seq2[deskwire.Decision, error] {
	return func(yield func(deskwire.Decision, error) bool) {
		before := ""
		for {
			var decisions []deskwire.Decision
			err := s.engine.View(ctx, func(tx Tx) error {
				decisions = nil
				for key, val := range tx.Scan(tableDecision, "", before, walkStep, true) {
					d, err := decodeDecision(deskwire.ID(key), val)
					if err != nil {
						return err
					}
					decisions = append(decisions, d)
				}
				return nil
			})
			if err != nil {
				yield(deskwire.Decision{}, fmt.Errorf("log: %w", err))
				return
			}
			for _, d := range decisions {
				if !yield(d, nil) {
					return
				}
			}
			if len(decisions) < walkStep {
				return
			}
			before = string(decisions[len(decisions)-1].ID)
		}
	}
}

// Decision returns one, or [deskwire.ErrNotFound].
func (s *Store) Decision(ctx context.Context, id deskwire.ID) (deskwire.Decision, error) {
	var d deskwire.Decision
	err := s.engine.View(ctx, func(tx Tx) (err error) {
		d, err = getDecision(tx, id)
		return err
	})
	return d, err
}

func getDecision(tx Tx, id deskwire.ID) (deskwire.Decision, error) {
	if id.Valid() {
		if val := tx.Get(tableDecision, string(id))[0]; val != nil {
			return decodeDecision(id, val)
		}
	}
	return deskwire.Decision{}, fmt.Errorf("decision %q: %w", string(id), deskwire.ErrNotFound)
}

// Pinned returns the stories that decisions pin in the channel or in all; whether a pin has run out is for Standing to say.
func (s *Store) Pinned(ctx context.Context, channel string) ([]deskwire.ID, error) {
	var ids []deskwire.ID
	err := s.engine.View(ctx, func(tx Tx) error {
		ids = nil
		for _, ch := range slices.Compact([]string{"", channel}) {
			prefix := ch + "\x00"
			for key := range tx.Scan(tablePin, prefix, prefixEnd(prefix), 0, false) {
				id := deskwire.ID(key[len(prefix):])
				if !id.Valid() {
					return damaged(tablePin, key, "not a pin")
				}
				if !slices.Contains(ids, id) {
					ids = append(ids, id)
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("pinned in %s: %w", channel, err)
	}
	return ids, nil
}
