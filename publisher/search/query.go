package search

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"deskwire"
)

// Limits of a question: more than anybody types, and so little that no question is dear.
const (
	// MaxQuery is the length of a question in characters.
	MaxQuery = 200
	// MaxTerms is how many words it may have, those of phrases and pairs of characters included.
	MaxTerms = 24
	// minPrefix is how many characters a word before * has at least: fewer begin half the dictionary.
	minPrefix = 2
)

// A Query is a question that was read. The zero Query asks nothing.
type Query struct {
	// Text is the question in the one form that all ways to write it have: spaces are single. It reads as the same Query.
	Text    string
	clauses []clause
}

// A clause is one thing that has to hold.
type clause struct {
	not    bool
	terms  []string // one after the other in the text
	prefix bool     // the last one is the beginning of a word
	in     string   // a channel's key
	source string
}

// Parse reads a question: words, which all must be there; "several words", one after the other; -word, which must not; the
// beginning of a word with * after it; desk:name, topic:name and source:name. Everything else means itself, so that nothing
// that people type is wrong. What is too long is [deskwire.ErrInvalid].
func Parse(text string) (Query, error) {
	if utf8.RuneCountInString(text) > MaxQuery {
		return Query{}, fmt.Errorf("a question has at most %d characters: %w", MaxQuery, deskwire.ErrInvalid)
	}
	text = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(text, " "), func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
	q := Query{Text: text}
	n := 0
	for rest := text; rest != ""; {
		var c clause
		c, rest = next(rest)
		if n += len(c.terms); n > MaxTerms {
			return Query{}, fmt.Errorf("a question has at most %d words: %w", MaxTerms, deskwire.ErrInvalid)
		}
		if len(c.terms) > 0 || c.in != "" || c.source != "" {
			q.clauses = append(q.clauses, c)
		}
	}
	return q, nil
}

// filter is what a clause that names a channel or a source looks like.
var filter = regexp.MustCompile(`^(desk|topic|source):([\p{L}\p{N}][\p{L}\p{N}._-]*)$`)

// next reads the first clause of a text that is not empty.
func next(text string) (c clause, rest string) {
	if text = strings.TrimLeft(text, " "); text == "" {
		return c, ""
	}
	if after, ok := strings.CutPrefix(text, "-"); ok && after != "" && after[0] != ' ' && after[0] != '-' {
		c.not, text = true, after
	}
	if inner, ok := strings.CutPrefix(text, `"`); ok {
		inner, rest, _ = strings.Cut(inner, `"`)
		c.terms, c.prefix = terms(inner)
		return c, rest
	}
	end := strings.IndexAny(text, ` "`)
	if end < 0 {
		end = len(text)
	}
	one, rest := text[:end], text[end:]
	if m := filter.FindStringSubmatch(one); m != nil {
		if m[1] == "source" {
			c.source = m[2]
		} else {
			c.in = m[1] + "/" + m[2]
		}
		return c, rest
	}
	begin, star := strings.CutSuffix(one, "*")
	list, single := terms(begin)
	c.terms = list
	if len(list) > 0 {
		last := list[len(list)-1]
		c.prefix = single || star && utf8.RuneCountInString(last) >= minPrefix
	}
	return c, rest
}

// terms are the words of a part of a question. single says that the last one is a character that may begin a pair in the text.
func terms(text string) (list []string, single bool) {
	all, _ := words(text, 0, nil)
	for i := range all {
		if w := &all[i]; !w.tail {
			list = append(list, w.term)
		} else if i == 0 || all[i-1].end != w.end { // a run of one
			list, single = append(list, w.term), i == len(all)-1
		}
	}
	return list, single
}

// Asks reports whether there is anything to find: a question of nothing but what must not be there asks nothing.
func (q *Query) Asks() bool {
	for i := range q.clauses {
		if !q.clauses[i].not {
			return true
		}
	}
	return false
}
