package parse

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A dateNumber is a number of a date with its number of digits and what stood before it.
type dateNumber struct {
	value, width int
	sep          byte
}

// dateParts is what a date string says.
type dateParts struct {
	nums                  [4]dateNumber // day, month and year as far as they are numbers, in the order of the string
	n                     int
	year, month, day      int // where the string says which is which
	monthAt               int // how many numbers stood before the month's name
	hour, minute, sec, ns int // hour is -1 when there is no time of day
	pm, am                bool
	zone                  string // a zone's abbreviation
	place                 string // a zone's name: Europe/Kyiv
	offset                int    // seconds east
	zoned                 bool   // offset counts
	week                  bool   // ISO week date
	foreign               bool   // a word of it is not English: nobody else writes the month before the day
	era                   int    // years before the first of the era that the year is counted in
	language              string
}

// scan splits s into parts. It reports false when something in it belongs to no date.
func (p *dateParts) scan(s string) bool {
	sep := byte(' ')
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c >= '0' && c <= '9':
			n := p.number(s, i, sep)
			if n == 0 {
				return false
			}
			i, sep = i+n, ' '
		case c == '(' && p.zoned && p.zone == "" && p.n+p.named() >= 3:
			return true // after an offset: how its zone is called in somebody's language
		case (c == '+' || c == '-') && p.hour >= 0 && i+1 < len(s) && s[i+1] >= '0' && s[i+1] <= '9' && !p.datePending():
			n := p.readOffset(s[i:])
			if n == 0 {
				return false
			}
			i += n
		case c < utf8.RuneSelf && !unicode.IsLetter(rune(c)):
			if strings.IndexByte(" \t\n\r,./-'()[]:;|+_", c) < 0 {
				return false
			}
			if c == '.' || c == '/' || c == '-' || sep == ' ' {
				sep = c
			}
			i++
		default:
			n := p.word(s, i)
			if n == 0 {
				return false
			}
			i += n
		}
	}
	return true
}

// datePending reports whether the day is still to come: in "10:00 3-4-2026" a dash after the time belongs to the date.
func (p *dateParts) datePending() bool {
	return p.n+p.named() < 3 && p.n > 0 && p.month == 0 && p.n < 3
}

func (p *dateParts) named() int {
	n := 0
	for _, v := range []int{p.year, p.month, p.day} {
		if v != 0 {
			n++
		}
	}
	return n
}

// number reads the number at s[i] and what belongs to it; 0 when it belongs nowhere.
func (p *dateParts) number(s string, i int, sep byte) int {
	v, n := leadingNumber(s[i:])
	if n > 9 {
		return p.run(s[i:])
	}
	rest := s[i+n:]
	if p.hour < 0 && n <= 2 && len(rest) > 1 && (rest[0] == ':' || rest[0] == 'h' && rest[1] >= '0' && rest[1] <= '9') && rest[1] >= '0' && rest[1] <= '9' {
		return n + p.clock(v, rest)
	}
	if p.hour < 0 && n <= 2 && sep != '/' && sep != '-' && meridiem(rest) {
		p.hour = v
		return n
	}
	if m := hourMark(rest); p.hour < 0 && n <= 2 && m > 0 { // 14 h 30, 14h
		p.hour = v
		if minute, k := leadingNumber(strings.TrimLeft(rest[m:], " ")); k == 2 && minute < 60 {
			p.minute = minute
			m = len(rest) - len(strings.TrimLeft(rest[m:], " ")) + k
		}
		return n + m
	}
	// A clock with points after a whole date: "3. Mai 2026, 14.30 Uhr".
	if p.hour < 0 && n <= 2 && p.n+p.named() >= 3 && len(rest) > 2 && rest[0] == '.' && rest[1] >= '0' && rest[1] <= '9' {
		return n + p.clock(v, rest)
	}
	if m := p.unit(v, rest); m > 0 {
		return n + m
	}
	if n == 8 && p.n == 0 { // 20260503T143000
		p.year, p.month, p.day = v/10000, v/100%100, v%100
		return n
	}
	if (n == 6 || n == 4) && p.hour < 0 && p.n+p.named() >= 3 {
		if n == 4 {
			v *= 100
		}
		p.hour, p.minute, p.sec = v/10000, v/100%100, v%100
		return n
	}
	if p.n == len(p.nums) {
		return 0
	}
	p.nums[p.n] = dateNumber{v, n, sep}
	p.n++
	return n
}

// run reads year, month, day, hour, minute and perhaps second without anything between: 20260503143000.
func (p *dateParts) run(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	if n != 12 && n != 14 || p.n+p.named() > 0 || p.hour >= 0 {
		return 0
	}
	part := func(from, to int) int { return int(number(s[from:to])) }
	p.year, p.month, p.day, p.hour, p.minute = part(0, 4), part(4, 6), part(6, 8), part(8, 10), part(10, 12)
	if n == 14 {
		p.sec = part(12, 14)
	}
	return n
}

// hourMark is the length of the h, with a space before it, that follows an hour; 0 when there is none.
func hourMark(rest string) int {
	m := len(rest) - len(strings.TrimLeft(rest, " "))
	if m > 1 || m == len(rest) || rest[m]|0x20 != 'h' {
		return 0
	}
	if next, _ := utf8.DecodeRuneInString(rest[m+1:]); next != utf8.RuneError && unicode.IsLetter(next) {
		return 0
	}
	return m + 1
}

// clock reads the minutes and seconds after an hour.
func (p *dateParts) clock(hour int, rest string) int {
	p.hour = hour
	v, n := leadingNumber(rest[1:])
	if n > 2 {
		p.hour = 99 // refused when assembled
	}
	p.minute = v
	used := 1 + n
	rest = rest[used:]
	if len(rest) > 1 && (rest[0] == ':' || rest[0] == '.') && rest[1] >= '0' && rest[1] <= '9' {
		v, n = leadingNumber(rest[1:])
		p.sec = v
		used += 1 + n
		rest = rest[1+n:]
		if len(rest) > 1 && (rest[0] == '.' || rest[0] == ',' || rest[0] == ':') && rest[1] >= '0' && rest[1] <= '9' {
			v, n = leadingNumber(rest[1:min(len(rest), 10)])
			for k := n; k < 9; k++ {
				v *= 10
			}
			p.ns = v
			for 1+n < len(rest) && rest[1+n] >= '0' && rest[1+n] <= '9' {
				n++
			}
			used += 1 + n
		}
	}
	return used
}

// unit reads what some languages write behind each number: 2026年5月3日 14時30分, 2026년 5월 3일.
func (p *dateParts) unit(v int, rest string) int {
	r, n := utf8.DecodeRuneInString(rest)
	switch r {
	case '年', '년':
		p.year = v + p.era
	case '月', '월':
		p.month = v
	case '日', '号', '일':
		p.day = v
	case '時', '时', '点', '시':
		p.hour = v
	case '分', '분':
		p.minute = v
	case '秒', '초':
		p.sec = v
	default:
		return 0
	}
	return n
}

func leadingNumber(s string) (v, n int) {
	for n < len(s) && n < 10 && s[n] >= '0' && s[n] <= '9' {
		v = v*10 + int(s[n]-'0')
		n++
	}
	return v, n
}

func meridiem(rest string) bool {
	rest = strings.ToLower(strings.TrimLeft(rest[:min(len(rest), 6)], " "))
	return len(rest) >= 2 && (rest[0] == 'a' || rest[0] == 'p') && (rest[1] == 'm' || strings.HasPrefix(rest[1:], ".m"))
}

// readOffset reads +03:00, +0300, +03, +3 and, because some write it so, +3:00.
func (p *dateParts) readOffset(s string) int {
	v, n := leadingNumber(s[1:])
	used := 1 + n
	seconds := 0
	switch {
	case n <= 2 && len(s) > used+1 && s[used] == ':' && s[used+1] >= '0' && s[used+1] <= '9':
		m, k := leadingNumber(s[used+1:])
		seconds, used = v*3600+m*60, used+1+k
	case n <= 2:
		seconds = v * 3600
	case n == 3 || n == 4:
		seconds = v/100*3600 + v%100*60
	default:
		return 0
	}
	if seconds > 15*3600 {
		return 0
	}
	if s[0] == '-' {
		seconds = -seconds
	}
	if (p.zone == "MSK" || p.zone == "МСК") && n <= 2 {
		seconds += 3 * 3600 // Russia counts its zones from Moscow: MSK+2
	}
	p.offset, p.zoned, p.zone = seconds, true, ""
	return used
}
