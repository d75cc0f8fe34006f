package format

import (
	"testing"
	"time"

	"deskwire"
)

func TestTry(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	ed := deskwire.Edition{Channel: deskwire.Channel{Kind: deskwire.Desk, Name: "world", Title: "World"}, Updated: now, Items: []deskwire.Item{{
		ID: "0d5x9k2mabcdefgh", Body: "<p>Body ]]> x</p>", Source: deskwire.Source{Name: "h", Title: "Harbour", URL: "https://h.example/feed"}, Published: now, Updated: now,
		Article: deskwire.Article{ID: "0d5x9k2mabcdefgh", Title: "A & B\x01", Summary: "S < T", Link: "https://h.example/1", Authors: []deskwire.Author{{Name: "Ann"}, {Name: "Bo"}}, Categories: []string{"x", "y"},
			Media: []deskwire.Media{{URL: "https://h.example/p.jpg", Type: "image/jpeg", Caption: "C", Credit: "K", Width: 3}, {URL: "https://h.example/a.mp3", Type: "audio/mpeg", Length: 5, Enclosed: true}}},
		Carriers: []deskwire.Carrier{{Title: "Hill", Link: "https://hill.example/1"}},
	}}}
	s := Site{URL: "https://n.example", ID: "n.example,2026", Title: "N", Language: "en"}
	for _, f := range []func(*deskwire.Edition, Site) ([]byte, error){RSS, Atom, JSON} {
		b, err := f(&ed, s)
		t.Logf("%v\n%s", err, b)
	}
}
