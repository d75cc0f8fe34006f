package main

import (
	"strings"

	"deskwire/publisher/diff"
)

// mostCompared is how many words of a text are compared for a person at a terminal.
const mostCompared = 4000

// wordDiff shows what became of a text, word by word: [-what went-] and {+what came+}, with a few words around.
func wordDiff(old, now string) string {
	var words []string
	for _, p := range diff.Words(old, now, mostCompared) {
		switch p.Kind {
		case diff.Gone:
			words = append(words, "[-"+p.Text+"-]")
		case diff.New:
			words = append(words, "{+"+p.Text+"+}")
		default:
			words = append(words, p.Text)
		}
	}
	return strings.Join(words, " ")
}
