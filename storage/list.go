package storage

import (
	"context"
	"encoding/json"
	"fmt"

	"deskwire"
)

// Lists returns the members of all lists that were ever read, by the list's name.
func (s *Store) Lists(ctx context.Context) (map[string][]deskwire.Member, error) {
	var lists map[string][]deskwire.Member
	err := s.engine.View(ctx, func(tx Tx) error {
		lists = map[string][]deskwire.Member{}
		for name, val := range tx.Scan(tableList, "", "", 0, false) {
			members, err := decodeMembers(name, val)
			if err != nil {
				return err
			}
			lists[name] = members
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("lists: %w", err)
	}
	return lists, nil
}

// PutList writes what trying a list came to: its state, under the name of its source, and its members; nil members leave
// those that there are.
func (s *Store) PutList(ctx context.Context, list deskwire.List, st deskwire.SourceState, members []deskwire.Member) error {
	val, err := json.Marshal(members)
	if err != nil {
		return fmt.Errorf("list %s: %w", list.Name, err)
	}
	row := encodeState(&st)
	err = s.engine.Update(ctx, func(tx Tx) error {
		src := list.Source()
		tx.Set(tableSource, src.Name, row)
		if members != nil {
			tx.Set(tableList, list.Name, val)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("list %s: %w", list.Name, err)
	}
	return nil
}

func decodeMembers(name string, val []byte) (members []deskwire.Member, err error) {
	if err := json.Unmarshal(val, &members); err != nil {
		return nil, damaged(tableList, name, "not the members of a list")
	}
	return members, nil
}
