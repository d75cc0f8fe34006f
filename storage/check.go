package storage

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"deskwire"
)

// A Fault is something wrong in the store.
type Fault struct {
	Table Table
	Key   string // as it is stored: may hold bytes that are no text
	What  string // one plain line
}

func (f Fault) String() string { return fmt.Sprintf("%s %q: %s", f.Table, f.Key, f.What) }

// Check walks everything and reports each broken invariant of the schema, both ways where two rows must agree; it returns
// how many rows it read. It reads in bounded Views, so that a store in use can be checked. The error is a failure to read,
// not a Fault.
func (s *Store) Check(ctx context.Context, report func(Fault)) (rows int, err error) {
	for _, t := range tables() {
		for from, done := "", false; !done; {
			var faults []Fault
			n, next := 0, ""
			err := s.engine.View(ctx, func(tx Tx) error {
				faults, n, next = nil, 0, ""
				for key, val := range tx.Scan(t, from, "", walkStep, false) {
					for _, what := range checkRow(tx, t, key, val) {
						faults = append(faults, Fault{Table: t, Key: key, What: what})
					}
					n, next = n+1, after(key)
				}
				return nil
			})
			if err != nil {
				return rows, fmt.Errorf("check %s: %w", t, err)
			}
			for _, f := range faults {
				report(f)
			}
			rows += n
			from, done = next, n < walkStep
		}
	}
	return rows, nil
}

// A checker collects what is wrong with one row.
type checker struct {
	tx   Tx
	key  string
	val  []byte
	what []string
}

func (c *checker) fault(format string, args ...any) {
	c.what = append(c.what, fmt.Sprintf(format, args...))
}

// ok reports an error of decoding; it is true when there is none.
func (c *checker) ok(err error) bool {
	if err != nil {
		c.fault("%v", err)
	}
	return err == nil
}

func checkRow(tx Tx, t Table, key string, val []byte) []string {
	c := &checker{tx: tx, key: key, val: val}
	switch t {
	case tableMeta:
		c.meta()
	case tableSource:
		_, err := decodeState(key, val)
		c.ok(err)
	case tableMarks:
		_, err := decodeMarks(key, val)
		if c.ok(err) && !c.has(tableSource, key) {
			c.fault("marks of a source that has no state")
		}
	case tableHead:
		c.head()
	case tableBody:
		c.body()
	case tableRevision:
		c.revision()
	case tableKey:
		c.identity()
	case tableErrand:
		source, id, ok := strings.Cut(key, "\x00")
		var row errandRow
		if !ok || source == "" || !deskwire.ID(id).Valid() || json.Unmarshal(val, &row) != nil {
			c.fault("not an errand")
		}
	case tableRobots:
		var r RobotsFile
		if json.Unmarshal(val, &r) != nil {
			c.fault("not a robots.txt")
		}
	case tableList:
		_, err := decodeMembers(key, val)
		c.ok(err)
	case tableStory:
		c.story()
	case tableLike:
		_, err := decodeLikenesses(deskwire.ID(key), val)
		c.ok(err)
	case tableCover:
		c.cover()
	case tableCovered:
		c.covered()
	case tableMatched:
		_, _, err := decodeMatched(key, val)
		c.ok(err)
	case tableChange:
		c.change()
	case tableDecision:
		c.decision()
	case tableDecided:
		c.decided()
	case tableNotice:
		c.notice()
	case tableShown:
		_, err := decodeShown(deskwire.ID(key), val)
		if c.ok(err) && (!deskwire.ID(key).Valid() || len(val) == 0) {
			c.fault("not the showings of an item")
		}
	case tablePin:
		c.pin()
	case tableChannel:
		_, err := decodeChannel(key, val)
		c.ok(err)
	case tablePlace:
		c.place()
	case tableFiled:
		c.filed()
	case tableClosing:
		c.closing()
	case tableArchive:
		c.archive()
	case tableArchived:
		c.archived()
	}
	return c.what
}

func (c *checker) has(t Table, key string) bool { return c.tx.Get(t, key)[0] != nil }

// headOf reads a head; nil when there is none or it makes no sense, which is reported at its own row.
func (c *checker) headOf(id deskwire.ID) *head {
	heads, err := getHeads(c.tx, []deskwire.ID{id})
	if err != nil {
		return nil
	}
	return heads[0]
}

func (c *checker) meta() {
	switch name, cursor := strings.CutPrefix(c.key, metaCursor); {
	case cursor && name == "":
		c.fault("a cursor of nobody")
	case cursor:
		_, err := Cursor(c.val).key()
		c.ok(err)
	case c.key != metaSchema && c.key != metaIdentity && c.key != metaSite:
		c.fault("unknown")
	case len(c.val) == 0 || !utf8.Valid(c.val):
		c.fault("not a text")
	case c.key == metaSchema && string(c.val) != strconv.Itoa(schema):
		c.fault("not the schema of this deskwire")
	}
}

func (c *checker) head() {
	id := deskwire.ID(c.key)
	if !id.Valid() {
		c.fault("not an ID")
		return
	}
	h, err := decodeHead(id, c.val)
	if !c.ok(err) {
		return
	}
	if h.HasBody != c.has(tableBody, c.key) {
		c.fault("says body %t, but that is not so", h.HasBody)
	}
	if h.decided != c.has(tableDecided, c.key) {
		c.fault("says decided %t, but that is not so", h.decided)
	}
	if h.Published.After(h.FirstSeen) || h.Placed.After(h.FirstSeen) {
		c.fault("published or placed after it was first seen")
	}
	c.revisions(h)
	if !h.grouped {
		if h.Story != h.ID {
			c.fault("belongs to story %s, which has no row", h.Story)
		}
		if !c.has(tableChange, changeKey(h.changed, h.Story)) {
			c.fault("its change, stamp %d, is missing", h.changed)
		}
		return
	}
	if g, err := getGroup(c.tx, h.Story); err == nil && (g == nil || !slices.Contains(g.members, id)) {
		c.fault("is not a member of its story %s", h.Story)
	}
}

// revisions must end just below the article's own, without a gap; retention takes all of them at once.
func (c *checker) revisions(h *head) {
	next := -1
	for key := range c.tx.Scan(tableRevision, c.key, prefixEnd(c.key), 0, false) {
		_, n, ok := splitRevisionKey(key)
		if !ok {
			return // reported at its own row
		}
		if next >= 0 && n != next {
			c.fault("revision %d is missing", next)
		}
		next = n + 1
	}
	if next >= 0 && next != h.Revision {
		c.fault("is revision %d, but the one before is %d", h.Revision, next-1)
	}
}

func (c *checker) body() {
	if len(c.key) != deskwire.IDLen {
		c.piece()
		return
	}
	id := deskwire.ID(c.key)
	frame, err := getBody(c.tx, id)
	if !c.ok(err) {
		return
	}
	if _, err := unpack(tableBody, c.key, frame); !c.ok(err) {
		return
	}
	if h := c.headOf(id); h == nil || !h.HasBody {
		c.fault("no article says that it has this body")
	}
}

// piece is a further row of a body: the first must know of it.
func (c *checker) piece() {
	if len(c.key) != deskwire.IDLen+2 {
		c.fault("not a body")
		return
	}
	id := deskwire.ID(c.key[:deskwire.IDLen])
	n, err := pieces(id, c.tx.Get(tableBody, string(id))[0])
	if err == nil && int(c.key[deskwire.IDLen])<<8|int(c.key[deskwire.IDLen+1]) >= n {
		c.fault("its body does not know of this piece")
	}
}

func (c *checker) revision() {
	r, id, err := decodeRevision(c.key, c.val)
	if !c.ok(err) {
		return
	}
	if _, err := unpack(tableRevision, c.key, r.packed); !c.ok(err) {
		return
	}
	if h := c.headOf(id); h == nil || r.N >= h.Revision {
		c.fault("no article had this revision")
	}
}

func (c *checker) identity() {
	if len(c.key) != 16 {
		c.fault("not a hash")
	}
	t, err := decodeTarget(c.key, c.val)
	if !c.ok(err) {
		return
	}
	// Without a head it is a tombstone.
	if h := c.headOf(t.id); h != nil && t.owner != "" && h.Source != t.owner {
		c.fault("is %s's, but leads to an article of %s", t.owner, h.Source)
	}
}

func (c *checker) story() {
	id := deskwire.ID(c.key)
	g, err := decodeGroup(id, c.val)
	if !c.ok(err) {
		return
	}
	if !id.Valid() {
		c.fault("not an ID")
	}
	if g.into != "" {
		// Where that one was swept, this is a tombstone.
		if g.into == id {
			c.fault("was merged into itself")
		}
		if g.changed != 0 && !c.has(tableChange, changeKey(g.changed, id)) {
			c.fault("its change, stamp %d, is missing", g.changed)
		}
		return
	}
	for _, m := range g.members {
		if h := c.headOf(m); h == nil || h.Story != id || !h.grouped {
			c.fault("its member %s does not know of it", m)
		}
	}
	if !c.has(tableChange, changeKey(g.changed, id)) {
		c.fault("its change, stamp %d, is missing", g.changed)
	}
}

func (c *checker) cover() {
	group := string(c.val)
	if !deskwire.ID(c.key).Valid() || !deskwire.ID(group).Valid() {
		c.fault("not a coverage")
	} else if !c.has(tableCovered, group+c.key) {
		c.fault("its coverage %s does not know of it", group)
	}
	if !c.has(tableHead, c.key) {
		c.fault("no such article")
	}
}

func (c *checker) covered() {
	if len(c.key) != 2*deskwire.IDLen {
		c.fault("not a coverage and its article")
		return
	}
	group, id := c.key[:deskwire.IDLen], c.key[deskwire.IDLen:]
	if string(c.tx.Get(tableCover, id)[0]) != group {
		c.fault("its article does not know of it")
	}
}

func (c *checker) change() {
	stamp, story, ok := splitChangeKey(c.key)
	if !ok || len(c.val) != 1 {
		c.fault("not a change")
		return
	}
	if stamp > c.tx.Stamp() {
		c.fault("stamp %d is of the future, the newest is %d", stamp, c.tx.Stamp())
	}
	g, err := getGroup(c.tx, story)
	if err != nil {
		return
	}
	switch h := c.headOf(story); {
	case g != nil && (g.into == "" || g.changed != 0):
		if g.changed != stamp {
			c.fault("its story changed last at %d", g.changed)
		}
	case h == nil || h.grouped:
		c.fault("no such story")
	case h.changed != stamp:
		c.fault("its story changed last at %d", h.changed)
	}
}

func (c *checker) decision() {
	d, err := decodeDecision(deskwire.ID(c.key), c.val)
	if !c.ok(err) {
		return
	}
	if c.ok(checkDecision(&d)) && d.Verb == deskwire.Undo && !c.has(tableDecision, string(d.Undoes)) {
		c.fault("undoes %s, which does not exist", d.Undoes)
	}
	ids, err := decodeIDs(tableDecided, string(d.Article), c.tx.Get(tableDecided, texts([]deskwire.ID{d.Article})...)[0])
	if err == nil && !slices.Contains(ids, d.ID) {
		c.fault("its article %s does not know of it", d.Article)
	}
	if heard, err := notice(c.tx, &d); err == nil && heard != c.has(tableNotice, c.key) {
		c.fault("readers are to hear of it %t, but the index says otherwise", heard)
	}
}

func (c *checker) notice() {
	d, err := getDecision(c.tx, deskwire.ID(c.key))
	if err == nil && len(c.val) == 0 {
		var heard bool
		if heard, err = notice(c.tx, &d); err == nil && heard {
			return
		}
	}
	c.fault("not a decision that readers are to hear of")
}

func (c *checker) decided() {
	ids, err := decodeIDs(tableDecided, c.key, c.val)
	if !c.ok(err) {
		return
	}
	if len(ids) == 0 || !slices.IsSorted(ids) {
		c.fault("not in the order they were made")
	}
	h := c.headOf(deskwire.ID(c.key))
	if h == nil || !h.decided {
		c.fault("no article says that it was decided on")
		return
	}
	for i, val := range c.tx.Get(tableDecision, texts(ids)...) {
		if d, err := decodeDecision(ids[i], val); err != nil || d.Article != h.ID && d.With != h.ID && !slices.Contains(d.Covers, h.ID) {
			c.fault("decision %s is not one on this article", ids[i])
		}
	}
	for channel, until := range c.pinned(h.Story) {
		if until.IsZero() && !c.has(tablePin, pinKey(channel, h.Story)) {
			c.fault("is pinned in %q, but not in the index", channel)
		}
	}
}

// pinned is where decisions pin the story, whatever the time.
func (c *checker) pinned(story deskwire.ID) map[string]time.Time {
	stories, err := getStories(c.tx, []deskwire.ID{story})
	if err != nil || stories[0] == nil {
		return nil
	}
	return deskwire.Stand(stories[0].Decisions, time.Time{}).Pinned
}

func (c *checker) pin() {
	channel, id, ok := strings.Cut(c.key, "\x00")
	if !ok || !deskwire.ID(id).Valid() || len(c.val) != 8 {
		c.fault("not a pin")
		return
	}
	until, ok := c.pinned(deskwire.ID(id))[channel]
	if !ok || string(encodePin(until)) != string(c.val) {
		c.fault("no decision pins this story there until then")
	}
}

func (c *checker) place() {
	channel, generation, placed, story, ok := splitPlaceKey(c.key)
	if !ok || checkChannel(channel) != nil || !utf8.Valid(c.val) {
		c.fault("not a place")
		return
	}
	places, err := decodeFiled(story, c.tx.Get(tableFiled, string(story))[0])
	if err == nil && !slices.Contains(places, filed{channel, generation, placed}) {
		c.fault("its story does not know of it")
	}
	if !c.has(tableHead, string(story)) && !c.has(tableStory, string(story)) {
		c.fault("no such story")
	}
}

func (c *checker) filed() {
	story := deskwire.ID(c.key)
	places, err := decodeFiled(story, c.val)
	if !c.ok(err) {
		return
	}
	if !story.Valid() || len(places) == 0 {
		c.fault("not the places of a story")
	}
	for i, p := range places {
		if !c.has(tablePlace, placeKey(p.channel, p.generation, p.placed, story)) {
			c.fault("its place in generation %d of %s is missing", p.generation, p.channel)
		}
		if i > 0 && places[i-1].channel == p.channel && places[i-1].generation == p.generation {
			c.fault("stands twice in generation %d of %s", p.generation, p.channel)
		}
	}
}
