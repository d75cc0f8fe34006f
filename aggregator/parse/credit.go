package parse

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// splitCredit takes the credit off the end of a caption: "A street in Hong Kong (Kin Cheung / Pool / AFP)", "… Photo: Jane Roe",
// "… © dpa". What may as well be part of the caption stays in it.
func splitCredit(s string) (caption, credit string) {
	if i := strings.LastIndex(s, " | "); i >= 0 && looksLikeCredit(s[i+3:]) {
		caption, _ = splitCredit(s[:i])
		return trimCaption(caption), creditText(s[i+3:])
	}
	if at, after := creditMark(s); at >= 0 {
		return trimCaption(s[:at]), creditText(s[after:])
	}
	trimmed := strings.TrimRight(s, " .")
	for _, b := range brackets {
		if !strings.HasSuffix(trimmed, b[1]) {
			continue
		}
		open := strings.LastIndex(trimmed, b[0])
		if open < 0 {
			break
		}
		before := strings.TrimSpace(trimmed[:open])
		inner := trimmed[open+len(b[0]) : len(trimmed)-len(b[1])]
		if looksLikeCredit(inner) || sentenceEnds(before) && fullName(inner) {
			return before, creditText(inner)
		}
		break
	}
	// "… in the morning. Jane Roe/Reuters": a last sentence that is a list of names.
	if at := lastSentence(trimmed); at > 0 {
		if tail := trimmed[at:]; strings.Contains(tail, "/") && looksLikeCredit(tail) && len(appendAgencies(nil, tail)) > 0 {
			return strings.TrimSpace(trimmed[:at]), creditText(tail)
		}
	}
	return s, ""
}

func trimCaption(s string) string {
	return strings.TrimRight(strings.TrimSpace(s), " |-–—/(（[·•,;=＝")
}

// creditWords say, before a colon, an equals sign or "by", that a credit follows. Lower case.
var creditWords = map[string]bool{
	"photo": true, "photos": true, "photograph": true, "photographs": true, "photographer": true, "photography": true, "picture": true, "pictures": true,
	"image": true, "images": true, "credit": true, "credits": true, "photo credit": true, "photo credits": true, "image credit": true,
	"image credits": true, "picture credit": true, "photo source": true, "image source": true, "source": true, "file photo": true,
	"foto": true, "fotos": true, "fotografie": true, "bild": true, "bilder": true, "bildquelle": true, "fotoquelle": true, "quelle": true, "archivfoto": true,
	"symbolfoto": true, "symbolbild": true, "crédit": true, "crédits": true, "crédit photo": true, "crédits photo": true, "crédit photos": true, "photo d'archives": true,
	"crédito": true, "créditos": true, "foto de archivo": true, "fuente": true, "fonte": true, "imagen": true, "imagem": true, "immagine": true, "fotografía": true, "fotografia": true,
	"beeld": true, "bron": true, "kuva": true, "kuvat": true, "lähde": true, "källa": true, "kilde": true, "fot": true, "zdjęcie": true, "źródło": true,
	"kép": true, "fotó": true, "forrás": true, "zdroj": true, "sursa": true, "снимка": true, "извор": true, "fotoğraf": true, "kaynak": true,
	"фото": true, "джерело": true, "источник": true, "источник фото": true, "φωτογραφία": true, "φωτό": true, "πηγή": true, "צילום": true, "الصورة": true, "تصوير": true, "عکس": true,
	"写真": true, "撮影": true, "写真提供": true, "提供": true, "画像": true, "出典": true, "사진": true, "사진제공": true, "출처": true, "图片": true, "图片来源": true, "圖片": true, "圖片來源": true,
	"图": true, "圖": true, "摄影": true, "攝影": true, "ảnh": true, "nguồn": true, "ภาพ": true,
}

// creditLeads say it without a colon, at the beginning of a sentence.
var creditLeads = [...]string{
	"©", "(c) ", "(C) ", "Copyright ", "Photo by ", "Photos by ", "Photograph by ", "Picture by ", "Image by ", "Courtesy of ", "Photo courtesy of ", "Foto di ", "Foto von ", "Foto de ", "Foto av ",
	"Foto van ", "Photo de ", "Fotos von ", "Fot. ", "fot. ",
}

// creditMark looks for the words that say that the rest of a caption is its credit: at is where they begin and after where
// they end; at is -1 where there are none.
func creditMark(s string) (at, after int) {
	for i := len(s); i > 0 && len(s)-i <= 2*maxName; {
		i = strings.LastIndexAny(s[:i], ":=：＝")
		if i < 0 {
			break
		}
		_, size := utf8.DecodeRuneInString(s[i:])
		start := wordsBefore(s[:i])
		if start < 0 || !creditFollows(s, start, s[i+size:]) {
			continue
		}
		return start, i + size
	}
	for _, lead := range creditLeads {
		i := strings.LastIndex(s, lead)
		if i < 0 || i > 0 && !boundary(s[:i]) && lead[0] != 0xc2 {
			continue
		}
		if rest := s[i+len(lead):]; plausible(rest, i == 0) {
			return i, i + len(lead)
		}
	}
	return -1, -1
}

// wordsBefore is where the credit words that s ends in begin, -1 where it ends in none. The longest of them count.
func wordsBefore(s string) int {
	s = strings.TrimRight(s, " \u00a0")
	best := -1
	for i, words := len(s), 0; i > 0 && words < 3 && len(s)-i < 48; words++ {
		j := strings.LastIndexFunc(strings.TrimRight(s[:i], " "), notWord)
		if j >= 0 {
			_, size := utf8.DecodeRuneInString(s[j:])
			j += size
		}
		i = max(j, 0)
		if creditWords[strings.ToLower(s[i:])] {
			best = i
		}
		if i == 0 || s[i-1] != ' ' {
			break
		}
	}
	return best
}

func notWord(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsMark(r) && r != '\'' && r != '’'
}

// creditFollows decides whether a credit word means what it says: it begins a sentence, or stands out by a capital letter, and
// what follows looks like names.
func creditFollows(s string, start int, rest string) bool {
	first, _ := utf8.DecodeRuneInString(s[start:])
	if start > 0 && !boundary(s[:start]) && !unicode.IsUpper(first) && (unicode.IsLower(first) || s[start-1] != ' ') {
		return false
	}
	return plausible(rest, start == 0)
}

// plausible reports whether what follows a credit mark can be a credit. A whole caption that is one has to be short.
func plausible(s string, whole bool) bool {
	s = strings.Trim(s, " .)]）】")
	if s == "" || len(s) > maxName || lastSentence(s) > 0 || strings.ContainsAny(s, "!?…\"“”„«»") || strings.Contains(s, "://") {
		return false
	}
	words, lower := 0, 0
	for w := range strings.FieldsSeq(s) {
		words++
		if r, _ := utf8.DecodeRuneInString(w); unicode.IsLower(r) && !particles[w] {
			lower++
		}
	}
	if len(appendAgencies(nil, s)) > 0 || words <= 3 && !whole {
		return true
	}
	return words <= 12 && lower <= 1 && !(whole && words > 6)
}

// particles are the small words inside names and credits.
var particles = map[string]bool{
	"de": true, "da": true, "di": true, "do": true, "dos": true, "del": true, "della": true, "la": true, "le": true, "van": true, "von": true, "der": true, "den": true, "ten": true,
	"of": true, "for": true, "the": true, "and": true, "und": true, "et": true, "y": true, "e": true, "via": true, "by": true, "courtesy": true, "für": true, "pour": true, "al": true,
	"el": true, "bin": true, "ibn": true, "zu": true, "dpa": true, "epa": true, "afp": true, "imago": true, "images": true, "alliance": true, "file": true, "handout": true, "pool": true, "та": true, "и": true, "і": true,
}

// boundary reports whether a new sentence can begin after s.
func boundary(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(strings.TrimRight(s, " "))
	return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != ',' || strings.HasSuffix(s, "  ")
}

// sentenceEnds reports whether s ends as sentences do.
func sentenceEnds(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(strings.TrimRight(s, `"”»“’) `))
	return strings.ContainsRune(".!?…。！？", r)
}

// lastSentence is where the last sentence of a text of several begins, 0 where there is one only. Initials and short
// abbreviations end none.
func lastSentence(s string) int {
	for i := len(s); i > 0; {
		i = strings.LastIndexAny(s[:i], ".!?…。！？")
		if i < 0 {
			return 0
		}
		_, size := utf8.DecodeRuneInString(s[i:])
		rest := s[i+size:]
		if wide := size > 1 && s[i:i+size] != "…"; wide && rest != "" || strings.HasPrefix(rest, " ") && ends(s[:i+size]) {
			return i + size + len(rest) - len(strings.TrimLeft(rest, " "))
		}
	}
	return 0
}

// fullName reports whether s is a person's whole name and nothing else: two to four words with capital letters, particles apart.
func fullName(s string) bool {
	words := strings.Fields(s)
	if len(words) < 2 || len(words) > 4 {
		return false
	}
	for _, w := range words {
		r, _ := utf8.DecodeRuneInString(w)
		if !unicode.IsUpper(r) && !particles[w] || strings.ContainsAny(w, "0123456789,;:") {
			return false
		}
	}
	return wholeName(s)
}

// looksLikeCredit tells a credit in brackets from an aside.
func looksLikeCredit(s string) bool {
	if s == "" || len(s) > maxName || strings.ContainsAny(s, "()[]?!") {
		return false
	}
	if len(appendAgencies(nil, s)) > 0 {
		return true
	}
	if at, _ := creditMark(s); at == 0 {
		return true
	}
	parts := strings.Split(s, "/")
	if len(parts) < 2 {
		return false
	}
	for _, part := range parts {
		r, _ := utf8.DecodeRuneInString(strings.TrimSpace(part))
		if !unicode.IsUpper(r) {
			return false
		}
	}
	return true
}

// creditText removes the words that only say that a credit follows, and brackets around it.
func creditText(s string) string {
	s = strings.Trim(s, " ().[]（）【】©:|")
	if at, after := creditMark(s); at == 0 {
		s = s[after:]
	}
	s = strings.Trim(s, " ().[]（）【】©:|=＝")
	if strings.Count(s, "(") > strings.Count(s, ")") {
		s += ")"
	}
	return s
}
