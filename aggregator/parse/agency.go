package parse

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// agencies maps the names that news agencies go by to the one that is recorded. Keys are as they stand in bylines; those of
// capital letters only match in that form.
var agencies = map[string]string{
	"Reuters": "Reuters", "REUTERS": "Reuters", "Thomson Reuters": "Reuters",
	"AFP": "AFP", "Agence France-Presse": "AFP", "Agence France Presse": "AFP",
	"AP": "AP", "Associated Press": "AP", "The Associated Press": "AP",
	"dpa": "dpa", "DPA": "dpa", "Deutsche Presse-Agentur": "dpa",
	"EFE": "EFE", "Agencia EFE": "EFE", "ANSA": "ANSA", "Ansa": "ANSA", "AGI": "AGI", "Adnkronos": "Adnkronos",
	"Xinhua": "Xinhua", "Kyodo": "Kyodo", "Kyodo News": "Kyodo", "Jiji Press": "Jiji", "Yonhap": "Yonhap",
	"Anadolu": "Anadolu", "Anadolu Agency": "Anadolu", "PTI": "PTI", "ANI": "ANI", "IANS": "IANS", "UPI": "UPI",
	"Bloomberg": "Bloomberg", "PA Media": "PA", "Press Association": "PA", "AAP": "AAP", "NZME": "NZME",
	"TASS": "TASS", "ТАСС": "TASS", "RIA Novosti": "RIA Novosti", "РИА Новости": "RIA Novosti",
	"Interfax": "Interfax", "Интерфакс": "Interfax", "Interfax-Ukraine": "Interfax-Ukraine", "Інтерфакс-Україна": "Interfax-Ukraine",
	"Ukrinform": "Ukrinform", "Укрінформ": "Ukrinform", "Укринформ": "Ukrinform", "UNIAN": "UNIAN", "УНІАН": "UNIAN", "УНИАН": "UNIAN",
	"BelTA": "BelTA", "PAP": "PAP", "ČTK": "ČTK", "TASR": "TASR", "MTI": "MTI", "Belga": "Belga", "ANP": "ANP",
	"Ritzau": "Ritzau", "NTB": "NTB", "STT": "STT", "BNS": "BNS", "ELTA": "ELTA", "LETA": "LETA", "Lusa": "Lusa",
	"APA": "APA", "SDA": "Keystone-SDA", "Keystone-SDA": "Keystone-SDA", "SID": "SID", "epd": "epd", "KNA": "KNA",
	"Europa Press": "Europa Press", "Agerpres": "Agerpres", "Tanjug": "Tanjug", "Hina": "HINA", "HINA": "HINA", "STA": "STA",
	"MENA": "MENA", "WAFA": "WAFA", "IRNA": "IRNA", "SANA": "SANA", "Antara": "Antara", "Bernama": "Bernama", "CNA": "CNA",
	"EPA": "EPA", "EPA-EFE": "EPA", "Getty": "Getty Images", "Getty Images": "Getty Images",
}

// agencyName is the agency that s is the name of.
func agencyName(s string) (string, bool) {
	name, ok := agencies[strings.Trim(s, " .,;:()[]©")]
	return name, ok
}

// Where agencies stand: how much of the beginning and of the end of a text is looked at, in bytes.
const (
	datelineBytes = 160
	signoffBytes  = 80
)

// textAgencies finds the agencies that a text names as its origin: in a dateline at its beginning, "KYIV, May 3 (Reuters) -",
// "AFP -", or in a sign-off in brackets at its end, "(dpa)".
func textAgencies(text string) (found []string) {
	head := text[:min(len(text), datelineBytes)]
	if dash := dashAt(head); dash >= 0 {
		before := head[:dash]
		if open := strings.LastIndexByte(before, '('); open >= 0 {
			if end := strings.IndexByte(before[open:], ')'); end > 0 {
				found = appendAgencies(found, before[open+1:open+end])
			}
		} else if len(strings.Fields(before)) <= 6 {
			found = appendAgencies(found, before)
		}
	} else if strings.HasPrefix(head, "(") {
		if end := strings.IndexByte(head, ')'); end > 0 {
			found = appendAgencies(found, head[1:end])
		}
	}
	tail := strings.TrimRight(text[max(0, len(text)-signoffBytes):], " .\n")
	if strings.HasSuffix(tail, ")") {
		if open := strings.LastIndexByte(tail, '('); open >= 0 {
			found = appendAgencies(found, tail[open+1:len(tail)-1])
		}
	}
	return found
}

// dashAt is where the dash after a dateline stands: between spaces, or a long one anywhere.
func dashAt(s string) int {
	best := -1
	for _, dash := range []string{" - ", " -- ", " – ", " — ", "—", ") -", ") –"} {
		if i := strings.Index(s, dash); i >= 0 && (best < 0 || i < best) {
			if best = i; dash[0] == ')' {
				best++
			}
		}
	}
	return best
}

// appendAgencies adds the agencies that a short text consists of or lists: "AFP", "Kin Cheung / Pool / AFP", "AP Photo/Jane Roe".
func appendAgencies(list []string, s string) []string {
	parts := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("/,;|·•&+", r) })
	for _, part := range parts {
		part = strings.TrimSpace(part)
		name, ok := agencyName(part)
		if !ok {
			for _, extra := range []string{" Photo", " photo", " via AP", " via Getty Images", " via Reuters", " via AFP"} {
				if rest, cut := strings.CutSuffix(part, extra); cut {
					if name, ok = agencyName(rest); !ok {
						name, ok = agencyName(strings.TrimPrefix(extra, " via "))
					}
					break
				}
			}
		}
		if ok && !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	return list
}

// splitCredit takes the credit off the end of a caption: "A street in Hong Kong (Kin Cheung / Pool / AFP)", "… Photo: Jane Roe".
func splitCredit(s string) (caption, credit string) {
	trimmed := strings.TrimRight(s, " .")
	if strings.HasSuffix(trimmed, ")") || strings.HasSuffix(trimmed, "]") {
		open := strings.LastIndexAny(trimmed, "([")
		if open >= 0 {
			inner := trimmed[open+1 : len(trimmed)-1]
			if looksLikeCredit(inner) {
				return strings.TrimSpace(trimmed[:open]), creditText(inner)
			}
		}
	}
	for _, mark := range creditMarks {
		i := strings.LastIndex(s, mark)
		if i < 0 || len(s)-i > maxName || i > 0 && !boundary(s[:i]) {
			continue
		}
		if c := creditText(s[i+len(mark):]); c != "" {
			return strings.TrimRight(strings.TrimSpace(s[:i]), "|-–—"), c
		}
	}
	return s, ""
}

var creditMarks = []string{
	"Photo: ", "Photos: ", "Photo by ", "Photograph: ", "Picture: ", "Image: ", "Image credit: ", "Credit: ", "Foto: ", "Fotos: ", "Bild: ", "Photo : ",
	"Crédit: ", "Crédit : ", "© ", "Фото: ", "Foto di ", "Quelle: ", "Källa: ",
}

// boundary reports whether a new sentence can begin after s.
func boundary(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(strings.TrimRight(s, " "))
	return !unicode.IsLetter(r) && !unicode.IsDigit(r) || strings.HasSuffix(s, "  ")
}

// looksLikeCredit tells a credit in brackets from an aside.
func looksLikeCredit(s string) bool {
	if s == "" || len(s) > maxName || strings.ContainsAny(s, "()[]?!") {
		return false
	}
	if len(appendAgencies(nil, s)) > 0 {
		return true
	}
	for _, mark := range creditMarks {
		if strings.HasPrefix(s, mark) {
			return true
		}
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
	s = strings.TrimSpace(s)
	for _, mark := range creditMarks {
		s = strings.TrimPrefix(s, mark)
	}
	return strings.Trim(s, " ().[]©:|")
}
