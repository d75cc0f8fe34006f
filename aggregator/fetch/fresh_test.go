package fetch

import (
	"net/http"
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func header(pairs ...string) http.Header {
	h := http.Header{}
	for i := 0; i < len(pairs); i += 2 {
		h.Add(pairs[i], pairs[i+1])
	}
	return h
}

func at(d time.Duration) string { return noon.Add(d).Format(http.TimeFormat) }

func TestLifetime(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name          string
		h             http.Header
		lifetime, age time.Duration
	}{
		{"F08 nothing", header(), 0, 0},
		{"F01", header("Cache-Control", "public, max-age=1800"), 30 * time.Minute, 0},
		{"F01 in two lines", header("Cache-Control", "public", "Cache-Control", "MAX-AGE=\"1800\""), 30 * time.Minute, 0},
		{"F03", header("Cache-Control", "max-age=1800", "Age", "600"), 30 * time.Minute, 10 * time.Minute},
		{"F01 before F02", header("Cache-Control", "max-age=60", "Expires", at(time.Hour)), time.Minute, 0},
		{"a shared cache's age is not ours", header("Cache-Control", "s-maxage=60", "Expires", at(time.Hour), "Date", at(0)), time.Hour, 0},
		{"F02", header("Expires", at(2*time.Hour), "Date", at(0)), 2 * time.Hour, 0},
		{"F02 without Date", header("Expires", at(2*time.Hour)), 2 * time.Hour, 0},
		{"F02 by a clock that is a little off", header("Expires", at(2*time.Hour), "Date", at(-5*time.Minute)), 2*time.Hour + 5*time.Minute, 0},
		{"F02 meant by our clock", header("Expires", at(2*time.Hour), "Date", at(-300*time.Hour)), 2 * time.Hour, 0},
		{"F02 meant by theirs", header("Expires", at(-298*time.Hour), "Date", at(-300*time.Hour)), 2 * time.Hour, 0},
		{"F02 past", header("Expires", at(-time.Hour), "Date", at(0)), 0, 0},
		{"F02 nonsense", header("Expires", "0"), 0, 0},
		{"no-cache says nothing about when", header("Cache-Control", "no-cache, max-age=600"), 0, 0},
		{"no-store neither", header("Cache-Control", "no-store", "Expires", at(time.Hour)), 0, 0},
		{"not a directive", header("Cache-Control", "max-age=soon"), 0, 0},
		{"negative", header("Cache-Control", "max-age=-1", "Age", "-5"), 0, 0},
		{"absurd", header("Cache-Control", "max-age=315360000"), 3650 * Day, 0},
	} {
		lifetime, age := lifetime(tt.h, noon)
		if lifetime != tt.lifetime || age != tt.age {
			t.Errorf("%s: lifetime %v, age %v, want %v, %v", tt.name, lifetime, age, tt.lifetime, tt.age)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]time.Duration{
		"":                   0,
		"120":                2 * time.Minute,
		" 0 ":                0,
		"-5":                 0,
		"1.5":                1500 * time.Millisecond,
		"1e99":               100 * 365 * Day,
		"NaN":                0,
		at(10 * time.Minute): 10 * time.Minute,
		at(-time.Minute):     0,
		"later":              0,
	} {
		if got := retryAfter(header("Retry-After", in), noon); got != want {
			t.Errorf("Retry-After %q is %v, want %v", in, got, want)
		}
	}
}
