package format_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"deskwire"
	"deskwire/publisher/format"

	"github.com/rogpeppe/go-internal/txtar"
)

// nodeEnv names a folder in which `npm install jsonfeed-schema ajv ajv-formats` was run.
const nodeEnv = "DESKWIRE_NODE"

// schemaScript holds the files that are named on its standard input against the JSON Feed schema, and writes what is wrong.
const schemaScript = `
const { readFileSync } = require("node:fs");
const Ajv = require("ajv");
const ajv = new Ajv({ strict: false, allErrors: true });
require("ajv-formats")(ajv);
const valid = ajv.compile(require("jsonfeed-schema"));
for (const path of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  if (!valid(JSON.parse(readFileSync(path, "utf8")))) console.log(path + ": " + JSON.stringify(valid.errors));
  else console.log("ok");
}`

// Every JSON Feed that is written is one by the published schema of version 1.1, judged by somebody else's validator.
func TestJSONFeedSchema(t *testing.T) {
	t.Parallel()
	dir := os.Getenv(nodeEnv)
	if dir == "" {
		t.Skipf("the JSON Feed schema is not asked: npm install --prefix DIR jsonfeed-schema ajv ajv-formats, then %s=DIR", nodeEnv)
	}
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skipf("the JSON Feed schema is not asked: %v", err)
	}
	docs := map[string][]byte{}
	for name, ed := range chained(t) {
		docs[name] = render(t, ed)[format.JSONFile]
	}
	outputs, err := filepath.Glob("testdata/outputs/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range outputs {
		ar, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var out deskwire.Output
		if err := json.Unmarshal(ar.Files[0].Data, &out); err != nil {
			t.Fatal(err)
		}
		out.Format = deskwire.FormatJSON
		docs[file] = output(t, readEdition(t, "testdata/rich.txtar"), &out)
	}
	docs["broken"] = []byte(`{"version": "https://jsonfeed.org/version/1.1", "title": 7, "items": [{}]}`)
	if got := ask(t, node, dir, docs); len(got) != 1 || !strings.Contains(got[0], "broken") {
		t.Errorf("the schema says %q, want it to refuse the broken one alone", got)
	}
}

// ask returns what the schema has against documents.
func ask(t *testing.T, node, dir string, docs map[string][]byte) (faults []string) {
	t.Helper()
	tmp := t.TempDir()
	var paths []string
	for name, b := range docs {
		path := filepath.Join(tmp, fmt.Sprint(len(paths), "-", strings.ReplaceAll(name, "/", "-"), ".json"))
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	cmd := exec.CommandContext(t.Context(), node, "-e", schemaScript)
	var complaints bytes.Buffer
	cmd.Dir, cmd.Stdin, cmd.Stderr = dir, strings.NewReader(strings.Join(paths, "\n")), &complaints
	said, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %.2000s", err, complaints.String())
	}
	lines := strings.Split(strings.TrimSpace(string(said)), "\n")
	if len(lines) != len(docs) {
		t.Fatalf("%d answers about %d documents: %.2000q", len(lines), len(docs), said)
	}
	for _, line := range lines {
		if line != "ok" {
			faults = append(faults, line)
		}
	}
	return faults
}
