package storage

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"deskwire"
)

// A clue is one key of one draft and where it leads.
type clue struct {
	kind deskwire.KeyKind
	key  string      // in table key
	weak bool        // void in this document or at this source: it counts only where title and address are the same too
	id   deskwire.ID // the article it leads to, "" for none
}

// A suspect is a draft that may be an article said before.
type suspect struct {
	clues     []clue // strongest kind first
	title     string
	link      string
	published time.Time

	digest uint64
}

// A verdict says which articles a document's drafts are.
type verdict struct {
	ids     []deskwire.ID             // by draft, "" for a new article
	void    map[deskwire.KeyKind]bool // kinds whose keys would have made one article of two drafts
	churned int                       // drafts recognised by their words because the GUIDs have all changed
	reparse bool                      // a draft claims an article that stands for a skipped item
}

// minChurn is how many items must be recognised by their words before new GUIDs are believed to be a source's churn rather
// than news: one or two equal texts are a notice or a template.
const minChurn = 3

// resolve decides which of the articles that clues lead to the drafts of one document are. It holds that
//
//   - what is identical to the last letter is the same;
//   - else the strongest kind of key that leads anywhere wins, across the whole document;
//   - two drafts are never one article: a kind of key that claims so is void for both;
//   - a void key counts only where title and address are those of the article it leads to;
//   - an article number counts only together with a word shared with that article's title or address;
//   - a text, or a title together with the date or the path of the address, counts only when the GUIDs of most of the document
//     are unknown and most of what is left is known by it;
//   - nobody may claim an article that a skipped item stands for: then the document has to be parsed whole.
//
// heads holds the articles that are there; an ID that is missing in it is that of a tombstone, which only GUIDs, addresses
// and stand-ins may lead to. skipped are the articles of skipped items, total the number of the document's items.
// last are the articles of the source's last document, where all of them may have moved at once.
func resolve(drafts []suspect, heads map[deskwire.ID]*head, skipped map[deskwire.ID]bool, total int, last []*head) verdict {
	r := resolution{
		drafts: drafts, heads: heads, skipped: skipped, owner: map[deskwire.ID]int{},
		verdict: verdict{ids: make([]deskwire.ID, len(drafts)), void: map[deskwire.KeyKind]bool{}},
	}
	firm := func(d *suspect, c *clue) bool { return !c.weak }
	void := func(c *clue) bool { return (c.weak || r.void[c.kind]) && c.kind <= deskwire.KeyURL }
	r.round(keyIdentical, firm)
	r.round(deskwire.KeyGUID, firm)
	r.round(deskwire.KeyURL, firm)
	r.round(0, func(d *suspect, c *clue) bool { return void(c) && r.same(d, c) && r.heads[c.id].Digest == d.digest })
	r.round(0, func(d *suspect, c *clue) bool { return void(c) && r.same(d, c) })
	r.round(keySame, firm)
	r.round(deskwire.KeyNumber, func(d *suspect, c *clue) bool { return !c.weak && r.related(d, c) })
	if strange(drafts, total) {
		r.trace(last)
		if r.churn() {
			before := r.resolved()
			r.round(deskwire.KeyBody, func(d *suspect, c *clue) bool { return !c.weak && r.heads[c.id] != nil })
			r.round(keyMoved, firm)
			r.churned = r.resolved() - before
		}
	}
	return r.verdict
}

// A resolution is the work in progress of resolve.
type resolution struct {
	drafts  []suspect
	heads   map[deskwire.ID]*head
	skipped map[deskwire.ID]bool
	owner   map[deskwire.ID]int // which draft an article went to
	verdict
}

// round lets every draft that is not resolved claim by its clues of one kind, 0 for any. What two of them claim goes to
// neither.
func (r *resolution) round(kind deskwire.KeyKind, counts func(*suspect, *clue) bool) {
	claims := map[deskwire.ID]int{}
	wanted := make([]deskwire.ID, len(r.drafts))
	for i := range r.drafts {
		if r.ids[i] != "" {
			continue
		}
		d := &r.drafts[i]
		for j := range d.clues {
			c := &d.clues[j]
			if kind != 0 && c.kind != kind || c.id == "" || !counts(d, c) {
				continue
			}
			if r.skipped[c.id] {
				r.reparse = true
			}
			if _, gone := r.owner[c.id]; gone {
				continue
			}
			wanted[i] = c.id
			claims[c.id]++
			break
		}
	}
	for i, id := range wanted {
		switch {
		case id == "":
		case claims[id] > 1:
			if kind != 0 {
				r.void[kind] = true
			}
		default:
			r.ids[i] = id
			r.owner[id] = i
		}
	}
}

func (r *resolution) resolved() (n int) {
	for _, id := range r.ids {
		if id != "" {
			n++
		}
	}
	return n
}

// same says that the draft has the title and the address of the article that the clue leads to.
func (r *resolution) same(d *suspect, c *clue) bool {
	h := r.heads[c.id]
	return h != nil && h.Title == d.title && h.Link == d.link
}

// related says that the draft shares a word of title or address with the article that the clue leads to.
func (r *resolution) related(d *suspect, c *clue) bool {
	h := r.heads[c.id]
	return h != nil && (share(words(h.Title), words(d.title)) || share(words(slug(h.Link)), words(slug(d.link))))
}

// strange says that most GUIDs of a document of so many items are unknown.
func strange(drafts []suspect, total int) bool {
	unknown := 0
	for i := range drafts {
		if !slices.ContainsFunc(drafts[i].clues, func(c clue) bool { return c.kind == deskwire.KeyGUID && c.id != "" }) {
			unknown++
		}
	}
	return unknown >= minChurn && 2*unknown > total
}

// trace gives the drafts clues to articles of the last document that have their title, and their date or the path of their
// address: what is left of an article when its house moves and words its texts anew.
func (r *resolution) trace(last []*head) {
	type words struct{ title, with string }
	dated := func(title string, at time.Time) words { return words{title, at.UTC().Format(time.RFC3339Nano)} }
	placed := func(title, link string) words { return words{title, path(link)} }
	known := map[words]deskwire.ID{}
	learn := func(w words, id deskwire.ID) {
		if _, twice := known[w]; twice || w.title == "" || w.with == "" {
			id = ""
		}
		known[w] = id
	}
	for _, h := range last {
		if _, gone := r.owner[h.ID]; gone || r.skipped[h.ID] {
			continue
		}
		r.heads[h.ID] = h
		learn(dated(h.Title, h.Published), h.ID)
		learn(placed(h.Title, h.Link), h.ID)
	}
	for i := range r.drafts {
		if r.ids[i] != "" {
			continue
		}
		d := &r.drafts[i]
		id := known[placed(d.title, d.link)]
		if id == "" {
			id = known[dated(d.title, d.published)]
		}
		if id != "" {
			d.clues = append(d.clues[:len(d.clues):len(d.clues)], clue{kind: keyMoved, id: id})
		}
	}
}

// churn says that most drafts that nothing else explains are known by their words.
func (r *resolution) churn() bool {
	open, known := 0, 0
	for i := range r.drafts {
		if r.ids[i] != "" {
			continue
		}
		open++
		if slices.ContainsFunc(r.drafts[i].clues, func(c clue) bool {
			_, gone := r.owner[c.id]
			return (c.kind == deskwire.KeyBody || c.kind == keyMoved) && !c.weak && r.heads[c.id] != nil && !gone && !r.skipped[c.id]
		}) {
			known++
		}
	}
	return known >= minChurn && 2*known > open
}

// path is what stands after the host of an address; "" for a front page, which any article may be said to be at.
func path(link string) string {
	_, rest, _ := strings.Cut(link, "//")
	_, rest, _ = strings.Cut(rest, "/")
	return rest
}

// slug is the last part of an address' path that has a letter.
func slug(link string) string {
	_, path, _ := strings.Cut(link, "//")
	_, path, _ = strings.Cut(path, "/")
	path, _, _ = strings.Cut(path, "?")
	for path != "" {
		i := strings.LastIndexByte(path, '/')
		if part := path[i+1:]; strings.ContainsFunc(part, unicode.IsLetter) {
			return part
		}
		path = path[:max(i, 0)]
	}
	return ""
}

// minWord is the shortest word that is evidence, in runes: shorter ones are articles and prepositions.
const minWord = 4

// words splits text into what may be shared: lower-case words, and pairs of characters where a script has no spaces.
// Numbers are no evidence: the article number itself is one.
func words(text string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsFuncSeq(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
	}) {
		runes := []rune(word)
		for i := range len(runes) - 1 {
			if wide(runes[i]) && wide(runes[i+1]) {
				set[string(runes[i:i+2])] = true
			}
		}
		if len(runes) >= minWord && strings.ContainsFunc(word, unicode.IsLetter) {
			set[word] = true
		}
	}
	return set
}

func wide(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

func share(a, b map[string]bool) bool {
	for word := range a {
		if b[word] {
			return true
		}
	}
	return false
}
