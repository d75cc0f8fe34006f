package config

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"deskwire"

	"github.com/google/go-cmp/cmp"
)

// write puts files into a new folder and returns it.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func env(name string) string {
	return map[string]string{"WORKERS": "3", "CITY": "Kyiv: [x", "TOKEN": "abc", "NUMBER": "60", "SCORE": ".35"}[name]
}

// load loads a configuration that has to be right.
func load(t *testing.T, text string) *Config {
	t.Helper()
	cfg, _, err := Load(filepath.Join(write(t, map[string]string{"config.yaml": text, "token.txt": "secret\n"}), "config.yaml"), env)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// Each testdata/*.good.yaml has what it means beside it, as JSON.
func TestGood(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.good.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		cfg := load(t, string(text))
		dir := filepath.Dir(cfg.Path)
		data, err := json.MarshalIndent(struct {
			*Config
			Timezone string
		}{cfg, cfg.Site.Timezone.String()}, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		got := strings.ReplaceAll(string(data), dir, "DIR") + "\n"
		golden := strings.TrimSuffix(file, ".yaml") + ".json"
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(string(want), got); d != "" {
			t.Errorf("%s (-want +got):\n%s", file, d)
		}
	}
}

// Every field that a room reads can be configured: the fixture with every key leaves none of them zero.
func TestEveryFieldIsRead(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/full.good.yaml")
	if err != nil {
		t.Fatal(err)
	}
	cfg := load(t, string(text))
	zero(t, "Config", reflect.ValueOf(*cfg))
}

// zero reports fields that are zero. Of lists it looks at the first entry, which the fixture makes the complete one.
func zero(t *testing.T, path string, v reflect.Value) {
	t.Helper()
	switch {
	case v.IsZero():
		// The fixture has a desk without pictures, because true is the default. Rules are read the same way for take and drop.
		// What the sources of a list have in common is only a part of what one source has.
		if !strings.HasPrefix(path, "Config.Lists[0].Members.") && path != "Config.Channels[0].Policy.Pictures" && !strings.HasPrefix(path, "Config.Channels[0].Drop[0]") {
			t.Errorf("%s is zero", path)
		}
	case v.Kind() == reflect.Slice:
		if v.Len() == 0 {
			t.Errorf("%s is empty", path)
			return
		}
		zero(t, path+"[0]", v.Index(0))
	case v.Kind() == reflect.Struct && strings.Contains(v.Type().PkgPath(), "deskwire"):
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				zero(t, path+"."+f.Name, v.Field(i))
			}
		}
	}
}

// The sample is the manual: it has every key of the schema, runs as it is, and there is nothing to warn of.
func TestSample(t *testing.T) {
	t.Parallel()
	path := filepath.Join(write(t, map[string]string{"config.yaml": string(deskwire.SampleConfig())}), "config.yaml")
	cfg, warnings, err := Load(path, noEnv)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range warnings {
		t.Error(w)
	}
	if len(cfg.Sources) < 12 || len(cfg.Channels) < 5 {
		t.Errorf("the sample has %d sources and %d channels", len(cfg.Sources), len(cfg.Channels))
	}
	for _, s := range cfg.Sources {
		if !s.Own && s.Rights != (deskwire.Rights{}) {
			t.Errorf("source %s: the sample can not know that a stranger granted rights", s.Name)
		}
	}
	var b book
	whole := parse(file{"config.yaml", deskwire.SampleConfig(), schemaConfig}, &b)
	written := map[string]bool{}
	keysOf(whole, written)
	for _, k := range schemaKeys(t) {
		// A token that stands in a sample is no secret; it is shown in a comment.
		if k == "desks.outputs.token" && strings.Contains(string(deskwire.SampleConfig()), "# token: ${") {
			continue
		}
		// Files that nobody has yet are shown in comments, too.
		if name, ok := strings.CutPrefix(k, "theme."); ok && strings.Contains(string(deskwire.SampleConfig()), "\n  # "+name+": ") {
			continue
		}
		if !written[k] {
			t.Errorf("the sample does not have %s", k)
		}
	}
	for line := range strings.SplitSeq(string(deskwire.SampleConfig()), "\n") {
		if len([]rune(line)) > 140 {
			t.Errorf("a line of the sample is too wide: %s", line)
		}
	}
}

// keysOf lists the keys in use, without the numbers of lists, and with the names of headers left out.
func keysOf(v *value, keys map[string]bool) {
	for _, i := range v.items {
		keysOf(i, keys)
	}
	for _, f := range v.fields {
		if v.step == ".headers" {
			continue
		}
		path := f.val.path()
		for i := strings.IndexByte(path, '['); i >= 0; i = strings.IndexByte(path, '[') {
			path = path[:i] + path[strings.IndexByte(path, ']')+1:]
		}
		keys[path] = true
		keysOf(f.val, keys)
	}
}

// schemaKeys lists the schema's keys in the same form. Topics have the keys of desks; the sample shows them once.
func schemaKeys(t *testing.T) []string {
	t.Helper()
	j := newJudge(schemaConfig, &book{})
	var keys []string
	var walk func(path string, schema map[string]any)
	walk = func(path string, schema map[string]any) {
		if items, ok := schema["items"]; ok {
			walk(path, j.of(items))
		}
		props, _ := schema["properties"].(map[string]any)
		if strings.HasSuffix(path, "headers") {
			return
		}
		for name, p := range props {
			key := strings.TrimPrefix(path+"."+name, ".")
			keys = append(keys, key)
			if key == "topics" || key == "desks.drop" { // as desks, as desks.take
				continue
			}
			if says, ok := p.(map[string]any)["description"].(string); ok || j.of(p)["description"] != nil {
				if ok && says == "" {
					t.Errorf("%s has no description", key)
				}
			} else if !strings.HasSuffix(key, "take") && !strings.HasSuffix(key, "drop") {
				t.Errorf("%s has no description", key)
			}
			walk(key, j.of(p))
		}
	}
	walk("", j.whole)
	slices.Sort(keys)
	if len(keys) < 60 {
		t.Fatalf("found %d keys in the schema: %v", len(keys), keys)
	}
	return keys
}

// An editor that follows the schema alone accepts the sample too: nothing depends on this package's own leniency.
func TestSchemaAcceptsSample(t *testing.T) {
	t.Parallel()
	if !json.Valid(Schema()) || !strings.Contains(string(Schema()), "json-schema.org/draft/2020-12") {
		t.Error("the schema is no JSON Schema of 2020-12")
	}
	var b book
	whole := parse(file{"config.yaml", deskwire.SampleConfig(), schemaConfig}, &b)
	j := newJudge(schemaConfig, &b)
	if err := j.rules.Validate(j.instance(whole, j.whole)); err != nil {
		t.Error(err)
	}
}

// The first configuration of the README works.
func TestReadme(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(text), "```yaml\n")
	block, _, _ := strings.Cut(rest, "```")
	if !found {
		t.Fatal("the README has no configuration")
	}
	if problems := problemsIn([]byte(block)); len(problems) > 0 {
		t.Error(problems)
	}
}

// One mistake made a thousand times does not scroll the others away.
func TestManyMistakes(t *testing.T) {
	t.Parallel()
	text := minimal + "sources:\n" + strings.Repeat("  - {title: x}\n", 1000)
	err := problemsIn([]byte(text)).errors()
	if lines := strings.Split(err.Error(), "\n"); len(lines) != maxProblems+1 || !strings.Contains(lines[maxProblems], "and 1900 mistakes more") {
		t.Errorf("%d lines, the last is %s", len(lines), lines[len(lines)-1])
	}
}

func TestMissingFile(t *testing.T) {
	t.Parallel()
	_, _, err := Load(filepath.Join(t.TempDir(), "config.yaml"), noEnv)
	if err == nil || !strings.Contains(err.Error(), "deskwire init") {
		t.Errorf("Load of nothing: %v", err)
	}
}

func TestFileLimits(t *testing.T) {
	t.Parallel()
	dir := write(t, map[string]string{"config.yaml": strings.Repeat("# long\n", MaxFile/7+1)})
	if _, _, err := Load(filepath.Join(dir, "config.yaml"), noEnv); err == nil || !strings.Contains(err.Error(), "larger than 4096 KB") {
		t.Errorf("Load of a large file: %v", err)
	}
	if _, _, err := Load(dir, noEnv); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("Load of a folder: %v", err)
	}
}

// Mistakes in sources.yaml are found as well, under its own name, and its sources are known to the rules of config.yaml.
func TestTwoFiles(t *testing.T) {
	t.Parallel()
	const config = minimal + "sources:\n  - {name: post, url: \"https://post.example.com/feed\"}\ndesks:\n  - {name: world, take: [{sources: [post, courier]}]}\n"
	for _, tt := range []struct{ name, text, want string }{
		{"good", "sources:\n  - {name: courier, url: \"https://courier.example.com/feed\"}\n", ""},
		{"without it", "sources: []\n", `config.yaml:5:43: desks[0].take[0].sources[1]: there is no source "courier"`},
		{"same name", "sources:\n  - {name: post, url: \"https://courier.example.com/feed\"}\n", `sources.yaml:2:12: sources[0].name: "post" is the name of another source already, in`},
		{"other keys", "desks: []\n", "sources.yaml:1:1: desks: unknown key; desks is a key of the first level of config.yaml"},
		{"no YAML", "sources: [\n", "sources.yaml:2:1: this is not YAML"},
	} {
		dir := write(t, map[string]string{"config.yaml": config, "sources.yaml": tt.text})
		_, _, err := Load(filepath.Join(dir, "config.yaml"), noEnv)
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
		if err != nil && !errors.Is(err, deskwire.ErrInvalid) {
			t.Errorf("%s: %v is not ErrInvalid", tt.name, err)
		}
	}
}

const minimal = "site: {url: \"https://news.example.org\", id: \"example.org,2026\"}\n"

// What a configuration means decides its fingerprint, not how it is written.
func TestFingerprint(t *testing.T) {
	t.Parallel()
	const desk = "desks:\n  - {name: world, take: [{words: [world]}]}\n"
	base := load(t, minimal+"store: {path: /tmp/x.db}\n"+desk).Fingerprint()
	for _, tt := range []struct {
		text string
		same bool
	}{
		{"store: {path: /tmp/x.db}\n# a comment\n\n" + desk + minimal, true},
		{minimal + "store: {path: /tmp/../tmp/x.db, keep: 9600h}\n" + desk, true},
		{minimal + "store: {path: /tmp/y.db}\n" + desk, false},
		{minimal + "store: {path: /tmp/x.db}\n" + strings.Replace(desk, "[world]", "[globe]", 1), false},
		{strings.Replace(minimal, "}", ", timezone: Europe/Kyiv}", 1) + "store: {path: /tmp/x.db}\n" + desk, false},
	} {
		if got := load(t, tt.text).Fingerprint(); (got == base) != tt.same {
			t.Errorf("the fingerprint of\n%s is %s, of the first %s; want them equal: %v", tt.text, got, base, tt.same)
		}
	}
	withSecret := func(s string) string {
		return load(t, minimal+"sources:\n  - {name: a, url: \"https://a.example.com/\", headers: {X: "+s+"}}\n").Fingerprint()
	}
	if withSecret("one") == withSecret("two") {
		t.Error("a changed header does not change the fingerprint")
	}
	if strings.Contains(withSecret("hunter2"), "hunter2") {
		t.Error("the fingerprint gives a secret away")
	}
}

// Secrets stay out of messages wherever they come from.
func TestSecretsStaySecret(t *testing.T) {
	t.Parallel()
	secret := func(string) string { return "hunter2 \n" }
	for _, line := range []string{
		"url: \"${S}\"", "url: \"https://me:hunter2@post.example.com/\"", "headers: {X: \"${S}\"}", "headers: {X: [hunter2]}", "headers: {X: \"hunter2\\n\"}",
		"headers: {User-Agent: hunter2}", "headers: hunter2", "every: \"${S}\"", "zone: \"${S}\"", "language: \"${S}\"", "own: \"${S}\"", "domains: [\"${S}\"]", "home: \"${S}\"",
	} {
		text := minimal + "sources:\n  - name: post\n    " + line + "\n"
		_, problems := decode([]file{{"config.yaml", []byte(text), schemaConfig}}, secret)
		if !problems.wrong() {
			t.Errorf("%s: nothing is wrong", line)
		}
		if strings.Contains(problems.Error(), "hunter2") && line != "headers: hunter2" {
			t.Errorf("%s: the message gives the secret away: %v", line, problems)
		}
	}
}
