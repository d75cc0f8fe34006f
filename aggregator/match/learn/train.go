package learn

import (
	"fmt"
	"hash/fnv"
	"math"

	"deskwire/aggregator/match/alike"
)

const (
	// fewestYes and mostYes bound what part of the pairs the ones that belong together stand for, whatever it is in a set: else
	// the scores of a set of round-ups, in which every item has partners, would mean another thing than those of a stream of
	// news, in which few have.
	fewestYes = .1
	mostYes   = .3
	// setWeight is what one set's pairs of one view weigh together.
	setWeight = 100_000
	// decay keeps weights where they were believed to be that few pairs speak for.
	decay = 2
	// fewest is how many pairs have to belong together for weights to be learnt.
	fewest = 30
	// Folds is how many parts a set is divided into for cross-validation.
	Folds = 5
)

// A Pair is two items that the matcher compared.
type Pair struct {
	Sample
	View alike.View
	Item int // the later one
}

// pairs are all that the matcher compares in a set, as far as they can be of the level.
func pairs(s *Set, l alike.Level) []Pair {
	var out []Pair
	m := alike.New(new(alike.Model))
	m.Watch = func(earlier, later uint32, view alike.View, same bool, x *alike.Vector) {
		if l == alike.Version && !same || l == alike.Copy && same {
			return
		}
		g := s.Gold[later]
		out = append(out, Pair{Sample{*x, g >= 0 && g == s.Gold[earlier], 1}, view, int(later)})
	}
	for i := range s.Items {
		m.Add(&s.Items[i])
	}
	if l == alike.Coverage {
		for i := range out {
			out[i].X.Timeless()
		}
	}
	return out
}

// A Course is what one level is learnt from.
type Course struct {
	Level alike.Level
	Sets  []*Set
	// Shift is added to the logarithm of all odds. It moves the score from which on pairs are the same to where people expect
	// it; see [Shift]. Each view has its own: what two whole texts have to share can be more than what two titles have to.
	Shift [alike.Views]float32
	pairs [][]Pair // of each set
}

// NewCourse collects the pairs of all sets. Coverage is also learnt with the summaries, and with the titles, left out.
func NewCourse(l alike.Level, sets []*Set) *Course {
	c := &Course{Level: l, Sets: sets}
	for _, s := range sets {
		s.settle()
		ps := pairs(s, l)
		if l != alike.Copy {
			for v, part := range []*Set{s.Without(false, true), s.Without(true, false)} {
				want := alike.ViewTitle
				if v == 1 {
					want = alike.ViewSummary
				}
				if count(ps, want) < fewest {
					for _, p := range pairs(part, l) {
						if p.View == want {
							ps = append(ps, p)
						}
					}
				}
			}
		}
		c.pairs = append(c.pairs, ps)
	}
	return c
}

func count(ps []Pair, v alike.View) int {
	n := 0
	for i := range ps {
		if ps[i].View == v && ps[i].Yes {
			n++
		}
	}
	return n
}

// Train learns the level's weights from all pairs but those that out takes, and puts them into a model.
func (c *Course) Train(m *alike.Model, out func(set, item int) bool) error {
	learnt, prior := false, alike.Prior(c.Level)
	for v := range alike.Views {
		var all []Sample
		for k, ps := range c.pairs {
			from, yes := len(all), 0
			for i := range ps {
				if p := &ps[i]; p.View == v && (out == nil || !out(k, p.Item)) {
					all = append(all, p.Sample)
					if p.Yes {
						yes++
					}
				}
			}
			no := len(all) - from - yes
			if yes < fewest || no < fewest {
				all = all[:from]
				continue
			}
			share := min(max(float32(yes)/float32(yes+no), fewestYes), mostYes)
			for i := from; i < len(all); i++ {
				all[i].Weight = setWeight * (1 - share) / float32(no)
				if all[i].Yes {
					all[i].Weight = setWeight * share / float32(yes)
				}
			}
		}
		if len(all) == 0 {
			continue
		}
		w, err := Fit(all, decay, &prior)
		if err != nil {
			return fmt.Errorf("%v, %v: %w", c.Level, v, err)
		}
		w[0] += c.Shift[v] // the bias
		m.Weights[c.Level][v], learnt = w, true
	}
	if !learnt {
		return fmt.Errorf("%v: too few pairs that belong together", c.Level)
	}
	return nil
}

// Shift is what makes of one score the other.
func Shift(from, to float32) float32 {
	odds := func(p float32) float64 { return math.Log(float64(p) / (1 - float64(p))) }
	return float32(math.Round((odds(to)-odds(from))*1e4) / 1e4)
}

// Group is the group of each item of a set at a level, by a model.
func Group(s *Set, m *alike.Model, l alike.Level) []int {
	x := alike.New(m)
	out := make([]int, len(s.Items))
	for i := range s.Items {
		v := x.Add(&s.Items[i])
		out[i] = int(v.Links[l].Group)
	}
	return out
}

// A Fold says which part of a set an item belongs to.
type Fold func(s *Set, item int) int

// ByTime divides a set into parts one after the other.
func ByTime(s *Set, item int) int { return item * Folds / len(s.Items) }

// BySource divides a set by its sources.
func BySource(s *Set, item int) int {
	h := fnv.New32a()
	h.Write([]byte(s.Items[item].Source))
	return int(h.Sum32()>>8) % Folds
}

// HeldOut groups every part of each set by a model that was not trained on that part; base has the other levels and the
// thresholds. A group is named by its first item, so that parts of one group find together.
func (c *Course) HeldOut(base *alike.Model, fold Fold) ([][]int, error) {
	out := make([][]int, len(c.Sets))
	for k, s := range c.Sets {
		out[k] = make([]int, len(s.Items))
	}
	for f := range Folds {
		m := *base
		if err := c.Train(&m, func(set, item int) bool { return fold(c.Sets[set], item) == f }); err != nil {
			return nil, err
		}
		for k, s := range c.Sets {
			for i, g := range Group(s, &m, c.Level) {
				if fold(s, i) == f {
					out[k][i] = g
				}
			}
		}
	}
	return out, nil
}
