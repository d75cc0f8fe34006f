package alike

import "unicode"

// lower is a letter in lower case without its accents, as far as one letter becomes one letter: Curaçao and Curacao, ё and е,
// the forms of alef. 0 stands for nothing.
func lower(c rune) rune {
	switch {
	case c < 0x80:
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		return c
	case c >= 0xC0 && c < 0xC0+rune(len(folded)):
		if f := folded[c-0xC0]; f != ' ' {
			return rune(f)
		}
		return c
	case 0x0410 <= c && c <= 0x042F:
		return c + 0x20
	case 0x0400 <= c && c <= 0x040F:
		c += 0x50
		if c == 'ё' {
			return 'е'
		}
		return c
	case c == 'ё':
		return 'е'
	case c == 'Ґ' || c == 'ґ':
		return 'г'
	case c == 'أ' || c == 'إ' || c == 'آ' || c == 'ٱ':
		return 'ا'
	case c == 'ى':
		return 'ي'
	case c == 'ة':
		return 'ه'
	case c == 0x0640 || 0x064B <= c && c <= 0x065F: // tatweel, vowels
		return 0
	case 0x1E00 <= c && c <= 0x1EFF: // Vietnamese and its like: left as they are but for case
		return unicode.ToLower(c)
	case 0x0660 <= c && c <= 0x0669:
		return c
	}
	return unicode.ToLower(c)
}

// folded is the plain letter of U+00C0 to U+017F; a space stands for no letter.
const folded = "aaaaaaaceeeeiiiidnooooo ouuuuytsaaaaaaaceeeeiiiidnooooo ouuuuyty" +
	"aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllllll" +
	"lnnnnnnnnnoooooooorrrrrrsssssssstttttt" + "uuuuuuuuuuuuwwyyyzzzzzzs"

// stem is how many letters of a word count. It is a light hand, made for many languages: what is lost in one word is lost in
// the same word elsewhere, too.
func stem(w []rune, s script) int {
	n := len(w)
	switch s {
	case latin:
		if n >= 4 && w[n-1] == 's' {
			n--
		}
		switch {
		case n >= 6 && w[n-3] == 'i' && w[n-2] == 'n' && w[n-1] == 'g':
			n -= 3
		case n >= 5 && w[n-2] == 'i' && w[n-1] == 'e':
			n -= 2
		case n >= 5 && w[n-2] == 'e' && (w[n-1] == 'd' || w[n-1] == 'n' || w[n-1] == 'r' || w[n-1] == 'm'):
			n -= 2
		case n >= 5 && (w[n-1] == 'e' || w[n-1] == 'y'):
			n--
		}
	case cyrillic, other:
		switch {
		case n >= 8:
			n = 6
		case n >= 6:
			n = 5
		case n == 5:
			n = 4
		}
	case arabic:
		// Article and prefixes first.
		skip := 0
		switch {
		case n >= 6 && w[1] == 'ا' && w[2] == 'ل':
			skip = 3
		case n >= 5 && w[0] == 'ا' && w[1] == 'ل' || n >= 5 && w[0] == 'ل' && w[1] == 'ل':
			skip = 2
		}
		n = copy(w, w[skip:])
		if n > 5 {
			n = 5
		}
	}
	return n
}
