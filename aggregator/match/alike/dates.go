package alike

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	dateNone = iota
	dateWeekday
	dateDaypart
	dateMonth
)

// The words that tell one edition from the next, in the languages that the tests speak. Each line is one day, part of the day
// or month; what stands beside it on the line is the same in other languages. Words whose first meaning is another ("sun",
// "sat", "mar") are left out; months count only beside a number.
const weekdayWords = `monday mon понеділок понеділка понедельник понедельника montag lundi lunes الاثنين الإثنين 月曜 月曜日 星期一 周一
tuesday tue вівторок вівторка вторник вторника dienstag mardi martes الثلاثاء 火曜 星期二 周二
wednesday середа середу среда среду mittwoch mercredi miércoles الأربعاء 水曜 星期三 周三
thursday четвер четверга четверг donnerstag jeudi jueves الخميس 木曜 星期四 周四
friday fri пятниця п'ятниця п'ятницю пятницю пятница пятницу freitag vendredi viernes الجمعة 金曜 星期五 周五
saturday субота суботу суббота субботу samstag sonnabend samedi sábado السبت 土曜 星期六 周六
sunday неділя неділю воскресенье sonntag dimanche domingo الأحد 日曜 星期日 星期天 周日`

const daypartWords = `morning ранок ранковий ранку утро утренний утра morgen morgens matin matinale mañana matutino صباح صباحا
midday noon полудень полдень дневной денний mittag midi mediodía ظهرا الظهيرة
afternoon nachmittag après-midi tarde العصر
evening вечір вечірній вечер вечерний вечера abend soir soirée vespertino مساء المساء
night tonight overnight ніч ночь nacht nuit noche ليلا`

const monthWords = `january jan січня января januar janvier enero يناير
february feb лютого февраля februar février febrero فبراير
march березня марта märz mars marzo مارس
april квітня апреля avril abril أبريل
may травня мая mai mayo مايو
june червня июня juni juin junio يونيو
july липня июля juli juillet julio يوليو
august aug серпня августа août agosto أغسطس
september sept вересня сентября septembre septiembre سبتمبر
october oct жовтня октября oktober octobre octubre أكتوبر
november nov листопада ноября novembre noviembre نوفمبر
december dec грудня декабря dezember décembre diciembre ديسمبر`

// A dateTable finds date words by their folded letters.
type dateTable struct {
	filter [64]uint64 // one bit for each hash that any word has
	words  map[uint32]uint16
}

var dateWords = newDateTable()

func newDateTable() *dateTable {
	t := &dateTable{words: map[uint32]uint16{}}
	for kind, text := range []string{dateWeekday: weekdayWords, dateDaypart: daypartWords, dateMonth: monthWords} {
		bit := 0
		for line := range strings.Lines(text) {
			for word := range strings.FieldsSeq(line) {
				var w []rune
				for _, c := range word {
					if c = lower(c); c != 0 && c != '\'' && c != '-' && (len(w) == 0 || w[len(w)-1] != c) {
						w = append(w, c)
					}
				}
				h := hashLetters(w)
				t.words[h] = uint16(kind<<8 | bit)
				t.filter[h>>26] |= 1 << (h >> 20 & 63)
			}
			bit++
		}
	}
	return t
}

func hashLetters(w []rune) uint32 { return hashOn(wordSeed, w) }

// hashOn is the hash of a word of whose beginning h is.
func hashOn(h uint32, w []rune) uint32 {
	for _, c := range w {
		h = mix(h, uint32(c))
	}
	return h
}

// dateWord says which date word n letters of that hash are, and its bit among those of its kind.
func dateWord(h uint32, n int) (kind, bit int) {
	if n < 3 {
		return dateNone, 0
	}
	if dateWords.filter[h>>26]>>(h>>20&63)&1 == 0 {
		return dateNone, 0
	}
	v, ok := dateWords.words[h]
	if !ok {
		return dateNone, 0
	}
	return int(v >> 8), int(v & 255)
}

// kickers stand before a headline and say nothing about its news.
const kickers = ` breaking exclusive video watch live update updates updated photos pictures gallery analysis opinion explainer explained ` +
	`just in alert urgent flash developing correction corrected refile factbox листівка наживо терміново оновлено ексклюзив відео фото срочно молния ` +
	`обновлено эксклюзив видео eil eilmeldung exklusiv liveblog liveticker ticker en direct direct urgente última hora en vivo directo exclusiva exclusif vidéo ` +
	`عاجل حصري مباشر فيديو 速報 独自 動画 中継 快讯 独家 视频 直播 快訊 獨家 `

// skipKicker is a title without what stands before its headline: emoji and bullets, and a kicker that is set off by a colon,
// a dash, a bar or brackets.
func skipKicker(title string) string {
	const longest = 40
	for range 2 {
		title = strings.TrimLeftFunc(title, isOrnament)
		rest, closing := title, ""
		for _, b := range [...][2]string{{"[", "]"}, {"(", ")"}, {"【", "】"}, {"［", "］"}} {
			if after, ok := strings.CutPrefix(rest, b[0]); ok {
				rest, closing = after, b[1]
				break
			}
		}
		head := rest[:min(len(rest), longest)]
		end, size := -1, len(closing)
		if closing != "" {
			end = strings.Index(head, closing)
		} else if end = strings.IndexAny(head, ":|–—-："); end >= 0 {
			_, size = utf8.DecodeRuneInString(head[end:])
		}
		if end < 1 {
			break
		}
		word := strings.ToLower(strings.TrimSpace(head[:end]))
		if word == "" || !strings.Contains(kickers, " "+word+" ") {
			break
		}
		title = rest[end+size:]
	}
	return title
}

// isOrnament reports whether a character before a headline says nothing: whatever is neither letter, digit nor bracket.
func isOrnament(c rune) bool {
	return !(unicode.IsLetter(c) || unicode.IsDigit(c) || c == '[' || c == '(' || c == '【' || c == '［')
}
