package deskwire

import (
	"slices"
	"time"
)

// A Story is articles that are the same thing, shown once. A story of one article is a story.
type Story struct {
	ID        ID         // of its first article; never changes
	Placed    time.Time  // of its first article
	Articles  []Article  // in the order of first sight; at least one
	Decisions []Decision // that name any of them, in the order they were made
}

// LeadReason says why an article leads its story.
type LeadReason string

const (
	LeadOnly     LeadReason = "only article"
	LeadEditor   LeadReason = "editor's choice"
	LeadEarliest LeadReason = "earliest"
)

// Lead is the index of the article that the story is shown by, and why: the editor's choice, else the earliest.
func (s *Story) Lead() (int, LeadReason) {
	if v := s.Standing(time.Time{}); v.Lead != "" {
		if i := slices.IndexFunc(s.Articles, func(a Article) bool { return a.ID == v.Lead }); i >= 0 {
			return i, LeadEditor
		}
	}
	if len(s.Articles) == 1 {
		return 0, LeadOnly
	}
	first := 0
	for i := range s.Articles {
		if a, b := &s.Articles[i], &s.Articles[first]; a.Published.Before(b.Published) {
			first = i
		}
	}
	return first, LeadEarliest
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
