package publisher

import "deskwire"

// fit writes an edition so that it stays within what large consumers take: bodies go in from the first item on, as many as
// there is room for; where items are too large even without any, what stands around their texts goes, too. write returns the
// size of what it wrote.
func fit(ed *deskwire.Edition, bodies []string, write func() (size int, err error)) error {
	for budget := maxFeed; ; budget /= 2 {
		fill(ed, bodies, budget)
		size, err := write()
		if err != nil || size <= maxFeed || budget == 0 && !thin(ed) {
			return err
		}
	}
}

// fill puts bodies into an edition until budget bytes are used.
func fill(ed *deskwire.Edition, bodies []string, budget int) {
	for i := range ed.Items {
		item := &ed.Items[i]
		if item.Body = ""; len(bodies[i]) <= min(maxItem, budget) {
			item.Body = bodies[i]
			budget -= len(bodies[i])
		}
	}
}

// What a thinned item keeps: news has no more, a feed that is made to burst has.
const (
	thinFiles      = 1
	thinCategories = 10
)

// thin takes away what of an edition's items is many, and reports whether there was any.
func thin(ed *deskwire.Edition) (some bool) {
	for i := range ed.Items {
		a := &ed.Items[i].Article
		if len(a.Media) > thinFiles {
			a.Media, some = a.Media[:thinFiles:thinFiles], true
		}
		if len(a.Categories) > thinCategories {
			a.Categories, some = a.Categories[:thinCategories:thinCategories], true
		}
		if e := a.Episode; e != nil && len(e.Transcripts)+len(e.People)+len(e.Soundbites) > 0 {
			plain := *e
			plain.Transcripts, plain.People, plain.Soundbites = nil, nil, nil
			a.Episode, some = &plain, true
		}
	}
	return some
}
