package config

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// A file is what is to be read, and against which part of the schema.
type file struct {
	name   string
	text   []byte
	schema string
}

// A document is a file that was read.
type document struct {
	name  string
	lines []string // to find places inside a value
}

// A place is a line and a column of a file, from 1, columns in characters.
type place struct{ line, column int }

// A value is one value of a file: it knows where it stands and what it is called.
type value struct {
	doc  *document
	at   place
	up   *value // what it is part of; nil for the whole
	step string // ".words" or "[2]": its name there
	kind form

	text     string // of a scalar: with the environment's variables in it
	raw      string // of a scalar: as it is written, which is what messages quote
	style    yaml.Style
	expanded bool // text is not raw

	items  []*value // of a list
	fields []field  // of a mapping, in the order of the file
}

// A field is one key of a mapping.
type field struct {
	key string
	at  place // of the key
	val *value
}

type form string

// The kinds are named as messages name them.
const (
	kindNull    form = "nothing"
	kindBool    form = "true or false"
	kindInt     form = "a whole number"
	kindFloat   form = "a number"
	kindText    form = "a text"
	kindList    form = "a list"
	kindMapping form = "keys with values"
)

// path is the value's full name: desks[1].take[0].words[0].
func (v *value) path() string {
	var steps []string
	for ; v != nil && v.up != nil; v = v.up {
		steps = append(steps, v.step)
	}
	var b strings.Builder
	for i := len(steps) - 1; i >= 0; i-- {
		b.WriteString(steps[i])
	}
	return strings.TrimPrefix(b.String(), ".")
}

// get is the value of a key, or nil.
func (v *value) get(key string) *value {
	if v == nil {
		return nil
	}
	for _, f := range v.fields {
		if f.key == key {
			return f.val
		}
	}
	return nil
}

// all are the keys of a mapping.
func (v *value) all() []field {
	if v == nil {
		return nil
	}
	return v.fields
}

// list are the values of a list under a key.
func (v *value) list(key string) []*value {
	if l := v.get(key); l != nil {
		return l.items
	}
	return nil
}

// texts are the texts of a list under a key.
func (v *value) texts(key string) []string {
	var all []string
	for _, i := range v.list(key) {
		all = append(all, i.text)
	}
	return all
}

// str is the text under a key, "" when there is none.
func (v *value) str(key string) string {
	if s := v.get(key); s != nil {
		return s.text
	}
	return ""
}

// yes is the truth value under a key, or what it is when nothing is written.
func (v *value) yes(key string, otherwise bool) bool {
	if b := v.get(key); b != nil && b.kind == kindBool {
		return isTrue(b.text)
	}
	return otherwise
}

// number is the number under a key, or what it is when nothing is written.
func (v *value) number(key string, otherwise int) int {
	if i := v.get(key); i != nil && i.kind == kindInt {
		if n, err := i.integer(); err == nil {
			return int(n)
		}
	}
	return otherwise
}

// float is the number under a key, 0 when nothing is written.
func (v *value) float(key string) float64 {
	if f := v.get(key); f != nil && (f.kind == kindFloat || f.kind == kindInt) {
		if n, err := strconv.ParseFloat(f.text, 64); err == nil {
			return n
		}
	}
	return 0
}

// integer reads a number as people write it. YAML 1.1 would take 010 for eight.
func (v *value) integer() (int64, error) {
	if n, err := strconv.ParseInt(v.text, 10, 64); err == nil {
		return n, nil
	}
	return strconv.ParseInt(v.text, 0, 64)
}

func isTrue(s string) bool { return strings.EqualFold(s, "true") }

// within is the place of an offset, in bytes, of a scalar's text: it follows the text through the file and so through
// quotes, escapes and folded lines. Where the environment wrote the text it is the scalar's own place.
func (v *value) within(offset int) place {
	if v.expanded || offset <= 0 && v.style&(yaml.LiteralStyle|yaml.FoldedStyle|yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) == 0 {
		return v.at
	}
	src := v.doc.from(v.at)
	block := v.style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0
	for src.next() != '\n' && block { // the block's header: | or >-
	}
	if !block && v.style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) == 0 {
		src = v.doc.from(v.at)
	}
	gap := true // a run of white space in the file stands for any run of it in the text
	for i, r := range v.text {
		if isSpace(r) {
			if i >= offset {
				return src.at
			}
			gap = true
			continue
		}
		for gap && isSpace(src.peek()) {
			src.next()
		}
		gap = false
		if i >= offset {
			return src.at
		}
		switch c := src.next(); {
		case c == r && r == '\'' && v.style&yaml.SingleQuotedStyle != 0:
			src.next()
		case c == '\\' && v.style&yaml.DoubleQuotedStyle != 0 && (src.peek() == r || !isSpace(src.peek())):
			src.next()
		case c != r:
			return v.at
		}
	}
	return src.at
}

func isSpace(r rune) bool { return r == ' ' || r == '\n' || r == '\t' || r == '\r' }

// A cursor walks through a document's characters.
type cursor struct {
	doc  *document
	at   place
	rest string // of the line
}

func (d *document) from(at place) cursor {
	c := cursor{doc: d, at: place{at.line, 1}}
	if at.line >= 1 && at.line <= len(d.lines) {
		c.rest = d.lines[at.line-1]
	}
	for c.at.column < at.column && c.rest != "" {
		c.next()
	}
	return c
}

// peek is the next character; a line feed at the end of a line, 0 at the end of the document.
func (c *cursor) peek() rune {
	if c.rest != "" {
		r, _ := utf8.DecodeRuneInString(c.rest)
		return r
	}
	if c.at.line < len(c.doc.lines) {
		return '\n'
	}
	return 0
}

func (c *cursor) next() rune {
	r := c.peek()
	switch {
	case c.rest != "":
		c.rest = c.rest[utf8.RuneLen(r):]
		c.at.column++
	case r == '\n':
		c.at = place{c.at.line + 1, 1}
		c.rest = c.doc.lines[c.at.line-1]
	}
	return r
}

// index is the value's number in its list.
func index(i int) string { return fmt.Sprintf("[%d]", i) }
