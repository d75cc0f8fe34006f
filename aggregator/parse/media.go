package parse

import (
	"cmp"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	ext "github.com/mmcdole/gofeed/extensions"

	"deskwire"
)

// appendMedia adds m unless its address is no http(s) address or is there already; then what m knows more is taken over.
func (r *reader) appendMedia(list []deskwire.Media, m deskwire.Media, base string) []deskwire.Media {
	if m.URL = r.absolute(m.URL, base); m.URL == "" || len(list) >= maxMedia {
		return list
	}
	m.Type = mediaType(m.Type, m.URL)
	if m.Kind() == "image" && !m.Enclosed && (tracks(m.URL, "", "") || decorates(m.URL) || m.Width > 0 && m.Width <= iconSize && m.Height <= iconSize) {
		return list
	}
	if m.Width == 0 && m.Height == 0 {
		m.Width, m.Height = sizeMark(m.URL)
	}
	key := pictureKey(m.URL)
	for i := range list {
		if pictureKey(list[i].URL) == key {
			list[i] = mergeMedia(list[i], m)
			return list
		}
	}
	return append(list, m)
}

// mergeMedia takes over from m what old does not know. Of two renditions the wider one's address stays.
func mergeMedia(old, m deskwire.Media) deskwire.Media {
	switch {
	case m.URL == old.URL:
		old.Width, old.Height = or(old.Width, m.Width), or(old.Height, m.Height)
	case m.Width > old.Width && !old.Enclosed && (old.Width > 0 || dropSizeMark(old.URL) != old.URL):
		old.URL, old.Width, old.Height, old.Length = m.URL, m.Width, m.Height, m.Length
	}
	if strings.HasSuffix(old.Type, "/*") || old.Type == "" {
		old.Type = or(m.Type, old.Type)
	}
	old.Length = or(old.Length, m.Length)
	old.Duration = or(old.Duration, m.Duration)
	old.Title, old.Caption, old.Credit = or(old.Title, m.Title), or(old.Caption, m.Caption), or(old.Credit, m.Credit)
	old.Enclosed = old.Enclosed || m.Enclosed
	return old
}

// mediaType is the type in lower case without parameters. Where the feed says none, or only the kind, the address tells.
func mediaType(declared, addr string) string {
	t, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(declared)), ";")
	t = strings.TrimSpace(t)
	if t == "image/jpg" || t == "image/pjpeg" {
		return "image/jpeg"
	}
	if kind, sub, ok := strings.Cut(t, "/"); ok && kind != "" && sub != "" && sub != "*" && t != "application/octet-stream" {
		return t
	}
	addr, _, _ = strings.Cut(addr, "?")
	addr, _, _ = strings.Cut(addr, "#")
	if guess := extensionTypes[strings.ToLower(strings.TrimPrefix(path.Ext(addr), "."))]; guess != "" {
		return guess
	}
	switch t {
	case "image", "audio", "video":
		return t + "/*"
	}
	return t
}

var extensionTypes = map[string]string{
	"jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "gif": "image/gif", "webp": "image/webp", "avif": "image/avif",
	"svg": "image/svg+xml", "bmp": "image/bmp", "heic": "image/heic", "mp3": "audio/mpeg", "m4a": "audio/mp4", "ogg": "audio/ogg",
	"oga": "audio/ogg", "opus": "audio/ogg", "wav": "audio/wav", "flac": "audio/flac", "aac": "audio/aac", "mp4": "video/mp4",
	"m4v": "video/mp4", "webm": "video/webm", "mov": "video/quicktime", "ogv": "video/ogg", "pdf": "application/pdf",
	"epub": "application/epub+zip", "zip": "application/zip", "m3u8": "application/vnd.apple.mpegurl",
}

// mediaRSS reads Media RSS 1.5.1: content and thumbnails, alone, in groups, and with their texts on the same level or below.
func (r *reader) mediaRSS(p *piece, x ext.Extensions) {
	m := x["media"]
	if len(m) == 0 {
		return
	}
	outer := mediaTexts(m, deskwire.Media{})
	contents := m["content"]
	if len(contents) != 1 {
		outer.Title, outer.Caption = "", "" // of the item, not of any one picture
	}
	for _, c := range contents {
		r.mediaContent(p, c, outer)
	}
	for _, g := range m["group"] {
		texts := mediaTexts(g.Children, outer)
		for _, c := range renditions(g.Children["content"]) {
			r.mediaContent(p, c, texts)
		}
		r.thumbnails(p, g.Children["thumbnail"], texts)
	}
	r.thumbnails(p, m["thumbnail"], outer)
}

// renditions leaves out of a group what is the same thing in another size or coding: of each kind the widest, and of those that
// say apart what they show, each.
func renditions(contents []ext.Extension) (list []ext.Extension) {
	type thing struct{ kind, text string }
	at := map[thing]int{}
	for _, c := range contents {
		kind, _, _ := strings.Cut(mediaType(or(c.Attrs["type"], c.Attrs["medium"]), c.Attrs["url"]), "/")
		text := collapse(or(child(c.Children, "description"), child(c.Children, "text"), child(c.Children, "title")))
		i, ok := at[thing{kind, text}]
		if !ok {
			at[thing{kind, text}] = len(list)
			list = append(list, c)
		} else if number(c.Attrs["width"]) > number(list[i].Attrs["width"]) {
			list[i] = c
		}
	}
	return list
}

func (r *reader) mediaContent(p *piece, c ext.Extension, outer deskwire.Media) {
	m := mediaTexts(c.Children, outer)
	m.URL = c.Attrs["url"]
	m.Type = or(c.Attrs["type"], c.Attrs["medium"])
	if m.Type == "" && len(c.Children["thumbnail"]) == 0 && number(c.Attrs["duration"]) == 0 {
		m.Type = "image" // untyped and without any sign of running time
	}
	m.Length = number(c.Attrs["fileSize"])
	m.Width, m.Height = pixels(c.Attrs["width"]), pixels(c.Attrs["height"])
	m.Duration = duration(c.Attrs["duration"])
	if m.URL != "" {
		p.media = r.appendMedia(p.media, m, p.item.base)
	}
	r.thumbnails(p, c.Children["thumbnail"], m)
}

func (r *reader) thumbnails(p *piece, list []ext.Extension, texts deskwire.Media) {
	for _, t := range list {
		p.media = r.appendMedia(p.media, deskwire.Media{
			URL: or(t.Attrs["url"], t.Value), Type: "image", Width: pixels(t.Attrs["width"]), Height: pixels(t.Attrs["height"]),
			Title: texts.Title, Caption: texts.Caption, Credit: texts.Credit,
		}, p.item.base)
	}
}

// mediaTexts reads title, caption and credit among the children of an element; outer gives what is missing.
func mediaTexts(children map[string][]ext.Extension, outer deskwire.Media) deskwire.Media {
	m := deskwire.Media{Title: outer.Title, Caption: outer.Caption, Credit: outer.Credit}
	if s := child(children, "title"); s != "" {
		m.Title = plainText(s, maxTitle)
	}
	if s := or(child(children, "description"), child(children, "text")); s != "" {
		m.Caption, _ = splitCredit(plainText(s, maxCaption))
		if _, credit := splitCredit(plainText(s, maxCaption)); credit != "" {
			m.Credit = credit
		}
	}
	var credits []string
	for _, c := range children["credit"] {
		if s := creditText(plainText(c.Value, maxName)); s != "" && !slices.Contains(credits, s) {
			credits = append(credits, s)
		}
	}
	if len(credits) > 0 {
		m.Credit = strings.Join(credits, " / ")
	}
	return m
}

func child(children map[string][]ext.Extension, name string) string {
	for _, c := range children[name] {
		if c.Value != "" {
			return c.Value
		}
	}
	return ""
}

// itunes reads the podcast vocabularies: the episode's picture, and the running time of its sound.
func (r *reader) itunes(p *piece, x ext.Extensions) {
	for _, e := range x["itunes"]["image"] {
		p.media = r.appendMedia(p.media, deskwire.Media{URL: or(e.Attrs["href"], e.Attrs["url"], e.Value), Type: "image"}, p.item.base)
	}
	for _, space := range []string{"podcast", "itunes"} {
		for _, e := range x[space]["images"] {
			p.media = r.appendMedia(p.media, widest(e.Attrs["srcset"]), p.item.base)
		}
	}
	if d := duration(first(x, "itunes", "duration")); d > 0 {
		for i := range p.media {
			if k := p.media[i].Kind(); p.media[i].Enclosed && p.media[i].Duration == 0 && (k == "audio" || k == "video") {
				p.media[i].Duration = d
				break
			}
		}
	}
}

// widest is the widest candidate of a srcset.
func widest(srcset string) deskwire.Media {
	best := deskwire.Media{Type: "image"}
	for c := range splitSrcset(srcset) {
		if w := pixels(strings.TrimSuffix(c.size, "w")); best.URL == "" || w > best.Width {
			best.URL, best.Width = c.addr, w
		}
	}
	return best
}

// pixels reads a length in pixels, 0 when it is none or absurd.
func pixels(s string) int {
	n := number(strings.TrimSuffix(strings.TrimSpace(s), "px"))
	if n > 1<<16 {
		return 0
	}
	return int(n)
}

// duration reads seconds, mm:ss or hh:mm:ss.
func duration(s string) time.Duration {
	var total int64
	parts := strings.Split(strings.TrimSpace(s), ":")
	if len(parts) > 3 {
		return 0
	}
	for _, part := range parts {
		part, _, _ = strings.Cut(part, ".")
		n, err := strconv.ParseInt(strings.TrimSpace(part), 10, 32)
		if err != nil || n < 0 {
			return 0
		}
		total = total*60 + n
	}
	return time.Duration(min(total, maxDuration)) * time.Second
}

// orderMedia puts pictures first, then sound, video and the rest, each in the source's order.
func orderMedia(list []deskwire.Media) {
	rank := func(m deskwire.Media) int {
		switch m.Kind() {
		case "image":
			return 0
		case "audio":
			return 1
		case "video":
			return 2
		}
		return 3
	}
	slices.SortStableFunc(list, func(a, b deskwire.Media) int { return cmp.Compare(rank(a), rank(b)) })
}
