package parse

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// soup writes random HTML as the worst content systems do: tags left open, closed twice or in the wrong order, names in any case,
// elements that nobody has. words is the words that a reader would see.
func soup(rnd *rand.Rand) (html string, words []string) {
	var b strings.Builder
	var open []string
	inlines := strings.Fields("b i em strong a span font code sup x-tag BIG u q")
	blocks := strings.Fields("p div ul li blockquote h2 table tr td section pre figure details summary center form dl dt dd o:p")
	n := 0
	for range 5 + rnd.IntN(60) {
		switch k := rnd.IntN(12); {
		case k < 4:
			n++
			word := fmt.Sprintf("word%d", n)
			words = append(words, word)
			b.WriteString(" " + word + " ")
		case k < 7:
			name := inlines[rnd.IntN(len(inlines))]
			if k == 6 {
				name = blocks[rnd.IntN(len(blocks))]
			}
			open = append(open, name)
			fmt.Fprintf(&b, "<%s href='/x%d' onclick=y() class=k style=\"x\">", name, n)
		case k < 8:
			name := blocks[rnd.IntN(len(blocks))]
			open = append(open, name)
			b.WriteString("<" + name + ">")
		case k < 10 && len(open) > 0:
			at := len(open) - 1 - rnd.IntN(min(len(open), 3))
			b.WriteString("</" + open[at] + ">")
			if rnd.IntN(4) > 0 {
				open = append(open[:at], open[at+1:]...)
			}
		case k == 10:
			b.WriteString([]string{"<br>", "<hr/>", "<!-- hidden -->", "<script>hidden()</script>", "<style>hidden{}</style>", "<svg><text>hidden</text></svg>", "<img src=/p.png alt=hidden>", "</p>", "<wbr>"}[rnd.IntN(9)])
		default:
			b.WriteString([]string{"&amp; ", "&nbsp;", " < ", " <3 ", "&lt;i&gt;", "\n"}[rnd.IntN(6)])
		}
	}
	return b.String(), words
}

// Whatever the markup, no word that a reader would see gets lost, nothing else appears, the result is balanced,
// and cleaning it again changes nothing.
func TestCleanKeepsWords(t *testing.T) {
	t.Parallel()
	for seed := range uint64(1500) {
		src, want := soup(rand.New(rand.NewPCG(seed, 7)))
		slices.Sort(want)
		got := cleanString(src)
		checkHTML(t, src, got.html)
		if again := cleanString(got.html); again.html != got.html {
			t.Fatalf("seed %d: cleaning %q gave %q, and cleaning that %q", seed, src, got.html, again.html)
		}
		for what, text := range map[string]string{"html": got.html, "text": got.text} {
			var kept []string
			for _, w := range strings.FieldsFunc(text, func(r rune) bool { return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9') }) {
				if strings.HasPrefix(w, "word") || w == "hidden" && what == "text" {
					kept = append(kept, w)
				}
			}
			slices.Sort(kept) // browsers move what stands in a table beside its cells to before it, and so do we
			if diff := cmp.Diff(want, kept); diff != "" {
				t.Fatalf("seed %d: words of %q in the %s %q (-want +got):\n%s", seed, src, what, text, diff)
			}
		}
	}
}
