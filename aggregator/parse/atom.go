package parse

import (
	"bytes"
	"encoding/base64"
	"strings"
	"unicode/utf8"

	"github.com/mmcdole/gofeed/atom"

	"deskwire"
)

// atomFeed maps Atom 0.3 and 1.0.
func (r *reader) atomFeed(feed *atom.Feed) {
	d := r.doc
	d.Title = plainText(feed.Title, maxTitle)
	for _, l := range feed.Links {
		if l.Rel == "alternate" && d.Home == "" && (l.Type == "" || strings.Contains(l.Type, "html")) {
			d.Home = r.absolute(l.Href, r.scan.base)
		}
	}
	d.Language = or(d.Language, language(first(feed.Extensions, "dc", "language")))
	d.Hints = syHints(feed.Extensions)
	authors := persons(feed.Authors)
	for i := range authors {
		authors[i].URL = r.absolute(authors[i].URL, r.scan.base)
	}
	for i, e := range feed.Entries {
		feed.Entries[i] = nil // as of RSS
		if i >= len(r.scan.items) {
			break
		}
		p := r.atomEntry(e, r.scan.items[i])
		p.rights = or(p.rights, feed.Rights)
		if len(p.authors)+len(p.bylines) == 0 {
			p.authors = authors // RFC 4287 §4.2.1
		}
		r.add(p)
	}
}

func (r *reader) atomEntry(e *atom.Entry, from item) *piece {
	x := e.Extensions
	p := &piece{
		item:      from,
		guid:      e.ID,
		title:     or(e.Title, first(x, "media", "title")),
		published: r.firstDate(e.Published, first(x, "dc", "date"), first(x, "dcterms", "issued")),
		updated:   e.Updated,
		authors:   persons(e.Authors),
		bylines:   all(x, "dc", "creator"),
		lang:      or(from.lang, first(x, "dc", "language")),
		rights:    or(e.Rights, first(x, "dc", "rights")),
	}
	p.links = append(p.links, first(x, "feedburner", "origLink"))
	p.links = append(p.links, htmlFirst(e.Links, "alternate")...)
	p.links = append(p.links, htmlFirst(e.Links, "related")...)
	p.permalink = true
	p.links = append(p.links, e.ID)
	for _, c := range e.Categories {
		p.subjects = append(p.subjects, or(c.Label, c.Term))
	}
	p.subjects = append(p.subjects, all(x, "dc", "subject")...)
	for _, l := range e.Links {
		switch l.Rel {
		case "enclosure":
			p.media = r.appendMedia(p.media, deskwire.Media{
				URL: l.Href, Type: l.Type, Length: number(l.Length), Title: plainText(l.Title, maxTitle), Enclosed: true,
			}, from.base)
		case "replies":
			if p.comments == "" || strings.Contains(l.Type, "html") {
				p.comments = l.Href
			}
		}
	}
	r.atomTexts(p, e)
	r.atomSource(p, e.Source)
	r.mediaRSS(p, x)
	r.itunes(p, x)
	p.episode = r.episode(x, from.base)
	return p
}

// atomTexts reads summary and content (RFC 4287 §3.1, §4.1.3; Atom 0.3 mode).
func (r *reader) atomTexts(p *piece, e *atom.Entry) {
	p.summary = r.atomText(e.Summary)
	if e.Content == nil {
		if p.summary == nil {
			p.summary = htmlOf(first(e.Extensions, "media", "description"), p.item.base)
			for _, g := range e.Extensions["media"]["group"] {
				for _, c := range g.Children["description"] {
					p.summary = or(p.summary, htmlOf(c.Value, p.item.base))
				}
			}
		}
		return
	}
	if e.Content.Value == "" && e.Content.Src != "" {
		r.atomElsewhere(p, e.Content.Type, e.Content.Src, p.item.base)
		return
	}
	l := r.lifted(e.Content.Value)
	if l != nil && l.src != "" {
		r.atomElsewhere(p, l.kind, l.src, l.base)
		return
	}
	p.body = r.atomText(e.Content.Value)
}

// atomElsewhere notes content that is elsewhere (RFC 4287 §4.1.3.2): a picture or a sound belongs to the entry, a page is where
// it can be read.
func (r *reader) atomElsewhere(p *piece, kind, src, base string) {
	if main, _, _ := strings.Cut(kind, "/"); main == "image" || main == "audio" || main == "video" {
		p.media = r.appendMedia(p.media, deskwire.Media{URL: src, Type: kind, Enclosed: true}, base)
	} else if addr := r.absolute(src, base); addr != "" {
		p.links = append(p.links, addr)
	}
}

func (r *reader) atomText(s string) *markup {
	if s == "" {
		return nil
	}
	l := r.lifted(s)
	if l == nil {
		return htmlOf(s, "")
	}
	var m *markup
	switch {
	case strings.Contains(l.kind, "xhtml"), l.mode == "xml":
		if t := xhtml(l.raw); len(t) > 0 {
			m = &markup{text: t}
		}
	case l.mode == "base64", isBinary(l.kind):
		m = sniff(unpack(characterData(l.raw)))
	case l.kind == "text", l.kind == "text/plain":
		if t := characterData(l.raw); len(t) > 0 {
			m = &markup{text: t, plain: true}
		}
	case l.kind == "html", l.kind == "text/html":
		if t := characterData(l.raw); len(t) > 0 {
			m = &markup{text: t}
		}
	default: // none, which means text and often is HTML, or nothing that is known
		m = sniff(characterData(l.raw))
	}
	if m != nil {
		m.base = l.base
	}
	return m
}

// isBinary reports whether content of the type is base64 (RFC 4287 §4.1.3.3).
func isBinary(kind string) bool {
	main, _, found := strings.Cut(kind, "/")
	return found && main != "text" && main != "message" && !strings.HasSuffix(kind, "+xml") && !strings.HasSuffix(kind, "/xml")
}

// unpack is the text in base64, nil when what is in it is no text. What is not base64 stands for itself: few who write a type
// like application/json know that Atom wants it encoded.
func unpack(raw []byte) []byte {
	t := make([]byte, base64.StdEncoding.DecodedLen(len(raw)))
	n, err := base64.StdEncoding.Decode(t, raw)
	switch {
	case err != nil:
		return raw
	case !utf8.Valid(t[:n]), firstControl(t[:n]) < n:
		return nil
	}
	return t[:n]
}

// atomSource reads where an entry was copied from (RFC 4287 §4.2.11); its authors are the entry's when that has none.
func (r *reader) atomSource(p *piece, s *atom.Source) {
	if s == nil {
		return
	}
	p.via.Title = s.Title
	for _, rel := range []string{"self", "alternate"} {
		for _, l := range s.Links {
			if l.Rel == rel {
				p.via.URL = l.Href
			}
		}
	}
	if p.via.URL == "" {
		p.via.URL = s.ID
	}
	p.credits = append(p.credits, s.Title)
	if len(p.authors) == 0 {
		p.authors = persons(s.Authors)
	}
	p.rights = or(p.rights, s.Rights)
}

// htmlFirst is the addresses of the links of a relation, web pages before others.
func htmlFirst(links []*atom.Link, rel string) (list []string) {
	for _, page := range []bool{true, false} {
		for _, l := range links {
			if l.Rel == rel && (l.Type == "" || strings.Contains(l.Type, "html")) == page {
				list = append(list, l.Href)
			}
		}
	}
	return list
}

func persons(list []*atom.Person) (authors []deskwire.Author) {
	for _, p := range list {
		authors = append(authors, deskwire.Author{Name: p.Name, URL: p.URI, Email: p.Email})
	}
	return authors
}

// xhtml is the HTML of a text construct of type xhtml: the wrapping div goes (RFC 4287 §3.1.1.3), and a prefix that the
// feed gave to HTML's vocabulary.
func xhtml(raw []byte) []byte {
	raw = bytes.TrimSpace(raw)
	if bytes.HasPrefix(raw, []byte("<![CDATA[")) {
		return characterData(raw)
	}
	if len(raw) > 0 && raw[0] == '<' {
		t, next := readTag(raw, 0, nil)
		prefix, local := splitName(t.name)
		if prefix != "" && next > 0 {
			raw = bytes.ReplaceAll(raw, []byte("<"+prefix+":"), []byte("<"))
			raw = bytes.ReplaceAll(raw, []byte("</"+prefix+":"), []byte("</"))
			t, next = readTag(raw, 0, nil)
		}
		if local == "div" && next > 0 && !t.empty && bytes.HasSuffix(raw, []byte("</div>")) {
			inner := newScanner(raw, settings{})
			if end, _ := inner.textEnd(next, t.name); end == len(raw)-len("</div>") {
				return bytes.TrimSpace(raw[next:end])
			}
		}
	}
	if bytes.IndexByte(raw, '<') < 0 {
		return characterData(raw) // escaped HTML under the wrong name
	}
	return raw
}

// sniff tells plain text from HTML where the feed does not say.
func sniff(t []byte) *markup {
	if len(t) == 0 {
		return nil
	}
	if bytes.IndexByte(t, '<') < 0 && escapedTwice(t) {
		t = appendDecoded(nil, t)
	}
	return &markup{text: t, plain: !looksLikeHTML(t) && !hasReference(t)}
}

// hasReference reports whether a text holds a character reference. "Q&A" does not.
func hasReference(t []byte) bool {
	if bytes.IndexByte(t, '&') < 0 {
		return false
	}
	return len(appendDecoded(make([]byte, 0, len(t)), t)) != len(t)
}

// escapedTwice reports whether a text without tags holds escaped ones.
func escapedTwice(t []byte) bool {
	i := bytes.Index(t, []byte("&lt;"))
	if i < 0 {
		return false
	}
	n, _, _ := htmlTag(string(appendDecoded(nil, t[i:min(len(t), i+512)])))
	return n > 0
}
