package deskwire

import (
	"cmp"
	"slices"
	"time"
)

// A Decision is an editor's act. Decisions name an article and act on its whole story, and on every carrier that joins it
// later; edit and correct alone act on the one article, merge and split on who belongs together. They are never changed or
// deleted: undo is a decision too.
type Decision struct {
	ID      ID        `json:"id"`
	Verb    Verb      `json:"verb"`
	Article ID        `json:"article,omitempty"`
	With    ID        `json:"with,omitempty"`    // merge: the other article; split: one that it leaves
	Channel string    `json:"channel,omitempty"` // Channel.Key; "" is every channel
	Field   string    `json:"field,omitempty"`   // edit: title, summary
	Value   string    `json:"value,omitempty"`   // edit: the new words; note: the note; correct: what changed, for readers
	Was     string    `json:"was,omitempty"`     // edit: the source's words at the time, to see when they change
	Until   time.Time `json:"until,omitzero"`    // pin: when it ends by itself; embargo: when it lifts
	Edits   []Edited  `json:"edits,omitempty"`   // correct: the fields that it replaces
	// Covers are the articles of the story at the time of a kill or an embargo: it holds for them whatever story they
	// belong to later. One that joined later is held as long as it belongs.
	Covers []ID      `json:"covers,omitempty"`
	Undoes ID        `json:"undoes,omitempty"` // undo: which decision
	By     string    `json:"by"`               // who
	At     time.Time `json:"at"`               // when
	Why    string    `json:"why,omitempty"`    // in the editor's words
}

// An Edited is a field that a correction replaces.
type Edited struct {
	Field string `json:"field"`
	Value string `json:"value"`         // the new words
	Was   string `json:"was,omitempty"` // the source's words at the time
}

// A Verb is what an editor can do; the commands have the same names.
type Verb string

const (
	Pin    Verb = "pin"    // first on the channel's pages, sure of a place in its feeds
	Unpin  Verb = "unpin"  // ends a pin
	Hide   Verb = "hide"   // out of the channel, or of all
	Edit   Verb = "edit"   // other words for a field
	Note   Verb = "note"   // a remark for colleagues, never published
	Assign Verb = "assign" // into a channel whatever its rules say
	Lead   Verb = "lead"   // its story is shown by this article
	Merge  Verb = "merge"  // two articles, and all that belongs to either, are one story
	Split  Verb = "split"  // out of its story, to stand alone
	Undo   Verb = "undo"   // takes another decision back

	Kill    Verb = "kill"    // out of everything, for good; what published it says so
	Correct Verb = "correct" // says to readers what was wrong
	Embargo Verb = "embargo" // on no surface before an hour
)

// EditableFields are the fields that an edit may replace.
var EditableFields = []string{"title", "summary"}

// A Standing is what a story's decisions amount to at one moment. Where two contradict each other the later one holds.
type Standing struct {
	Pinned   map[string]time.Time // by channel, "" for all: until when; the zero time is for ever
	Hidden   map[string]ID        // by channel, "" for all: the decision
	Assigned map[string]ID        // by channel: the decision
	Edits    map[ID][]Decision    // by article: the edits in force, at most one a field
	Notes    []Decision
	Lead     ID // the editor's choice of lead, "" for none

	Killed      ID                // the decision that killed it, "" for none
	KilledAt    time.Time         // since when it is, without a break
	Embargo     ID                // the decision that holds it back now, "" for none
	Lifts       time.Time         // when the last embargo lifts or lifted; zero for none
	Corrections map[ID][]Decision // by article: the corrections in force, in the order they were made

	Changed time.Time // when the last decision that readers can see was made or ran out; zero for none
	Until   time.Time // when the answer changes next by time alone; zero for never

	unpinned map[string]bool // channels that a pin in all does not reach
}

// Stand works out what decisions amount to at now. They must be in the order they were made. The zero now ignores what runs
// out by time.
func Stand(decisions []Decision, now time.Time) Standing {
	var s Standing
	undone := Undone(decisions)
	for _, d := range decisions {
		if d.Verb != Note {
			s.Changed = later(s.Changed, d.At)
		}
		if undone[d.ID] {
			continue
		}
		switch d.Verb {
		case Pin:
			set(&s.Pinned, d.Channel, d.Until)
			if delete(s.unpinned, d.Channel); d.Channel == "" {
				clear(s.unpinned)
			}
		case Unpin:
			if delete(s.Pinned, d.Channel); d.Channel == "" {
				clear(s.Pinned)
			} else {
				set(&s.unpinned, d.Channel, true)
			}
		case Hide:
			set(&s.Hidden, d.Channel, d.ID)
		case Assign:
			set(&s.Assigned, d.Channel, d.ID)
		case Lead:
			s.Lead = d.Article
		case Note:
			s.Notes = append(s.Notes, d)
		case Edit:
			s.edit(d)
		case Kill:
			if s.Killed == "" {
				s.Killed, s.KilledAt = d.ID, Since(decisions, d.ID)
			}
		case Correct:
			set(&s.Corrections, d.Article, append(s.Corrections[d.Article], d))
			for _, e := range d.Edits {
				d.Field, d.Value, d.Was = e.Field, e.Value, e.Was
				s.edit(d)
			}
		}
	}
	if d := lastEmbargo(decisions, undone, nil); d != nil {
		if s.Lifts = d.Until; !now.IsZero() && !now.Before(s.Lifts) {
			s.Changed = later(s.Changed, s.Lifts)
		} else {
			s.Embargo, s.Until = d.ID, s.Lifts
		}
	}
	for channel, until := range s.Pinned {
		switch {
		case until.IsZero():
		case !now.IsZero() && !now.Before(until):
			// Only a pin that stood to its end changes something by running out.
			s.Changed = later(s.Changed, until)
			delete(s.Pinned, channel)
		case s.Until.IsZero() || until.Before(s.Until):
			s.Until = until
		}
	}
	return s
}

// edit has a decision replace a field of its article.
func (s *Standing) edit(d Decision) {
	edits := slices.DeleteFunc(s.Edits[d.Article], func(e Decision) bool { return e.Field == d.Field })
	set(&s.Edits, d.Article, append(edits, d))
}

// Undone are the decisions that others took back. They must be in the order they were made.
func Undone(decisions []Decision) map[ID]bool {
	undone := map[ID]bool{}
	// An undo can itself be undone, so the last word comes first.
	for _, d := range slices.Backward(decisions) {
		if d.Verb == Undo && !undone[d.ID] {
			undone[d.Undoes] = true
		}
	}
	return undone
}

// PinnedIn reports whether the story is pinned in the channel.
func (s *Standing) PinnedIn(channel string) bool {
	_, all := s.Pinned[""]
	_, here := s.Pinned[channel]
	return here || all && !s.unpinned[channel]
}

// HiddenIn returns the decision that keeps the story out of the channel, or "": a kill, an embargo that has not lifted, or
// that somebody hid it.
func (s *Standing) HiddenIn(channel string) ID {
	return cmp.Or(s.Killed, s.Embargo, s.Hidden[""], s.Hidden[channel])
}

// Apply returns the article in the editor's words. The original is not changed.
func (s *Standing) Apply(a Article) Article {
	for _, e := range s.Edits[a.ID] {
		switch e.Field {
		case "title":
			a.Title = e.Value
		case "summary":
			a.Summary = e.Value
		}
	}
	return a
}

// Overtaken returns the fields that an editor replaced and whose original the source has changed since: somebody should look.
func (s *Standing) Overtaken(a *Article) []string {
	var fields []string
	for _, e := range s.Edits[a.ID] {
		switch {
		case e.Field == "title" && e.Was != a.Title, e.Field == "summary" && e.Was != a.Summary:
			fields = append(fields, e.Field)
		}
	}
	return fields
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func set[K comparable, V any](m *map[K]V, k K, v V) {
	if *m == nil {
		*m = map[K]V{}
	}
	(*m)[k] = v
}
