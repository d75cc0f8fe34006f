package storage

import (
	"cmp"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"deskwire"
)

const (
	// maxGrown is how many articles a story may have for likenesses to join it: more copies of one text help nobody, and a
	// source that repeats itself a thousand times must not make every reader of the story read all of them.
	maxGrown = 200
	// maxTold is how many stories of a coverage hear of a new one among them: those that readers still see.
	maxTold = 10
	// forgetStep is how many matched articles that left the window one step forgets: twice what a large step matches.
	forgetStep = 4000
)

// A Matching is one step of the matcher: what it found of some articles, in the order in which it looked at them.
type Matching struct {
	Consumer string // whose cursor moves
	From, To Cursor // From must be where it stands, else nothing is written and ErrBusy returned
	Articles []Matched
	Found    []deskwire.Likeness
	Window   time.Time // articles first seen before that need not be remembered as matched any more
}

// A Matched is an article that the matcher has looked at.
type Matched struct {
	Article deskwire.ID
	// Groups are the first articles of the groups that it joined, as the matcher counts them: version, copy, coverage; ""
	// where that is the article itself. The matcher needs them to go on where it, or another, ended.
	Groups [3]deskwire.ID
}

// Match writes one step: what was found, the stories that came of it, and which articles have been looked at. An article
// that was matched before keeps what was found then. What decisions have parted stays apart.
func (s *Store) Match(ctx context.Context, m Matching) error {
	if _, err := m.To.key(); err != nil {
		return fmt.Errorf("match: %w", err)
	}
	err := s.engine.Update(ctx, func(tx Tx) error {
		key := metaCursor + m.Consumer
		if at := Cursor(tx.Get(tableMeta, key)[0]); at != m.From {
			return fmt.Errorf("%s has moved on from %q to %q: %w", m.Consumer, m.From, at, deskwire.ErrBusy)
		}
		if m.To != m.From {
			tx.Set(tableMeta, key, []byte(m.To))
		}
		return match(tx, &m)
	})
	if err != nil {
		return fmt.Errorf("match: %w", err)
	}
	s.notify()
	return nil
}

func match(tx Tx, m *Matching) error {
	found := map[deskwire.ID][]deskwire.Likeness{}
	for _, l := range m.Found {
		found[l.Article] = append(found[l.Article], l)
	}
	stamp := tx.Stamp()
	for n, a := range m.Articles {
		id := a.Article
		if heads, err := getHeads(tx, []deskwire.ID{id}); err != nil {
			return err
		} else if heads[0] == nil {
			continue // swept since
		}
		tx.Set(tableMatched, string(id), a.encode(stamp, n))
		if len(found[id]) == 0 || tx.Get(tableLike, string(id))[0] != nil {
			continue
		}
		if err := matchOne(tx, id, found[id]); err != nil {
			return err
		}
	}
	return forget(tx, m.Window)
}

// matchOne writes what was found of one article.
func matchOne(tx Tx, id deskwire.ID, found []deskwire.Likeness) error {
	joined := []deskwire.ID{id}
	for i := range found {
		l := &found[i]
		if !l.Joined {
			continue
		}
		to, err := getHeads(tx, []deskwire.ID{l.To})
		if err != nil {
			return err
		}
		switch {
		case to[0] == nil:
			l.Joined, l.Veto = false, "it is no longer kept"
		case l.Level == deskwire.Coverage:
			if err := cover(tx, id, l.To); err != nil {
				return err
			}
		default:
			full, err := grown(tx, to[0])
			if err != nil {
				return err
			}
			if full {
				l.Joined, l.Veto = false, fmt.Sprintf("its story has %d articles already", maxGrown)
				continue
			}
			joined = append(joined, l.To)
		}
	}
	val, err := json.Marshal(found)
	if err != nil {
		return err
	}
	tx.Set(tableLike, string(id), val)
	if len(joined) == 1 {
		return nil
	}
	return regroup(tx, joined)
}

// grown says that no likeness may join the story of h any more.
func grown(tx Tx, h *head) (bool, error) {
	if !h.grouped {
		return false, nil
	}
	g, err := getGroup(tx, h.Story)
	return g != nil && len(g.members) >= maxGrown, err
}

// cover puts an article into the coverage of another, and tells the stories that it is related to from now on.
func cover(tx Tx, id, to deskwire.ID) error {
	if tx.Get(tableCover, string(id))[0] != nil {
		return nil // others found it before it was looked at itself
	}
	group := tx.Get(tableCover, string(to))[0]
	if group == nil {
		group = []byte(to)
		tx.Set(tableCover, string(to), group)
		tx.Set(tableCovered, string(group)+string(to), []byte{})
	}
	var others []deskwire.ID
	for key := range tx.Scan(tableCovered, string(group), prefixEnd(string(group)), maxTold, true) {
		others = append(others, deskwire.ID(key[deskwire.IDLen:]))
	}
	tx.Set(tableCover, string(id), group)
	tx.Set(tableCovered, string(group)+string(id), []byte{})
	for _, other := range others {
		// One at a time: two of them may be of one story.
		heads, err := getHeads(tx, []deskwire.ID{other})
		if err != nil {
			return err
		}
		if h := heads[0]; h != nil {
			if err := touch(tx, h, changedCoverage); err != nil {
				return err
			}
			tx.Set(tableHead, string(h.ID), h.encode())
		}
	}
	return nil
}

// uncover takes a swept article out of its coverage, and strips what was found of it to what holds its story together.
func uncover(tx Tx, id deskwire.ID) error {
	if group := tx.Get(tableCover, string(id))[0]; group != nil {
		tx.Delete(tableCover, string(id))
		tx.Delete(tableCovered, string(group)+string(id))
	}
	val := tx.Get(tableLike, string(id))[0]
	if val == nil {
		return nil
	}
	found, err := decodeLikenesses(id, val)
	if err != nil {
		return err
	}
	found = slices.DeleteFunc(found, func(l deskwire.Likeness) bool { return !l.Joined || l.Level == deskwire.Coverage })
	if len(found) == 0 {
		tx.Delete(tableLike, string(id))
		return nil
	}
	for i := range found {
		found[i].Evidence = nil
	}
	if val, err = json.Marshal(found); err == nil {
		tx.Set(tableLike, string(id), val)
	}
	return err
}

// forget drops what has left the matcher's window from the list of matched articles.
func forget(tx Tx, window time.Time) error {
	var old []string
	for key := range tx.Scan(tableMatched, "", string(deskwire.FirstID(window)), forgetStep, false) {
		old = append(old, key)
	}
	for _, key := range old {
		tx.Delete(tableMatched, key)
	}
	return nil
}

// orderLen is the length of an article's place among the matched ones: the stamp and a number.
const orderLen = 8 + 4

// encode writes the place and, unless the article stands alone at every level, its groups.
func (m *Matched) encode(stamp Stamp, n int) []byte {
	b := binary.BigEndian.AppendUint32([]byte(stamp.Key()), uint32(n))
	if m.Groups == [3]deskwire.ID{} {
		return b
	}
	for _, g := range m.Groups {
		b = append(b, cmp.Or(g, m.Article)...)
	}
	return b
}

// decodeMatched reads a row of the matched articles.
func decodeMatched(key string, val []byte) (m Matched, order string, err error) {
	m.Article = deskwire.ID(key)
	bad := !m.Article.Valid() || len(val) != orderLen && len(val) != orderLen+len(m.Groups)*deskwire.IDLen
	for i := range m.Groups {
		if !bad && len(val) > orderLen {
			m.Groups[i] = deskwire.ID(val[orderLen+i*deskwire.IDLen:][:deskwire.IDLen])
			if bad = !m.Groups[i].Valid(); m.Groups[i] == m.Article {
				m.Groups[i] = ""
			}
		}
	}
	if bad {
		return m, "", damaged(tableMatched, key, "not a matched article")
	}
	return m, string(val[:orderLen]), nil
}

// Matched returns the articles that were matched within the window, in the order in which they were.
func (s *Store) Matched(ctx context.Context) ([]Matched, error) {
	type row struct {
		Matched
		order string
	}
	var rows []row
	for from, done := "", false; !done; {
		known := len(rows)
		err := s.engine.View(ctx, func(tx Tx) error {
			rows = rows[:known]
			for key, val := range tx.Scan(tableMatched, from, "", walkStep, false) {
				m, order, err := decodeMatched(key, val)
				if err != nil {
					return err
				}
				rows = append(rows, row{m, order})
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("matched articles: %w", err)
		}
		if done = len(rows)-known < walkStep; !done {
			from = after(string(rows[len(rows)-1].Article))
		}
	}
	slices.SortFunc(rows, func(a, b row) int { return cmp.Compare(a.order, b.order) })
	matched := make([]Matched, len(rows))
	for i := range rows {
		matched[i] = rows[i].Matched
	}
	return matched, nil
}

// Unmatched returns those of the articles that are not among the matched ones of the window, in the order given.
func (s *Store) Unmatched(ctx context.Context, ids []deskwire.ID) (fresh []deskwire.ID, err error) {
	err = s.engine.View(ctx, func(tx Tx) error {
		fresh = nil
		for i, val := range tx.Get(tableMatched, texts(ids)...) {
			if val == nil {
				fresh = append(fresh, ids[i])
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("unmatched articles: %w", err)
	}
	return fresh, nil
}

// Likenesses returns what the matcher found of each article.
func (s *Store) Likenesses(ctx context.Context, ids ...deskwire.ID) (found [][]deskwire.Likeness, err error) {
	err = s.engine.View(ctx, func(tx Tx) error {
		found, err = likenesses(tx, ids)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("likenesses: %w", err)
	}
	return found, nil
}

func likenesses(tx Tx, ids []deskwire.ID) ([][]deskwire.Likeness, error) {
	found := make([][]deskwire.Likeness, len(ids))
	for i, val := range tx.Get(tableLike, texts(ids)...) {
		if val == nil {
			continue
		}
		var err error
		if found[i], err = decodeLikenesses(ids[i], val); err != nil {
			return nil, err
		}
	}
	return found, nil
}

func decodeLikenesses(id deskwire.ID, val []byte) (found []deskwire.Likeness, err error) {
	if err := json.Unmarshal(val, &found); err != nil || len(found) == 0 || slices.ContainsFunc(found, func(l deskwire.Likeness) bool {
		return l.Article != id || !l.To.Valid()
	}) {
		return nil, damaged(tableLike, string(id), "not what was found of the article")
	}
	return found, nil
}

// Related returns, for each story, the stories that cover the same event, newest first, at most limit of them each.
func (s *Store) Related(ctx context.Context, limit int, stories ...*deskwire.Story) (related [][]deskwire.ID, err error) {
	err = s.engine.View(ctx, func(tx Tx) error {
		related = make([][]deskwire.ID, len(stories))
		for i, story := range stories {
			if related[i], err = relatedTo(tx, story, limit); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("related stories: %w", err)
	}
	return related, nil
}

func relatedTo(tx Tx, story *deskwire.Story, limit int) (related []deskwire.ID, err error) {
	var groups []string
	for i := range story.Articles {
		if g := string(tx.Get(tableCover, string(story.Articles[i].ID))[0]); g != "" && !slices.Contains(groups, g) {
			groups = append(groups, g)
		}
	}
	var ids []deskwire.ID
	for _, g := range groups {
		// The story's own articles, and several of one story, may stand in between.
		for key := range tx.Scan(tableCovered, g, prefixEnd(g), 4*limit+len(story.Articles), true) {
			ids = append(ids, deskwire.ID(key[deskwire.IDLen:]))
		}
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	heads, err := getHeads(tx, ids)
	if err != nil {
		return nil, err
	}
	for _, h := range slices.Backward(heads) {
		if h != nil && h.Story != story.ID && !slices.Contains(related, h.Story) && len(related) < limit {
			related = append(related, h.Story)
		}
	}
	return related, nil
}
