package aggregator

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"deskwire"
)

// A play is a source's server over some hours under an impatient cron.
type play struct {
	rule  string
	src   func(*deskwire.Source)
	hours int // how long cron fires, every five minutes; 26 when 0
	// serve answers the nth request (from 0) at a time.
	serve func(w http.ResponseWriter, r *http.Request, n int, now time.Time)
	// check is told what the server saw, and the notes and errors of all reports.
	check func(t *testing.T, seen []request, said []string)
}

const cronStep = 5 * time.Minute

// run plays it: a new aggregator each time, as cron would start a new process, over one store.
func (p *play) run(t *testing.T) {
	t.Parallel()
	n := 0
	var w *world
	a, w := open(t, func(rw http.ResponseWriter, r *http.Request) {
		n++
		p.serve(rw, r, n-1, w.time())
	})
	src := source("harbour", "/feed")
	if p.src != nil {
		p.src(&src)
	}
	hours := 26
	if p.hours > 0 {
		hours = p.hours
	}
	var said []string
	for now := noon; now.Before(noon.Add(time.Duration(hours) * time.Hour)); now = now.Add(cronStep) {
		w.mu.Lock()
		w.now = now
		w.mu.Unlock()
		again := &Aggregator{Store: a.Store, Client: a.Client, Log: a.Log}
		r := mustRound(t, again, []deskwire.Source{src}, RoundOptions{Now: now})
		for _, s := range r.Sources {
			said = append(said, s.Notes...)
			if s.Error != "" {
				said = append(said, "error: "+s.Error)
			}
		}
	}
	seen := w.of("")
	if len(seen) == 0 {
		t.Fatal("nothing was asked")
	}
	p.check(t, seen, said)
}

// feed answers with a document of three items.
func feed(w http.ResponseWriter, _ *http.Request, _ int, _ time.Time) {
	write(w, rss("", stories("harbour", 0, 3)...))
}

// conditional answers 304 when the conditions are those of the last answer.
func conditional(w http.ResponseWriter, r *http.Request, n int, now time.Time) {
	w.Header().Set("ETag", `W/"tag"`)
	w.Header().Set("Last-Modified", "not-a-date")
	if r.Header.Get("If-None-Match") == `W/"tag"` && r.Header.Get("If-Modified-Since") == "not-a-date" {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	feed(w, r, n, now)
}

// gaps are the waits between requests.
func gaps(seen []request) (all []time.Duration) {
	for i := 1; i < len(seen); i++ {
		all = append(all, seen[i].at.Sub(seen[i-1].at))
	}
	return all
}

// every checks that all waits are at least d, the first about as long, and none so long that the source were forgotten.
func every(d time.Duration) func(*testing.T, []request, []string) {
	return func(t *testing.T, seen []request, said []string) {
		t.Helper()
		all := gaps(seen)
		if len(all) == 0 {
			t.Fatal("asked once only")
		}
		for i, gap := range all {
			if gap < d || i == 0 && gap > d*5/4+2*cronStep || gap > max(7*time.Hour, d*5/4) {
				t.Errorf("waits are %v, want about %v", all, d)
				return
			}
		}
	}
}

// growing checks that no wait is shorter than the last.
func growing(least time.Duration) func(*testing.T, []request, []string) {
	return func(t *testing.T, seen []request, said []string) {
		t.Helper()
		all := gaps(seen)
		if len(all) < 2 || all[0] < least {
			t.Fatalf("waits are %v", all)
		}
		for i := 1; i < len(all); i++ {
			if all[i] < all[i-1]*3/2 && all[i] < 22*time.Hour {
				t.Errorf("waits do not grow: %v", all)
				return
			}
		}
	}
}

// conditions checks the validators of every request after the first.
func conditions(etag, modified func(n int) string) func(*testing.T, []request, []string) {
	return func(t *testing.T, seen []request, said []string) {
		t.Helper()
		if len(seen) < 4 {
			t.Fatalf("%d requests", len(seen))
		}
		for n, r := range seen {
			wantTag, wantModified := "", ""
			if n > 0 {
				wantTag, wantModified = etag(n), modified(n)
			}
			if got := r.header.Get("If-None-Match"); got != wantTag {
				t.Errorf("request %d: If-None-Match %q, want %q", n, got, wantTag)
			}
			if got := r.header.Get("If-Modified-Since"); got != wantModified {
				t.Errorf("request %d: If-Modified-Since %q, want %q", n, got, wantModified)
			}
		}
	}
}

func always(s string) func(int) string { return func(int) string { return s } }

// status answers with it, and with a Retry-After where that is not empty.
func status(code int, retryAfter func(now time.Time) string) func(http.ResponseWriter, *http.Request, int, time.Time) {
	return func(w http.ResponseWriter, _ *http.Request, _ int, now time.Time) {
		if retryAfter != nil {
			w.Header().Set("Retry-After", retryAfter(now))
		}
		w.WriteHeader(code)
	}
}

// once lets the first answers be another's.
func once(n int, first, then func(http.ResponseWriter, *http.Request, int, time.Time)) func(http.ResponseWriter, *http.Request, int, time.Time) {
	return func(w http.ResponseWriter, r *http.Request, i int, now time.Time) {
		if i < n {
			first(w, r, i, now)
			return
		}
		then(w, r, i, now)
	}
}

// with sets header lines before another answers.
func with(name, value string, then func(http.ResponseWriter, *http.Request, int, time.Time)) func(http.ResponseWriter, *http.Request, int, time.Time) {
	return func(w http.ResponseWriter, r *http.Request, n int, now time.Time) {
		w.Header().Set(name, value)
		then(w, r, n, now)
	}
}

// tagged answers with a document whose channel says something, conditionally.
func tagged(extra string) func(http.ResponseWriter, *http.Request, int, time.Time) {
	return func(w http.ResponseWriter, r *http.Request, _ int, _ time.Time) {
		w.Header().Set("ETag", `"t"`)
		if r.Header.Get("If-None-Match") == `"t"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		write(w, rss(extra, stories("harbour", 0, 3)...))
	}
}

// counted answers whole documents whose validators count up.
func counted(w http.ResponseWriter, r *http.Request, n int, now time.Time) {
	w.Header().Set("ETag", fmt.Sprintf(`"%d"`, n))
	w.Header().Set("Last-Modified", "the same")
	feed(w, r, n, now)
}

func redirect(code int, to string) func(http.ResponseWriter, *http.Request, int, time.Time) {
	return func(w http.ResponseWriter, r *http.Request, n int, now time.Time) {
		if r.URL.Path == "/feed" {
			w.Header().Set("Location", to)
			w.WriteHeader(code)
			return
		}
		conditional(w, r, n, now)
	}
}

// paths checks how often each path was asked, and that addresses have or have not moved by then.
func moves(want bool) func(*testing.T, []request, []string) {
	return func(t *testing.T, seen []request, said []string) {
		t.Helper()
		old := 0
		for _, r := range seen {
			if r.path == "/feed" {
				old++
			}
			if r.path == "/feed" && r.header.Get("If-None-Match") != "" {
				t.Error("M05: validators went to an address that did not give them")
			}
		}
		last := seen[len(seen)-1]
		if last.header.Get("If-None-Match") != `W/"tag"` {
			t.Errorf("the last request is not conditional: %v", last.header)
		}
		moved := old < len(seen)/2
		if noted := strings.Contains(strings.Join(said, "\n"), "moved for good"); moved != want || noted != want {
			t.Errorf("moved %v (the old address was asked %d times of %d), said so %v, want %v", moved, old, len(seen), noted, want)
		}
	}
}

func TestPoliteness(t *testing.T) {
	t.Parallel()
	hour := time.Hour
	in := func(d time.Duration) func(time.Time) string {
		return func(now time.Time) string { return now.Add(d).UTC().Format(http.TimeFormat) }
	}
	seconds := func(d time.Duration) func(time.Time) string {
		return func(time.Time) string { return fmt.Sprint(int(d.Seconds())) }
	}
	for _, p := range []play{
		{rule: "C01-C05 conditions byte for byte, and never without again", serve: conditional, check: conditions(always(`W/"tag"`), always("not-a-date"))},
		{rule: "C05 C06 nothing given, nothing sent", serve: feed, check: conditions(always(""), always(""))},
		{rule: "C07 C08 the same body with new validators", serve: counted,
			check: conditions(func(n int) string { return fmt.Sprintf(`"%d"`, n-1) }, always("the same"))},
		{rule: "C09 forgotten when a 200 has none", serve: once(1, conditional, feed),
			check: conditions(func(n int) string { return map[int]string{1: `W/"tag"`}[n] }, func(n int) string { return map[int]string{1: "not-a-date"}[n] })},
		{rule: "C10 a 304's validators", serve: once(1, conditional, func(w http.ResponseWriter, _ *http.Request, n int, _ time.Time) {
			w.Header().Set("ETag", fmt.Sprintf(`"%d"`, n))
			w.WriteHeader(http.StatusNotModified)
		}), check: conditions(func(n int) string {
			if n == 1 {
				return `W/"tag"`
			}
			return fmt.Sprintf(`"%d"`, n-1)
		}, always("not-a-date"))},

		{rule: "R01", serve: status(429, seconds(5*hour)), check: every(5 * hour)},
		{rule: "R02", serve: once(1, conditional, status(503, in(5*hour))), check: func(t *testing.T, seen []request, said []string) { every(5*hour)(t, seen[1:], said) }},
		{rule: "R03", serve: once(1, status(503, seconds(7*hour)), conditional), check: func(t *testing.T, seen []request, said []string) { every(7*hour)(t, seen[:2], said) }},
		{rule: "R04", hours: 72, serve: status(429, nil), check: growing(hour)},
		{rule: "R05", hours: 72, serve: once(2, conditional, status(500, nil)), check: func(t *testing.T, seen []request, said []string) { growing(hour)(t, seen[2:], said) }},
		{rule: "R06", hours: 72, serve: status(404, nil), check: growing(hour)},
		{rule: "R07", hours: 72, serve: status(403, nil), check: growing(hour)},
		{rule: "R08", hours: 72, serve: status(599, nil), check: growing(hour)},
		{rule: "R09", hours: 72, serve: func(w http.ResponseWriter, _ *http.Request, _ int, _ time.Time) { write(w, "<rss><chan") }, check: growing(hour)},
		{rule: "R10", hours: 72, serve: func(w http.ResponseWriter, _ *http.Request, _ int, _ time.Time) {
			w.Header().Set("ETag", `"page"`)
			write(w, "<!DOCTYPE html><html><head><title>Sold</title></head><body><p>This domain is parked.</p></body></html>")
		}, check: growing(hour)},
		{rule: "R11", hours: 72, serve: status(410, nil), check: func(t *testing.T, seen []request, said []string) {
			if notes := strings.Count(strings.Join(said, "\n"), "gone for good"); len(seen) != 1 || notes != 1 {
				t.Errorf("asked %d times, said %d times", len(seen), notes)
			}
		}},
		{rule: "an absurd Retry-After is a day, and said", hours: 60, serve: status(503, seconds(90*24*hour)), check: func(t *testing.T, seen []request, said []string) {
			if len(seen) != 3 || !strings.Contains(strings.Join(said, "\n"), "left alone for 90d") {
				t.Errorf("asked %d times in 60 hours, said %q", len(seen), said)
			}
		}},

		{rule: "M01 301", serve: redirect(301, "/new"), check: moves(true)},
		{rule: "M02 308", serve: redirect(308, "/new"), check: moves(true)},
		{rule: "M03 302", serve: redirect(302, "/new"), check: moves(false)},
		{rule: "M04 307", serve: redirect(307, "/new"), check: moves(false)},
		{rule: "M06", hours: 72, serve: func(w http.ResponseWriter, r *http.Request, _ int, _ time.Time) {
			w.Header().Set("Location", r.URL.Path+"x")
			w.WriteHeader(302)
		}, check: func(t *testing.T, seen []request, said []string) {
			first := 0
			for seen[first].at.Equal(noon) {
				first++
			}
			if first != 11 {
				t.Errorf("%d requests in the first try, want 11", first)
			}
			var tries []request
			for _, r := range seen {
				if r.path == "/feed" {
					tries = append(tries, r)
				}
			}
			growing(hour)(t, tries, said)
		}},

		{rule: "F01", serve: with("Cache-Control", "max-age=14400", conditional), check: every(4 * hour)},
		{rule: "F02", serve: func(w http.ResponseWriter, r *http.Request, n int, now time.Time) {
			w.Header().Set("Expires", in(3*hour)(now))
			w.Header().Set("Date", in(0)(now))
			conditional(w, r, n, now)
		}, check: every(3 * hour)},
		{rule: "F03", serve: with("Cache-Control", "max-age=14400", with("Age", "3600", conditional)), check: every(3 * hour)},
		{rule: "F04", serve: tagged("<ttl>180</ttl>"), check: every(3 * hour)},
		{rule: "F05", serve: tagged("<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>6</sy:updateFrequency>"), check: every(4 * hour)},
		{rule: "F06", hours: 50, serve: tagged("<skipHours><hour>0</hour><hour>1</hour><hour>2</hour><hour>3</hour></skipHours>"), check: func(t *testing.T, seen []request, said []string) {
			for _, r := range seen {
				if r.at.Hour() < 4 {
					t.Errorf("asked at %v", r.at)
				}
			}
		}},
		{rule: "F07", hours: 72, serve: tagged("<skipDays><day>Tuesday</day><day>Wednesday</day></skipDays>"), check: func(t *testing.T, seen []request, said []string) {
			for _, r := range seen {
				if d := r.at.Weekday(); d == time.Tuesday || d == time.Wednesday {
					t.Errorf("asked at %v", r.at)
				}
			}
			if last := seen[len(seen)-1]; last.at.Weekday() != time.Thursday {
				t.Errorf("last asked at %v", last.at)
			}
		}},
		{rule: "F08", serve: conditional, check: every(54 * time.Minute)},
		{rule: "F08 without validators", serve: feed, check: every(108 * time.Minute)},
		{rule: "agreed", hours: 6, src: func(s *deskwire.Source) { s.Every, s.Agreed = 10*time.Minute, true },
			serve: with("Cache-Control", "max-age=14400", tagged("<ttl>600</ttl>")), check: every(9 * time.Minute)},
		{rule: "agreed is no licence (R01)", hours: 30, src: func(s *deskwire.Source) { s.Every, s.Agreed = 10*time.Minute, true },
			serve: status(429, seconds(5*hour)), check: every(5 * hour)},
		{rule: "every without an agreement", hours: 12, src: func(s *deskwire.Source) { s.Every = 10 * time.Minute }, serve: conditional, check: every(54 * time.Minute)},
		{rule: "a quiet source is asked less often", hours: 24 * 6, serve: conditional, check: func(t *testing.T, seen []request, said []string) {
			if all := gaps(seen); all[len(all)-1] < 4*hour || all[len(all)-1] > 7*hour {
				t.Errorf("waits are %v", all)
			}
		}},
	} {
		t.Run(p.rule, p.run)
	}
}

// Retry-After of 429 counts for the host, of 503 for the feed; who asks by hand is told so.
func TestHostRests(t *testing.T) {
	t.Parallel()
	a, w := open(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/busy":
			w.Header().Set("Retry-After", "7200")
			w.WriteHeader(429)
		case "/down":
			w.Header().Set("Retry-After", "7200")
			w.WriteHeader(503)
		default:
			feed(w, r, 0, noon)
		}
	})
	a.Workers = 1
	at := func(name, host, path string) deskwire.Source {
		return deskwire.Source{Name: name, URL: "https://" + host + path}
	}
	all := []deskwire.Source{
		at("busy", "one.example.org", "/busy"), at("beside", "one.example.org", "/a"),
		at("down", "two.example.org", "/down"), at("fine", "two.example.org", "/a"),
	}
	r := mustRound(t, a, all, RoundOptions{})
	want := map[string]Outcome{"busy": Failed, "beside": PutOff, "down": Failed, "fine": Read}
	for _, s := range r.Sources {
		if s.Outcome != want[s.Source] {
			t.Errorf("%s: %s, want %s", s.Source, s.Outcome, want[s.Source])
		}
	}
	if r.Asked != 3 || r.Failed != 2 {
		t.Errorf("asked %d, failed %d", r.Asked, r.Failed)
	}
	// A new source at the host knows nothing of the rest, and neither does who asks by hand.
	all = append(all, at("newcomer", "one.example.org", "/b"))
	before := len(w.of(""))
	by := mustRound(t, a, all, RoundOptions{Now: noon.Add(time.Hour), Only: []string{"busy", "beside", "down", "newcomer"}})
	for _, s := range by.Sources {
		if s.Outcome != PutOff || s.NextCheck.Before(noon.Add(2*time.Hour)) || len(s.Notes) == 0 {
			t.Errorf("by hand: %+v", s)
		}
	}
	if asked := len(w.of("")) - before; asked != 0 || len(by.Sources) != 4 {
		t.Errorf("%d requests, %d lines", asked, len(by.Sources))
	}
	if r := mustRound(t, a, all, RoundOptions{Now: noon.Add(3 * time.Hour), Only: []string{"beside"}}); r.New != 3 {
		t.Errorf("after the rest: %v", lines(r))
	}
}

// R01 behind a redirect: the host that answered rests, not the one that led there, in this round and in the next process.
func TestRetryAfterBehindARedirect(t *testing.T) {
	t.Parallel()
	a, w := open(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/away":
			http.Redirect(w, r, "https://busy.example.org/feed", http.StatusFound)
		case r.Host == "busy.example.org":
			w.Header().Set("Retry-After", "7200")
			w.WriteHeader(http.StatusTooManyRequests)
		default:
			own(w, r)
		}
	})
	a.Workers = 1
	all := []deskwire.Source{
		{Name: "away", URL: "https://front.example.org/away"}, {Name: "beside", URL: "https://front.example.org/feed"}, {Name: "there", URL: "https://busy.example.org/other"},
	}
	outcomes := func(r Report) (all []string) {
		for _, s := range r.Sources {
			all = append(all, s.Source+" "+string(s.Outcome))
		}
		return all
	}
	mustRound(t, a, all[:1], RoundOptions{})
	if got, want := outcomes(mustRound(t, a, all, RoundOptions{})), []string{"beside read"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	r := mustRound(t, a, all, RoundOptions{Now: noon.Add(time.Hour), Only: []string{"away", "there"}})
	if got, want := outcomes(r), []string{"away put-off", "there put-off"}; !slices.Equal(got, want) || len(w.of("")) != 3 {
		t.Errorf("%q, want %q; %d requests", got, want, len(w.of("")))
	}
}

// H10 one request a feed and round, H11 two in flight a host, H13 the feeds of one host are spread.
func TestCrowdedHost(t *testing.T) {
	t.Parallel()
	a, w := open(t, func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(2 * time.Millisecond)
		write(w, rss(""))
	})
	var all []deskwire.Source
	for i := range 20 {
		all = append(all, deskwire.Source{Name: fmt.Sprintf("crowd-%02d", i), URL: fmt.Sprintf("https://crowd.example.org/%d", i)})
	}
	for i := range 5 {
		all = append(all, source(fmt.Sprintf("alone-%d", i), "/feed"))
	}
	r := mustRound(t, a, all, RoundOptions{})
	if n := len(w.of("")); n != 25 || r.Asked != 25 {
		t.Errorf("H10: %d requests for %d feeds", n, r.Asked)
	}
	if w.crowd > 2 {
		t.Errorf("H11: %d requests in flight to one host", w.crowd)
	}
}

func TestSpread(t *testing.T) {
	t.Parallel()
	host := func(name string) string { return name[:1] }
	for in, want := range map[string]string{
		"":                        "",
		"a1":                      "a1",
		"a1 a2 a3 b1 c1 d1":       "a1 b1 a2 c1 a3 d1",
		"a1 a2 a3 b1 b2 b3":       "a1 b1 a2 b2 a3 b3",
		"a1 a2 a3 a4 b1 b2 c1 d1": "a1 b1 a2 c1 a3 b2 a4 d1",
		"a1 b1 c1":                "a1 b1 c1",
	} {
		if got := strings.Join(spread(strings.Fields(in), host), " "); got != want {
			t.Errorf("spread(%s) = %s, want %s", in, got, want)
		}
	}
}
