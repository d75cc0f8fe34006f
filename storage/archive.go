package storage

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"google.golang.org/protobuf/encoding/protowire"

	"deskwire"
)

// Limits of an archive page. Whichever comes first, the page is full and the next one begins.
const (
	// ArchiveItems is how many items a page has: a walk through ten thousand asks a hundred times.
	ArchiveItems = 100
	// ArchiveBytes is how much text: with what a format adds that stays below the 2 MB that large consumers read.
	ArchiveBytes = 1_500_000
)

// An ArchivePage is the row of one page. Stories are only ever added, and at the end; a full page keeps its set.
type ArchivePage struct {
	Number  int
	Stories []deskwire.Closed // in the order of closing
	Items   int               // how many items they were when they were closed; one a story, but for channels that show every copy
	Bytes   int               // of text, when they were closed
	Full    bool              // nothing is added any more
	Sources []string          // whose articles they were when they were closed, sorted
	// Changed grows whenever a story of the page changes in any way that a reader might see; adding one is no such change.
	Changed Stamp
}

func (p *ArchivePage) encode() []byte {
	b := make([]byte, 0, 32*len(p.Stories)+64)
	for _, c := range p.Stories {
		var room [32]byte
		m := appendText(room[:0], 1, string(c.Story))
		m = appendUint(m, 2, protowire.EncodeZigZag(c.At.Unix()))
		b = protowire.AppendBytes(protowire.AppendTag(b, 1, protowire.BytesType), m)
	}
	b = appendUint(b, 2, uint64(p.Items))
	b = appendUint(b, 3, uint64(p.Bytes))
	b = appendBool(b, 4, p.Full)
	b = appendUint(b, 5, uint64(p.Changed))
	for _, name := range p.Sources {
		b = appendText(b, 6, name)
	}
	return b
}

func decodeArchivePage(key string, val []byte) (*ArchivePage, error) {
	_, number, ok := splitArchiveKey(key)
	p := &ArchivePage{Number: number}
	f := read(val)
	for num := f.next(); num != 0; num = f.next() {
		switch num {
		case 1:
			var c deskwire.Closed
			m := f.message()
			for num := m.next(); num != 0; num = m.next() {
				switch num {
				case 1:
					c.Story = deskwire.ID(m.text())
				case 2:
					c.At = m.time()
				default:
					m.skip()
				}
			}
			f.bad = f.bad || m.bad || !c.Story.Valid()
			p.Stories = append(p.Stories, c)
		case 2:
			p.Items = f.int()
		case 3:
			p.Bytes = f.int()
		case 4:
			p.Full = f.uint() != 0
		case 5:
			p.Changed = Stamp(f.uint())
		case 6:
			p.Sources = append(p.Sources, f.text())
		default:
			f.skip()
		}
	}
	if f.bad || !ok || len(p.Stories) == 0 {
		return nil, damaged(tableArchive, key, "not an archive page")
	}
	return p, nil
}

// room says that so much more fits into the page. A page takes one story however large it is.
func (p *ArchivePage) room(items, bytes int) bool {
	return !p.Full && (len(p.Stories) == 0 || p.Items+items <= ArchiveItems && p.Bytes+bytes <= ArchiveBytes)
}

// archiveKey is the row of a page. Archives have IDs of their own, so that a desk that is renamed takes its archive along.
func archiveKey(archive deskwire.ID, number int) string {
	return string(binary.BigEndian.AppendUint32([]byte(archive), uint32(number)))
}

func splitArchiveKey(key string) (archive deskwire.ID, number int, ok bool) {
	archive, number, ok = splitRevisionKey(key) // of the same shape
	return archive, number, ok && number > 0
}

// archivedKey leads from a story to the page of an archive.
func archivedKey(story, archive deskwire.ID) string { return string(story) + string(archive) }

// addClosed puts stories at the end of an archive. One that is there already stays where it is.
func addClosed(tx Tx, archive deskwire.ID, stories []Addition, now time.Time) error {
	page, err := lastPage(tx, archive)
	if err != nil {
		return err
	}
	if page == nil {
		page = &ArchivePage{Number: 1}
	}
	put := func() {
		if page.Changed == 0 { // what is added changes nothing of what stood there
			page.Changed = tx.Stamp()
		}
		tx.Set(tableArchive, archiveKey(archive, page.Number), page.encode())
	}
	dirty := false
	for _, a := range stories {
		key := archivedKey(a.Story, archive)
		if tx.Get(tableArchived, key)[0] != nil {
			continue
		}
		if !page.room(a.Items, a.Bytes) {
			page.Full = true
			put()
			page = &ArchivePage{Number: page.Number + 1}
		}
		page.Stories = append(page.Stories, deskwire.Closed{Story: a.Story, At: now})
		page.Items, page.Bytes = page.Items+a.Items, page.Bytes+a.Bytes
		page.Sources = append(page.Sources, a.Sources...)
		slices.Sort(page.Sources)
		page.Sources = slices.Compact(page.Sources)
		page.Full = page.Items >= ArchiveItems
		tx.Set(tableArchived, key, binary.BigEndian.AppendUint32(nil, uint32(page.Number)))
		dirty = true
	}
	if dirty {
		put()
	}
	return nil
}

// lastPage is the newest page of an archive, nil when it has none.
func lastPage(tx Tx, archive deskwire.ID) (*ArchivePage, error) {
	for key, val := range tx.Scan(tableArchive, string(archive), prefixEnd(string(archive)), 1, true) {
		return decodeArchivePage(key, val)
	}
	return nil, nil
}

// archiveOf is the archive of a channel, "" when it has none.
func archiveOf(tx Tx, channel string) (deskwire.ID, error) {
	c, _, err := getClosing(tx, channel)
	if err != nil || c == nil {
		return "", err
	}
	return c.archive, nil
}

// ArchivePages returns the pages of a channel's archive from a number on, at most limit; none where there are none.
func (s *Store) ArchivePages(ctx context.Context, channel string, from, limit int) ([]*ArchivePage, error) {
	var pages []*ArchivePage
	err := s.engine.View(ctx, func(tx Tx) error {
		pages = nil
		archive, err := archiveOf(tx, channel)
		if err != nil || archive == "" {
			return err
		}
		for key, val := range tx.Scan(tableArchive, archiveKey(archive, max(from, 1)), prefixEnd(string(archive)), max(limit, 1), false) {
			p, err := decodeArchivePage(key, val)
			if err != nil {
				return err
			}
			pages = append(pages, p)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("archive of %s: %w", channel, err)
	}
	return pages, nil
}

// ArchiveEnd is how far a channel's archive goes, not counting what stands at its end and was passed: the page, and the last
// story that counts. The zero page says that there is none.
func (s *Store) ArchiveEnd(ctx context.Context, channel string, passed func(deskwire.ID) bool) (end deskwire.ArchivePage, last deskwire.ID, err error) {
	err = s.engine.View(ctx, func(tx Tx) error {
		end, last = deskwire.ArchivePage{}, ""
		archive, err := archiveOf(tx, channel)
		if err != nil || archive == "" {
			return err
		}
		for key, val := range tx.Scan(tableArchive, string(archive), prefixEnd(string(archive)), 0, true) {
			p, err := decodeArchivePage(key, val)
			if err != nil {
				return err
			}
			n := len(p.Stories)
			for n > 0 && passed(p.Stories[n-1].Story) {
				n--
			}
			if n == 0 {
				continue
			}
			end, last = deskwire.ArchivePage{Number: p.Number, Stories: n}, p.Stories[n-1].Story
			if p.Full && n == len(p.Stories) {
				end.Stories = 0
			}
			break
		}
		return nil
	})
	if err != nil {
		return end, "", fmt.Errorf("archive of %s: %w", channel, err)
	}
	return end, last, nil
}
