// Package check says what the rules of feeds have against bytes that are about to be, or were, published.
//
// It knows nothing of how a feed was made: it reads a document as a strict stranger would and names each rule that is broken
// by its number. The tests of package format hold it against all that they write, and `deskwire verify` against all that a
// store gives. docs/verify.md lists the rules.
package check

import (
	"bytes"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// A Fault is one rule broken in one place.
type Fault struct {
	Path string `json:"path"` // of the document, as it may be shown
	Rule string `json:"rule"` // "W13", "size", "held" ...
	What string `json:"what"`
}

// String is the fault on one line.
func (f Fault) String() string { return f.Path + ": " + f.Rule + ": " + f.What }

// Expect is what is known of a feed besides its bytes.
type Expect struct {
	Self       string    // the address that it is fetched from
	Home       string    // the page that it belongs to
	Language   string    // BCP 47
	TagPrefix  string    // what all ids begin with: "tag:example.org,2026:"
	Now        time.Time // nothing may be of a later time but what a clock that was set back left; zero for unknown
	Partner    bool      // words of partners are allowed
	Tombstones bool      // so are deleted entries (RFC 6721)
}

// An Item is what a feed says of one story, as far as it can be found again by it.
type Item struct {
	ID     string
	GUID   string   // the source's own
	Title  string   // as it is shown
	Links  []string // to the story and to others, but for those in its text
	Killed bool     // only a mark is left of it
	Size   int      // bytes of its text
}

// Feed reads a feed in one format ("rss", "atom", "json") and says what is wrong with it. The faults have no path.
func Feed(kind string, body []byte, want Expect) (items []Item, faults []Fault) {
	c := checker{want: want}
	if !utf8.Valid(body) {
		c.say("W03", "not UTF-8")
		return nil, c.faults
	}
	if kind == "json" {
		items = c.json(body)
		return items, c.faults
	}
	if !bytes.HasPrefix(body, []byte(`<?xml version="1.0" encoding="UTF-8"?>`)) {
		c.say("W03", "it begins with %.40q", body)
	}
	root, err := Parse(body)
	if err != nil {
		c.say("XML", "%v", err)
		return nil, c.faults
	}
	if kind == "atom" {
		items = c.atom(root)
	} else {
		items = c.rss(root)
	}
	c.elements(root)
	c.prefixes(body)
	return items, c.faults
}

// Elements says what is wrong with elements whatever they mean.
func Elements(root *Node, want Expect) []Fault {
	c := checker{want: want}
	c.elements(root)
	return c.faults
}

// HTML says what is wrong with HTML that feeds carry: it may hold nothing that runs, and no relative address.
func HTML(s string) []Fault {
	var c checker
	c.html(s)
	return c.faults
}

// Entry says what is wrong with an Atom entry.
func Entry(e *Node, want Expect) []Fault {
	c := checker{want: want}
	c.entry(e)
	return c.faults
}

type checker struct {
	want   Expect
	faults []Fault
}

// say notes a fault. What a document holds is cut: a fault is one line.
func (c *checker) say(rule, form string, args ...any) {
	what := strings.Join(strings.Fields(fmt.Sprintf(form, args...)), " ")
	const long = 300
	if r := []rune(what); len(r) > long {
		what = string(r[:long]) + "…"
	}
	c.faults = append(c.faults, Fault{Rule: rule, What: what})
}

// ids says of ids that they are ours and that each stands once.
func (c *checker) ids(items []Item) {
	seen := map[string]bool{}
	for _, it := range items {
		if seen[it.ID] {
			c.say("W12", "%s stands twice", it.ID)
		}
		if seen[it.ID] = true; !strings.HasPrefix(it.ID, c.want.TagPrefix) || it.ID == "" {
			c.say("W12", "the id %q does not begin with %s", it.ID, c.want.TagPrefix)
		}
	}
}

// date reads a date and says what is wrong with it.
func (c *checker) date(what, value, layout string) time.Time {
	t, err := time.Parse(layout, value)
	switch {
	case err != nil:
		c.say("W13", "%s is %q", what, value)
	case t.Year() <= 1:
		c.say("W13", "%s is %s, which is no date", what, value)
	case !c.want.Now.IsZero() && t.After(c.want.Now.Add(time.Second)): // an entry's fraction of a second is made up
		c.say("W13", "%s is %s, which is to come", what, value)
	}
	return t
}
