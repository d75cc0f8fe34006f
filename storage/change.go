package storage

import (
	"context"
	"encoding/hex"
	"fmt"

	"deskwire"
)

// A Cursor is a place in the stream of changes; "" is its beginning. It is hexadecimal and sorts as the stream does.
type Cursor string

// A Change says that a story's facts or decisions changed.
type Change struct {
	At    Cursor
	Story deskwire.ID
}

// The kinds of change, as they stand in the rows. Consumers do not tell them apart today; they are there to be read by
// people who look into a store.
const (
	changedNew      = 'n' // a new article
	changedRevision = 'r' // a new revision
	changedDecision = 'd' // an editor's decision
	changedCoverage = 'c' // another story covers the same event
	changedMembers  = 'm' // articles joined the story or left it, or it was merged into another
	changedSweep    = 's' // an article of the story went
	changedBeside   = 'b' // something beside an article's own words
)

func cursorOf(key string) Cursor { return Cursor(hex.EncodeToString([]byte(key))) }

// key is the key in table change that the cursor stands on; "" for the beginning.
func (c Cursor) key() (string, error) {
	if c == "" {
		return "", nil
	}
	b, err := hex.DecodeString(string(c))
	if err == nil {
		if _, _, ok := splitChangeKey(string(b)); ok {
			return string(b), nil
		}
	}
	return "", fmt.Errorf("cursor %q: %w", string(c), deskwire.ErrInvalid)
}

// Changes returns at most limit changes after the cursor, in commit order. A story that changed twice stands once, at its
// last place.
func (s *Store) Changes(ctx context.Context, after Cursor, limit int) ([]Change, error) {
	from, err := after.key()
	if err != nil {
		return nil, fmt.Errorf("changes: %w", err)
	}
	if from != "" {
		from += "\x00"
	}
	var changes []Change
	err = s.engine.View(ctx, func(tx Tx) error {
		changes = nil
		for key := range tx.Scan(tableChange, from, "", max(limit, 1), false) {
			_, story, ok := splitChangeKey(key)
			if !ok {
				return damaged(tableChange, key, "not a change")
			}
			changes = append(changes, Change{At: cursorOf(key), Story: story})
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("changes: %w", err)
	}
	return changes, nil
}

// Cursor is how far the consumer has come; "" when it never came.
func (s *Store) Cursor(ctx context.Context, consumer string) (Cursor, error) {
	var c Cursor
	err := s.engine.View(ctx, func(tx Tx) error {
		c = Cursor(tx.Get(tableMeta, metaCursor+consumer)[0])
		if _, err := c.key(); err != nil {
			return damaged(tableMeta, metaCursor+consumer, "not a cursor")
		}
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("cursor of %s: %w", consumer, err)
	}
	return c, nil
}

// touch moves the story of h to the end of the stream of changes, and tells archives. h is the head of one of its articles and is written back
// by the caller; a story with a row of its own remembers the stamp there.
func touch(tx Tx, h *head, kind byte) error {
	if kind != changedCoverage { // no archive page names what is related
		if err := restir(tx, h.Story); err != nil {
			return err
		}
	}
	stamp := tx.Stamp()
	if !h.grouped {
		if h.changed != 0 && h.changed != stamp {
			tx.Delete(tableChange, changeKey(h.changed, h.Story))
		}
		h.changed = stamp
		tx.Set(tableChange, changeKey(stamp, h.Story), []byte{kind})
		return nil
	}
	g, err := getGroup(tx, h.Story)
	if err != nil {
		return err
	}
	if g == nil {
		return damaged(tableStory, string(h.Story), "missing")
	}
	if g.changed != 0 && g.changed != stamp {
		tx.Delete(tableChange, changeKey(g.changed, h.Story))
	}
	g.changed = stamp
	tx.Set(tableStory, string(h.Story), g.encode())
	tx.Set(tableChange, changeKey(stamp, h.Story), []byte{kind})
	return nil
}
