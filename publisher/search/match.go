package search

import (
	"slices"
	"strings"

	"deskwire"
	"deskwire/publisher"
	"deskwire/publisher/format"
	"deskwire/publisher/rule"
)

// gapBetween is how many words are between two fields of a text, so that no phrase reaches from one into the next.
const gapBetween = 10

// A text is what a story is found by: the words of its title, its summary and its body, as far as each may be shown.
type text struct {
	title, summary, body string // plain
	words                []word
	summaryFrom          int // index in words where the summary begins
	bodyFrom             int
}

// textOf is the text of what readers see.
func textOf(item *deskwire.Item) *text {
	t := &text{title: format.Line(item.Article.Title), summary: format.Line(item.Article.Summary), body: rule.Plain(item.Body)}
	n := 0
	t.words, n = words(t.title, 1, t.words)
	t.summaryFrom = len(t.words)
	t.words, n = words(t.summary, n+gapBetween, t.words)
	t.bodyFrom = len(t.words)
	t.words, _ = words(t.body, n+gapBetween, t.words)
	return t
}

// matches reports whether what was found answers the question, by its present text.
func (q *Query) matches(f *publisher.Found, t *text) bool {
	for i := range q.clauses {
		c := &q.clauses[i]
		var holds bool
		switch {
		case c.in != "":
			holds = slices.Contains(f.Channels, c.in)
		case c.source != "":
			holds = f.Item.Article.Source == c.source
		default:
			holds = c.first(t.words) >= 0
		}
		if holds == c.not {
			return false
		}
	}
	return q.Asks()
}

// first is the index of the word at which the clause's words begin; -1 where they do not stand there.
func (c *clause) first(list []word) int {
	for i := range list {
		if c.at(list[i:]) {
			return i
		}
	}
	return -1
}

// at reports whether the clause's words are those that a list begins with.
func (c *clause) at(list []word) bool {
	if len(list) < len(c.terms) {
		return false
	}
	for k, term := range c.terms {
		w := &list[k]
		if w.at != list[0].at+k || w.term != term && !(c.prefix && k == len(c.terms)-1 && strings.HasPrefix(w.term, term)) {
			return false
		}
	}
	return true
}

// A Span is a part of a text that matches, or one between such.
type Span struct {
	Text string
	Hit  bool
}

// spans cuts a field of a text, whose words are those in list, into what matches and what does not. Together they are the field.
func (q *Query) spans(field string, list []word) []Span {
	hit := make([]bool, len(field))
	for i := range q.clauses {
		c := &q.clauses[i]
		if c.not || len(c.terms) == 0 {
			continue
		}
		for k := range list {
			if !c.at(list[k:]) {
				continue
			}
			for b := list[k].start; b < c.endOf(list[k:]); b++ {
				hit[b] = true
			}
		}
	}
	var all []Span
	for from, i := 0, 1; i <= len(field); i++ {
		if i == len(field) || hit[i] != hit[from] {
			all = append(all, Span{field[from:i], hit[from]})
			from = i
		}
	}
	return all
}

// endOf is where in its field what matches at the beginning of a list ends. A character that was looked for alone is not
// marked together with the one after it.
func (c *clause) endOf(list []word) int {
	last := &list[len(c.terms)-1]
	if term := c.terms[len(c.terms)-1]; c.prefix && last.term != term && !last.tail && spaceless([]rune(last.term)[0]) && len([]rune(term)) == 1 {
		return min(last.start+len(term), last.end)
	}
	return last.end
}

// excerptRunes is how long the part of a body is that shows why it was found.
const excerptRunes = 240

// excerpt is the part of the body around the first match, nil where nothing of it matches.
func (q *Query) excerpt(t *text) []Span {
	list := t.words[t.bodyFrom:]
	at := -1
	for i := range q.clauses {
		if c := &q.clauses[i]; !c.not && len(c.terms) > 0 {
			if k := c.first(list); k >= 0 && (at < 0 || k < at) {
				at = k
			}
		}
	}
	if at < 0 {
		return nil
	}
	from, to := list[at].start, list[at].end
	// As much before as fits a third, at the beginning of a word.
	k := at
	for k > 0 && from-list[k-1].start < excerptRunes/3 {
		k--
	}
	begin := list[k].start
	for m := at; m < len(list) && list[m].end-begin < excerptRunes; m++ {
		to = max(to, list[m].end)
	}
	if k == 0 {
		begin = 0
	}
	part := t.body[begin:to]
	inside := make([]word, 0, 64)
	for _, w := range list[k:] {
		if w.end > to {
			break
		}
		w.start, w.end = w.start-begin, w.end-begin
		inside = append(inside, w)
	}
	all := q.spans(part, inside)
	if begin > 0 {
		all = slices.Insert(all, 0, Span{Text: "… "})
	}
	if to < len(t.body) {
		all = append(all, Span{Text: " …"})
	}
	return all
}
