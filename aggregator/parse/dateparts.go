package parse

import (
	"slices"
	"time"
)

// assemble makes a time of the parts.
func (d *dateReader) assemble(p *dateParts) (time.Time, bool) {
	if p.week {
		return d.weekDate(p)
	}
	if !p.order(d.dayFirst || p.foreign, d.now) {
		return time.Time{}, false
	}
	if p.year >= 2400 && p.year < 2700 {
		p.year -= buddhistEra
	}
	hour, ok := p.hours()
	if !ok || p.month < 1 || p.month > 12 || p.day < 1 || p.day > monthDays(p.year, p.month) || p.minute > 59 || p.sec > 60 {
		return time.Time{}, false
	}
	at := func(loc *time.Location) time.Time {
		return time.Date(p.year, time.Month(p.month), p.day, hour, p.minute, min(p.sec, 59), p.ns, loc)
	}
	return sensible(at(d.zoneOf(p, at)).UTC())
}

// hours is the hour of the day in 24 hours; 24:00 is the end of the day.
func (p *dateParts) hours() (int, bool) {
	h := max(p.hour, 0)
	switch {
	case p.pm && h < 12:
		h += 12
	case p.am && h == 12:
		h = 0
	}
	return h, h < 24 || h == 24 && p.minute == 0 && p.sec == 0
}

// order finds out which number is the day, which the month and which the year.
func (p *dateParts) order(dayFirst bool, now time.Time) bool {
	nums := p.nums[:p.n]
	if p.year != 0 && p.month != 0 && p.day != 0 {
		return p.n == 0
	}
	take := func(i int) int {
		v := nums[i].value
		nums = slices.Delete(slices.Clone(nums), i, i+1)
		return v
	}
	if p.year == 0 {
		i := slices.IndexFunc(nums, func(n dateNumber) bool { return n.width == 4 || n.width == 3 && n.value > 366 })
		switch {
		case i >= 0:
			if i == 0 && len(nums) == 2 && nums[1].width == 3 && p.month == 0 { // 2026-123
				return p.ordinal(nums[0].value, nums[1].value)
			}
			if i == 0 && p.month == 0 {
				return p.yearFirst(nums)
			}
			p.year = take(i)
		case len(nums) == 0:
			return false
		case p.month == 0 && len(nums) == 3 && nums[2].sep == '-' && p.shortYearFirst(nums, now):
			return true
		case len(nums) >= 2 && p.month != 0, len(nums) == 3:
			p.year = fullYear(take(len(nums) - 1))
		default:
			return false
		}
	}
	switch {
	case p.month != 0 && len(nums) == 1:
		p.day = nums[0].value
	case p.month != 0 && len(nums) == 0 && p.day == 0:
		p.day = 1
	case p.month == 0 && len(nums) == 2:
		p.dayAndMonth(nums[0], nums[1], dayFirst)
	case p.month != 0 && p.day != 0 && len(nums) == 0:
	default:
		return false
	}
	return true
}

// buddhistEra is how far Thailand's years are ahead.
const buddhistEra = 543

// shortYearFirst reads 26-05-03 with the year first when that is much nearer to now than 26 May 2003 would be.
func (p *dateParts) shortYearFirst(nums []dateNumber, now time.Time) bool {
	y, m, d := fullYear(nums[0].value), nums[1].value, nums[2].value
	last := fullYear(d)
	if now.IsZero() || m < 1 || m > 12 || d < 1 || d > monthDays(y, m) || abs(now.Year()-y) >= abs(now.Year()-last) {
		return false
	}
	p.year, p.month, p.day = y, m, d
	return true
}

func abs(n int) int { return max(n, -n) }

// yearFirst reads 2026-05-03, 2026/5/3, 2026-05 and 2026.
func (p *dateParts) yearFirst(nums []dateNumber) bool {
	p.year, p.month, p.day = nums[0].value, 1, 1
	switch len(nums) {
	case 1:
		return p.hour < 0
	case 2:
		p.month = nums[1].value
	case 3:
		p.month, p.day = nums[1].value, nums[2].value
		if p.month > 12 && p.day <= 12 {
			p.month, p.day = p.day, p.month
		}
	default:
		return false
	}
	return true
}

// dayAndMonth decides between 3/4 and 4/3: by size, by the source's habit, and by the mark between: only who writes a slash
// puts the month first.
func (p *dateParts) dayAndMonth(a, b dateNumber, dayFirst bool) {
	switch {
	case a.value > 12:
		p.day, p.month = a.value, b.value
	case b.value > 12:
		p.month, p.day = a.value, b.value
	case dayFirst || b.sep != '/':
		p.day, p.month = a.value, b.value
	default:
		p.month, p.day = a.value, b.value
	}
}

func (p *dateParts) ordinal(year, day int) bool {
	t := time.Date(year, 1, day, 0, 0, 0, 0, time.UTC)
	if day < 1 || t.Year() != year {
		return false
	}
	p.year, p.month, p.day = year, int(t.Month()), t.Day()
	return true
}

// weekDate reads 2026-W18-7 (ISO 8601).
func (d *dateReader) weekDate(p *dateParts) (time.Time, bool) {
	if p.n < 2 || p.nums[0].width != 4 || p.nums[1].value < 1 || p.nums[1].value > 53 {
		return time.Time{}, false
	}
	day := 1
	if p.n > 2 {
		day = p.nums[2].value
	}
	if day < 1 || day > 7 {
		return time.Time{}, false
	}
	// The fourth of January is always in the first week.
	jan4 := time.Date(p.nums[0].value, 1, 4, 0, 0, 0, 0, time.UTC)
	monday := jan4.AddDate(0, 0, -(int(jan4.Weekday())+6)%7)
	t := monday.AddDate(0, 0, (p.nums[1].value-1)*7+day-1)
	p.week, p.n = false, 0
	p.year, p.month, p.day = t.Year(), int(t.Month()), t.Day()
	return d.assemble(p)
}

// fullYear completes a year of two digits: 70 to 99 are of the last century.
func fullYear(y int) int {
	switch {
	case y >= 100:
		return y
	case y >= 70:
		return 1900 + y
	}
	return 2000 + y
}

func monthDays(year, month int) int {
	return time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}
