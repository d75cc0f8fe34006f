package deskwire

import (
	"slices"
	"testing"
	"time"
)

// The place of a story is its first article's, but the hour an embargo lifts where nobody had seen it before.
func TestPlace(t *testing.T) {
	t.Parallel()
	hour := func(n int) time.Time { return noon.Add(time.Duration(n) * time.Hour) }
	embargo := func(minute int, id ID, until time.Time) Decision {
		return at(minute, id, Decision{Verb: Embargo, Article: "x", Until: until})
	}
	shown := func(t time.Time) []Showing { return []Showing{{"x", "desk/world", t}} }
	for _, tt := range []struct {
		name      string
		decisions []Decision
		shown     []Showing
		want      time.Time
	}{
		{"no embargo", []Decision{at(0, "h", Decision{Verb: Hide})}, shown(hour(1)), noon},
		{"the hour it lifts", []Decision{embargo(1, "e", hour(6))}, nil, hour(6)},
		{"still so when it was shown then", []Decision{embargo(1, "e", hour(6))}, shown(hour(6)), hour(6)},
		{"hidden for a time where readers knew it", []Decision{embargo(1, "e", hour(6))}, shown(noon), noon},
		{"the embargo made last", []Decision{embargo(1, "e", hour(6)), embargo(2, "f", hour(3))}, nil, hour(3)},
		{"one that replaced it after it had lifted only hides", []Decision{embargo(1, "e", hour(1)), embargo(120, "f", hour(5))}, shown(hour(1)), hour(1)},
		{"taken back", []Decision{embargo(1, "e", hour(6)), at(2, "u", Decision{Verb: Undo, Undoes: "e"})}, nil, noon},
		{"never before it was first seen", []Decision{embargo(1, "e", hour(-6))}, nil, noon},
	} {
		if got := Place(noon, tt.decisions, tt.shown); !got.Equal(tt.want) {
			t.Errorf("%s: placed %v, want %v", tt.name, got, tt.want)
		}
	}
}

// A killed story leaves a mark for each of its items that a channel published, and none where nothing was.
func TestRetractions(t *testing.T) {
	t.Parallel()
	kill := at(5, "k", Decision{Verb: Kill, Article: "a"})
	merge := at(9, "m", Decision{Verb: Merge, Article: "a", With: "b"})
	early := Showing{"a", "desk/world", noon}
	for _, tt := range []struct {
		name      string
		decisions []Decision
		shown     []Showing
		want      []Retraction
	}{
		{"not killed", nil, []Showing{early}, nil},
		{"never published", []Decision{kill}, nil, nil},
		{"published elsewhere", []Decision{kill}, []Showing{{"a", "desk/europe", noon}}, nil},
		{"published", []Decision{kill}, []Showing{early}, []Retraction{{"a", noon.Add(5 * time.Minute)}}},
		{"an item of its own that joined it later", []Decision{kill, merge}, []Showing{early, {"b", "desk/world", noon.Add(7 * time.Minute)}},
			[]Retraction{{"a", noon.Add(5 * time.Minute)}, {"b", noon.Add(9 * time.Minute)}}},
		{"taken back", []Decision{kill, at(6, "u", Decision{Verb: Undo, Undoes: "k"})}, []Showing{early}, nil},
	} {
		s := Story{Decisions: tt.decisions, Shown: tt.shown}
		standing := s.Standing(noon.Add(time.Hour))
		if got := s.Retractions("desk/world", &standing); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}
