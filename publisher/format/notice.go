package format

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"deskwire"
)

// Statuses of an item, where it is not simply there.
const (
	statusKilled    = "killed"
	statusCorrected = "corrected"
)

// correction is one of an item, made ready.
type correction struct {
	At   time.Time `json:"at"`
	Text string    `json:"text"`
}

// retraction is the entry that a killed item leaves: id, date and notice, in the channel's name. Its link is the channel's
// page where a format wants one.
func (s *Site) retraction(r deskwire.Retraction, c *channel) *entry {
	at := r.At.UTC().Truncate(time.Second)
	words := noticesIn(c.language)
	return &entry{
		tag: s.Tag(r.Item), title: words.withdrawn, heading: words.withdrawn, summary: words.sentence,
		published: at, updated: at, stamp: stamp(at, r.Item), status: statusKilled, authors: []deskwire.Author{{Name: c.byline}},
	}
}

// correct puts what was corrected at the head of the body, or of the summary where there is none: a reader must not get the
// right words without being told that others were wrong, and some readers cut what is long at its end.
func (e *entry) correct(corrections []deskwire.Correction, c *channel) {
	var text, html strings.Builder
	words := noticesIn(c.language)
	for _, made := range corrections {
		line := sentence(Line(made.Text))
		if line == "" {
			continue
		}
		at := made.At.UTC().Truncate(time.Second)
		e.status, e.corrections = statusCorrected, append(e.corrections, correction{at, line})
		day := at.Format(time.DateOnly)
		text.WriteString(words.corrected + " " + day + ": " + line + " ")
		html.WriteString("<p><strong>" + words.corrected + `</strong> <time datetime="` + at.Format(time.RFC3339) + `">` + day + "</time>: " + escape(line) + "</p>\n")
	}
	switch {
	case len(e.corrections) == 0:
	case e.body != "":
		e.body = html.String() + e.body
	default:
		e.summary = strings.TrimSpace(text.String() + e.summary)
	}
}

// sentence ends a text where it does not end itself.
func sentence(s string) string {
	if last, _ := utf8.DecodeLastRuneInString(s); unicode.IsLetter(last) || unicode.IsDigit(last) {
		return s + "."
	}
	return s
}

// notices are what feeds say in the words of the program.
type notices struct {
	withdrawn   string // in place of a killed item's title
	sentence    string // and of its text
	corrected   string // before what was corrected
	corrections string // the list of all corrections
}

// A Withdrawal is what stands in the place of something that was killed.
type Withdrawal struct{ Title, Text string }

// WithdrawalIn is that in a language (BCP 47); in English where we have none in it.
func WithdrawalIn(language string) Withdrawal {
	words := noticesIn(language)
	return Withdrawal{words.withdrawn, words.sentence}
}

// noticesIn are the notices in a language (BCP 47), by its primary subtag; in English where it is none of these.
func noticesIn(language string) notices {
	primary, _, _ := strings.Cut(strings.ToLower(language), "-")
	switch primary {
	case "ar":
		return notices{"سُحب", "سُحب هذا الخبر.", "تصحيح", "تصحيحات"}
	case "cs":
		return notices{"Staženo", "Tento článek byl stažen.", "Opraveno", "Opravy"}
	case "da":
		return notices{"Trukket tilbage", "Artiklen er trukket tilbage.", "Rettet", "Rettelser"}
	case "de":
		return notices{"Zurückgezogen", "Dieser Beitrag wurde zurückgezogen.", "Berichtigt", "Berichtigungen"}
	case "el":
		return notices{"Αποσύρθηκε", "Αυτό το άρθρο αποσύρθηκε.", "Διορθώθηκε", "Διορθώσεις"}
	case "es":
		return notices{"Retirado", "Este artículo ha sido retirado.", "Corregido", "Correcciones"}
	case "fi":
		return notices{"Poistettu", "Tämä juttu on vedetty pois.", "Korjattu", "Oikaisut"}
	case "fr":
		return notices{"Retiré", "Cet article a été retiré.", "Rectifié", "Rectifications"}
	case "hu":
		return notices{"Visszavonva", "Ezt a cikket visszavontuk.", "Javítva", "Helyreigazítások"}
	case "it":
		return notices{"Ritirato", "Questo articolo è stato ritirato.", "Corretto", "Correzioni"}
	case "ja":
		return notices{"取り下げ", "この記事は取り下げられました。", "訂正", "訂正"}
	case "ko":
		return notices{"철회됨", "이 기사는 철회되었습니다.", "정정", "정정"}
	case "nb", "nn", "no":
		return notices{"Trukket tilbake", "Artikkelen er trukket tilbake.", "Rettet", "Rettelser"}
	case "nl":
		return notices{"Ingetrokken", "Dit artikel is ingetrokken.", "Gecorrigeerd", "Correcties"}
	case "pl":
		return notices{"Wycofano", "Ten artykuł został wycofany.", "Sprostowano", "Sprostowania"}
	case "pt":
		return notices{"Retirado", "Este artigo foi retirado.", "Corrigido", "Correções"}
	case "ro":
		return notices{"Retras", "Acest articol a fost retras.", "Corectat", "Corecturi"}
	case "ru":
		return notices{"Отозвано", "Этот материал отозван.", "Исправлено", "Исправления"}
	case "sv":
		return notices{"Tillbakadragen", "Artikeln har dragits tillbaka.", "Rättad", "Rättelser"}
	case "tr":
		return notices{"Geri çekildi", "Bu haber geri çekildi.", "Düzeltildi", "Düzeltmeler"}
	case "uk":
		return notices{"Вилучено", "Цей матеріал вилучено.", "Виправлено", "Виправлення"}
	case "zh":
		return notices{"已撤回", "本文已撤回。", "更正", "更正"}
	}
	return notices{"Withdrawn", "This item was withdrawn.", "Corrected", "Corrections"}
}
