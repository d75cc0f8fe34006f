package storage

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"deskwire"
)

// An Outcome is what merging one source came to.
type Outcome struct {
	Source                  string
	New, Updated, Unchanged int
	Notes                   []string // voided keys and the like, one plain line each
	// Reparse asks for the document to be parsed again without skipping: an item that was parsed claims to be one that was
	// skipped. Nothing was written for the source.
	Reparse bool
	Err     error
}

// Merge writes a group of sources in one Update: their articles, their states and their marks together, so that no crash can
// keep a validator and lose the news it stands for. A group that fails is run again source by source; then Err says which
// failed. Outcomes are in the order of the group. The error is that of ctx, or of a store that takes nothing at all.
//
// Merging the same again changes nothing.
func (s *Store) Merge(ctx context.Context, group []Prepared) ([]Outcome, error) {
	if len(group) == 0 {
		return nil, nil
	}
	outcomes, wrote, err := s.merge(ctx, group)
	if err == nil {
		if wrote {
			s.notify()
		}
		return outcomes, nil
	}
	if ctx.Err() != nil || len(group) == 1 {
		return nil, fmt.Errorf("merge: %w", err)
	}
	outcomes = make([]Outcome, len(group))
	var errs []error
	for i := range group {
		one, w, err := s.merge(ctx, group[i:i+1])
		wrote = wrote || w
		if err != nil {
			outcomes[i] = Outcome{Source: group[i].f.Source, Err: fmt.Errorf("source %s: %w", group[i].f.Source, err)}
			errs = append(errs, outcomes[i].Err)
			continue
		}
		outcomes[i] = one[0]
	}
	if wrote {
		s.notify()
	}
	if len(errs) == len(group) {
		return outcomes, fmt.Errorf("merge: %w", errs[0])
	}
	return outcomes, ctx.Err()
}

// merge is one Update. wrote says that consumers have something to follow.
func (s *Store) merge(ctx context.Context, group []Prepared) (outcomes []Outcome, wrote bool, err error) {
	err = s.engine.Update(ctx, func(tx Tx) error {
		outcomes, wrote = make([]Outcome, len(group)), false
		mints := map[int64]*deskwire.Mint{} // one for all sources of one millisecond: neighbours in time are neighbours in the store
		for i := range group {
			p := &group[i]
			m := merger{tx: tx, p: p, out: Outcome{Source: p.f.Source}}
			if ms := p.f.Seen.UnixMilli(); mints[ms] == nil {
				mints[ms] = deskwire.NewMint(p.f.Seen)
			}
			m.mint = mints[p.f.Seen.UnixMilli()]
			if err := m.run(); err != nil {
				return err
			}
			outcomes[i] = m.out
			wrote = wrote || m.quiet || m.out.New+m.out.Updated > 0
		}
		return nil
	})
	return outcomes, wrote, err
}

// A merger merges one source inside an Update.
type merger struct {
	tx    Tx
	p     *Prepared
	mint  *deskwire.Mint
	out   Outcome
	row   []byte                 // of the source's marks
	marks map[uint64]deskwire.ID // of the source's last document
	heads map[deskwire.ID]*head  // that clues lead to
	found [][]clue               // by item: its clues with where they lead
	last  []*head                // articles of the last document, where most GUIDs of this one are unknown
	first bool                   // the source's first round
	quiet bool                   // something was written that is no update
	state deskwire.SourceState   // as it is to be written
}

func (m *merger) run() error {
	f := &m.p.f
	if f.Source == "" || len(f.Source) > MaxKey-len(metaCursor) {
		return fmt.Errorf("source %q: %w", f.Source, deskwire.ErrInvalid)
	}
	if f.Read && f.Seen.IsZero() {
		return fmt.Errorf("source %q: a document read at no time: %w", f.Source, deskwire.ErrInvalid)
	}
	if !f.Read {
		m.tx.Set(tableSource, f.Source, m.p.state)
		return nil
	}
	old, err := m.load()
	if err != nil {
		return err
	}
	v := m.resolve()
	if v.reparse {
		m.out.Reparse = true
		return nil
	}
	m.teach(old, v)
	ids := make([]deskwire.ID, len(m.p.items))
	for i := range m.p.items {
		if ids[i], err = m.settle(i, v.ids[i]); err != nil {
			return err
		}
	}
	repeats := len(f.Drafts) - len(m.p.items)
	m.out.Unchanged += len(f.Skipped) + repeats
	m.putMarks(ids)
	m.tx.Set(tableSource, f.Source, encodeState(&m.state))
	return nil
}

// load reads what is known of the source and of the articles that the drafts' keys lead to.
func (m *merger) load() (old deskwire.SourceState, err error) {
	f := &m.p.f
	if old, err = decodeState(f.Source, m.tx.Get(tableSource, f.Source)[0]); err != nil {
		return old, err
	}
	m.first = old.Rounds == 0 || old.ConfiguredURL != f.State.ConfiguredURL
	m.row = m.tx.Get(tableMarks, f.Source)[0]
	if m.marks, err = decodeMarks(f.Source, m.row); err != nil {
		return old, err
	}
	if err := m.follow(); err != nil {
		return old, err
	}
	var ids []deskwire.ID
	for _, clues := range m.found {
		for _, c := range clues {
			// The clues of one draft mostly lead to one article.
			if c.id != "" && (len(ids) == 0 || ids[len(ids)-1] != c.id) {
				ids = append(ids, c.id)
			}
		}
	}
	heads, err := getHeads(m.tx, ids)
	if err != nil {
		return old, err
	}
	m.heads = make(map[deskwire.ID]*head, len(ids))
	for _, h := range heads {
		if h != nil {
			m.heads[h.ID] = h
		}
	}
	return old, m.recall()
}

// recall reads the articles of the last document where this one looks as if the source had moved.
func (m *merger) recall() error {
	drafts := m.suspects()
	if !strange(drafts, len(drafts)+len(m.p.f.Skipped)) {
		return nil
	}
	ids := slices.Compact(slices.Sorted(maps.Values(m.marks)))
	heads, err := getHeads(m.tx, ids)
	if err != nil {
		return err
	}
	m.last = slices.DeleteFunc(heads, func(h *head) bool { return h == nil || h.Source != m.p.f.Source })
	return nil
}

// suspects are the items as resolve sees them.
func (m *merger) suspects() []suspect {
	drafts := make([]suspect, len(m.p.items))
	for i := range m.p.items {
		drafts[i] = m.p.items[i].suspect
		drafts[i].clues = m.found[i]
	}
	return drafts
}

// follow looks all keys up. An address of the source's own domain may be another source's already, where both speak for
// it: then the key scoped to this source counts. A source can only resolve to its own articles.
func (m *merger) follow() error {
	var keys []string
	for i := range m.p.items {
		for _, c := range m.p.items[i].clues {
			keys = append(keys, c.key)
		}
	}
	vals := m.tx.Get(tableKey, keys...)
	m.found = make([][]clue, len(m.p.items))
	all := make([]clue, 0, len(keys))
	for i := range m.p.items {
		it := &m.p.items[i]
		begin := len(all)
		for j, c := range it.clues {
			val := vals[len(all)]
			if it.local[j] != "" && val != nil {
				t, err := decodeTarget(c.key, val)
				if err != nil {
					return err
				}
				if t.owner != m.p.f.Source {
					c.key = it.local[j]
					val = m.tx.Get(tableKey, c.key)[0]
				}
			}
			if val != nil {
				t, err := decodeTarget(c.key, val)
				if err != nil {
					return err
				}
				c.id = t.id
			}
			all = append(all, c)
		}
		m.found[i] = all[begin:len(all):len(all)]
	}
	return nil
}

// resolve prepares the pure decision.
func (m *merger) resolve() verdict {
	f := &m.p.f
	for id, h := range m.heads {
		if h.Source != f.Source {
			delete(m.heads, id) // can't be; but a wrong row must not make one source speak for another
			for i := range m.found {
				for j := range m.found[i] {
					if m.found[i][j].id == id {
						m.found[i][j].id = ""
					}
				}
			}
		}
	}
	skipped := make(map[deskwire.ID]bool, len(f.Skipped))
	for _, mark := range f.Skipped {
		if id, ok := m.marks[mark]; ok {
			skipped[id] = true
		}
	}
	return resolve(m.suspects(), m.heads, skipped, len(m.p.items)+len(f.Skipped), m.last)
}

// settle writes one item as what it is: a new article, a new revision, or nothing new.
func (m *merger) settle(i int, id deskwire.ID) (deskwire.ID, error) {
	it := &m.p.items[i]
	if id == "" {
		id = m.mint.Next()
		m.out.New++
		m.create(it, id)
		if it.draft.Wanted {
			if err := putErrand(m.tx, m.p.f.Source, id, 0, m.p.f.Seen); err != nil {
				return "", err
			}
		}
	} else if h := m.heads[id]; h == nil {
		m.out.Unchanged++ // it was here and went
	} else if h.Digest == it.draft.Digest {
		m.out.Unchanged++
		if err := m.refresh(it, h); err != nil {
			return "", err
		}
	} else if err := m.revise(it, h); err != nil {
		return "", err
	}
	m.putKeys(i, id)
	return id, nil
}

// putKeys writes the keys that lead to the article of an item and are not known yet. Stand-ins are only written where the
// strongest of its keys does not lead there, now or from the next document on.
func (m *merger) putKeys(i int, id deskwire.ID) {
	it := &m.p.items[i]
	firm, asked := false, false
	for j, c := range m.found[i] {
		if !asked && !c.weak && c.kind <= deskwire.KeyURL && !slices.Contains(m.state.VoidKinds, c.kind) {
			firm, asked = c.id == "" || c.id == id, true
		}
		if c.id != "" || c.weak || c.kind >= keyIdentical && firm {
			continue
		}
		t := target{id: id}
		if it.local[j] != "" && c.key != it.local[j] {
			t.owner = m.p.f.Source
		}
		m.tx.Set(tableKey, c.key, t.encode())
	}
}

func (m *merger) create(it *item, id deskwire.ID) {
	seen := m.p.f.Seen.UTC()
	h := head{Article: deskwire.Article{
		ID: id, Story: id, FirstSeen: seen, Revised: seen, Placed: seen, Published: it.draft.Published.UTC(),
	}}
	if h.Published.IsZero() || h.Published.After(seen) {
		h.Published = seen
	}
	if m.first {
		h.Placed = h.Published
	}
	h.changed = m.tx.Stamp()
	val := appendHistory(slices.Grow(slices.Clone(it.content), 48), &h)
	m.tx.Set(tableHead, string(id), val)
	if it.body != nil {
		setBody(m.tx, id, it.body)
	}
	m.tx.Set(tableChange, changeKey(h.changed, id), []byte{changedNew})
}

// revise keeps the old state as a revision and writes the new one. A digest that differs while nothing does that anybody
// could see is only renewed.
func (m *merger) revise(it *item, h *head) error {
	now := it.draft.Article
	now.ID, now.Story, now.Source = h.ID, h.Story, m.p.f.Source
	now.HasBody = it.body != nil
	now.FirstSeen, now.Published, now.Placed = h.FirstSeen, h.Published, h.Placed
	now.Revised, now.Revision = m.p.f.Seen.UTC(), h.Revision+1

	old, err := getBody(m.tx, h.ID)
	if err != nil {
		return err
	}
	body, err := m.outOfDate(it, h, &now, old)
	if err != nil {
		return err
	}
	changed := changedFields(&h.Article, &now, body)
	if len(changed) == 0 {
		m.out.Unchanged++
		now.Revised, now.Revision = h.Revised, h.Revision
		fresh := head{Article: now, changed: h.changed, decided: h.decided, grouped: h.grouped}
		m.tx.Set(tableHead, string(h.ID), fresh.encode())
		return nil
	}
	m.out.Updated++
	if !body {
		old = nil
	}
	putRevision(m.tx, h, changed, old)
	if body {
		if err := deleteBody(m.tx, h.ID); err != nil {
			return err
		}
		if it.body != nil {
			setBody(m.tx, h.ID, it.body)
		}
	}
	h.Article = now
	if err := touch(m.tx, h, changedRevision); err != nil {
		return err
	}
	m.tx.Set(tableHead, string(h.ID), h.encode())
	return nil
}

// refresh writes what changed beside an article's own words: where it can be read now, who is named with it, what it is filed
// under. That is no update, and readers are not told; but links have to work and rules have to see. An address or a GUID
// that is another in every document says nothing new.
func (m *merger) refresh(it *item, h *head) error {
	now := h.Article
	said := &it.draft.Article
	now.Title, now.Summary, now.Authors, now.Agencies = said.Title, said.Summary, said.Authors, said.Agencies
	now.Language, now.Rights, now.Comments, now.Via, now.Episode = said.Language, said.Rights, said.Comments, said.Via, said.Episode
	if !slices.Contains(m.state.VoidKinds, deskwire.KeyGUID) {
		now.GUID = said.GUID
	}
	if !slices.Contains(m.state.VoidKinds, deskwire.KeyURL) {
		now.Link = said.Link
	}
	if !sameSet(h.Categories, said.Categories) {
		now.Categories = said.Categories
	}
	// The picture of a page stands while the feed gives none.
	if fromPage := h.Full && len(said.Media) == 0; !fromPage && !slices.EqualFunc(h.Media, said.Media, sameMedia) {
		now.Media = said.Media
	}
	if now.GUID == h.GUID && len(changedFields(&h.Article, &now, false)) == 0 {
		return nil
	}
	m.quiet = true
	h.Article = now
	if err := touch(m.tx, h, changedBeside); err != nil {
		return err
	}
	m.tx.Set(tableHead, string(h.ID), h.encode())
	return nil
}

// sameSet says that two lists without repeats have the same members: some sources shuffle them.
func sameSet(a, b []string) bool {
	if slices.Equal(a, b) {
		return true
	}
	return len(a) == len(b) && !slices.ContainsFunc(a, func(s string) bool { return !slices.Contains(b, s) })
}

// sameMedia says that two files are the same to people. Servers sign addresses anew for every fetch, in the query.
func sameMedia(a, b deskwire.Media) bool {
	a.URL, _, _ = strings.Cut(a.URL, "?")
	b.URL, _, _ = strings.Cut(b.URL, "?")
	return a == b
}

// outOfDate says whether the item's body takes the place of the stored one. While the page of an article is still to be read
// again, the body that was found there stands: a teaser is no better.
func (m *merger) outOfDate(it *item, h *head, now *deskwire.Article, old []byte) (bool, error) {
	if !it.draft.Wanted {
		m.tx.Delete(tableErrand, errandKey(m.p.f.Source, h.ID))
		return otherBody(h.ID, old, it)
	}
	if err := putErrand(m.tx, m.p.f.Source, h.ID, 0, m.p.f.Seen); err != nil {
		return false, err
	}
	if h.Full {
		now.HasBody, now.Full, now.Words, now.Seconds = h.HasBody, true, h.Words, h.Seconds
		if len(now.Media) == 0 {
			now.Media = h.Media
		}
		return false, nil
	}
	return otherBody(h.ID, old, it)
}

// otherBody says whether the item's body is another than the stored one.
func otherBody(id deskwire.ID, old []byte, it *item) (bool, error) {
	if bytes.Equal(old, it.body) {
		return false, nil
	}
	was, err := unpack(tableBody, string(id), old)
	if err != nil {
		return false, err
	}
	is, err := unpack(tableBody, string(id), it.body)
	return was != is, err
}

// putMarks remembers which items the document held, so that the next one is read only where it differs.
func (m *merger) putMarks(ids []deskwire.ID) {
	f := &m.p.f
	row := make([]byte, 0, markLen*(len(f.Drafts)+len(f.Skipped)))
	for i := range f.Drafts {
		if mark := f.Drafts[i].Mark; mark != 0 {
			row = appendMark(row, mark, ids[m.p.repeat[i]])
		}
	}
	for _, mark := range f.Skipped {
		if id, ok := m.marks[mark]; ok {
			row = appendMark(row, mark, id)
		}
	}
	if m.row == nil && len(row) == 0 || bytes.Equal(row, m.row) {
		return
	}
	m.tx.Set(tableMarks, f.Source, row)
}
