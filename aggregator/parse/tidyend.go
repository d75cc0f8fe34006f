package parse

import (
	"bytes"
	"slices"
)

// pop ends the innermost element, and decides whether it was part of the article.
func (t *tidier) pop() {
	o := t.stack[len(t.stack)-1]
	t.stack = t.stack[:len(t.stack)-1]
	isBlock := elements[o.name].kind == block
	if isBlock {
		t.endLine()
		t.lineEnd = true
	}
	if o.name == noScript && t.unseen > 0 {
		t.unseen--
	}
	if o.name == "picture" {
		t.sources = ""
	}
	if o.hides {
		t.hidden--
		return
	}
	o.textAt = min(o.textAt, len(t.text))
	t.noteCredit(&o)
	if o.silent {
		t.handUp(&o)
		return
	}
	if len(t.out) == o.outAt+len(o.name)+2 && (o.name == "div" || o.name == "p") {
		t.out = t.out[:o.outAt] // nothing but the start tag: what was in it went
		if t.lead.outEnd > o.outAt {
			t.lead = span{}
		}
		t.handUp(&o)
		return
	}
	t.out = append(t.out, "</"...)
	t.out = append(t.out, o.name...)
	t.out = append(t.out, '>')
	switch o.name {
	case "pre":
		t.pre--
	case "figcaption":
		t.caption(string(bytes.TrimSpace(t.text[o.textAt:])))
		t.text = t.text[:o.textAt]
	case "figure":
		if t.figure >= 0 && t.figure <= len(t.media) && o.mediaAt == t.figure {
			t.figure = -1
		}
	case "a":
		if t.endLink(&o) {
			return
		}
	}
	if o.role == roleCaption && isBlock && t.figure < 0 && t.shown == o.textAt && len(t.media) > 0 {
		t.figure = len(t.media) - 1
		t.caption(string(bytes.TrimSpace(t.text[o.textAt:])))
		t.figure, t.text = -1, t.text[:o.textAt]
	}
	if isBlock && t.aside(&o) {
		t.cutBack(o.outAt, o.textAt, o.mediaAt)
		if n := len(t.stack); n > 0 {
			t.stack[n-1].lost = true
		}
		return
	}
	t.handUp(&o)
}

// handUp tells the element around what one held.
func (t *tidier) handUp(o *openTag) {
	if n := len(t.stack); n > 0 {
		p := &t.stack[n-1]
		p.links += o.links
		p.sharing += o.sharing
		p.linked += o.linked
		p.linkEnd = max(p.linkEnd, o.linkEnd)
		p.lost = p.lost || o.lost
	}
}

// cutBack forgets what was written since.
func (t *tidier) cutBack(outAt, textAt, mediaAt int) {
	t.out, t.text, t.media = t.out[:outAt], t.text[:textAt], t.media[:mediaAt]
	t.figure = min(t.figure, len(t.media))
	t.onward = t.onward[:0]
	if t.shown > textAt {
		t.shown = -1
	}
	if t.lead.outEnd > outAt {
		t.lead = span{}
	}
}

// endLink ends a link. It reports true when nothing is left of it: nobody can follow a link without content.
func (t *tidier) endLink(o *openTag) bool {
	content := t.out[o.outAt : len(t.out)-len("</a>")]
	if content[len(content)-1] == '>' && bytes.IndexByte(content, '>') == len(content)-1 {
		t.out = t.out[:o.outAt]
		t.handUp(o)
		if n := len(t.stack); n > 0 {
			t.stack[n-1].lost = true
		}
		return true
	}
	text := t.text[o.textAt:]
	o.links, o.linked, o.linkEnd = 1, len(text), len(t.text)
	if o.share {
		o.sharing = 1
	}
	if leadsOn(bytes.TrimSpace(text)) && t.figure < 0 {
		t.onward = append(t.onward, onward{o.outAt, len(t.out), o.textAt, len(t.text)})
	}
	return false
}

// endLine takes out the links at a line's end that only lead on.
func (t *tidier) endLine() {
	for n := len(t.onward); n > 0; n = len(t.onward) {
		w := t.onward[n-1]
		if w.textEnd != len(t.text) {
			t.onward = t.onward[:0]
			return
		}
		t.onward = t.onward[:n-1]
		before := bytes.TrimSpace(t.text[:w.textAt])
		stands := len(before) > 0 && (t.text[w.textAt] == '\n' || sentenceEnds(string(before[max(0, len(before)-8):])))
		if !stands && !callsOut(t.text[w.textAt:w.textEnd]) {
			return // "find out more": the sentence needs it
		}
		t.tell("onward", t.out[w.outAt:w.outEnd])
		t.out = slices.Delete(t.out, w.outAt, w.outEnd)
		t.text = t.text[:w.textAt]
		for i := range t.stack {
			if o := &t.stack[i]; o.outAt <= w.outAt {
				o.lost = true
				o.links, o.linked = max(o.links-1, 0), max(o.linked-(w.textEnd-w.textAt), 0)
			}
		}
	}
}

// aside reports whether the block that just ended is no part of the article.
func (t *tidier) aside(o *openTag) bool {
	text := bytes.TrimSpace(t.text[o.textAt:])
	fresh := o.mediaAt >= len(t.media)
	if o.lost && len(text) == 0 && fresh {
		return true // what it held is gone
	}
	if o.role == roleCard && !t.keep && len(t.out)-o.outAt <= maxCard {
		t.carded = true
		t.tell("class", t.out[o.outAt:])
		return true
	}
	if o.sharing > 0 && o.sharing == o.links && len(text)-o.linked <= maxLabel && len(t.text)-o.linkEnd <= 2 {
		t.tell("buttons", t.out[o.outAt:])
		return true
	}
	switch o.name {
	case "p", "li", "div", "section", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "blockquote", "aside":
	default:
		return false
	}
	if t.lead.outEnd > 0 {
		if t.follows(o) && o.links > 0 && len(text)-o.linked <= 2*o.links && len(text) <= maxCard {
			o.outAt, o.textAt, o.mediaAt = t.lead.outAt, t.lead.textAt, t.lead.mediaAt
			at := *o
			t.tell("list", t.out[at.outAt:])
			t.cutBack(at.outAt, at.textAt, at.mediaAt)
			t.lead = span{at.outAt, at.textAt, at.mediaAt, at.outAt}
			return true
		}
	}
	if o.name == "ul" || o.name == "ol" {
		return false
	}
	away, lone := leadsAway(text, o.linked)
	if lone && !away {
		if t.lead.outEnd > 0 && t.follows(o) {
			t.lead.outEnd = len(t.out)
		} else {
			t.lead = span{o.outAt, o.textAt, o.mediaAt, len(t.out)}
		}
	}
	if away {
		t.tell("line", t.out[o.outAt:])
	}
	return away
}

// maxGap is how much white space may stand between a lead-in and what it leads to, in bytes. Looking at more for every block
// would make a long gap expensive.
const maxGap = 256

// follows reports whether an element comes right after the lead-in.
func (t *tidier) follows(o *openTag) bool {
	gap := o.outAt - t.lead.outEnd
	return gap >= 0 && gap <= maxGap && len(bytes.TrimSpace(t.out[t.lead.outEnd:o.outAt])) == 0
}

func (t *tidier) tell(why string, html []byte) {
	if t.told != nil {
		t.told(why, html)
	}
}
