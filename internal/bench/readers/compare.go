package main

import (
	"net/url"
	"strings"
	"time"
	"unicode"

	"golang.org/x/net/html"
)

// A disagreement is one thing that two readers say differently, or that deskwire leaves out and another has.
type disagreement struct {
	Path     string `json:"path"`
	Item     int    `json:"item"` // -1: the whole file
	What     string `json:"what"`
	Reader   string `json:"reader"`
	Deskwire string `json:"deskwire"`
	Other    string `json:"other"`
}

// compare lists what another reader has and deskwire has not, or has otherwise.
func compare(reader string, ours, theirs reading) (list []disagreement) {
	add := func(i int, what, our, their string) {
		list = append(list, disagreement{ours.Path, i, what, reader, short(our), short(their)})
	}
	if len(ours.Items)+ours.Mute < len(theirs.Items) {
		add(-1, "items", count(len(ours.Items), ours.Error), count(len(theirs.Items), theirs.Error))
	}
	pairs := align(ours.Items, theirs.Items)
	for k, i := range pairs {
		if i < 0 {
			continue
		}
		a, b := &ours.Items[i], &theirs.Items[k]
		if absolute(b.Link) && a.Link == "" {
			add(i, "no link", a.Link, b.Link)
		}
		if b.Date != "" && a.Date == "" {
			add(i, "no date", a.Raw, b.Date+" of "+b.Raw)
		} else if b.Date != "" && !sameTime(a.Date, b.Date) && !sameTime(a.Date, b.Updated) {
			add(i, "date", a.Date, b.Date+" of "+b.Raw)
		}
		if x, y := letters(a.Title), letters(plainOf(b.Title)); x != y {
			add(i, "title", a.Title, b.Title)
		}
		if strings.TrimSpace(b.Author) != "" && a.Author == "" {
			add(i, "no author", "", b.Author)
		}
		if len(b.Pictures) > 0 && len(a.Pictures) == 0 {
			add(i, "no picture", "", b.Pictures[0])
		}
		if len(b.Enclosures) > len(a.Enclosures) {
			add(i, "enclosures", strings.Join(a.Enclosures, " "), strings.Join(b.Enclosures, " "))
		}
		if lost := missing(plainOf(a.HTML)+" "+a.Summary+" "+a.Title, plainOf(b.HTML)); len(lost) > 0 {
			add(i, "text", a.HTML+" "+a.Summary, strings.Join(lost, " "))
		}
	}
	return list
}

// align says, for each of their items, which of ours it is, or -1: by place where the numbers are equal, else by identifier,
// address or title.
func align(ours, theirs []item) []int {
	pairs := make([]int, len(theirs))
	used := make([]bool, len(ours))
	for k := range theirs {
		pairs[k] = -1
		if len(ours) == len(theirs) {
			pairs[k] = k
			continue
		}
		for i := range ours {
			a, b := &ours[i], &theirs[k]
			if !used[i] && (b.ID != "" && a.ID == b.ID || b.Link != "" && a.Link == b.Link || b.Title != "" && letters(a.Title) == letters(plainOf(b.Title))) {
				pairs[k], used[i] = i, true
				break
			}
		}
	}
	return pairs
}

func absolute(s string) bool {
	u, err := url.Parse(strings.TrimSpace(s))
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

// sameTime compares instants to the second.
func sameTime(a, b string) bool {
	x, err := time.Parse(time.RFC3339, a)
	if err != nil {
		return false
	}
	y, err := time.Parse(time.RFC3339, b)
	return err == nil && x.Truncate(time.Second).Equal(y.Truncate(time.Second))
}

// plainOf is the text of HTML: what browsers show no word of is left out.
func plainOf(s string) string {
	if !strings.ContainsAny(s, "<&") {
		return s
	}
	var b strings.Builder
	hidden := 0
	for z := html.NewTokenizer(strings.NewReader(s)); ; {
		kind := z.Next()
		if kind == html.ErrorToken {
			return b.String()
		}
		t := z.Token()
		switch {
		case kind == html.TextToken && hidden == 0:
			b.WriteString(t.Data)
		case t.Data == "script" || t.Data == "style" || t.Data == "svg" || t.Data == "math" || t.Data == "template":
			switch kind {
			case html.StartTagToken:
				hidden++
			case html.EndTagToken:
				hidden = max(hidden-1, 0)
			}
		case !inline[t.Data]:
			b.WriteByte(' ')
		}
	}
}

// inline elements stand inside words.
var inline = map[string]bool{
	"a": true, "abbr": true, "b": true, "big": true, "cite": true, "code": true, "del": true, "em": true, "font": true, "i": true, "ins": true, "kbd": true,
	"mark": true, "q": true, "s": true, "small": true, "span": true, "strong": true, "sub": true, "sup": true, "tt": true, "u": true, "wbr": true,
}

// plain writes text as HTML.
func plain(s string) string { return html.EscapeString(s) }

// letters is what two spellings of one title have in common.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, html.UnescapeString(s))
}

// missing is the words of theirs that ours does not have as often.
func missing(ours, theirs string) (lost []string) {
	have := map[string]int{}
	for _, w := range wordsOf(ours) {
		have[w]++
	}
	for _, w := range wordsOf(theirs) {
		if have[w]--; have[w] < 0 {
			lost = append(lost, w)
		}
	}
	return lost
}

func wordsOf(s string) []string {
	return strings.FieldsFunc(strings.ToLower(html.UnescapeString(s)), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) })
}

func short(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > 600 {
		return string(r[:600]) + "…"
	}
	return s
}
