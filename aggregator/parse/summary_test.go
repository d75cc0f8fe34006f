package parse

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// A summary ends at the end of a sentence where one ends in its second half, in any script; else between words; else where no
// letter is parted.
func TestSummarizeScripts(t *testing.T) {
	t.Parallel()
	repeat := func(s string, n int) string { return strings.Repeat(s, n) }
	for _, c := range []struct{ name, in, ends string }{
		{"short", "One sentence.", "One sentence."},
		{"English", repeat("The council met again today. ", 30), "again today."},
		{"initials are no end", repeat("a", 300) + ". Then J. R. Roe of No. 5 " + repeat("spoke to us ", 30), "."},
		{"a long sentence", repeat("words and ", 80), "words and…"},
		{"Ukrainian", repeat("Рада зібралася знову. ", 40), "знову."},
		{"Chinese", repeat("市议会今天再次开会讨论预算问题。", 50), "预算问题。"},
		{"Chinese, a quotation ends the sentence", repeat("他说：“市议会今天开会。”", 60), "今天开会。”"},
		{"Chinese without an end", repeat("市议会今天再次开会", 80), "…"},
		{"Japanese", repeat("市議会は「予算を話し合う。」と述べた。", 40), "述べた。"},
		{"Korean", repeat("시의회가 오늘 다시 모였다. ", 40), "모였다."},
		{"Hindi", repeat("परिषद की बैठक आज फिर हुई। ", 30), "हुई।"},
		{"Arabic question", repeat("هل اجتمع المجلس اليوم؟ ", 40), "اليوم؟"},
		{"Urdu", repeat("کونسل کا اجلاس آج پھر ہوا۔ ", 30), "ہوا۔"},
		{"Thai, phrases", repeat("สภาเมืองประชุมวันนี้ ", 40), "วันนี้…"},
		{"Thai without a space", repeat("สภาเมืองประชุมเรื่องงบประมาณ", 40), "…"},
		{"Burmese", repeat("မြို့တော်ကောင်စီ ယနေ့ ထပ်မံ စည်းဝေးသည်။", 20), "စည်းဝေးသည်။"},
		{"marks that stand on letters", repeat("e\u0301\u0302", 400), "e\u0301\u0302…"},
		{"joined pictures", repeat("👩\u200d👩\u200d👧", 150), "👧…"},
	} {
		got := summarize(c.in)
		if !strings.HasSuffix(got, c.ends) {
			t.Errorf("%s: the summary ends in %q", c.name, got[max(0, len(got)-60):])
		}
		if n := utf8.RuneCountInString(got); n > maxSummary || n < min(utf8.RuneCountInString(c.in), maxSummary/2) && c.name != "short" {
			t.Errorf("%s: the summary has %d letters", c.name, n)
		}
		if !utf8.ValidString(got) || strings.HasSuffix(got, "เ…") || strings.Contains(got, "\u200d…") {
			t.Errorf("%s: %q parts a letter", c.name, got)
		}
	}
}

// The short way to tell letters says what Unicode says.
func TestPlainLetter(t *testing.T) {
	t.Parallel()
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if plainLetter(r) && !unicode.IsLetter(r) {
			t.Errorf("%U is no letter", r)
		}
	}
}
