package alike

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// hostile are texts that were written to hurt.
func hostile() map[string]string {
	var distinct, japanese strings.Builder
	for i := range 1_000_000 {
		fmt.Fprintf(&distinct, "w%d ", i)
		if i < 100_000 {
			japanese.WriteRune(rune(0x4E00 + i%20_000))
		}
	}
	return map[string]string{
		"distinct words":      distinct.String(),
		"distinct signs":      japanese.String(),
		"one word":            strings.Repeat("news ", 1_000_000),
		"one long word":       strings.Repeat("ab", 1_000_000),
		"one letter":          strings.Repeat("a", 1_000_000),
		"digits":              strings.Repeat("9", 1_000_000),
		"decimals":            strings.Repeat("1.5,", 500_000),
		"full stops":          strings.Repeat(".", 1_000_000),
		"sentences":           strings.Repeat("A b. ", 300_000),
		"initials":            strings.Repeat("U.", 500_000),
		"apostrophes":         strings.Repeat("a'", 500_000),
		"months":              strings.Repeat("May ", 300_000),
		"brackets":            strings.Repeat("[", 1_000_000),
		"kickers":             strings.Repeat("LIVE: ", 200_000),
		"marks":               "e" + strings.Repeat("\u0301", 500_000),
		"not UTF-8":           strings.Repeat("\xff\xfe\xc3", 300_000),
		"half a sign":         "a\xe4\xb8",
		"zeros":               strings.Repeat("\x00", 1_000_000),
		"full-width decimals": strings.Repeat("１．５，", 100_000),
	}
}

// No text costs much: what is read of one, and what is kept, is bounded.
func TestHostile(t *testing.T) {
	t.Parallel()
	m := New(Default())
	at := morning
	for name, text := range hostile() {
		began := time.Now()
		const n = 30
		for i := range n {
			at = at.Add(time.Second)
			m.Add(&Item{Source: "hostile", Title: text, Summary: text, Published: at})
			m.Add(&Item{Source: fmt.Sprint("hostile ", i), Title: text[i%len(text):], Summary: text, Published: at})
		}
		if each := time.Since(began) / (2 * n); each > time.Second {
			t.Errorf("%s: %v an item", name, each)
		}
		var whole, cut reading
		whole.read(text, text)
		cut.read(text[:min(len(text), maxRead)], text[:min(len(text), maxRead)])
		if whole != cut {
			t.Errorf("%s: what stands behind %d bytes is read", name, maxRead)
		}
	}
	if each := (len(m.tokens.pieces) - 1) * pieceSize / m.kept(); each > maxTokens {
		t.Errorf("%d tokens an item", each)
	}
}

// Tokens that were made to share every counter and every place of the tables cost a few comparisons more, and nothing else.
func TestCollisions(t *testing.T) {
	t.Parallel()
	var x index
	var c counts
	var h habits
	c.reset()
	tokens := make([]token, 0, maxTokens)
	for v := uint32(4); len(tokens) < maxTokens; v += 4 {
		if v*0xC2B2AE35>>23 == 7 { // one place of the index
			tokens = append(tokens, token(v))
		}
	}
	e := &entry{n: maxTokens, title: maxTitle, ns: 1}
	x.load(e, tokens, []sentence{maxTokens}, &c, &h)
	if x.n != maxTokens {
		t.Errorf("%d words, want %d", x.n, maxTokens)
	}
	var o overlap
	r := &reading{n: maxTokens, title: maxTitle}
	copy(r.tokens[:], tokens)
	x.compare(&o, r, e, tokens, []sentence{maxTokens})
	if math.Abs(float64(o.all-x.allBits)) > .01 || o.lead != maxTitle {
		t.Errorf("an item shares %.1f of %.1f bits with itself, and %d first words", o.all, x.allBits, o.lead)
	}
}

// Whatever the texts, an item is read within bounds, twice the same, and compared with sane results.
func FuzzAdd(f *testing.F) {
	for _, s := range []string{"", "Nine hurt as ferry hits pier", "【速報】桜川町で火事", "U.S.-Iran talks: 1,800 dead, 2.5% on May 10th", "Об'єднання 1 800", "عاجل: انهيار", "a\xff", "１２．５"} {
		f.Add(s, s+". Other.", s)
		f.Add(s, "", "x "+s)
	}
	model := Default()
	m := New(model)
	f.Fuzz(func(t *testing.T, title, summary, other string) {
		var r, again reading
		r.read(title, summary)
		again.read(title, summary)
		if r != again {
			t.Fatal("read twice, differently")
		}
		if r.n > maxTokens || r.title > maxTitle || r.title > r.n || r.ns > maxSentences {
			t.Fatalf("%d tokens, %d of the title, %d sentences", r.n, r.title, r.ns)
		}
		end := r.title
		for _, s := range r.sentences[:r.ns] {
			if s.end() < end || s.end() > r.n {
				t.Fatalf("a sentence ends at %d, after one that ended at %d, of %d", s.end(), end, r.n)
			}
			end = s.end()
		}
		if end != r.n {
			t.Fatalf("the last sentence ends at %d of %d", end, r.n)
		}
		for _, it := range []Item{{Source: "a", Title: title, Summary: summary, Published: morning}, {Source: "b", Title: other, Summary: summary}, {Source: "a", Title: title, Summary: other}} {
			v := m.Add(&it)
			for l := range Levels {
				k := &v.Links[l]
				if k.To > v.Ref || k.Group > k.To || !(k.Score >= 0 && k.Score <= 1) || k.Joined(v.Ref) && k.Score < k.Threshold {
					t.Fatalf("%v: %+v of %d", l, k, v.Ref)
				}
			}
			for i := range m.nl {
				for j, x := range m.links[i].x {
					if !(x >= -4 && x <= 6) {
						t.Fatalf("%s is %v", featureNames[j], x)
					}
				}
			}
			if s := v.String(); !utf8.ValidString(s) {
				t.Fatalf("%q", s)
			}
		}
	})
}

// What is joined says why, in words.
func TestEvidence(t *testing.T) {
	t.Parallel()
	m := seasoned(t)
	a := Item{Source: "first", Title: "Glacier lake bursts its dam above Quintera", Summary: "A lake below the Hollen glacier burst its dam on Sunday.", Published: morning}
	b := a
	b.Source, b.Published = "second", morning.Add(time.Hour)
	m.Add(&a)
	v := m.Add(&b)
	if s := v.String(); !strings.Contains(s, "copy of ") || !strings.Contains(s, "at least ") || !strings.Contains(s, "summary") {
		t.Errorf("evidence %q", s)
	}
	if v.Links[Coverage].Kind != Copy || v.Links[Coverage].Group != v.Ref-1 {
		t.Errorf("coverage %+v: a copy is in its original's coverage", v.Links[Coverage])
	}
}

// A model comes back from its file as it was; one that is of another version is refused.
func TestModel(t *testing.T) {
	t.Parallel()
	m := Default()
	for l := range Levels {
		if m.Threshold[l] <= 0 || m.Threshold[l] >= 1 || !strings.HasPrefix(m.Made[l], "deskwire match --learn") {
			t.Errorf("%v: threshold %v, made by %q", l, m.Threshold[l], m.Made[l])
		}
		for v := range Views {
			if m.Weights[l][v][fBias] == 0 {
				t.Errorf("%v, %v: no weights", l, v)
			}
		}
	}
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	var again Model
	if err := json.Unmarshal(text, &again); err != nil || again != *m {
		t.Errorf("read back: %v, %+v", err, again)
	}
	seen := map[string]bool{}
	for _, n := range featureNames {
		if n == "" || seen[n] {
			t.Errorf("feature %q has no name of its own", n)
		}
		seen[n] = true
	}
	for _, bad := range []string{
		`{"copies":{}}`, `{"copy":{"weights":{"left":{}}}}`, `{"copy":{"weights":{"both":{"charm":1}}}}`, `[]`,
	} {
		if err := json.Unmarshal([]byte(bad), &again); err == nil {
			t.Errorf("%s is no error", bad)
		}
	}
}

// What stands before a headline is not read, and what looks like it is.
func TestKickers(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"BREAKING: Dam bursts":      "Dam bursts",
		"Exclusive - Dam bursts":    "Dam bursts",
		"🔴 LIVE: Dam bursts":        "Dam bursts",
		"🔴 | LIVE | Dam bursts":     "Dam bursts",
		"[Video] Dam bursts":        "Dam bursts",
		"【速報】堤防が決壊":                 "堤防が決壊",
		"快讯：堤坝决口":                   "堤坝决口",
		"عاجل: انهيار السد":         "انهيار السد",
		"Терміново: прорвало дамбу": "прорвало дамбу",
		"Dam: who is to blame?":     "Dam: who is to blame?",
		"(Dam) bursts":              "(Dam) bursts",
		"LIVE":                      "LIVE",
		"":                          "",
	} {
		if got := strings.TrimSpace(skipKicker(in)); got != want {
			t.Errorf("skipKicker(%q) = %q, want %q", in, got, want)
		}
	}
}

// Words that are one word, and words that are not.
func TestTokens(t *testing.T) {
	t.Parallel()
	tokens := func(s string) []token {
		var r reading
		r.read(s, "")
		return r.tokens[:r.n]
	}
	for _, same := range [][2]string{
		{"Odesa", "Odessa"}, {"strikes", "striking"}, {"U.S.", "US"}, {"Curaçao", "CURACAO"}, {"minister's", "ministers"}, {"1,800", "1800"}, {"1.800", "1800"},
		{"２５", "25"}, {"２．５", "2.5"}, {"2,5", "2.5"}, {"09", "9"}, {"٢٥", "25"}, {"۲۵", "25"}, {"२५", "25"}, {"10th", "10"}, {"Україна", "України"}, {"поезда", "поездов"}, {"الجسر", "جسر"}, {"Ёлка", "елка"}, {"об'єднання", "обєднання"},
	} {
		if a, b := tokens(same[0]), tokens(same[1]); fmt.Sprint(a) != fmt.Sprint(b) || len(a) != 1 {
			t.Errorf("%q is %v, %q is %v: want one token, the same", same[0], a, same[1], b)
		}
	}
	for _, other := range [][2]string{{"2.5", "25"}, {"7.2", "7.5"}, {"9", "34"}, {"ends", "halts"}, {"桜川", "川桜"}, {"", "a"}} {
		if a, b := tokens(other[0]), tokens(other[1]); fmt.Sprint(a) == fmt.Sprint(b) {
			t.Errorf("%q and %q are both %v", other[0], other[1], a)
		}
	}
	var r reading
	for title, want := range map[string]dates{
		"Bulletin, Monday evening":      {weekday: 1, daypart: 1 << 3},
		"Bulletin for May 10th":         {day: 1 << 9},
		"Bulletin vom 10. Mai, Freitag": {weekday: 1 << 4, day: 1 << 9},
		"Зведення за 10 травня":         {day: 1 << 9},
		"They may march at 10":          {},
	} {
		if r.read(title, ""); r.dates[0] != want {
			t.Errorf("%q: dates %+v, want %+v", title, r.dates[0], want)
		}
	}
}
