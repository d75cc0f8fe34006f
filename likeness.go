package deskwire

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// A Likeness is what the matcher found of an article when it came: which earlier one it is like, how much, and by what. It is
// a fact like the article's words: decisions stand above it and never change it.
type Likeness struct {
	Article   ID        `json:"article"`
	To        ID        `json:"to"`                 // an earlier article
	Level     Level     `json:"level"`              // what it is to that one
	Joined    bool      `json:"joined"`             // false: the nearest that was not like enough
	Score     float64   `json:"score"`              // 0 to 1
	Threshold float64   `json:"threshold"`          // of that level then
	Veto      string    `json:"veto,omitempty"`     // why they are not the same whatever the score
	Evidence  []string  `json:"evidence,omitempty"` // the features that weighed most, in words, the strongest first
	At        time.Time `json:"at"`
}

// A Level is how much alike two articles are.
type Level string

const (
	Version  Level = "version"  // the same source edited its article
	Copy     Level = "copy"     // the same text at another source
	Coverage Level = "coverage" // the same event in other words: related, never one story
)

// String tells the likeness in a line: "copy of 0d5x9k2m...: 0.91, at least 0.70; same title".
func (l Likeness) String() string {
	var b strings.Builder
	if !l.Joined {
		b.WriteString("no ")
	}
	sign := "at least"
	if l.Score < l.Threshold {
		sign = "less than"
	}
	fmt.Fprintf(&b, "%s of %s: %.2f, %s %.2f", l.Level, l.To, l.Score, sign, l.Threshold)
	if l.Veto != "" {
		b.WriteString("; but " + l.Veto)
	}
	if len(l.Evidence) > 0 {
		b.WriteString("; " + strings.Join(l.Evidence, ", "))
	}
	return b.String()
}

// joins says that the likeness makes one story of two articles.
func (l *Likeness) joins() bool { return l.Joined && (l.Level == Version || l.Level == Copy) }

// Partition divides articles into stories as likenesses and decisions have it, in the order they came: a likeness of version
// or copy, and a merge, join all that belongs to their two articles at that point; a split takes one article out, and no
// likeness found before brings it back. Decisions must be in the order they were made; of what came at one moment, they have
// the last word. Within a part articles are in the order given, and so are the parts, by their first.
func Partition(articles []ID, likenesses []Likeness, decisions []Decision) [][]ID {
	d := division{part: make(map[ID]int, len(articles)), alone: len(articles)}
	for i, id := range articles {
		d.part[id] = i
	}
	found := slices.SortedStableFunc(slices.Values(likenesses), func(a, b Likeness) int { return a.At.Compare(b.At) })
	undone := Undone(decisions)
	for _, dec := range decisions {
		for len(found) > 0 && !found[0].At.After(dec.At) {
			d.find(&found[0])
			found = found[1:]
		}
		switch {
		case undone[dec.ID]:
		case dec.Verb == Merge:
			d.join(dec.Article, dec.With)
		case dec.Verb == Split:
			d.leave(dec.Article)
		}
	}
	for i := range found {
		d.find(&found[i])
	}
	var parts [][]ID
	at := map[int]int{}
	for _, id := range articles {
		i, ok := at[d.part[id]]
		if !ok {
			i = len(parts)
			at[d.part[id]] = i
			parts = append(parts, nil)
		}
		parts[i] = append(parts[i], id)
	}
	return parts
}

// A division is articles being divided into parts.
type division struct {
	part  map[ID]int
	alone int // a number that no part has
}

func (d *division) find(l *Likeness) {
	if l.joins() {
		d.join(l.Article, l.To)
	}
}

func (d *division) join(a, b ID) {
	from, ok := d.part[a]
	to, with := d.part[b]
	if !ok || !with || from == to {
		return
	}
	for id, p := range d.part {
		if p == from {
			d.part[id] = to
		}
	}
}

func (d *division) leave(id ID) {
	if _, ok := d.part[id]; ok {
		d.part[id], d.alone = d.alone, d.alone+1
	}
}
