package alike

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

var morning = time.Date(2026, 5, 10, 6, 0, 0, 0, time.UTC)

// seasoned is a matcher that has seen some days of invented news, so that it knows which words are common. The news ends before
// the morning.
func seasoned(t testing.TB) *Matcher {
	t.Helper()
	text, err := os.ReadFile("testdata/background.txt")
	if err != nil {
		t.Fatal(err)
	}
	m := New(Default())
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	plain := stream(3_000)
	for i := range plain {
		at := morning.Add(time.Duration(i-4_000) * time.Minute)
		plain[i].Published, plain[i].Arrived = at, at
		m.Add(&plain[i])
		if i%3 == 0 {
			title, summary, _ := strings.Cut(lines[i/3%len(lines)], " | ")
			m.Add(&Item{Source: fmt.Sprint("background ", i%7), Title: title, Summary: summary, Published: at})
		}
	}
	return m
}

// A case is one line of testdata/cases: id | source | hours after the morning, and with @ the arrival where it is another |
// title | summary | what the item is: "version ID" or "copy ID" of an earlier one, "any" where both is right, and nothing where
// it has to stand alone.
func TestCases(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/cases/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			type row struct {
				line, id, want string
				item           Item
			}
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var rows []row
			for line := range strings.Lines(string(text)) {
				line = strings.TrimSpace(line)
				if line == "" || line[0] == '#' {
					continue
				}
				f := strings.Split(line+" ", "|")
				if len(f) != 6 {
					t.Fatalf("%d fields: %s", len(f), line)
				}
				for i := range f {
					f[i] = strings.TrimSpace(f[i])
				}
				published, arrived, ok := strings.Cut(f[2], "@")
				if !ok {
					arrived = published
				}
				rows = append(rows, row{line, f[0], f[5], Item{f[1], f[3], f[4], after(t, published), after(t, arrived)}})
			}
			slices.SortStableFunc(rows, func(a, b row) int { return a.item.Arrived.Compare(b.item.Arrived) })
			m := seasoned(t)
			ids := map[uint32]string{}
			groups := [Levels]map[string]uint32{{}, {}, {}}
			for _, r := range rows {
				v := m.Add(&r.item)
				ids[v.Ref] = r.id
				got := ""
				for l := range Coverage {
					if v.Links[l].Joined(v.Ref) {
						got += fmt.Sprintf("%s %s ", l, ids[v.Links[l].To])
					}
					groups[l][r.id] = v.Links[l].Group
				}
				kind, to, _ := strings.Cut(r.want, " ")
				switch l, _ := ParseLevel(kind); {
				case r.want == "any":
				case r.want == "" && got != "":
					t.Errorf("%s\n is %s\n%s, want nothing", r.line, got, v.String())
				case r.want != "" && (!v.Links[l].Joined(v.Ref) || v.Links[l].Group != groups[l][to] && ids[v.Links[l].To] != to):
					t.Errorf("%s\n is %q, want %s\n%s%s", r.line, got, r.want, v.String(), near(m))
				}
			}
		})
	}
}

// near lists the best of what was compared last.
func near(m *Matcher) string {
	var b strings.Builder
	for i := range min(m.nl, 3) {
		l := &m.links[i]
		fmt.Fprintf(&b, "  compared with %d: %.3f, %v, %v %v\n", l.ref, l.score, l.veto, l.view, m.model.because(Version, l.view, &l.x))
	}
	return b.String()
}

func after(t *testing.T, d string) time.Time {
	t.Helper()
	v, err := time.ParseDuration(d)
	if err != nil {
		t.Fatal(err)
	}
	return morning.Add(v)
}
