package rule

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"deskwire"
)

// compiler builds a Set and collects what is wrong.
type compiler struct {
	set      *Set
	configs  []deskwire.Channel
	names    []string // sources
	phrases  []phrase
	known    map[string]int32 // phrases by their text, so that two channels' equal words are looked up once
	problems []Problem

	// where problems are at the moment
	at Problem
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

func (c *compiler) channel(cfg *deskwire.Channel) {
	ch := channel{key: cfg.Key()}
	for list, rules := range map[string][]deskwire.Rule{"take": cfg.Take, "drop": cfg.Drop} {
		var entries []entry
		for i := range rules {
			c.at = Problem{Channel: ch.key, List: list, Rule: i}
			e := c.entry(&rules[i])
			entries = append(entries, e)
			ch.body = ch.body || e.in&inBody != 0 && e.phrases != nil || e.when != nil && e.when.body
		}
		if list == "take" {
			ch.take = entries
		} else {
			ch.drop = entries
		}
	}
	c.set.body = c.set.body || ch.body
	c.set.channels = append(c.set.channels, ch)
}

func (c *compiler) entry(r *deskwire.Rule) entry {
	e := entry{rule: *r}
	if len(r.Sources)+len(r.Topics)+len(r.Categories)+len(r.Languages)+len(r.Words) == 0 && r.When == "" {
		c.problem("", -1, 0, "an entry without a condition; it has at least one of sources, topics, categories, languages, words, when")
		return e
	}
	c.sourcesOf(&e)
	for i, name := range r.Topics {
		t, ok := c.set.byKey[string(deskwire.Topic)+"/"+name]
		if !ok {
			c.problem("topics", i, 0, "there is no topic %q%s", name, closest(name, c.topics()))
			continue
		}
		e.topics = append(e.topics, t)
	}
	for i, s := range r.Categories {
		folded := fold(s)
		if folded == "" {
			c.problem("categories", i, 0, "empty category")
		}
		e.categories = append(e.categories, folded)
	}
	for _, s := range r.Languages {
		e.languages = append(e.languages, primary(s))
	}
	c.wordsOf(&e)
	if r.When != "" {
		x, offset, err := compileWhen(r.When)
		if err != nil {
			c.problem("when", -1, offset, "%v", err)
		}
		e.when = x
	}
	return e
}

func (c *compiler) sourcesOf(e *entry) {
	if len(e.rule.Sources) == 0 {
		return
	}
	e.sources = make([]bool, len(c.names))
	for i, name := range e.rule.Sources {
		n, ok := c.set.sources[name]
		if !ok {
			c.problem("sources", i, 0, "there is no source %q%s", name, closest(name, c.names))
			continue
		}
		e.sources[n] = true
	}
}

func (c *compiler) wordsOf(e *entry) {
	e.in = inTitle | inSummary
	if len(e.rule.In) > 0 {
		e.in = 0
	}
	for i, field := range e.rule.In {
		switch field {
		case "title":
			e.in |= inTitle
		case "summary":
			e.in |= inSummary
		case "body":
			e.in |= inBody
		default:
			c.problem("in", i, 0, "words can not look in %q; title, summary and body are allowed", field)
		}
	}
	if len(e.rule.In) > 0 && len(e.rule.Words) == 0 {
		c.problem("in", -1, 0, "in says where words look, and there are no words")
	}
	for i, s := range e.rule.Words {
		p, err := parsePhrase(s)
		if err != nil {
			c.problem("words", i, 0, "%v", err)
			continue
		}
		if inflected(s, e.languages) && !strings.Contains(s, "*") && len(p.loose) == 0 {
			c.warning("words", i, "%q is matched in this form only; %q matches its other endings too", s, s+"*")
		}
		n, ok := c.known[s]
		if !ok {
			n = int32(len(c.phrases))
			c.phrases = append(c.phrases, p)
			c.known[s] = n
		}
		e.phrases = append(e.phrases, n)
	}
	if e.phrases != nil {
		c.set.fields |= e.in
	}
}

// inflected reports whether words of this kind usually change their endings.
func inflected(s string, languages []string) bool {
	if strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Cyrillic, r) }) {
		return true
	}
	return slices.ContainsFunc(languages, func(l string) bool {
		return slices.Contains([]string{"pl", "cs", "sk", "hu", "fi", "et", "lt", "lv", "hr", "sl", "tr", "la"}, l)
	})
}

func (c *compiler) topics() []string {
	var names []string
	for i := range c.configs {
		if c.configs[i].Kind == deskwire.Topic {
			names = append(names, c.configs[i].Name)
		}
	}
	return names
}

// sort orders channels such that those that others refer to come first, and refuses circles.
func (c *compiler) sort() {
	const (
		fresh = iota
		open
		done
	)
	state := make([]int, len(c.set.channels))
	var visit func(i int) bool
	visit = func(i int) bool {
		switch state[i] {
		case open:
			return false
		case done:
			return true
		}
		state[i] = open
		ch := &c.set.channels[i]
		for list, entries := range map[string][]entry{"take": ch.take, "drop": ch.drop} {
			for k := range entries {
				for n, t := range entries[k].topics {
					if !visit(t) {
						c.at = Problem{Channel: ch.key, List: list, Rule: k}
						c.problem("topics", n, 0, "the topics go in a circle: %s is taken from %s, which is taken from it", ch.key, c.set.channels[t].key)
					}
				}
			}
		}
		state[i] = done
		c.set.order = append(c.set.order, i)
		return true
	}
	for i := range c.set.channels {
		visit(i)
	}
}

// closest is a suggestion, or "".
func closest(name string, names []string) string {
	best, least := "", max(2, len(name)/3)+1
	for _, n := range names {
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
