package storage

import (
	"testing"

	"deskwire"
)

func TestSameEpisode(t *testing.T) {
	a := &deskwire.Episode{Number: 7, People: []deskwire.Participant{{Name: "Jo Roe"}}}
	b := &deskwire.Episode{Number: 7, People: []deskwire.Participant{{Name: "Jo Roe", Role: "guest"}}}
	c := *a
	for _, p := range []struct {
		x, y *deskwire.Episode
		want bool
	}{{nil, nil, true}, {a, nil, false}, {nil, a, false}, {a, &c, true}, {a, b, false}} {
		if got := sameEpisode(p.x, p.y); got != p.want {
			t.Errorf("sameEpisode(%+v, %+v) = %t", p.x, p.y, got)
		}
	}
}
