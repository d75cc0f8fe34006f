package storage

import (
	"context"
	"fmt"
	"time"

	"deskwire"
)

// A Step is one article of a walk from the newest to the oldest, and the story it belongs to. A story of several articles
// comes once for each of them.
type Step struct {
	Article   deskwire.ID
	FirstSeen time.Time // of the article
	Story     *deskwire.Story
}

// Walk returns the next articles from the newest first sight before the given one (exclusive; "" is the newest of all), at
// most limit of them; fewer say that the walk is over. It reads in several Views: what is written meanwhile may or may not be
// seen. It is [Store.Newest] and [Store.Stories] in one reading.
func (s *Store) Walk(ctx context.Context, before deskwire.ID, limit int) ([]Step, error) {
	var steps []Step
	for len(steps) < limit {
		part := min(walkStep, limit-len(steps))
		var some []Step
		err := s.engine.View(ctx, func(tx Tx) (err error) {
			some, err = walk(tx, before, part)
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("newest stories: %w", err)
		}
		if steps = append(steps, some...); len(some) < part {
			break
		}
		before = some[len(some)-1].Article
	}
	return steps, nil
}

func walk(tx Tx, before deskwire.ID, limit int) ([]Step, error) {
	steps := make([]Step, 0, limit)
	var hard []deskwire.ID // articles whose stories are more than the one article
	for key, val := range tx.Scan(tableHead, "", string(before), limit, true) {
		h, err := decodeHead(deskwire.ID(key), val)
		if err != nil {
			return nil, err
		}
		step := Step{Article: h.ID, FirstSeen: h.FirstSeen}
		if h.grouped || h.decided {
			hard = append(hard, h.ID)
		} else {
			step.Story = &deskwire.Story{ID: h.Story, Placed: h.Placed, Articles: []deskwire.Article{h.Article}}
		}
		steps = append(steps, step)
	}
	if len(hard) == 0 {
		return steps, nil
	}
	stories, err := getStories(tx, hard)
	if err != nil {
		return nil, err
	}
	for i := range steps {
		if steps[i].Story == nil {
			steps[i].Story, stories = stories[0], stories[1:]
		}
	}
	return steps, nil
}
