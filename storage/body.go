package storage

import (
	"fmt"
	"sync"

	"github.com/klauspost/compress/zstd"
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
