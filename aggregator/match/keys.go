// Package match says what an article may be recognised by: its identity keys. It owns what makes two addresses one and which
// addresses a source speaks for; it does not know what is stored, and which key wins there is the store's to decide.
//
// What says the same in other words is found by package alike below; how that is trained stands in package learn.
package match

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"deskwire"

	"github.com/cespare/xxhash/v2"
)

// minText is how many bytes of letters and digits a text has to have for it to be a key: shorter ones are notices.
const minText = 120

// KeysOf fills in the keys of all drafts of one document. partial says that the document holds items besides them, which did
// not change and were not read.
//
// What a key needs to know of its neighbours is decided here: an address without its fragment is a key only where no other
// item differs by the fragment alone. A document that was read in part proves no such thing.
func KeysOf(drafts []deskwire.Draft, src *deskwire.Source, partial bool) {
	speaks := Speaker(src)
	pages := make(map[string]int, len(drafts))
	addresses := make([]address, len(drafts))
	for i := range drafts {
		a := parse(drafts[i].Link)
		addresses[i] = a
		if a.page != "" {
			pages[a.page]++
		}
	}
	for i := range drafts {
		d := &drafts[i]
		a := addresses[i]
		if a.fragment != "" && (partial || pages[a.page] > 1) {
			a.alone = true
		}
		d.Keys = keys(&d.Article, d.Body, &a, speaks)
	}
}

// Keys are what an article may be recognised by, strongest first, as if it stood alone in its document. speaks says whether
// its source speaks for an address; nil is for none.
//
// Values are not scoped: the store scopes every key to its source, except addresses that the source speaks for.
func Keys(article *deskwire.Article, body string, speaks func(link string) bool) []deskwire.Key {
	a := parse(article.Link)
	return keys(article, body, &a, speaks)
}

func keys(article *deskwire.Article, body string, a *address, speaks func(string) bool) []deskwire.Key {
	keys := make([]deskwire.Key, 0, 5)
	if article.GUID != "" {
		keys = append(keys, deskwire.Key{Kind: deskwire.KeyGUID, Value: article.GUID})
	}
	if a.page != "" && !a.front {
		if a.fragment != "" {
			keys = append(keys, deskwire.Key{Kind: deskwire.KeyURL, Value: a.page + "#" + a.fragment})
		}
		if !a.alone {
			keys = append(keys, deskwire.Key{Kind: deskwire.KeyURL, Value: a.page})
		}
		// Elsewhere a number may be anybody's: an aggregator's items lead to many houses, which count each for itself.
		if n := number(a.path); n != "" && !a.alone && speaks != nil && speaks(article.Link) {
			keys = append(keys, deskwire.Key{Kind: deskwire.KeyNumber, Value: a.host + "/" + n})
		}
	}
	if sum := text(article, body); sum != "" {
		keys = append(keys, deskwire.Key{Kind: deskwire.KeyBody, Value: sum})
	}
	return keys
}

// number is the longest run of six or more digits in a path that is not a date, "" when there is none. Of equally long ones
// the last counts: paths go from the general to the particular.
func number(path string) string {
	best := ""
	for i := 0; i < len(path); {
		if !digit(path[i]) {
			i++
			continue
		}
		end := i
		for end < len(path) && digit(path[end]) {
			end++
		}
		if run := path[i:end]; len(run) >= 6 && len(run) >= len(best) && !date(run) {
			best = run
		}
		i = end
	}
	return best
}

func digit(b byte) bool { return '0' <= b && b <= '9' }

// date reports whether a run of digits may be a date, with or without a time: 202611, 20261123, 261123, 23112026,
// 202611231530. A number that only looks so is lost as a key, which costs less than a day's news being taken for one article.
func date(run string) bool {
	year := func(s string) bool { return s >= "1900" && s <= "2099" }
	month := func(s string) bool { return s >= "01" && s <= "12" }
	day := func(s string) bool { return s >= "01" && s <= "31" }
	switch len(run) {
	case 6:
		return year(run[:4]) && month(run[4:]) || month(run[2:4]) && (day(run[4:]) || day(run[:2])) || month(run[:2]) && day(run[2:4])
	case 8:
		return year(run[:4]) && month(run[4:6]) && day(run[6:]) ||
			year(run[4:]) && (day(run[:2]) && month(run[2:4]) || month(run[:2]) && day(run[2:4]))
	case 10, 12, 14:
		return date(run[:8]) && year(run[:4]) && run[8:10] <= "23" && (len(run) < 12 || run[10:12] <= "59") && (len(run) < 14 || run[12:] <= "60")
	}
	return false
}

// text is a hash of title and beginning of an article, "" for a text too short to be anybody's own. Only letters and digits
// count, whatever their case; markup, punctuation and spaces do not.
func text(article *deskwire.Article, body string) string {
	if body == "" {
		body = article.Summary
	}
	var g gist
	g.words(article.Title)
	title := g.n
	g.html(body)
	if g.n-title < minText {
		return ""
	}
	return strconv.FormatUint(xxhash.Sum64(g.buf[:g.n]), 16)
}

// A gist is the letters and digits that a text begins with, in lower case. What does not fit is dropped: two articles that
// share a title and a thousand letters are one.
type gist struct {
	n   int
	buf [1 << 10]byte
}

// html takes text outside of tags and entities. What it is given is clean, balanced HTML: "<" only ever begins a tag.
func (g *gist) html(html string) {
	for html != "" && !g.full() {
		i := strings.IndexAny(html, "<&")
		if i < 0 {
			g.words(html)
			return
		}
		g.words(html[:i])
		end := byte('>')
		if html[i] == '&' {
			end = ';'
		}
		j := strings.IndexByte(html[i:], end)
		if j < 0 {
			return
		}
		html = html[i+j+1:]
	}
}

func (g *gist) full() bool { return g.n+utf8.UTFMax > len(g.buf) }

func (g *gist) words(s string) {
	for i := 0; i < len(s) && !g.full(); {
		b := s[i]
		if b < utf8.RuneSelf {
			i++
			switch {
			case 'A' <= b && b <= 'Z':
				b += 'a' - 'A'
			case 'a' <= b && b <= 'z', digit(b):
			default:
				continue
			}
			g.buf[g.n] = b
			g.n++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		i += size
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) {
			g.n += utf8.EncodeRune(g.buf[g.n:], unicode.ToLower(r))
		}
	}
}
