package learn

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"pgregory.net/rapid"
)

// naive scores by looking at every pair and every item.
func naive(gold, pred []int) Score {
	same := func(x []int, i, j int) bool { return i == j || x[i] >= 0 && x[i] == x[j] }
	var tp, fp, fn, pairs float64
	var bp, br float64
	for i := range gold {
		var both, ps, gs float64
		for j := range gold {
			g, p := same(gold, i, j), same(pred, i, j)
			if g && p {
				both++
			}
			if p {
				ps++
			}
			if g {
				gs++
			}
			if j <= i {
				continue
			}
			pairs++
			switch {
			case g && p:
				tp++
			case p:
				fp++
			case g:
				fn++
			}
		}
		bp += both / ps
		br += both / gs
	}
	n := float64(len(gold))
	s := Score{Items: len(gold), FalsePairs: int(fp), MissedPairs: int(fn), PairPrecision: 1, PairRecall: 1, ARI: 1}
	if tp+fp > 0 {
		s.PairPrecision = tp / (tp + fp)
	}
	if tp+fn > 0 {
		s.PairRecall = tp / (tp + fn)
	}
	s.PairF1 = harmonic(s.PairPrecision, s.PairRecall)
	s.Precision, s.Recall = bp/n, br/n
	s.F1 = harmonic(s.Precision, s.Recall)
	expected := 0.0
	if pairs > 0 {
		expected = (tp + fp) * (tp + fn) / pairs
	}
	if d := (2*tp+fp+fn)/2 - expected; d != 0 {
		s.ARI = (tp - expected) / d
	}
	return s
}

func groups(n int) *rapid.Generator[[]int] {
	return rapid.SliceOfN(rapid.IntRange(-1, 4), n, n)
}

func TestCompare(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 24).Draw(t, "n")
		gold, pred := groups(n).Draw(t, "gold"), groups(n).Draw(t, "pred")
		got, want := Compare(gold, pred), naive(gold, pred)
		near := func(a, b float64) bool { return math.Abs(a-b) < 1e-9 }
		if got.FalsePairs != want.FalsePairs || got.MissedPairs != want.MissedPairs || !near(got.PairPrecision, want.PairPrecision) || !near(got.PairRecall, want.PairRecall) ||
			!near(got.PairF1, want.PairF1) || !near(got.ARI, want.ARI) || !near(got.Precision, want.Precision) || !near(got.Recall, want.Recall) || !near(got.F1, want.F1) {
			t.Fatalf("Compare(%v, %v)\n got %+v\nwant %+v", gold, pred, got, want)
		}
	})
}

// The figures are those of the scorer beside the labelled data.
func TestLikeScorer(t *testing.T) {
	t.Parallel()
	scorer := filepath.Join(shared(t), "score.py")
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("SKIPPED: no python3")
	}
	dir := t.TempDir()
	gold, pred := make([]int, 200), make([]int, 200)
	var g, p []byte
	for i := range gold {
		gold[i], pred[i] = i*i%17-1, (i*i%17+i%3)%13-1
		label := ""
		if gold[i] >= 0 {
			label = fmt.Sprint("g", gold[i])
		}
		g = fmt.Appendf(g, "{\"id\":\"%d\",\"gold\":%q}\n", i, label)
		if pred[i] >= 0 {
			p = fmt.Appendf(p, "{\"id\":\"%d\",\"cluster\":\"c%d\"}\n", i, pred[i])
		}
	}
	for name, b := range map[string][]byte{"gold": g, "pred": p} {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out, err := exec.Command(python, scorer, filepath.Join(dir, "gold"), filepath.Join(dir, "pred")).Output()
	if err != nil {
		t.Fatal(err)
	}
	var want Score
	if err := json.Unmarshal(out, &want); err != nil {
		t.Fatal(err)
	}
	got := Compare(gold, pred)
	if math.Abs(got.ARI-want.ARI) > 1e-9 || math.Abs(got.F1-want.F1) > 1e-9 || got.FalsePairs != want.FalsePairs || got.MissedPairs != want.MissedPairs {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}

func TestCross(t *testing.T) {
	t.Parallel()
	const hour = 3600
	gold := []int{7, 7, -1, 7, 8, 8, 9, 9}
	pred := []int{1, 1, 1, 2, 3, 3, 4, 5}
	source := []string{"a", "b", "c", "a", "a", "a", "a", "b"}
	at := []int64{0, hour, hour, 2 * hour, 3 * hour, 4 * hour, 5 * hour, 100 * hour}
	// Items 1 and 3 have a partner of another source; 5 has one of its own only, and 7's is too old.
	got := Cross(gold, pred, source, at, 72, nil)
	if want := (Crossing{Items: 8, Wanted: 2, Recall: .5, Merged: 3}); got != want {
		t.Errorf("Cross = %+v, want %+v", got, want)
	}
}
