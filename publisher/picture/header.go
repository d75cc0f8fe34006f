package picture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/webp"
)

// Limits of what is decoded. All of them are judged by the header, before anything is decoded.
const (
	// MaxBytes is the largest file that is taken: photographs as agencies send them have up to fifteen megabytes.
	MaxBytes = 20 << 20
	// maxPixels is the largest picture: cameras of reporters make 45 million.
	maxPixels = 50_000_000
	// maxSide is the longest side: what is longer is a strip that nobody can read once it is scaled.
	maxSide = 20_000
	// maxScans is how often a progressive JPEG may go over its picture: encoders do it some ten times, and each time costs as much
	// as all of the picture, however few bytes it has.
	maxScans = 64
)

// errNot is why bytes are no picture of ours. Who asks again gets the same answer.
func errNot(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrNone}, args...)...)
}

// A header is what a file says of its picture before it is decoded.
type header struct {
	kind          kind
	width, height int
	orientation   int   // as EXIF has it, 1 to 8
	weight        int64 // half bytes a point that decoding takes at most
	memory        int64 // bytes that all of it takes at most
}

// A kind is a format that is read.
type kind struct {
	name   string
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error) // of several pictures the first
	look   func(src []byte, h *header) error    // notes weight and orientation
}

// kindOf goes by the bytes alone: what a server calls them says nothing.
func kindOf(src []byte) (k kind, ok bool) {
	begins := func(magic string) bool { return bytes.HasPrefix(src, []byte(magic)) }
	switch {
	case begins("\xff\xd8\xff"):
		return kind{"JPEG", jpeg.DecodeConfig, jpeg.Decode, lookJPEG}, true
	case begins("\x89PNG\r\n\x1a\n"):
		return kind{"PNG", png.DecodeConfig, png.Decode, lookPNG}, true
	case begins("GIF87a"), begins("GIF89a"):
		return kind{"GIF", gif.DecodeConfig, gif.Decode, lookGIF}, true
	case begins("RIFF") && len(src) > 12 && string(src[8:12]) == "WEBP":
		return kind{"WebP", webp.DecodeConfig, webp.Decode, lookWebP}, true
	}
	return k, false
}

// inspect reads a file's header and judges whether it may be decoded.
func inspect(src []byte) (h header, err error) {
	if len(src) > MaxBytes {
		return h, errNot("it has more than %d MB", MaxBytes>>20)
	}
	k, ok := kindOf(src)
	if !ok {
		return h, errNot("it is neither JPEG nor PNG, GIF or WebP")
	}
	c, err := k.config(bytes.NewReader(src))
	if err != nil {
		return h, errNot("a broken %s: %v", k.name, err)
	}
	h = header{kind: k, width: c.Width, height: c.Height, orientation: 1}
	switch {
	case c.Width <= 0 || c.Height <= 0:
		return h, errNot("a %s without a size", k.name)
	case c.Width > maxSide || c.Height > maxSide || c.Width*c.Height > maxPixels:
		return h, errNot("%d by %d points are too many", c.Width, c.Height)
	}
	if err := k.look(src, &h); err != nil {
		return h, errNot("a %s that can not be read: %v", k.name, err)
	}
	// Half of it, which scaling begins with, is a quarter of the points with four bytes each.
	h.memory = (h.weight + 2) * int64(c.Width) * int64(c.Height) / 2
	if h.memory > memoryInUse {
		return h, errNot("decoding takes more than %d MB", memoryInUse>>20)
	}
	return h, nil
}

var errSegment = errors.New("a segment breaks off")

// lookJPEG walks the segments of a JPEG (ITU T.81, annex B) to its end.
func lookJPEG(src []byte, h *header) error {
	scans, known := 0, false
	for rest := src[2:]; ; {
		// What stands before a marker and is none is passed over, as decoders do.
		i := bytes.IndexByte(rest, 0xff)
		if i < 0 || i+1 >= len(rest) {
			return nil // broken off: what came is a picture all the same
		}
		marker := rest[i+1]
		if marker == 0xff {
			rest = rest[i+1:]
			continue
		}
		rest = rest[i+2:]
		if marker == 0 || marker == 0x01 || marker >= 0xd0 && marker <= 0xd7 || marker == 0xd8 {
			continue
		}
		if marker == 0xd9 {
			return nil
		}
		if len(rest) < 2 {
			return nil
		}
		n := int(binary.BigEndian.Uint16(rest))
		if n < 2 || n > len(rest) {
			return errSegment
		}
		segment := rest[2:n]
		rest = rest[n:]
		switch marker {
		case 0xc0, 0xc1, 0xc2:
			if known {
				return errors.New("two frames")
			}
			known = true
			if err := frameJPEG(segment, marker == 0xc2, h); err != nil {
				return err
			}
		case 0xda:
			if scans++; scans > maxScans {
				return fmt.Errorf("more than %d scans", maxScans)
			}
		case 0xee:
			if bytes.HasPrefix(segment, []byte("Adobe")) && len(segment) >= 12 && segment[11] == 0 {
				h.weight += converted
			}
		case 0xe1:
			if exif, ok := bytes.CutPrefix(segment, []byte("Exif\x00\x00")); ok {
				h.orient(exif)
			}
		}
	}
}

// converted is what a JPEG takes besides whose colours are put into another order once they are read.
const converted = 2 * 4

// frameJPEG works out how much memory a frame takes: a byte for each sample and, where scans add to each other, four more.
func frameJPEG(frame []byte, progressive bool, h *header) error {
	if len(frame) < 6 || len(frame) < 6+3*int(frame[5]) {
		return errSegment
	}
	areas, most := 0, 1
	var wide, high int
	for i := range int(frame[5]) {
		sampling := frame[6+3*i+1]
		x, y := int(sampling>>4), int(sampling&15)
		areas, wide, high = areas+x*y, max(wide, x), max(high, y)
	}
	most = max(most, wide*high)
	weight := int64((2*areas + most - 1) / most)
	if progressive {
		weight *= 5
	}
	if frame[5] == 4 || frame[5] == 3 && frame[6] == 'R' {
		weight += converted
	}
	h.weight += weight
	return nil
}

// lookPNG walks the chunks of a PNG as far as the picture itself.
func lookPNG(src []byte, h *header) error {
	h.weight = 2 * 4
	for rest := src[8:]; len(rest) >= 12; {
		n := int64(binary.BigEndian.Uint32(rest))
		if n > int64(len(rest)-12) {
			return nil // the decoder will say so
		}
		name, chunk := string(rest[4:8]), rest[8:8+n]
		switch name {
		case "IHDR":
			if len(chunk) == 13 && chunk[8] == 16 {
				h.weight *= 2
			}
			if len(chunk) == 13 && chunk[12] != 0 { // interlaced: in passes, put together afterwards
				h.weight *= 2
			}
		case "eXIf":
			h.orient(chunk)
		case "IDAT", "IEND":
			return nil
		}
		rest = rest[12+n:]
	}
	return nil
}

func lookGIF(_ []byte, h *header) error {
	h.weight = 2 * 2 // the first picture, and once more where it is interlaced
	return nil
}

// lookWebP walks the chunks of a WebP.
func lookWebP(src []byte, h *header) error {
	h.weight = 2 * 8
	for rest := src[12:]; len(rest) >= 8; {
		n := int64(binary.LittleEndian.Uint32(rest[4:]))
		if n > int64(len(rest)-8) {
			return nil
		}
		if string(rest[:4]) == "EXIF" {
			h.orient(bytes.TrimPrefix(rest[8:8+n], []byte("Exif\x00\x00")))
		}
		rest = rest[min(8+n+n&1, int64(len(rest))):]
	}
	return nil
}

const (
	tagOrientation = 0x0112
	// maxTags is how many entries of EXIF are looked at.
	maxTags = 200
)

// orient notes how a picture lies, which EXIF (a TIFF file of its own) says in its first directory. What makes no sense says nothing.
func (h *header) orient(tiff []byte) {
	if len(tiff) < 8 {
		return
	}
	var order binary.ByteOrder
	switch string(tiff[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return
	}
	entries := tiff[at+2:]
	for range min(int(order.Uint16(tiff[at:])), maxTags, len(entries)/12) {
		if order.Uint16(entries) == tagOrientation && order.Uint16(entries[2:]) == 3 { // a SHORT
			if o := int(order.Uint16(entries[8:])); o >= 1 && o <= 8 {
				h.orientation = o
			}
			return
		}
		entries = entries[12:]
	}
}
