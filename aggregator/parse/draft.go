package parse

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/cespare/xxhash/v2"

	"deskwire"
)

// finish makes a draft of a piece. ok is false when the item says nothing at all.
func (r *reader) finish(p *piece) (d deskwire.Draft, ok bool) {
	a := &d.Article
	a.Source = r.in.Source.Name
	a.Title = plainText(p.title, maxTitle)
	a.Link = r.link(p)
	body, teaser := r.texts(p)
	d.Body = body.html
	a.HasBody = d.Body != ""
	a.Summary = summarize(or(teaser, body.text))
	r.pictures(a, p, body.media)
	if a.Title == "" && a.Link == "" && a.Summary == "" && len(a.Media) == 0 && strings.TrimSpace(p.guid) == "" {
		return d, false
	}
	r.setDates(a, p)
	a.GUID = r.guid(a, p)
	var agencies []string
	a.Authors, agencies = r.authors(p)
	a.Agencies = r.agencies(a, agencies, p.credits, or(body.text, teaser))
	a.Categories = subjects(p.subjects)
	a.Language = or(language(p.lang), r.doc.Language, language(r.in.Source.Language))
	a.Rights = plainText(p.rights, maxCaption)
	a.Comments = r.absolute(p.comments, p.item.base)
	if t := plainText(p.via.Title, maxTitle); t != "" || p.via.URL != "" {
		a.Via = deskwire.Via{Title: t, URL: r.absolute(p.via.URL, p.item.base)}
	}
	a.Episode = p.episode
	a.Words, a.Seconds = measure(or(body.text, teaser))
	a.Digest = digest(a, body.text)
	d.Mark = p.item.mark
	return d, true
}

// link is where the article can be read.
func (r *reader) link(p *piece) string {
	for _, s := range p.links {
		if s = strings.TrimSpace(s); s == "" {
			continue
		}
		// A guid is an address only when it is a whole one.
		if s == strings.TrimSpace(p.guid) && !strings.HasPrefix(s, "http://") && !strings.HasPrefix(s, "https://") {
			continue
		}
		if u := r.absolute(s, p.item.base); u != "" {
			return u
		}
	}
	return ""
}

// guid is the source's identifier, or the next best thing (fetching.md: guid, rdf:about, link, hash of title and date).
func (r *reader) guid(a *deskwire.Article, p *piece) string {
	id := or(strings.TrimSpace(p.guid), p.item.about, a.Link)
	if id == "" {
		what := a.Title + "\x00" + strings.TrimSpace(p.published)
		if a.Title == "" || strings.TrimSpace(p.published) == "" {
			what += "\x00" + a.Summary // which a correction changes: only where nothing else tells two items apart
		}
		h := xxhash.Sum64String(what)
		return "hash:" + strconv.FormatUint(h, 36)
	}
	if len(id) > maxKeyLength {
		return cutValid(id, maxKeyLength) + "#" + strconv.FormatUint(xxhash.Sum64String(id), 36)
	}
	return id
}

// cutValid cuts s to at most n bytes at a character's boundary.
func cutValid(s string, n int) string {
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// texts cleans an item's body and makes plain text of its teaser. A teaser that is the only text is the body too when it is
// more than a summary can hold.
func (r *reader) texts(p *piece) (body cleaned, teaser string) {
	if p.body != nil {
		body = r.html(p.body)
	}
	if p.summary == nil {
		return body, ""
	}
	if body.html == "" && body.text == "" {
		only := r.html(p.summary)
		if fitsSummary(&only) {
			only.html = ""
		}
		return only, only.text
	}
	if string(p.summary.text) == string(p.body.text) {
		return body, body.text
	}
	if p.summary.plain {
		if teaser = collapse(string(p.summary.text)); len(teaser) <= len(body.text) {
			return body, teaser
		}
	}
	short := r.html(p.summary)
	if len(body.media) == 0 {
		body.media = short.media
	}
	if len(short.text) > len(body.text) {
		return unite(body, short, p.title)
	}
	return body, short.text
}

// fitsSummary reports whether a summary holds all of a text, and its HTML adds nothing.
func fitsSummary(c *cleaned) bool {
	return !c.rich && strings.Count(c.text, "\n") == 0 && utf8.RuneCountInString(c.text) <= maxSummary
}

// unite decides what the body is when the text that the feed calls a description is longer than the one that it calls the content:
// no word of either gets lost, and none is said twice.
func unite(body, long cleaned, title string) (cleaned, string) {
	opening := body.text[:cutAt(body.text, 80)]
	repeats := strings.Contains(long.text, opening)
	switch {
	case fitsSummary(&long):
		if words, _ := measure(body.text); words == 0 && !body.rich {
			body.html, body.text = "", long.text // "...", or nothing that could be read
		}
		return body, long.text
	case repeats && body.rich && len(long.text) < 2*len(body.text):
		return body, long.text // the same article, without its pictures and lists
	case repeats, !body.rich:
		if len(long.media) == 0 {
			long.media = body.media
		}
		if repeats || plainText(title, maxTitle) == collapse(body.text) {
			return long, ""
		}
		return long, body.text
	}
	body.html, body.text = long.html+body.html, long.text+"\n"+body.text
	return body, ""
}

func (r *reader) html(m *markup) cleaned {
	src := m.text
	if m.plain {
		src = paragraphs(src)
	}
	c := r.clean.clean(src, r.base(m.base), r.resolve)
	if c.cut {
		r.note(textCut)
	}
	return c
}

// weight is about how many bytes of memory a draft takes.
func weight(d *deskwire.Draft) int {
	n := len(d.Body) + len(d.Title) + len(d.Link) + len(d.Summary) + len(d.GUID) + len(d.Rights) + len(d.Comments) + len(d.Via.Title) + len(d.Via.URL)
	for i := range d.Media {
		m := &d.Media[i]
		n += 160 + len(m.URL) + len(m.Title) + len(m.Caption) + len(m.Credit)
	}
	for i := range d.Authors {
		n += 48 + len(d.Authors[i].Name) + len(d.Authors[i].URL) + len(d.Authors[i].Email)
	}
	for _, c := range d.Categories {
		n += 16 + len(c)
	}
	return n
}

// pictures joins what the item names with what its text shows. The text's pictures count only as far as they tell more about
// those named, or when none is named.
func (r *reader) pictures(a *deskwire.Article, p *piece, shown []deskwire.Media) {
	named := slices.ContainsFunc(p.media, func(m deskwire.Media) bool { return m.Kind() == "image" })
	for _, m := range shown {
		if m.Kind() == "image" && named {
			key := pictureKey(m.URL)
			for i := range p.media {
				if pictureKey(p.media[i].URL) == key {
					p.media[i] = mergeMedia(p.media[i], m)
				}
			}
			continue
		}
		p.media = r.appendMedia(p.media, m, "")
	}
	orderMedia(p.media)
	a.Media = p.media
}

// setDates reads the dates. None is in the future: a source's clock does not decide what is on top. What has no date of its own
// that can be read was published when it was last changed.
func (r *reader) setDates(a *deskwire.Article, p *piece) {
	r.dates.language = or(r.doc.Language, r.in.Source.Language)
	published, ok := r.dates.read(p.published)
	raw := strings.TrimSpace(p.published)
	modified, changed := r.dates.read(p.updated)
	if !ok && changed {
		published = modified
		ok, raw = raw == "", or(raw, strings.TrimSpace(p.updated))
	}
	now := r.in.Now.UTC()
	if published.IsZero() || published.After(now) {
		published, ok = now, false
	}
	a.Published = published
	if !ok {
		a.DateRaw = cutRunes(collapse(raw), maxDate)
	}
	if changed && !modified.After(now) && modified.After(a.Published) {
		a.Modified = modified
	}
	a.Published, a.Modified = a.Published.Truncate(time.Millisecond), a.Modified.Truncate(time.Millisecond)
}

// firstDate is the first of several dates that can be read, for want of one the first that is there.
func (r *reader) firstDate(dates ...string) string {
	dates = slices.DeleteFunc(dates, func(s string) bool { return strings.TrimSpace(s) == "" })
	if len(dates) > 1 {
		for _, s := range dates {
			if _, ok := r.dates.read(s); ok {
				return s
			}
		}
	}
	return strings.Join(dates[:min(len(dates), 1)], "")
}

// agencies collects the agencies that bylines, credits, the source line and the text's own dateline name.
func (r *reader) agencies(a *deskwire.Article, found, credits []string, text string) []string {
	for _, c := range credits {
		found = appendAgencies(found, plainText(c, maxName))
	}
	found = append(found, Agencies(text)...)
	for _, m := range a.Media {
		found = appendAgencies(found, m.Credit)
	}
	var list []string
	for _, name := range found {
		if !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	return list
}

// subjects makes plain text of categories, without repeats.
func subjects(raw []string) (list []string) {
	for _, s := range raw {
		s = plainText(s, maxName)
		if s == "" || len(list) >= maxCategories || slices.ContainsFunc(list, func(have string) bool { return strings.EqualFold(have, s) }) {
			continue
		}
		list = append(list, s)
	}
	return list
}

// language is a tag in the form of BCP 47, "" for anything else: "en_us" is en-US, "English" is nothing.
func language(s string) string {
	s = strings.ReplaceAll(strings.TrimSpace(s), "_", "-")
	if len(s) < 2 || len(s) > 35 {
		return ""
	}
	parts := strings.Split(s, "-")
	for i, part := range parts {
		for k := range len(part) {
			if c := part[k] | 0x20; (c < 'a' || c > 'z') && (i == 0 || part[k] < '0' || part[k] > '9') {
				return ""
			}
		}
		switch {
		case part == "" || len(part) > 8 || i == 0 && len(part) > 3:
			return ""
		case i > 0 && len(part) == 2:
			parts[i] = strings.ToUpper(part)
		case i > 0 && len(part) == 4:
			parts[i] = strings.ToUpper(part[:1]) + strings.ToLower(part[1:])
		default:
			parts[i] = strings.ToLower(part)
		}
	}
	return strings.Join(parts, "-")
}
