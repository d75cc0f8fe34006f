package alike

import "math"

// The Features of a pair. All lie between about -1 and 4, so that one strength of regularisation fits all.
const (
	fBias = iota
	fTitleJaccard
	fTitleContained
	fTitleBigrams
	fTitleSame
	fTitleShared // bits shared, as a logarithm
	fTitleSquare
	fTitleLead // the first words are the same
	fSummaryJaccard
	fSummaryContained
	fSummaryBigrams
	fSummarySame
	fSummaryShared
	fSummarySquare
	fAllJaccard
	fAllContained
	fAllShared
	fAllSquare
	fCrossMax
	fCrossMin
	fRarest
	fSourceTitle
	fSourceRarest
	fSameSource
	fHours
	fGap
	fSecond
	fDateConflict
	fNumberConflict
	fNumberConflictAll
	fNumberShared
	fSeries
	fShort
	fOneEmpty
	fProduct
	Features // how many there are
)

// featureNames are how evidence calls them.
var featureNames = [Features]string{
	"bias", "title overlap", "title contained", "title word pairs", "same title", "title words shared", "title overlap, squared", "same first words",
	"summary overlap", "summary contained", "summary word pairs", "same summary", "summary words shared", "summary overlap, squared",
	"overlap", "contained", "words shared", "overlap, squared", "title in the other's text", "both titles in the other's text", "rarest shared word",
	"title overlap beyond the source's habits", "rarest word beyond the source's habits", "same source", "hours apart", "time apart", "same second",
	"other date", "other number in title", "other number", "shared number", "title repeats", "short", "a summary is missing", "title times summary",
}

// A Vector is the Features of one pair.
type Vector [Features]float32

// An overlap is what two items share, in bits of idf, each token once.
type overlap struct {
	title, titleA, titleB       float32
	summary, summaryA, summaryB float32
	all, allA, allB             float32
	aInB, bInA                  float32 // of the one's title, found anywhere in the other
	source, sourceA, sourceB    float32 // titles, weighed by how rare a word is in the source
	rarest, sourceRarest        float32
	titlePairs, titlePairsA, titlePairsB,
	summaryPairs, summaryPairsA, summaryPairsB int
	numbers                  float32 // shared
	numbersA, numbersB       int     // in titles, not shared
	numbersAllA, numbersAllB int
	lead                     int
}

func ratio(a, b float32) float32 {
	if b <= 0 {
		return 0
	}
	return min(1, a/b)
}

func jaccard(shared, a, b float32) float32 { return ratio(shared, a+b-shared) }

func shared(bits float32) float32 { return log2(uint32(bits)+1) / 3 }

// fill computes the Features of a and an earlier item b.
func (x *Vector) fill(o *overlap, a, b *entry) {
	*x = Vector{fBias: 1}
	x[fTitleJaccard] = jaccard(o.title, o.titleA, o.titleB)
	x[fTitleContained] = ratio(o.title, min(o.titleA, o.titleB))
	x[fTitleBigrams] = jaccard(float32(o.titlePairs), float32(o.titlePairsA), float32(o.titlePairsB))
	x[fTitleSame] = flag(a.exact == b.exact && a.exact != 0)
	x[fTitleShared] = shared(o.title)
	x[fTitleSquare] = x[fTitleJaccard] * x[fTitleJaccard]
	x[fTitleLead] = min(1, float32(o.lead)/4)
	x[fSummaryJaccard] = jaccard(o.summary, o.summaryA, o.summaryB)
	x[fSummaryContained] = ratio(o.summary, min(o.summaryA, o.summaryB))
	x[fSummaryBigrams] = jaccard(float32(o.summaryPairs), float32(o.summaryPairsA), float32(o.summaryPairsB))
	x[fSummarySame] = flag(a.whole == b.whole && a.whole != 0)
	x[fSummaryShared] = shared(o.summary)
	x[fSummarySquare] = x[fSummaryJaccard] * x[fSummaryJaccard]
	x[fAllJaccard] = jaccard(o.all, o.allA, o.allB)
	x[fAllContained] = ratio(o.all, min(o.allA, o.allB))
	x[fAllShared] = shared(o.all)
	x[fAllSquare] = x[fAllJaccard] * x[fAllJaccard]
	ab, ba := ratio(o.aInB, o.titleA), ratio(o.bInA, o.titleB)
	x[fCrossMax], x[fCrossMin] = max(ab, ba), min(ab, ba)
	x[fRarest] = o.rarest / 16
	x[fSameSource] = flag(a.source == b.source)
	if a.source == b.source {
		x[fSourceTitle] = jaccard(o.source, o.sourceA, o.sourceB)
		x[fSourceRarest] = o.sourceRarest / 16
	}
	hours := gap(a, b)
	x[fHours] = min(1, hours/72)
	x[fGap] = float32(math.Log1p(float64(min(hours, 168)))) / 4
	x[fSecond] = flag(a.published == b.published && a.dated && b.dated && a.source == b.source)
	x[fDateConflict] = flag(conflict(a.days, b.days))
	x[fNumberConflict] = flag(o.numbersA > 0 && o.numbersB > 0)
	x[fNumberConflictAll] = flag(o.numbersAllA > 0 && o.numbersAllB > 0)
	x[fNumberShared] = min(1, o.numbers/8)
	x[fSeries] = flag(a.mold == b.mold && a.mold != 0 && hours >= seriesHours)
	x[fShort] = flag(min(o.allA, o.allB) < 40)
	x[fOneEmpty] = flag((a.n == a.title) != (b.n == b.title))
	x[fProduct] = x[fTitleJaccard] * x[fSummaryJaccard]
}

func flag(b bool) float32 {
	if b {
		return 1
	}
	return 0
}

// gap is how many hours lie between two items: by their own dates where both have one, else by their arrival.
func gap(a, b *entry) float32 {
	x, y := a.published, b.published
	if !a.dated || !b.dated {
		x, y = a.arrived, b.arrived
	}
	if x > y {
		x, y = y, x
	}
	return float32(y-x) / 3600
}

// pack keeps the date words of a title: 7 bits of weekdays, 5 of parts of the day, 31 of days of the month.
func (d dates) pack() uint64 {
	return uint64(d.weekday)&127 | uint64(d.daypart)&31<<7 | uint64(d.day)&(1<<31-1)<<12
}

// conflict reports whether both titles name a weekday, a part of the day or a day, and not the same.
func conflict(a, b uint64) bool {
	for _, mask := range [...]uint64{127, 31 << 7, (1<<31 - 1) << 12} {
		if x, y := a&mask, b&mask; x != 0 && y != 0 && x != y {
			return true
		}
	}
	return false
}
