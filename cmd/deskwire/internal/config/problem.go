package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"deskwire"
)

// A Problem is something wrong, or probably wrong, at one place of a file.
type Problem struct {
	File    string `json:"file"`
	Line    int    `json:"line,omitempty"`   // 1 for the first; 0 when the whole file is meant
	Column  int    `json:"column,omitempty"` // in characters, 1 for the first
	Path    string `json:"path,omitempty"`   // desks[1].take[0].words[0]
	Msg     string `json:"message"`          // what is wrong; what is allowed
	Warning bool   `json:"warning,omitempty"`
}

// Error says where and what: `config.yaml:31:7: desks[1].take[0].words[0]: empty word; ...`.
func (p Problem) Error() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", p.Line, p.Column)
	}
	if p.Path != "" {
		b.WriteString(": " + p.Path)
	}
	b.WriteString(": " + p.Msg)
	return b.String()
}

// Problems are the problems of a configuration in the order of the files. As an error it has a line for each and is
// deskwire.ErrInvalid.
type Problems []Problem

// Error is all of them, a line each.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap makes errors.Is(err, deskwire.ErrInvalid) true.
func (ps Problems) Unwrap() error { return deskwire.ErrInvalid }

// maxProblems is how many errors are told: whoever has more made one mistake many times.
const maxProblems = 100

// wrong reports whether one of them is more than a warning.
func (ps Problems) wrong() bool {
	return slices.ContainsFunc(ps, func(p Problem) bool { return !p.Warning })
}

// errors are those that are more than warnings.
func (ps Problems) errors() error {
	wrong := slices.DeleteFunc(slices.Clone(ps), func(p Problem) bool { return p.Warning })
	if more := len(wrong) - maxProblems; more > 0 {
		wrong = append(wrong[:maxProblems], Problem{File: wrong[0].File, Msg: fmt.Sprintf("and %d mistakes more", more)})
	}
	return wrong
}

// A book collects problems.
type book struct {
	problems Problems
	told     map[*value]bool // values with an error: later stations do not repeat it in other words
	files    []string        // in the order of reading
}

// errorf says that v is wrong, unless something was said of it already.
func (b *book) errorf(v *value, format string, args ...any) {
	if b.told[v] {
		return
	}
	b.tell(v)
	b.add(v.doc.name, v.at, v.path(), false, fmt.Sprintf(format, args...))
}

// warnf says that v is probably wrong.
func (b *book) warnf(v *value, format string, args ...any) {
	b.add(v.doc.name, v.at, v.path(), true, fmt.Sprintf(format, args...))
}

func (b *book) tell(v *value) {
	if b.told == nil {
		b.told = map[*value]bool{}
	}
	b.told[v] = true
}

// toldWithin reports whether a part of v has an error.
func (b *book) toldWithin(v *value) bool {
	for part := range b.told {
		for ; part != nil; part = part.up {
			if part == v {
				return true
			}
		}
	}
	return false
}

func (b *book) add(file string, at place, path string, warning bool, msg string) {
	b.problems = append(b.problems, Problem{File: file, Line: at.line, Column: at.column, Path: path, Msg: msg, Warning: warning})
}

// sorted are the problems as a reader of the files meets them.
func (b *book) sorted() Problems {
	slices.SortStableFunc(b.problems, func(p, q Problem) int {
		return cmp.Or(
			cmp.Compare(slices.Index(b.files, p.File), slices.Index(b.files, q.File)),
			cmp.Compare(p.Line, q.Line), cmp.Compare(p.Column, q.Column))
	})
	return slices.CompactFunc(b.problems, func(p, q Problem) bool { return p == q })
}

// closest is the name that what was written was probably meant to be, or "".
func closest(written string, names []string) string {
	const long = 60 // no name of ours is half as long
	if len(written) > long {
		return ""
	}
	best, least := "", max(1, len([]rune(written))/3)
	for _, n := range names {
		if d := distance(strings.ToLower(written), n); d <= least && (best == "" || d < least) {
			best, least = n, d
		}
	}
	return best
}

// distance is how many letters have to be changed, added, taken away or swapped with their neighbour to get from a to b.
func distance(a, b string) int {
	s, t := []rune(a), []rune(b)
	// Three rows of the usual table: the row before last is for swaps.
	var before []int
	last := make([]int, len(t)+1)
	for j := range last {
		last[j] = j
	}
	for i := range s {
		row := make([]int, len(t)+1)
		row[0] = i + 1
		for j := range t {
			cost := 1
			if s[i] == t[j] {
				cost = 0
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, last[j]+cost)
			if i > 0 && j > 0 && s[i] == t[j-1] && s[i-1] == t[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last = last, row
	}
	return last[len(t)]
}
