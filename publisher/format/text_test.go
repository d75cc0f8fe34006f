package format

import (
	"strings"
	"testing"
)

func TestAddress(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"https://a.example/x?y=1&z=%20#f": "https://a.example/x?y=1&z=%20#f", "http://a.example": "http://a.example", "https://дім.example:8080/ї?я=|#{": "https://xn--d1aq1f.example:8080/%D1%97?%D1%8F=%7C#%7B", "https://a.example/a b": "https://a.example/a%20b",
		"http://[2001:db8::1]/": "http://[2001:db8::1]/",
		"":                      "", "/x": "", "//a.example/": "", "javascript:alert(1)": "", "data:text/html,x": "", "ftp://a.example/": "", "mailto:a@b": "", "HTTPS://a.example/": "",
		"https://": "", "https:///x": "", "https://a b/": "", "https://a.example/\"><x>": "https://a.example/%22%3E%3Cx%3E", "https://a\"b.example/": "", "https://a\u202eb.example/": "", "https://:80/": "", "https://a.example/\n": "", "https://a.example/\x00": "", "https://u:p@a.example/": "",
		"https://a.example/\xff": "", "https://a.example/%zz": "", "https://a.example/" + strings.Repeat("x", maxAddress): "",
	} {
		if got := Address(in); got != want {
			t.Errorf("Address(%.60q) = %q, want %q", in, got, want)
		}
	}
}

func TestLine(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"": "", "a b": "a b", " a  b\t\nc ": "a b c", "a\x00b\x1b[1m\x7f\u0085": "ab[1m", "\u202eabc\u202c \u2066x\u2069": "abc x", "a\u200bb\ufeff\u00adc": "abc",
		"پ\u200cپ 👩\u200d🚀": "پ\u200cپ 👩\u200d🚀", "a\xffb": "ab", "a\ufffdb": "a\ufffdb", "\ufffe\ufdd0\U0001fffex": "x", "a\r\nb\rc": "a b c", "\u00a0a\u2003b": "a b", "<b> & \"": "<b> & \"",
	} {
		if got := Line(in); got != want {
			t.Errorf("Line(%q) = %q, want %q", in, got, want)
		}
		if again := Line(Line(in)); again != Line(in) {
			t.Errorf("Line is not stable: %q, %q", Line(in), again)
		}
	}
}

func TestUnmarked(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"1 < 2 > 0": "1 < 2 > 0", "a <b>c</b>": "a ‹b›c‹/b›", "x <!-- y": "x ‹!-- y", "5<6": "5<6", "<": "<", "a < b <i": "a ‹ b ‹i", "&lt;b&gt;": "&lt;b&gt;",
	} {
		if got := unmarked(in); got != want {
			t.Errorf("unmarked(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestBody(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, in, want string }{
		{"clean", `<p>a <a href="https://a.example/?x=1&amp;y">b</a><br/><img src="http://a.example/1.png" alt="x &lt; y" width="3"></p>`, `<p>a <a href="https://a.example/?x=1&amp;y">b</a><br/><img src="http://a.example/1.png" alt="x &lt; y" width="3"></p>`},
		{"words", "a > b", "a > b"},
		{"srcset", `<img srcset="https://a.example/1 1x, https://a.example/2 2x">`, `<img srcset="https://a.example/1 1x, https://a.example/2 2x">`},
		{"script", "<p>a<script>alert('<p>')</script>b</p>", "<p>ab</p>"},
		{"upper case", `<P ONCLICK="x">a</P>`, "<p>a</p>"},
		{"handler", `<p onclick="x()">a</p>`, "<p>a</p>"},
		{"style", `<p style="color:red" id="x" class="y">a</p>`, "<p>a</p>"},
		{"javascript", `<a href="javascript:x">a</a>`, "<a>a</a>"},
		{"hidden javascript", `<a href=" java&#10;script:x">a</a>`, "<a>a</a>"},
		{"relative", `<a href="/x">a</a><img src="x.png" alt="y">`, `<a>a</a><img alt="y">`},
		{"one bad candidate", `<img srcset="https://a.example/1 1x, /2 2x">`, `<img>`},
		{"unquoted", `<a href=https://a.example/>a</a>`, `<a href="https://a.example/">a</a>`},
		{"comment", "a<!-- b -->c", "ac"},
		{"frame", `<iframe src="https://a.example/"></iframe>x`, "x"},
		{"open", "<p><b>a", "<p><b>a</b></p>"},
		{"forms", `<form action="https://a.example/"><input name="x"><button>b</button></form>`, "b"},
		{"a lone bracket", "a < b", "a &lt; b"},
		{"quote in a value", `<img alt="a"onerror="x">`, `<img alt="a">`},
		{"cut off", `<p>a</p><a href="https://a.example`, "<p>a</p>"},
		{"controls", "<p>a\x00\x0bb\u0085</p>", "<p>ab</p>"},
		{"svg", `<svg><a xlink:href="javascript:x"><text>a</text></a></svg>b`, "b"},
	} {
		if got := Body(tt.in); got != tt.want {
			t.Errorf("%s: Body(%q) = %q, want %q", tt.name, tt.in, got, tt.want)
		}
		if again := Body(Body(tt.in)); again != Body(tt.in) {
			t.Errorf("%s: not stable: %q, %q", tt.name, Body(tt.in), again)
		}
	}
	if deep := Body("<X>" + strings.Repeat("<div>", 10_000)); strings.Count(deep, "<div>") > maxDepth {
		t.Errorf("%d elements deep", strings.Count(deep, "<div>"))
	}
}
