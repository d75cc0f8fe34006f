package fetch

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"deskwire"
)

const (
	minute = time.Minute
	hour   = time.Hour
	feed   = "https://example.org/feed"
)

// known is the state of a source that was read before.
func known() deskwire.SourceState {
	return deskwire.SourceState{
		ConfiguredURL: feed, URL: feed, ETag: `"a"`, LastModified: "m", BodyHash: 7, Rounds: 3,
		LastSuccess: noon.Add(-hour), LastNew: noon.Add(-hour), NextCheck: noon,
	}
}

func source() *deskwire.Source { return &deskwire.Source{Name: "example", URL: feed} }

func unchanged() Result { return Result{Status: 304, Reached: true, FinalURL: feed} }

func failure(status int) Result {
	return Result{Status: status, Reached: status != 0, FinalURL: feed, Err: errors.New("trouble")}
}

// Each rule of when to ask again, as the wait it leads to. Where jitter may move it, the least and the most are given.
func TestNextCheck(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		rule        string
		src         func(*deskwire.Source)
		st          func(*deskwire.SourceState)
		r           func(*Result)
		least, most time.Duration
		why         string
	}{
		{rule: "F01 max-age", r: func(r *Result) { r.Lifetime = 3 * hour }, least: 3 * hour, most: 3*hour + 18*minute, why: "freshness: 3h"},
		{rule: "F03 less Age", r: func(r *Result) { r.Lifetime, r.Age = 3*hour, hour }, least: 2 * hour, most: 2*hour + 12*minute, why: "freshness: 2h"},
		{rule: "F01 holds after a 304 that says nothing", st: func(st *deskwire.SourceState) { st.Fresh = 3 * hour }, least: 3 * hour, most: 3*hour + 18*minute},
		{rule: "F04 ttl", st: func(st *deskwire.SourceState) { st.Hints.TTL = 2 * hour }, least: 2 * hour, most: 2*hour + 12*minute, why: "ttl: 2h"},
		{rule: "F05 sy:updatePeriod", st: func(st *deskwire.SourceState) { st.Hints.Period = 4 * hour }, least: 4 * hour, most: 4*hour + 24*minute, why: "period: 4h"},
		{rule: "the longest wish holds", st: func(st *deskwire.SourceState) { st.Hints.TTL, st.Hints.Period, st.Fresh = 2*hour, hour, minute }, least: 2 * hour, most: 2*hour + 12*minute},
		{rule: "F06 skipHours", st: func(st *deskwire.SourceState) { st.Hints.SkipHours = []int{12, 13, 14} }, least: 3 * hour, most: 3 * hour, why: "skips the hour of"},
		{rule: "F07 skipDays", st: func(st *deskwire.SourceState) { st.Hints.SkipDays = []time.Weekday{time.Monday} }, least: 12 * hour, most: 12 * hour, why: "skips Mondays"},
		{rule: "F07 every day is none", st: func(st *deskwire.SourceState) { st.Hints.SkipDays = []time.Weekday{0, 1, 2, 3, 4, 5, 6} }, least: 54 * minute, most: hour},
		{rule: "F08 nothing said", least: 54 * minute, most: hour, why: "hourly"},
		{rule: "F08 no validators", st: func(st *deskwire.SourceState) { st.LastModified, st.ETag = "", "" }, r: func(r *Result) { r.Status = 200 }, least: 108 * minute, most: 2 * hour, why: "every 2h"},
		{rule: "F08 no validators, short wish", st: func(st *deskwire.SourceState) { st.LastModified, st.ETag = "", "" }, r: func(r *Result) { r.Status, r.Lifetime = 200, minute }, least: hour, most: 66 * minute},
		{rule: "caches are not in such a hurry as they say", st: func(st *deskwire.SourceState) { st.Interval, st.LastNew = minute, noon.Add(-minute) }, r: func(r *Result) { r.Lifetime = 10 * time.Second }, least: 5 * minute, most: 5*minute + 30*time.Second, why: "never faster"},
		{rule: "a file of this machine needs no sparing", src: func(s *deskwire.Source) { s.URL = "file:///srv/wires/" },
			st: func(st *deskwire.SourceState) {
				st.ConfiguredURL, st.URL, st.Hints.TTL = "file:///srv/wires/", "file:///srv/wires/", 5*hour
			}, least: 54 * time.Second, most: 66 * time.Second, why: "a file of this machine"},
		{rule: "ten years are a day", r: func(r *Result) { r.Lifetime = 3650 * Day }, least: Day, most: Day},
		{rule: "a slow rhythm waits longer", st: func(st *deskwire.SourceState) { st.Interval = 8 * hour }, least: 216 * minute, most: 264 * minute, why: "its rhythm: news about every 8h"},
		{rule: "but not for ever", st: func(st *deskwire.SourceState) { st.Interval = 60 * Day }, least: 324 * minute, most: 396 * minute},
		{rule: "a fast rhythm does not break a wish", st: func(st *deskwire.SourceState) { st.Interval, st.Fresh = minute, hour }, least: hour, most: 66 * minute},
		{rule: "every, wished", src: func(s *deskwire.Source) { s.Every = 3 * hour }, least: 3 * hour, most: 198 * minute, why: "configured"},
		{rule: "every does not beat F01", src: func(s *deskwire.Source) { s.Every = 2 * minute }, r: func(r *Result) { r.Lifetime = 2 * hour }, least: 2 * hour, most: 132 * minute},
		{rule: "every does not beat F08", src: func(s *deskwire.Source) { s.Every = 2 * minute }, least: 54 * minute, most: hour},
		{rule: "agreed beats F01-F08", src: func(s *deskwire.Source) { s.Every, s.Agreed = 2*minute, true },
			st:    func(st *deskwire.SourceState) { st.Hints.TTL, st.Hints.SkipHours, st.Interval = hour, []int{12}, Day },
			least: 108 * time.Second, most: 132 * time.Second, why: "agreed: every 2m"},

		{rule: "R01", r: func(r *Result) { *r = failure(429); r.RetryAfter = 10 * minute }, least: 10 * minute, most: 11 * minute, why: "Retry-After"},
		{rule: "R02", r: func(r *Result) { *r = failure(503); r.RetryAfter = 3 * hour }, least: 3 * hour, most: 198 * minute, why: "Retry-After"},
		{rule: "R02 again and again", st: func(st *deskwire.SourceState) { st.Failures = 4 }, r: func(r *Result) { *r = failure(503); r.RetryAfter = minute }, least: 80 * minute, most: 88 * minute},
		{rule: "R03", st: func(st *deskwire.SourceState) { *st = deskwire.SourceState{} }, r: func(r *Result) { *r = failure(429); r.RetryAfter = hour }, least: hour, most: 66 * minute},
		{rule: "R04", r: func(r *Result) { *r = failure(429) }, least: hour, most: 66 * minute},
		{rule: "R05 first", r: func(r *Result) { *r = failure(500) }, least: hour, most: 66 * minute, why: "it failed"},
		{rule: "R05 third", st: func(st *deskwire.SourceState) { st.Failures = 2 }, r: func(r *Result) { *r = failure(502) }, least: 4 * hour, most: 264 * minute, why: "failed 3 times"},
		{rule: "R05 hundredth", st: func(st *deskwire.SourceState) { st.Failures = 99 }, r: func(r *Result) { *r = failure(500) }, least: Day, most: Day},
		{rule: "R05 not before its wish", st: func(st *deskwire.SourceState) { st.Fresh = 5 * hour }, r: func(r *Result) { *r = failure(500) }, least: 5 * hour, most: 330 * minute},
		{rule: "R06", r: func(r *Result) { *r = failure(404) }, least: hour, most: 66 * minute},
		{rule: "R07, agreed or not", src: func(s *deskwire.Source) { s.Every, s.Agreed = minute, true }, r: func(r *Result) { *r = failure(403) }, least: hour, most: 66 * minute},
		{rule: "R08", r: func(r *Result) { *r = failure(0); r.Reached = true }, least: hour, most: 66 * minute},
		{rule: "R09 R10", r: func(r *Result) { *r = failure(200) }, least: hour, most: 66 * minute},
		{rule: "nobody reached", r: func(r *Result) { *r = failure(0) }, least: 5 * minute, most: 330 * time.Second},
		{rule: "nobody reached for long", st: func(st *deskwire.SourceState) { st.Failures = 5 }, r: func(r *Result) { *r = failure(0) }, least: 160 * minute, most: 176 * minute},
		{rule: "an absurd Retry-After is a day", r: func(r *Result) { *r = failure(503); r.RetryAfter = 90 * Day }, least: Day, most: Day},
	} {
		for _, jitter := range []float64{-1, -0.3, 0, 0.7, 1, 99} {
			src, st, r := source(), known(), unchanged()
			if tt.src != nil {
				tt.src(src)
			}
			if tt.st != nil {
				tt.st(&st)
			}
			if tt.r != nil {
				tt.r(&r)
			}
			got, _ := After(src, st, r, noon, jitter)
			wait := got.NextCheck.Sub(noon)
			if wait < tt.least || wait > tt.most || !strings.Contains(got.NextReason, tt.why) {
				t.Errorf("%s (jitter %v): next check after %v (%s), want %v to %v (%s)", tt.rule, jitter, wait, got.NextReason, tt.least, tt.most, tt.why)
			}
			if Due(src, &got, noon.Add(wait-time.Second)) {
				t.Errorf("%s: due before its next check", tt.rule)
			}
			if !Due(src, &got, noon.Add(Day+time.Minute)) && !strings.Contains(tt.rule, "skip") {
				t.Errorf("%s: not due after a day", tt.rule)
			}
		}
	}
}

// What a try leaves behind.
func TestAfter(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		rule  string
		st    func(*deskwire.SourceState)
		r     Result
		check func(st deskwire.SourceState) bool
		note  string
	}{
		{rule: "C07 the same body with new validators", r: Result{Status: 200, FinalURL: feed, ETag: `W/"b"`, LastModified: "n"},
			check: func(st deskwire.SourceState) bool {
				return st.ETag == `W/"b"` && st.LastModified == "n" && st.BodyHash == 7
			}},
		{rule: "C08 the tag moved alone", r: Result{Status: 200, FinalURL: feed, ETag: `"b"`, LastModified: "m"},
			check: func(st deskwire.SourceState) bool { return st.ETag == `"b"` && st.LastModified == "m" }},
		{rule: "C09 forgotten when a 200 has none", r: Result{Status: 200, FinalURL: feed},
			check: func(st deskwire.SourceState) bool { return st.ETag == "" && st.LastModified == "" }},
		{rule: "C09 one of them", r: Result{Status: 200, FinalURL: feed, LastModified: "n"},
			check: func(st deskwire.SourceState) bool { return st.ETag == "" && st.LastModified == "n" }},
		{rule: "C09 a 304 without withdraws nothing", r: unchanged(),
			check: func(st deskwire.SourceState) bool {
				return st.ETag == `"a"` && st.LastModified == "m" && st.NotModified == 1
			}},
		{rule: "C10 a 304's new ones are kept", r: Result{Status: 304, FinalURL: feed, ETag: `"c"`},
			check: func(st deskwire.SourceState) bool { return st.ETag == `"c"` && st.LastModified == "m" }},
		{rule: "a failure withdraws nothing", r: failure(500),
			check: func(st deskwire.SourceState) bool {
				return st.ETag == `"a"` && st.BodyHash == 7 && st.Failures == 1 && st.Error == "trouble"
			}},
		{rule: "success ends trouble", st: func(st *deskwire.SourceState) { st.Failures, st.Error, st.NotBefore = 9, "x", noon },
			r: unchanged(), check: func(st deskwire.SourceState) bool { return st.Failures == 0 && st.Error == "" && st.NotBefore.IsZero() }},
		{rule: "a document that broke off is not vouched for", r: Result{Status: 200, FinalURL: feed, ETag: `"b"`, Cut: true, Read: true, BodyHash: 9},
			check: func(st deskwire.SourceState) bool { return st.ETag == "" && st.BodyHash == 9 }},
		{rule: "a 304 nobody asked for", st: func(st *deskwire.SourceState) { st.ETag, st.LastModified = "", "" }, r: unchanged(),
			check: func(st deskwire.SourceState) bool { return st.Failures == 1 && strings.Contains(st.Error, "304") }},
		{rule: "R11", r: failure(410), note: "gone for good (410)",
			check: func(st deskwire.SourceState) bool { return st.Gone && st.NextCheck.IsZero() }},
		{rule: "R11 behind a temporary redirect", r: Result{Status: 410, Temporary: true, Err: errors.New("gone")},
			check: func(st deskwire.SourceState) bool { return !st.Gone && st.Failures == 1 }},
		{rule: "R01 429 rests the host", r: Result{Status: 429, Err: errors.New("no"), RetryAfter: hour},
			check: func(st deskwire.SourceState) bool {
				return st.HostUntil.Equal(noon.Add(hour)) && st.NotBefore.Equal(noon.Add(hour))
			}},
		{rule: "R02 503 rests the feed", r: Result{Status: 503, Err: errors.New("no"), RetryAfter: hour},
			check: func(st deskwire.SourceState) bool { return st.HostUntil.IsZero() && st.NotBefore.Equal(noon.Add(hour)) }},
		{rule: "absurd waits are said", r: Result{Status: 503, Err: errors.New("no"), RetryAfter: 90 * Day}, note: "left alone for 90d",
			check: func(st deskwire.SourceState) bool { return st.NotBefore.Equal(noon.Add(Day)) }},
		{rule: "absurd wishes are said", r: Result{Status: 304, FinalURL: feed, Lifetime: 3650 * Day}, note: "asked every 3650d",
			check: func(st deskwire.SourceState) bool { return st.Fresh == 3650*Day }},
		{rule: "M03 M04 nothing is kept of a temporary redirect", r: Result{Status: 200, FinalURL: "https://x.org/", Temporary: true, ETag: `"x"`},
			check: func(st deskwire.SourceState) bool {
				return st.URL == feed && st.MovedTo == "" && st.GivenBy == "https://x.org/"
			}},
		{rule: "M01 a permanent one is remembered", r: Result{Status: 200, FinalURL: "https://x.org/", Permanent: "https://x.org/", ETag: `"x"`},
			check: func(st deskwire.SourceState) bool {
				return st.URL == feed && st.MovedTo == "https://x.org/" && st.MovedSeen == 1 && st.GivenBy == "https://x.org/"
			}},
		{rule: "M01 and forgotten when it ends", st: func(st *deskwire.SourceState) { st.MovedTo, st.MovedSeen = "https://x.org/", 2 }, r: unchanged(),
			check: func(st deskwire.SourceState) bool { return st.MovedTo == "" && st.MovedSeen == 0 }},
		{rule: "M01 confirmed", st: func(st *deskwire.SourceState) {
			st.MovedTo, st.MovedSeen, st.GivenBy = "https://x.org/", 2, "https://x.org/"
		},
			r: Result{Status: 304, FinalURL: "https://x.org/", Permanent: "https://x.org/"}, note: "moved for good",
			check: func(st deskwire.SourceState) bool {
				return st.URL == "https://x.org/" && st.ConfiguredURL == feed && st.ETag == `"a"` && st.GivenBy == "" && st.MovedTo == ""
			}},
		{rule: "M05 validators stay with who gave them", st: func(st *deskwire.SourceState) { st.MovedTo, st.MovedSeen = "https://x.org/", 2 },
			r: Result{Status: 304, FinalURL: feed, Permanent: "https://x.org/"}, note: "moved for good",
			check: func(st deskwire.SourceState) bool { return st.URL == "https://x.org/" && st.GivenBy == feed }},
		{rule: "silence is said once", st: func(st *deskwire.SourceState) { st.LastNew = noon.Add(-3 * Day) }, r: unchanged(), note: "gone quiet",
			check: func(st deskwire.SourceState) bool { return st.Quiet }},
		{rule: "and not again", st: func(st *deskwire.SourceState) { st.LastNew, st.Quiet = noon.Add(-4*Day), true }, r: failure(500),
			check: func(st deskwire.SourceState) bool { return st.Quiet }},
		{rule: "the end of silence is said", st: func(st *deskwire.SourceState) { st.Quiet = true }, r: unchanged(), note: "heard of again",
			check: func(st deskwire.SourceState) bool { return !st.Quiet }},
		{rule: "what a document says of itself", r: Result{Status: 200, FinalURL: feed, Read: true, BodyHash: 8, Header: 9, Title: "T", Home: "H", Language: "uk", Hints: deskwire.Hints{TTL: hour}},
			check: func(st deskwire.SourceState) bool {
				return st.BodyHash == 8 && st.Header == 9 && st.Title == "T" && st.Home == "H" && st.Language == "uk" && st.Hints.TTL == hour
			}},
	} {
		st := known()
		if tt.st != nil {
			tt.st(&st)
		}
		src := source()
		src.IdleAfter = 2 * Day
		got, notes := After(src, st, tt.r, noon, 0)
		if !tt.check(got) {
			t.Errorf("%s: %+v", tt.rule, got)
		}
		said := strings.Join(notes, "\n")
		if !strings.Contains(said, tt.note) || tt.note == "" && said != "" {
			t.Errorf("%s: notes %q, want %q", tt.rule, said, tt.note)
		}
		if got.Requests != 1 || !got.LastTry.Equal(noon) {
			t.Errorf("%s: the try was not counted", tt.rule)
		}
	}
}

func TestNext(t *testing.T) {
	t.Parallel()
	monday := noon // a Monday
	for _, tt := range []struct {
		name         string
		src          func(*deskwire.Source)
		st           func(*deskwire.SourceState)
		want, byHand time.Time
	}{
		{name: "its time has come", want: noon, byHand: noon},
		{name: "not yet", st: func(st *deskwire.SourceState) { st.NextCheck = noon.Add(hour) }, want: noon.Add(hour), byHand: noon},
		{name: "a clock was set back", st: func(st *deskwire.SourceState) { st.NextCheck = noon.Add(5 * 365 * Day) }, want: noon, byHand: noon},
		{name: "a rest promised by that clock", st: func(st *deskwire.SourceState) { st.NotBefore = noon.Add(5 * 365 * Day) }, want: noon, byHand: noon},
		{name: "R02", st: func(st *deskwire.SourceState) { st.NotBefore = noon.Add(hour) }, want: noon.Add(hour), byHand: noon.Add(hour)},
		{name: "R01", st: func(st *deskwire.SourceState) { st.HostUntil = noon.Add(hour) }, want: noon.Add(hour), byHand: noon.Add(hour)},
		{name: "R11", st: func(st *deskwire.SourceState) { st.Gone = true }},
		{name: "paused", src: func(s *deskwire.Source) { s.Paused = true }},
		{name: "a new address starts over", src: func(s *deskwire.Source) { s.URL = "https://x.org/" },
			st: func(st *deskwire.SourceState) { st.Gone, st.NextCheck = true, noon.Add(hour) }, want: noon, byHand: noon},
		{name: "F06", st: func(st *deskwire.SourceState) { st.Hints.SkipHours = []int{12, 13} }, want: noon.Add(2 * hour), byHand: noon},
		{name: "F07 for longer than a day", st: func(st *deskwire.SourceState) { st.Hints.SkipDays = []time.Weekday{time.Monday, time.Tuesday} },
			want: monday.Add(36 * hour), byHand: noon},
		{name: "F06 agreed", src: func(s *deskwire.Source) { s.Every, s.Agreed = minute, true },
			st: func(st *deskwire.SourceState) { st.Hints.SkipHours = []int{12} }, want: noon, byHand: noon},
	} {
		src, st := source(), known()
		if tt.src != nil {
			tt.src(src)
		}
		if tt.st != nil {
			tt.st(&st)
		}
		if got := Next(src, &st, noon); !got.Equal(tt.want) {
			t.Errorf("%s: next %v, want %v", tt.name, got, tt.want)
		}
		if got := ByHand(src, &st, noon); !got.Equal(tt.byHand) {
			t.Errorf("%s: by hand %v, want %v", tt.name, got, tt.byHand)
		}
	}
}

func TestAsk(t *testing.T) {
	t.Parallel()
	src := source()
	src.Headers = map[string]string{"Authorization": "x"}
	st := known()
	if r := Ask(src, &st, noon); r.URL != feed || r.ETag != `"a"` || r.LastModified != "m" || r.Headers == nil || !r.Now.Equal(noon) {
		t.Errorf("request %+v", r)
	}
	st.URL = "https://elsewhere.org/feed"
	if r := Ask(src, &st, noon); r.Headers != nil {
		t.Error("credentials would go where the source has moved")
	}
	st = Begin(&deskwire.Source{URL: "https://new.org/"}, known())
	if st.ETag != "" || st.BodyHash != 0 || st.Rounds != 0 || st.URL != "https://new.org/" {
		t.Errorf("C01: a new address begins with %+v", st)
	}
}

func TestRhythm(t *testing.T) {
	t.Parallel()
	dates := func(ago ...time.Duration) (d []time.Time) {
		for _, a := range ago {
			d = append(d, noon.Add(-a))
		}
		return d
	}
	read := Result{Status: 200, FinalURL: feed, Read: true, ETag: `"a"`}
	for _, tt := range []struct {
		name     string
		st       func(*deskwire.SourceState)
		dates    []time.Time
		quiet    bool
		interval time.Duration
		isNew    bool
	}{
		{name: "a first document tells it", st: func(st *deskwire.SourceState) { st.LastNew = time.Time{} }, dates: dates(hour, 3*hour, 5*hour), interval: 2 * hour, isNew: true},
		{name: "one item tells nothing", st: func(st *deskwire.SourceState) { st.LastNew = time.Time{} }, dates: dates(hour), isNew: true},
		{name: "dates ahead tell nothing", st: func(st *deskwire.SourceState) { st.LastNew = time.Time{} }, dates: dates(-hour, -2*hour)},
		{name: "news after an hour", st: func(st *deskwire.SourceState) { st.Interval = 3 * hour }, dates: dates(minute), interval: 2 * hour, isNew: true},
		{name: "four at once", dates: dates(1*minute, 2*minute, 3*minute, 4*minute), interval: 15 * minute, isNew: true},
		{name: "an old item changed", st: func(st *deskwire.SourceState) { st.Interval = 3 * hour }, dates: dates(50 * hour), interval: 3 * hour},
		{name: "a short silence is none", st: func(st *deskwire.SourceState) { st.Interval = 20 * minute }, quiet: true, interval: 20 * minute},
		{name: "a long one is", st: func(st *deskwire.SourceState) { st.Interval, st.LastNew = 20*minute, noon.Add(-40*hour) }, quiet: true, interval: 10 * hour},
		{name: "years are bounded", st: func(st *deskwire.SourceState) { st.LastNew = noon.Add(-9999 * Day) }, quiet: true, interval: calmest},
	} {
		st, r := known(), read
		if tt.st != nil {
			tt.st(&st)
		}
		if r.Dates = slices.Clone(tt.dates); tt.quiet {
			r = unchanged()
		}
		got, _ := After(source(), st, r, noon, 0)
		if got.Interval != tt.interval || got.LastNew.Equal(noon) != tt.isNew {
			t.Errorf("%s: rhythm %v, last new %v, want %v, %v", tt.name, got.Interval, got.LastNew, tt.interval, tt.isNew)
		}
	}
}

func TestSpan(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		45 * time.Second: "45s", 20 * minute: "20m", 2 * hour: "2h", 90 * minute: "1h30m", 30 * hour: "30h", 80 * hour: "3d", 0: "0s", 10 * hour: "10h",
	} {
		if got := span(d); got != want {
			t.Errorf("span(%v) = %q, want %q", d, got, want)
		}
	}
}
