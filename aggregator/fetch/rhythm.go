package fetch

import (
	"slices"
	"time"
)

// believable are the rhythms that are learnt: faster ones would not change when we ask, slower ones neither.
const (
	quickest = time.Minute
	calmest  = 60 * Day
)

// learn adapts the source's rhythm, the usual time between two of its items, to what a try saw. A first document tells it by
// its own dates; later ones by how long an item took to come; a long silence slows it down.
func (t *turn) learn() {
	st, r := &t.st, t.r
	if r.Read {
		dates := slices.DeleteFunc(slices.Clone(r.Dates), func(d time.Time) bool { return d.IsZero() || d.After(t.now) })
		slices.SortFunc(dates, time.Time.Compare)
		if st.LastNew.IsZero() {
			if n := len(dates); n > 1 {
				st.Interval = believable(dates[n-1].Sub(dates[0]) / time.Duration(n-1))
			}
			if len(dates) > 0 {
				st.LastNew = t.now
			}
			return
		}
		news := 0
		for _, d := range dates {
			if d.After(st.LastNew) {
				news++
			}
		}
		if news > 0 {
			sample := t.now.Sub(st.LastNew) / time.Duration(news)
			if st.Interval > 0 {
				sample = (st.Interval + sample) / 2
			}
			st.Interval, st.LastNew = believable(sample), t.now
			return
		}
	}
	if st.LastNew.IsZero() {
		return
	}
	if silence := t.now.Sub(st.LastNew); silence/calm > st.Interval {
		st.Interval = believable(silence / calm)
	}
}

// calm is how many times its rhythm a source may be silent before it is thought to have slowed down: a night is no change of
// rhythm, and the first news of the morning should not be late.
const calm = 4

func believable(d time.Duration) time.Duration { return min(max(d, quickest), calmest) }
