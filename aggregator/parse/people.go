package parse

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"deskwire"
)

// authors finishes the people of an item: those that the format keeps apart, then those in free bylines. Agencies among them
// are not people; they are returned apart.
func (r *reader) authors(p *piece) (people []deskwire.Author, agencies []string) {
	add := func(a deskwire.Author) {
		if len(people) >= maxAuthors {
			return
		}
		for i := range people {
			if strings.EqualFold(people[i].Name, a.Name) && a.Name != "" {
				people[i].URL, people[i].Email, people[i].Avatar = or(people[i].URL, a.URL), or(people[i].Email, a.Email), or(people[i].Avatar, a.Avatar)
				return
			}
		}
		people = append(people, a)
	}
	for _, a := range p.authors {
		names, found := byline(a.Name)
		agencies = append(agencies, found...)
		addr, mail, avatar := r.absolute(a.URL, p.item.base), mailAddress(a.Email), r.absolute(a.Avatar, p.item.base)
		for i, n := range names {
			if i == 0 {
				n.URL, n.Email, n.Avatar = or(addr, n.URL), or(mail, n.Email), avatar
			}
			add(n)
		}
		if len(names) == 0 && len(found) == 0 && (addr != "" || mail != "") {
			add(deskwire.Author{URL: addr, Email: mail, Avatar: avatar})
		}
	}
	for _, s := range p.bylines {
		names, found := byline(s)
		agencies = append(agencies, found...)
		for _, n := range names {
			add(n)
		}
	}
	return people, agencies
}

// byline reads a free text that names authors: "a@b.c (Name)", "Name <a@b.c>", "By Name", "Name (role)", "A and B", "A, B, AFP".
func byline(s string) (people []deskwire.Author, agencies []string) {
	s = plainText(s, 4*maxName)
	s, mail := splitMail(s)
	for _, by := range bylineLeads {
		if rest, ok := strings.CutPrefix(s, by); ok {
			s = strings.TrimSpace(rest)
			break
		}
	}
	switch strings.ToLower(s) {
	case "admin", "administrator", "webmaster": // accounts of content systems, not people
		s = ""
	}
	if s == "" {
		if mail != "" {
			people = append(people, deskwire.Author{Email: mail})
		}
		return people, nil
	}
	for _, name := range splitNames(s) {
		name = trimRole(name)
		if agency, ok := agencyName(name); ok {
			agencies = append(agencies, agency)
			continue
		}
		if name != "" {
			people = append(people, deskwire.Author{Name: cutRunes(name, maxName)})
		}
	}
	if len(people) == 1 {
		people[0].Email = mail
	}
	return people, agencies
}

// bylineLeads stand before the names.
var bylineLeads = [...]string{
	"By: ", "By ", "by ", "BY ", "Written by ", "Words by ", "Author: ", "Authors: ", "Text: ", "Von ", "Text von ", "Autor: ", "Autorin: ", "Autoren: ", "Par ", "Texte : ", "Por ", "Di ", "Door ",
	"Af ", "Av ", "Tekst: ", "Автор: ", "Автори: ", "Авторы: ", "Текст: ", "文/", "文：", "记者：", "記者：",
}

// splitMail takes an e-mail address out of a byline.
func splitMail(s string) (name, mail string) {
	for _, pair := range []string{"<>", "()"} {
		open, end := strings.LastIndexByte(s, pair[0]), strings.LastIndexByte(s, pair[1])
		if open < 0 || end < open {
			continue
		}
		inner, before := s[open+1:end], strings.TrimSpace(s[:open])
		if m := mailAddress(inner); m != "" {
			return strings.Trim(before, `" `), m
		}
		if m := mailAddress(before); m != "" {
			return strings.TrimSpace(inner), m
		}
	}
	if m := mailAddress(s); m != "" {
		return "", m
	}
	// "noreply@example.org Name" and the like.
	if first, rest, ok := strings.Cut(s, " "); ok {
		if m := mailAddress(first); m != "" {
			return strings.Trim(rest, "() "), m
		}
	}
	return s, ""
}

// mailAddress is s when it is an e-mail address that may be shown; addresses that nobody reads are "".
func mailAddress(s string) string {
	s = strings.TrimPrefix(strings.TrimSpace(s), "mailto:")
	name, host, ok := strings.Cut(s, "@")
	if !ok || name == "" || !strings.Contains(host, ".") || len(s) > 254 || strings.ContainsAny(s, " \t<>()\",;:\\[]") || strings.ContainsRune(host, '@') {
		return ""
	}
	for _, r := range s {
		if invisible(r) {
			return ""
		}
	}
	return s
}

// splitNames splits a list of names where every part looks like a whole name: a surname before a comma stays with what
// follows it, and so does a desk ("News and Features").
func splitNames(s string) []string {
	parts := []string{s}
	for _, sep := range []string{";", "、", ", and ", ",", " and ", " AND ", " & ", " und ", " et ", " y ", " e ", " и ", " та ", " і ", " i ", " og ", " och ", " en ", "/", "|"} {
		var next []string
		for _, part := range parts {
			next = append(next, splitWhole(part, sep)...)
		}
		parts = next
	}
	return parts
}

func splitWhole(s, sep string) []string {
	if !strings.Contains(s, sep) {
		return []string{strings.TrimSpace(s)}
	}
	parts := strings.Split(s, sep)
	for i, part := range parts {
		parts[i] = strings.TrimSpace(part)
		if parts[i] == "" {
			continue
		}
		if _, agency := agencyName(parts[i]); !agency && !wholeName(parts[i]) && sep != "、" {
			return []string{strings.TrimSpace(s)}
		}
	}
	return parts
}

// wholeName reports whether s looks like first name and surname: two or more words (lists of more are split further), the
// first and the last of which begin with a capital letter.
func wholeName(s string) bool {
	words := strings.Fields(s)
	if len(words) < 2 {
		return false
	}
	for _, w := range []string{words[0], words[len(words)-1]} {
		r, _ := utf8.DecodeRuneInString(w)
		if !unicode.IsUpper(r) && !strings.HasPrefix(w, "(") {
			return false
		}
	}
	return true
}

func named(agency string) bool { _, ok := agencyName(agency); return ok }

// trimRole removes what stands after a name: "(Political editor)", ", Berlin correspondent" does not, since names of desks
// contain commas too.
func trimRole(s string) string {
	s = strings.TrimSpace(s)
	if i := strings.IndexByte(s, '('); i > 0 && strings.HasSuffix(s, ")") {
		return strings.TrimSpace(s[:i])
	}
	if i := strings.LastIndexByte(s, ' '); i > 0 {
		switch s[i+1:] {
		case "editor", "correspondent", "reporter", "writer":
			words := strings.Fields(s)
			if len(words) < 3 || len(words) > 4 {
				break
			}
			if name := strings.Join(words[:2], " "); fullName(name) {
				return name // "Jo Roe Environment editor"
			}
		}
	}
	if name, place, ok := strings.Cut(s, " in "); ok && (fullName(name) || named(name)) && len(strings.Fields(place)) <= 3 {
		if r, _ := utf8.DecodeRuneInString(place); unicode.IsUpper(r) {
			s = name // "Jo Roe in Kyiv"
		}
	}
	return strings.Trim(s, " ,;|-–—")
}
