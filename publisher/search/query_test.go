package search

import (
	"strings"
	"testing"

	"deskwire"
	"deskwire/publisher"
)

func found(title, summary, body string) *publisher.Found {
	f := &publisher.Found{Channels: []string{"desk/world"}}
	f.Item.Article = deskwire.Article{Title: title, Summary: summary}
	f.Item.Article.Source = "hill"
	f.Item.Body = body
	return f
}

func TestMatches(t *testing.T) {
	t.Parallel()
	f := found("Ferry strike ends at Covid-19 ward", "L'été à Zürich: naïve Straße, Łódź. Президент їде до об'єкта, ещё раз.", "<p>The old bridge <b>reopens</b> on Monday.</p><p>الأسعار مُرتَفِعة في القاهرة</p><p>日本国の首相、ｶﾀｶﾅ。ภาษาไทย</p>")
	text := textOf(&f.Item)
	for query, want := range map[string]bool{
		"ferry":                   true,
		"FERRY Strike":            true,
		"ferry plane":             false,
		`"ferry strike"`:          true,
		`"strike ferry"`:          false,
		`"ward l'été"`:            false, // no phrase reaches from one field into the next
		"strike -plane":           true,
		"strike -ferry":           false,
		`strike -"ends at"`:       false,
		`strike -"ends on"`:       true,
		"-plane":                  false, // asks nothing
		"str*":                    true,
		"strik":                   false,
		"stra*":                   true,
		"s*":                      false, // one letter means itself
		"covid-19":                true,
		"covid19":                 false,
		"ete":                     true,
		"ÉTÉ":                     true,
		"e\u0301te\u0301":         true,
		"l’été":                   true,
		"zurich":                  true,
		"naive strasse":           true,
		"lodz":                    true,
		"обʼєкта":                 true,
		"їде":                     true,
		"іде":                     false, // another letter
		"еще":                     true,
		"президент":               true,
		"الاسعار":                 true,
		"مرتفعة":                  true,
		"القاهره":                 true,
		"日本":                      true,
		"本国":                      true,
		"国":                       true,
		"相":                       true,
		"首脳":                      false,
		"日国":                      false,
		"カタカナ":                    true,
		"ภาษาไทย":                 true,
		"ไทย":                     true,
		"ｆｅｒｒｙ":                   true,
		"desk:world":              true,
		"desk:world ferry":        true,
		"desk:sport ferry":        false,
		"-desk:sport ferry":       true,
		"topic:world":             false,
		"source:hill ferry":       true,
		"source:harbour":          false,
		"desk: ferry":             false,
		"the <b>":                 false,
		"reopens monday":          true,
		"":                        false,
		`"`:                       false,
		`"ferry strike`:           true, // not closed
		"ferry AND strike":        false,
		"ferry \x00\xff strike":   true,
		"- ferry":                 true,
		"--ferry":                 true,
		"ferry*strike":            true,
		"\u202eferry":             true,
		"fer\u00adry":             true,
		"source:hill -source:sea": true,
	} {
		q, err := Parse(query)
		if err != nil {
			t.Errorf("%q: %v", query, err)
			continue
		}
		if got := q.matches(f, text); got != want {
			t.Errorf("%q: %v, want %v; %+v", query, got, want, q.clauses)
		}
		again, err := Parse(q.Text)
		if err != nil || again.Text != q.Text {
			t.Errorf("%q: %q is read as %q, %v", query, q.Text, again.Text, err)
		}
	}
}

func TestTooLong(t *testing.T) {
	t.Parallel()
	for _, query := range []string{strings.Repeat("x", MaxQuery+1), strings.Repeat("a ", MaxTerms+1), strings.Repeat("日", MaxTerms+2)} {
		if _, err := Parse(query); err == nil {
			t.Errorf("%q is read", query)
		}
	}
	if _, err := Parse(strings.Repeat("日", MaxTerms+1)); err != nil {
		t.Error(err)
	}
}

func marked(spans []Span) string {
	var b strings.Builder
	for _, s := range spans {
		if s.Hit {
			b.WriteString("[" + s.Text + "]")
		} else {
			b.WriteString(s.Text)
		}
	}
	return b.String()
}

func TestMarks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ query, title, want string }{
		{"strasse", "Die Straße, in STRASSEN", "Die [Straße], in STRASSEN"},
		{"stra*", "Die Straße, in STRASSEN", "Die [Straße], in [STRASSEN]"},
		{"ete", "L'été e\u0301te\u0301", "L'[été] [e\u0301te\u0301]"},
		{`"old bridge"`, "Old bridge, old", "[Old bridge], old"},
		{"bridge old", "Old <bridge>", "[Old] <[bridge]>"},
		{"日本国", "在日本国外", "在[日本国]外"},
		{"国", "在日本国外", "在日本[国]外"},
		{"ferry -strike", "Ferry", "[Ferry]"},
	} {
		q, err := Parse(c.query)
		if err != nil {
			t.Fatal(err)
		}
		f := found(c.title, "", "")
		r := q.result(f, textOf(&f.Item))
		if got := marked(r.Title); got != c.want {
			t.Errorf("%q: %q, want %q", c.query, got, c.want)
		}
	}
}

func TestExcerpt(t *testing.T) {
	t.Parallel()
	q, err := Parse(`"old bridge" monday`)
	if err != nil {
		t.Fatal(err)
	}
	f := found("News", "Nothing of it here.", "<p>"+strings.Repeat("filler word ", 60)+"the old bridge opens on Monday "+strings.Repeat("and so on ", 60)+"</p>")
	r := q.result(f, textOf(&f.Item))
	got := marked(r.Excerpt)
	if !strings.HasPrefix(got, "… ") || !strings.HasSuffix(got, " …") || !strings.Contains(got, "the [old bridge] opens on [Monday] and") || len(got) > excerptRunes+40 {
		t.Errorf("%q", got)
	}
	if q, _ = Parse("news bridge"); q.result(f, textOf(&f.Item)).Excerpt != nil {
		t.Error("an excerpt where the title shows why")
	}
}

// FuzzParse has whatever people type read, and compared with what they might have typed.
func FuzzParse(f *testing.F) {
	f.Add(`ferry "old bridge" -x desk:world 日本国 stra*`, "Die Straße 日本国")
	f.Add("国", "本国")
	f.Add("об'єкт", "e\u0301\u200b'\u0301")
	f.Fuzz(func(t *testing.T, query, title string) {
		q, err := Parse(query)
		if err != nil {
			return
		}
		again, err := Parse(q.Text)
		if err != nil || again.Text != q.Text || len(again.clauses) != len(q.clauses) {
			t.Fatalf("%q is read as %q, %v", q.Text, again.Text, err)
		}
		item := found(title, title, "<p>"+title+"</p>")
		text := textOf(&item.Item)
		for i := range text.words {
			w := &text.words[i]
			if w.start >= w.end || len(w.term) > maxWord || w.term == "" {
				t.Fatalf("word %+v", w)
			}
		}
		q.matches(item, text)
		r := q.result(item, text)
		if strings.ReplaceAll(strings.ReplaceAll(marked(r.Title), "[", ""), "]", "") != strings.ReplaceAll(strings.ReplaceAll(text.title, "[", ""), "]", "") {
			t.Fatalf("marks change the title: %q, %q", marked(r.Title), text.title)
		}
	})
}
