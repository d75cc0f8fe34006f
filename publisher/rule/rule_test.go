package rule

import (
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"deskwire"

	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// compile compiles channels that have to be right.
func compile(tb testing.TB, channels []deskwire.Channel, sources ...string) *Set {
	tb.Helper()
	set, problems := Compile(channels, sources)
	if set == nil {
		tb.Fatalf("%+v", problems)
	}
	return set
}

// Each file of testdata holds channels, stories with bodies, and what becomes of them: the entry that took each story, and
// below it what every entry had to say.
func TestRules(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no testdata", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			golden(t, file)
		})
	}
}

type articleFile struct {
	deskwire.Article
	Body string
}

func golden(t *testing.T, file string) {
	ar, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var channels []deskwire.Channel
	var stories [][]articleFile
	var want *txtar.File
	for i := range ar.Files {
		switch f := &ar.Files[i]; f.Name {
		case "channels.json":
			decode(t, f.Data, &channels)
		case "stories.json":
			decode(t, f.Data, &stories)
		case "want":
			want = f
		}
	}
	set := compile(t, channels, "alpha", "beta", "gamma")
	var b strings.Builder
	for _, articles := range stories {
		s := &deskwire.Story{ID: articles[0].ID}
		bodies := map[deskwire.ID]string{}
		for _, a := range articles {
			a.HasBody = a.Body != ""
			bodies[a.ID] = a.Body
			s.Articles = append(s.Articles, a.Article)
		}
		tell(&b, set, s, func(id deskwire.ID) string { return bodies[id] })
	}
	if *update {
		want.Data = []byte(b.String())
		if err := os.WriteFile(file, txtar.Format(ar), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if got := b.String(); got != string(want.Data) {
		t.Errorf("%s: got\n%s\nwant\n%s", ar.Comment, got, want.Data)
	}
}

func decode(t *testing.T, data []byte, into any) {
	t.Helper()
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatal(err)
	}
}

func tell(b *strings.Builder, set *Set, s *deskwire.Story, body func(deskwire.ID) string) {
	in := set.File(s, body)
	fmt.Fprintf(b, "%s\n", s.ID)
	for _, t := range set.Trace(s, body, nil) {
		fmt.Fprintf(b, "  %s: %s\n", t.Channel, cmp.Or(in[t.Channel], "-"))
		for _, e := range t.Entries {
			fmt.Fprintf(b, "    %-5t %s, %s: %s\n", e.Matched, e.Entry, e.Article, e.Because())
		}
	}
}

func TestProblems(t *testing.T) {
	t.Parallel()
	topic := func(name string, take ...deskwire.Rule) deskwire.Channel {
		return deskwire.Channel{Kind: deskwire.Topic, Name: name, Take: take}
	}
	for _, c := range []struct {
		channels []deskwire.Channel
		want     string // channel list[rule].field[index]+offset: message
	}{
		{[]deskwire.Channel{topic("a", deskwire.Rule{})}, `topic/a take[0].[-1]+0: an entry without a condition; it has at least one of sources, topics, categories, languages, words, when`},
		{[]deskwire.Channel{topic("a", deskwire.Rule{Sources: []string{"alpha", "btea"}})}, `topic/a take[0].sources[1]+0: there is no source "btea"; did you mean "beta"?`},
		{[]deskwire.Channel{topic("a", deskwire.Rule{Sources: []string{"nothing-like-it"}})}, `topic/a take[0].sources[0]+0: there is no source "nothing-like-it"`},
		{[]deskwire.Channel{topic("nato"), topic("b", deskwire.Rule{Topics: []string{"nado"}})}, `topic/b take[0].topics[0]+0: there is no topic "nado"; did you mean "nato"?`},
		{[]deskwire.Channel{topic("a", deskwire.Rule{Topics: []string{"a"}})}, `topic/a take[0].topics[0]+0: the topics go in a circle: topic/a is taken from topic/a, which is taken from it`},
		{[]deskwire.Channel{{Kind: deskwire.Desk, Name: "d"}, topic("b", deskwire.Rule{Topics: []string{"d"}})}, `topic/b take[0].topics[0]+0: there is no topic "d"; did you mean "b"?`},
		{[]deskwire.Channel{topic("a", deskwire.Rule{Words: []string{"x", " "}})}, `topic/a take[0].words[1]+0: empty word; a word is letters or digits, as in "summit" or "negotiat*"`},
		{[]deskwire.Channel{topic("a", deskwire.Rule{Categories: []string{"-"}})}, `topic/a take[0].categories[0]+0: empty category`},
		{[]deskwire.Channel{topic("a", deskwire.Rule{Languages: []string{"en_GB", "English"}})}, `topic/a take[0].languages[1]+0: "English" is not a language tag; examples are en, uk and zh`},
		{[]deskwire.Channel{topic("a", deskwire.Rule{Words: []string{"x"}, In: []string{"title", "text"}})}, `topic/a take[0].in[1]+0: words can not look in "text"; title, summary and body are allowed`},
		{[]deskwire.Channel{topic("a", deskwire.Rule{Sources: []string{"beta"}, In: []string{"title"}})}, `topic/a take[0].in[-1]+0: in says where words look, and there are no words`},
		{[]deskwire.Channel{topic("a", deskwire.Rule{When: "article.wrods > 5"})}, `topic/a take[0].when[-1]+8: article has no wrods; did you mean "words"?`},
		{[]deskwire.Channel{topic("a", deskwire.Rule{When: `"й" == article.title && artcle.words > 5`})}, `topic/a take[0].when[-1]+25: unknown name artcle; did you mean "article"?`},
		{[]deskwire.Channel{topic("a", deskwire.Rule{When: "article.words >"})}, `topic/a take[0].when[-1]+14: unexpected token EOF`},
		{[]deskwire.Channel{topic("a", deskwire.Rule{When: "article.words"})}, `topic/a take[0].when[-1]+0: expected bool, but got int`},
		{[]deskwire.Channel{topic("a", deskwire.Rule{When: "article.published > now()"})}, `topic/a take[0].when[-1]+20: now is not known here: a story is filed once, and the answer would be another one later; max_age limits a channel by age`},
		{[]deskwire.Channel{topic("a", deskwire.Rule{When: " "})}, `topic/a take[0].when[-1]+0: empty expression; an example is article.words > 150 && "politics" in article.categories`},
		{[]deskwire.Channel{topic("a", deskwire.Rule{When: "true" + strings.Repeat(" && true", 300)})}, `topic/a take[0].when[-1]+2005: the expression has more than 500 parts`},
		{[]deskwire.Channel{{Kind: deskwire.Desk, Name: "d", Drop: []deskwire.Rule{{Words: []string{"ok"}}, {Words: []string{"слово"}}}}},
			`desk/d drop[1].words[0]+0: warning: "слово" is matched in this form only; "слово*" matches its other endings too`},
	} {
		set, problems := Compile(c.channels, []string{"alpha", "beta"})
		if len(problems) != 1 {
			t.Errorf("got %+v\nwant %s", problems, c.want)
			continue
		}
		p := problems[0]
		warning := ""
		if p.Warning {
			warning = "warning: "
		}
		got := fmt.Sprintf("%s %s[%d].%s[%d]+%d: %s%s", p.Channel, p.List, p.Rule, p.Field, p.Index, p.Offset, warning, p.Msg)
		if got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
		if (set == nil) == p.Warning {
			t.Errorf("%s: set is nil: %t", got, set == nil)
		}
	}
}

// All mistakes are told at once, in the order of the file.
func TestAllProblems(t *testing.T) {
	t.Parallel()
	_, problems := Compile([]deskwire.Channel{
		{Kind: deskwire.Desk, Name: "d", Take: []deskwire.Rule{{Topics: []string{"b"}, Sources: []string{"x"}}, {Words: []string{""}}}, Drop: []deskwire.Rule{{}}},
		{Kind: deskwire.Topic, Name: "b", Take: []deskwire.Rule{{When: "1"}}},
	}, nil)
	var got []string
	for _, p := range problems {
		got = append(got, fmt.Sprintf("%s %s %d %s", p.Channel, p.List, p.Rule, p.Field))
	}
	want := []string{"desk/d take 0 sources", "desk/d take 1 words", "desk/d drop 0 ", "topic/b take 0 when"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestFingerprint(t *testing.T) {
	t.Parallel()
	print := func(take, drop []deskwire.Rule, topic ...deskwire.Rule) string {
		set := compile(t, []deskwire.Channel{
			{Kind: deskwire.Desk, Name: "d", Take: take, Drop: drop},
			{Kind: deskwire.Topic, Name: "t", Take: topic}, {Kind: deskwire.Topic, Name: "other"},
		}, "alpha", "beta")
		return set.Fingerprint("desk/d")
	}
	rules := func(r ...deskwire.Rule) []deskwire.Rule { return r }
	words := deskwire.Rule{Words: []string{"a", "b*"}}
	base := print(rules(words, deskwire.Rule{Topics: []string{"t"}}), nil)
	// The same in every process: who changes what a fingerprint is made of makes every newsroom file everything again.
	if want := "b58df7fea5f72a33b6e643df"; base != want {
		t.Errorf("fingerprint %s, want %s", base, want)
	}
	for name, same := range map[string]string{
		"lines":      print(rules(deskwire.Rule{Words: []string{"a", "b*"}, Line: 9}, deskwire.Rule{Topics: []string{"t"}, Line: 3}), nil),
		"entries":    print(rules(deskwire.Rule{Topics: []string{"t"}}, words), nil),
		"values":     print(rules(deskwire.Rule{Words: []string{"B*", "a", "A"}}, deskwire.Rule{Topics: []string{"t"}}), nil),
		"in":         print(rules(deskwire.Rule{Words: []string{"a", "b*"}, In: []string{"summary", "title"}}, deskwire.Rule{Topics: []string{"t"}}), nil),
		"repetition": print(rules(words, words, deskwire.Rule{Topics: []string{"t", "t"}}), nil),
	} {
		if same != base {
			t.Errorf("%s change the fingerprint", name)
		}
	}
	seen := map[string]string{base: "base"}
	for name, other := range map[string]string{
		"drop":      print(rules(words, deskwire.Rule{Topics: []string{"t"}}), rules(words)),
		"list":      print(nil, rules(words, deskwire.Rule{Topics: []string{"t"}})),
		"words":     print(rules(deskwire.Rule{Words: []string{"a", "b"}}, deskwire.Rule{Topics: []string{"t"}}), nil),
		"phrase":    print(rules(deskwire.Rule{Words: []string{"a b*"}}, deskwire.Rule{Topics: []string{"t"}}), nil),
		"in":        print(rules(deskwire.Rule{Words: []string{"a", "b*"}, In: []string{"title"}}, deskwire.Rule{Topics: []string{"t"}}), nil),
		"one entry": print(rules(deskwire.Rule{Words: []string{"a", "b*"}, Topics: []string{"t"}}), nil),
		"language":  print(rules(deskwire.Rule{Words: []string{"a", "b*"}, Languages: []string{"en"}}, deskwire.Rule{Topics: []string{"t"}}), nil),
		"source":    print(rules(deskwire.Rule{Words: []string{"a", "b*"}, Sources: []string{"alpha"}}, deskwire.Rule{Topics: []string{"t"}}), nil),
		"category":  print(rules(deskwire.Rule{Words: []string{"a", "b*"}, Categories: []string{"x"}}, deskwire.Rule{Topics: []string{"t"}}), nil),
		"when":      print(rules(deskwire.Rule{Words: []string{"a", "b*"}, When: "true"}, deskwire.Rule{Topics: []string{"t"}}), nil),
		"topic":     print(rules(words, deskwire.Rule{Topics: []string{"other"}}), nil),
		"in topic":  print(rules(words, deskwire.Rule{Topics: []string{"t"}}), nil, deskwire.Rule{Words: []string{"c"}}),
	} {
		if was, ok := seen[other]; ok && name != "topic" {
			t.Errorf("%s has the fingerprint of %s", name, was)
		}
		seen[other] = name
	}
	if got := compile(t, nil).Fingerprint("desk/d"); got != "" {
		t.Errorf("fingerprint of an unknown channel: %q", got)
	}
}

// Bodies are read only where a rule looks, and each once.
func TestBodies(t *testing.T) {
	t.Parallel()
	set := compile(t, []deskwire.Channel{
		{Kind: deskwire.Desk, Name: "a", Take: []deskwire.Rule{{Sources: []string{"alpha"}, Words: []string{"deep"}, In: []string{"body"}}}},
		{Kind: deskwire.Desk, Name: "b", Take: []deskwire.Rule{{Words: []string{"deep"}}}},
	}, "alpha", "beta")
	if !set.NeedsBody("desk/a") || set.NeedsBody("desk/b") || set.NeedsBody("desk/c") {
		t.Error("NeedsBody is wrong")
	}
	s := &deskwire.Story{Articles: []deskwire.Article{{ID: "1", Source: "alpha", HasBody: true}, {ID: "2", Source: "beta", HasBody: true}, {ID: "3", Source: "alpha"}}}
	var asked []deskwire.ID
	in := set.File(s, func(id deskwire.ID) string { asked = append(asked, id); return "<p>how <i>de</i>ep</p>" })
	if want := "take[0]: words deep"; in["desk/a"] != want || len(in) != 1 || !slices.Equal(asked, []deskwire.ID{"1"}) {
		t.Errorf("got %v asking for %v", in, asked)
	}
	for i, want := range []bool{true, false, false} {
		if got := set.ReadsBody(&s.Articles[i]); got != want {
			t.Errorf("ReadsBody(%s) = %t", s.Articles[i].ID, got)
		}
	}
	if set.File(s, nil) != nil {
		t.Error("a story without bodies is taken by words in its body")
	}
}

// An expression that can not be evaluated is no match, is counted, and stops nothing.
func TestFailures(t *testing.T) {
	t.Parallel()
	set := compile(t, []deskwire.Channel{
		{Kind: deskwire.Desk, Name: "a", Take: []deskwire.Rule{{When: `article.categories[0] == "x"`, Line: 7}}},
		{Kind: deskwire.Desk, Name: "b", Take: []deskwire.Rule{{When: `len(1..article.words) > 5`}, {Sources: []string{"alpha"}}}},
	}, "alpha")
	s := &deskwire.Story{Articles: []deskwire.Article{{ID: "1", Source: "alpha", Words: 1_000_000}}}
	if in := set.File(s, nil); len(in) != 1 || in["desk/b"] != "take[1]: source alpha" {
		t.Errorf("filed in %v", in)
	}
	if n, last := set.Failures(); n != 2 || !strings.Contains(last, "memory budget") {
		t.Errorf("failures: %d, %s", n, last)
	}
	tr := set.Trace(s, nil, nil, "desk/a")
	if len(tr) != 1 || !strings.Contains(tr[0].Entries[0].Because(), "could not be evaluated: when: index out of range") {
		t.Errorf("trace: %+v", tr)
	}
}

// One set serves any number of goroutines.
func TestTogether(t *testing.T) {
	t.Parallel()
	set := compile(t, []deskwire.Channel{{Kind: deskwire.Topic, Name: "a", Take: []deskwire.Rule{{Words: []string{"word*"}, When: "len(article.title) > 3"}}}})
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for k := range 200 {
				s := &deskwire.Story{Articles: []deskwire.Article{{Title: "nothing"}}}
				if (i+k)%2 == 0 {
					s.Articles[0].Title = "words"
				}
				if in := set.Only("topic/a").File(s, nil); (len(in) == 1) != ((i+k)%2 == 0) {
					t.Errorf("%q is in %v", s.Articles[0].Title, in)
				}
			}
		})
	}
	wg.Wait()
}

// FuzzWhen: whatever stands in an expression, it compiles or is a problem with a place in the text, and runs to an end.
func FuzzWhen(f *testing.F) {
	for _, s := range []string{`article.words > 150 && "politics" in article.categories`, `any(article.authors, # matches "A.*")`, "$env.article.body", "1..1e9", "let x = article; x.title == ''", "й > "} {
		f.Add(s)
	}
	s := &deskwire.Story{Articles: []deskwire.Article{{ID: "1", Title: "t", HasBody: true, Categories: []string{"Politics"}}}}
	f.Fuzz(func(t *testing.T, when string) {
		set, problems := Compile([]deskwire.Channel{{Kind: deskwire.Topic, Name: "a", Take: []deskwire.Rule{{When: when}}}}, nil)
		for _, p := range problems {
			if p.Offset < 0 || p.Offset > len(when) || p.Msg == "" {
				t.Errorf("%q: %+v", when, p)
			}
		}
		if set != nil {
			set.File(s, func(deskwire.ID) string { return "body" })
		}
	})
}
