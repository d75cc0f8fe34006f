package config

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// An offset in a value leads to its place in the file, through quotes, escapes and folded lines.
func TestWithin(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, yaml, want string }{
		{"plain", "when: a > §b", "1:11"},
		{"plain, further in", "a:\n  - when: é in §x", "2:16"},
		{"single quotes", "when: 'it''s > §b'", "1:16"},
		{"double quotes", "when: \"a \\\"x\\\" > §b\"", "1:18"},
		{"two lines", "when: a >\n    §b", "2:5"},
		{"literal", "when: |\n  a >\n    §b\n", "3:5"},
		{"literal with a comment", "when: |- # why\n\n  a > §b\n", "3:7"},
		{"folded", "when: >-\n  a\n  > §b\n", "3:5"},
		{"start of a block", "when: |\n  §b > a\n", "2:3"},
		{"from the environment", "when: a ${X} §b", "1:7"},
	} {
		text := strings.Replace(tt.yaml, "§", "", 1)
		var b book
		whole := parse(file{"f", []byte(text), schemaConfig}, &b)
		if whole == nil {
			t.Errorf("%s: %v", tt.name, b.problems)
			continue
		}
		expand(whole, func(string) string { return "> y >" }, &b)
		v := whole.get("when")
		if v == nil {
			v = whole.list("a")[0].get("when")
		}
		got := v.within(strings.LastIndexAny(v.text, "bx"))
		if tt.name == "start of a block" {
			got = v.within(0)
		}
		if s := at(got); s != tt.want {
			t.Errorf("%s: the place is %s, want %s", tt.name, s, tt.want)
		}
	}
}

func at(p place) string { return fmt.Sprintf("%d:%d", p.line, p.column) }

func TestParseDuration(t *testing.T) {
	t.Parallel()
	day := 24 * time.Hour
	for _, tt := range []struct {
		in   string
		want time.Duration // negative: an error
	}{
		{"90s", 90 * time.Second}, {"15m", 15 * time.Minute}, {"2h", 2 * time.Hour}, {"400d", 400 * day}, {"6w", 42 * day},
		{"1d12h", 36 * time.Hour}, {"0s", 0}, {"36525d", 36525 * day},
		{"", -1}, {"5", -1}, {"d", -1}, {"5x", -1}, {"-5m", -1}, {"1.5h", -1}, {"5 m", -1}, {"36526d", -1}, {"99999999999999999999d", -1}, {"36525d1s", -1}, {"5мин", -1},
	} {
		got, err := ParseDuration(tt.in)
		if (err != nil) != (tt.want < 0) || err == nil && got != tt.want {
			t.Errorf("ParseDuration(%q) = %v, %v, want %v", tt.in, got, err, tt.want)
		}
	}
}

func TestExpand(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ in, want string }{ // want "" for an error
		{"US$", "US$"}, {"a$b", "a$b"}, {"$$", "$"}, {"$${X}", "${X}"}, {"${A}", "va"}, {"x${A}y${B_1}z", "xvayvbz"}, {"$$$$", "$$"}, {"$${A}${A}", "${A}va"},
		{"${NONE}", ""}, {"${}", ""}, {"${A", ""}, {"${1A}", ""}, {"${A B}", ""}, {"${EMPTY}", ""},
	} {
		v := &value{doc: &document{}, kind: kindText, text: tt.in, raw: tt.in}
		var b book
		expand(v, func(n string) string { return map[string]string{"A": "va", "B_1": "vb"}[n] }, &b)
		if failed := len(b.problems) > 0; failed != (tt.want == "") || !failed && v.text != tt.want {
			t.Errorf("expand(%q) = %q, %v, want %q", tt.in, v.text, b.problems, tt.want)
		}
	}
}

func TestClosest(t *testing.T) {
	t.Parallel()
	names := []string{"sources", "store", "site", "serve", "words", "when"}
	for in, want := range map[string]string{
		"sorces": "sources", "Sources": "sources", "soruces": "sources", "wrods": "words", "stor": "store", "feeds": "", "x": "", "listen": "",
	} {
		if got := closest(in, names); got != want {
			t.Errorf("closest(%q) = %q, want %q", in, got, want)
		}
	}
}

// Whatever a file holds, it is a configuration or a list of problems, and every problem has a place in the file.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{minimal, "", "a: &a [*a]", "site: {<<: [1, {url: x}]}", "? {a: b}\n: c", "desks:\n- take:\n  - when: |\n     a\n", "site: *x", "\ufeffsite: {}", "- - - -", "{site: {id: ${X}}}"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		_, problems := decode([]file{{"f", text, schemaConfig}}, env)
		lines := len(linesOf(string(text)))
		for _, p := range problems {
			if p.Line < 0 || p.Line > lines || p.Msg == "" {
				t.Errorf("a problem without a place or words: %+v", p)
			}
		}
	})
}
