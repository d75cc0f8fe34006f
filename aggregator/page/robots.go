package page

import (
	"net/http"
	"time"

	"github.com/temoto/robotstxt"
)

// Agent is the name by which robots.txt and robots directives may speak to us (RFC 9309 §2.2.1).
const Agent = "deskwire"

// The limits of robots.txt.
const (
	// MaxRobots is how much of one is read and kept, in bytes: RFC 9309 §2.5 asks for 500 KiB at least. What is behind it is not
	// obeyed.
	MaxRobots = 500 << 10
	// FreshRobots is how long one holds (RFC 9309 §2.4).
	FreshRobots = 24 * time.Hour
	// RetryRobots is when one that could not be read is asked again: pages wait for it.
	RetryRobots = time.Hour
	// mostDelay is the longest pause between two pages that is kept; who asks for more is asked for one page at a time.
	mostDelay = 10 * time.Second
)

// A Robots is what a host's robots.txt says to us.
type Robots struct {
	group *robotstxt.Group
	all   bool // nothing is allowed, until it can be read
}

// ReadRobots reads what a host answered. A client error means that there is none and everything is allowed, a server error, or no
// answer at all (status 0), that nothing is until it can be read (RFC 9309 §2.3.1).
func ReadRobots(status int, body []byte) Robots {
	switch {
	case UnknownRobots(status):
		return Robots{all: true}
	case status >= 400:
		return Robots{}
	}
	data, err := robotstxt.FromBytes(body[:min(len(body), MaxRobots)])
	if err != nil {
		return Robots{} // rubbish says nothing
	}
	return Robots{group: data.FindGroup(Agent)}
}

// UnknownRobots reports whether an answer leaves open what the host says. Who is asked too often (429) has said nothing either.
func UnknownRobots(status int) bool {
	return status < 200 || status >= 300 && status < 400 || status >= 500 || status == http.StatusTooManyRequests
}

// Unknown reports whether nothing is allowed only because the host could not say: that is not for ever.
func (r *Robots) Unknown() bool { return r.all }

// Allow reports whether the page at a path, with its query, may be asked.
func (r *Robots) Allow(path string) bool {
	if r.all {
		return false
	}
	return r.group == nil || r.group.Test(path)
}

// Delay is the pause that the host wishes for between two pages, and whether it can be kept within one look.
func (r *Robots) Delay() (pause time.Duration, several bool) {
	if r.group == nil || r.group.CrawlDelay <= 0 {
		return 0, true
	}
	return min(r.group.CrawlDelay, mostDelay), r.group.CrawlDelay <= mostDelay
}
