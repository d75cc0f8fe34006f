package parse

import (
	"net/url"
	"strings"
	"testing"
	"time"
)

// What stands in an article without being part of it, and its look-alikes that are. after is "" where all stays.
var asides = []struct{ name, in, after string }{
	{"a line and a card", `<p>Text.</p><p>Read also: <a href="https://a.example/2">The other bridge</a></p><div class="related-posts"><a href="https://a.example/3">Old news</a></div>`, `<p>Text.</p>`},
	{"bold, with a sign before it", `<p>Text.</p><p><strong>▶ READ MORE: <a href="https://a.example/2">The other bridge</a></strong></p>`, `<p>Text.</p>`},
	{"Ukrainian", `<p>Текст.</p><p>Читайте також: <a href="https://a.example/2">Інший міст</a></p>`, `<p>Текст.</p>`},
	{"Russian, without a link", `<p>Текст.</p><p>Читайте также: Другой мост открыт</p>`, `<p>Текст.</p>`},
	{"French", `<p>Texte.</p><p>À lire aussi <a href="https://a.example/2">L’autre pont</a></p>`, `<p>Texte.</p>`},
	{"German list", `<p>Text.</p><h3>Lesen Sie auch</h3><ul><li><a href="https://a.example/2">Eins</a></li><li><a href="https://a.example/3">Zwei</a></li></ul><p>Mehr Text.</p>`, `<p>Text.</p><p>Mehr Text.</p>`},
	{"Japanese list", `<p>本文。</p><p>関連記事</p><ul><li><a href="https://a.example/2">別の橋</a></li></ul>`, `<p>本文。</p>`},
	{"lead and linked paragraphs", `<p>Texto.</p><p>Lea también:</p><p><a href="https://a.example/2">Otro puente</a></p><p>Más texto.</p>`, `<p>Texto.</p><p>Más texto.</p>`},
	{"lead at the end", `<p>Text.</p><h4>Related articles</h4>`, `<p>Text.</p>`},
	{"onward link", `<p>The bridge opened. <a href="https://a.example/1">Continue reading…</a></p>`, `<p>The bridge opened. </p>`},
	{"onward links, two", `Text. <a href="https://a.example/1">[Read more]</a> <a href="https://a.example/1">Read more »</a>`, `Text.`},
	{"onward link after a break", `de brug<br><a href="https://a.example/1">lees verder</a>`, `de brug<br/>`},
	{"onward, Japanese", `<p>橋が開通した。<a href="https://a.example/1">続きを読む</a></p>`, `<p>橋が開通した。</p>`},
	{"appeared first", `<p>Text.</p><p>The post <a href="https://a.example/1">The bridge</a> appeared first on <a href="https://a.example">The Post</a>.</p>`, `<p>Text.</p>`},
	{"appeared first, Spanish", `<p>Texto.</p><p>La entrada <a href="https://a.example/1">El puente</a> se publicó primero en <a href="https://a.example">El Correo</a>.</p>`, `<p>Texto.</p>`},
	{"newsletter", `<p>Text.</p><p><em>Sign up for our <a href="https://a.example/n">newsletter</a>.</em></p>`, `<p>Text.</p>`},
	{"channel", `<p>Текст.</p><p>Підписуйтесь на наш <a href="https://t.me/a">Telegram-канал</a>, щоб нічого не пропустити</p>`, `<p>Текст.</p>`},
	{"share buttons", `<p>Text.</p><p>Share this: <a href="https://www.facebook.com/sharer.php?u=x">Facebook</a> <a href="https://twitter.com/intent/tweet?u=x">Twitter</a></p>`, `<p>Text.</p>`},
	{"share list", `<p>Text.</p><ul><li><a href="https://wa.me/?text=x">WhatsApp</a></li><li><a href="https://t.me/share/url?u=x">Telegram</a></li></ul>`, `<p>Text.</p>`},
	{"flare", `<p>Text.</p><div><a href="https://feeds.a.example/~ff/x?a=1"><img src="https://feeds.a.example/~ff/x?i=1"></a></div><img src="https://feeds.a.example/~r/x/~4/1" height="1" width="1">`, `<p>Text.</p>`},
	{"emoji", `<p>Snow <img src="https://s.w.org/images/core/emoji/2/72x72/2744.png" alt="❄" class="wp-smiley"> falls</p>`, `<p>Snow ❄ falls</p>`},

	{"where it was published first", `<p>Text.</p><p>This article was originally published on <a href="https://b.example/">The Other Post</a>, under a free licence.</p>`, ""},
	{"a paywall around all", `<div class="paywall"><p>Text that only subscribers used to read.</p></div>`, `<div><p>Text that only subscribers used to read.</p></div>`},
	{"running text", `<p>Read more books, said the <a href="https://a.example/2">minister</a> to a hall of pupils who had expected anything else.</p>`, ""},
	{"find out more", `<p>Those who want to help can find out <a href="https://a.example/2">more</a></p>`, ""},
	{"link inside a sentence", `<p>She will <a href="https://a.example/2">continue reading</a> to children on Sundays.</p>`, ""},
	{"related by blood", `<p>Related or not, they <a href="https://a.example/2">look alike</a>.</p>`, ""},
	{"watch out", `<p>Watch how the <a href="https://a.example/2">bridge</a> opens.</p>`, ""},
	{"subscribe to a view", `<p>Subscribe to the view that <a href="https://a.example/2">all is well</a>, and you are alone.</p>`, ""},
	{"a tweet in the news", `<p>He posted <a href="https://twitter.com/intent/tweet?u=x">a link that posts itself</a>, and thousands followed it.</p>`, ""},
	{"the post office", `<p>The post <a href="https://a.example/2">office</a> in the village is closed.</p>`, ""},
	{"a heading and prose", `<h3>Related articles</h3><p>Of the constitution, three are <a href="https://a.example/2">related</a> to the press.</p>`, ""},
	{"all of it is a card", `<div class="related"><p>The bridge opened in the morning.</p></div>`, `<div><p>The bridge opened in the morning.</p></div>`},
}

func TestAsides(t *testing.T) {
	t.Parallel()
	base, err := url.Parse("https://a.example/")
	if err != nil {
		t.Fatal(err)
	}
	r := newReader(Input{URL: base.String()})
	for _, a := range asides {
		var c cleaner
		want := a.after
		if want == "" {
			want = a.in
		}
		got := c.clean([]byte(a.in), base, r.resolve)
		if got.html != want {
			t.Errorf("%s:\n in %s\ngot %s\nwant %s", a.name, a.in, got.html, want)
		}
		if want == asides[0].after && got.text != "Text." {
			t.Errorf("%s: words %q: what was taken out is counted", a.name, got.text)
		}
		if again := c.clean([]byte(got.html), base, r.resolve); again.html != got.html {
			t.Errorf("%s: cleaned again: %s", a.name, again.html)
		}
	}
}

// What stands between a lead-in and the blocks after it is not looked at again for each of them.
func TestAsidesAreLinear(t *testing.T) {
	t.Parallel()
	r := newReader(Input{URL: "https://a.example/"})
	for name, body := range map[string]string{
		"a gap after a lead-in": "<p>Related articles</p>" + strings.Repeat(" ", 400_000) + strings.Repeat("<p>x</p>", 50_000),
		"links that lead on":    "<p>Text." + strings.Repeat(` <a href="https://a.example/x">Read more</a>`, 20_000) + "</p>",
		"credits":               "<figure><img src=/x.jpg><figcaption>" + strings.Repeat("<small>Photo: a. b. c</small>", 20_000) + "</figcaption></figure>",
		"colons in a caption":   "<figure><img src=/x.jpg><figcaption>" + strings.Repeat("photo:", 100_000) + "</figcaption></figure>",
		"dots in a caption":     "<figure><img src=/x.jpg><figcaption>" + strings.Repeat("a. ", 200_000) + "</figcaption></figure>",
	} {
		var c cleaner
		start := time.Now()
		c.clean([]byte(body), nil, r.resolve)
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%s: %v", name, took)
		} else {
			t.Logf("%s: %v", name, took)
		}
	}
}
