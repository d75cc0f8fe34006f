package format_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"deskwire/publisher/format"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// documented returns the JSON blocks of docs/formats.md: the schema of _deskwire, and its example.
func documented(t *testing.T) (schema *jsonschema.Schema, example any) {
	t.Helper()
	doc, err := os.ReadFile("../../docs/formats.md")
	if err != nil {
		t.Fatal(err)
	}
	var blocks []any
	for i, part := range strings.Split(string(doc), "```") {
		if text, ok := strings.CutPrefix(part, "json\n"); ok && i%2 == 1 {
			v, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
			if err != nil {
				t.Fatalf("%v in\n%s", err, text)
			}
			blocks = append(blocks, v)
		}
	}
	if len(blocks) != 2 {
		t.Fatalf("%d blocks of JSON, want the schema and an example", len(blocks))
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("deskwire.json", blocks[0]); err != nil {
		t.Fatal(err)
	}
	schema, err = c.Compile("deskwire.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema, blocks[1]
}

// The documented schema holds for the documented example and for all that is written, and every property that it names is
// written somewhere.
func TestSchema(t *testing.T) {
	t.Parallel()
	schema, example := documented(t)
	if err := schema.Validate(example); err != nil {
		t.Errorf("the example: %v", err)
	}
	seen := map[string]bool{}
	for file, ed := range editions(t) {
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(render(t, ed)[format.JSONFile]))
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range v.(map[string]any)["items"].([]any) {
			ext := item.(map[string]any)["_deskwire"]
			if err := schema.Validate(ext); err != nil {
				t.Errorf("%s: %v", file, err)
			}
			for name := range ext.(map[string]any) {
				seen[name] = true
			}
		}
	}
	for name := range schema.Properties {
		if !seen[name] {
			t.Errorf("%s is documented, and no golden file has it", name)
		}
	}
	if bad := map[string]any{"source": map[string]any{"name": "x", "url": "javascript:x"}}; schema.Validate(bad) == nil {
		t.Error("the schema takes anything")
	}
}
