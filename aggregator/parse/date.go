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
	named    bool           // the source says which that is
	dayFirst bool
	language string // of the document: some languages use one word for two months
	now      time.Time
	zones    map[string]*time.Location // those that dates have named
}

func newDateReader(src deskwire.Source, now time.Time) dateReader {
	d := dateReader{loc: time.UTC, dayFirst: src.DayFirst, language: src.Language, now: now, zones: map[string]*time.Location{}}
	if src.Zone != "" {
		if l, err := time.LoadLocation(src.Zone); err == nil {
			d.loc, d.named = l, true
		}
	}
	return d
}

// maxDate is how much of a date string is read: the longest believable ones name their zone in Cyrillic in some 110 bytes.
const maxDate = 160

// read reads a date in any of the forms that feeds write. The result is in UTC. It is not clamped. ok is false when s is
// no date; nothing is guessed from half a date besides a missing time of day, which is midnight.
func (d *dateReader) read(s string) (t time.Time, ok bool) {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > maxDate {
		return time.Time{}, false
	}
	s = plainDigits(s)
	if inner, found := strings.CutPrefix(s, "/Date("); found { // a program's way to write milliseconds in JSON
		inner, _, _ = strings.Cut(inner, ")")
		if end := strings.LastIndexAny(inner, "+-"); end > 0 {
			inner = inner[:end] // the clock of the writer; the milliseconds are UTC all the same
		}
		s = inner
	}
	if whole, part, found := strings.Cut(s, "."); found && len(whole) == 10 && digits(whole) && digits(part) {
		s = whole + (part + "000")[:3]
	}
	if digits(s) {
		return d.compact(s)
	}
	p := dateParts{hour: -1, language: d.language}
	if !p.scan(s) {
		return time.Time{}, false
	}
	return d.assemble(&p)
}

// compact reads a date of digits alone: seconds, milliseconds or microseconds since 1970, or year, month and day without anything between.
func (d *dateReader) compact(s string) (time.Time, bool) {
	switch len(s) {
	case 10:
		return sensible(time.Unix(number(s), 0).UTC())
	case 13:
		return sensible(time.UnixMilli(number(s)).UTC())
	case 16:
		return sensible(time.UnixMicro(number(s)).UTC())
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

// plainDigits replaces the digits of other scripts by those of ASCII, and the wide marks of East Asia by plain ones.
func plainDigits(s string) string {
	for i := 0; ; i++ {
		if i == len(s) {
			return s
		}
		if s[i] >= utf8.RuneSelf {
			break
		}
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r < utf8.RuneSelf:
			return r
		case r > 0xff00 && r < 0xff5f: // the wide forms of ASCII
			return r - 0xfee0
		case !unicode.Is(unicode.Nd, r):
			return r
		}
		for _, block := range unicode.Nd.R16 { // each is one or several runs of ten
			if lo := rune(block.Lo); r >= lo && r <= rune(block.Hi) {
				return '0' + (r-lo)%10
			}
		}
		return r
	}, s)
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
