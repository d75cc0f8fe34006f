package learn

import (
	"cmp"
	"compress/gzip"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"deskwire/aggregator/match/alike"
)

// shared is the folder of labelled items; the test is skipped where there is none.
func shared(t testing.TB) string {
	t.Helper()
	dir := filepath.Join(cmp.Or(os.Getenv("DESKWIRE_SHARED"), filepath.Join("..", "..", "..", "..", "shared")), "dedup")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("SKIPPED: no labelled items at %s; set DESKWIRE_SHARED to the folder that holds dedup/", dir)
	}
	return dir
}

// load reads a labelled set.
func load(t testing.TB, name string) *Set {
	t.Helper()
	dir := shared(t)
	s := &Set{Name: name}
	readFile(t, filepath.Join(dir, name+".items.jsonl"), s.ReadItems)
	readFile(t, filepath.Join(dir, name+".gold.jsonl"), s.ReadGold)
	return s
}

func readFile(t testing.TB, path string, read func(io.Reader) error) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		if f, err = os.Open(path + ".gz"); err != nil {
			t.Fatal(err)
		}
	}
	defer f.Close()
	var r io.Reader = f
	if strings.HasSuffix(f.Name(), ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			t.Fatal(err)
		}
	}
	if err := read(r); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// The program's weights hold what was asked of them on the labelled sets. These are the sets that they were learnt from, so
// this proves that nothing broke; docs/measurements.md has the figures for what was held out.
func TestGoals(t *testing.T) {
	if testing.Short() || raced {
		t.Skip("SKIPPED: takes long, and longer under the race detector")
	}
	t.Parallel()
	m := alike.Default()
	t.Run("versions", func(t *testing.T) {
		t.Parallel()
		s := load(t, "versions")
		pred := Group(s, m, alike.Version)
		got, _ := Measure(s, alike.Version, pred)
		t.Logf("%+v", got)
		if got.ARI < .80 || got.PairPrecision < .95 {
			t.Errorf("ARI %.3f at precision %.3f, want .80 at .95", got.ARI, got.PairPrecision)
		}
		editions := &Set{}
		readFile(t, filepath.Join(shared(t), "series.items.jsonl"), editions.ReadItems)
		seen, joined := map[int]bool{}, 0
		for _, id := range editions.IDs {
			g := pred[s.at[id]]
			if seen[g] {
				joined++
			}
			seen[g] = true
		}
		t.Logf("%d of %d editions joined to an earlier one", joined, len(editions.IDs))
		if float64(joined) > .01*float64(len(editions.IDs)) {
			t.Errorf("%d of %d editions joined, want at most 1 %%", joined, len(editions.IDs))
		}
	})
	for name, want := range map[string]Crossing{"copy_titleview": {Recall: .80, Merged: 7_000}, "copy_summaryview": {Recall: .76, Merged: 4_000}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := load(t, name)
			_, got := Measure(s, alike.Copy, Group(s, m, alike.Copy))
			t.Logf("%+v", *got)
			if got.Recall < want.Recall || got.Merged > want.Merged {
				t.Errorf("recall %.3f at %d merges, want %.2f at %d", got.Recall, got.Merged, want.Recall, want.Merged)
			}
		})
	}
	for name, want := range map[string]Score{"story_allsides": {ARI: .52, F1: .76}, "story_uci": {ARI: .52}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := load(t, name)
			got, _ := Measure(s, alike.Coverage, Group(s, m, alike.Coverage))
			t.Logf("%+v", got)
			if got.ARI < want.ARI || got.F1 < want.F1 {
				t.Errorf("ARI %.3f, BCubed F1 %.3f, want %.2f, %.2f", got.ARI, got.F1, want.ARI, want.F1)
			}
		})
	}
}

// Items that arrive in another order within the hour are grouped nearly the same.
func TestOrder(t *testing.T) {
	if testing.Short() || raced {
		t.Skip("SKIPPED: takes long, and longer under the race detector")
	}
	t.Parallel()
	s := load(t, "versions")
	m := alike.Default()
	s.settle()
	before := Compare(s.Gold, Group(s, m, alike.Version))
	mixed := &Set{}
	rnd := rand.New(rand.NewPCG(3, 4))
	for from := 0; from < len(s.Items); {
		to := from
		for to < len(s.Items) && s.Items[to].Published.Sub(s.Items[from].Published) < time.Hour {
			to++
		}
		at := s.Items[to-1].Published
		for _, i := range rnd.Perm(to - from) {
			it := s.Items[from+i]
			it.Arrived = at
			mixed.Add(s.IDs[from+i], it)
			mixed.Gold = append(mixed.Gold, s.Gold[from+i])
		}
		from = to
	}
	after := Compare(mixed.Gold, Group(mixed, m, alike.Version))
	t.Logf("ARI %.4f, in another order %.4f", before.ARI, after.ARI)
	if math.Abs(before.ARI-after.ARI) > .01 {
		t.Errorf("ARI %.4f, in another order %.4f: more than .01 apart", before.ARI, after.ARI)
	}
}

// Fit finds the weights that made the samples.
func TestFit(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(5, 6))
	want := alike.Vector{0: -2, 1: 3, 2: -4}
	var samples []Sample
	for range 60_000 {
		x := alike.Vector{0: 1, 1: rnd.Float32(), 2: rnd.Float32(), 3: rnd.Float32()}
		var sum float64
		for i := range x {
			sum += float64(x[i] * want[i])
		}
		samples = append(samples, Sample{x, rnd.Float64() < 1/(1+math.Exp(-sum)), 1})
	}
	got, err := Fit(samples, .1, new(alike.Vector))
	if err != nil {
		t.Fatal(err)
	}
	for i := range got {
		if math.Abs(float64(got[i]-want[i])) > .2 {
			t.Errorf("weight %d = %.2f, want %.2f", i, got[i], want[i])
		}
	}
	if _, err := Fit(nil, 1, new(alike.Vector)); err == nil {
		t.Error("Fit of nothing is no error")
	}
}

// invented is news of several sources in which every third item is told again.
func invented(n int) *Set {
	rnd := rand.New(rand.NewPCG(7, 8))
	words := func(n int) string {
		var b strings.Builder
		for range n {
			fmt.Fprintf(&b, "w%x ", int(math.Exp(rnd.Float64()*9)))
		}
		return b.String()
	}
	s := &Set{Name: "invented"}
	at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for i := range n {
		it := alike.Item{Source: fmt.Sprint("s", rnd.IntN(8)), Title: words(9), Summary: words(25), Published: at.Add(time.Duration(i) * time.Minute)}
		gold := i
		if i > 10 && i%3 == 0 {
			k := i - 1 - rnd.IntN(9)
			it.Title, it.Summary, gold = s.Items[k].Title+words(2), s.Items[k].Summary+words(4), s.Gold[k]
			if rnd.IntN(2) == 0 {
				it.Source = s.Items[k].Source
			}
		}
		s.Add(fmt.Sprint(i), it)
		s.Gold = append(s.Gold, gold)
	}
	return s
}

// Weights learnt from invented news group news that was held out.
func TestTrain(t *testing.T) {
	t.Parallel()
	for l := range alike.Levels {
		c := NewCourse(l, []*Set{invented(600)})
		m := &alike.Model{Threshold: [alike.Levels]float32{2, 2, 2}}
		m.Threshold[l] = .5
		if err := c.Train(m, nil); err != nil {
			t.Fatal(err)
		}
		figures, err := c.Figures(m)
		if err != nil {
			t.Fatal(err)
		}
		if len(figures) != 3 {
			t.Fatalf("%d figures, want 3", len(figures))
		}
		for _, f := range figures {
			if f.Cross != nil && f.Cross.Recall < .8 || l == alike.Coverage && f.Score.ARI < .8 || f.Score.PairPrecision < .9 {
				t.Errorf("%v, trained %s: %+v %+v", l, f.Trained, f.Score, f.Cross)
			}
		}
		empty := NewCourse(l, []*Set{{Name: "empty"}})
		if err := empty.Train(m, nil); err == nil {
			t.Errorf("%v: training on nothing is no error", l)
		}
	}
}

// Files are read with errors that name the line.
func TestRead(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"{\"id\":\"a\"}\n\n{\"id\":\"b\",\"published\":\"today\"}\n": "line 3: item b: published: \"today\"",
		"{\"id\":\"a\"}\n{":                "line 2: unexpected end",
		"{\"title\":\"a\"}\n":              "line 1: the item has no id",
		strings.Repeat(" ", maxLine) + "x": "line 1: longer than",
	} {
		err := new(Set).ReadItems(strings.NewReader(in))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	s := new(Set)
	for _, in := range []string{`{"id":"a","source":"x","title":"T"}` + "\n" + `{"id":"b"}`, `{"id":"a","title":"other","summary":"S"}` + "\n" + `{"id":"c"}`} {
		if err := s.ReadItems(strings.NewReader(in)); err != nil {
			t.Fatal(err)
		}
	}
	if a := s.Items[0]; len(s.Items) != 3 || a.Title != "T" || a.Summary != "S" || a.Source != "x" {
		t.Errorf("items %+v, want a completed, b and c", s.Items)
	}
	for _, in := range []string{`{"id":"a","gold":"1"}` + "\n" + `{"id":"b","gold":"1"}`, `{"id":"b","gold":"9"}` + "\n" + `{"id":"c","gold":"9"}` + "\n" + `{"id":"zz","gold":"9"}`} {
		if err := s.ReadGold(strings.NewReader(in)); err != nil {
			t.Fatal(err)
		}
	}
	if s.settle(); s.Gold[0] != s.Gold[1] || s.Gold[1] != s.Gold[2] {
		t.Errorf("gold %v, want all in one group: two files say so", s.Gold)
	}
}
