package rule

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// found reports whether the phrase stands in the text.
func found(tb testing.TB, phrase, text string) bool {
	tb.Helper()
	p, err := parsePhrase(phrase)
	if err != nil {
		tb.Fatalf("parsePhrase(%q): %v", phrase, err)
	}
	return len(findAll(text, p)) > 0
}

func findAll(s string, phrases ...phrase) []int32 {
	var f folded
	f.set(s)
	var hits []int32
	newFinder(phrases).find(&f, func(n int32) { hits = append(hits, n) })
	slices.Sort(hits)
	return slices.Compact(hits)
}

func TestWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		phrase, text string
		want         bool
	}{
		// Whole words.
		{"NATO", "The NATO council met", true},
		{"nato", "NATO", true},
		{"NATO", "natoriously", false},
		{"NATO", "senato", false},
		{"peace talks", "Peace\n  talks resume", true},
		{"peace talks", "peace, talks", true},
		{"peace talks", "peaceful talks", false},
		{"peace talks", "talks of peace", false},
		{"peace", "", false},
		// Endings.
		{"negotiat*", "Negotiations end", true},
		{"negotiat*", "negotiat", true},
		{"negotiat*", "renegotiate", false},
		{"gas price*", "gas prices rise", true},
		{"gas* price", "gasoline price", true},
		{"gas* price", "gas price", true},
		{"gas* price", "gasoline, a price", false},
		{"gas* pri* ris*", "gasoline prices rising", true},
		{"gas* pri* ris*", "gasoline prices", false},
		// What stands between words does not count, neither in the rule nor in the text.
		{"COVID-19", "covid 19 cases", true},
		{"covid 19", "COVID-19", true},
		{"Smith & Sons", "smith and sons", false},
		{"Smith & Sons", "Smith, Sons and others", true},
		{"Ukraine", "Ukraine's army", true},
		{"Europe", "l'Europe et l’avenir", true},
		{"U.S.", "the U.S. economy", true},
		{"#MeToo", "the metoo movement", true},
		// Case and width.
		{"straße", "STRASSE", true},
		{"Strasse", "die Straße", true},
		{"ΑΘΗΝΑΣ", "της Αθηνας", true},
		{"Diyarbakır", "DIYARBAKIR", true},
		{"İstanbul", "istanbul", true},
		{"café", "cafe\u0301 society", true},
		{"\u1e96", "H\u0331", true}, // composes when small only
		{"ＮＡＴＯ", "NATO", true},
		{"ﬁnance", "FINANCE", true},
		{"No 5", "№ 5", true},
		{"m²", "100 m2", true},
		{"cooperate", "co\u00adoperate", true},
		{"a b", "a\u00a0b", true},
		// Ukrainian and Russian.
		{"Столтенберг*", "Візит Столтенберга", true},
		{"Столтенберг", "Візит Столтенберга", false},
		{"КИЇВ", "у місті київ", true},
		{"Україн*", "УКРАЇНСЬКА армія", true},
		{"комп'ютер*", "комп’ютерний ринок", true},
		{"комп’ютер*", "компʼютери", true},
		{"п'ять", "П’ЯТЬ", true},
		{"замок", "старый за́мок", true},
		{"ёлка", "Ёлка", true},
		{"йод", "и\u0306од", true},
		{"газов* цін*", "про газові ціни", true},
		// German.
		{"Bundesregierung*", "der BUNDESREGIERUNG", true},
		{"Brüssel*", "Bru\u0308sseler Spitzen", true},
		{"EU", "die EU-Kommission", true},
		{"EU", "neu", false},
		// Chinese and Japanese: no spaces.
		{"北约", "美国与北约秘书长会晤", true},
		{"北约", "北大西洋公约", false},
		{"北大西洋条約機構", "北大西洋条約機構（NATO）の会議", true},
		{"NATO", "北大西洋条約機構（NATO）の会議", true},
		{"NATO", "北約NATO峰會", true},
		{"NATO峰會", "北約NATO 峰會開幕", true},
		{"G7峰会", "在G7峰会上", true},
		{"サミット", "Ｇ７ｻﾐｯﾄ開幕", true},
		{"データ", "データセンター", true},
		{"東京 大阪", "東京・大阪間", true},
		{"京大", "東京・大阪間", false},
		{"北约*", "北约峰会", true},
		{"がん", "か\u3099ん", true},
		// Thai has no spaces, Korean has.
		{"นาโต", "เลขาธิการนาโตเยือน", true},
		{"나토", "나토 정상회의", true},
		{"나토", "나토가", false},
		{"나토*", "나토가", true},
		{"나토", "\u1102\u1161\u1110\u1169", true},
		// Arabic and Hebrew.
		{"الناتو", "قمة الناتو في", true},
		{"الناتو", "والناتو", false},
		{"محمد", "مُحَمَّد", true},
		{"قمة", "قـــمة", true},
		{"آسيا", "ا\u0653سيا", true},
		{"می\u200cخواهم", "میخواهم", true},
		{"נאט״ו", "פסגת נאט\"ו", true},
		// Hindi.
		{"नाटो", "नाटो शिखर", true},
		{"ना", "नाटो शिखर", false},
		// Nonsense is survived.
		{"a", "\xff\xfea\xff", true},
	} {
		if got := found(t, c.phrase, c.text); got != c.want {
			t.Errorf("%q in %q: %t, want %t", c.phrase, c.text, got, c.want)
		}
	}
}

func TestPhraseMistakes(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]error{
		"": errEmptyWord, " ": errEmptyWord, "*": errEmptyWord, "…": errEmptyWord, "&": errEmptyWord, "\u00ad": errEmptyWord,
		"gl*be": errStar, "*ation": errStar, "a * b": errStar, "a**": errStar,
	} {
		if _, err := parsePhrase(in); err != want {
			t.Errorf("parsePhrase(%q): %v, want %v", in, err, want)
		}
	}
}

func TestBends(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		phrase, language string
		want             bool
	}{
		{"Столтенберг", "", true}, {"Столтенберг*", "", false}, {"НАТО", "", false}, {"газові ціни", "uk", true}, {"Αθήνα", "", true},
		{"summit", "en", false}, {"Gipfel", "de", true}, {"Gipfel*", "de", false}, {"EU", "de", false}, {"2026", "de", false},
		{"szczyt", "pl", true}, {"北约", "uk", false}, {"summit", "", false},
	} {
		p, err := parsePhrase(c.phrase)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.bends([]string{c.language}); got != c.want {
			t.Errorf("bends(%q, %q) = %t, want %t", c.phrase, c.language, got, c.want)
		}
	}
}

// The tree of all phrases finds what looking for each by itself, word by word, finds.
func TestFinder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		term := rapid.StringMatching(`[ab]{1,3}\*?|[ab]?[北約]{1,2}`)
		drawn := rapid.SliceOfN(rapid.SliceOfN(term, 1, 3), 1, 12).Draw(t, "phrases")
		text := rapid.StringMatching(`([ab北約]{1,4}[ ,]{1,2}){0,8}`).Draw(t, "text")
		var phrases []phrase
		var want []int32
		for i, terms := range drawn {
			p, err := parsePhrase(strings.Join(terms, " "))
			if err != nil {
				t.Fatal(err)
			}
			phrases = append(phrases, p)
			if stands(p, text) {
				want = append(want, int32(i))
			}
		}
		if got := findAll(text, phrases...); !slices.Equal(got, want) {
			t.Fatalf("in %q of %q found %v, want %v", text, drawn, got, want)
		}
	})
}

// stands looks for a phrase in the simplest way: at each place, word by word.
func stands(p phrase, s string) bool {
	var f folded
	f.set(s)
	text := string(f.buf)
	var match func(words []word, rest string) bool
	match = func(words []word, rest string) bool {
		w := words[0]
		after, ok := strings.CutPrefix(rest, w.text)
		if !ok {
			return false
		}
		end := strings.IndexByte(after+" ", ' ')
		if len(words) == 1 {
			return w.star || w.loose() || end == 0
		}
		if !w.star && end > 0 {
			return false
		}
		return end < len(after) && match(words[1:], after[end+1:])
	}
	for _, at := range f.starts {
		if match(p.words, text[at:]) {
			return true
		}
	}
	return false
}

// Folding twice is folding once, and nothing but words and single spaces is left.
func TestFoldTwice(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		checkFold(t, rapid.String().Draw(t, "text"))
	})
}

func checkFold(t interface{ Fatalf(string, ...any) }, s string) {
	var f, g folded
	f.set(s)
	once := string(f.buf)
	g.set(once)
	if got := string(g.buf); got != once {
		t.Fatalf("%q folds to %q and that to %q", s, once, got)
	}
	if strings.Contains(once, "  ") || strings.TrimSpace(once) != once {
		t.Fatalf("%q folds to %q", s, once)
	}
	for _, at := range f.starts {
		if int(at) >= len(once) || once[at] == ' ' {
			t.Fatalf("%q folds to %q, which has no word at %d", s, once, at)
		}
	}
}

func TestMaxStarts(t *testing.T) {
	t.Parallel()
	var f folded
	f.set(strings.Repeat("a ", maxStarts) + "last")
	if len(f.starts) != maxStarts || strings.Contains(string(f.buf), "last") {
		t.Errorf("%d words, %q", len(f.starts), f.buf[len(f.buf)-10:])
	}
}

func TestPlain(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                                  "",
		"plain":                             "plain",
		"<p>One</p><p>Two</p>":              "One\nTwo\n",
		"<p>Sto<b>lten</b>berg</p>":         "Stoltenberg\n",
		`<p>A <a href="x">link</a>.</p>`:    "A link.\n",
		"<p>one<br/>two &amp; three</p>":    "one\ntwo & three\n",
		"<ul><li>a</li><li>b</li></ul>":     "a\nb\n",
		"<figcaption>Kyiv</figcaption>Next": "Kyiv\nNext",
		"broken <":                          "broken \n",
	} {
		if got := string(appendPlain(nil, in)); got != want {
			t.Errorf("appendPlain(%q) = %q, want %q", in, got, want)
		}
	}
}

// FuzzWords: nothing panics, folding is stable, and what is a phrase is found in itself.
func FuzzWords(f *testing.F) {
	f.Add("NATO summit*", "the NATO summits")
	f.Add("北约", "与北约")
	f.Add("комп’ютер*", "компʼютери")
	f.Add("İi\u0307ß", "\u0345\u0308")
	f.Fuzz(func(t *testing.T, phrase, text string) {
		checkFold(t, text)
		p, err := parsePhrase(phrase)
		if err != nil {
			return
		}
		findAll(text, p)
		if self := strings.ReplaceAll(p.key(), "*", ""); len(findAll(self, p)) == 0 {
			t.Errorf("%q is not found in itself, %q", phrase, self)
		}
	})
}
