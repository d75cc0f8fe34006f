package parse

import (
	"strings"
	"testing"

	"deskwire"
)

func cleanString(s string) cleaned {
	r := newReader(Input{URL: "https://a.example/dir/feed.xml"})
	return r.clean.clean([]byte(s), r.base(""), r.resolve)
}

// What foreign HTML becomes. Each result must also be what it becomes when cleaned again.
func TestClean(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		// Nothing active survives
		{`<p onclick="x()" style="color:red" id="a" name="b" class="c">t</p>`, `<p>t</p>`},
		{`<script>alert(1)</script><style>p{}</style>t`, `t`},
		{`<a href="javascript:alert(1)">t</a>`, `t`},
		{`<a href=" java&#10;script:alert(1)">t</a>`, `t`},
		{`<a href="data:text/html,x">t</a><a href="mailto:a@b.c">m</a>`, `tm`},
		{`<img src="javascript:x"><img src="data:image/png;base64,AA">`, ``},
		{`<svg><script>x</script></svg><math><mi>x</mi></math>t`, `t`},
		{`<form action="/x"><input name="q"><button>Go</button><select><option>a</select>t</form>`, `<div>t</div>`},
		{`<object data="x.swf"><param name="movie" value="x.swf">Old <embed src="/x.swf"></object>`, `Old <a href="https://a.example/x.swf">a.example/x.swf</a>`},
		{`<p title="&quot;&gt;&lt;script&gt;">t</p>`, `<p>t</p>`},
		{`<noscript><p title="</noscript><img src=x onerror=alert(1)>">`, ``},
		{`<!-- <p> --><![CDATA[x]]><?php x ?>t`, `t`},
		{"\u0000<p>\u0001t\ufffe</p>", `<p>t</p>`},
		// Addresses
		{`<a href="b?x=1&y=2">t</a>`, `<a href="https://a.example/dir/b?x=1&amp;y=2">t</a>`},
		{`<a href="//c.example/x">t</a>`, `<a href="https://c.example/x">t</a>`},
		{`<a href="HTTP://C.Example/x y">t</a>`, `<a href="http://C.Example/x%20y">t</a>`},
		{`<a href="#top">t</a>`, `t`},
		{`<a href="https://user:secret@c.example/">t</a>`, `<a href="https://c.example/">t</a>`},
		{`<img src="/i.png" srcset="/i.png 1x, javascript:x 2x, i2.png 3x">`, `<img src="https://a.example/i.png" srcset="https://a.example/i.png 1x, https://a.example/dir/i2.png 3x" alt=""/>`},
		{`<blockquote cite="q">t</blockquote>`, `<blockquote cite="https://a.example/dir/q">t</blockquote>`},
		// What is left open is closed, what closes nothing goes
		{`<p>a<p>b`, `<p>a</p><p>b</p>`},
		{`</div></p>t</section>`, `t`},
		{`<ul><li>a<li>b</ul>`, `<ul><li>a</li><li>b</li></ul>`},
		{`<dl><dt>a<dd>b<dt>c</dl>`, `<dl><dt>a</dt><dd>b</dd><dt>c</dt></dl>`},
		{`<b>a<i>b</b>c</i>`, `<b>a<i>b</i></b><i>c</i>`},
		{`<div><div><p>a`, `<div><div><p>a</p></div></div>`},
		{`<table><tr><td>a<td>b<tr><td>c</table>`, `<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>`},
		{`a<br>b<hr>`, `a<br/>b<hr/>`},
		// What becomes something else
		{`<span><font color=red>t</font></span><center>u</center>`, `t<div>u</div>`},
		{`<details open><summary>Why?</summary>Because.</details>`, `<div><div>Why?</div>Because.</div>`},
		{`<menu><li>a<li>b</menu><tt>x</tt><acronym title="y">z</acronym>`, `<ul><li>a</li><li>b</li></ul><code>x</code><abbr title="y">z</abbr>`},
		{`<form><input name=q><p></p></form><p>t</p><div></div>`, `<p>t</p>`},
		{`<p><a href="mailto:desk@a.example">Write</a> or <a href="tel:+1">call</a> us</p>`, `<p>Write or call us</p>`}, // addresses are http(s); the words stay
		{`<iframe src="https://www.youtube.com/embed/x1"></iframe>`, `<a href="https://www.youtube.com/watch?v=x1">youtube.com/watch?v=x1</a>`},
		{`<video src="/v.mp4" title="Storm">no video</video>`, `<a href="https://a.example/v.mp4">Storm</a>`},
		{`<audio><source src="a.mp3"><source src="a.ogg"></audio>`, `<a href="https://a.example/dir/a.mp3">a.example/dir/a.mp3</a>`},
		{`<picture><source srcset="/l.webp"><img src="/l.jpg" alt="L"></picture>`, `<img src="https://a.example/l.jpg" alt="L"/>`},
		{`<img data-src="/lazy.jpg" src="/grey.gif">`, `<img src="https://a.example/lazy.jpg" alt=""/>`},
		// What is no part of the article
		{`<p>a</p><div class="box related-posts"><h3>Related</h3><ul><li><a href="/x">x</a></li></ul></div>`, `<p>a</p>`},
		{`<p>a</p><p><strong>Read also: <a href="/x">x</a></strong></p>`, `<p>a</p>`},
		{`<p>a</p><p>Lesen Sie auch: <a href="/x">x</a></p>`, `<p>a</p>`},
		{`<p>Read more books, he said.</p>`, `<p>Read more books, he said.</p>`},
		{`<p>a</p><img src="https://x.example/p.gif" width="1" height="1"><img src="http://feeds.example.org/~r/x/~4/y">`, `<p>a</p>`},
		// What stays
		{`<h2>h</h2><pre><code>a &lt; b</code></pre><table><caption>c</caption><thead><tr><th colspan="2">h</th></tr></thead></table>`,
			`<h2>h</h2><pre><code>a &lt; b</code></pre><table><caption>c</caption><thead><tr><th colspan="2">h</th></tr></thead></table>`},
		{`It&#8217;s &quot;5 &lt; 6&quot; &amp; &nbsp;more`, "It’s \"5 &lt; 6\" &amp; \u00a0more"},
		{`<p dir="rtl" lang="he_IL">t</p><ol start="3" reversed><li value="7">a</li></ol>`, `<p dir="rtl" lang="he-IL">t</p><ol start="3" reversed=""><li value="7">a</li></ol>`},
	} {
		got := cleanString(c.in)
		want := strings.ReplaceAll(c.want, "&#34;", `"`)
		if got.html != want {
			t.Errorf("clean(%q)\n got %q\nwant %q", c.in, got.html, want)
		}
		checkHTML(t, c.in, got.html)
		if again := cleanString(got.html); again.html != got.html {
			t.Errorf("cleaning %q again gave %q", got.html, again.html)
		}
	}
}

func TestSummarize(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("A sentence of some words stands here. ", 20)
	for _, c := range []struct{ in, ends string }{
		{"Short.", "Short."},
		{long, "stands here."},
		{strings.Repeat("word ", 200), "word…"},
		{strings.Repeat("x", 900), "x…"},
		{strings.Repeat("漢字の文です。", 100), "文です。"},
		{strings.Repeat("a ", 200) + "met Mr. Roe and J. Doe of the No. 7 bus " + strings.Repeat("b ", 100), "b…"},
	} {
		got := summarize(c.in)
		if n := len([]rune(got)); n > maxSummary || !strings.HasSuffix(got, c.ends) {
			t.Errorf("summarize(%.40q...) has %d runes and ends in %q, want %q", c.in, n, got[max(0, len(got)-30):], c.ends)
		}
	}
}

func TestMeasure(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in             string
		words, seconds int
	}{
		{"", 0, 0},
		{"One two three.", 3, 1},
		{"Don't e-mail 3.5 people — now", 5, 2},
		{"Зустріч у Києві", 3, 1},
		{"東京タワー", 5, 1},
		{"GDP 東京", 3, 2},
		{strings.Repeat("word ", 460), 460, 120},
	} {
		if words, seconds := measure(c.in); words != c.words || seconds != c.seconds {
			t.Errorf("measure(%.30q) = %d words, %d s, want %d, %d", c.in, words, seconds, c.words, c.seconds)
		}
	}
}

func TestPlainText(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"a <b>b</b> c":                      "a b c",
		"5 < 6, <3, Vec<T>":                 "5 < 6, <3, Vec<T>",
		"if x<y then":                       "if x<y then",
		"Q&amp;A &#8211; R&D":               "Q&A – R&D",
		"AT&T &copy=1 &unknown; &amp;amp;":  "AT&T &copy=1 &unknown; &amp;",
		"one<br>two<script>x</script>":      "one two",
		"\u202eevil\u202c \u200btext\ufeff": "evil text",
		" a \n\t b\u00a0c ":                 "a b c",
		"<p>only</p>":                       "only",
		"&lt;b&gt;":                         "<b>",
		"نامه\u200cها":                      "نامه\u200cها",
	} {
		if got := plainText(in, 100); got != want {
			t.Errorf("plainText(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestBylines(t *testing.T) {
	t.Parallel()
	name := func(names ...string) (list []deskwire.Author) {
		for _, n := range names {
			list = append(list, deskwire.Author{Name: n})
		}
		return list
	}
	for _, c := range []struct {
		in       string
		people   []deskwire.Author
		agencies string
	}{
		{"Jane Doe", name("Jane Doe"), ""},
		{"By Jane Doe", name("Jane Doe"), ""},
		{"jane@a.example (Jane Doe)", []deskwire.Author{{Name: "Jane Doe", Email: "jane@a.example"}}, ""},
		{`"Jane Doe" <jane@a.example>`, []deskwire.Author{{Name: "Jane Doe", Email: "jane@a.example"}}, ""},
		{"jane@a.example", []deskwire.Author{{Email: "jane@a.example"}}, ""},
		{"Jane Doe (Political editor)", name("Jane Doe"), ""},
		{"Jane Doe and Max Roe", name("Jane Doe", "Max Roe"), ""},
		{"Jane Doe, Max Roe, AFP", name("Jane Doe", "Max Roe"), "AFP"},
		{"Jane Doe, Max Roe and Ann Poe", name("Jane Doe", "Max Roe", "Ann Poe"), ""},
		{"Олена Кіт, Іван Рудий", name("Олена Кіт", "Іван Рудий"), ""},
		{"Reuters", nil, "Reuters"},
		{"Associated Press", nil, "AP"},
		{"Doe, Jane", name("Doe, Jane"), ""},
		{"News and Features", name("News and Features"), ""},
		{"BBC News", name("BBC News"), ""},
		{"<b>Jane</b> Doe", name("Jane Doe"), ""},
		{"", nil, ""},
		{"  \u202e ", nil, ""},
	} {
		people, found := byline(c.in)
		if len(people) != len(c.people) || strings.Join(found, ",") != c.agencies {
			t.Errorf("byline(%q) = %+v, %q, want %+v, %q", c.in, people, found, c.people, c.agencies)
			continue
		}
		for i := range people {
			if people[i] != c.people[i] {
				t.Errorf("byline(%q)[%d] = %+v, want %+v", c.in, i, people[i], c.people[i])
			}
		}
	}
}
