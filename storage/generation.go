package storage

import (
	"context"
	"fmt"
)

// CountPlaces counts the places of one generation of a channel, up to limit.
func (s *Store) CountPlaces(ctx context.Context, channel string, generation uint32, limit int) (int, error) {
	if err := checkChannel(channel); err != nil {
		return 0, fmt.Errorf("count places: %w", err)
	}
	if limit <= 0 {
		return 0, nil
	}
	n := 0
	err := s.engine.View(ctx, func(tx Tx) error {
		n = 0
		prefix := placePrefix(channel, generation)
		for range tx.Scan(tablePlace, prefix, prefixEnd(prefix), limit, false) {
			n++
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("count places of %s: %w", channel, err)
	}
	return n, nil
}

// A Generation is one filing of a channel.
type Generation struct {
	Channel string
	Number  uint32
}

// StaleGenerations returns the generations that have places and that nobody sees or files any more. It looks at one place of
// each generation.
func (s *Store) StaleGenerations(ctx context.Context) ([]Generation, error) {
	var stale []Generation
	err := s.engine.View(ctx, func(tx Tx) error {
		stale = nil
		for from := ""; ; {
			key := ""
			for k := range tx.Scan(tablePlace, from, "", 1, false) {
				key = k
			}
			if key == "" {
				return nil
			}
			channel, number, _, _, ok := splitPlaceKey(key)
			if !ok {
				return damaged(tablePlace, key, "not a place")
			}
			st, err := getChannel(tx, channel)
			if err != nil {
				return err
			}
			if st == nil || number != st.Shown() && (st.Next == 0 || number != st.Next) {
				stale = append(stale, Generation{channel, number})
			}
			if from = prefixEnd(placePrefix(channel, number)); from == "" {
				return nil
			}
		}
	})
	if err != nil {
		return nil, fmt.Errorf("stale generations: %w", err)
	}
	return stale, nil
}
