package parse

import (
	"bytes"
	stdjson "encoding/json"
	"strings"

	"github.com/mmcdole/gofeed/json"
)

// jsonStart is the offset of the object that a JSON document consists of.
func jsonStart(text []byte) (int, bool) {
	i := skipBlank(text, 0)
	return i, i < len(text) && text[i] == '{'
}

// jsonAfterJunk is the offset of a JSON Feed that something stands before: the call of JSONP, a guard against scripts, the
// warnings of a program.
func jsonAfterJunk(text []byte) (int, bool) {
	for i := 0; i < min(len(text), maxWrapper); i++ {
		brace := bytes.IndexByte(text[i:min(len(text), maxWrapper)], '{')
		if brace < 0 {
			return 0, false
		}
		i += brace
		next := skipBlank(text, i+1)
		if next < len(text) && text[next] == '"' {
			return i, bytes.Contains(text[i:min(len(text), i+maxWrapper)], []byte("jsonfeed.org/version"))
		}
	}
	return 0, false
}

// skipBlank is the offset of the first byte from i on that is neither white space nor in a comment. JSON has no comments; who
// writes it by hand has.
func skipBlank(text []byte, i int) int {
	for {
		i = skipSpace(text, i)
		n := commentLen(text[min(i, len(text)):])
		if n == 0 {
			return i
		}
		i += n
	}
}

// commentLen is the length of the comment that t begins with, or 0.
func commentLen(t []byte) int {
	end := "\n"
	switch {
	case len(t) < 2 || t[0] != '/':
		return 0
	case t[1] == '*':
		end = "*/"
	case t[1] != '/':
		return 0
	}
	if n := bytes.Index(t[2:], []byte(end)); n >= 0 {
		return 2 + n + len(end)
	}
	return len(t)
}

// mendJSON makes regular JSON of what its writers often mean by it: comments and commas before a closing bracket go, line breaks
// and tabs inside strings are escaped, and a backslash that escapes nothing goes.
func mendJSON(raw []byte) []byte {
	out := make([]byte, 0, len(raw)+len(raw)/16)
	inString := false
	for i := 0; i < len(raw); i++ {
		c := raw[i]
		switch {
		case inString && c == '\\':
			n := escapeLen(raw[i:])
			out = append(out, raw[i:i+n]...)
			i += max(n-1, 0)
		case c == '"':
			inString = !inString
			out = append(out, c)
		case inString && c < 0x20:
			out = append(out, map[byte]string{'\n': `\n`, '\t': `\t`, '\r': `\r`}[c]...)
		case inString:
			out = append(out, c)
		case c == '/':
			if n := commentLen(raw[i:]); n > 0 {
				i += n - 1
			}
		case c == ',':
			if next := skipBlank(raw, i+1); next < len(raw) && raw[next] != '}' && raw[next] != ']' && raw[next] != ',' {
				out = append(out, c)
			}
		default:
			out = append(out, c)
		}
	}
	return out
}

// escapeLen is the length of the escape that t begins with, 0 when it is none that JSON has.
func escapeLen(t []byte) int {
	switch {
	case len(t) < 2:
		return 0
	case strings.IndexByte(`"\/bfnrt`, t[1]) >= 0:
		return 2
	case t[1] == 'u' && len(t) >= 6 && isHex(t[2]) && isHex(t[3]) && isHex(t[4]) && isHex(t[5]):
		return 6
	}
	return 0
}

// decodeItem decodes an item, or as much of it as can be read; nil when that is nothing.
func decodeItem(raw []byte) *json.Item {
	var it *json.Item
	if stdjson.Unmarshal(raw, &it) == nil {
		return it
	}
	var members map[string]stdjson.RawMessage
	if raw = mendJSON(raw); stdjson.Unmarshal(raw, &members) != nil || len(members) > maxMembers {
		return nil
	}
	for name, value := range members {
		compound := len(value) > 0 && (value[0] == '[' || value[0] == '{')
		if fitted := fit(name, value); fitted != nil && !(name == "id" && compound) {
			members[name] = fitted
		} else {
			delete(members, name)
		}
	}
	it = &json.Item{}
	if raw, err := stdjson.Marshal(members); err != nil || stdjson.Unmarshal(raw, it) != nil {
		return nil
	}
	return it
}

// fit is the value of an item's member as the format has it: a number where a text belongs becomes one, a name where a person
// belongs a person, one thing where a list belongs a list. It is nil for what fits nowhere.
func fit(name string, value stdjson.RawMessage) stdjson.RawMessage {
	for _, around := range [][2]string{{"", ""}, {`"`, `"`}, {`{"name":`, `}`}, {`[`, `]`}, {`[{"name":`, `}]`}} {
		shaped := []byte(around[0] + string(value) + around[1])
		if around[0] == `"` && (bytes.ContainsAny(value, "\"{[") || name != "title" && name != "summary" && !strings.HasPrefix(name, "content_") && !strings.HasPrefix(name, "date_")) {
			continue // a number is no address
		}
		one, err := stdjson.Marshal(map[string]stdjson.RawMessage{name: shaped})
		if err == nil && stdjson.Unmarshal(one, &json.Item{}) == nil {
			return shaped
		}
	}
	return nil
}
