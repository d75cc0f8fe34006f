package deskwire

import (
	"slices"
	"strings"
	"time"
)

// A Story is articles that are the same thing, shown once. A story of one article is a story.
type Story struct {
	ID        ID         // of its first article; never changes
	Placed    time.Time  // of its first article, or the hour that an embargo lifts; see [Place]
	Articles  []Article  // in the order of first sight; at least one
	Decisions []Decision // that name any of them, in the order they were made
	// Shown is where its items were published. It is read only where a decision asks for it: a kill, an embargo or a
	// correction.
	Shown []Showing
}

// An Election is what decides which article of a story leads, besides the story itself.
type Election struct {
	Sources map[string]Source // by name; one that is not there has nobody's trust
	Prefer  []string          // names of sources, the most preferred first
	// Takes says whether a channel would take articles of a source at all; nil is that it would. Where it takes some of the
	// story's sources, none of the others leads there.
	Takes func(source string) bool
}

// LeadReason says why an article leads its story.
type LeadReason string

const (
	LeadOnly      LeadReason = "only article"
	LeadEditor    LeadReason = "editor's choice"
	LeadNewest    LeadReason = "its source's newest version"
	LeadTaken     LeadReason = "the only source that the channel takes"
	LeadPreferred LeadReason = "preferred source"
	LeadTrusted   LeadReason = "trusted as original"
	LeadAgency    LeadReason = "origin agency"
	LeadEarliest  LeadReason = "earliest"
	LeadLongest   LeadReason = "longest"
	LeadFirst     LeadReason = "first of equals"
)

// sameRound is how far apart two articles are first seen that count as simultaneous: which of the sources of one round was
// asked first is chance.
const sameRound = 15 * time.Minute

// Lead is the index of the article that the story is shown by, and why. It is the editor's choice; else, of each source's
// newest version, that of a source that the channel takes at all, of the source most preferred, of one trusted as original, of the agency that others name as their
// origin, the one first seen, the longest.
//
// What a source claims about date, address or GUID has no say: nobody comes to lead by backdating a copy.
func (s *Story) Lead(e Election) (int, LeadReason) {
	if v := s.Standing(time.Time{}); v.Lead != "" {
		if i := slices.IndexFunc(s.Articles, func(a Article) bool { return a.ID == v.Lead }); i >= 0 {
			return i, LeadEditor
		}
	}
	if len(s.Articles) == 1 {
		return 0, LeadOnly
	}
	left := make([]int, 0, len(s.Articles))
	newest := map[string]int{}
	for i := range s.Articles {
		if at, ok := newest[s.Articles[i].Source]; ok {
			left = slices.DeleteFunc(left, func(j int) bool { return j == at })
		}
		newest[s.Articles[i].Source] = i
		left = append(left, i)
	}
	if len(left) == 1 {
		return left[0], LeadNewest
	}
	if e.Takes != nil {
		own := slices.DeleteFunc(slices.Clone(left), func(i int) bool { return !e.Takes(s.Articles[i].Source) })
		switch len(own) {
		case 0:
		case 1:
			return own[0], LeadTaken
		default:
			left = own
		}
	}
	first := slices.MinFunc(left, func(i, j int) int { return s.Articles[i].FirstSeen.Compare(s.Articles[j].FirstSeen) })
	round := s.Articles[first].FirstSeen.Add(sameRound)
	for _, c := range []struct {
		why   LeadReason
		merit func(a *Article) int
	}{
		{LeadPreferred, func(a *Article) int {
			if i := slices.Index(e.Prefer, a.Source); i >= 0 {
				return len(e.Prefer) - i
			}
			return 0
		}},
		{LeadTrusted, func(a *Article) int { return e.Sources[a.Source].Trust.merit() }},
		{LeadAgency, func(a *Article) int { return s.origin(a, e.Sources) }},
		{LeadEarliest, func(a *Article) int {
			if a.FirstSeen.Before(round) {
				return 1
			}
			return 0
		}},
		{LeadLongest, func(a *Article) int { return a.Words }},
	} {
		best := 0
		for n, i := range left {
			if m := c.merit(&s.Articles[i]); n == 0 || m > best {
				best = m
			}
		}
		left = slices.DeleteFunc(left, func(i int) bool { return c.merit(&s.Articles[i]) < best })
		if len(left) == 1 {
			return left[0], c.why
		}
	}
	return left[0], LeadFirst
}

// origin is 1 where the article's source is an agency that another article of the story names.
func (s *Story) origin(a *Article, sources map[string]Source) int {
	title := sources[a.Source].Title
	if title == "" {
		title = a.Source
	}
	for i := range s.Articles {
		o := &s.Articles[i]
		if o.Source != a.Source && slices.ContainsFunc(o.Agencies, func(agency string) bool {
			return strings.EqualFold(agency, title) || strings.EqualFold(agency, a.Source)
		}) {
			return 1
		}
	}
	return 0
}

// Article returns the article of that ID, or nil.
func (s *Story) Article(id ID) *Article {
	for i := range s.Articles {
		if s.Articles[i].ID == id {
			return &s.Articles[i]
		}
	}
	return nil
}

// Standing is what the story's decisions amount to at a moment.
func (s *Story) Standing(now time.Time) Standing { return Stand(s.Decisions, now) }
