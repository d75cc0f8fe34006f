package config

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// Limits of a document. A configuration has six levels; an alias repeats a few rights or words.
const (
	maxDepth   = 32
	maxAliased = 100_000 // values that aliases repeat: a few hundred bytes of YAML can stand for billions of them
	maxKeys    = 1_000   // of one mapping; the largest we know has 20
)

// A parser makes values of YAML.
type parser struct {
	book    *book
	doc     *document
	open    map[*yaml.Node]bool // aliased nodes that values are just being made of
	aliased int                 // values made from aliases
	tooMany bool
}

// parse makes values of a file's text. It is nil when the text is not YAML, and the book says why.
func parse(f file, b *book) *value {
	p := &parser{book: b, doc: &document{name: f.name, lines: linesOf(string(f.text))}, open: map[*yaml.Node]bool{}}
	whole := &value{doc: p.doc, at: place{1, 1}, kind: kindMapping}
	text := bytes.TrimPrefix(f.text, []byte("\ufeff"))
	if at, what := unreadable(text); what != "" {
		b.add(f.name, at, "", false, what)
		return nil
	}
	var docs []yaml.Node
	if err := yaml.Load(text, &docs, yaml.WithAllDocuments(), yaml.WithUniqueKeys(false)); err != nil {
		p.syntax(err)
		return nil
	}
	switch {
	case len(docs) == 0 || len(docs[0].Content) == 0:
		return whole
	case len(docs) > 1:
		b.add(f.name, place{docs[1].Line, docs[1].Column}, "", false, "a second document begins here; a configuration is one: remove the line with ---")
		return nil
	}
	v := p.value(docs[0].Content[0], nil, "", 0)
	switch {
	case v == nil:
		return nil
	case v.kind == kindNull:
		return whole
	case v.kind != kindMapping:
		b.errorf(v, "the file holds %s; a configuration is keys with values, such as `site:`", v.kind)
		return nil
	}
	return v
}

// linesOf are the lines as YAML counts them. A lone carriage return ends one too.
func linesOf(text string) []string {
	return strings.Split(strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n"), "\n")
}

// unreadable finds what YAML can not be made of.
func unreadable(text []byte) (place, string) {
	at := place{1, 1}
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRune(text[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			return at, "this is not UTF-8; save the file as UTF-8"
		case r < ' ' && r != '\n' && r != '\t' && r != '\r' || r == 0x7f:
			return at, fmt.Sprintf("the control character %U is not allowed here; inside double quotes it can be written as \\x%02x", r, r)
		case r == '\n':
			at = place{at.line + 1, 0}
		}
		at.column++
		i += n
	}
	return at, ""
}

// syntax tells of text that is not YAML, with a cure where the usual cause is known.
func (p *parser) syntax(err error) {
	le, ok := errors.AsType[*yaml.LoadError](err)
	if !ok {
		if all, many := errors.AsType[*yaml.LoadErrors](err); many && len(all.Errors) > 0 {
			le = all.Errors[0]
		}
	}
	if le == nil {
		p.book.add(p.doc.name, place{}, "", false, "this is not YAML: "+err.Error())
		return
	}
	at := place{min(le.Mark.Line, len(p.doc.lines)), le.Mark.Column}
	msg := le.Message
	begun := place{le.ContextMark.Line, le.ContextMark.Column}
	c := p.doc.from(at)
	switch next := c.peek(); {
	case strings.Contains(msg, "cannot start any token") && next == '\t':
		msg = "a tab; YAML is indented with spaces"
	case strings.Contains(msg, "cannot start any token"):
		msg = fmt.Sprintf("%q can not begin a value; write the value in quotes", next)
	case strings.Contains(msg, "mapping values are not allowed"):
		msg = "a colon and a space can not stand here; write the value in quotes, or look at the indentation of this line and the one before"
	case strings.Contains(msg, "unknown anchor"):
		msg += "; an alias (*name) repeats what an anchor (&name) has marked before; write a text that begins with * in quotes"
	case strings.Contains(msg, "unknown escape"):
		msg = "double quotes know no such escape; write the value in single quotes, or the backslash twice"
	case begun.line > 0 && begun != at && le.ContextMsg != "":
		msg = fmt.Sprintf("%s (%s that begins at %d:%d)", msg, le.ContextMsg, begun.line, begun.column)
	}
	p.book.add(p.doc.name, at, "", false, "this is not YAML: "+msg)
}

// value makes a value of a node. It is nil where nothing can be made of it.
func (p *parser) value(n *yaml.Node, up *value, step string, depth int) *value {
	v := &value{doc: p.doc, at: place{n.Line, n.Column}, up: up, step: step, style: n.Style}
	if len(p.open) > 0 && !p.room(v) {
		return nil
	}
	if depth > maxDepth {
		p.book.errorf(v, "more than %d levels deep", maxDepth)
		return nil
	}
	if n.Kind == yaml.AliasNode {
		return p.alias(n, up, step, depth)
	}
	if n.Style&yaml.TaggedStyle != 0 && !strings.HasPrefix(n.ShortTag(), "!!") || n.ShortTag() == "!!binary" {
		p.book.errorf(v, "the tag %s means nothing here; remove it", n.ShortTag())
		return nil
	}
	switch n.Kind {
	case yaml.SequenceNode:
		v.kind = kindList
		for i, c := range n.Content {
			if item := p.value(c, v, index(i), depth+1); item != nil {
				v.items = append(v.items, item)
			}
		}
	case yaml.MappingNode:
		v.kind = kindMapping
		p.mapping(n, v, depth)
	default:
		v.scalar(n)
	}
	return v
}

func (v *value) scalar(n *yaml.Node) {
	v.raw, v.text = n.Value, n.Value
	switch n.ShortTag() {
	case "!!null":
		v.kind = kindNull
	case "!!bool":
		v.kind = kindBool
	case "!!int":
		v.kind = kindInt
	case "!!float":
		v.kind = kindFloat
	default: // also !!timestamp: a date is text to us
		v.kind = kindText
	}
}

// mapping reads the keys of a mapping. What << merges in gives way to what is written, and earlier merges to none.
func (p *parser) mapping(n *yaml.Node, v *value, depth int) {
	if len(n.Content)/2 > maxKeys {
		p.book.errorf(v, "more than %d keys in one place", maxKeys)
		return
	}
	var merged []field
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := n.Content[i]
		at := place{k.Line, k.Column}
		if k.Kind == yaml.ScalarNode && k.ShortTag() == "!!merge" {
			merged = append(merged, p.merge(n.Content[i+1], v, depth)...)
			continue
		}
		if k.Kind == yaml.AliasNode {
			k = k.Alias
		}
		if k.Kind != yaml.ScalarNode {
			p.book.add(p.doc.name, at, v.path(), false, "a key has to be a name")
			continue
		}
		if j := v.find(k.Value); j >= 0 {
			p.book.add(p.doc.name, at, v.child(k.Value), false,
				fmt.Sprintf("the key stands here a second time; the first is in line %d, and one of them has to go", v.fields[j].at.line))
			continue
		}
		val := p.value(n.Content[i+1], v, "."+quoteKey(k.Value), depth+1)
		if val == nil {
			continue
		}
		v.fields = append(v.fields, field{k.Value, at, val})
	}
	for _, f := range merged {
		if v.find(f.key) < 0 {
			v.fields = append(v.fields, f)
		}
	}
	// A key without a value is as good as no key: its list has been commented out, say.
	kept := v.fields[:0]
	for _, f := range v.fields {
		if f.val.kind != kindNull {
			kept = append(kept, f)
		}
	}
	v.fields = kept
}

func (v *value) find(key string) int {
	for i, f := range v.fields {
		if f.key == key {
			return i
		}
	}
	return -1
}

// child is the path of a key of v.
func (v *value) child(key string) string {
	return (&value{up: v, step: "." + quoteKey(key)}).path()
}

// quoteKey keeps paths readable whatever stands as a key.
func quoteKey(key string) string {
	for _, r := range key {
		if r != '_' && r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') {
			return strconv.Quote(key)
		}
	}
	if key == "" {
		return `""`
	}
	return key
}

// merge are the keys of a mapping, or of several, that << takes in.
func (p *parser) merge(n *yaml.Node, v *value, depth int) []field {
	from := p.value(n, v, ".<<", depth+1)
	if from == nil {
		return nil
	}
	all := from.items
	if from.kind == kindMapping {
		all = []*value{from}
	}
	var fields []field
	for _, m := range all {
		if m.kind != kindMapping {
			p.book.errorf(m, "<< takes in keys with values, this is %s", m.kind)
			continue
		}
		for _, f := range m.fields {
			f.val.up, f.val.step = v, "."+quoteKey(f.key)
			fields = append(fields, f)
		}
	}
	if all == nil && from.kind != kindList {
		p.book.errorf(from, "<< takes in keys with values, this is %s", from.kind)
	}
	return fields
}

// alias makes the values that an alias repeats. They stand where they are written, and are called what the alias is.
func (p *parser) alias(n *yaml.Node, up *value, step string, depth int) *value {
	if p.open[n.Alias] {
		p.book.add(p.doc.name, place{n.Line, n.Column}, "", false, fmt.Sprintf("the alias *%s stands inside of what it repeats", n.Value))
		return nil
	}
	p.open[n.Alias] = true
	defer delete(p.open, n.Alias)
	return p.value(n.Alias, up, step, depth)
}

// room counts a value that an alias repeats, and reports whether there may be one more.
func (p *parser) room(v *value) bool {
	p.aliased++
	if p.aliased > maxAliased && !p.tooMany {
		p.tooMany = true
		p.book.errorf(v, "aliases repeat more than %d values", maxAliased)
	}
	return !p.tooMany
}
