package picture

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"os"
	"slices"
	"strings"
	"testing"
)

var widths = []int{320, 640, 1280}

// quarters is a picture whose quarters are red, green, blue and white, in the order of reading.
func quarters(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{255, 0, 0, 255}
			switch {
			case y < h/2 && x >= w/2:
				c = color.RGBA{0, 255, 0, 255}
			case y >= h/2 && x < w/2:
				c = color.RGBA{0, 0, 255, 255}
			case y >= h/2:
				c = color.RGBA{255, 255, 255, 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	return img
}

func asJPEG(tb testing.TB, img image.Image) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 90}); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func asPNG(tb testing.TB, img image.Image) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func asGIF(tb testing.TB, img image.Image) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := gif.Encode(&b, img, nil); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// segment is a segment of a JPEG.
func segment(marker byte, body string) string {
	return string([]byte{0xff, marker, byte((len(body) + 2) >> 8), byte(len(body) + 2)}) + body
}

// withSegment puts a segment behind the first marker of a JPEG.
func withSegment(src []byte, s string) []byte {
	return slices.Concat(src[:2], []byte(s), src[2:])
}

// exif says how a picture lies, and where it was made.
func exif(o int, order binary.AppendByteOrder) string {
	b := []byte("MM\x00*")
	if order == binary.AppendByteOrder(binary.LittleEndian) {
		b = []byte("II*\x00")
	}
	b = order.AppendUint32(b, 8)
	b = order.AppendUint16(b, 2)
	for _, e := range [][2]uint16{{0x010f, 2}, {tagOrientation, 3}} {
		b = order.AppendUint16(b, e[0])
		b = order.AppendUint16(b, e[1])
		b = order.AppendUint32(b, 1)
		b = order.AppendUint16(b, uint16(o))
		b = order.AppendUint16(b, 0)
	}
	return string(b) + "\x00\x00\x00\x00GPS 50.45 N"
}

func chunkPNG(name, body string) string {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	b = append(b, name+body...)
	return string(binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE([]byte(name+body))))
}

// headPNG is a PNG that says of itself to be so large.
func headPNG(w, h uint32, depth, colour, interlaced byte) string {
	b := binary.BigEndian.AppendUint32(nil, w)
	b = binary.BigEndian.AppendUint32(b, h)
	return "\x89PNG\r\n\x1a\n" + chunkPNG("IHDR", string(append(b, depth, colour, 0, 0, interlaced)))
}

// headJPEG is a JPEG that says of itself to be so large.
func headJPEG(w, h int, marker byte, sampling ...byte) string {
	b := []byte{8, byte(h >> 8), byte(h), byte(w >> 8), byte(w), byte(len(sampling))}
	for i, s := range sampling {
		b = append(b, byte(i+1), s, 0)
	}
	return "\xff\xd8" + segment(marker, string(b))
}

// at is the colour at a place given in eighths of the picture.
func at(img image.Image, x, y int) string {
	b := img.Bounds()
	r, g, bl, _ := img.At(b.Min.X+b.Dx()*x/8, b.Min.Y+b.Dy()*y/8).RGBA()
	high := func(v uint32) byte { return "01"[v>>15] }
	return map[string]string{"100": "red", "010": "green", "001": "blue", "111": "white", "000": "black"}[string([]byte{high(r), high(g), high(bl)})]
}

func corners(img image.Image) string {
	return strings.Join([]string{at(img, 1, 1), at(img, 6, 1), at(img, 1, 6), at(img, 6, 6)}, " ")
}

func mustMake(tb testing.TB, src []byte) map[int]image.Image {
	tb.Helper()
	all, err := newStudio().Make(tb.Context(), src, widths)
	if err != nil {
		tb.Fatal(err)
	}
	made := map[int]image.Image{}
	for _, m := range all {
		if made[m.Width], err = jpeg.Decode(bytes.NewReader(m.Body)); err != nil {
			tb.Fatal(err)
		}
		for _, secret := range []string{"Exif", "GPS", "hidden", "<script", "ICC_PROFILE"} {
			if bytes.Contains(m.Body, []byte(secret)) {
				tb.Errorf("%q is still in it", secret)
			}
		}
	}
	return made
}

// A picture is made in each width, never larger than it is, and strips become narrower.
func TestSizes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		w, h int
		want string
	}{
		{3000, 2000, "320x213 640x427 1280x853"},
		{2560, 1440, "320x180 640x360 1280x720"},
		{1280, 720, "320x180 640x360 1280x720"},
		{700, 500, "320x229 640x457 700x500"},
		{300, 200, "300x200 300x200 300x200"},
		{1, 1, "1x1 1x1 1x1"},
		{4000, 3, "320x1 640x1 1280x1"},
		{2, 4000, "1x1280 1x2560 2x4000"},
		{1000, 9000, "142x1280 284x2560 569x5120"},
	} {
		made := mustMake(t, asPNG(t, image.NewGray(image.Rect(0, 0, tt.w, tt.h))))
		var got []string
		for _, width := range widths {
			got = append(got, fmt.Sprintf("%dx%d", made[width].Bounds().Dx(), made[width].Bounds().Dy()))
		}
		if s := strings.Join(got, " "); s != tt.want {
			t.Errorf("%dx%d: %s, want %s", tt.w, tt.h, s, tt.want)
		}
	}
}

// Every format is read by its bytes; metadata stays behind; the right way up is what EXIF says.
func TestFormats(t *testing.T) {
	t.Parallel()
	img := quarters(800, 600)
	const upright = "red green blue white"
	webp := func(name string) []byte {
		src, err := os.ReadFile("testdata/" + name + ".webp")
		if err != nil {
			t.Fatal(err)
		}
		return src
	}
	pal := image.NewPaletted(image.Rect(0, 0, 400, 400), color.Palette{color.Transparent, color.RGBA{0, 0, 255, 255}})
	for i := range pal.Pix[:200*400] {
		pal.Pix[i] = 1
	}
	clear := image.NewNRGBA(image.Rect(0, 0, 400, 400))
	for i := 0; i < 200*400; i++ {
		copy(clear.Pix[4*i:], []byte{0, 0, 255, 255})
	}
	deep := image.NewNRGBA64(image.Rect(0, 0, 400, 400))
	for i := 0; i < 200*400; i++ {
		copy(deep.Pix[8*i:], []byte{0, 0, 0, 0, 255, 255, 255, 255})
	}
	grey := image.NewGray(image.Rect(0, 0, 400, 400))
	for i := range grey.Pix[:200*400] {
		grey.Pix[i] = 255
	}
	jpg, pn := asJPEG(t, img), asPNG(t, img)
	tests := map[string]struct {
		src  []byte
		want string
	}{
		"jpeg":                {jpg, upright},
		"jpeg with a profile": {withSegment(jpg, segment(0xe2, "ICC_PROFILE\x00hidden")+segment(0xfe, "hidden <script>")), upright},
		"png":                 {pn, upright},
		"png with text":       {slices.Concat(pn[:33], []byte(chunkPNG("tEXt", "Comment\x00hidden")), pn[33:]), upright},
		"png turned":          {slices.Concat(pn[:33], []byte(chunkPNG("eXIf", exif(3, binary.BigEndian))), pn[33:]), "white blue green red"},
		"gif":                 {asGIF(t, img), upright},
		"webp":                {webp("quarters"), upright},
		"webp without loss":   {webp("lossless"), upright},
		"clear webp":          {webp("clear"), "blue blue white white"},
		"webp turned":         {append(webp("quarters"), "EXIF\x36\x00\x00\x00"+exif(3, binary.LittleEndian)+"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"...), "white blue green red"},
		"clear palette":       {asGIF(t, pal), "blue blue white white"},
		"clear png":           {asPNG(t, clear), "blue blue white white"},
		"deep clear png":      {asPNG(t, deep), "blue blue white white"},
		"grey":                {asJPEG(t, grey), "white white black black"},
		"something behind it": {append(slices.Clone(jpg), "<script>alert(1)</script>"...), upright},
	}
	for o, want := range map[int]string{
		0: upright, 1: upright, 2: "green red white blue", 3: "white blue green red", 4: "blue white red green",
		5: "red blue green white", 6: "blue red white green", 7: "white green blue red", 8: "green white red blue", 9: upright,
	} {
		tests[fmt.Sprintf("lying %d", o)] = struct {
			src  []byte
			want string
		}{withSegment(jpg, segment(0xe1, "Exif\x00\x00"+exif(o, binary.BigEndian))), want}
		tests[fmt.Sprintf("lying %d, little end first", o)] = struct {
			src  []byte
			want string
		}{withSegment(jpg, segment(0xe1, "Exif\x00\x00"+exif(o, binary.LittleEndian))), want}
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for width, img := range mustMake(t, tt.src) {
				if got := corners(img); got != tt.want {
					t.Errorf("%d: %s, want %s", width, got, tt.want)
				}
			}
		})
	}
	lying := mustMake(t, tests["lying 6"].src)
	if b := lying[640].Bounds(); b.Dx() != 600 || b.Dy() != 800 {
		t.Errorf("turned by a quarter it is %v", b)
	}
	if b := lying[320].Bounds(); b.Dx() != 320 || b.Dy() != 427 {
		t.Errorf("turned by a quarter and scaled it is %v", b)
	}
}

// What is no picture, or one that is made to hurt, is refused by its first bytes, and what is said is one and the same kind of error.
func TestHostile(t *testing.T) {
	t.Parallel()
	jpg := asJPEG(t, quarters(64, 64))
	scan := segment(0xda, "\x01\x01\x00\x00\x00\x00")
	tests := map[string]struct{ src, why string }{
		"nothing":               {"", "neither"},
		"svg":                   {`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`, "neither"},
		"svg behind a mark":     {"\ufeff<?xml version=\"1.0\"?><svg/>", "neither"},
		"html":                  {"<!doctype html><title>Not here</title>", "neither"},
		"avif":                  {"\x00\x00\x00\x20ftypavif\x00\x00\x00\x00", "neither"},
		"tiff":                  {"II*\x00" + strings.Repeat("\x00", 100), "neither"},
		"bmp":                   {"BM" + strings.Repeat("\x00", 100), "neither"},
		"html that says JPEG":   {"\xff\xd8\xff<script>alert(1)</script>", "a broken JPEG"},
		"gif and script":        {"GIF89a/*<script>*/=alert(1)//", "too many"},
		"jpeg cut":              {string(jpg[:len(jpg)/2]), "a broken JPEG"},
		"jpeg cut in its head":  {string(jpg[:20]), "a broken JPEG"},
		"too large a file":      {"\xff\xd8\xff" + strings.Repeat("x", MaxBytes), "more than 20 MB"},
		"png of a billion":      {headPNG(30_000, 30_000, 8, 2, 0) + chunkPNG("IDAT", "x"), "too many"},
		"png of 2^31":           {headPNG(1<<31-1, 1<<31-1, 16, 6, 0), "broken PNG"},
		"png as a strip":        {headPNG(1, 40_000, 8, 0, 0), "too many"},
		"png without points":    {headPNG(0, 10, 8, 2, 0), "PNG"},
		"png of much memory":    {headPNG(7000, 7000, 16, 6, 0), "takes more than 256 MB"},
		"png of many passes":    {headPNG(7000, 7000, 8, 6, 1), "takes more than 256 MB"},
		"png without a picture": {headPNG(10, 10, 8, 2, 0) + chunkPNG("IEND", ""), "broken PNG"},
		"png, lengths lie":      {headPNG(10, 10, 8, 2, 0) + "\xff\xff\xff\xffIDAT", "broken PNG"},
		"jpeg of 65535":         {headJPEG(65535, 65535, 0xc0, 0x22, 0x11, 0x11) + scan, "too many"},
		"jpeg of much memory":   {headJPEG(7000, 7000, 0xc2, 0x11, 0x11, 0x11) + scan, "takes more than 256 MB"},
		"jpeg without loss":     {headJPEG(64, 64, 0xc3, 0x11), "JPEG"},
		"jpeg of many scans":    {headJPEG(64, 64, 0xc2, 0x11) + strings.Repeat(scan, maxScans+1) + "\xff\xd9", "more than 64 scans"},
		"jpeg of two frames":    {headJPEG(64, 64, 0xc0, 0x11) + scan + headJPEG(5000, 5000, 0xc0, 0x11)[2:] + scan, "two frames"},
		"webp of nothing":       {"RIFF\x10\x00\x00\x00WEBPVP8 \x00\x00\x00\x00", "broken WebP"},
		"webp, lengths lie":     {"RIFF\xff\xff\xff\xffWEBPVP8X\xff\xff\xff\xff", "broken WebP"},
		"webp of much":          {"RIFF\x20\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\xff\xff\xff\x0f\x00\x00\x00\x00\x00\x00\x00\x00", "too many"},
		"gif of 65535":          {"GIF89a\xff\xff\xff\xff\x00\x00\x00,\x00\x00\x00\x00\xff\xff\xff\xff\x00\x02\x00;", "too many"},
	}
	for name, tt := range tests {
		_, err := newStudio().Make(t.Context(), []byte(tt.src), widths)
		if !errors.Is(err, ErrNone) || !strings.Contains(err.Error(), tt.why) {
			t.Errorf("%s: %v, want %q", name, err, tt.why)
		}
	}
}

// A small file of a large picture takes no more memory than its header said it would.
func TestBomb(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a second")
	}
	var b bytes.Buffer
	enc := png.Encoder{CompressionLevel: png.BestCompression}
	if err := enc.Encode(&b, image.NewPaletted(image.Rect(0, 0, 4000, 4000), color.Palette{color.Black, color.White})); err != nil {
		t.Fatal(err)
	}
	if b.Len() > 100<<10 {
		t.Fatalf("%d bytes are no bomb", b.Len())
	}
	if got := mustMake(t, b.Bytes())[1280].Bounds(); got.Dx() != 1280 {
		t.Errorf("it is %v", got)
	}
}

// Who waits for memory stops waiting when nobody needs the picture any more.
func TestMemory(t *testing.T) {
	t.Parallel()
	s := newStudio()
	if err := s.memory.Acquire(t.Context(), memoryInUse); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Make(ctx, asJPEG(t, quarters(64, 64)), widths); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// FuzzMake makes pictures of anything: no panic, and what comes out is a JPEG that is not larger than asked.
func FuzzMake(f *testing.F) {
	img := quarters(40, 30)
	f.Add(asJPEG(f, img))
	f.Add(withSegment(asJPEG(f, img), segment(0xe1, "Exif\x00\x00"+exif(6, binary.BigEndian))))
	f.Add(asPNG(f, img))
	f.Add(asGIF(f, img))
	if webp, err := os.ReadFile("testdata/quarters.webp"); err == nil {
		f.Add(webp)
	}
	f.Add([]byte(headPNG(30, 30, 16, 6, 1)))
	f.Add([]byte(headJPEG(30, 30, 0xc2, 0x41, 0x11, 0x11, 0x11)))
	f.Fuzz(func(t *testing.T, src []byte) {
		if h, err := inspect(src); err == nil && h.width*h.height > 1_000_000 {
			return // allowed, and slow
		}
		all, err := newStudio().Make(t.Context(), src, []int{16, 32})
		if err != nil {
			if strings.Contains(err.Error(), "panic") {
				t.Fatal(err)
			}
			return
		}
		for _, m := range all {
			if c, err := jpeg.DecodeConfig(bytes.NewReader(m.Body)); err != nil || c.Width > m.Width || c.Height > maxTall*m.Width {
				t.Errorf("asked for %d, made %dx%d, %v", m.Width, c.Width, c.Height, err)
			}
		}
	})
}

// Budget: a photograph of six million points in all widths within 400 ms of one processor, and 40 MB.
func BenchmarkMake(b *testing.B) {
	img := image.NewYCbCr(image.Rect(0, 0, 3000, 2000), image.YCbCrSubsampleRatio420)
	seed := uint32(1)
	for i := range img.Y {
		seed = seed*1664525 + 1013904223
		img.Y[i] = byte(i/3000/8) + byte(seed>>29)
	}
	for i := range img.Cb {
		img.Cb[i], img.Cr[i] = byte(i/1500/4), byte(i%1500/6)
	}
	src := asJPEG(b, img)
	s := newStudio()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Make(b.Context(), src, widths); err != nil {
			b.Fatal(err)
		}
	}
}
