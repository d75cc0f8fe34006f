package alike

import (
	"unicode"
	"unicode/utf8"
)

// digits reads a number with its decimals and returns its length. Separators of thousands and leading zeros don't count.
func (s *scan) digits(text string) int {
	h := uint32(numberSeed)
	i, value, digits := 0, 0, 0
	fraction := false
	for i < len(text) {
		c, size := rune(text[i]), 1
		if c >= utf8.RuneSelf {
			c, size = utf8.DecodeRuneInString(text[i:])
			c = plainSign(c)
		}
		if '0' <= c && c <= '9' {
			if digits > 0 || c != '0' || fraction {
				h = mix(h, uint32(c))
				digits++
			}
			if value < 1_000_000 {
				value = value*10 + int(c-'0')
			}
			i += size
			continue
		}
		if c != '.' && c != ',' || fraction {
			break
		}
		run := digitRun(text[i+size:])
		if run == 0 || run > 3 {
			break
		}
		if run < 3 { // three are thousands
			fraction = true
			h = mix(h, '.')
		}
		i += size
	}
	t := token(h)&^kindMask | kindNumber
	if 0 < value && value <= 31 && !fraction && (s.month > 0 || nearMonth(text[i:])) {
		s.r.dates[s.part].day |= 1 << (value - 1)
		t = t&^kindMask | kindDate
	}
	s.emit(t)
	s.month = 0
	// 10th, 2nd
	if rest := text[i:]; len(rest) >= 2 && asciiLetter(rest[0]) && asciiLetter(rest[1]) && (len(rest) == 2 || !asciiLetter(rest[2])) {
		switch string([]byte{rest[0] | 0x20, rest[1] | 0x20}) {
		case "st", "nd", "rd", "th":
			i += 2
		}
	}
	return i
}

// nearMonth reports whether a text goes on with the name of a month: "10 May", "10. Mai", "10 травня".
func nearMonth(text string) bool {
	i := 0
	for i < len(text) && (text[i] == ' ' || text[i] == '.') {
		i++
	}
	var w [maxWord]rune
	n := 0
	for _, c := range text[i:min(len(text), i+40)] {
		c = lower(c)
		if !unicode.IsLetter(c) || n == len(w) {
			if c == '月' && n == 0 {
				return true
			}
			break
		}
		if c == '月' && n == 0 {
			return true
		}
		w[n] = c
		n++
	}
	k, _ := dateWord(hashLetters(w[:n]), n)
	return k == dateMonth
}

// plainSign is a full-width sign, or a digit of the Arabic and Indian scripts, as the sign that it stands for.
func plainSign(c rune) rune {
	switch {
	case 0xFF01 <= c && c <= 0xFF5E:
		return c - 0xFEE0
	case 0x0660 <= c && c <= 0x0669:
		return c - 0x0660 + '0'
	case 0x06F0 <= c && c <= 0x06F9:
		return c - 0x06F0 + '0'
	case 0x0966 <= c && c <= 0x096F:
		return c - 0x0966 + '0'
	}
	return c
}

// digitRun is how many digits a text begins with, up to 4.
func digitRun(text string) int {
	n := 0
	for _, c := range text {
		if c = plainSign(c); n == 4 || c < '0' || c > '9' {
			break
		}
		n++
	}
	return n
}
