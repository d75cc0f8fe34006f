package rule

import (
	"fmt"
	"slices"
	"strings"

	"deskwire"
)

// A Problem is something wrong, or probably wrong, with a rule.
type Problem struct {
	Channel string // its key
	List    string // "take" or "drop"
	Rule    int    // which entry of the list, from 0
	Field   string // "sources", "topics", "categories", "languages", "words", "in", "when"; "" is the entry
	Index   int    // which one of the field, from 0; -1 where the field is no list
	Offset  int    // in bytes, within the value
	Msg     string
	Warning bool // it works, but probably not as it was meant
}

// compiler builds a Set and collects what is wrong.
type compiler struct {
	set      *Set
	topics   []string
	known    map[string]int32 // phrases by key, so that two channels' equal words are looked up once
	problems []Problem
	at       Problem // where problems are at the moment
}

// Compile compiles the rules of all channels. sources are the names that rules may use. The problems are all there are; when
// one of them is no warning, the Set is nil.
func Compile(channels []deskwire.Channel, sources []string) (*Set, []Problem) {
	c := &compiler{
		set: &Set{
			byKey: map[string]int32{}, sources: map[string]int32{}, categories: map[string]int32{},
			configs: channels, names: sources, failures: new(failures),
		},
		known: map[string]int32{},
	}
	for i, name := range sources {
		c.set.sources[name] = int32(i)
	}
	for i := range channels {
		c.set.order = append(c.set.order, channels[i].Key())
		if channels[i].Kind == deskwire.Topic {
			c.topics = append(c.topics, channels[i].Name)
		}
	}
	for _, i := range c.sort() {
		// Two channels of one name are the configuration's to refuse; here the later one stands for both.
		if key := channels[i].Key(); !c.set.has(key) {
			c.set.byKey[key] = int32(len(c.set.byKey))
		}
	}
	// The problems come in the order of the file.
	c.set.channels = make([]channel, len(c.set.byKey))
	for i := range channels {
		c.channel(&channels[i])
	}
	if slices.ContainsFunc(c.problems, func(p Problem) bool { return !p.Warning }) {
		return nil, c.problems
	}
	c.index()
	c.prints()
	return c.set, c.problems
}

func (s *Set) has(key string) bool {
	_, ok := s.byKey[key]
	return ok
}

func (c *compiler) problem(field string, index, offset int, format string, args ...any) {
	p := c.at
	p.Field, p.Index, p.Offset, p.Msg = field, index, offset, fmt.Sprintf(format, args...)
	c.problems = append(c.problems, p)
}

func (c *compiler) warning(field string, index int, format string, args ...any) {
	c.problem(field, index, 0, format, args...)
	c.problems[len(c.problems)-1].Warning = true
}

// sort orders channels such that those that others refer to come first, and refuses circles.
func (c *compiler) sort() (order []int) {
	const (
		unseen = iota
		open
		done
	)
	channels := c.set.configs
	topics := map[string]int{}
	for i := range channels {
		if channels[i].Kind == deskwire.Topic {
			topics[channels[i].Name] = i
		}
	}
	state := make([]int, len(channels))
	var visit func(i int) bool
	visit = func(i int) bool {
		switch state[i] {
		case open:
			return false
		case done:
			return true
		}
		state[i] = open
		ch := &channels[i]
		for _, list := range lists(ch) {
			for k := range list.rules {
				for n, name := range list.rules[k].Topics {
					if t, ok := topics[name]; ok && !visit(t) {
						c.at = Problem{Channel: ch.Key(), List: list.name, Rule: k}
						c.problem("topics", n, 0, "the topics go in a circle: %s is taken from %s, which is taken from it", ch.Key(), channels[t].Key())
					}
				}
			}
		}
		state[i] = done
		order = append(order, i)
		return true
	}
	for i := range channels {
		visit(i)
	}
	return order
}

type list struct {
	name  string
	rules []deskwire.Rule
}

func lists(ch *deskwire.Channel) [2]list { return [2]list{{"take", ch.Take}, {"drop", ch.Drop}} }

func (c *compiler) channel(cfg *deskwire.Channel) {
	number := c.set.byKey[cfg.Key()]
	ch := channel{key: cfg.Key(), wanted: true}
	for _, l := range lists(cfg) {
		for i := range l.rules {
			c.at = Problem{Channel: ch.key, List: l.name, Rule: i}
			e := entry{channel: number, drop: l.name == "drop", index: i, label: label(l.name, i, l.rules[i].Line), rule: l.rules[i]}
			c.entry(&e)
			n := int32(len(c.set.entries))
			if c.set.entries = append(c.set.entries, e); e.drop {
				ch.drop = append(ch.drop, n)
			} else {
				ch.take = append(ch.take, n)
			}
			ch.body = ch.body || e.body()
		}
	}
	c.set.channels[number] = ch
}

// body reports whether the entry reads bodies.
func (e *entry) body() bool {
	return e.in&inBody != 0 && e.phrases != nil || e.when != nil && e.when.body
}

func (c *compiler) entry(e *entry) {
	r := &e.rule
	if len(r.Sources)+len(r.Topics)+len(r.Categories)+len(r.Languages)+len(r.Words) == 0 && r.When == "" {
		c.problem("", -1, 0, "an entry without a condition; it has at least one of sources, topics, categories, languages, words, when")
		return
	}
	c.sourcesOf(e)
	for i, name := range r.Topics {
		t, ok := c.set.byKey[string(deskwire.Topic)+"/"+name]
		if !ok {
			c.problem("topics", i, 0, "there is no topic %q%s", name, closest(name, c.topics))
			continue
		}
		e.topics = append(e.topics, t)
	}
	c.categoriesOf(e)
	c.languagesOf(e)
	c.fieldsOf(e)
	c.wordsOf(e)
	if r.When != "" {
		x, offset, err := compileWhen(r.When)
		if err != nil {
			c.problem("when", -1, offset, "%v", err)
		}
		e.when = x
	}
}

func (c *compiler) sourcesOf(e *entry) {
	if len(e.rule.Sources) > 0 {
		e.sources = bitset{}
	}
	for i, name := range e.rule.Sources {
		n, ok := c.set.sources[name]
		if !ok {
			c.problem("sources", i, 0, "there is no source %q%s", name, closest(name, c.set.names))
			continue
		}
		e.sources.add(n)
	}
}

func (c *compiler) categoriesOf(e *entry) {
	var f folded
	for i, s := range e.rule.Categories {
		f.set(s)
		if len(f.buf) == 0 {
			c.problem("categories", i, 0, "empty category")
			continue
		}
		n, ok := c.set.categories[string(f.buf)]
		if !ok {
			n = int32(len(c.set.categories))
			c.set.categories[string(f.buf)] = n
		}
		e.categories = append(e.categories, n)
	}
}

func (c *compiler) languagesOf(e *entry) {
	for i, s := range e.rule.Languages {
		primary, _, _ := strings.Cut(strings.ReplaceAll(strings.ToLower(strings.TrimSpace(s)), "_", "-"), "-")
		letters := !strings.ContainsFunc(primary, func(r rune) bool { return r < 'a' || r > 'z' })
		if !letters || len(primary) < 2 || len(primary) > 3 {
			c.problem("languages", i, 0, "%q is not a language tag; examples are en, uk and zh", s)
			continue
		}
		e.languages = append(e.languages, primary)
	}
}

func (c *compiler) fieldsOf(e *entry) {
	e.in = inTitle | inSummary
	if len(e.rule.In) > 0 {
		e.in = 0
	}
	for i, name := range e.rule.In {
		switch name {
		case "title":
			e.in |= inTitle
		case "summary":
			e.in |= inSummary
		case "body":
			e.in |= inBody
		default:
			c.problem("in", i, 0, "words can not look in %q; title, summary and body are allowed", name)
		}
	}
	if len(e.rule.In) > 0 && len(e.rule.Words) == 0 {
		c.problem("in", -1, 0, "in says where words look, and there are no words")
	}
}

func (c *compiler) wordsOf(e *entry) {
	for i, s := range e.rule.Words {
		p, err := parsePhrase(s)
		if err != nil {
			c.problem("words", i, 0, "%v", err)
			continue
		}
		if p.bends(e.languages) {
			c.warning("words", i, "%q is matched in this form only; %q matches its other endings too", s, s+"*")
		}
		n, ok := c.known[p.key()]
		if !ok {
			n = int32(len(c.set.phrases))
			c.set.phrases = append(c.set.phrases, p)
			c.known[p.key()] = n
		}
		e.phrases = append(e.phrases, n)
	}
}

// index notes for each entry the rarest of its conditions: only when that turns up in an article is the entry thought of.
func (c *compiler) index() {
	s := c.set
	s.finder = newFinder(s.phrases)
	s.byPhrase, s.byCategory = make([][]int32, len(s.phrases)), make([][]int32, len(s.categories))
	s.bySource, s.bodyWords = make([][]int32, len(s.names)+1), make([]bool, len(s.names)+1)
	for i := range s.entries {
		e, n := &s.entries[i], int32(i)
		switch {
		case e.phrases != nil:
			for _, p := range e.phrases {
				s.byPhrase[p] = append(s.byPhrase[p], n)
			}
			for k := range s.bodyWords {
				if e.in&inBody == 0 {
					break
				}
				s.bodyWords[k] = s.bodyWords[k] || e.sources == nil || e.sources.has(int32(k))
			}
		case e.categories != nil:
			for _, k := range e.categories {
				s.byCategory[k] = append(s.byCategory[k], n)
			}
		case e.sources != nil:
			for k := range s.names {
				if e.sources.has(int32(k)) {
					s.bySource[k] = append(s.bySource[k], n)
				}
			}
		default:
			s.always = append(s.always, n)
		}
		s.bodyWhen = s.bodyWhen || e.when != nil && e.when.body
	}
}

// closest is a suggestion, or "".
func closest(name string, names []string) string {
	best, least := "", max(2, len(name)/3)+1
	for _, n := range names {
		// Names that differ more than that in length can not be closer.
		if len(n)-len(name) >= least || len(name)-len(n) >= least {
			continue
		}
		if d := distance(name, n); d < least {
			best, least = n, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", best)
}

// distance is Levenshtein's.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		last := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := last
			if a[i] != b[j] {
				cost = 1 + min(last, row[j], row[j+1])
			}
			last, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
