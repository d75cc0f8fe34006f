package diff

import (
	"strings"
	"testing"
)

func TestWords(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("so on and so forth ", 40)
	for _, tt := range []struct{ old, now, want string }{
		{"", "", ""},
		{"The ferry left.", "The ferry left.", "The ferry left."},
		{"Nine hurt in harbour fire", "34 hurt in harbour fire", "[-Nine-] {+34+} hurt in harbour fire"},
		{"The ferry left", "The ferry left on time", "The ferry left {+on time+}"},
		{"The old ferry left", "The ferry left", "The [-old-] ferry left"},
		{"", "New words", "{+New words+}"},
		{long + "nine hurt", long + "ten hurt", "… forth so on and so forth [-nine-] {+ten+} hurt"},
		{"港で火災", "港で大火災", "港で {+大+} 火災"},
	} {
		if got := written(Words(tt.old, tt.now, 4000)); got != tt.want {
			t.Errorf("Words(%q, %q) = %q, want %q", tt.old, tt.now, got, tt.want)
		}
	}
	// However long the texts are.
	a, b := strings.Repeat("a b c d ", 100_000), strings.Repeat("d e f a ", 100_000)
	if got := written(Words(a, b, 4000)); len(got) > 100_000 {
		t.Errorf("a difference of %d bytes", len(got))
	}
	// More different words than there are characters of two bytes.
	var many strings.Builder
	for i := range 3900 {
		many.WriteString(strings.Repeat("x", i%50+1))
		many.WriteByte(' ')
	}
	if got := Words(many.String(), "x", 4000); !Changed(got) || Changed(Words("x", "x", 10)) || Changed(Words("one two", "one three", 1)) {
		t.Error("what changed, and what did not, look the same")
	}
}

// written is how a terminal shows it.
func written(parts []Part) string {
	var words []string
	for _, p := range parts {
		switch p.Kind {
		case Gone:
			words = append(words, "[-"+p.Text+"-]")
		case New:
			words = append(words, "{+"+p.Text+"+}")
		default:
			words = append(words, p.Text)
		}
	}
	return strings.Join(words, " ")
}
