package storage

import (
	"encoding/binary"

	"deskwire"
)

// The invariants of archives: pages follow each other without a gap, all but the last are full, a story stands in one of
// them, and is there to be shown.

func (c *checker) closing() {
	if checkChannel(c.key) != nil {
		c.fault("not a channel")
	}
	row, err := decodeClosing(c.key, c.val)
	if !c.ok(err) {
		return
	}
	seen := map[deskwire.ID]bool{}
	for _, p := range row.held {
		if seen[p.Story] || c.has(tableArchived, archivedKey(p.Story, row.archive)) {
			c.fault("holds back %s twice, or though it is closed", p.Story)
		}
		seen[p.Story] = true
	}
}

func (c *checker) archive() {
	archive, number, ok := splitArchiveKey(c.key)
	p, err := decodeArchivePage(c.key, c.val)
	if !c.ok(err) || !ok {
		return
	}
	if p.Changed > c.tx.Stamp() {
		c.fault("stamp %d is of the future, the newest is %d", p.Changed, c.tx.Stamp())
	}
	if next := c.has(tableArchive, archiveKey(archive, number+1)); next && !p.Full {
		c.fault("is not full, but another page follows")
	}
	if number > 1 && !c.has(tableArchive, archiveKey(archive, number-1)) {
		c.fault("page %d is missing", number-1)
	}
	if number == 1 && !c.owned(archive) {
		c.fault("is the archive of no channel")
	}
	for _, s := range p.Stories {
		if val := c.tx.Get(tableArchived, archivedKey(s.Story, archive))[0]; len(val) != 4 || int(binary.BigEndian.Uint32(val)) != number {
			c.fault("its story %s does not know of it", s.Story)
		}
	}
}

// owned reports whether a channel has the archive.
func (c *checker) owned(archive deskwire.ID) bool {
	for key, val := range c.tx.Scan(tableClosing, "", "", 0, false) {
		if row, err := decodeClosing(key, val); err == nil && row.archive == archive {
			return true
		}
	}
	return false
}

func (c *checker) archived() {
	archive, number, ok := splitArchived(c.key, c.val)
	if !ok {
		c.fault("does not lead to a page")
		return
	}
	story := deskwire.ID(c.key[:deskwire.IDLen])
	key := archiveKey(archive, number)
	if val := c.tx.Get(tableArchive, key)[0]; val == nil {
		c.fault("leads to page %d, which is missing", number)
	} else if p, err := decodeArchivePage(key, val); err == nil {
		n := 0
		for _, s := range p.Stories {
			if s.Story == story {
				n++
			}
		}
		if n != 1 {
			c.fault("stands in page %d %d times", number, n)
		}
	}
	if !c.has(tableHead, string(story)) && !c.has(tableStory, string(story)) {
		c.fault("no such story")
	}
}
