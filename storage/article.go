package storage

import (
	"context"
	"fmt"
	"iter"

	"deskwire"
)

// Articles returns heads; the slot of an absent one is nil.
func (s *Store) Articles(ctx context.Context, ids ...deskwire.ID) ([]*deskwire.Article, error) {
	var articles []*deskwire.Article
	err := s.engine.View(ctx, func(tx Tx) error {
		heads, err := getHeads(tx, ids)
		if err != nil {
			return err
		}
		articles = make([]*deskwire.Article, len(ids))
		for i, h := range heads {
			if h != nil {
				articles[i] = &h.Article
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("articles: %w", err)
	}
	return articles, nil
}

// Bodies returns clean HTML; "" where there is none.
func (s *Store) Bodies(ctx context.Context, ids ...deskwire.ID) ([]string, error) {
	var bodies []string
	err := s.engine.View(ctx, func(tx Tx) error {
		bodies = make([]string, len(ids))
		frames, err := getBodies(tx, ids)
		if err != nil {
			return err
		}
		for i, frame := range frames {
			html, err := unpack(tableBody, string(ids[i]), frame)
			if err != nil {
				return err
			}
			bodies[i] = html
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("bodies: %w", err)
	}
	return bodies, nil
}

// walkStep is how many rows one View of a long walk reads: a millisecond or two.
const walkStep = 512

// Newest walks heads from the newest first sight before the given one (exclusive; "" is the newest of all) to the oldest. It
// reads in several Views: what is written meanwhile may or may not be seen.
func (s *Store) Newest(ctx context.Context, before deskwire.ID) iter.Seq2[*deskwire.Article, error] {
	return func(yield func(*deskwire.Article, error) bool) {
		for {
			var heads []*head
			err := s.engine.View(ctx, func(tx Tx) error {
				heads = nil
				for key, val := range tx.Scan(tableHead, "", string(before), walkStep, true) {
					h, err := decodeHead(deskwire.ID(key), val)
					if err != nil {
						return err
					}
					heads = append(heads, h)
				}
				return nil
			})
			if err != nil {
				yield(nil, fmt.Errorf("newest articles: %w", err))
				return
			}
			for _, h := range heads {
				if !yield(&h.Article, nil) {
					return
				}
			}
			if len(heads) < walkStep {
				return
			}
			before = heads[len(heads)-1].ID
		}
	}
}
