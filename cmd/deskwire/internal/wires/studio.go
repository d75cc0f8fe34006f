package wires

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"math"
	"strconv"
	"strings"
	"sync"
)

// A studio makes pictures and sounds when they are first asked for, and keeps the pictures: there are few of them.
type studio struct {
	mu   sync.Mutex
	kept map[string]func() []byte
}

func newStudio() *studio { return &studio{kept: map[string]func() []byte{}} }

// sizes are the only ones that pictures come in; they are what bounds the studio's memory, to some 12 MB.
var sizes = map[string]image.Point{"1200x675": {1200, 675}, "480x270": {480, 270}, "320x320": {320, 320}, "144x144": {144, 144}}

// picture is the file of a name such as sea-3-1200x675.jpg, and its media type. Whether it is a JPEG or a PNG is the name's to
// say.
func (s *studio) picture(name string) (body []byte, kind string, ok bool) {
	rest, kind := strings.TrimSuffix(name, ".jpg"), "image/jpeg"
	if rest == name {
		rest, kind = strings.TrimSuffix(name, ".png"), "image/png"
	}
	parts := strings.Split(rest, "-")
	if rest == name || len(parts) != 3 {
		return nil, "", false
	}
	view, known := scenes[parts[0]]
	variant, err := strconv.ParseUint(parts[1], 10, 8)
	size, sized := sizes[parts[2]]
	if !known || err != nil || variant >= variants || parts[1] != strconv.FormatUint(variant, 10) || !sized {
		return nil, "", false
	}
	s.mu.Lock()
	made, found := s.kept[name]
	if !found {
		made = sync.OnceValue(func() []byte { return encode(paint(view, variant, size), kind) })
		s.kept[name] = made
	}
	s.mu.Unlock()
	return made(), kind, true
}

func encode(m image.Image, kind string) []byte {
	var b bytes.Buffer
	var err error
	if kind == "image/png" {
		err = png.Encode(&b, m)
	} else {
		err = jpeg.Encode(&b, m, &jpeg.Options{Quality: 82})
	}
	if err != nil {
		panic(fmt.Sprintf("wires: a picture in memory does not encode: %v", err))
	}
	return b.Bytes()
}

// A recording is a quarter of a minute of 16-bit sound, mono.
const (
	soundRate    = 8000
	soundSeconds = 15
	soundHeader  = 44
	soundBytes   = soundHeader + 2*soundRate*soundSeconds
)

// sound is a WAV file: waves on a shore, and a bell buoy that strikes a chord of its own for each number.
func (s *studio) sound(number uint64) []byte {
	b := make([]byte, 0, soundBytes)
	b = append(b, "RIFF"...)
	b = binary.LittleEndian.AppendUint32(b, soundBytes-8)
	b = append(b, "WAVEfmt "...)
	b = binary.LittleEndian.AppendUint32(b, 16)
	b = binary.LittleEndian.AppendUint16(b, 1) // PCM
	b = binary.LittleEndian.AppendUint16(b, 1) // mono
	b = binary.LittleEndian.AppendUint32(b, soundRate)
	b = binary.LittleEndian.AppendUint32(b, 2*soundRate)
	b = binary.LittleEndian.AppendUint16(b, 2)
	b = binary.LittleEndian.AppendUint16(b, 16)
	b = append(b, "data"...)
	b = binary.LittleEndian.AppendUint32(b, 2*soundRate*soundSeconds)

	root := 196 * math.Pow(2, float64(number%7)/12)
	noise, low := mix(number+1), 0.0
	for i := range soundRate * soundSeconds {
		t := float64(i) / soundRate
		noise = noise*6364136223846793005 + 1442695040888963407
		low += (float64(int64(noise>>11))/(1<<52) - 1 - low) * .12
		swell := .5 - .5*math.Cos(2*math.Pi*t/5)
		v := .5 * low * swell * swell
		for k, ratio := range [...]float64{1, 1.5, 2.5} {
			since := math.Mod(t+10-2.4*float64(k), 7.5)
			v += .12 * math.Exp(-1.6*since) * math.Sin(2*math.Pi*root*ratio*since)
		}
		v *= min(1, 2*t, 2*(soundSeconds-t)) // no click at either end
		b = binary.LittleEndian.AppendUint16(b, uint16(int16(v*28000)))
	}
	return b
}
