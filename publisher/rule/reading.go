package rule

import (
	"slices"
	"strings"

	"deskwire"

	"github.com/expr-lang/expr/vm"
)

// A reading is a story while it is being filed, and the memory that this takes.
type reading struct {
	set   *Set
	story *deskwire.Story
	body  func(deskwire.ID) string

	text  folded
	plain []byte
	hit   func(phrase int32)
	field field   // that is being read
	stood []field // by phrase: where it stands in the article at hand
	hits  []int32 // phrases that do

	categories [][]int32     // by article
	found      [][]candidate // by channel
	touched    []int32       // channels with candidates, in order of their numbers
	taken      []bool        // by channel

	dropped []int32  // articles that a channel drops
	bodies  []string // by article; plain text, as expressions see it
	loaded  []bool
	machine vm.VM
	scope   scope
}

// candidate is an entry whose rarest condition an article meets.
type candidate struct {
	entry, article int32
	value          int32 // the phrase or category
}

func newReading(s *Set) *reading {
	r := &reading{set: s, stood: make([]field, len(s.phrases)), found: make([][]candidate, len(s.channels)), taken: make([]bool, len(s.channels))}
	r.machine.MemoryBudget = memoryBudget
	r.hit = func(p int32) {
		if r.stood[p] == 0 {
			r.hits = append(r.hits, p)
		}
		r.stood[p] |= r.field
	}
	return r
}

// begin makes ready for a story.
func (r *reading) begin(story *deskwire.Story, body func(deskwire.ID) string) {
	n := len(story.Articles)
	r.story, r.body = story, body
	r.categories = append(r.categories[:0], make([][]int32, n)...)
	r.bodies, r.loaded = append(r.bodies[:0], make([]string, n)...), append(r.loaded[:0], make([]bool, n)...)
}

// end forgets the story, so that nothing of it is kept.
func (r *reading) end() {
	for _, c := range r.touched {
		r.found[c], r.taken[c] = r.found[c][:0], false
	}
	r.touched = r.touched[:0]
	clear(r.bodies)
	r.story, r.body, r.scope = nil, nil, scope{}
}

func (r *reading) file(story *deskwire.Story, body func(deskwire.ID) string, assigned []string) map[string]string {
	r.begin(story, body)
	for _, key := range assigned {
		if c, ok := r.set.byKey[key]; ok {
			r.touched = append(r.touched, c)
			r.taken[c] = true
		}
	}
	for a := range story.Articles {
		r.gather(int32(a))
	}
	slices.Sort(r.touched)
	r.touched = slices.Compact(r.touched)
	var in map[string]string
	for _, c := range r.touched {
		by, ok := r.decide(c)
		r.taken[c] = r.taken[c] || ok
		if ok && r.set.channels[c].wanted {
			if in == nil {
				in = map[string]string{}
			}
			in[r.set.channels[c].key] = r.reason(by)
		}
	}
	r.end()
	return in
}

// gather collects the entries that article a brings to mind.
func (r *reading) gather(a int32) {
	s := r.set
	art := &r.story.Articles[a]
	source := s.source(art)
	for _, e := range s.always {
		r.add(e, a, 0)
	}
	for _, e := range s.bySource[source] {
		r.add(e, a, 0)
	}
	r.categorize(a)
	for _, c := range r.categories[a] {
		for _, e := range s.byCategory[c] {
			if x := &s.entries[e]; x.sources == nil || x.sources.has(source) {
				r.add(e, a, c)
			}
		}
	}
	r.read(a)
	for _, p := range r.hits {
		for _, e := range s.byPhrase[p] {
			if x := &s.entries[e]; x.in&r.stood[p] != 0 && (x.sources == nil || x.sources.has(source)) {
				r.add(e, a, p)
			}
		}
		r.stood[p] = 0
	}
	r.hits = r.hits[:0]
}

func (r *reading) add(e, a, value int32) {
	c := r.set.entries[e].channel
	if len(r.found[c]) == 0 {
		r.touched = append(r.touched, c)
	}
	r.found[c] = append(r.found[c], candidate{e, a, value})
}

// categorize numbers the article's categories.
func (r *reading) categorize(a int32) {
	if len(r.set.categories) == 0 {
		return
	}
	for _, name := range r.story.Articles[a].Categories {
		r.text.set(name)
		if c, ok := r.set.categories[string(r.text.buf)]; ok && !slices.Contains(r.categories[a], c) {
			r.categories[a] = append(r.categories[a], c)
		}
	}
}

// read finds the phrases that stand in the article.
func (r *reading) read(a int32) {
	if !r.set.finder.filled {
		return
	}
	art := &r.story.Articles[a]
	r.look(art.Title, inTitle)
	r.look(art.Summary, inSummary)
	if r.body != nil && art.HasBody && r.set.bodyWords[r.set.source(art)] {
		r.look(r.plainBody(a), inBody)
	}
}

func (r *reading) look(s string, where field) {
	r.field = where
	r.text.reset()
	// Paragraphs of a body stand on lines of their own; in a title or summary a line feed is a space.
	if where == inBody {
		for line := range strings.SplitSeq(s, "\n") {
			r.text.add(line)
		}
	} else {
		r.text.add(s)
	}
	r.set.finder.find(&r.text, r.hit)
}

// plainBody is the body of article a as plain text, loaded when it is first asked for.
func (r *reading) plainBody(a int32) string {
	if !r.loaded[a] && r.body != nil && r.story.Articles[a].HasBody {
		r.plain = appendPlain(r.plain[:0], r.body(r.story.Articles[a].ID))
		r.bodies[a] = string(r.plain)
	}
	r.loaded[a] = true
	return r.bodies[a]
}

// decide finds the entry that takes the story into channel c: the first of its list, of the first article it matches that no
// entry drops. An article that is dropped takes itself away and no other: else whoever copies a story could have it dropped.
func (r *reading) decide(c int32) (by candidate, ok bool) {
	r.dropped = r.dropped[:0]
	for _, k := range r.found[c] {
		if r.set.entries[k.entry].drop && !slices.Contains(r.dropped, k.article) && r.holds(k) {
			r.dropped = append(r.dropped, k.article)
		}
	}
	for _, k := range r.found[c] {
		if !r.set.entries[k.entry].drop && (!ok || k.entry < by.entry) && !slices.Contains(r.dropped, k.article) && r.holds(k) {
			by, ok = k, true
		}
	}
	return by, ok
}

// holds reports whether the conditions hold that did not bring the entry to mind.
func (r *reading) holds(k candidate) bool {
	e, art := &r.set.entries[k.entry], &r.story.Articles[k.article]
	if e.languages != nil && !slices.ContainsFunc(e.languages, func(l string) bool { return speaks(art.Language, l) }) {
		return false
	}
	if e.categories != nil && !slices.ContainsFunc(e.categories, func(c int32) bool { return slices.Contains(r.categories[k.article], c) }) {
		return false
	}
	if e.topics != nil && !slices.ContainsFunc(e.topics, func(t int32) bool { return r.taken[t] }) {
		return false
	}
	if e.when == nil {
		return true
	}
	yes, err := r.evaluate(e.when, k.article)
	if err != nil {
		text := r.set.channels[e.channel].key + " " + e.label + ": " + err.Error()
		r.set.failures.n.Add(1)
		r.set.failures.last.Store(&text)
	}
	return yes
}

// reason says in a few words what put the story into a channel.
func (r *reading) reason(k candidate) string {
	e := &r.set.entries[k.entry]
	switch {
	case e.phrases != nil:
		return e.label + ": words " + r.set.phrases[k.value].text
	case len(e.rule.Categories) > 0:
		for _, name := range e.rule.Categories {
			if r.text.set(name); r.set.categories[string(r.text.buf)] == k.value {
				return e.label + ": category " + name
			}
		}
	case e.sources != nil:
		return e.label + ": source " + r.story.Articles[k.article].Source
	case e.topics != nil:
		for i, t := range e.topics {
			if r.taken[t] {
				return e.label + ": topic " + e.rule.Topics[i]
			}
		}
	case e.languages != nil:
		return e.label + ": language " + r.story.Articles[k.article].Language
	}
	return e.label + ": when"
}

// speaks reports whether a language tag is of the language: primary subtags count, "en-GB" is "en".
func speaks(tag, language string) bool {
	n := len(language)
	if len(tag) < n || len(tag) > n && tag[n] != '-' && tag[n] != '_' {
		return false
	}
	for i := range n {
		if tag[i]|0x20 != language[i] {
			return false
		}
	}
	return true
}
