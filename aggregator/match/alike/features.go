package alike

// The features of a pair. All lie between about -1 and 4, so that one strength of regularisation fits all.
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
	fSummaryLead
	fEvenSecond
	fBurst
	fSecondTitle
	fHoursTitle
	fHoursAll
	fAgency
	fOtherAgency
	Features // how many there are
)

// featureNames are how evidence calls them.
var featureNames = [Features]string{
	"bias", "title overlap", "title contained", "title word pairs", "same title", "title words shared", "title overlap, squared", "same first words",
	"summary overlap", "summary contained", "summary word pairs", "same summary", "summary words shared", "summary overlap, squared",
	"overlap", "contained", "words shared", "overlap, squared", "title in the other's text", "both titles in the other's text", "rarest shared word",
	"title overlap beyond the source's habits", "rarest word beyond the source's habits", "same source", "hours apart", "time apart", "same second",
	"other date", "other number in title", "other number", "shared number", "title repeats", "short", "a summary is missing", "title times summary", "same first words of the summary",
	"same second, a full minute", "others in that second", "same second times title", "hours apart times title", "hours apart times overlap",
	"same agency", "other agency",
}

// Prior is what is believed of the features of a level before anything is learnt: learnt weights stay near it where the items
// learnt from say nothing. Who names one agency has its text, and who names another mostly another text; but pictures come from anywhere.
func Prior(l Level) (w Vector) {
	if l == Copy {
		w[fAgency], w[fOtherAgency] = 1, -1
	}
	return w
}

// A Vector is the features of one pair.
type Vector [Features]float32

func ratio(a, b float32) float32 {
	if b <= 0 {
		return 0
	}
	return min(1, a/b)
}

func jaccard(shared, a, b float32) float32 { return ratio(shared, a+b-shared) }

func shared(bits float32) float32 { return log2(uint32(bits)+1) / 3 }

// batch is how many items a source publishes in one second when that says something: more are a batch, put out by a machine.
const batch = 4

// fill computes the features of a and an earlier item b.
func (x *Vector) fill(o *overlap, i *index, a, b *entry, hours float32) {
	*x = Vector{fBias: 1}
	x[fTitleJaccard] = jaccard(o.title, a.titleBits, b.titleBits)
	x[fTitleContained] = ratio(o.title, min(a.titleBits, b.titleBits))
	x[fTitleBigrams] = jaccard(float32(o.titlePairs), float32(i.np[0]), float32(o.titlePairsB))
	x[fTitleSame] = flag(a.exact == b.exact && a.exact != 0)
	x[fTitleShared] = shared(o.title)
	x[fTitleSquare] = x[fTitleJaccard] * x[fTitleJaccard]
	x[fTitleLead] = min(1, float32(o.lead)/4)
	x[fSummaryJaccard] = jaccard(o.summary, a.summaryBits, b.summaryBits)
	x[fSummaryContained] = ratio(o.summary, min(a.summaryBits, b.summaryBits))
	x[fSummaryBigrams] = jaccard(float32(o.summaryPairs), float32(i.np[1]), float32(o.summaryPairsB))
	x[fSummarySame] = flag(a.body() == b.body() && a.body() != 0)
	x[fSummaryShared] = shared(o.summary)
	x[fSummarySquare] = x[fSummaryJaccard] * x[fSummaryJaccard]
	x[fAllJaccard] = jaccard(o.all, a.allBits, b.allBits)
	x[fAllContained] = ratio(o.all, min(a.allBits, b.allBits))
	x[fAllShared] = shared(o.all)
	x[fAllSquare] = x[fAllJaccard] * x[fAllJaccard]
	ab, ba := ratio(o.aInB, a.titleBits), ratio(o.bInA, b.titleBits)
	x[fCrossMax], x[fCrossMin] = max(ab, ba), min(ab, ba)
	x[fRarest] = o.rarest / 16
	x[fSameSource] = flag(a.source == b.source)
	if a.source == b.source {
		x[fSourceTitle] = jaccard(o.source, a.sourceBits, b.sourceBits)
		x[fSourceRarest] = o.sourceRarest / 16
	}
	x[fHours] = min(1, hours/72)
	x[fGap] = log2(uint32(min(hours, 168)*60)+1) / 12
	x[fSecond] = flag(a.published == b.published && a.dated && b.dated && a.source == b.source && o.burst <= batch)
	x[fDateConflict] = flag(conflict(a.days, b.days))
	x[fNumberConflict] = flag(i.nums[0] > o.sharedNumbers[0] && int(b.numbers[0]) > o.sharedNumbers[0])
	x[fNumberConflictAll] = flag(i.nums[1] > o.sharedNumbers[1] && int(b.numbers[1]) > o.sharedNumbers[1])
	x[fNumberShared] = min(1, o.numbers/8)
	x[fSeries] = flag(a.mold == b.mold && a.mold != 0 && hours >= seriesHours)
	x[fShort] = flag(min(a.allBits, b.allBits) < 40)
	x[fOneEmpty] = flag(a.text() != b.text())
	x[fSummaryLead] = min(1, float32(o.summaryLead)/10)
	if x[fSecond] != 0 {
		x[fEvenSecond] = flag(a.published%60 == 0)
		x[fBurst] = log2(uint32(o.burst)+1) / 3
		x[fSecondTitle] = x[fTitleContained]
	}
	x[fHoursTitle] = x[fHours] * x[fTitleContained]
	x[fHoursAll] = x[fHours] * x[fAllContained]
	x[fProduct] = x[fTitleJaccard] * x[fSummaryJaccard]
	if p, q := a.agencies(), b.agencies(); p != 0 && q != 0 {
		x[fAgency], x[fOtherAgency] = flag(p&q != 0), flag(p&q == 0)
	}
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

// dayBits is how many bits the date words of a title take.
const dayBits = 7 + 5 + 31

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

// FeatureNames are how evidence calls the features.
func FeatureNames() [Features]string { return featureNames }

// Timeless forgets when and by whom a pair was published. Collections of coverage say nothing about either: what editors put
// side by side has no dates and always another source, and what a crawler found in one minute is one story.
func (x *Vector) Timeless() {
	for _, i := range [...]int{
		fSourceTitle, fSourceRarest, fGap, fSecond, fEvenSecond, fBurst, fSecondTitle, fHoursTitle, fHoursAll,
	} {
		x[i] = 0
	}
}
