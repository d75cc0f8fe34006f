package rule

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"deskwire"
)

// newsroom invents channels with words each, over some sources.
func newsroom(channels, words int) ([]deskwire.Channel, []string) {
	r := rand.New(rand.NewPCG(7, 7))
	sources := make([]string, 50)
	for i := range sources {
		sources[i] = fmt.Sprintf("source-%d", i)
	}
	out := make([]deskwire.Channel, channels)
	for i := range out {
		take := deskwire.Rule{Line: i}
		for range words {
			w := invent(r, 2+r.IntN(3))
			switch r.IntN(4) {
			case 0:
				w += "*"
			case 1:
				w += " " + invent(r, 3)
			}
			take.Words = append(take.Words, w)
		}
		out[i] = deskwire.Channel{Kind: deskwire.Topic, Name: fmt.Sprintf("t%d", i), Take: []deskwire.Rule{
			take, {Sources: sources[i : i+1]}}, Drop: []deskwire.Rule{{Words: []string{"horoscope*", "sponsored content"}}}}
	}
	return out, sources
}

func invent(r *rand.Rand, syllables int) string {
	const parts = "ba be bi bo bu da de di do du ka ke ki ko ku la le li lo lu ma me mi mo mu na ne ni no nu ra re ri ro ru sa se si so su ta te ti to tu"
	all := strings.Fields(parts)
	var b strings.Builder
	for range syllables {
		b.WriteString(all[r.IntN(len(all))])
	}
	return b.String()
}

func story(r *rand.Rand, text func(n int) string) *deskwire.Story {
	a := deskwire.Article{
		ID: "01hq3v5m8n2p4r6t", Source: fmt.Sprintf("source-%d", r.IntN(50)), Title: text(9), Summary: text(38), Language: "en",
		Categories: []string{"World", "Politics"}, HasBody: true,
	}
	return &deskwire.Story{ID: a.ID, Articles: []deskwire.Article{a}}
}

func latin(r *rand.Rand) func(n int) string {
	return func(n int) string {
		words := make([]string, n)
		for i := range words {
			words[i] = invent(r, 1+r.IntN(4))
			if i%9 == 0 {
				words[i] = strings.ToUpper(words[i][:1]) + words[i][1:]
			}
		}
		return strings.Join(words, " ") + "."
	}
}

func cyrillic(r *rand.Rand) func(n int) string {
	of := latin(r)
	letters := strings.NewReplacer("a", "а", "b", "б", "d", "д", "e", "є", "i", "ї", "k", "к", "l", "л", "m", "м", "n", "н", "o", "о", "r", "р", "s", "с", "t", "т", "u", "у")
	return func(n int) string { return letters.Replace(of(n)) }
}

func chinese(r *rand.Rand) func(n int) string {
	return func(n int) string {
		var b strings.Builder
		for range 2 * n {
			b.WriteRune(rune(0x4e00 + r.IntN(3000)))
		}
		return b.String() + "。"
	}
}

// Budget: 3 µs an article of 47 words in English for 20 channels of 20 phrases each; 5 µs in other scripts.
func BenchmarkFile(b *testing.B) {
	channels, sources := newsroom(20, 20)
	set, problems := Compile(channels, sources)
	if set == nil {
		b.Fatal(problems)
	}
	for name, script := range map[string]func(*rand.Rand) func(int) string{"latin": latin, "cyrillic": cyrillic, "chinese": chinese} {
		b.Run(name, func(b *testing.B) {
			r := rand.New(rand.NewPCG(1, 1))
			stories := make([]*deskwire.Story, 1000)
			for i := range stories {
				stories[i] = story(r, script(r))
			}
			b.ReportAllocs()
			i, taken := 0, 0
			for b.Loop() {
				taken += len(set.File(stories[i%len(stories)], nil))
				i++
			}
			b.ReportMetric(float64(taken)/float64(i), "channels/story")
		})
	}
}

// Budget: 40 µs an article whose body of 4 KB is read too.
func BenchmarkFileBody(b *testing.B) {
	channels, sources := newsroom(20, 20)
	for i := range channels {
		channels[i].Take[0].In = []string{"title", "summary", "body"}
	}
	set, problems := Compile(channels, sources)
	if set == nil {
		b.Fatal(problems)
	}
	r := rand.New(rand.NewPCG(1, 1))
	text := latin(r)
	s := story(r, text)
	html := strings.Repeat("<p>"+text(60)+" <b>"+text(2)+"</b></p>\n", 10)
	b.SetBytes(int64(len(html)))
	b.ReportAllocs()
	body := func(deskwire.ID) string { return html }
	for b.Loop() {
		set.File(s, body)
	}
}

// Budget: 5 ms for the rules of a large newsroom.
func BenchmarkCompile(b *testing.B) {
	channels, sources := newsroom(50, 50)
	for b.Loop() {
		if set, problems := Compile(channels, sources); set == nil {
			b.Fatal(problems)
		}
	}
}

// Budget: 1.5 µs an expression.
func BenchmarkWhen(b *testing.B) {
	set, problems := Compile([]deskwire.Channel{{Kind: deskwire.Desk, Name: "d", Take: []deskwire.Rule{
		{When: `article.words > 150 && "politics" in article.categories`}}}}, nil)
	if set == nil {
		b.Fatal(problems)
	}
	r := rand.New(rand.NewPCG(1, 1))
	s := story(r, latin(r))
	s.Articles[0].Words = 200
	b.ReportAllocs()
	for b.Loop() {
		if set.File(s, nil) == nil {
			b.Fatal("not taken")
		}
	}
}
