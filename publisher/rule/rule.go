// Package rule compiles what channels take and drop, and says of each story which channels it belongs to and why.
//
// Within one entry all conditions must hold; entries are alternatives and have no order: a story is in a channel when some
// entry of take matches one of its articles that no entry of drop does. Nothing here does I/O, and everything that can be
// wrong with a rule is found by [Compile].
//
// A story is read once, however many channels there are. Its words are looked up together in all channels' phrases, and an
// entry is only thought of when the rarest of its conditions turns up: one of its words, else of its categories, else of its
// sources.
package rule

import (
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"deskwire"
)

// A Set is the compiled rules of all channels. It is safe for any number of goroutines.
type Set struct {
	channels   []channel // topics before those that refer to them
	byKey      map[string]int32
	sources    map[string]int32
	categories map[string]int32
	entries    []entry
	finder     *finder
	phrases    []phrase

	// Which entries to think of, and when.
	byPhrase   [][]int32
	byCategory [][]int32
	bySource   [][]int32 // the last one is for articles of sources that the configuration does not have
	always     []int32

	bodyWords []bool // by source as bySource: whether some words look in its bodies
	bodyWhen  bool   // whether some expression reads bodies

	order   []string           // the channels' keys as they were given
	configs []deskwire.Channel // for Only
	names   []string           // of sources, for Only

	readings sync.Pool              // of *reading
	last     atomic.Pointer[subset] // the answer that Only gave last: it is asked for the same again and again
	failures *failures
}

// subset is a set for some channels.
type subset struct {
	keys []string
	set  *Set
}

// channel is one compiled channel.
type channel struct {
	key         string
	take, drop  []int32 // entries
	fingerprint string
	body        bool
	wanted      bool // false for topics that are here only because others refer to them
}

// entry is one compiled rule. Conditions that are nil hold.
type entry struct {
	channel    int32
	drop       bool
	index      int    // in its list
	label      string // "take[1] line 34"
	rule       deskwire.Rule
	sources    bitset
	topics     []int32 // channels
	categories []int32
	languages  []string
	phrases    []int32
	in         field
	when       *expression
}

// field is a set of the fields that words look in.
type field uint8

const (
	inTitle field = 1 << iota
	inSummary
	inBody
)

type bitset []uint64

func (b bitset) has(i int32) bool { return i>>6 < int32(len(b)) && b[i>>6]&(1<<(i&63)) != 0 }

func (b *bitset) add(i int32) {
	for int32(len(*b)) <= i>>6 {
		*b = append(*b, 0)
	}
	(*b)[i>>6] |= 1 << (i & 63)
}

// failures counts expressions that could not be evaluated.
type failures struct {
	n    atomic.Int64
	last atomic.Pointer[string]
}

// Fingerprint changes when anything changes that decides what the channel takes: its rules and those of the topics they refer
// to. Where they stand in a file, the order of entries and of values, and what else a channel has do not count. It is the
// same in every process, and "" for a channel that is not in the set.
func (s *Set) Fingerprint(key string) string {
	if i, ok := s.byKey[key]; ok {
		return s.channels[i].fingerprint
	}
	return ""
}

// Has reports whether the set answers for the channel.
func (s *Set) Has(key string) bool {
	i, ok := s.byKey[key]
	return ok && s.channels[i].wanted
}

// NeedsBody reports whether filing in the channel reads bodies.
func (s *Set) NeedsBody(key string) bool {
	i, ok := s.byKey[key]
	return ok && s.channels[i].body
}

// ReadsBody reports whether File or Trace may ask for the body of the article.
func (s *Set) ReadsBody(a *deskwire.Article) bool {
	return a.HasBody && (s.bodyWhen || s.bodyWords[s.source(a)])
}

// Failures is how many times an expression could not be evaluated since the set was compiled, which counts as no match, and
// what was said the last time.
func (s *Set) Failures() (n int64, last string) {
	if p := s.failures.last.Load(); p != nil {
		last = *p
	}
	return s.failures.n.Load(), last
}

// Only is a set that answers for these channels alone, and faster. Keys that are not in the set are ignored.
func (s *Set) Only(keys ...string) *Set {
	if last := s.last.Load(); last != nil && slices.Equal(last.keys, keys) {
		return last.set
	}
	only := s.only(keys)
	s.last.Store(&subset{slices.Clone(keys), only})
	return only
}

func (s *Set) only(keys []string) *Set {
	need := map[int32]bool{}
	var visit func(i int32)
	visit = func(i int32) {
		if need[i] {
			return
		}
		need[i] = true
		for _, list := range [][]int32{s.channels[i].take, s.channels[i].drop} {
			for _, e := range list {
				for _, t := range s.entries[e].topics {
					visit(t)
				}
			}
		}
	}
	for _, key := range keys {
		if i, ok := s.byKey[key]; ok {
			visit(i)
		}
	}
	var configs []deskwire.Channel
	for i := range s.configs {
		if need[s.byKey[s.configs[i].Key()]] {
			configs = append(configs, s.configs[i])
		}
	}
	only, _ := Compile(configs, s.names) // a part of what was right is right
	for i := range only.channels {
		only.channels[i].wanted = slices.Contains(keys, only.channels[i].key)
	}
	only.failures = s.failures
	return only
}

// source is the number of the article's source.
func (s *Set) source(a *deskwire.Article) int32 {
	name := a.Source
	if list, _, ok := strings.Cut(name, "/"); ok {
		name = list // a rule names the list for all of its sources
	}
	if n, ok := s.sources[name]; ok {
		return n
	}
	return int32(len(s.sources))
}

// File says which channels take the story, and by which entry: channel key -> "take[1] line 34: words Stoltenberg". body
// returns the body of an article as clean HTML; it is called only for articles that [Set.ReadsBody] names, and may be nil
// when there are none. The map is nil when no channel takes the story.
//
// assigned are the keys of channels that an editor put the story in. What it is assigned to is not in the answer, unless
// rules take it too; but a topic that it is assigned to counts as one that takes it.
func (s *Set) File(story *deskwire.Story, body func(deskwire.ID) string, assigned ...string) map[string]string {
	r, _ := s.readings.Get().(*reading)
	if r == nil {
		r = newReading(s)
	}
	in := r.file(story, body, assigned)
	s.readings.Put(r) // not when body panicked: it would remember half a story
	return in
}

func label(list string, i int, line int) string {
	s := list + "[" + strconv.Itoa(i) + "]"
	if line > 0 {
		s += " line " + strconv.Itoa(line)
	}
	return s
}
