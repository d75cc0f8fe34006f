// Package wires is the invented upstream world of `deskwire demo`: agencies, papers, a magazine and a podcast that exist
// nowhere, served from inside the binary. It owns their texts, their feeds, their pictures and the hours at which they publish;
// it knows nothing of what deskwire makes of them.
//
// The world is a function of its start, its seed and the time: the same three give the same bytes. Nothing runs in the
// background; who asks is told what has been published by then. At its start every outlet has two days behind it. From then on
// something new appears every ten to twenty seconds somewhere, and some of what was published is edited a little later.
//
// An outlet is a file outlets/NAME.txtar. The lines before its first article are the outlet's own: see [outlet]. Each file of
// the archive is an article, named by the word that stands in its address:
//
//	-- harbour-dues --
//	desk: Business
//	title: Orrin cuts {n:6..11} percent off its harbour dues
//	later: the title after an edit
//	tags: harbours, shipping
//	scene: sea
//	caption: Trawlers at the north quay
//	credit: Ada Quill
//
//	The first paragraph, which is also the summary.
//
//	- A paragraph that goes when the article is edited.
//
//	+ A paragraph that comes then.
//
// A text is used again after all others of its outlet have been: braces hold what differs between its uses, see expand. How an
// outlet writes its feed is a template of its own, feeds/NAME.tmpl, because no two upstreams of the world write alike.
package wires

import (
	"cmp"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"text/template"
	"time"
)

//go:embed outlets feeds config.yaml
var files embed.FS

// A World is all upstreams together. It is safe for concurrent use.
type World struct {
	start   time.Time
	seed    uint64
	outlets []*outlet // by name
	feeds   *template.Template
	studio  *studio
}

// New makes the world that begins at start, to the second. Another seed has other articles come at other times.
func New(start time.Time, seed uint64) *World {
	w := &World{start: start.UTC().Truncate(time.Second), seed: seed, studio: newStudio()}
	w.feeds = template.Must(template.New("").Funcs(marks).ParseFS(files, "feeds/*.tmpl"))
	found, err := fs.Glob(files, "outlets/*.txtar")
	if err != nil {
		panic(err) // the pattern is a constant
	}
	for _, file := range found {
		data, err := files.ReadFile(file)
		if err != nil {
			panic(err) // it was listed a moment ago
		}
		o, err := parseOutlet(strings.TrimSuffix(path.Base(file), ".txtar"), data)
		if err != nil {
			panic(fmt.Sprintf("wires: %s: %v", file, err)) // our own text; a test reads them all
		}
		w.outlets = append(w.outlets, o)
	}
	slices.SortFunc(w.outlets, func(a, b *outlet) int { return cmp.Compare(a.Name, b.Name) })
	for _, o := range w.outlets {
		o.order = w.shuffled(o)
	}
	return w
}

// outlet is the one of that name, or nil.
func (w *World) outlet(name string) *outlet {
	i, ok := slices.BinarySearchFunc(w.outlets, name, func(o *outlet, name string) int { return cmp.Compare(o.Name, name) })
	if !ok {
		return nil
	}
	return w.outlets[i]
}

// chance is a number that looks drawn and is always the same for the same use of an outlet's thing: its text, the hour of its
// article i.
func (w *World) chance(outlet, thing, use string, i int) uint64 {
	x := mix(w.seed + uint64(i)*0x9e3779b97f4a7c15)
	for _, s := range [...]string{outlet, thing, use} {
		for _, c := range []byte(s) {
			x = (x ^ uint64(c)) * 0x100000001b3 // FNV-1a
		}
		x = mix(x + 1)
	}
	return x
}

// part is a chance between 0 and 1.
func (w *World) part(outlet, thing string, i int) float64 {
	return float64(w.chance(outlet, thing, "", i)>>11) / (1 << 53)
}

// mix spreads every bit over all others (the finalizer of SplitMix64).
func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

// shuffled is the order in which an outlet uses its texts: a walk of one cycle after the other.
func (w *World) shuffled(o *outlet) []int {
	order := make([]int, len(o.texts))
	for i := range order {
		order[i] = i
	}
	for i := len(order) - 1; i > 0; i-- {
		j := int(w.chance(o.Name, "order", "", i) % uint64(i+1))
		order[i], order[j] = order[j], order[i]
	}
	return order
}
