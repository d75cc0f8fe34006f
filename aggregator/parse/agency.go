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
	"EPA": "EPA", "EPA-EFE": "EPA", "epa": "EPA", "Getty": "Getty Images", "Getty Images": "Getty Images",
	"GETTY IMAGES": "Getty Images", "afp": "AFP", "reuters": "Reuters", "Afp": "AFP", "Dpa": "dpa",
	"picture alliance": "picture alliance", "picture-alliance": "picture alliance", "Imago": "imago", "imago": "imago", "IMAGO": "imago",
	"imago images": "imago", "IMAGO Images": "imago", "NurPhoto": "NurPhoto", "Sipa": "Sipa", "SIPA": "Sipa", "Sipa USA": "Sipa",
	"ZUMA": "ZUMA", "ZUMA Press": "ZUMA", "TT": "TT", "NTB scanpix": "NTB", "Scanpix": "Scanpix", "Ritzau Scanpix": "Ritzau", "dpa-AFX": "dpa-AFX",
	"Canadian Press": "The Canadian Press", "The Canadian Press": "The Canadian Press", "AZERTAC": "AZERTAC", "Armenpress": "Armenpress",
	"LaPresse": "LaPresse", "Notimex": "Notimex", "Télam": "Télam", "Prensa Latina": "Prensa Latina", "Agência Brasil": "Agência Brasil",
	"Reuter": "Reuters", "Рейтер": "Reuters", "Рейтерс": "Reuters", "АФП": "AFP", "РИА": "RIA Novosti", "БЕЛТА": "BelTA", "БелТА": "BelTA", "БТА": "BTA", "BTA": "BTA",
	"共同": "Kyodo", "共同通信": "Kyodo", "共同社": "Kyodo", "時事": "Jiji", "時事通信": "Jiji", "時事通信社": "Jiji", "ロイター": "Reuters",
	"新华社": "Xinhua", "新華社": "Xinhua", "中新社": "China News Service", "中央社": "CNA", "路透社": "Reuters", "法新社": "AFP", "美联社": "AP", "美聯社": "AP",
	"연합뉴스": "Yonhap", "뉴시스": "Newsis", "뉴스1": "News1", "AFP通信": "AFP", "AFP通信社": "AFP",
	"رويترز": "Reuters", "أ ف ب": "AFP", "أ.ف.ب": "AFP", "فرانس برس": "AFP", "د ب أ": "dpa", "د.ب.أ": "dpa", "أ ب": "AP", "WAM": "WAM",
	"רויטרס": "Reuters", "איי-פי": "AP",
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

// Agencies finds the agencies that a plain text names as its origin: in a dateline at its beginning, "KYIV, May 3 (Reuters) -",
// "AFP -", or in a sign-off in brackets at its end, "(dpa)".
func Agencies(text string) (found []string) {
	head := text[:min(len(text), datelineBytes)]
	if dash := dashAt(head); dash >= 0 {
		before := head[:dash]
		if open := strings.LastIndexByte(before, '('); open >= 0 {
			if end := strings.IndexByte(before[open:], ')'); end > 0 {
				named := before[open+1 : open+end]
				known := len(found)
				if found = appendAgencies(found, named); len(found) == known && placed(before[:open], named) {
					found = append(found, named)
				}
			}
		} else if len(strings.Fields(before)) <= 6 {
			found = appendAgencies(found, before)
		}
	}
	if inner := bracketed(head); inner != "" {
		found = appendAgencies(found, inner)
	} else if rest, ok := strings.CutPrefix(head, "新华社"); ok && strings.Contains(rest, "电") {
		found = append(found, "Xinhua")
	}
	tail := strings.TrimRight(text[max(0, len(text)-signoffBytes):], " .\n")
	if strings.HasSuffix(tail, ")") {
		if open := strings.LastIndexByte(tail, '('); open >= 0 {
			found = appendAgencies(found, tail[open+1:len(tail)-1])
		}
	}
	return found
}

// brackets are those that datelines of East Asia stand in.
var brackets = [...][2]string{{"(", ")"}, {"（", "）"}, {"【", "】"}, {"[", "]"}}

// bracketed is what stands in the brackets that a text begins with: "(AFP)", "（共同）", "(서울=연합뉴스)".
func bracketed(head string) string {
	for _, b := range brackets {
		if rest, ok := strings.CutPrefix(head, b[0]); ok {
			inner, _, ok := strings.Cut(rest, b[1])
			if !ok {
				return ""
			}
			return inner
		}
	}
	return ""
}

// placed reports whether a dateline names an agency that is on no list: three to six capital letters in brackets after a place
// in capital letters, "LONDON (XYZ) -", or after a place and a date, "Riga, May 3 (XYZ) -". Letters that only shorten the words
// before them, "WORLD BAKERS UNION (WBU) -", name no agency.
func placed(place, name string) bool {
	if n := utf8.RuneCountInString(name); n < 3 || n > 6 || !capitals(name) {
		return false
	}
	place = strings.TrimSpace(place)
	words := strings.Fields(place)
	if len(words) == 0 || len(words) > 6 {
		return false
	}
	initials := ""
	for _, w := range words {
		r, _ := utf8.DecodeRuneInString(w)
		initials += string(r)
	}
	if strings.HasSuffix(initials, name) || strings.EqualFold(initials, name) {
		return false
	}
	town, date, dated := strings.Cut(place, ",")
	first, _ := utf8.DecodeRuneInString(town)
	return capitals(strings.NewReplacer(" ", "", "-", "", ".", "").Replace(town)) ||
		dated && unicode.IsUpper(first) && len(strings.Fields(town)) <= 3 && strings.ContainsAny(date, "0123456789")
}

// capitals reports whether s consists of capital letters.
func capitals(s string) bool {
	for _, r := range s {
		if !unicode.IsUpper(r) {
			return false
		}
	}
	return s != ""
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
	parts := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("/,;|·•&+=＝—–", r) })
	for i, part := range parts {
		part = strings.TrimSpace(part)
		name, ok := agencyName(part)
		if !ok && i >= 2 && i == len(parts)-1 && strings.EqualFold(strings.TrimSpace(parts[i-1]), "pool") && capitals(part) && len(part) <= 12 {
			name, ok = part, true // only agencies send photographers into a pool
		}
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
