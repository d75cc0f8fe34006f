// Package rule compiles what channels take and drop, and says of each story which channels it belongs to and why.
//
// Within one entry all conditions must hold; entries are alternatives and have no order: a story is in a channel when some
// entry of take matches one of its articles and no entry of drop does. Nothing here does I/O, and everything that can be
// wrong with a rule is found by [Compile].
//
// A story is read once, however many channels there are: the words of all channels' phrases are looked up in one walk over
// its text, and what is left for each channel is a few comparisons.
package rule

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"deskwire"
)

// A Problem is something wrong, or probably wrong, with a rule.
type Problem struct {
	Channel string // its key
	List    string // "take" or "drop"
	Rule    int    // which entry of the list, from 0; -1 when the channel as a whole is meant
	Field   string // "sources", "topics", "categories", "languages", "words", "in", "when"; "" is the entry
	Index   int    // which one of the field, from 0; -1 where the field is no list
	Offset  int    // in bytes, within the value
	Msg     string
	Warning bool // it works, but probably not as it was meant
}

// The fields that words can look in, as bits.
const (
	inTitle = 1 << iota
	inSummary
	inBody
)

// A Set is the compiled rules of all channels. It is not changed after Compile and is safe for any number of goroutines.
type Set struct {
	channels []channel
	byKey    map[string]int
	order    []int // channels such that topics come before those that refer to them
	sources  map[string]int32
	finder   *finder
	fields   int // all fields that some words look in
	body     bool
}

// channel is one compiled channel.
type channel struct {
	key         string
	take, drop  []entry
	fingerprint string
	body        bool
}

// entry is one compiled rule.
type entry struct {
	rule       deskwire.Rule
	sources    []bool // by number; nil is any
	topics     []int  // channels; any of them
	categories []string
	languages  []string
	phrases    []int32
	in         int
	when       *expression
}

// Compile compiles the rules of all channels. sources are the names that rules may use. The problems are all there are; when
// one of them is no warning, the Set is nil.
func Compile(channels []deskwire.Channel, sources []string) (*Set, []Problem) {
	c := &compiler{
		set:     &Set{byKey: map[string]int{}, sources: map[string]int32{}},
		known:   map[string]int32{},
		names:   sources,
		configs: channels,
	}
	for i, name := range sources {
		c.set.sources[name] = int32(i)
	}
	for i := range channels {
		c.set.byKey[channels[i].Key()] = i
	}
	for i := range channels {
		c.channel(&channels[i])
	}
	c.sort()
	if slices.ContainsFunc(c.problems, func(p Problem) bool { return !p.Warning }) {
		return nil, c.problems
	}
	c.set.finder = newFinder(c.phrases)
	c.prints()
	return c.set, c.problems
}

// Fingerprint changes when anything changes that decides what the channel takes: its rules and those of the topics they refer
// to, but not their places in a file. It is "" for a channel that is not in the set.
func (s *Set) Fingerprint(key string) string {
	if i, ok := s.byKey[key]; ok {
		return s.channels[i].fingerprint
	}
	return ""
}

// NeedsBody reports whether filing in the channel reads bodies.
func (s *Set) NeedsBody(key string) bool {
	i, ok := s.byKey[key]
	return ok && s.channels[i].body
}

// File says which channels take the story, and by which rule. body returns an article's body as plain text or HTML; it is
// called only when some rule looks there.
func (s *Set) File(story *deskwire.Story, body func(deskwire.ID) string) map[string]string {
	r := s.reading(story, body)
	var in map[string]string
	for _, i := range s.order {
		if by := r.channel(i); by != "" {
			if in == nil {
				in = map[string]string{}
			}
			in[s.channels[i].key] = by
		}
	}
	return in
}

// A Trace says why a channel takes a story or does not.
type Trace struct {
	Channel string  `json:"channel"`
	Taken   bool    `json:"taken"`
	By      string  `json:"by,omitempty"`
	Entries []Tried `json:"entries"`
}

// Tried is one entry held against one article.
type Tried struct {
	Entry   string      `json:"entry"` // "take[0] (line 12)"
	Article deskwire.ID `json:"article"`
	Matched bool        `json:"matched"`
	Because string      `json:"because"`
}

// Trace says of each of the named channels, of all when none is named, why it takes the story or does not.
func (s *Set) Trace(story *deskwire.Story, body func(deskwire.ID) string, keys ...string) []Trace {
	r := s.reading(story, body)
	traces := map[int]Trace{}
	for _, i := range s.order {
		c := &s.channels[i]
		t := Trace{Channel: c.key, By: r.channel(i)}
		t.Taken = t.By != ""
		for list, entries := range map[string][]entry{"take": c.take, "drop": c.drop} {
			for k := range entries {
				for a := range story.Articles {
					why, ok := r.matches(&entries[k], a)
					t.Entries = append(t.Entries, Tried{label(list, k, &entries[k]), story.Articles[a].ID, ok, why})
				}
			}
		}
		slices.SortStableFunc(t.Entries, func(a, b Tried) int { return -cmp.Compare(a.Entry[:4], b.Entry[:4]) })
		traces[i] = t
	}
	var out []Trace
	for i := range s.channels {
		if len(keys) == 0 || slices.Contains(keys, s.channels[i].key) {
			out = append(out, traces[i])
		}
	}
	return out
}

func label(list string, i int, e *entry) string {
	if e.rule.Line > 0 {
		return fmt.Sprintf("%s[%d] (line %d)", list, i, e.rule.Line)
	}
	return fmt.Sprintf("%s[%d]", list, i)
}

// reading is a story while it is being filed.
type reading struct {
	set    *Set
	story  *deskwire.Story
	source []int32
	found  [][3][]bool // by article and field: phrases that stand there
	body   func(deskwire.ID) string
	bodies []string
	in     []bool // by channel, as far as it is decided
}

func (s *Set) reading(story *deskwire.Story, body func(deskwire.ID) string) *reading {
	n := len(story.Articles)
	r := &reading{set: s, story: story, body: body, source: make([]int32, n), found: make([][3][]bool, n), in: make([]bool, len(s.channels))}
	var text folded
	phrases := len(s.finder.phrases)
	for i := range story.Articles {
		a := &story.Articles[i]
		r.source[i] = -1
		if number, ok := s.sources[a.Source]; ok {
			r.source[i] = number
		}
		if phrases == 0 {
			continue
		}
		marks := make([]bool, 3*phrases)
		for f := range r.found[i] {
			r.found[i][f] = marks[f*phrases : (f+1)*phrases]
		}
		text.set(a.Title)
		s.finder.find(&text, r.found[i][0])
		text.set(a.Summary)
		s.finder.find(&text, r.found[i][1])
		if s.fields&inBody != 0 {
			text.set(plainText(r.text(i)))
			s.finder.find(&text, r.found[i][2])
		}
	}
	return r
}

// text is the body of article i, loaded when it is first asked for.
func (r *reading) text(i int) string {
	if r.body == nil || !r.story.Articles[i].HasBody {
		return ""
	}
	if r.bodies == nil {
		r.bodies = make([]string, len(r.story.Articles))
	}
	if r.bodies[i] == "" {
		r.bodies[i] = r.body(r.story.Articles[i].ID)
	}
	return r.bodies[i]
}

// channel says which entry puts the story into channel i; "" is none.
func (r *reading) channel(i int) string {
	c := &r.set.channels[i]
	for k := range c.drop {
		for a := range r.story.Articles {
			if _, ok := r.matches(&c.drop[k], a); ok {
				r.in[i] = false
				return ""
			}
		}
	}
	for k := range c.take {
		for a := range r.story.Articles {
			if _, ok := r.matches(&c.take[k], a); ok {
				r.in[i] = true
				return label("take", k, &c.take[k])
			}
		}
	}
	return ""
}

// matches holds one entry against article a. because is a few words for people: what matched last, or what did not. They
// are constant texts, so that filing a million stories makes no garbage.
func (r *reading) matches(e *entry, a int) (because string, ok bool) {
	art := &r.story.Articles[a]
	if e.sources != nil && (r.source[a] < 0 || !e.sources[r.source[a]]) {
		return "another source", false
	}
	if e.topics != nil && !slices.ContainsFunc(e.topics, func(t int) bool { return r.in[t] }) {
		return "in none of the topics", false
	}
	if e.languages != nil && !slices.Contains(e.languages, primary(art.Language)) {
		return "another language", false
	}
	if e.categories != nil && !slices.ContainsFunc(art.Categories, func(c string) bool { return slices.Contains(e.categories, fold(c)) }) {
		return "none of the categories", false
	}
	if e.phrases != nil && !slices.ContainsFunc(e.phrases, func(p int32) bool { return r.has(e.in, a, p) }) {
		return "none of the words", false
	}
	if e.when != nil {
		body := ""
		if e.when.body {
			body = plainText(r.text(a))
		}
		yes, err := e.when.holds(art, body)
		if err != nil {
			return err.Error(), false
		}
		if !yes {
			return "the expression is false", false
		}
	}
	return "all conditions hold", true
}

func (r *reading) has(in, a int, phrase int32) bool {
	for f := range r.found[a] {
		if in&(1<<f) != 0 && r.found[a][f][phrase] {
			return true
		}
	}
	return false
}

// primary is the language without script and region: "en" of "en-GB".
func primary(tag string) string {
	tag, _, _ = strings.Cut(strings.ReplaceAll(tag, "_", "-"), "-")
	return strings.ToLower(tag)
}

// fold is s as categories are compared.
func fold(s string) string {
	var f folded
	f.set(s)
	return strings.Join(strings.Fields(string(f.buf)), " ")
}

// plainText takes the tags out of clean HTML.
func plainText(html string) string {
	if !strings.Contains(html, "<") {
		return html
	}
	var b strings.Builder
	b.Grow(len(html))
	for {
		text, rest, found := strings.Cut(html, "<")
		b.WriteString(text)
		if !found {
			return b.String()
		}
		b.WriteByte(' ')
		_, html, _ = strings.Cut(rest, ">")
	}
}

// prints makes the fingerprints, topics before those that refer to them.
func (c *compiler) prints() {
	for _, i := range c.set.order {
		ch := &c.set.channels[i]
		h := sha256.New()
		enc := json.NewEncoder(h)
		for _, entries := range [][]entry{ch.take, ch.drop} {
			for k := range entries {
				r := entries[k].rule
				r.Line = 0
				enc.Encode(r)
				for _, t := range entries[k].topics {
					enc.Encode(c.set.channels[t].fingerprint)
				}
			}
			enc.Encode("end")
		}
		ch.fingerprint = hex.EncodeToString(h.Sum(nil)[:12])
	}
}
