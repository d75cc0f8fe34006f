package publisher

import (
	"fmt"
	"strings"
	"unicode"

	"deskwire"
)

// cut takes away what the channel's policy and the source's rights do not allow, and says so. Rights come last: they win.
func cut(art deskwire.Article, rights deskwire.Rights, policy deskwire.Policy) (left deskwire.Article, body bool, cuts []string) {
	say := func(what string) { cuts = append(cuts, what) }
	media := func(keep func(*deskwire.Media) bool, what string) {
		var kept []deskwire.Media
		for i := range art.Media {
			if keep(&art.Media[i]) {
				kept = append(kept, art.Media[i])
			}
		}
		if len(kept) < len(art.Media) {
			art.Media = kept
			say(what)
		}
	}
	body = art.HasBody
	switch {
	case policy.Content == deskwire.ContentTitle && (art.Summary != "" || body):
		art.Summary, body = "", false
		say("the channel shows titles only")
	case policy.Content == deskwire.ContentSummary && body:
		body = false
		say("the channel shows summaries only")
	}
	if !policy.Pictures {
		media(notPicture, "the channel shows no pictures")
	}
	if !rights.Body {
		if body {
			body = false
			say("no right to the body")
		}
		if short := Shorten(art.Summary, deskwire.SummaryRunes); short != art.Summary {
			art.Summary = short
			say(fmt.Sprintf("the summary is cut at %d characters", deskwire.SummaryRunes))
		}
		media(isPicture, "no right to sound, video and files")
	}
	if !rights.Pictures {
		media(notPicture, "no right to pictures")
	}
	return art, body, cuts
}

// isPicture reports whether a file may be a picture; one of an unknown type may be anything, and goes with whatever goes.
func isPicture(m *deskwire.Media) bool { return m.Kind() == "image" }

func notPicture(m *deskwire.Media) bool { return m.Kind() != "image" && m.Kind() != "" }

// Shorten cuts a plain text to at most n characters: at the end of a sentence where one ends in the last third, else between
// two words, with an ellipsis that counts among the n. A text without spaces is cut where it has to be.
func Shorten(s string, n int) string {
	if len(s) <= n {
		return s
	}
	runes := []rune(s)
	if len(runes) <= n {
		return s
	}
	for i := n; i > n*2/3; i-- {
		switch last := runes[i-1]; {
		case strings.ContainsRune("。！？", last), strings.ContainsRune(".!?…", last) && unicode.IsSpace(runes[i]):
			return string(runes[:i])
		}
	}
	for i := n - 1; i > n/2; i-- {
		if unicode.IsSpace(runes[i]) {
			return tidy(runes[:i]) + "…"
		}
	}
	end := n - 1
	for end > 1 && unicode.IsMark(runes[end]) { // not between a letter and its accent
		end--
	}
	return tidy(runes[:end]) + "…"
}

// tidy takes the commas and dashes off the end of a text that was cut.
func tidy(runes []rune) string {
	return strings.TrimRightFunc(string(runes), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.In(r, unicode.Pd, unicode.Ps, unicode.Pi) || strings.ContainsRune(",;:.，、；：", r)
	})
}
