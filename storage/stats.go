package storage

import (
	"context"
	"fmt"
)

// TableStats counts a table.
type TableStats struct {
	Table Table `json:"table"`
	Rows  int64 `json:"rows"`
	Bytes int64 `json:"bytes"` // keys and values, without what the engine adds
}

// Stats counts rows and bytes of every table. It reads everything, in bounded Views.
func (s *Store) Stats(ctx context.Context) ([]TableStats, error) {
	var all []TableStats
	for _, t := range tables() {
		sum := TableStats{Table: t}
		for from, done := "", false; !done; {
			var part TableStats
			next := ""
			err := s.engine.View(ctx, func(tx Tx) error {
				part, next = TableStats{}, ""
				for key, val := range tx.Scan(t, from, "", walkStep, false) {
					part.Rows++
					part.Bytes += int64(len(key) + len(val))
					next = after(key)
				}
				return nil
			})
			if err != nil {
				return nil, fmt.Errorf("stats of %s: %w", t, err)
			}
			sum.Rows += part.Rows
			sum.Bytes += part.Bytes
			from, done = next, part.Rows < walkStep
		}
		all = append(all, sum)
	}
	return all, nil
}
