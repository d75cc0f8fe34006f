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
				rows = append(rows, row{line, f[0], f[5], Item{Source: f[1], Title: f[3], Summary: f[4], Published: after(t, published), Arrived: after(t, arrived)}})
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

// Who names the same agency is likelier to have copied one text, and who names another likelier to have a text of its own.
func TestAgencies(t *testing.T) {
	t.Parallel()
	score := func(first, second []string) float32 {
		m := seasoned(t)
		m.Add(&Item{Source: "first", Title: "Silo collapse kills 9 at Pernova mill", Summary: "A silo of the Pernova mill fell on the loading hall, the fire brigade said.", Agencies: first, Published: morning})
		m.Add(&Item{Source: "second", Title: "Nine dead as silo falls at mill", Summary: "Nine workers died in Pernova when a silo fell on a hall, police said.", Agencies: second, Published: morning.Add(time.Hour)})
		if m.nl == 0 {
			t.Fatal("nothing was compared")
		}
		return m.links[0].score[Copy]
	}
	none, same, other := score(nil, nil), score([]string{"AFP"}, []string{"Getty Images", "AFP"}), score([]string{"AFP"}, []string{"Reuters"})
	if half := score([]string{"AFP"}, nil); half != none {
		t.Errorf("an agency that only one names moves the score from %.3f to %.3f", none, half)
	}
	if !(same > none && none > other) {
		t.Errorf("same agency %.3f, none %.3f, other %.3f: want less each time", same, none, other)
	}
}

// Windows are the model's: what lies farther apart is not joined, and says why.
func TestWithin(t *testing.T) {
	t.Parallel()
	a := Item{Source: "first", Title: "Glacier lake bursts its dam above Quintera", Summary: "A lake below the Hollen glacier burst its dam on Sunday, and two bridges are gone.", Published: morning}
	for _, c := range []struct {
		within         [Levels]time.Duration
		later          time.Duration
		copied, covers bool
	}{
		{[Levels]time.Duration{}, 71 * time.Hour, true, true},
		{[Levels]time.Duration{}, 73 * time.Hour, false, true},
		{[Levels]time.Duration{}, 8 * 24 * time.Hour, false, false},
		{[Levels]time.Duration{Copy: 2 * time.Hour}, 3 * time.Hour, false, true},
		{[Levels]time.Duration{Coverage: 10 * 24 * time.Hour}, 8 * 24 * time.Hour, false, true},
		{[Levels]time.Duration{Copy: 9 * 24 * time.Hour}, 8 * 24 * time.Hour, true, true}, // a copy covers, too
	} {
		model := Default()
		model.Within = c.within
		m := New(model)
		m.Add(&a)
		b := a
		b.Source, b.Published = "second", morning.Add(c.later)
		v := m.Add(&b)
		if copied, covers := v.Links[Copy].Joined(v.Ref), v.Links[Coverage].Joined(v.Ref); copied != c.copied || covers != c.covers {
			t.Errorf("within %v, %v later: copy %v, coverage %v, want %v, %v\n%s", c.within, c.later, copied, covers, c.copied, c.covers, &v)
		}
	}
}
