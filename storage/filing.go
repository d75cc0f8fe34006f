package storage

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"google.golang.org/protobuf/encoding/protowire"

	"deskwire"
)

// A Filing is one step of a consumer: which channels take some stories. It replaces all that stood for those stories in the
// generations named in Generations.
type Filing struct {
	Consumer    string                  // whose cursor moves; "" for filing again
	From, To    Cursor                  // From must be where it stands, else nothing is written and ErrBusy returned
	Generations map[string]uint32       // channel key -> generation that Stories are filed in
	Stories     []FiledStory            // each once
	States      map[string]ChannelState // written along
}

// A FiledStory is where one story goes.
type FiledStory struct {
	Story  deskwire.ID
	Placed time.Time
	In     map[string]string // channel key -> the rule's line or the decision that took it
}

// File writes one step.
func (s *Store) File(ctx context.Context, f Filing) error {
	if err := f.check(); err != nil {
		return fmt.Errorf("file: %w", err)
	}
	states := map[string][]byte{}
	for channel, st := range f.States {
		b, err := json.Marshal(st)
		if err != nil {
			return fmt.Errorf("file: channel %s: %w", channel, err)
		}
		states[channel] = b
	}
	err := s.engine.Update(ctx, func(tx Tx) error {
		if f.Consumer != "" {
			key := metaCursor + f.Consumer
			if at := Cursor(tx.Get(tableMeta, key)[0]); at != f.From {
				return fmt.Errorf("%s has moved on from %q to %q: %w", f.Consumer, f.From, at, deskwire.ErrBusy)
			}
			if f.To != f.From {
				tx.Set(tableMeta, key, []byte(f.To))
			}
		}
		for channel, b := range states {
			tx.Set(tableChannel, channel, b)
		}
		return f.putAll(tx)
	})
	if err != nil {
		return fmt.Errorf("file: %w", err)
	}
	if len(f.Stories)+len(f.States) > 0 {
		s.notify()
	}
	return nil
}

// check refuses what would leave rows that nobody can find again.
func (f *Filing) check() error {
	if _, err := f.To.key(); err != nil {
		return err
	}
	seen := map[deskwire.ID]bool{}
	for _, st := range f.Stories {
		if !st.Story.Valid() || seen[st.Story] {
			return fmt.Errorf("story %q, invalid or twice: %w", st.Story, deskwire.ErrInvalid)
		}
		seen[st.Story] = true
		for channel := range st.In {
			if _, ok := f.Generations[channel]; !ok {
				return fmt.Errorf("story %s: channel %s has no generation: %w", st.Story, channel, deskwire.ErrInvalid)
			}
		}
	}
	for channel := range f.Generations {
		if err := checkChannel(channel); err != nil {
			return err
		}
	}
	for channel := range f.States {
		if err := checkChannel(channel); err != nil {
			return err
		}
	}
	return nil
}

// maxChannel leaves room in a key for what stands beside the channel.
const maxChannel = MaxKey - 64

func checkChannel(key string) error {
	if key == "" || len(key) > maxChannel || slices.Contains([]byte(key), 0) {
		return fmt.Errorf("channel %q: %w", key, deskwire.ErrInvalid)
	}
	return nil
}

func storyKeys(stories []FiledStory) []string {
	keys := make([]string, len(stories))
	for i := range stories {
		keys[i] = string(stories[i].Story)
	}
	return keys
}

// putAll files the stories. One that was swept since the caller looked is filed nowhere. Each table is written in the order
// of its keys: a tree takes a thousand rows so in half the time.
func (f *Filing) putAll(tx Tx) error {
	stories := slices.SortedFunc(slices.Values(f.Stories), func(a, b FiledStory) int { return cmp.Compare(a.Story, b.Story) })
	keys := storyKeys(stories)
	rows, heads, groups := tx.Get(tableFiled, keys...), tx.Get(tableHead, keys...), [][]byte(nil)
	var places []place
	oldest := map[string]time.Time{} // by channel, of the places that are new
	for i := range stories {
		st := &stories[i]
		if heads[i] == nil {
			if groups == nil {
				groups = tx.Get(tableStory, keys...)
			}
			if groups[i] == nil {
				st.In = nil
			}
		}
		var err error
		if places, err = f.put(tx, st, rows[i], places, oldest); err != nil {
			return err
		}
	}
	slices.SortFunc(places, func(a, b place) int { return cmp.Compare(a.key, b.key) })
	for _, p := range places {
		tx.Set(tablePlace, p.key, []byte(p.reason))
	}
	for channel, placed := range oldest {
		if err := rewind(tx, channel, f.Generations[channel], placed, nil); err != nil {
			return err
		}
	}
	return nil
}

// A place is a row of table place that is to be written.
type place struct{ key, reason string }

// put files one story; row is what table filed has of it. The places to write are added to those given, and oldest learns of
// those where nothing stood.
func (f *Filing) put(tx Tx, st *FiledStory, row []byte, places []place, oldest map[string]time.Time) ([]place, error) {
	stood, err := decodeFiled(st.Story, row)
	if err != nil {
		return nil, err
	}
	kept := stood[:0:0]
	for _, p := range stood {
		if generation, ours := f.Generations[p.channel]; !ours || generation != p.generation {
			kept = append(kept, p)
		} else if _, taken := st.In[p.channel]; !taken || !p.placed.Equal(clamp(st.Placed)) {
			tx.Delete(tablePlace, placeKey(p.channel, p.generation, p.placed, st.Story))
		}
	}
	for channel, reason := range st.In {
		p := filed{channel: channel, generation: f.Generations[channel], placed: clamp(st.Placed)}
		places = append(places, place{placeKey(p.channel, p.generation, p.placed, st.Story), reason})
		if at, some := oldest[channel]; (!some || p.placed.Before(at)) && !slices.Contains(stood, p) {
			oldest[channel] = p.placed
		}
		kept = append(kept, p)
	}
	putFiled(tx, st.Story, row, kept)
	return places, nil
}

// clamp is the time as a place's key holds it.
func clamp(t time.Time) time.Time { return time.Unix(0, nanos(t)).UTC() }

// A filed is one place of a story, as table filed remembers it.
type filed struct {
	channel    string
	generation uint32
	placed     time.Time
}

// putFiled writes the places of a story in an order that does not depend on the map they came from, and nothing when they
// are what stood before.
func putFiled(tx Tx, story deskwire.ID, old []byte, places []filed) {
	slices.SortFunc(places, func(a, b filed) int {
		if c := cmp.Compare(a.channel, b.channel); c != 0 {
			return c
		}
		return cmp.Compare(a.generation, b.generation)
	})
	b := make([]byte, 0, 48*len(places))
	for _, p := range places {
		var room [128]byte
		m := appendText(room[:0], 1, p.channel)
		m = appendUint(m, 2, uint64(p.generation))
		m = appendFixed64(m, 3, uint64(nanos(p.placed)))
		b = protowire.AppendBytes(protowire.AppendTag(b, 1, protowire.BytesType), m)
	}
	switch {
	case len(b) == 0 && old != nil:
		tx.Delete(tableFiled, string(story))
	case string(b) != string(old):
		tx.Set(tableFiled, string(story), b)
	}
}

func decodeFiled(story deskwire.ID, val []byte) ([]filed, error) {
	var places []filed
	f := read(val)
	for num := f.next(); num != 0; num = f.next() {
		if num != 1 {
			f.skip()
			continue
		}
		var p filed
		m := f.message()
		for num := m.next(); num != 0; num = m.next() {
			switch num {
			case 1:
				p.channel = m.text()
			case 2:
				p.generation = uint32(m.uint())
			case 3:
				p.placed = time.Unix(0, int64(m.fixed64())).UTC()
			default:
				m.skip()
			}
		}
		f.bad = f.bad || m.bad || p.channel == ""
		places = append(places, p)
	}
	if f.bad {
		return nil, damaged(tableFiled, string(story), "not places")
	}
	return places, nil
}

// A Place is a row of a channel's filing.
type Place struct {
	Placed time.Time
	Story  deskwire.ID
	By     string // the rule's line or the decision
}

// Filed returns at most limit places of the channel's current generation, newest place first and by story ID where places
// are equal, after the given one (exclusive; the zero Place is the newest). An unknown channel has none.
func (s *Store) Filed(ctx context.Context, channel string, after Place, limit int) ([]Place, error) {
	var places []Place
	err := s.engine.View(ctx, func(tx Tx) error {
		places = nil
		st, err := getChannel(tx, channel)
		if err != nil || st == nil {
			return err
		}
		prefix := placePrefix(channel, st.Shown())
		from := prefix
		if after.Story != "" {
			from = placeKey(channel, st.Shown(), after.Placed, after.Story) + "\x00"
		}
		for key, val := range tx.Scan(tablePlace, from, prefixEnd(prefix), max(limit, 1), false) {
			_, _, placed, story, ok := splitPlaceKey(key)
			if !ok {
				return damaged(tablePlace, key, "not a place")
			}
			places = append(places, Place{Placed: placed, Story: story, By: string(val)})
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("filed in %s: %w", channel, err)
	}
	return places, nil
}

// FiledIn returns the channels (current generations) that hold the story, with the reason.
func (s *Store) FiledIn(ctx context.Context, story deskwire.ID) (map[string]string, error) {
	var in map[string]string
	err := s.engine.View(ctx, func(tx Tx) error {
		in = map[string]string{}
		if !story.Valid() {
			return nil
		}
		places, err := decodeFiled(story, tx.Get(tableFiled, string(story))[0])
		if err != nil {
			return err
		}
		for _, p := range places {
			st, err := getChannel(tx, p.channel)
			if err != nil {
				return err
			}
			if st != nil && st.Shown() == p.generation {
				in[p.channel] = string(tx.Get(tablePlace, placeKey(p.channel, p.generation, p.placed, story))[0])
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("channels of %s: %w", story, err)
	}
	return in, nil
}
