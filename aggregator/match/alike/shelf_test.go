package alike

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// What was put on a shelf stands where it was put until it is dropped, also when places begin again.
func TestShelf(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(3, 4))
	for _, first := range []uint32{0, 17, pieces - 2} {
		s := shelf[int]{first: first}
		type put struct {
			place  uint32
			values []int
		}
		var puts []put
		for i := range 30_000 {
			values := make([]int, rnd.IntN(5))
			if i%1000 == 0 {
				rest := pieceSize
				if n := len(s.pieces); n > 0 {
					rest -= len(s.pieces[n-1])
				}
				values = make([]int, max(0, rest-i/1000%2)) // ends a piece exactly, or nearly
			}
			for j := range values {
				values[j] = rnd.Int()
			}
			puts = append(puts, put{s.put(values...), values})
			if len(puts) > 5_000 {
				s.drop(puts[2_500].place)
				puts = puts[2_500:]
			}
		}
		for i, p := range puts {
			if got := s.of(p.place, uint8(min(len(p.values), 255))); !slices.Equal(got, p.values[:len(got)]) {
				t.Fatalf("first %d: put %d is %v, want %v", first, i, got, p.values)
			}
		}
		kept := 0
		for _, p := range puts {
			kept += len(p.values)
		}
		if most := kept/pieceSize*2 + 4; len(s.pieces) > most {
			t.Errorf("first %d: %d pieces for %d values, want at most %d", first, len(s.pieces), kept, most)
		}
	}
	var s shelf[int]
	s.put(make([]int, pieceSize)...)
	if got := s.of(s.put(), 0); len(got) != 0 { // nothing, behind a full piece
		t.Errorf("nothing is %v", got)
	}
}
