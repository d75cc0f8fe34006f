package alike

import (
	"cmp"
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"
)

// A Level says how much alike two items are.
type Level uint8

const (
	// Version is the same source's article, edited.
	Version Level = iota
	// Copy is the same text at another source.
	Copy
	// Coverage is the same event in other words.
	Coverage
	Levels // how many there are
)

var levelNames = [Levels]string{"version", "copy", "coverage"}

func (l Level) String() string {
	if l < Levels {
		return levelNames[l]
	}
	return fmt.Sprintf("Level(%d)", uint8(l))
}

// ParseLevel is the level of that name.
func ParseLevel(name string) (Level, error) {
	for l, n := range levelNames {
		if n == name {
			return Level(l), nil
		}
	}
	return 0, fmt.Errorf("%q is no level: version, copy or coverage", name)
}

// A View says which texts both items of a pair have. Each has its own weights: where one text is missing, the other has to say
// it all.
type View uint8

const (
	ViewBoth    View = iota // title and summary
	ViewTitle               // a summary is missing
	ViewSummary             // a title is missing
	Views                   // how many there are
)

var viewNames = [Views]string{"both", "title", "summary"}

func (v View) String() string { return viewNames[v] }

// A Model says how the features of a pair become a score, and from which score on two items are the same.
type Model struct {
	Weights   [Levels][Views]Vector
	Threshold [Levels]float32 // scores lie between 0 and 1; above 1 nothing is joined
	Made      [Levels]string  // the command that made the weights
	// Within is how far apart two items may lie, by their own dates where both have one; 0 is 72 hours for versions and copies
	// and 7 days for coverage. It is no part of what is trained and written.
	Within [Levels]time.Duration
}

// MaxWithin is the most that [Model.Within] may be: what is compared with is kept in memory.
const MaxWithin = 60 * 24 * time.Hour

func (m *Model) within(l Level) time.Duration {
	byDefault := [Levels]time.Duration{72 * time.Hour, 72 * time.Hour, 7 * 24 * time.Hour}
	return min(cmp.Or(m.Within[l], byDefault[l]), MaxWithin)
}

// Window is the longest of what items may lie apart. Groups whose first item arrived before it take in no more.
func (m *Model) Window() time.Duration {
	return max(m.within(Version), m.within(Copy), m.within(Coverage))
}

// Keep is how far back arrivals matter: a matcher that was given the items of this time answers as one that never stopped.
func (m *Model) Keep() time.Duration { return m.Window() + epoch*time.Second }

//go:embed weights.json
var weights []byte

// Default is the model that the program was trained with; weights.json says by which commands.
func Default() *Model {
	m := new(Model)
	if err := json.Unmarshal(weights, m); err != nil {
		panic(fmt.Sprintf("weights.json: %v", err)) // a test reads it
	}
	return m
}

// modelFile is a model as it is written: features by their names, so that a table stays readable and a feature that was
// renamed is noticed.
type modelFile map[string]levelFile

type levelFile struct {
	Made      string                        `json:"made"`
	Threshold float32                       `json:"threshold"`
	Weights   map[string]map[string]float32 `json:"weights"`
}

// MarshalJSON writes a model.
func (m *Model) MarshalJSON() ([]byte, error) {
	f := modelFile{}
	for l := range Levels {
		lf := levelFile{Made: m.Made[l], Threshold: m.Threshold[l], Weights: map[string]map[string]float32{}}
		for v := range Views {
			w := map[string]float32{}
			for i, x := range m.Weights[l][v] {
				if x != 0 {
					w[featureNames[i]] = x
				}
			}
			lf.Weights[v.String()] = w
		}
		f[l.String()] = lf
	}
	return json.Marshal(f)
}

// UnmarshalJSON reads what MarshalJSON wrote. A name that it does not know is an error.
func (m *Model) UnmarshalJSON(data []byte) error {
	var f modelFile
	if err := json.Unmarshal(data, &f); err != nil {
		return err
	}
	*m = Model{}
	for name, lf := range f {
		l, err := ParseLevel(name)
		if err != nil {
			return err
		}
		m.Threshold[l], m.Made[l] = lf.Threshold, lf.Made
		for view, w := range lf.Weights {
			v, ok := indexOf(viewNames[:], view)
			if !ok {
				return fmt.Errorf("%s: %q is no view: %s", name, view, strings.Join(viewNames[:], ", "))
			}
			for feature, x := range w {
				i, ok := indexOf(featureNames[:], feature)
				if !ok || math.IsNaN(float64(x)) {
					return fmt.Errorf("%s, %s: %q is no feature of this version", name, view, feature)
				}
				m.Weights[l][v][i] = x
			}
		}
	}
	return nil
}

func indexOf(names []string, name string) (int, bool) {
	for i, n := range names {
		if n == name {
			return i, true
		}
	}
	return 0, false
}

// never is the logarithm of odds that count as none: a quarter of a percent.
const never = -6

// likely turns the logarithm of odds into what is likely, every 1/32 from [never] on; in between lines are drawn, which are
// wrong by a ten-thousandth at most. Past its end a score is 1.
var likely = func() (t [18*32 + 2]float32) {
	for i := range t {
		t[i] = float32(1 / (1 + math.Exp(-never-float64(i)/32)))
	}
	return t
}()

// score is how likely a pair is the same, by its features.
func (m *Model) score(l Level, view View, x *Vector) float32 {
	w := &m.Weights[l][view]
	var sums [4]float32 // each waits only for itself
	i := 0
	for ; i+4 <= Features; i += 4 {
		sums[0] += w[i] * x[i]
		sums[1] += w[i+1] * x[i+1]
		sums[2] += w[i+2] * x[i+2]
		sums[3] += w[i+3] * x[i+3]
	}
	for ; i < Features; i++ {
		sums[0] += w[i] * x[i]
	}
	sum := sums[0] + sums[1] + (sums[2] + sums[3])
	if sum < never || w[fBias] == 0 { // nothing was learnt for this view
		return 0
	}
	at := (sum - never) * 32
	k := int(at)
	if k >= len(likely)-1 {
		return 1
	}
	return likely[k] + (likely[k+1]-likely[k])*(at-float32(k))
}
