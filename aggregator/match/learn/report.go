package learn

import (
	"fmt"

	"deskwire/aggregator/match/alike"
)

// A Figure is how well a set was grouped.
type Figure struct {
	Set       string    `json:"set"`
	Trained   string    `json:"trained"` // "on all of it", "on other times", "on other sources"
	Threshold float32   `json:"threshold"`
	Score     Score     `json:"score"`
	Cross     *Crossing `json:"cross,omitempty"` // for copies
}

// crossHours is how far apart a copy and its original may lie to be looked for.
const crossHours = 72

// Measure scores a grouping of a set.
func Measure(s *Set, l alike.Level, pred []int) (Score, *Crossing) {
	s.settle()
	score := Compare(s.Gold, pred)
	if l != alike.Copy {
		return score, nil
	}
	source, at := make([]string, len(s.Items)), make([]int64, len(s.Items))
	for i := range s.Items {
		source[i], at[i] = s.Items[i].Source, s.Items[i].Published.Unix()
	}
	c := Cross(s.Gold, pred, source, at, crossHours, nil)
	return score, &c
}

// Figures measures a model on the course's sets: as it is, and with the level's weights learnt from the other parts of time and
// from other sources. Only the last two say anything about news that it has not seen.
func (c *Course) Figures(m *alike.Model) ([]Figure, error) {
	var out []Figure
	add := func(how string, k int, pred []int) {
		f := Figure{Set: c.Sets[k].Name, Trained: how, Threshold: m.Threshold[c.Level]}
		f.Score, f.Cross = Measure(c.Sets[k], c.Level, pred)
		out = append(out, f)
	}
	for k, s := range c.Sets {
		add("on all of it", k, Group(s, m, c.Level))
	}
	for _, h := range []struct {
		how  string
		fold Fold
	}{{"on other times", ByTime}, {"on other sources", BySource}} {
		preds, err := c.HeldOut(m, h.fold)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", h.how, err)
		}
		for k, pred := range preds {
			add(h.how, k, pred)
		}
	}
	return out, nil
}
