// Package diff shows what became of a text, word by word. It knows nothing of articles.
package diff

import (
	"slices"
	"strings"
	"unicode"

	"github.com/sergi/go-diff/diffmatchpatch"
)

// around is how many words that stayed are shown on each side of a change.
const around = 6

// A Kind says what became of some words.
type Kind uint8

const (
	Kept Kind = iota
	Gone
	New
)

// A Part is some words one after the other that had the same fate.
type Part struct {
	Kind Kind
	Text string
}

// Changed reports whether anything became of a text.
func Changed(parts []Part) bool {
	return slices.ContainsFunc(parts, func(p Part) bool { return p.Kind != Kept })
}

// Words returns what became of a text, with a few of the words that were kept around each change. Of each text the first most
// words are compared: comparing costs by the product of the words that differ, and people read the beginning.
func Words(old, now string, most int) []Part {
	var (
		words []string
		names = map[string]rune{}
	)
	// A word becomes one character, so that a library for characters compares words.
	encode := func(s string) []rune {
		var out []rune
		for _, w := range split(s, most) {
			r, ok := names[w]
			if !ok {
				r = rune(len(words))
				if r >= 0xD800 {
					r += 0x800 // those are no characters
				}
				names[w] = r
				words = append(words, w)
			}
			out = append(out, r)
		}
		return out
	}
	decode := func(s string) []string {
		var out []string
		for _, r := range s {
			if r >= 0xE000 {
				r -= 0x800
			}
			out = append(out, words[r])
		}
		return out
	}
	d := diffmatchpatch.New()
	d.DiffTimeout = 0 // the same answer on every machine; most bounds the work
	diffs := d.DiffCleanupSemantic(d.DiffMainRunes(encode(old), encode(now), false))
	var parts []Part
	for i, part := range diffs {
		text := decode(part.Text)
		switch part.Type {
		case diffmatchpatch.DiffDelete:
			parts = append(parts, Part{Gone, joinWords(text)})
		case diffmatchpatch.DiffInsert:
			parts = append(parts, Part{New, joinWords(text)})
		default:
			parts = append(parts, Part{Kept, joinWords(nearby(text, i > 0, i < len(diffs)-1))})
		}
	}
	return parts
}

// nearby keeps the words next to a change before and after.
func nearby(words []string, before, after bool) []string {
	switch n := len(words); {
	case before && after && n > 2*around:
		return append(append(append([]string{}, words[:around]...), "…"), words[n-around:]...)
	case before && !after && n > around:
		return append(append([]string{}, words[:around]...), "…")
	case after && !before && n > around:
		return append([]string{"…"}, words[n-around:]...)
	}
	return words
}

// split cuts the first most words off a text; characters of scripts without spaces are words of their own.
func split(s string, most int) []string {
	var words []string
	for field := range strings.FieldsSeq(s) {
		start := 0
		for i, r := range field {
			if unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai) {
				if i > start {
					words = append(words, field[start:i])
				}
				words = append(words, string(r))
				start = i + len(string(r))
			}
		}
		if start < len(field) {
			words = append(words, field[start:])
		}
		if len(words) >= most {
			return words[:most]
		}
	}
	return words
}

// joinWords puts words together again, those of scripts without spaces without any.
func joinWords(words []string) string {
	var b strings.Builder
	for i, w := range words {
		if i > 0 && !(wide(w) && wide(words[i-1])) {
			b.WriteByte(' ')
		}
		b.WriteString(w)
	}
	return b.String()
}

func wide(word string) bool {
	for _, r := range word {
		return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai)
	}
	return false
}
