package parse

import (
	"strings"
	"sync"
)

// elementKind says what tidy does with an element that the policy lets through.
type elementKind uint8

const (
	inline  elementKind = iota
	block               // words on its two sides are two words
	void                // has no end tag
	player              // becomes a link
	discard             // the tags go, the content stays
)

// An element is what tidy knows about one name.
type element struct {
	kind    elementKind
	as      string // it becomes an element of this name
	implied bool   // its end tag may be left out (HTML §13.1.2.4)
	rich    bool   // makes a text more than paragraphs of words
}

// elements is the allow list: all that can be in a body, and what tidy turns into something of it.
var elements = map[string]element{
	"p": {kind: block, implied: true}, "div": {kind: block}, "br": {kind: void}, "hr": {kind: void},
	"h1": {kind: block, rich: true}, "h2": {kind: block, rich: true}, "h3": {kind: block, rich: true}, "h4": {kind: block, rich: true},
	"h5": {kind: block, rich: true}, "h6": {kind: block, rich: true},
	"ul": {kind: block, rich: true}, "ol": {kind: block, rich: true}, "li": {kind: block, implied: true},
	"dl": {kind: block, rich: true}, "dt": {kind: block, implied: true}, "dd": {kind: block, implied: true},
	"table": {kind: block, rich: true}, "caption": {kind: block}, "thead": {kind: block, implied: true}, "tbody": {kind: block, implied: true},
	"tfoot": {kind: block, implied: true}, "tr": {kind: block, implied: true}, "td": {kind: block, implied: true}, "th": {kind: block, implied: true},
	"blockquote": {kind: block, rich: true}, "figure": {kind: block, rich: true}, "figcaption": {kind: block}, "pre": {kind: block, rich: true},
	"q": {}, "cite": {}, "code": {}, "kbd": {}, "samp": {}, "var": {}, "a": {}, "img": {kind: void, rich: true},
	"strong": {}, "b": {}, "em": {}, "i": {}, "u": {}, "s": {}, "strike": {}, "small": {}, "sub": {}, "sup": {}, "mark": {},
	"del": {}, "ins": {}, "abbr": {}, "time": {}, "dfn": {}, "bdi": {}, "bdo": {}, "wbr": {kind: void}, "ruby": {}, "rt": {implied: true}, "rp": {implied: true},
	"section": {kind: block}, "article": {kind: block}, "aside": {kind: block}, "header": {kind: block}, "footer": {kind: block},
	"nav": {kind: block}, "main": {kind: block}, "address": {kind: block},
	"center": {kind: block, as: "div"}, "details": {kind: block, as: "div"}, "summary": {kind: block, as: "div"}, "form": {kind: block, as: "div"},
	"fieldset": {kind: block, as: "div"}, "hgroup": {kind: block, as: "div"}, "search": {kind: block, as: "div"}, "legend": {kind: block, as: "div"},
	"menu": {kind: block, as: "ul", rich: true}, "dir": {kind: block, as: "ul", rich: true}, "tt": {as: "code"}, "acronym": {as: "abbr"}, "span": {kind: discard}, "font": {kind: discard}, "picture": {kind: discard}, "amp-img": {kind: discard}, noScript: {kind: discard},
	"iframe": {kind: player}, "video": {kind: player}, "audio": {kind: player}, "source": {kind: void}, "embed": {kind: void},
}

// noScript is the name that <noscript> goes by after it was read: what browsers that run no scripts would show.
const noScript = "dw-noscript"

// names holds every name of an element or attribute that the policy lets through, so that tidy need not make a string for each.
var names = sync.OnceValue(func() map[string]string {
	m := map[string]string{}
	for name, e := range elements {
		m[name] = or(e.as, name)
	}
	for name := range strings.FieldsSeq("href title src srcset data-src data-lazy-src data-original data-srcset data-lazy-srcset data-orig-file data-lazy data-echo data-image alt width height poster cite " +
		"colspan rowspan start reversed value datetime dir lang class") {
		m[name] = name
	}
	return m
})

// closers says which open elements a start tag ends when they are innermost (HTML §13.1.2.4).
var closers = map[string]string{
	"li": "li", "dt": "dt dd", "dd": "dt dd", "tr": "td th tr", "td": "td th", "th": "td th",
	"tbody": "td th tr thead tbody tfoot", "tfoot": "td th tr thead tbody", "rt": "rt rp", "rp": "rt rp",
	"p": "p", "div": "p", "ul": "p", "ol": "p", "dl": "p", "table": "p", "blockquote": "p", "figure": "p", "pre": "p", "hr": "p",
	"h1": "p", "h2": "p", "h3": "p", "h4": "p", "h5": "p", "h6": "p", "section": "p", "article": "p", "aside": "p", "header": "p",
	"footer": "p", "nav": "p", "main": "p", "address": "p",
}
