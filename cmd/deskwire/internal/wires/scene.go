package wires

import (
	"image"
	"math"
)

// variants is how many pictures there are of a kind of scene: one for each light.
const variants = uint64(len(lights))

type rgb struct{ r, g, b float64 } // 0 to 255

func (a rgb) to(b rgb, t float64) rgb {
	return rgb{a.r + (b.r-a.r)*t, a.g + (b.g-a.g)*t, a.b + (b.b-a.b)*t}
}

// A light is the hour and the weather that a scene is seen in.
type light struct {
	top, low  rgb     // the sky
	sun       rgb     // and its glow
	far, near rgb     // of land
	sunX      float64 // parts of the width and of the height
	sunY      float64
	night     bool // windows are lit, stars are out
}

var lights = [...]light{
	{top: rgb{58, 110, 178}, low: rgb{214, 230, 238}, sun: rgb{255, 250, 232}, far: rgb{150, 176, 192}, near: rgb{38, 70, 62}, sunX: .72, sunY: .2},
	{top: rgb{64, 58, 112}, low: rgb{246, 172, 116}, sun: rgb{255, 226, 170}, far: rgb{158, 112, 128}, near: rgb{40, 30, 54}, sunX: .3, sunY: .52},
	{top: rgb{120, 138, 152}, low: rgb{212, 216, 214}, sun: rgb{236, 236, 228}, far: rgb{162, 170, 172}, near: rgb{54, 62, 62}, sunX: .55, sunY: .3},
	{top: rgb{12, 18, 46}, low: rgb{62, 78, 122}, sun: rgb{240, 240, 222}, far: rgb{44, 56, 92}, near: rgb{10, 14, 28}, sunX: .8, sunY: .18, night: true},
	{top: rgb{118, 168, 200}, low: rgb{250, 222, 208}, sun: rgb{255, 240, 214}, far: rgb{186, 180, 190}, near: rgb{70, 84, 76}, sunX: .2, sunY: .42},
	{top: rgb{34, 92, 120}, low: rgb{248, 214, 130}, sun: rgb{255, 244, 200}, far: rgb{138, 160, 140}, near: rgb{46, 58, 34}, sunX: .5, sunY: .48},
}

// A scene is what there is to see: shapes of land from far to near, and perhaps water below them.
type scene struct {
	shapes []shape
	water  float64 // where it begins, as a part of the height; 1 is nowhere
	white  float64 // how much snow there is
	waves  bool    // bands of colour instead of a landscape
}

// A shape is a piece of land or town.
type shape struct {
	foot, height float64 // parts of the picture's height: where it stands at the lowest, and what it rises above that
	length       float64 // how many hills fit into the width
	form         func(x float64, seed uint64) float64
	windows      bool
}

var scenes = map[string]scene{
	"sea":      {shapes: []shape{{.6, .12, 2, hills, false}, {.605, .035, 9, hills, false}}, water: .6},
	"hills":    {shapes: []shape{{.55, .28, 2.5, hills, false}, {.68, .22, 3, hills, false}, {.82, .2, 2, hills, false}, {.98, .16, 3, hills, false}}, water: 1},
	"city":     {shapes: []shape{{.62, .1, 3, hills, false}, {.7, .3, 34, roofs, true}, {.78, .22, 22, roofs, true}}, water: .78},
	"forest":   {shapes: []shape{{.6, .25, 2, hills, false}, {.74, .16, 40, pines, false}, {.88, .2, 28, pines, false}, {1.02, .24, 18, pines, false}}, water: 1},
	"snow":     {shapes: []shape{{.52, .34, 4, peaks, false}, {.7, .3, 5, peaks, false}, {.92, .12, 3, hills, false}}, water: 1, white: .75},
	"field":    {shapes: []shape{{.58, .08, 2, hills, false}, {.6, .05, 60, pines, false}, {.72, .08, 1.5, hills, false}, {.9, .1, 1, hills, false}}, water: 1},
	"coast":    {shapes: []shape{{.56, .3, 3, peaks, false}, {.72, .12, 5, hills, false}}, water: .7},
	"abstract": {water: 1, waves: true},
}

// paint renders a scene in one of its lights.
func paint(s scene, variant uint64, size image.Point) *image.RGBA {
	l, seed := lights[variant], mix(variant*977+uint64(len(s.shapes))*31+uint64(s.water*1000))
	if s.waves {
		return bands(l, seed, size)
	}
	m := image.NewRGBA(image.Rectangle{Max: size})
	ratio := float64(size.X) / float64(size.Y)
	tops := make([]float64, len(s.shapes))
	for px := range size.X {
		x := float64(px) / float64(size.X)
		for i, p := range s.shapes {
			tops[i] = p.foot - p.height*p.form(x*p.length, seed+uint64(i)*7919)
		}
		for py := range size.Y {
			y := float64(py) / float64(size.Y)
			c := rgb{}
			if y > s.water {
				depth := (y - s.water) / (1 - s.water)
				ripple := .02 * noise(x*6/(.15+depth)+40*math.Log(depth+.05), seed^uint64(py*2654435761)>>9&3)
				c = s.look(l, tops, seed, x, 2*s.water-y+ripple, ratio).to(l.near.to(l.top, .35), .28+.3*depth)
				c = c.to(l.sun, .16*math.Max(0, ripple/.02-.3)*(1-depth))
			} else {
				c = s.look(l, tops, seed, x, y, ratio)
			}
			set(m, px, py, c)
		}
	}
	return m
}

// look is the colour in one direction above the water.
func (s scene) look(l light, tops []float64, seed uint64, x, y, ratio float64) rgb {
	for i := len(tops) - 1; i >= 0; i-- {
		p := s.shapes[i]
		if y < tops[i] || y > p.foot+.3 {
			continue
		}
		near := float64(i+1) / float64(len(tops))
		c := l.far.to(l.near, near*near)
		down := (y - tops[i]) / (p.height + .05)
		if s.white > 0 {
			edge := down + .3*fbm(x*22+y*17, seed+uint64(i)) + .12*noise(x*50-y*40, seed+9)
			c = c.to(rgb{242, 246, 250}.to(l.low, .25), s.white*math.Min(1, math.Max(0, 1.7-2.4*edge)))
		}
		if p.windows && down > .06 && lit(x*p.length, y, seed, l.night) {
			return l.low.to(rgb{255, 214, 140}, .8)
		}
		return c.to(l.low, .22*math.Min(1, down)*(1-near*.6)) // haze gathers at the foot
	}
	c := l.top.to(l.low, math.Pow(math.Min(1, math.Max(0, y/.62)), 1.2))
	dx, dy := (x-l.sunX)*ratio, y-l.sunY
	d := math.Hypot(dx, dy)
	c = c.to(l.sun, .55*math.Exp(-d*d/.05))
	if d < .045 {
		c = c.to(l.sun, math.Min(1, (.045-d)*220))
	}
	if l.night && y < .5 && mix(seed^uint64(x*700)<<20^uint64(y*400))%900 == 0 {
		return rgb{230, 232, 240}
	}
	cloud := fbm(x*3+y*2, seed+99) * fbm(y*14+x, seed+98)
	return c.to(l.low.to(rgb{255, 255, 255}, .4), .5*math.Max(0, cloud-.25))
}

// bands are the abstract picture: currents of colour.
func bands(l light, seed uint64, size image.Point) *image.RGBA {
	m := image.NewRGBA(image.Rectangle{Max: size})
	palette := [...]rgb{l.top, l.far, l.low, l.sun, l.near, l.top.to(l.low, .5)}
	for px := range size.X {
		x := float64(px) / float64(size.X)
		bend, sway := fbm(x*2, seed), fbm(x*3+9, seed+5)
		for py := range size.Y {
			y := float64(py) / float64(size.Y)
			at := math.Abs(y*4+1.6*bend-1.2*sway*y) + .3*x
			i, t := math.Floor(at), at-math.Floor(at)
			a, b := palette[int(i)%len(palette)], palette[int(i+1)%len(palette)]
			set(m, px, py, a.to(b, t*t*(3-2*t)))
		}
	}
	return m
}

// set writes a pixel with a grain that hides steps of colour.
func set(m *image.RGBA, x, y int, c rgb) {
	grain := float64(mix(uint64(x)<<32|uint64(y))%5) - 2
	p := m.Pix[m.PixOffset(x, y):]
	p[0], p[1], p[2], p[3] = level(c.r+grain), level(c.g+grain), level(c.b+grain), 255
}

func level(v float64) uint8 { return uint8(math.Max(0, math.Min(255, v))) }

// noise is smooth and between 0 and 1; it has one value at each whole number.
func noise(x float64, seed uint64) float64 {
	i := math.Floor(x)
	t := x - i
	a, b := dot(int64(i), seed), dot(int64(i)+1, seed)
	return a + (b-a)*t*t*(3-2*t)
}

func dot(i int64, seed uint64) float64 {
	return float64(mix(uint64(i)*0x9e3779b97f4a7c15+seed)>>11) / (1 << 53)
}

// fbm is noise with details.
func fbm(x float64, seed uint64) float64 {
	return .55*noise(x, seed) + .27*noise(2.1*x, seed+1) + .13*noise(4.3*x, seed+2) + .05*noise(9.1*x, seed+3)
}

func hills(x float64, seed uint64) float64 { return fbm(x, seed) }

func peaks(x float64, seed uint64) float64 {
	return .75*(1-math.Abs(2*noise(x, seed)-1)) + .18*(1-math.Abs(2*noise(3*x, seed+4)-1)) + .07*noise(17*x, seed+5)
}

func roofs(x float64, seed uint64) float64 {
	i := int64(math.Floor(x))
	if dot(i, seed+11) > .72 { // a gable
		return .15 + .6*dot(i, seed) - .2*math.Abs(x-math.Floor(x)-.5)
	}
	return .15 + .75*dot(i, seed)*dot(i/5, seed+3)
}

func pines(x float64, seed uint64) float64 {
	i := math.Floor(x)
	side := 1 - 2*math.Abs(x-i-.5)
	return .25*fbm(x/9, seed+8) + .75*side*(.35+.65*dot(int64(i), seed))
}

// lit reports whether a window with light in it is there.
func lit(x, y float64, seed uint64, night bool) bool {
	column, row := x*5, y*70
	if column-math.Floor(column) < .4 || row-math.Floor(row) < .45 {
		return false
	}
	share := uint64(5)
	if night {
		share = 34
	}
	return mix(seed^uint64(int64(column))<<24^uint64(int64(row)))%100 < share
}
