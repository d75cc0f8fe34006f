package storage

import (
	"context"
	"fmt"
	"slices"
	"time"

	"google.golang.org/protobuf/encoding/protowire"

	"deskwire"
)

// Publish remembers that channels publish items. What was known before keeps its time; when nothing is new, nothing is
// written. Consumers have nothing to follow: it is the end of their way.
func (s *Store) Publish(ctx context.Context, showings []deskwire.Showing) error {
	var fresh []deskwire.Showing
	err := s.engine.View(ctx, func(tx Tx) (err error) {
		fresh, err = unknown(tx, showings)
		return err
	})
	if err == nil && len(fresh) > 0 {
		err = s.engine.Update(ctx, func(tx Tx) error { return putShown(tx, fresh) })
	}
	if err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	return nil
}

// unknown are the showings that the store does not know of.
func unknown(tx Tx, showings []deskwire.Showing) (fresh []deskwire.Showing, err error) {
	items := make([]deskwire.ID, len(showings))
	for i := range showings {
		items[i] = showings[i].Item
	}
	for i, val := range tx.Get(tableShown, texts(items)...) {
		known, err := decodeShown(items[i], val)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(known, func(k deskwire.Showing) bool { return k.Channel == showings[i].Channel }) {
			fresh = append(fresh, showings[i])
		}
	}
	return fresh, nil
}

// putShown adds showings to the rows of their items. Somebody else may have been faster.
func putShown(tx Tx, showings []deskwire.Showing) error {
	for _, sh := range showings {
		if err := checkChannel(sh.Channel); err != nil {
			return err
		}
		if !sh.Item.Valid() || sh.At.IsZero() {
			return fmt.Errorf("item %q at %v: %w", string(sh.Item), sh.At, deskwire.ErrInvalid)
		}
		fresh, err := unknown(tx, []deskwire.Showing{sh})
		if err != nil {
			return err
		}
		if len(fresh) == 0 {
			continue
		}
		m := appendTime(appendText(nil, 1, sh.Channel), 2, sh.At)
		row := slices.Clone(tx.Get(tableShown, string(sh.Item))[0])
		tx.Set(tableShown, string(sh.Item), protowire.AppendBytes(protowire.AppendTag(row, 1, protowire.BytesType), m))
	}
	return nil
}

func decodeShown(item deskwire.ID, val []byte) (shown []deskwire.Showing, err error) {
	f := read(val)
	for num := f.next(); num != 0; num = f.next() {
		if num != 1 {
			f.skip()
			continue
		}
		sh := deskwire.Showing{Item: item}
		m := f.message()
		for num := m.next(); num != 0; num = m.next() {
			switch num {
			case 1:
				sh.Channel = m.text()
			case 2:
				sh.At = m.time()
			case 3:
				m.nanoseconds(&sh.At)
			default:
				m.skip()
			}
		}
		f.bad = f.bad || m.bad || sh.Channel == "" || sh.At.IsZero()
		shown = append(shown, sh)
	}
	if f.bad {
		return nil, damaged(tableShown, string(item), "not showings")
	}
	return shown, nil
}

// shownOf reads where the items of a story were published: its own, and those of its articles, which may have been items of
// their own.
func shownOf(tx Tx, story *deskwire.Story) (shown []deskwire.Showing, err error) {
	items := []deskwire.ID{story.ID}
	for i := range story.Articles {
		if id := story.Articles[i].ID; id != story.ID {
			items = append(items, id)
		}
	}
	for i, val := range tx.Get(tableShown, texts(items)...) {
		some, err := decodeShown(items[i], val)
		if err != nil {
			return nil, err
		}
		shown = append(shown, some...)
	}
	return shown, nil
}

// Shown is where the items of a story were published.
func (s *Store) Shown(ctx context.Context, story *deskwire.Story) (shown []deskwire.Showing, err error) {
	err = s.engine.View(ctx, func(tx Tx) (err error) {
		shown, err = shownOf(tx, story)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("where %s was published: %w", story.ID, err)
	}
	return shown, nil
}

// Notices returns the newest decisions that readers are to hear of and that were made at since or later: kills and
// corrections, whether they still hold or not, and what took them back. The newest stands first; there are at most limit.
func (s *Store) Notices(ctx context.Context, since time.Time, limit int) (made []deskwire.Decision, err error) {
	err = s.engine.View(ctx, func(tx Tx) error {
		made = nil
		var ids []deskwire.ID
		for key := range tx.Scan(tableNotice, string(deskwire.FirstID(since)), "", max(limit, 1), true) {
			ids = append(ids, deskwire.ID(key))
		}
		for i, val := range tx.Get(tableDecision, texts(ids)...) {
			d, err := decodeDecision(ids[i], val)
			if err != nil {
				return err
			}
			made = append(made, d)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("notices: %w", err)
	}
	return made, nil
}
