package wires

import (
	"strconv"
	"strings"
)

// expand writes a text out. Braces hold what may differ from one use of the text to the next:
//
//	{calm|rough}            one of them
//	{town:Orrin|Leck}       one of them, and the same one wherever {town:...} stands in the article: {town:in Orrin|at Leck}
//	{n:12..48}              a number, the same one wherever {n:12..48} stands
//
// pick gives the number that a name, or a place in the text, draws: it grows by one with each use of the text, so that two uses
// in a row never agree in anything that can differ.
func expand(s string, pick func(name string) uint64) string {
	var out strings.Builder
	for {
		before, after, found := strings.Cut(s, "{")
		out.WriteString(before)
		if !found {
			return out.String()
		}
		inner, rest, _ := strings.Cut(after, "}")
		out.WriteString(choose(inner, pick))
		s = rest
	}
}

// choose is what stands for one pair of braces.
func choose(inner string, pick func(name string) uint64) string {
	name, ways, named := strings.Cut(inner, ":")
	if !named || strings.ContainsAny(name, " |") {
		name, ways = inner, inner
	}
	if low, high, ok := strings.Cut(ways, ".."); ok {
		least, err1 := strconv.ParseUint(low, 10, 32)
		most, err2 := strconv.ParseUint(high, 10, 32)
		if err1 == nil && err2 == nil && most >= least {
			// Steps of a golden section apart: neighbours in the draw are no neighbours as numbers.
			span := most - least + 1
			return strconv.FormatUint(least+pick(name)*max(span*618/1000, 1)%span, 10)
		}
	}
	all := strings.Split(ways, "|")
	return all[pick(name)%uint64(len(all))]
}
