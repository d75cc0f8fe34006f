package alike

import (
	"fmt"
	"strings"
)

// A Veto says why two items are not the same whatever their score.
type Veto uint8

const (
	VetoNone    Veto = iota
	VetoNothing      // they share too little to be compared
	VetoDate         // their titles name different days or parts of the day
	VetoSeries       // the title repeats, as that of a bulletin does
	VetoSibling      // two titles of one mould, each with a name of its own
	VetoGap          // they lie too far apart
)

var vetoNames = [...]string{"", "too little in common", "other date in the title", "a title that repeats", "siblings of one series", "too far apart"}

func (v Veto) String() string { return vetoNames[v] }

// A Verdict says what an item joined, and why.
type Verdict struct {
	Ref   uint32       // the item's number: items are counted from 0 as they are added
	Links [Levels]Link // for each level
}

// A Link is the tie between an item and the earlier one that it joined.
type Link struct {
	To        uint32 // the earlier item; the item itself when it joined none
	Group     uint32 // the first item of the group; the item itself when it stands alone
	Score     float32
	Threshold float32
	// Kind is the level at which the tie was found: a version is in its story's coverage, too.
	Kind Level
	// Linked is how many of the group's members the score is the mean of.
	Linked int
	// Because are the features that spoke loudest, strongest first; empty when the item joined none.
	Because [reasons]Reason
	// Veto is why the best of the earlier items was refused, when there was one above the threshold.
	Veto   Veto
	Vetoed uint32 // which one
}

// reasons is how many features a link remembers.
const reasons = 4

// A Reason is one feature's part in a score.
type Reason struct {
	Feature uint8 // its number, see FeatureNames
	Value   float32
	Weight  float32 // what it added to the logarithm of the odds
}

// Joined reports whether the item joined an earlier one.
func (l *Link) Joined(ref uint32) bool { return l.To != ref }

// String is the evidence in a line: "copy of 17: score .93, at least .70; words shared +4.2, same title +1.3".
func (v *Verdict) String() string {
	var b strings.Builder
	for l := range Levels {
		k := &v.Links[l]
		switch {
		case k.Joined(v.Ref) && k.Kind == l:
			fmt.Fprintf(&b, "%s of %d: score %.2f, at least %.2f", l, k.To, k.Score, k.Threshold)
			if k.Linked > 1 {
				fmt.Fprintf(&b, ", mean of %d", k.Linked)
			}
			sep := "; "
			for _, r := range k.Because {
				if r.Weight != 0 {
					fmt.Fprintf(&b, "%s%s", sep, r)
					sep = ", "
				}
			}
			b.WriteByte('\n')
		case k.Veto != VetoNone:
			fmt.Fprintf(&b, "no %s of %d: %s\n", l, k.Vetoed, k.Veto)
		}
	}
	return b.String()
}

// because finds the features that spoke loudest for a score, or against it.
func (m *Model) because(l Level, view View, x *Vector) (out [reasons]Reason) {
	w := &m.Weights[l][view]
	n := 0
	for i := 1; i < Features; i++ { // the bias speaks for every pair alike
		r := Reason{uint8(i), x[i], w[i] * x[i]}
		if r.Weight == 0 {
			continue
		}
		at := n
		for at > 0 && abs(out[at-1].Weight) < abs(r.Weight) {
			at--
		}
		if at == reasons {
			continue
		}
		n = min(n+1, reasons)
		copy(out[at+1:n], out[at:])
		out[at] = r
	}
	return out
}

func abs(x float32) float32 { return max(x, -x) }
