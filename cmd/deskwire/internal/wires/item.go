package wires

import (
	"cmp"
	"fmt"
	"html"
	"math"
	"slices"
	"strings"
	"time"
)

// past is how far back an outlet's history reaches at the world's start.
const past = 48 * time.Hour

// An item is an article as it stands in its outlet's feed at one moment.
type item struct {
	Outlet    *outlet
	Number    int // in the address; no other item of the outlet has it
	Slug      string
	Desk      string
	Title     string
	Summary   string
	Authors   []string
	Tags      []string
	Paras     []string
	Published time.Time
	Updated   time.Time // Published while it is as it was
	Picture   *picture
	Origin    *outlet // whose text it is, when that is not Outlet
	Sound     int     // which recording a podcast's episode is
}

// A picture is what an item shows.
type picture struct {
	Caption string
	Credit  string // who made it, and for whom: "Ada Quill / Skerrywire"
	name    string // scene and variant
}

// File is the picture's file name in that size.
func (p *picture) File(width, height int) string {
	return fmt.Sprintf("%s-%dx%d.jpg", p.name, width, height)
}

// copiesFrom is where the numbers of carried texts begin, counted from the outlet's first.
const copiesFrom = 500_000

// items are what the outlet's feed lists at now, newest first.
func (w *World) items(o *outlet, now time.Time) []*item {
	var all []*item
	last := w.last(o, now)
	for i := last; i >= 0 && len(all) < o.list; i-- {
		all = append(all, w.item(o, i, now))
	}
	if from := w.outlet(o.carries); from != nil {
		last := w.last(from, now)
		for i, n := last, 0; i >= 0 && n < o.list; i-- {
			if it := w.carried(o, from, i, now); it != nil {
				all = append(all, it)
				n++
			}
		}
	}
	slices.SortFunc(all, func(a, b *item) int {
		return cmp.Or(b.Published.Compare(a.Published), cmp.Compare(b.Number, a.Number))
	})
	return all[:min(len(all), o.list)]
}

// find is the item of that number, or nil when nothing of that number has been published.
func (w *World) find(o *outlet, number int, now time.Time) *item {
	i := number - o.first
	switch {
	case i < 0:
		return nil
	case i >= copiesFrom && o.carries != "":
		from := w.outlet(o.carries)
		if i -= copiesFrom; i > w.last(from, now) {
			return nil
		}
		return w.carried(o, from, i, now)
	case i > w.last(o, now):
		return nil
	}
	return w.item(o, i, now)
}

// at is when the outlet's article i appears; articles are counted from the oldest one, and each comes after the one before.
func (w *World) at(o *outlet, i int) time.Time {
	u := w.part(o.Name, "at", i)
	if i >= o.history {
		return w.start.Add(time.Duration((float64(i-o.history) + .9*u) * float64(o.every))).Truncate(time.Second)
	}
	// The nearer to the start, the denser: a feed's newest items are hours old, its oldest days.
	age := (float64(o.history-1-i) + .1 + .8*u) / float64(o.history)
	return w.start.Add(-time.Duration(math.Pow(age, 1.7) * float64(past))).Truncate(time.Second)
}

// last is the outlet's newest article at now, -1 when there is none.
func (w *World) last(o *outlet, now time.Time) int {
	i := o.history - 1
	if live := now.Sub(w.start); live >= 0 {
		i += 1 + int(live/o.every)
	}
	for i >= 0 && w.at(o, i).After(now) {
		i--
	}
	return i
}

// editedAt is when article i, published at, is edited. What was published within hours of the world's start is edited soon
// after the start, so that somebody sees it.
func (w *World) editedAt(o *outlet, i int, at time.Time) time.Time {
	u := w.part(o.Name, "edit", i)
	switch {
	case i >= o.history:
		return at.Add(time.Minute + time.Duration(u*float64(3*time.Minute))).Truncate(time.Second)
	case w.start.Sub(at) < 8*time.Hour:
		return w.start.Add(15*time.Second + time.Duration(u*float64(8*time.Minute))).Truncate(time.Second)
	}
	return at.Add(10*time.Minute + time.Duration(u*float64(40*time.Minute))).Truncate(time.Second)
}

// item writes the outlet's article i as it is at now.
func (w *World) item(o *outlet, i int, now time.Time) *item {
	n := len(o.texts)
	t, cycle := o.texts[o.order[i%n]], uint64(i/n)
	say := func(s string) string {
		return expand(s, func(name string) uint64 { return w.chance(o.Name, t.slug, name, 0)>>8 + cycle })
	}
	it := &item{
		Outlet: o, Number: o.first + i, Slug: t.slug, Desk: t.desk, Title: say(t.title), Authors: t.by, Tags: t.tags,
		Published: w.at(o, i), Sound: i,
	}
	it.Updated = it.Published
	edited := false
	if at := w.editedAt(o, i, it.Published); t.edited() && !at.After(now) {
		it.Updated, edited = at, true
		if t.later != "" {
			it.Title = say(t.later)
		}
	}
	for _, p := range t.paras {
		if edited && p.after || !edited && p.before {
			it.Paras = append(it.Paras, say(p.text))
		}
	}
	it.Summary = it.Paras[0]
	if o.dateline != "" {
		it.Paras[0] = fmt.Sprintf("%s, %s (%s) - %s", say(t.from), it.Published.In(o.zone).Format("Jan 2"), o.dateline, it.Paras[0])
	}
	if t.scene != "" {
		it.Picture = &picture{
			Caption: say(t.caption), Credit: t.credit + " / " + o.Title,
			name: fmt.Sprintf("%s-%d", t.scene, (w.chance(o.Name, t.slug, "picture", 0)>>8+cycle)%variants),
		}
	}
	return it
}

// carried is article i of another outlet as o carries it: whole, a little later, under an address of its own, and as it was at
// that moment: later edits don't reach it. It is nil when o does not take the article or has not yet.
func (w *World) carried(o, from *outlet, i int, now time.Time) *item {
	if w.chance(o.Name, "carries", "", i)%2 != 0 {
		return nil
	}
	at := w.at(from, i).Add(30*time.Second + time.Duration(w.part(o.Name, "after", i)*float64(time.Minute))).Truncate(time.Second)
	if at.After(now) {
		return nil
	}
	it := w.item(from, i, at)
	it.Outlet, it.Origin, it.Number = o, from, o.first+copiesFrom+i
	it.Published, it.Updated = at, at
	return it
}

// Edited reports whether the item was changed after it was published.
func (it *item) Edited() bool { return it.Updated.After(it.Published) }

// Path is the item's address below the world's.
func (it *item) Path() string { return fmt.Sprintf("/%s/%s-%d", it.Outlet.Name, it.Slug, it.Number) }

// HTML is the item's text.
func (it *item) HTML() string {
	var b strings.Builder
	for _, p := range it.Paras {
		fmt.Fprintf(&b, "<p>%s</p>\n", html.EscapeString(p))
	}
	return b.String()
}
