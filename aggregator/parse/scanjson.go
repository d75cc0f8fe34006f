package parse

import (
	"bytes"
	"encoding/json"

	"github.com/cespare/xxhash/v2"
)

// A jsonDocument is a JSON Feed after the scan: the object without its items, and the items' bytes.
type jsonDocument struct {
	head      []byte // a regular object with an empty list of items
	items     [][]byte
	marks     []uint64
	skipped   []uint64
	header    uint64
	seen      int  // items, known ones included
	found     bool // there is a member called items
	truncated bool
	notes     []string
}

// scanJSON finds the members of the object that text begins with and the elements of its list of items, without reading what
// is in them: brackets are counted, strings stepped over.
func scanJSON(text []byte, set settings) *jsonDocument {
	d := &jsonDocument{head: []byte{'{'}}
	hash := xxhash.NewWithSeed(set.seed)
	i, members := 1, 0
	for {
		i = skipBlank(text, i)
		for i < len(text) && text[i] == ',' {
			i = skipBlank(text, i+1)
		}
		if i >= len(text) || text[i] != '"' {
			d.truncated = i >= len(text)
			break
		}
		key := i
		if i = stringEnd(text, i); i < 0 {
			d.truncated = true
			break
		}
		name := text[key:i]
		if i = skipBlank(text, i); i >= len(text) || text[i] != ':' {
			d.truncated = true
			break
		}
		i = skipBlank(text, i+1)
		if string(name) == `"items"` && i < len(text) && text[i] == '[' {
			d.found = true
			if i = d.scanItems(text, i+1, set); i < 0 {
				d.truncated = true
				break
			}
			continue
		}
		end := valueEnd(text, i)
		if end < 0 {
			d.truncated = true
			break
		}
		value := text[i:end]
		switch string(name) {
		case `"author"`, `"authors"`, `"language"`:
			hash.Write(name)
			hash.Write(value)
		}
		if members++; members <= maxPerItem {
			d.keep(name, value)
		}
		i = end
	}
	d.head = append(d.head, '}')
	d.header = max(hash.Sum64(), 1)
	return d
}

// keep adds a member to the head, unless it can not be read: a broken member is no reason to lose the items.
func (d *jsonDocument) keep(name, value []byte) {
	if crowded(value) {
		d.notes = addNote(d.notes, manyValues)
		return
	}
	if !json.Valid(value) {
		value = mendJSON(value)
	}
	if !json.Valid(value) {
		d.notes = addNote(d.notes, "a member of the feed can not be read: "+string(name[:min(len(name), 40)]))
		return
	}
	if len(d.head) > 1 {
		d.head = append(d.head, ',')
	}
	d.head = append(append(append(d.head, name...), ':'), value...)
}

// scanItems reads the list whose elements begin at i and returns the offset after it, -1 when the document ends inside.
func (d *jsonDocument) scanItems(text []byte, i int, set settings) int {
	for {
		i = skipBlank(text, i)
		switch {
		case i >= len(text):
			return -1
		case text[i] == ',':
			i++
			continue
		case text[i] == ']':
			return i + 1
		}
		end := valueEnd(text, i)
		if end <= i {
			return -1 // the document ends, or a bracket closes what was never open
		}
		if d.seen++; d.seen > maxItems {
			d.notes = addNote(d.notes, "more than 2,000 items: the rest was left out")
			i = end
			continue
		}
		raw := text[i:end]
		i = end
		mark := max(xxhash.Sum64(raw), 1)
		if set.known != nil && set.known(mark) {
			d.skipped = append(d.skipped, mark)
			continue
		}
		d.items = append(d.items, raw)
		d.marks = append(d.marks, mark)
	}
}

// valueEnd is the offset after the value at i, -1 when the document ends first or the value is nested too deep.
func valueEnd(text []byte, i int) int {
	depth := 0
	for i < len(text) {
		switch c := text[i]; c {
		case '"':
			if i = stringEnd(text, i); i < 0 {
				return -1
			}
			if depth == 0 {
				return i
			}
			continue
		case '{', '[':
			if depth++; depth > maxJSONDepth {
				return -1
			}
		case '}', ']':
			if depth--; depth < 0 {
				return i
			}
			if depth == 0 {
				return i + 1
			}
		case ',':
			if depth == 0 {
				return i
			}
		case '/':
			if n := commentLen(text[i:]); n > 0 {
				i += n
				continue
			}
		}
		i++
	}
	return -1
}

// stringEnd is the offset after the string that begins at i, or -1.
func stringEnd(text []byte, i int) int {
	for i++; ; i++ {
		j := bytes.IndexByte(text[i:], '"')
		if j < 0 {
			return -1
		}
		i += j
		slashes := 0
		for text[i-1-slashes] == '\\' {
			slashes++
		}
		if slashes%2 == 0 {
			return i + 1
		}
	}
}

// liftJSON takes the long texts out of an item: encoding/json would walk them once for each level of custom decoding around
// them. rest is the item without them, and without what is crowded, of which crowd tells; html and text are JSON strings as
// written, nil when absent.
func liftJSON(raw []byte) (rest, html, text []byte, crowd bool) {
	if len(raw) == 0 || raw[0] != '{' {
		return raw, nil, nil, false
	}
	members := 0
	rest = append(make([]byte, 0, 1024), '{')
	for i := 1; ; {
		for i = skipBlank(raw, i); i < len(raw) && raw[i] == ','; i = skipBlank(raw, i) {
			i++
		}
		if i >= len(raw) || raw[i] != '"' {
			break
		}
		key := i
		if i = stringEnd(raw, i); i < 0 {
			return raw, nil, nil, crowd
		}
		name := raw[key:i]
		if i = skipBlank(raw, i); i >= len(raw) || raw[i] != ':' {
			return raw, nil, nil, crowd
		}
		i = skipBlank(raw, i+1)
		end := valueEnd(raw, i)
		if end < 0 || end == i {
			return raw, nil, nil, crowd
		}
		value := raw[i:end]
		i = end
		switch {
		case string(name) == `"content_html"` && value[0] == '"':
			html = value
		case string(name) == `"content_text"` && value[0] == '"':
			text = value
		case crowded(value), members >= maxPerItem:
			crowd = true
		default:
			members++
			if len(rest) > 1 {
				rest = append(rest, ',')
			}
			rest = append(append(append(rest, name...), ':'), value...)
		}
	}
	return append(rest, '}'), html, text, crowd
}

// jsonText is the text of a JSON string, nil when it is none.
func jsonText(quoted []byte) []byte {
	var s string
	if quoted == nil || json.Unmarshal(quoted, &s) != nil && json.Unmarshal(mendJSON(quoted), &s) != nil {
		return nil
	}
	return dropControls([]byte(s))
}

const manyValues = "a JSON member of more than 500 values was left out"

// crowded reports whether a JSON value holds more values than an item may have elements: an empty object of two bytes costs
// encoding/json fifty times as much where it becomes a structure.
func crowded(value []byte) bool {
	if len(value) == 0 || value[0] != '[' && value[0] != '{' {
		return false
	}
	n := 0
	for i := 0; i < len(value) && n <= maxPerItem; i++ {
		switch value[i] {
		case '"':
			if i = stringEnd(value, i) - 1; i < 0 {
				return false
			}
		case ',', '[', '{':
			n++
		}
	}
	return n > maxPerItem
}
