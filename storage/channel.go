package storage

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"deskwire"
)

// A ChannelState is what the store knows of a channel.
type ChannelState struct {
	Created      time.Time   `json:"created"`
	Closed       time.Time   `json:"closed,omitzero"`         // since when the configuration has it no more: 410
	Fingerprint  string      `json:"fingerprint"`             // of the rules that Generation was filed by
	Generation   uint32      `json:"generation"`              // what readers see
	Next         uint32      `json:"next,omitempty"`          // generation being filed, 0 for none
	NextPrint    string      `json:"next_print,omitempty"`    // of the rules that Next is filed by
	NextBefore   deskwire.ID `json:"next_before,omitempty"`   // how far filing again has come, newest first
	NextSwitched bool        `json:"next_switched,omitempty"` // readers already see Next, the older part is still being filed
}

// Shown is the generation that readers see now.
func (c *ChannelState) Shown() uint32 {
	if c.NextSwitched {
		return c.Next
	}
	return c.Generation
}

// Channels returns the states of all channels that ever were, by channel key.
func (s *Store) Channels(ctx context.Context) (map[string]ChannelState, error) {
	var states map[string]ChannelState
	err := s.engine.View(ctx, func(tx Tx) error {
		states = map[string]ChannelState{}
		for key, val := range tx.Scan(tableChannel, "", "", 0, false) {
			st, err := decodeChannel(key, val)
			if err != nil {
				return err
			}
			states[key] = *st
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("channels: %w", err)
	}
	return states, nil
}

// getChannel reads a channel's state; nil when there is none.
func getChannel(tx Tx, key string) (*ChannelState, error) {
	if err := checkChannel(key); err != nil {
		return nil, err
	}
	val := tx.Get(tableChannel, key)[0]
	if val == nil {
		return nil, nil
	}
	return decodeChannel(key, val)
}

func decodeChannel(key string, val []byte) (*ChannelState, error) {
	st := new(ChannelState)
	if err := json.Unmarshal(val, st); err != nil {
		return nil, damaged(tableChannel, key, "not a channel's state")
	}
	return st, nil
}

// DropGeneration deletes at most limit rows of a generation nobody sees; more says that some are left. The generation that
// readers see, and the one being filed, are [deskwire.ErrInvalid].
func (s *Store) DropGeneration(ctx context.Context, channel string, generation uint32, limit int) (more bool, err error) {
	limit = max(limit, 1)
	err = s.engine.Update(ctx, func(tx Tx) error {
		more = false
		st, err := getChannel(tx, channel)
		if err != nil {
			return err
		}
		if st != nil && (generation == st.Shown() || st.Next != 0 && generation == st.Next) {
			return fmt.Errorf("generation %d is in use: %w", generation, deskwire.ErrInvalid)
		}
		prefix := placePrefix(channel, generation)
		var keys []string
		for key := range tx.Scan(tablePlace, prefix, prefixEnd(prefix), limit+1, false) {
			keys = append(keys, key)
		}
		if more = len(keys) > limit; more {
			keys = keys[:limit]
		}
		return dropPlaces(tx, keys)
	})
	if err != nil {
		return false, fmt.Errorf("drop generation %d of %s: %w", generation, channel, err)
	}
	return more, nil
}

// dropPlaces deletes rows of table place and what table filed remembers of them. A story stands once in a generation.
func dropPlaces(tx Tx, keys []string) error {
	for _, key := range keys {
		channel, generation, _, story, ok := splitPlaceKey(key)
		if !ok {
			return damaged(tablePlace, key, "not a place")
		}
		row := tx.Get(tableFiled, string(story))[0]
		places, err := decodeFiled(story, row)
		if err != nil {
			return err
		}
		places = slices.DeleteFunc(places, func(p filed) bool { return p.channel == channel && p.generation == generation })
		putFiled(tx, story, row, places)
		tx.Delete(tablePlace, key)
	}
	return nil
}
