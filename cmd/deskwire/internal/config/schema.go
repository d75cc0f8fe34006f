package config

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

//go:embed schema.json
var schemaText []byte

// The parts of the schema that files are held against.
const (
	schemaURL    = "urn:deskwire:config"
	schemaConfig = schemaURL
	schemaKept   = schemaURL + "#/$defs/kept"
)

// Schema is the configuration's JSON Schema (draft 2020-12), with a description for every key: editors complete and explain
// with it.
func Schema() []byte { return bytes.Clone(schemaText) }

// A judge holds values against the schema.
type judge struct {
	book  *book
	whole map[string]any // the schema
	rules *jsonschema.Schema
}

func newJudge(part string, b *book) *judge {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schemaText))
	if err != nil {
		panic("config: schema.json: " + err.Error())
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource(schemaURL, doc); err != nil {
		panic("config: schema.json: " + err.Error())
	}
	rules, err := c.Compile(part)
	if err != nil {
		panic("config: schema.json: " + err.Error())
	}
	return &judge{book: b, whole: doc.(map[string]any), rules: rules}
}

// judge says what of v the schema does not allow.
func (j *judge) judge(v *value, part string) {
	_, pointer, _ := strings.Cut(part, "#")
	err := j.rules.Validate(j.instance(v, j.at(pointer)))
	if ve, ok := errors.AsType[*jsonschema.ValidationError](err); ok {
		j.explain(ve, v)
	}
}

// at is the part of the schema that a JSON pointer names.
func (j *judge) at(pointer string) map[string]any {
	s := j.whole
	for step := range strings.SplitSeq(strings.Trim(pointer, "/"), "/") {
		if next, ok := s[step].(map[string]any); ok {
			s = next
		}
	}
	return s
}

// of follows a reference.
func (j *judge) of(schema any) map[string]any {
	s, _ := schema.(map[string]any)
	if ref, ok := s["$ref"].(string); ok {
		return j.at(strings.TrimPrefix(ref, "#"))
	}
	return s
}

// instance is v as the validator wants it. Where the schema wants a text, a number or a truth value that stands without
// quotes is one: a title may be 1984. Where it wants a number, the environment may have brought one.
func (j *judge) instance(v *value, schema map[string]any) any {
	switch v.kind {
	case kindList:
		all := make([]any, len(v.items))
		items := j.of(schema["items"])
		for i, item := range v.items {
			all[i] = j.instance(item, items)
		}
		return all
	case kindMapping:
		all := make(map[string]any, len(v.fields))
		props, _ := schema["properties"].(map[string]any)
		for _, f := range v.fields {
			sub, ok := props[f.key]
			if !ok {
				sub = schema["additionalProperties"]
			}
			all[f.key] = j.instance(f.val, j.of(sub))
		}
		return all
	case kindNull:
		return nil
	}
	wants := types(schema)
	switch {
	case slices.Contains(wants, "string") || len(schema) == 0:
		v.kind = kindText
	case v.expanded && slices.Contains(wants, "integer"):
		if _, err := v.integer(); err == nil {
			v.kind = kindInt
		}
	case v.expanded && slices.Contains(wants, "number"):
		if _, err := strconv.ParseFloat(v.text, 64); err == nil {
			v.kind = kindFloat
		}
	case v.expanded && slices.Contains(wants, "boolean") && (isTrue(v.text) || strings.EqualFold(v.text, "false")):
		v.kind = kindBool
	}
	switch v.kind {
	case kindBool:
		return isTrue(v.text)
	case kindInt:
		if n, err := v.integer(); err == nil {
			return n
		}
	case kindFloat:
		if f, err := strconv.ParseFloat(v.text, 64); err == nil && !strings.ContainsAny(v.text, "nN") { // no .inf, no .nan
			return f
		}
	}
	return v.text
}

// types are the types that a part of the schema allows.
func types(schema map[string]any) []string {
	switch t := schema["type"].(type) {
	case string:
		return []string{t}
	case []any:
		var all []string
		for _, one := range t {
			all = append(all, one.(string))
		}
		return all
	}
	if _, ok := schema["enum"]; ok {
		return []string{"string"} // ours are of texts
	}
	return nil
}

// explain turns the validator's tree of reasons into problems, one for each leaf.
func (j *judge) explain(e *jsonschema.ValidationError, whole *value) {
	if len(e.Causes) > 0 {
		for _, c := range e.Causes {
			j.explain(c, whole)
		}
		return
	}
	v := locate(whole, e.InstanceLocation)
	_, pointer, _ := strings.Cut(e.SchemaURL, "#")
	schema := j.at(pointer)
	switch k := e.ErrorKind.(type) {
	case *kind.AdditionalProperties:
		for _, key := range k.Properties {
			j.unknown(v, key, schema)
		}
	case *kind.Required:
		for _, key := range k.Missing {
			j.missing(v, key, schema)
		}
	case *kind.UniqueItems:
		again := v.items[k.Duplicates[1]]
		j.book.errorf(again, "%s stands in the list twice", quote(again))
	default:
		j.book.errorf(v, "%s", wrong(e.ErrorKind, v, schema))
	}
}

// locate is the value that a path of the validator leads to.
func locate(v *value, path []string) *value {
	for _, step := range path {
		if v.kind == kindList {
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(v.items) {
				return v
			}
			v = v.items[i]
			continue
		}
		next := v.get(step)
		if next == nil {
			return v
		}
		v = next
	}
	return v
}

// unknown tells of a key that there is not.
func (j *judge) unknown(v *value, key string, schema map[string]any) {
	props, _ := schema["properties"].(map[string]any)
	names := slices.Sorted(maps.Keys(props))
	f := v.fields[v.find(key)]
	msg := "unknown key"
	if c := closest(key, names); c != "" {
		msg += fmt.Sprintf("; did you mean %q?", c)
	} else {
		if homes := j.homes(key); len(homes) > 0 {
			msg += fmt.Sprintf("; %s is a key of %s", key, strings.Join(homes, " and "))
		}
		msg += "; the keys here are: " + strings.Join(names, ", ")
	}
	j.book.tell(f.val)
	j.book.add(v.doc.name, f.at, v.child(key), false, msg)
}

// homes are the parts of the configuration that have a key.
func (j *judge) homes(key string) []string {
	var homes []string
	sections, _ := j.whole["properties"].(map[string]any)
	if sections[key] != nil {
		homes = append(homes, "the first level of config.yaml")
	}
	for name, s := range sections {
		if props, ok := j.of(s)["properties"].(map[string]any); ok && props[key] != nil {
			homes = append(homes, name)
		}
	}
	for def, name := range map[string]string{"source": "a source", "channel": "a desk or topic", "rule": "a rule", "output": "an output", "rights": "rights", "face": "face"} {
		if props, ok := j.at("/$defs/" + def)["properties"].(map[string]any); ok && props[key] != nil {
			homes = append(homes, name)
		}
	}
	slices.Sort(homes)
	return homes
}

// missing tells of a key that has to be there.
func (j *judge) missing(v *value, key string, schema map[string]any) {
	msg := fmt.Sprintf("the key %q is missing", key)
	if props, ok := schema["properties"].(map[string]any); ok {
		if p, ok := props[key].(map[string]any); ok {
			says, _ := p["description"].(string)
			first, _, _ := strings.Cut(says, ". ")
			msg += ": " + strings.ToLower(first[:1]) + first[1:]
		}
	}
	j.book.add(v.doc.name, v.at, v.path(), false, strings.TrimSuffix(msg, "."))
}

// wrong says what the schema has against a value, and what it allows.
func wrong(e jsonschema.ErrorKind, v *value, schema map[string]any) string {
	switch k := e.(type) {
	case *kind.Type:
		return mistyped(v, k.Want)
	case *kind.Enum:
		var names []string
		for _, w := range k.Want {
			names = append(names, fmt.Sprint(w))
		}
		msg := fmt.Sprintf("%s is not one of %s", quote(v), strings.Join(names, ", "))
		if c := closest(v.raw, names); c != "" {
			msg += fmt.Sprintf("; did you mean %q?", c)
		}
		return msg
	case *kind.Pattern:
		if says, ok := schema["patternErrorMessage"].(string); ok {
			return fmt.Sprintf("%s: %s", quote(v), says)
		}
	case *kind.MinLength:
		return "the text is empty; remove the key, or write something"
	case *kind.MaxLength:
		return fmt.Sprintf("the text has %d characters; %d are allowed", k.Got, k.Want)
	case *kind.Minimum:
		return fmt.Sprintf("%s is too small; the smallest is %s", v.raw, decimal(k.Want))
	case *kind.Maximum:
		return fmt.Sprintf("%s is too large; the largest is %s", v.raw, decimal(k.Want))
	case *kind.MinItems:
		return "the list is empty; remove the key, or write something into the list"
	case *kind.MaxItems:
		return fmt.Sprintf("the list has %d entries; %d are allowed", k.Got, k.Want)
	case *kind.MaxProperties:
		return fmt.Sprintf("there are %d of them; %d are allowed", k.Got, k.Want)
	}
	b, _ := json.Marshal(schema)
	return fmt.Sprintf("not as the schema wants it: %s", b)
}

// mistyped says that a value is of another type than it should.
func mistyped(v *value, want []string) string {
	names := map[string]string{
		"string": "a text", "integer": "a whole number", "number": "a number", "boolean": "true or false", "array": "a list", "object": "keys with values",
	}
	var wants []string
	for _, w := range want {
		wants = append(wants, names[w])
	}
	msg := fmt.Sprintf("this is %s, and has to be %s", v.kind, strings.Join(wants, " or "))
	if v.kind == kindBool {
		msg = fmt.Sprintf("this is the truth value %s, and has to be %s", v.raw, strings.Join(wants, " or "))
	}
	if v.kind == kindNull {
		return "an entry without anything in it; remove it, or write something"
	}
	if len(want) != 1 {
		return msg
	}
	switch {
	case want[0] == "array" && v.kind != kindMapping && len(v.raw) < 60:
		msg += fmt.Sprintf(", as [%s]", v.raw)
	case want[0] == "array":
		msg += "; begin each entry with a hyphen"
	case want[0] == "boolean" && v.kind == kindText:
		msg += fmt.Sprintf("; %s is neither", quote(v))
	}
	return msg
}

// quote is a value as it is written, cut where it is long. What the environment or a file brought is never shown, nor is a
// header or a token: it may be a secret.
func quote(v *value) string {
	if v.up != nil && strings.HasSuffix(v.up.step, ".headers") || v.step == ".token" {
		return "the value"
	}
	const long = 80
	if r := []rune(v.raw); len(r) > long {
		return strconv.Quote(string(r[:long])) + "..."
	}
	return strconv.Quote(v.raw)
}

// decimal is a limit of the schema as people write it.
func decimal(r *big.Rat) string {
	if r.IsInt() {
		return r.RatString()
	}
	return strings.TrimRight(r.FloatString(6), "0")
}
