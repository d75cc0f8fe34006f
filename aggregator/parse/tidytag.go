package parse

import (
	"bytes"
	"strings"

	"deskwire"
)

// readAttrs reads the attributes of a tag that bluemonday wrote: ` name="value"` each.
func (t *tidier) readAttrs(b []byte) {
	t.attrs = t.attrs[:0]
	for {
		b = bytes.TrimLeft(b, " /")
		eq := bytes.IndexByte(b, '=')
		if eq < 0 || eq+1 >= len(b) || b[eq+1] != '"' {
			return
		}
		end := bytes.IndexByte(b[eq+2:], '"')
		if end < 0 {
			return
		}
		t.attrs = append(t.attrs, htmlAttr{names()[string(b[:eq])], attrText(b[eq+2 : eq+2+end])})
		b = b[eq+2+end+1:]
	}
}

func (t *tidier) attr(name string) string {
	for i := range t.attrs {
		if t.attrs[i].name == name {
			return t.attrs[i].value
		}
	}
	return ""
}

// open writes a start tag with the attributes that any element may keep.
func (t *tidier) open(name string) {
	t.out = append(t.out, '<')
	t.out = append(t.out, name...)
	for _, a := range t.attrs {
		switch a.name {
		case "dir":
			if v := strings.ToLower(a.value); v == "ltr" || v == "rtl" || v == "auto" {
				t.writeAttr("dir", v)
			}
		case "lang":
			if v := language(a.value); v != "" {
				t.writeAttr("lang", v)
			}
		case "cite":
			if v := t.resolve(a.value, t.base); v != "" {
				t.writeAttr("cite", v)
			}
		case "colspan", "rowspan", "start", "value":
			if n := number(a.value); n > 0 && n <= 1000 {
				t.writeAttr(a.name, strings.TrimSpace(a.value))
			}
		case "title", "datetime":
			if name == "abbr" || name == "time" {
				t.writeAttr(a.name, plainText(a.value, maxName))
			}
		case "reversed":
			t.writeAttr("reversed", "")
		}
	}
	t.out = append(t.out, '>')
}

// anchor writes a link's start tag, unless the link leads nowhere that a reader may go. share says that it only hands the page
// on.
func (t *tidier) anchor() (silent, share bool) {
	href := t.resolve(t.attr("href"), t.base)
	if href == "" {
		return true, false
	}
	t.out = append(t.out, "<a"...)
	t.writeAttr("href", href)
	if title := plainText(t.attr("title"), maxName); title != "" {
		t.writeAttr("title", title)
	}
	t.out = append(t.out, '>')
	return false, shares(href)
}

// void writes an element that has no content.
func (t *tidier) void(name string) {
	switch name {
	case "source":
		t.source()
		return
	case "embed":
		if t.hidden == 0 {
			t.player(name)
		}
		return
	}
	if t.hidden > 0 {
		return
	}
	switch name {
	case "img":
		t.image()
	case "br":
		t.lineEnd = true
		t.out = append(t.out, "<br/>"...)
	case "hr":
		t.lineEnd = true
		t.out = append(t.out, "<hr/>"...)
	case "wbr":
		t.out = append(t.out, "<wbr/>"...)
	}
}

// srcset makes every candidate's address absolute and leaves out those that have none.
func (t *tidier) srcset(s string) string {
	if s == "" || len(s) > maxURL*8 {
		return ""
	}
	var b strings.Builder
	for c := range splitSrcset(s) {
		addr := t.resolve(c.addr, t.base)
		if addr == "" || strings.HasSuffix(addr, ",") || strings.ContainsAny(c.size, "()<>\"'&") {
			continue
		}
		if b.Len() > 0 {
			b.WriteString(", ")
		}
		b.WriteString(addr)
		if c.size != "" {
			b.WriteByte(' ')
			b.WriteString(collapse(c.size))
		}
	}
	return b.String()
}

// player writes a link in place of a player or a frame.
func (t *tidier) player(name string) {
	src := t.resolve(or(t.attr("src"), t.attr("data-src")), t.base)
	if poster := t.resolve(t.attr("poster"), t.base); poster != "" && len(t.media) < maxMedia {
		t.media = append(t.media, deskwire.Media{URL: poster, Type: mediaType("image", poster)})
	}
	if src == "" {
		return // perhaps a <source> inside has one
	}
	kind := map[string]string{"video": "video", "audio": "audio"}[name]
	t.playerLink(src, plainText(t.attr("title"), maxName), kind)
}

// source takes the address of a player that has none of its own.
func (t *tidier) source() {
	if n := len(t.stack); n > 0 && t.stack[n-1].name == "picture" {
		t.sources = or(t.sources, t.attr("data-srcset"), t.attr("data-lazy-srcset"), t.attr("srcset"))
		return
	}
	if n := len(t.stack); n > 0 && t.stack[n-1].hides && len(t.out) == t.stack[n-1].outAt {
		if src := t.resolve(t.attr("src"), t.base); src != "" {
			t.playerLink(src, "", t.stack[n-1].name)
		}
	}
}

// playerLink writes the link: the title where there is one, else the address without its scheme, which is true in every
// language.
func (t *tidier) playerLink(src, title, kind string) {
	src = watchPage(src)
	if title == "" {
		_, title, _ = strings.Cut(src, "://")
		title = cutRunes(strings.TrimPrefix(title, "www."), 80)
	}
	t.out = append(t.out, "<a"...)
	t.writeAttr("href", src)
	t.out = append(t.out, '>')
	t.out = append(t.out, escapeWords(title)...)
	t.out = append(t.out, "</a>"...)
	t.rich = true
	if kind == "audio" || kind == "video" {
		if len(t.media) < maxMedia {
			t.media = append(t.media, deskwire.Media{URL: src, Type: mediaType(kind, src)})
		}
	}
}

// watchPage turns the address of an embedded YouTube player into the page where the video can be watched.
func watchPage(src string) string {
	for _, prefix := range []string{"https://www.youtube.com/embed/", "https://www.youtube-nocookie.com/embed/", "http://www.youtube.com/embed/"} {
		if id, ok := strings.CutPrefix(src, prefix); ok {
			id, _, _ = strings.Cut(id, "?")
			if id != "" && !strings.Contains(id, "/") {
				return "https://www.youtube.com/watch?v=" + id
			}
		}
	}
	return src
}

func (t *tidier) writeAttr(name, value string) {
	t.out = append(t.out, ' ')
	t.out = append(t.out, name...)
	t.out = append(t.out, `="`...)
	t.out = appendEscaped(t.out, value)
	t.out = append(t.out, '"')
}

// appendEscaped writes text so that it can stand in a quoted value.
func appendEscaped(out []byte, s string) []byte {
	for i := range len(s) {
		switch c := s[i]; c {
		case '&':
			out = append(out, "&amp;"...)
		case '<':
			out = append(out, "&lt;"...)
		case '>':
			out = append(out, "&gt;"...)
		case '"':
			out = append(out, "&quot;"...)
		default:
			out = append(out, c)
		}
	}
	return out
}

// escapeWords is text as it stands between tags in clean HTML: there, quotation marks stand for themselves.
func escapeWords(s string) []byte {
	return bytes.ReplaceAll(appendEscaped(nil, s), []byte("&quot;"), []byte{'"'})
}
