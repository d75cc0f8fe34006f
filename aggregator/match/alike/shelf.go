package alike

// A shelf keeps what is added in pieces that are let go oldest first: nothing is ever copied, and nothing is kept free but the
// end of the last piece. Places are given out in ascending order and begin again after 1<<32.
type shelf[T any] struct {
	pieces [][]T
	first  uint32 // the number of the first piece
}

const (
	pieceBits = 13
	pieceSize = 1 << pieceBits
	pieces    = 1<<(32-pieceBits) - 1 // the highest number of a piece, before they begin again
)

// put adds values, at most a piece of them, and says where they stand: side by side.
func (s *shelf[T]) put(values ...T) (place uint32) {
	last := len(s.pieces) - 1
	if last < 0 || len(s.pieces[last])+max(1, len(values)) > pieceSize { // even nothing stands in a piece
		s.pieces = append(s.pieces, make([]T, 0, pieceSize))
		last++
	}
	place = (s.first+uint32(last))<<pieceBits | uint32(len(s.pieces[last]))
	s.pieces[last] = append(s.pieces[last], values...)
	return place
}

// of is the n values at a place.
func (s *shelf[T]) of(place uint32, n uint8) []T {
	return s.pieces[(place>>pieceBits-s.first)&pieces][place&(pieceSize-1):][:n]
}

// at is the value at a place.
func (s *shelf[T]) at(place uint32) *T {
	return &s.pieces[(place>>pieceBits-s.first)&pieces][place&(pieceSize-1)]
}

// drop lets go of the pieces that end before a place.
func (s *shelf[T]) drop(place uint32) {
	n := (place>>pieceBits - s.first) & pieces
	clear(s.pieces[:n])
	s.pieces = s.pieces[n:]
	s.first += n
}
