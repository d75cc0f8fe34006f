package storage

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"deskwire"
)

// Fetched is what one fetch of one source came to.
type Fetched struct {
	Source  string
	State   deskwire.SourceState // as it is to be stored; Merge clears Lease, counts Rounds and sets LastNew
	Seen    time.Time            // first seen or revised of what is new
	Read    bool                 // a document was read: Drafts and Skipped describe it whole
	Part    bool                 // another document of the same round follows
	Drafts  []deskwire.Draft
	Skipped []uint64               // marks of items that are unchanged since the last document and were not parsed
	Domain  func(link string) bool // whether the source speaks for that address; nil: for none
}

// A Prepared is a Fetched with everything computed that needs no transaction: hashed keys, encoded heads, packed bodies. It
// may be merged any number of times.
type Prepared struct {
	f      Fetched
	state  []byte // when no document was read
	items  []item
	repeat []int                     // by draft: the item it is; several drafts may be one item written down twice
	void   map[deskwire.KeyKind]bool // kinds of keys that name two items of this document
	size   int
}

// An item is one draft, ready to be written.
type item struct {
	suspect
	draft   *deskwire.Draft
	content []byte   // the head without its history
	body    []byte   // packed
	local   []string // by clue: the key scoped to the source, where that of the clue is not
}

// maxVoid is how many documents may have a kind of key that names two of their items before that kind is not believed at
// that source any more.
const maxVoid = 3

// Prepare computes what merging needs. It is pure and runs in the workers.
//
// It keeps nothing of the bodies but their packed form: many sources wait for their commit at once.
func Prepare(f Fetched) Prepared {
	f.Drafts = slices.Clone(f.Drafts)
	p := Prepared{f: f, void: map[deskwire.KeyKind]bool{}}
	if !f.Read {
		st := f.State
		st.Lease = time.Time{}
		p.state = encodeState(&st)
		p.size = len(p.state)
		return p
	}
	p.fold()
	for i := range p.items {
		it := &p.items[i]
		a := &it.draft.Article
		head := *a
		head.Source = f.Source
		head.HasBody = it.draft.Body != ""
		it.title, it.link = a.Title, a.Link
		it.content = appendContent(make([]byte, 0, 768), &head)
		it.body = pack(it.draft.Body)
		it.draft.Body = ""
		it.identify(&f)
		it.standIns(f.Source)
		it.digest, it.published = a.Digest, a.Published
		p.size += len(it.content) + len(it.body) + 64*len(it.clues)
	}
	p.weaken()
	return p
}

// fold finds drafts that are one item written down twice: equal in GUID, address, title and digest.
func (p *Prepared) fold() {
	type words struct {
		guid, link, title string
		digest            uint64
	}
	seen := make(map[words]int, len(p.f.Drafts))
	p.items = make([]item, 0, len(p.f.Drafts))
	p.repeat = make([]int, len(p.f.Drafts))
	for i := range p.f.Drafts {
		d := &p.f.Drafts[i]
		w := words{d.GUID, d.Link, d.Title, d.Digest}
		n, ok := seen[w]
		if !ok {
			n = len(p.items)
			seen[w] = n
			p.items = append(p.items, item{draft: d})
		}
		p.repeat[i] = n
	}
}

// identify hashes the draft's keys.
func (it *item) identify(f *Fetched) {
	it.clues = make([]clue, 0, len(it.draft.Keys)+2)
	it.local = make([]string, 0, len(it.draft.Keys)+2)
	keys := slices.Clone(it.draft.Keys)
	slices.SortStableFunc(keys, func(a, b deskwire.Key) int { return cmp.Compare(a.Kind, b.Kind) })
	for _, k := range keys {
		if k.Value == "" || k.Kind < deskwire.KeyGUID || k.Kind > deskwire.KeyBody {
			continue
		}
		scope, local := f.Source, ""
		if k.Kind == deskwire.KeyURL && f.Domain != nil && f.Domain(k.Value) {
			scope, local = "", hashKey(k.Kind, f.Source, k.Value)
		}
		c := clue{kind: k.Kind, key: hashKey(k.Kind, scope, k.Value)}
		if slices.ContainsFunc(it.clues, func(o clue) bool { return o.key == c.key }) {
			continue
		}
		c.weak = slices.Contains(f.State.VoidKinds, k.Kind)
		it.clues = append(it.clues, c)
		it.local = append(it.local, local)
	}
}

// weaken makes the keys void that name two items of the document.
func (p *Prepared) weaken() {
	holders := map[string]int{}
	for i := range p.items {
		for _, c := range p.items[i].clues {
			holders[c.key]++
		}
	}
	for i := range p.items {
		it := &p.items[i]
		firm := map[deskwire.KeyKind]bool{}
		for _, c := range it.clues {
			firm[c.kind] = firm[c.kind] || holders[c.key] == 1 && !c.weak
		}
		for j := range it.clues {
			c := &it.clues[j]
			// An address without its fragment may well be shared where the one with it is not.
			if holders[c.key] > 1 && !c.weak && !firm[c.kind] && c.kind <= deskwire.KeyBody {
				p.void[c.kind] = true
			}
			c.weak = c.weak || holders[c.key] > 1
		}
	}
}

// standIns adds the keys of last resort; see keyIdentical.
func (it *item) standIns(source string) {
	d := it.draft
	same := strconv.Itoa(len(d.GUID)) + " " + d.GUID + strconv.Itoa(len(d.Link)) + " " + d.Link + d.Title
	it.clues = append(it.clues,
		clue{kind: keyIdentical, key: hashKey(keyIdentical, source, strconv.FormatUint(d.Digest, 16)+" "+same)},
		clue{kind: keySame, key: hashKey(keySame, source, same)})
	it.local = append(it.local, "", "")
}

// Size is roughly how many bytes merging will write.
func (p *Prepared) Size() int { return p.size }

// Source is the name of the source that was fetched.
func (p *Prepared) Source() string { return p.f.Source }

// changedFields lists what differs between two states of an article, by the names that people know.
func changedFields(old, now *deskwire.Article, body bool) []string {
	var names []string
	for _, f := range []struct {
		name    string
		changed bool
	}{
		{"title", old.Title != now.Title},
		{"summary", old.Summary != now.Summary},
		{"body", body},
		{"link", old.Link != now.Link},
		{"authors", !slices.Equal(old.Authors, now.Authors)},
		{"agencies", !slices.Equal(old.Agencies, now.Agencies)},
		{"picture", picture(old) != picture(now)},
		{"media", !slices.Equal(old.Media, now.Media)},
		{"episode", !sameEpisode(old.Episode, now.Episode)},
		{"categories", !slices.Equal(old.Categories, now.Categories)},
		{"language", old.Language != now.Language},
		{"rights", old.Rights != now.Rights},
		{"comments", old.Comments != now.Comments},
		{"via", old.Via != now.Via},
	} {
		if f.changed {
			names = append(names, f.name)
		}
	}
	return names
}

func picture(a *deskwire.Article) deskwire.Media {
	if m := a.Picture(); m != nil {
		return *m
	}
	return deskwire.Media{}
}
