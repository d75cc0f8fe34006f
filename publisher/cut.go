package publisher

import (
	"fmt"
	"strings"
	"unicode"

	"deskwire"
)

// cut takes away what the channel's policy and the source's rights do not allow, and says so. Rights come last: they win.
func cut(art deskwire.Article, rights deskwire.Rights, policy deskwire.Policy) (left deskwire.Article, body, wordy bool, cuts []string) {
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
		if art.Episode != nil {
			art.Episode = nil
			say("no right to the episode's transcript and chapters")
		}
	}
	if !rights.Pictures {
		media(notPicture, "no right to pictures")
	}
	wordy = body && !(rights.Pictures && policy.Pictures)
	if wordy {
		say("pictures in the text, if there are any")
	}
	return art, body, wordy, cuts
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
	// Where it may be cut, in bytes; the later the better.
	sentence, space, end := 0, 0, 0
	count, last := 0, rune(0)
	for i, r := range s {
		gap := unicode.IsSpace(r)
		if count > n*2/3 && (wide(last) || gap && stop(last)) {
			sentence = i
		}
		if count == n {
			return cutAt(s, sentence, space, end)
		}
		if gap && count > n/2 && count < n {
			space = i
		}
		if !unicode.IsMark(r) { // not between a letter and its accent
			end = i
		}
		count, last = count+1, r
	}
	return s
}

// cutAt cuts s at the first of three places that there is.
func cutAt(s string, sentence, space, end int) string {
	switch {
	case sentence > 0:
		return s[:sentence]
	case space > 0:
		end = space
	}
	return strings.TrimRightFunc(s[:end], func(r rune) bool {
		return unicode.IsSpace(r) || unicode.In(r, unicode.Pd, unicode.Ps, unicode.Pi) || strings.ContainsRune(",;:.，、；：", r)
	}) + "…"
}

// stop reports whether r ends a sentence when a space follows, wide whether it does in any case.
func stop(r rune) bool { return r == '.' || r == '!' || r == '?' || r == '…' }

func wide(r rune) bool { return r == '。' || r == '！' || r == '？' }
