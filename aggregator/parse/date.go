package parse

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"deskwire"
)

// A dateReader reads the dates of one source.
type dateReader struct {
	loc      *time.Location // of dates without a zone
	dayFirst bool
	now      time.Time
}

func newDateReader(src deskwire.Source, now time.Time) dateReader {
	loc := time.UTC
	if src.Zone != "" {
		if l, err := time.LoadLocation(src.Zone); err == nil {
			loc = l
		}
	}
	return dateReader{loc: loc, dayFirst: src.DayFirst, now: now}
}

// maxDate is how much of a date string is read: the longest believable ones have some 60 bytes.
const maxDate = 100

// read reads a date in any of the forms that feeds write. The result is in UTC. It is not clamped. ok is false when s is
// no date; nothing is guessed from half a date besides a missing time of day, which is midnight.
func (d *dateReader) read(s string) (t time.Time, ok bool) {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > maxDate {
		return time.Time{}, false
	}
	if digits(s) {
		return d.compact(s)
	}
	p := dateParts{hour: -1, month: 0}
	if !p.scan(s) {
		return time.Time{}, false
	}
	return d.assemble(&p)
}

// compact reads a date of digits alone: seconds or milliseconds since 1970, or year, month and day without anything between.
func (d *dateReader) compact(s string) (time.Time, bool) {
	switch len(s) {
	case 10:
		return sensible(time.Unix(number(s), 0).UTC())
	case 13:
		return sensible(time.UnixMilli(number(s)).UTC())
	case 8, 12, 14:
		t, err := time.ParseInLocation("20060102150405"[:len(s)], s, d.loc)
		if err == nil {
			return sensible(t.UTC())
		}
	case 4:
		t, err := time.ParseInLocation("2006", s, d.loc)
		if err == nil {
			return sensible(t.UTC())
		}
	}
	return time.Time{}, false
}

// sensible refuses the dates of computers that know none: the first second of 1970, and everything before 1900 or after 9999.
func sensible(t time.Time) (time.Time, bool) {
	if t.Unix() == 0 || t.Year() < 1900 || t.Year() > 9999 {
		return time.Time{}, false
	}
	return t, true
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

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
	zone                  string // a zone's name
	offset                int    // seconds east
	zoned                 bool   // offset counts
	week                  bool   // ISO week date
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
		return 0
	}
	rest := s[i+n:]
	if p.hour < 0 && n <= 2 && len(rest) > 1 && (rest[0] == ':' || rest[0] == 'h' && rest[1] >= '0' && rest[1] <= '9') && rest[1] >= '0' && rest[1] <= '9' {
		return n + p.clock(v, rest)
	}
	if p.hour < 0 && n <= 2 && sep != '/' && sep != '-' && meridiem(rest) {
		p.hour = v
		return n
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
	if (n == 6 || n == 4) && p.hour < 0 && p.named() == 3 && p.n == 0 {
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
		p.year = v
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
	p.offset, p.zoned, p.zone = seconds, true, ""
	return used
}

// word reads the word at s[i]: a month, a day of the week, half a day, a zone, or one of the small words of dates.
func (p *dateParts) word(s string, i int) int {
	n := 0
	for i+n < len(s) {
		r, size := utf8.DecodeRuneInString(s[i+n:])
		if !unicode.IsLetter(r) && !unicode.IsMark(r) && r != '’' || n > 0 && strings.ContainsRune("年月日時时分秒년월일시분초", r) {
			break
		}
		n += size
	}
	if n == 0 {
		r, size := utf8.DecodeRuneInString(s[i:])
		if unicode.IsSpace(r) || r == 'º' || r == '،' || r == '–' || r == '·' || r == '，' || invisible(r) {
			return size
		}
		return 0
	}
	word := s[i : i+n]
	switch {
	case (word == "T" || word == "t") && p.hour < 0:
		return n
	case (word == "W" || word == "w") && p.n == 1:
		p.week = true
		return n
	}
	low := strings.ToLower(word)
	if m := monthNumber(low); m > 0 && p.month == 0 {
		p.month, p.monthAt = m, p.n
		return n
	}
	switch low {
	case "am", "a", "上午", "오전", "πμ":
		p.am = true
		return n
	case "pm", "p", "下午", "오후", "午後", "μμ":
		p.pm = true
		return n
	case "m": // of "p. m."
		return n
	}
	if p.hour >= 0 || p.zone != "" {
		if p.readZone(word) {
			return n
		}
	}
	if smallWord(low) {
		return n
	}
	if p.hour < 0 && p.readZone(word) {
		return n
	}
	return 0
}

func (p *dateParts) readZone(word string) bool {
	if len(word) > maxZoneLength {
		return false
	}
	seconds, ok := zoneOffset(strings.ToUpper(word))
	if !ok {
		return false
	}
	if !p.zoned { // "+0300 (MSK)": the number stands
		p.zone, p.offset, p.zoned = strings.ToUpper(word), seconds, true
	}
	return true
}
