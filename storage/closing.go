package storage

import (
	"context"
	"fmt"
	"slices"
	"time"

	"google.golang.org/protobuf/encoding/protowire"

	"deskwire"
)

// closing is the row of a channel: how far closing has come.
type closing struct {
	archive    deskwire.ID
	generation uint32  // of the places that upto and held are among
	upto       Place   // that one and all older ones are dealt with; the zero Place is none
	held       []Place // among those, the ones that are not, since the feed still shows them or time will release them
}

func (c *closing) encode() []byte {
	b := appendText(nil, 1, string(c.archive))
	b = appendUint(b, 2, uint64(c.generation))
	if c.upto != (Place{}) {
		b = appendFixed64(b, 3, uint64(nanos(c.upto.Placed)))
		b = appendText(b, 4, string(c.upto.Story))
	}
	for _, p := range c.held {
		var room [32]byte
		m := appendFixed64(room[:0], 1, uint64(nanos(p.Placed)))
		m = appendText(m, 2, string(p.Story))
		b = protowire.AppendBytes(protowire.AppendTag(b, 5, protowire.BytesType), m)
	}
	return b
}

func decodeClosing(channel string, val []byte) (*closing, error) {
	c := new(closing)
	f := read(val)
	for num := f.next(); num != 0; num = f.next() {
		switch num {
		case 1:
			c.archive = deskwire.ID(f.text())
		case 2:
			c.generation = uint32(f.uint())
		case 3:
			c.upto.Placed = time.Unix(0, int64(f.fixed64())).UTC()
		case 4:
			c.upto.Story = deskwire.ID(f.text())
		case 5:
			var p Place
			m := f.message()
			for num := m.next(); num != 0; num = m.next() {
				switch num {
				case 1:
					p.Placed = time.Unix(0, int64(m.fixed64())).UTC()
				case 2:
					p.Story = deskwire.ID(m.text())
				default:
					m.skip()
				}
			}
			f.bad = f.bad || m.bad || !p.Story.Valid()
			c.held = append(c.held, p)
		default:
			f.skip()
		}
	}
	if f.bad || !c.archive.Valid() || c.upto.Story != "" && !c.upto.Story.Valid() {
		return nil, damaged(tableClosing, channel, "not the state of an archive")
	}
	return c, nil
}

// getClosing reads a channel's row; nil when nothing of it was ever closed.
func getClosing(tx Tx, channel string) (*closing, []byte, error) {
	if err := checkChannel(channel); err != nil {
		return nil, nil, err
	}
	val := tx.Get(tableClosing, channel)[0]
	if val == nil {
		return nil, nil, nil
	}
	c, err := decodeClosing(channel, val)
	return c, val, err
}

// Fallen is what left a channel's feed and is in no archive page yet, as far as it was looked for.
type Fallen struct {
	Channel string
	Places  []Place // oldest first, each story once
	More    bool    // there may be more

	generation uint32
	upto       Place  // where the search ended
	was        []byte // the row that all this was worked out from
	row        string // the channel that the row is of: this one, or what it was called before
	change     bool   // the row has to be written even where nothing is closed
}

// fallenLook is how many places are looked at for one that is asked for, at most: after filing again, most stand in a page
// already, and seeing that is cheap.
const fallenLook = 10

// Fallen looks for the next places, oldest first, that are older than before (exclusive), at most limit of them. What stands
// in an archive page, or was let go by an earlier [Store.CloseOut], is passed over; what was held back comes again. was are
// names that the channel had: where it has no archive of its own, it takes the first of theirs.
func (s *Store) Fallen(ctx context.Context, channel string, was []string, before Place, limit int) (Fallen, error) {
	var out Fallen
	err := s.engine.View(ctx, func(tx Tx) (err error) {
		out, err = fallen(tx, channel, was, before, max(limit, 1))
		return err
	})
	if err != nil {
		return Fallen{}, fmt.Errorf("fallen out of %s: %w", channel, err)
	}
	return out, nil
}

func fallen(tx Tx, channel string, was []string, before Place, limit int) (Fallen, error) {
	out := Fallen{Channel: channel, row: channel}
	st, err := getChannel(tx, channel)
	if err != nil || st == nil {
		return out, err
	}
	c, val, err := getClosing(tx, channel)
	for i := 0; err == nil && c == nil && i < len(was); i++ {
		if c, val, err = getClosing(tx, was[i]); c != nil {
			out.row, c.generation = was[i], 0 // its places are another channel's
		}
	}
	if err != nil {
		return out, err
	}
	out.was = slices.Clone(val)
	if c == nil {
		c = new(closing)
	}
	out.generation = st.Shown()
	if c.generation != out.generation {
		// Filed again, by other rules: everything is looked at once more, and what stands in a page stays there.
		c.generation, c.upto, c.held = out.generation, Place{}, nil
		out.change = true
	}
	seen := map[deskwire.ID]bool{}
	add := func(p Place) {
		seen[p.Story] = true
		if c.archive == "" || tx.Get(tableArchived, archivedKey(p.Story, c.archive))[0] == nil {
			out.Places = append(out.Places, p)
		}
	}
	for _, p := range c.held {
		// One that is filed elsewhere now is looked at there.
		if tx.Get(tablePlace, placeKey(channel, out.generation, p.Placed, p.Story))[0] != nil {
			add(p)
		}
	}
	held := len(out.Places)
	prefix := placePrefix(channel, out.generation)
	from, to := after(placeKey(channel, out.generation, before.Placed, before.Story)), prefixEnd(prefix)
	if out.upto = c.upto; c.upto != (Place{}) {
		to = placeKey(channel, out.generation, c.upto.Placed, c.upto.Story)
	}
	if from >= to {
		return out, nil
	}
	looked := 0
	for key := range tx.Scan(tablePlace, from, to, limit*fallenLook, true) {
		_, _, placed, story, ok := splitPlaceKey(key)
		if !ok {
			return out, damaged(tablePlace, key, "not a place")
		}
		if looked++; !seen[story] {
			add(Place{Placed: placed, Story: story})
		}
		out.upto, out.change = Place{Placed: placed, Story: story}, true
		if len(out.Places)-held == limit {
			break
		}
	}
	out.More = looked == limit*fallenLook || len(out.Places)-held == limit
	return out, nil
}

// A Closing is one step of filling a channel's archive: what becomes of the places of a [Fallen]. Those that are neither
// closed nor held are let go: they were nothing to show, and come again only when something about them changes.
type Closing struct {
	Fallen Fallen
	Add    []Addition // in the order they stand in the pages
	Hold   []Place    // looked at again the next time
}

// An Addition is a story that goes into an archive page.
type Addition struct {
	Story   deskwire.ID
	Items   int      // how many it shows
	Bytes   int      // of their text
	Sources []string // of its articles
}

// Idle reports whether the step would change nothing.
func (c *Closing) Idle() bool { return !c.Fallen.change && len(c.Add) == 0 }

// CloseOut writes steps for several channels in one Update. A channel of which something changed since its Fallen was read is
// left as it is and returned: its step has to be worked out again.
func (s *Store) CloseOut(ctx context.Context, now time.Time, steps []Closing) (again []string, err error) {
	mint := deskwire.NewMint(now)
	err = s.engine.Update(ctx, func(tx Tx) error {
		again = nil
		for i := range steps {
			done, err := closeOut(tx, &steps[i], now, mint)
			if err != nil {
				return fmt.Errorf("channel %s: %w", steps[i].Fallen.Channel, err)
			}
			if !done {
				again = append(again, steps[i].Fallen.Channel)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("close out: %w", err)
	}
	return again, nil
}

func closeOut(tx Tx, step *Closing, now time.Time, mint *deskwire.Mint) (done bool, err error) {
	f := &step.Fallen
	c, val, err := getClosing(tx, f.row)
	if err != nil {
		return false, err
	}
	st, err := getChannel(tx, f.Channel)
	if err != nil {
		return false, err
	}
	if string(val) != string(f.was) || (val == nil) != (f.was == nil) || st == nil || st.Shown() != f.generation {
		return false, nil
	}
	if c == nil {
		c = &closing{archive: mint.Next()}
	}
	c.generation, c.upto, c.held = f.generation, f.upto, step.Hold
	if f.row != f.Channel {
		tx.Delete(tableClosing, f.row)
	}
	tx.Set(tableClosing, f.Channel, c.encode())
	return true, addClosed(tx, c.archive, step.Add, now)
}
