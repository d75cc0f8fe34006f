package fetch

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/pquerna/cachecontrol/cacheobject"
)

// agreement is how far a server's clock may be from ours for its times to be taken by its own clock.
const agreement = time.Hour

// lifetime is how long an answer holds by HTTP's freshness (RFC 9111 §4.2.1): max-age, else Expires; and its age. Zero is that
// nothing is said; no-cache and no-store say nothing about when to ask again.
func lifetime(h http.Header, now time.Time) (lifetime, age time.Duration) {
	if seconds, err := strconv.ParseUint(strings.TrimSpace(h.Get("Age")), 10, 31); err == nil {
		age = time.Duration(seconds) * time.Second
	}
	if lines := h["Cache-Control"]; len(lines) > 0 {
		cc, err := cacheobject.ParseResponseCacheControl(strings.Join(lines, ", "))
		switch {
		case err != nil:
		case cc.NoCachePresent || cc.NoStore:
			return 0, 0
		case cc.MaxAge >= 0:
			return time.Duration(cc.MaxAge) * time.Second, age
		}
	}
	if expires, err := http.ParseTime(h.Get("Expires")); err == nil {
		return until(expires, h, now), age
	}
	return 0, 0
}

// retryAfter reads Retry-After in either form (RFC 9110 §10.2.3).
func retryAfter(h http.Header, now time.Time) time.Duration {
	value := strings.TrimSpace(h.Get("Retry-After"))
	if value == "" {
		return 0
	}
	if seconds, err := strconv.ParseFloat(value, 64); err == nil {
		if !(seconds > 0) { // nor is NaN
			return 0
		}
		// More than a century is more than anybody can mean, and less than overflows.
		return time.Duration(min(seconds, 100*365*24*3600) * float64(time.Second))
	}
	if at, err := http.ParseTime(value); err == nil {
		return until(at, h, now)
	}
	return 0
}

// until is how far a moment that a server names lies ahead. It is measured by the server's own clock, its Date, where the two
// clocks roughly agree. Where they are hours or years apart nobody knows which clock the moment was meant by: then the
// shorter wait that lies ahead is taken.
func until(at time.Time, h http.Header, now time.Time) time.Duration {
	ours := max(at.Sub(now), 0)
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return ours
	}
	theirs := max(at.Sub(date), 0)
	if d := date.Sub(now).Abs(); d <= agreement || ours == 0 {
		return theirs
	}
	if theirs == 0 {
		return ours
	}
	return min(ours, theirs)
}
