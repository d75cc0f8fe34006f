package parse

import (
	"bytes"
	"net/url"
	"strings"
	"unicode/utf8"

	"deskwire"
)

// A tidier walks what bluemonday wrote, which is regular: lower-case names, quoted and escaped values, escaped text. It checks
// that tags are balanced, makes addresses absolute or drops them, turns players into links, takes out what is no part of the
// article, and notes the words and the pictures on the way.
type tidier struct {
	base    *url.URL
	resolve func(string, *url.URL) string

	out   []byte
	text  []byte
	stack []openTag
	media []deskwire.Media
	attrs []htmlAttr

	space   bool // white space is due before the next word of text
	lineEnd bool // a block ended: the next word begins a line
	pre     int  // open <pre> elements
	hidden  int  // open elements whose content is not written
	rich    bool
	full    bool // out is as large as a body may be: the rest is left out
	figure  int  // pictures before the open figure; -1 outside

	unseen  int      // open elements whose pictures count and whose words don't
	sources string   // the candidates that a <picture> offers
	credit  string   // of the caption that is being read
	shown   int      // words noted when the last picture was
	onward  []onward // links that only lead on, as long as nothing follows them
	lead    span     // a lead-in that stands alone: what follows it decides
	carded  bool     // something was taken out for its class
	keep    bool     // nothing is taken out for its class

	told func(why string, html []byte) // hears of all that is taken out; nil: nobody asks
}

// A span is a part of what was written: where it begins in out, text and media, and where it ends in out.
type span struct{ outAt, textAt, mediaAt, outEnd int }

// An onward is a link that leads on: its place in out and in text.
type onward struct{ outAt, outEnd, textAt, textEnd int }

// An openTag is an element that has begun.
type openTag struct {
	name    string
	silent  bool // its tags are not written
	hides   bool // nor is its content
	role    classRole
	links   int  // links inside
	sharing int  // links inside that only hand the page on
	linked  int  // bytes of text inside links
	linkEnd int  // where the last of them ended in text
	lost    bool // something inside was taken out
	share   bool // is such a link
	outAt   int  // where it begins in out and text
	textAt  int
	mediaAt int
}

type htmlAttr struct {
	name  string
	value string
}

// run reads one document. Unless forced, it gives up with false at the first tag that closes anything but the innermost
// element, implied ends aside. Forced, it closes what is in the way.
func (t *tidier) run(src []byte, forced bool) bool {
	whole := src
	t.out, t.text, t.stack, t.media = t.out[:0], t.text[:0], t.stack[:0], t.media[:0]
	t.space, t.lineEnd, t.pre, t.hidden, t.rich, t.figure = false, false, 0, 0, false, -1
	t.full = false
	t.unseen, t.sources, t.credit, t.shown, t.onward, t.lead, t.carded = 0, "", "", -1, t.onward[:0], span{}, false
	for len(src) > 0 && !t.full {
		lt := bytes.IndexByte(src, '<')
		if lt < 0 {
			t.words(src)
			break
		}
		if lt > 0 {
			t.words(src[:lt])
			src = src[lt:]
		}
		gt := bytes.IndexByte(src, '>') // values are escaped: none holds one
		if gt < 0 {
			break
		}
		if tag := src[1:gt]; len(tag) > 0 && tag[0] == '/' {
			if !t.end(tag[1:], forced) {
				return false
			}
		} else {
			t.start(tag)
		}
		src = src[gt+1:]
		t.full = t.full || len(t.out) >= maxBody
	}
	for len(t.stack) > 0 {
		if top := &t.stack[len(t.stack)-1]; !forced && !t.full && !elements[top.name].implied && elements[top.name].kind != player {
			return false
		}
		t.pop()
	}
	t.endLine()
	if t.lead.outEnd > 0 && len(bytes.TrimSpace(t.out[t.lead.outEnd:])) == 0 {
		t.tell("lead-in", t.out[t.lead.outAt:])
		t.cutBack(t.lead.outAt, t.lead.textAt, t.lead.mediaAt) // it leads nowhere
	}
	if t.carded && !t.keep && len(bytes.TrimSpace(t.text)) == 0 && len(t.media) == 0 {
		t.keep = true // the classes mean something else here
		defer func() { t.keep = false }()
		return t.run(whole, forced)
	}
	return true
}

func (t *tidier) result() cleaned {
	return cleaned{
		html:  string(bytes.TrimSpace(t.out)),
		text:  string(bytes.TrimSpace(t.text)),
		media: append([]deskwire.Media(nil), t.media...),
		rich:  t.rich,
		cut:   t.full,
	}
}

// start reads a start tag without its angle brackets.
func (t *tidier) start(tag []byte) {
	n := 0
	for n < len(tag) && tag[n] != ' ' && tag[n] != '/' {
		n++
	}
	e, ok := elements[string(tag[:n])]
	if !ok {
		return
	}
	name := names()[string(tag[:n])]
	if e.kind != void && len(t.stack) >= 4*maxNesting {
		return // every end tag looks at the open elements
	}
	t.readAttrs(tag[n:])
	if list := closers[name]; list != "" {
		t.imply(name, list)
	}
	if e.kind == void {
		t.void(name)
		return
	}
	o := openTag{name: name, outAt: len(t.out), textAt: len(t.text), mediaAt: len(t.media)}
	switch {
	case t.hidden > 0 || e.kind == discard || len(t.stack) >= maxNesting:
		o.silent = true
	case e.kind == player:
		o.silent, o.hides = true, true
		t.player(name)
	case name == "a":
		o.silent, o.share = t.anchor()
	default:
		t.open(name)
	}
	if class := t.attr("class"); class != "" {
		o.role = roleOf(class)
	}
	switch {
	case t.hidden > 0:
	case name == noScript:
		t.unseen++
	case name == "amp-img":
		t.image()
	case name == "picture":
		t.sources = ""
	case name == "figcaption":
		t.credit = ""
	}
	if !o.silent && name == "figure" && t.figure < 0 {
		t.figure = len(t.media)
	}
	t.rich = t.rich || e.rich && !o.silent
	if e.kind == block {
		t.endLine()
		t.lineEnd = true
		o.outAt, o.textAt = min(o.outAt, len(t.out)), min(o.textAt, len(t.text))
	}
	if name == "pre" && !o.silent {
		t.pre++
	}
	if o.hides {
		t.hidden++
	}
	t.stack = append(t.stack, o)
}

// imply ends the open elements that a start tag ends without saying so.
func (t *tidier) imply(name, list string) {
	for len(t.stack) > 0 {
		at := len(t.stack) - 1
		for at > 0 && t.stack[at].silent && !t.stack[at].hides && elements[t.stack[at].name].kind != block {
			at-- // nobody will see that it was open
		}
		top := t.stack[at].name
		if !strings.Contains(" "+list+" ", " "+top+" ") {
			return
		}
		for len(t.stack) > at {
			t.pop()
		}
		if top == name && name != "td" && name != "th" {
			return
		}
	}
}

// end reads an end tag.
func (t *tidier) end(name []byte, forced bool) bool {
	e, ok := elements[string(name)]
	if !ok || e.kind == void {
		return true
	}
	as := e.as
	at := len(t.stack) - 1
	for at >= 0 && t.stack[at].name != string(name) && (as == "" || t.stack[at].name != as) {
		at--
	}
	if at < 0 {
		return true // closes nothing
	}
	if !forced {
		for _, o := range t.stack[at+1:] {
			if !elements[o.name].implied && !o.silent {
				return false
			}
		}
	}
	for len(t.stack) > at {
		t.pop()
	}
	return true
}

// words writes a piece of text and notes its words.
func (t *tidier) words(seg []byte) {
	if t.hidden+t.unseen > 0 {
		return
	}
	if room := maxBody - len(t.out); len(seg) > room {
		seg, t.full = cutEscaped(seg, max(room, 0)), true
	}
	from := 0
	for i := 0; i < len(seg); i++ {
		j := bytes.IndexByte(seg[i:], '&')
		if j < 0 {
			break
		}
		i += j
		t.out = append(t.out, seg[from:i]...)
		rest := seg[i:]
		switch {
		case bytes.HasPrefix(rest, []byte("&#39;")):
			t.out = append(t.out, '\'')
			i += 4
		case bytes.HasPrefix(rest, []byte("&#34;")):
			t.out = append(t.out, '"')
			i += 4
		case bytes.HasPrefix(rest, []byte("&#13;")):
			i += 4
		default:
			t.out = append(t.out, '&')
		}
		from = i + 1
	}
	t.out = append(t.out, seg[min(from, len(seg)):]...)
	t.note(seg)
}

// cutEscaped cuts escaped text to at most n bytes, not inside a character or a reference.
func cutEscaped(seg []byte, n int) []byte {
	for n > 0 && !utf8.RuneStart(seg[n]) {
		n--
	}
	tail := max(0, n-entityWindow)
	if amp := bytes.LastIndexByte(seg[tail:n], '&'); amp >= 0 && bytes.IndexByte(seg[tail+amp:n], ';') < 0 {
		n = tail + amp
	}
	return seg[:n]
}

// note adds a piece of escaped text to the words, white space collapsed.
func (t *tidier) note(seg []byte) {
	for i := 0; i < len(seg); {
		c := seg[i]
		if c <= ' ' {
			t.space = true
			i++
			continue
		}
		if c == 0xc2 && i+1 < len(seg) && seg[i+1] == 0xa0 { // no-break space
			t.space = true
			i += 2
			continue
		}
		if len(t.text) > 0 {
			if t.lineEnd {
				t.text = append(t.text, '\n')
			} else if t.space {
				t.text = append(t.text, ' ')
			}
		}
		t.lineEnd, t.space = false, false
		j := i
		for j < len(seg) && seg[j] > ' ' && seg[j] != '&' && seg[j] != 0xc2 {
			j++
		}
		t.text = append(t.text, seg[i:j]...)
		if i = j; i >= len(seg) {
			return
		}
		switch seg[i] {
		case '&':
			n := 0
			t.text, n = appendRef(t.text, seg[i:])
			i += n
		case 0xc2:
			if i+1 < len(seg) && seg[i+1] != 0xa0 {
				t.text = append(t.text, seg[i:i+2]...)
				i += 2
			}
		}
	}
}
