package picture

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"runtime/debug"
	"slices"

	"golang.org/x/image/draw"
	"golang.org/x/sync/semaphore"
)

const (
	// memoryInUse is how many bytes decoding may take at once, of all pictures together: one of 50 million points, or several
	// usual ones.
	memoryInUse = 256 << 20
	// quality is that of the JPEGs: from here on files grow quicker than anybody sees.
	quality = 82
	// maxTall is how many times as high as wide a picture is made at most: what is taller becomes narrower.
	maxTall = 4
)

// Made is a picture of one width.
type Made struct {
	Width int // that was asked for; the picture is narrower where its original is
	Body  []byte
}

// A studio makes pictures, as many at once as there is memory for. Its zero value is not usable.
type studio struct{ memory *semaphore.Weighted }

func newStudio() *studio { return &studio{semaphore.NewWeighted(memoryInUse)} }

// Make makes JPEGs of a picture, one for each width, and nothing but what is seen is in them. It lies as it is to be looked at, what
// can be seen through stands on white, and nothing is larger than the original. An error that is [ErrNone] holds for these bytes for ever.
func (s *studio) Make(ctx context.Context, src []byte, widths []int) (all []Made, err error) {
	head, err := inspect(src)
	if err != nil {
		return nil, err
	}
	if err := s.memory.Acquire(ctx, head.memory); err != nil {
		return nil, err
	}
	defer s.memory.Release(head.memory)
	defer func() {
		if p := recover(); p != nil { // decoders are other people's, and the bytes are strangers'
			all, err = nil, errNot("%s: panic: %v\n%s", head.kind.name, p, debug.Stack())
		}
	}()
	img, err := head.kind.decode(bytes.NewReader(src))
	if err != nil {
		return nil, errNot("a broken %s: %v", head.kind.name, err)
	}
	x, y := img.Bounds().Dx(), img.Bounds().Dy()
	wide := slices.Sorted(slices.Values(widths))
	for _, width := range slices.Backward(wide) {
		w, h := sizeOf(x, y, width)
		if head.orientation >= 5 {
			h, w = sizeOf(y, x, width)
		}
		scaled := fit(img, w, h)
		img = scaled // the smaller ones are made of the larger
		var b bytes.Buffer
		if err := jpeg.Encode(&b, turn(scaled, head.orientation), &jpeg.Options{Quality: quality}); err != nil {
			return nil, fmt.Errorf("encoding: %w", err)
		}
		all = append(all, Made{width, b.Bytes()})
	}
	return all, nil
}

// fit scales a picture to w by h, which is not more than it has.
func fit(img image.Image, w, h int) *image.RGBA {
	x, y := img.Bounds().Dx(), img.Bounds().Dy()
	// Halving is the mean of four points. What is left to do then is less than half, for which four neighbours are enough: all of it
	// takes no more memory than the first half, where better filters keep rows of floating points of all of the picture.
	for x/2 >= w && y/2 >= h && (x/2 > w || y/2 > h) {
		x, y = x/2, y/2
		img = scale(img, x, y)
	}
	if done, ok := img.(*image.RGBA); ok && x == w && y == h && done.Opaque() {
		return done
	}
	return scale(img, w, h)
}

// sizeOf is how large a picture of w by h is made.
func sizeOf(w, h, width int) (int, int) {
	if w > width {
		w, h = width, max(1, (h*width+w/2)/w)
	}
	if tall := maxTall * width; h > tall {
		w, h = max(1, (w*tall+h/2)/h), tall
	}
	return w, h
}

func scale(img image.Image, w, h int) *image.RGBA {
	to := image.NewRGBA(image.Rect(0, 0, w, h))
	op := draw.Src
	if o, ok := img.(interface{ Opaque() bool }); !ok || !o.Opaque() {
		draw.Draw(to, to.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
		op = draw.Over
	}
	draw.ApproxBiLinear.Scale(to, to.Bounds(), img, img.Bounds(), op, nil)
	return to
}

// turn lays a picture as EXIF says that it is to be looked at: mirrored in every second case, and turned.
func turn(img *image.RGBA, orientation int) *image.RGBA {
	if orientation <= 1 || orientation > 8 {
		return img
	}
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	to := image.NewRGBA(image.Rect(0, 0, w, h))
	if orientation >= 5 {
		to = image.NewRGBA(image.Rect(0, 0, h, w))
	}
	for y := range h {
		for x := range w {
			var p image.Point
			switch orientation {
			case 2:
				p = image.Pt(w-1-x, y)
			case 3:
				p = image.Pt(w-1-x, h-1-y)
			case 4:
				p = image.Pt(x, h-1-y)
			case 5:
				p = image.Pt(y, x)
			case 6:
				p = image.Pt(h-1-y, x)
			case 7:
				p = image.Pt(h-1-y, w-1-x)
			case 8:
				p = image.Pt(y, w-1-x)
			}
			copy(to.Pix[to.PixOffset(p.X, p.Y):][:4], img.Pix[img.PixOffset(x, y):][:4])
		}
	}
	return to
}
