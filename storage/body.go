package storage

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/klauspost/compress/zstd"

	"deskwire"
)

// maxBody is the largest body that is unpacked. Bodies come from documents of at most 8 MB.
const maxBody = 16 << 20

// window is how far back the compressor looks. Articles are a few kilobytes, so a small one loses nothing and keeps the
// encoders' memory small.
const window = 64 << 10

// The codecs are made at first use and shared: making one costs more than packing an article, and both are safe for any
// number of goroutines. They hold no state between calls.
var (
	packer = sync.OnceValue(func() *zstd.Encoder {
		e, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithWindowSize(window),
			zstd.WithEncoderConcurrency(4), zstd.WithLowerEncoderMem(true), zstd.WithEncoderCRC(true))
		if err != nil {
			panic(err) // only for options that contradict each other
		}
		return e
	})
	unpacker = sync.OnceValue(func() *zstd.Decoder {
		d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(4), zstd.WithDecoderLowmem(true),
			zstd.WithDecoderMaxMemory(maxBody), zstd.WithDecodeAllCapLimit(false))
		if err != nil {
			panic(err)
		}
		return d
	})
)

// pack compresses clean HTML into one zstd frame with a checksum; "" is no frame at all.
func pack(html string) []byte {
	if html == "" {
		return nil
	}
	return packer().EncodeAll([]byte(html), make([]byte, 0, len(html)/2+64))
}

// maxPiece is how much of a packed body one row holds. Pages are a few kilobytes and hold whole rows: rows of half a page
// and more would leave a third of the file empty.
const maxPiece = 700

// pieceKey is the key of a body's nth row.
func pieceKey(id deskwire.ID, n int) string {
	if n == 0 {
		return string(id)
	}
	return string(append([]byte(id), byte(n>>8), byte(n)))
}

// setBody writes a packed body in pieces of about one length. The first begins with their number. What stood there before
// is deleted by the caller.
func setBody(tx Tx, id deskwire.ID, frame []byte) {
	pieces := (len(frame) + maxPiece - 1) / maxPiece
	size := (len(frame) + pieces - 1) / pieces
	n := 0
	for piece := range slices.Chunk(frame, size) {
		if n == 0 {
			piece = append([]byte{byte(pieces >> 8), byte(pieces)}, piece...)
		}
		tx.Set(tableBody, pieceKey(id, n), piece)
		n++
	}
}

// pieces is how many rows a body has, by its first; 0 when there is none.
func pieces(id deskwire.ID, first []byte) (int, error) {
	if first == nil {
		return 0, nil
	}
	if len(first) <= 2 || int(first[0])<<8|int(first[1]) == 0 {
		return 0, damaged(tableBody, string(id), "not a body")
	}
	return int(first[0])<<8 | int(first[1]), nil
}

// getBodies reads packed bodies, nil where there is none.
func getBodies(tx Tx, ids []deskwire.ID) ([][]byte, error) {
	frames := tx.Get(tableBody, texts(ids)...)
	var keys []string
	counts := make([]int, len(ids))
	for i, first := range frames {
		n, err := pieces(ids[i], first)
		if err != nil {
			return nil, err
		}
		counts[i] = n
		for k := 1; k < n; k++ {
			keys = append(keys, pieceKey(ids[i], k))
		}
	}
	rest := tx.Get(tableBody, keys...)
	for i, n := range counts {
		if n == 0 {
			continue
		}
		frame := slices.Clone(frames[i][2:])
		for _, piece := range rest[:n-1] {
			if piece == nil {
				return nil, damaged(tableBody, string(ids[i]), "a piece is missing")
			}
			frame = append(frame, piece...)
		}
		rest = rest[n-1:]
		frames[i] = frame
	}
	return frames, nil
}

// BodySizes is how many bytes the articles' bodies have, 0 where there is none. It reads the beginning of each, and unpacks
// nothing: what is short enough not to say how long it is (256 bytes) is as long as it is packed.
func (s *Store) BodySizes(ctx context.Context, ids ...deskwire.ID) ([]int, error) {
	var sizes []int
	err := s.engine.View(ctx, func(tx Tx) error {
		sizes = make([]int, len(ids))
		for i, first := range tx.Get(tableBody, texts(ids)...) {
			if n, err := pieces(ids[i], first); err != nil || n == 0 {
				if err != nil {
					return err
				}
				continue
			}
			var head zstd.Header
			if err := head.Decode(first[2:]); err != nil || head.HasFCS && head.FrameContentSize > maxBody {
				return damaged(tableBody, string(ids[i]), "is not packed")
			}
			if sizes[i] = len(first) - 2; head.HasFCS {
				sizes[i] = int(head.FrameContentSize)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("sizes of bodies: %w", err)
	}
	return sizes, nil
}

// getBody reads one packed body.
func getBody(tx Tx, id deskwire.ID) ([]byte, error) {
	frames, err := getBodies(tx, []deskwire.ID{id})
	if err != nil {
		return nil, err
	}
	return frames[0], nil
}

// deleteBody deletes all pieces of a body, if there is one.
func deleteBody(tx Tx, id deskwire.ID) error {
	n, err := pieces(id, tx.Get(tableBody, string(id))[0])
	for k := range n {
		tx.Delete(tableBody, pieceKey(id, k))
	}
	return err
}

// unpack is pack's inverse.
func unpack(t Table, key string, frame []byte) (string, error) {
	if len(frame) == 0 {
		return "", nil
	}
	html, err := unpacker().DecodeAll(frame, nil)
	if err != nil {
		return "", damaged(t, key, fmt.Sprintf("not a body: %v", err))
	}
	return string(html), nil
}
