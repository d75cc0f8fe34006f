package parse

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"deskwire"
)

// image writes a picture and notes it. Pictures that wait for a script to load them are taken from where the script would;
// pictures that only count readers go, and emoji become the letters that they stand for.
func (t *tidier) image() {
	src := ""
	for _, name := range [...]string{"data-src", "data-lazy-src", "data-original", "data-lazy", "data-echo", "data-orig-file", "data-image", "src"} {
		if src = t.resolve(t.attr(name), t.base); src != "" {
			break
		}
	}
	srcset := t.srcset(or(t.attr("data-srcset"), t.attr("data-lazy-srcset"), t.attr("srcset")))
	if src == "" && srcset == "" {
		srcset = t.srcset(t.sources)
	}
	if src = or(src, widest(srcset).URL); src == "" || tracks(src, t.attr("width"), t.attr("height")) {
		return
	}
	if t.unseen > 0 && len(t.media) > 0 && pictureKey(t.media[len(t.media)-1].URL) == pictureKey(src) {
		return // the same again, for browsers without scripts
	}
	alt := plainText(t.attr("alt"), maxCaption)
	ornament := decorates(src)
	for word := range strings.FieldsSeq(t.attr("class")) {
		if word == "emoji" || word == "wp-smiley" || word == "avatar" || word == "gravatar" {
			ornament = true
		}
	}
	if ornament && alt != "" && utf8.RuneCountInString(alt) <= 4 {
		t.words(escapeWords(alt))
		return
	}
	w, h := pixels(t.attr("width")), pixels(t.attr("height"))
	t.out = append(t.out, "<img"...)
	t.writeAttr("src", src)
	if srcset != "" {
		t.writeAttr("srcset", srcset)
	}
	t.writeAttr("alt", alt)
	if w > 0 {
		t.writeAttr("width", t.attr("width"))
	}
	if h > 0 {
		t.writeAttr("height", t.attr("height"))
	}
	t.out = append(t.out, "/>"...)
	if ornament || w > 0 && w <= iconSize && h <= iconSize {
		return
	}
	t.rich = true
	if len(t.media) < maxMedia {
		caption, credit := splitCredit(alt)
		t.media = append(t.media, deskwire.Media{
			URL: src, Type: mediaType("image", src), Width: w, Height: h, Caption: caption, Credit: credit,
			Title: plainText(t.attr("title"), maxTitle),
		})
		t.shown = len(t.text)
	}
}

// noteCredit takes the part of a caption that says whose picture it is: an element whose class says so, or <cite> and <small>
// after the caption's words.
func (t *tidier) noteCredit(o *openTag) {
	if t.figure < 0 || o.role != roleCredit && o.name != "cite" && o.name != "small" || o.name == "figcaption" {
		return
	}
	text := bytes.TrimSpace(t.text[o.textAt:])
	if len(text) == 0 || len(text) > 2*maxName {
		return
	}
	if o.role != roleCredit {
		at := -1
		for i := range t.stack {
			if t.stack[i].name == "figcaption" {
				at = t.stack[i].textAt
			}
		}
		if at < 0 || at == o.textAt && o.name == "small" || !plausible(string(text), false) {
			return
		}
	}
	t.credit = or(t.credit, creditText(collapse(string(text))))
	t.text = t.text[:o.textAt]
	t.figureCredit()
}

// figureCredit gives the credit to the pictures of the open figure that have none.
func (t *tidier) figureCredit() {
	for i := t.figure; i >= 0 && i < len(t.media); i++ {
		t.media[i].Credit = or(cutRunes(t.credit, maxName), t.media[i].Credit)
	}
}

// caption gives the pictures of the open figure its caption and credit.
func (t *tidier) caption(text string) {
	if t.figure < 0 {
		return
	}
	caption, credit := splitCredit(collapse(text))
	if t.credit != "" {
		caption, credit = trimCaption(collapse(text)), t.credit
	}
	for i := t.figure; i < len(t.media); i++ {
		t.media[i].Caption = or(cutRunes(caption, maxCaption), t.media[i].Caption)
		t.media[i].Credit = or(cutRunes(credit, maxName), t.media[i].Credit)
	}
	t.credit = ""
}
