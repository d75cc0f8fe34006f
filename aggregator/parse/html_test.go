package parse

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// checkHTML checks with a tokenizer of its own that a body holds only allowed elements, no handler, no style, no address but
// http(s), and that its tags are balanced.
func checkHTML(t testing.TB, where, body string) {
	t.Helper()
	if !utf8.ValidString(body) || firstControl([]byte(body)) < len(body) {
		t.Errorf("%s: control characters or broken UTF-8 in %q", where, body)
	}
	var open []string
	z := html.NewTokenizer(strings.NewReader(body))
	for {
		switch z.Next() {
		case html.ErrorToken:
			if len(open) > 0 {
				t.Errorf("%s: left open: %v in %q", where, open, body)
			}
			return
		case html.CommentToken, html.DoctypeToken:
			t.Errorf("%s: a comment or declaration in %q", where, body)
		case html.StartTagToken:
			tok := z.Token()
			checkTag(t, where, tok)
			open = append(open, tok.Data)
		case html.SelfClosingTagToken:
			tok := z.Token()
			checkTag(t, where, tok)
			if elements[tok.Data].kind != void {
				t.Errorf("%s: <%s/> is no void element", where, tok.Data)
			}
		case html.EndTagToken:
			tok := z.Token()
			if len(open) == 0 || open[len(open)-1] != tok.Data {
				t.Errorf("%s: </%s> closes %v in %q", where, tok.Data, open, body)
				return
			}
			open = open[:len(open)-1]
		}
	}
}

func checkTag(t testing.TB, where string, tok html.Token) {
	t.Helper()
	if e, ok := elements[tok.Data]; !ok || e.kind == discard || e.kind == player || tok.Data == "source" || tok.Data == "embed" {
		t.Errorf("%s: <%s> is not allowed", where, tok.Data)
	}
	for _, a := range tok.Attr {
		switch a.Key {
		case "href", "src", "cite":
			checkAddress(t, where, a.Val)
			if a.Val == "" {
				t.Errorf("%s: <%s %s> is empty", where, tok.Data, a.Key)
			}
		case "srcset":
			for c := range splitSrcset(a.Val) {
				checkAddress(t, where, c.addr)
			}
		case "alt", "title", "width", "height", "colspan", "rowspan", "start", "value", "dir", "lang", "datetime", "reversed":
		default:
			t.Errorf("%s: <%s %s=%q> is not allowed", where, tok.Data, a.Key, a.Val)
		}
	}
}
