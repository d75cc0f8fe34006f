package storage

import (
	"context"
	"encoding/binary"
	"fmt"
	"time"

	"deskwire"
)

// restir has archives take note that something about a story changed: pages that hold it look different now, and where it is
// in no page, it may have become something to show: it is looked at again.
func restir(tx Tx, story deskwire.ID) error {
	in, err := pagesOf(tx, story)
	if err != nil {
		return err
	}
	for archive, number := range in {
		key := archiveKey(archive, number)
		val := tx.Get(tableArchive, key)[0]
		if val == nil {
			return damaged(tableArchived, archivedKey(story, archive), "leads to no page")
		}
		p, err := decodeArchivePage(key, val)
		if err != nil {
			return err
		}
		p.Changed = tx.Stamp()
		tx.Set(tableArchive, key, p.encode())
	}
	places, err := decodeFiled(story, tx.Get(tableFiled, string(story))[0])
	if err != nil {
		return err
	}
	for _, p := range places {
		if err := rewind(tx, p.channel, p.generation, p.placed, in); err != nil {
			return err
		}
	}
	return nil
}

// pagesOf are the pages that hold a story, by archive.
func pagesOf(tx Tx, story deskwire.ID) (map[deskwire.ID]int, error) {
	var in map[deskwire.ID]int
	for key, val := range tx.Scan(tableArchived, string(story), prefixEnd(string(story)), 0, false) {
		archive, number, ok := splitArchived(key, val)
		if !ok {
			return nil, damaged(tableArchived, key, "does not lead to a page")
		}
		if in == nil {
			in = map[deskwire.ID]int{}
		}
		in[archive] = number
	}
	return in, nil
}

// ArchivedIn is the page of a channel's archive that holds the story, 0 where none does.
func (s *Store) ArchivedIn(ctx context.Context, channel string, story deskwire.ID) (number int, err error) {
	err = s.engine.View(ctx, func(tx Tx) error {
		number = 0
		archive, err := archiveOf(tx, channel)
		if err != nil || archive == "" || !story.Valid() {
			return err
		}
		in, err := pagesOf(tx, story)
		number = in[archive]
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("archive page of %s in %s: %w", story, channel, err)
	}
	return number, nil
}

// splitArchived takes a row of table archived apart.
func splitArchived(key string, val []byte) (archive deskwire.ID, number int, ok bool) {
	if len(key) != 2*deskwire.IDLen || len(val) != 4 {
		return "", 0, false
	}
	archive, number = deskwire.ID(key[deskwire.IDLen:]), int(binary.BigEndian.Uint32(val))
	return archive, number, archive.Valid() && number > 0
}

// rewind has closing look again from a place on that something came to after closing had passed it: an article that was filed
// late, or that an editor let show again. except are the archives that hold the story already.
func rewind(tx Tx, channel string, generation uint32, placed time.Time, except map[deskwire.ID]int) error {
	c, _, err := getClosing(tx, channel)
	if err != nil || c == nil || c.generation != generation || except[c.archive] != 0 {
		return err
	}
	if c.upto == (Place{}) || placed.After(c.upto.Placed) {
		return nil
	}
	c.upto = Place{Placed: clamp(placed.Add(-1))}
	tx.Set(tableClosing, channel, c.encode())
	return nil
}

// archived reports whether an archive page holds the story.
func archived(tx Tx, story deskwire.ID) bool {
	for range tx.Scan(tableArchived, string(story), prefixEnd(string(story)), 1, false) {
		return true
	}
	return false
}
