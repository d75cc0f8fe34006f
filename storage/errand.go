package storage

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"deskwire"
)

const (
	// MaxErrands is how often an article's page is tried after the first time: over two days.
	MaxErrands = 5
	// firstErrand is the first wait; each further one is four times as long.
	firstErrand = 10 * time.Minute
)

// An Errand is an article whose page is still to be read.
type Errand struct {
	Article  deskwire.ID
	Link     string
	Summary  string
	Language string
}

// A Fulfilled is what an errand came to. Without a body it is tried again later, unless it is over.
type Fulfilled struct {
	Article deskwire.ID
	Over    bool // it is of no use to try again
	Body    string
	Words   int
	Seconds int
	Media   []deskwire.Media // the page's, where the feed gave none
}

// errandRow is a row of table errand.
type errandRow struct {
	Tries int       `json:"tries"`
	Next  time.Time `json:"next"`
}

func errandKey(source string, id deskwire.ID) string { return source + "\x00" + string(id) }

// putErrand asks for an article's page to be read, from then on.
func putErrand(tx Tx, source string, id deskwire.ID, tries int, next time.Time) error {
	val, err := json.Marshal(errandRow{tries, next.UTC()})
	if err == nil {
		tx.Set(tableErrand, errandKey(source, id), val)
	}
	return err
}

// Errands returns the errands of a source that are due, at most limit of them, the oldest article first.
func (s *Store) Errands(ctx context.Context, source string, now time.Time, limit int) (due []Errand, err error) {
	err = s.engine.View(ctx, func(tx Tx) error {
		due = nil
		prefix := source + "\x00"
		for key, val := range tx.Scan(tableErrand, prefix, prefixEnd(prefix), 0, false) {
			var row errandRow
			id := deskwire.ID(key[len(prefix):])
			if err := json.Unmarshal(val, &row); err != nil || !id.Valid() {
				return damaged(tableErrand, key, "not an errand")
			}
			// A clock that was set back must not put it off for years.
			if row.Next.After(now) && row.Next.Before(now.Add(firstErrand<<(2*MaxErrands))) {
				continue
			}
			if due = append(due, Errand{Article: id}); len(due) == limit {
				break
			}
		}
		ids := make([]deskwire.ID, len(due))
		for i := range due {
			ids[i] = due[i].Article
		}
		heads, err := getHeads(tx, ids)
		if err != nil {
			return err
		}
		for i, h := range heads {
			if h != nil {
				due[i].Link, due[i].Summary, due[i].Language = h.Link, h.Summary, h.Language
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("errands of %s: %w", source, err)
	}
	return due, nil
}

// Fulfil writes what errands of a source came to: bodies take the place of teasers. That is no update to anybody: the source
// has said nothing new.
func (s *Store) Fulfil(ctx context.Context, source string, done []Fulfilled, now time.Time) error {
	if len(done) == 0 {
		return nil
	}
	bodies := make([][]byte, len(done))
	for i := range done {
		bodies[i] = pack(done[i].Body)
	}
	err := s.engine.Update(ctx, func(tx Tx) error {
		for i := range done {
			if err := fulfil(tx, source, &done[i], bodies[i], now); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("errands of %s: %w", source, err)
	}
	s.notify()
	return nil
}

func fulfil(tx Tx, source string, f *Fulfilled, body []byte, now time.Time) error {
	key := errandKey(source, f.Article)
	heads, err := getHeads(tx, []deskwire.ID{f.Article})
	if err != nil {
		return err
	}
	h := heads[0]
	switch {
	case h == nil || f.Over:
		tx.Delete(tableErrand, key)
		return nil
	case body == nil:
		var row errandRow
		if val := tx.Get(tableErrand, key)[0]; val == nil || json.Unmarshal(val, &row) != nil {
			return nil // somebody else has done it
		}
		if row.Tries++; row.Tries >= MaxErrands {
			tx.Delete(tableErrand, key)
			return nil
		}
		return putErrand(tx, source, f.Article, row.Tries, now.Add(firstErrand<<(2*row.Tries)))
	}
	tx.Delete(tableErrand, key)
	if h.HasBody {
		if err := deleteBody(tx, h.ID); err != nil {
			return err
		}
	}
	setBody(tx, h.ID, body)
	h.HasBody, h.Full, h.Words, h.Seconds = true, true, f.Words, f.Seconds
	if len(h.Media) == 0 {
		h.Media = f.Media
	}
	if err := touch(tx, h, changedBeside); err != nil {
		return err
	}
	tx.Set(tableHead, string(h.ID), h.encode())
	return nil
}

// Recall returns, by GUID, what is known of a source's articles: their digests.
func (s *Store) Recall(ctx context.Context, source string, guids []string) (known map[string]uint64, err error) {
	keys := make([]string, len(guids))
	for i, guid := range guids {
		keys[i] = hashKey(deskwire.KeyGUID, source, guid)
	}
	err = s.engine.View(ctx, func(tx Tx) error {
		known = map[string]uint64{}
		var ids []deskwire.ID
		var of []string
		for i, val := range tx.Get(tableKey, keys...) {
			if val == nil {
				continue
			}
			t, err := decodeTarget(keys[i], val)
			if err != nil {
				return err
			}
			ids, of = append(ids, t.id), append(of, guids[i])
		}
		heads, err := getHeads(tx, ids)
		if err != nil {
			return err
		}
		for i, h := range heads {
			known[of[i]] = 0 // it was here and went
			if h != nil {
				known[of[i]] = h.Digest
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("articles of %s: %w", source, err)
	}
	return known, nil
}

// A RobotsFile is what a host answered when it was asked for its robots.txt.
type RobotsFile struct {
	At     time.Time `json:"at"`
	Status int       `json:"status"` // 0 when nobody answered
	Body   []byte    `json:"body,omitempty"`
}

// Robots returns what a host answered last; the zero RobotsFile when it was never asked.
func (s *Store) Robots(ctx context.Context, host string) (r RobotsFile, err error) {
	err = s.engine.View(ctx, func(tx Tx) error {
		r = RobotsFile{}
		val := tx.Get(tableRobots, host)[0]
		if val == nil {
			return nil
		}
		if json.Unmarshal(val, &r) != nil {
			return damaged(tableRobots, host, "not a robots.txt")
		}
		return nil
	})
	if err != nil {
		return r, fmt.Errorf("robots.txt of %s: %w", host, err)
	}
	return r, nil
}

// PutRobots keeps what a host answered.
func (s *Store) PutRobots(ctx context.Context, host string, r RobotsFile) error {
	val, err := json.Marshal(r)
	if err == nil {
		err = s.engine.Update(ctx, func(tx Tx) error {
			tx.Set(tableRobots, host, val)
			return nil
		})
	}
	if err != nil {
		return fmt.Errorf("robots.txt of %s: %w", host, err)
	}
	return nil
}
