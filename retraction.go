package deskwire

import (
	"slices"
	"time"
)

// A Showing says that a channel published an item, and since when. It is a fact of our own: what readers were given can't
// be worked out later from what stands now.
type Showing struct {
	Item    ID // of the story, or of an article where each has an item
	Channel string
	At      time.Time // when first
}

// A Retraction is the mark that a killed item leaves where it was published: its id and since when, and nothing of what was
// killed.
type Retraction struct {
	Item ID
	At   time.Time
}

// RetractionAge is how long a retraction, and an item that was corrected, stands in feeds in addition to their limits: a reader
// that asks once a month has seen it.
const RetractionAge = 30 * 24 * time.Hour

// A Correction is what an editor told readers about an article.
type Correction struct {
	ID   ID // of the decision
	At   time.Time
	Text string // what changed, in the editor's words
}

// A Notice is an entry of a channel's corrections feed: a correction of an item, or that it was killed.
type Notice struct {
	ID     ID // of the decision
	Item   ID // that it is about
	Story  ID // that the item shows; "" where it was killed
	At     time.Time
	Killed bool // then nothing more is said
	Title  string
	Link   string
	Text   string // what changed
}

// MaxCorrection is how long the text of a correction may be, in characters: it stands at the head of every feed's item.
const MaxCorrection = 1000

// Since is when a decision last came into force or was last taken back: when it was made, or the last undo that concerns it,
// directly or through other undos.
func Since(decisions []Decision, id ID) (at time.Time) {
	about := map[ID]bool{id: true}
	for i := range decisions {
		d := &decisions[i]
		if d.Verb == Undo && about[d.Undoes] {
			about[d.ID] = true
		}
		if about[d.ID] {
			at = later(at, d.At)
		}
	}
	return at
}

// Place is the place of a story in every list: that of its first article, or the hour that an embargo lifts. An embargo on
// something that was published before it only hides it for a time: readers know its place.
func Place(first time.Time, decisions []Decision, shown []Showing) time.Time {
	d := lastEmbargo(decisions, Undone(decisions), func(d *Decision) bool { return len(ShownBefore(shown, d.At)) == 0 })
	if d == nil {
		return first
	}
	return later(first, d.Until)
}

// lastEmbargo is the embargo that lifts last, nil when there is none; among those that count, nil is all. One on a story takes
// the place of those made on it before. It does not where articles that were held back apart joined one story: then the later
// hour holds.
func lastEmbargo(decisions []Decision, undone map[ID]bool, counts func(*Decision) bool) (last *Decision) {
	var standing []*Decision
	for i := range decisions {
		d := &decisions[i]
		if d.Verb != Embargo || undone[d.ID] || counts != nil && !counts(d) {
			continue
		}
		standing = slices.DeleteFunc(standing, func(e *Decision) bool { return e.Article == d.Article || slices.Contains(d.Covers, e.Article) })
		standing = append(standing, d)
	}
	for _, d := range standing {
		if last == nil || d.Until.After(last.Until) {
			last = d
		}
	}
	return last
}

// ShownBefore are the showings that began before a moment.
func ShownBefore(shown []Showing, t time.Time) (before []Showing) {
	for _, s := range shown {
		if s.At.Before(t) {
			before = append(before, s)
		}
	}
	return before
}

// Retractions are what a killed story leaves in a channel: one for each of its items that was published there.
func (s *Story) Retractions(channel string, standing *Standing) (marks []Retraction) {
	if standing.Killed == "" {
		return nil
	}
	for _, sh := range s.Shown {
		if sh.Channel != channel {
			continue
		}
		at := standing.KilledAt
		if sh.At.After(at) {
			at = later(at, s.merged()) // it was published by itself, and joined a killed story then
		}
		marks = append(marks, Retraction{Item: sh.Item, At: at})
	}
	return marks
}

// merged is when somebody last made it one story of two.
func (s *Story) merged() (at time.Time) {
	for i := range s.Decisions {
		if s.Decisions[i].Verb == Merge {
			at = later(at, s.Decisions[i].At)
		}
	}
	return at
}

// CorrectionsOf are what editors corrected in an article, the newest first.
func (s *Standing) CorrectionsOf(article ID) []Correction {
	made := s.Corrections[article]
	list := make([]Correction, 0, len(made))
	for i := len(made) - 1; i >= 0; i-- {
		list = append(list, Correction{made[i].ID, made[i].At, made[i].Value})
	}
	return list
}
