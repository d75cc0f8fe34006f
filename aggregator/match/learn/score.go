// Package learn trains the matcher's weights and measures what they are worth.
package learn

// A Score compares a grouping with the right one. The figures are those of the usual definitions: pairs, adjusted Rand index,
// BCubed.
type Score struct {
	Items         int     `json:"items"`
	PairPrecision float64 `json:"pairP"`
	PairRecall    float64 `json:"pairR"`
	PairF1        float64 `json:"pairF1"`
	ARI           float64 `json:"ARI"`
	Precision     float64 `json:"bcubedP"`
	Recall        float64 `json:"bcubedR"`
	F1            float64 `json:"bcubedF1"`
	FalsePairs    int     `json:"false_pairs"`
	MissedPairs   int     `json:"missed_pairs"`
}

// Compare scores a grouping: gold[i] and pred[i] are the groups of item i, below 0 for an item that stands alone.
func Compare(gold, pred []int) Score {
	n := len(gold)
	type cell struct{ g, p int }
	cells, gs, ps := map[cell]int{}, map[int]int{}, map[int]int{}
	at := func(i int) cell {
		g, p := gold[i], pred[i]
		if g < 0 {
			g = -1 - i
		}
		if p < 0 {
			p = -1 - i
		}
		return cell{g, p}
	}
	for i := range gold {
		c := at(i)
		cells[c]++
		gs[c.g]++
		ps[c.p]++
	}
	pairs := func(n int) int { return n * (n - 1) / 2 }
	var tp, sp, sg int
	var bp, br float64
	for c, v := range cells {
		tp += pairs(v)
		bp += float64(v) * float64(v) / float64(ps[c.p])
		br += float64(v) * float64(v) / float64(gs[c.g])
	}
	for _, v := range ps {
		sp += pairs(v)
	}
	for _, v := range gs {
		sg += pairs(v)
	}
	s := Score{Items: n, FalsePairs: sp - tp, MissedPairs: sg - tp}
	s.PairPrecision = share(tp, sp, 1)
	s.PairRecall = share(tp, sg, 1)
	s.PairF1 = harmonic(s.PairPrecision, s.PairRecall)
	expected := 0.0
	if n > 1 {
		expected = float64(sp) * float64(sg) / float64(pairs(n))
	}
	s.ARI = 1
	if d := float64(sp+sg)/2 - expected; d != 0 {
		s.ARI = (float64(tp) - expected) / d
	}
	if n > 0 {
		s.Precision, s.Recall = bp/float64(n), br/float64(n)
		s.F1 = harmonic(s.Precision, s.Recall)
	}
	return s
}

func share(a, b int, empty float64) float64 {
	if b == 0 {
		return empty
	}
	return float64(a) / float64(b)
}

func harmonic(a, b float64) float64 {
	if a+b == 0 {
		return 0
	}
	return 2 * a * b / (a + b)
}

// A Crossing is what matching finds across sources.
type Crossing struct {
	Items  int     `json:"items"`
	Wanted int     `json:"with_partner"`
	Recall float64 `json:"cross_recall"`
	Merged int     `json:"merged"`
}

// Cross counts the items that have an earlier one of another source with the same label within hours, and how many of them
// were put together with one of those; and how many items were merged into an earlier one in all. Items are in order of time,
// in seconds. Where in is given, only the items that it takes are asked for.
func Cross(gold, pred []int, source []string, at []int64, hours int64, in func(i int) bool) Crossing {
	c := Crossing{Items: len(gold)}
	by := map[int][]int{}
	found := 0
	sizes := map[int]int{}
	for i, g := range gold {
		if pred[i] >= 0 {
			sizes[pred[i]]++
		}
		if g < 0 {
			continue
		}
		want, got := false, false
		for _, j := range by[g] {
			if source[j] != source[i] && at[i]-at[j] <= hours*3600 {
				want = true
				got = got || pred[i] >= 0 && pred[i] == pred[j]
			}
		}
		if want = want && (in == nil || in(i)); want {
			c.Wanted++
		}
		if want && got {
			found++
		}
		by[g] = append(by[g], i)
	}
	for _, n := range sizes {
		c.Merged += n - 1
	}
	c.Recall = share(found, c.Wanted, 1)
	return c
}
