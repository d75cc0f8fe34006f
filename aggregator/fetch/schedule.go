package fetch

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"deskwire"
)

// When to ask again. What a source says (F01-F07) is the least time to leave it alone; within that its own rhythm decides.
const (
	// Day is the longest wait. Whoever says more than that (ten years has been seen) did not mean feeds, and a next check that
	// is further ahead was written by a clock that has been set back since: it counts as due.
	Day = 24 * time.Hour
	// Hourly is the wait where nothing is said.
	Hourly = time.Hour
	// Unvalidated is the wait where nothing is said and every answer costs the source a whole document.
	Unvalidated = 2 * time.Hour
	// Slowest is the longest wait because of a slow rhythm alone: news that is a quarter of a day late is no news.
	Slowest = 6 * time.Hour
	// Fastest is the shortest wait that was not agreed on, whatever caches on the way say about freshness.
	Fastest = 5 * time.Minute
	// FirstRetry is the first wait after a failure to reach anybody, or under a Retry-After that is shorter; each further
	// failure doubles it.
	FirstRetry = 5 * time.Minute
	// Confirmations is how many answers in a row must come by the same permanent redirect before the address moves for good:
	// a mistaken 301 is usually mended within hours.
	Confirmations = 3

	// jitterPart is how much of a wait is left to chance, so that sources that were first asked together drift apart.
	jitterPart = 0.1
)

// Begin returns the state as it holds for the source's configured address: a changed address starts over.
func Begin(src *deskwire.Source, st deskwire.SourceState) deskwire.SourceState {
	if st.ConfiguredURL == src.URL && st.URL != "" {
		return st
	}
	return deskwire.SourceState{
		ConfiguredURL: src.URL, URL: src.URL, Lease: st.Lease,
		Since: st.Since, Requests: st.Requests, NotModified: st.NotModified, VoidDocs: st.VoidDocs, ChurnDocs: st.ChurnDocs, VoidKinds: st.VoidKinds,
	}
}

// Ask is the request that the source's state makes. The state is one that Begin returned.
func Ask(src *deskwire.Source, st *deskwire.SourceState, now time.Time) Request {
	req := Request{URL: st.URL, ETag: st.ETag, LastModified: st.LastModified, ValidFor: st.GivenBy, Now: now}
	if len(src.Headers) > 0 && (st.URL == src.URL || Host(st.URL) == Host(src.URL)) {
		req.Headers = src.Headers
	}
	return req
}

// Next is when the source may be asked next; a moment that is not after now is due, the zero time is never. It does not know
// about leases and about other sources of the same host.
func Next(src *deskwire.Source, st *deskwire.SourceState, now time.Time) time.Time {
	switch {
	case src.Paused:
		return time.Time{}
	case st.ConfiguredURL != src.URL:
		return now
	case st.Gone:
		return time.Time{}
	}
	at := now
	for _, t := range [...]time.Time{st.NextCheck, st.NotBefore, st.HostUntil} {
		if t.After(at) && !t.After(now.Add(Day)) {
			at = t
		}
	}
	if !agreed(src) {
		at = unskipped(at, st.Hints)
	}
	return at
}

// Resting is the host that asked to be left alone until HostUntil, as [Host] names it: the one that answered, which is not
// always the one that was asked.
func Resting(st *deskwire.SourceState) string {
	if st.RestHost != "" {
		return st.RestHost
	}
	return Host(st.URL)
}

// Due reports whether the source is to be asked now.
func Due(src *deskwire.Source, st *deskwire.SourceState, now time.Time) bool {
	at := Next(src, st, now)
	return !at.IsZero() && !at.After(now)
}

// ByHand is when the source may be asked by somebody who does not want to wait: cadence is set aside, Retry-After and 410 are
// not. The zero time is never.
func ByHand(src *deskwire.Source, st *deskwire.SourceState, now time.Time) time.Time {
	switch {
	case src.Paused:
		return time.Time{}
	case st.ConfiguredURL != src.URL:
		return now
	case st.Gone:
		return time.Time{}
	}
	at := now
	for _, t := range [...]time.Time{st.NotBefore, st.HostUntil} {
		if t.After(at) && !t.After(now.Add(Day)) {
			at = t
		}
	}
	return at
}

// PutOff returns the state of a source that was not asked because its host wants to rest.
func PutOff(st deskwire.SourceState, until time.Time, jitter float64) deskwire.SourceState {
	st.NextCheck = until.Add(time.Duration(jitterPart / 2 * (jitter + 1) * float64(Hourly)))
	st.NextReason = "its host asked for a rest"
	return st
}

// After returns the state after a try at now, with lines for the report where something happened that people should know.
// jitter is a number from -1 to 1, chosen at random for each call. The address asked is that of Begin's state.
func After(src *deskwire.Source, st deskwire.SourceState, r Result, now time.Time, jitter float64) (deskwire.SourceState, []string) {
	t := turn{src: src, st: Begin(src, st), r: &r, now: now, jitter: min(max(jitter, -1), 1)}
	t.st.LastTry = now
	if t.st.Requests++; t.st.Since.IsZero() {
		t.st.Since = now
	}
	t.st.NotBefore, t.st.HostUntil, t.st.RestHost = time.Time{}, time.Time{}, ""
	if r.Err == nil && r.Status == http.StatusNotModified && t.st.ETag == "" && t.st.LastModified == "" {
		r.Err = fmt.Errorf("the server answered 304 to a request without conditions")
	}
	switch {
	case r.gone():
		t.st.Gone, t.st.Error, t.st.Failures = true, "gone (410): it will not be asked again", t.st.Failures+1
		t.st.NextCheck, t.st.NextReason = time.Time{}, "gone"
		t.note("the server says that it is gone for good (410); it will not be asked again")
	case r.Err != nil:
		t.failed()
	default:
		t.succeeded()
	}
	t.hear()
	return t.st, t.notes
}

// crowd is how many sources asked in one round are so many that they should not stay together.
const crowd = 100

// Part returns the state of a source that was asked in one round with so many others, of which none was asked for a long time
// before: at the first start, or after a rest. last is when this one was, random a number from 0 to 1. Each is left alone for up
// to as long again as it would be, so that the next round is not as crowded: jitter alone takes days to part them.
func Part(src *deskwire.Source, st deskwire.SourceState, last, now time.Time, asked int, random float64) deskwire.SourceState {
	wait := st.NextCheck.Sub(now)
	if asked < crowd || wait <= 0 || agreed(src) || !last.IsZero() && now.Sub(last) < 2*wait {
		return st
	}
	st.NextCheck = st.NextCheck.Add(time.Duration(random * float64(min(wait, Hourly))))
	return st
}

// hear notices when a source falls silent for longer than it should, and when it is heard of again; each is said once.
func (t *turn) hear() {
	silence := t.now.Sub(t.st.LastNew)
	quiet := t.src.IdleAfter > 0 && !t.st.LastNew.IsZero() && silence > t.src.IdleAfter
	switch {
	case quiet && !t.st.Quiet:
		t.note("gone quiet: nothing new since %s, longer than its idle_after of %s", t.st.LastNew.UTC().Format("2006-01-02 15:04 UTC"), span(t.src.IdleAfter))
	case t.st.Quiet && !quiet && t.src.IdleAfter > 0:
		t.note("heard of again: it brings news")
	}
	t.st.Quiet = quiet
}

// A turn is one call of After.
type turn struct {
	src    *deskwire.Source
	st     deskwire.SourceState
	r      *Result
	now    time.Time
	jitter float64
	notes  []string
}

func (t *turn) note(format string, args ...any) {
	t.notes = append(t.notes, fmt.Sprintf(format, args...))
}

// succeeded takes over what an answer taught (C02-C10, M01-M05) and plans the next check by it (F01-F08).
func (t *turn) succeeded() {
	st, r := &t.st, t.r
	st.LastSuccess, st.Failures, st.Error = t.now, 0, ""
	before := wish(st.Fresh, st.Hints)
	if r.Status == http.StatusNotModified {
		st.NotModified++
		if r.ETag != "" {
			st.ETag = r.ETag
		}
		if r.LastModified != "" {
			st.LastModified = r.LastModified
		}
		if r.Lifetime > 0 {
			st.Fresh = r.Lifetime
		}
	} else {
		st.ETag, st.LastModified, st.Fresh = r.ETag, r.LastModified, r.Lifetime
		if st.GivenBy = r.FinalURL; st.GivenBy == st.URL {
			st.GivenBy = ""
		}
		if r.Cut {
			st.ETag, st.LastModified, st.GivenBy = "", "", ""
		}
	}
	if r.Read {
		st.BodyHash, st.Header, st.Hints = r.BodyHash, r.Header, r.Hints
		st.Title, st.Home, st.Language = r.Title, r.Home, r.Language
	}
	t.learn()
	t.move()
	if after := wish(st.Fresh, st.Hints); after > Day && after != before && !agreed(t.src) {
		t.note("it wants to be asked every %s; it will be asked once a day", span(after))
	}
	t.plan()
}

// wish is the longest wait that a source's words ask for.
func wish(fresh time.Duration, h deskwire.Hints) time.Duration { return max(fresh, h.TTL, h.Period) }

// move follows permanent redirects once they are confirmed (M01, M02); others change nothing (M03, M04). Validators stay with
// the address that gave them (M05).
func (t *turn) move() {
	st, r := &t.st, t.r
	switch {
	case r.Permanent == "" || r.Permanent == st.URL:
		st.MovedTo, st.MovedSeen = "", 0
		return
	case r.Permanent != st.MovedTo:
		st.MovedTo, st.MovedSeen = r.Permanent, 0
	}
	if st.MovedSeen++; st.MovedSeen < Confirmations {
		return
	}
	t.note("moved for good from %s to %s; the configuration may say so", st.URL, st.MovedTo)
	if st.GivenBy == "" {
		st.GivenBy = st.URL
	}
	if st.URL = st.MovedTo; st.GivenBy == st.URL {
		st.GivenBy = ""
	}
	st.MovedTo, st.MovedSeen = "", 0
}

// plan sets the next check after an answer.
func (t *turn) plan() {
	limit, why, stated := t.limit()
	wait := limit
	switch learnt := min(t.st.Interval/2, Slowest); {
	case agreed(t.src):
		wait = t.around(limit)
	case t.src.Every == 0 && learnt > limit:
		wait = max(t.around(learnt), limit)
		why = "its rhythm: news about every " + span(t.st.Interval)
	case stated:
		wait = t.over(limit)
	default:
		wait = t.under(limit)
	}
	t.check(wait, why)
}

// limit is the least time to leave the source alone, and why; stated says that the source or the configuration asks for it.
func (t *turn) limit() (wait time.Duration, why string, stated bool) {
	st := &t.st
	if agreed(t.src) {
		every, why := pace(t.src)
		return every, why, true
	}
	validated := st.ETag != "" || st.LastModified != ""
	wait, why = Hourly, "hourly: it says nothing about when"
	if !validated {
		wait, why = Unvalidated, "every 2h: it says nothing about when and can not be asked conditionally"
	}
	fresh := max(st.Fresh-t.r.Age, 0)
	if said := max(fresh, st.Hints.TTL, st.Hints.Period); said > 0 {
		stated = true
		switch wait = said; said {
		case fresh:
			why = "its server's freshness: " + span(said)
		case st.Hints.TTL:
			why = "its ttl: " + span(said)
		default:
			why = "its update period: " + span(said)
		}
		if least := Fastest; wait < least {
			wait, why = least, fmt.Sprintf("never faster than every %s (it says %s)", span(least), span(said))
		}
		if !validated && wait < Hourly {
			wait, why = Hourly, fmt.Sprintf("hourly: it can not be asked conditionally (it says %s)", span(said))
		}
	}
	if t.src.Every > wait {
		wait, why, stated = t.src.Every, "configured: every "+span(t.src.Every), true
	}
	return min(wait, Day), why, stated
}

// failed plans the next check after a failure (R01-R10): waits grow, and never undercut what the source asks for.
func (t *turn) failed() {
	st, r := &t.st, t.r
	st.Failures++
	st.Error = r.Err.Error()
	base := FirstRetry
	switch limit, _, stated := t.limit(); {
	case r.Status >= 400 && r.Status < 500:
		base = max(limit, Hourly) // it is we who are wrong, by its word
	case r.Reached && stated:
		base = limit
	case r.Reached:
		base = Hourly
	default:
		base = min(limit, FirstRetry) // nobody was bothered
	}
	why := "it failed"
	if st.Failures > 1 {
		why = "it failed " + strconv.Itoa(st.Failures) + " times in a row"
	}
	if r.RetryAfter > 0 {
		asked := min(r.RetryAfter, Day)
		if r.RetryAfter > Day {
			t.note("it wants to be left alone for %s; it will be asked after a day", span(r.RetryAfter))
		}
		st.NotBefore = t.now.Add(asked)
		if r.Status == http.StatusTooManyRequests {
			st.HostUntil = st.NotBefore
			if by := Host(r.FinalURL); by != Host(st.URL) {
				st.RestHost = by // it was not the host that sent us there
			}
		}
		base = min(base, FirstRetry)
		if wait := doubled(base, st.Failures); wait < asked {
			t.check(t.over(asked), "it asked for "+span(asked)+" of rest (Retry-After)")
			return
		}
	}
	t.check(t.over(doubled(base, st.Failures)), why)
}

// doubled is base, doubled with each failure in a row after the first.
func doubled(base time.Duration, failures int) time.Duration {
	for range failures - 1 {
		if base *= 2; base >= Day {
			return Day
		}
	}
	return min(base, Day)
}

// check writes the next check down, outside the hours and days that the source skips (F06, F07).
func (t *turn) check(wait time.Duration, why string) {
	at := t.now.Add(min(wait, Day))
	if !agreed(t.src) {
		if later := unskipped(at, t.st.Hints); later.After(at) {
			at, why = later, why+"; it skips "+skipping(at, t.st.Hints)
		}
	}
	if most := t.now.Add(Day); at.After(most) {
		at = most // Next waits on
	}
	t.st.NextCheck, t.st.NextReason = at, why
}

// over, under and around leave a part of a wait to chance: upwards from what is asked of us, downwards from what nobody asks
// (or hourly cron would come just too early every other time), both ways around a guess.
func (t *turn) over(d time.Duration) time.Duration   { return scale(d, 1+jitterPart/2*(t.jitter+1)) }
func (t *turn) under(d time.Duration) time.Duration  { return scale(d, 1-jitterPart/2*(t.jitter+1)) }
func (t *turn) around(d time.Duration) time.Duration { return scale(d, 1+jitterPart*t.jitter) }

func scale(d time.Duration, by float64) time.Duration { return time.Duration(float64(d) * by) }

func agreed(src *deskwire.Source) bool { return src.Agreed && src.Every > 0 || onDisk(src) }

// onDisk says that a source is a file of this machine: nobody has to be spared.
func onDisk(src *deskwire.Source) bool { return strings.HasPrefix(src.URL, "file:") }

// Local is how often a file or a folder of this machine is looked at unless the configuration says otherwise.
const Local = time.Minute

// pace is the cadence of a source whose own wishes are set aside.
func pace(src *deskwire.Source) (every time.Duration, why string) {
	switch {
	case src.Every > 0 && src.Agreed:
		return src.Every, "agreed: every " + span(src.Every)
	case src.Every > 0:
		return src.Every, "every " + span(src.Every)
	}
	return Local, "a file of this machine: every " + span(Local)
}

// unskipped is the first moment from at on that is in no skipped hour and on no skipped day. Who skips everything skips
// nothing.
func unskipped(at time.Time, h deskwire.Hints) time.Time {
	if len(h.SkipHours) == 0 && len(h.SkipDays) == 0 {
		return at
	}
	for t, n := at, 0; n <= 8*24; n++ {
		if skipping(t, h) == "" {
			return t
		}
		t = t.UTC().Truncate(time.Hour).Add(time.Hour)
	}
	return at
}

// skipping says in words what a moment is skipped for, "" when it is not. Hours and days are GMT (RSS 2.0).
func skipping(at time.Time, h deskwire.Hints) string {
	at = at.UTC()
	if slices.Contains(h.SkipDays, at.Weekday()) {
		return at.Weekday().String() + "s"
	}
	if slices.Contains(h.SkipHours, at.Hour()) {
		return fmt.Sprintf("the hour of %02d:00 GMT", at.Hour())
	}
	return ""
}

// span writes a duration as people do: 45s, 20m, 2h, 1h30m, 3d.
func span(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return strconv.Itoa(int(d/(24*time.Hour))) + "d"
	case d >= time.Minute:
		d = d.Round(time.Minute)
	default:
		d = d.Round(time.Second)
	}
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
