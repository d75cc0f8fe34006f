package config

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the expectations in testdata")

// Each mistake that a user can make is a file testdata/*.bad.yaml. It begins with the problems that are expected, one a
// line, as `# error: LINE:COLUMN: PATH: MESSAGE` or `# warning: ...`; there must be no others.
func TestBad(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.bad.yaml")
	if err != nil || len(files) < 60 {
		t.Fatalf("found %d files, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".bad.yaml"), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			problems := problemsIn(text)
			if !problems.wrong() {
				t.Errorf("nothing is wrong: %v", problems)
			}
			compare(t, file, text, problems)
		})
	}
}

func noEnv(string) string { return "" }

func problemsIn(text []byte) Problems {
	_, problems := decode([]file{{"config.yaml", text, schemaConfig}}, noEnv)
	return problems
}

// compare holds problems against the lines that text begins with. With -update it rewrites them, in as many lines: places
// count from the top of the file, so more or fewer of them take a second run.
func compare(t *testing.T, file string, text []byte, problems Problems) {
	t.Helper()
	var got strings.Builder
	for _, p := range problems {
		mark := "# error: "
		if p.Warning {
			mark = "# warning: "
		}
		got.WriteString(mark + strings.TrimPrefix(p.Error(), "config.yaml:") + "\n")
	}
	want, rest := expectations(string(text))
	if got.String() == want {
		return
	}
	if *update {
		if err := os.WriteFile(file, []byte(got.String()+rest), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Errorf("%s has the problems\n%swant\n%s", file, got.String(), want)
}

func expectations(text string) (want, rest string) {
	for {
		line, after, _ := strings.Cut(text, "\n")
		if !strings.HasPrefix(line, "# error: ") && !strings.HasPrefix(line, "# warning: ") {
			return want, text
		}
		want += line + "\n"
		text = after
	}
}
