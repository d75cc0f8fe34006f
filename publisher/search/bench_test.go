package search

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"deskwire"
	"deskwire/publisher"
)

// inventor writes articles with words as common as those of a language: few words are most of a text.
type inventor struct {
	rnd   *rand.Rand
	words *rand.Zipf
}

func newInventor() *inventor {
	rnd := rand.New(rand.NewPCG(1, 2))
	return &inventor{rnd, rand.NewZipf(rnd, 1.1, 4, 200_000)}
}

// name is the word of that rank.
func name(rank uint64) string {
	const syllables = "bacedifoguhajekilomunaperisotuvawexyzo"
	var b strings.Builder
	for rank += 19; rank > 0; rank /= 19 {
		b.WriteString(syllables[2*(rank%19) : 2*(rank%19)+2])
	}
	return b.String()
}

func (v *inventor) text(n int) string {
	var b strings.Builder
	for range n {
		b.WriteString(name(v.words.Uint64()))
		b.WriteByte(' ')
	}
	return b.String()
}

func (v *inventor) story(i int) *publisher.Found {
	f := found(v.text(9), v.text(30), "<p>"+v.text(260)+"</p>")
	f.Item.Story = deskwire.ID(fmt.Sprintf("%016d", i))
	f.Item.Placed = time.Unix(1_700_000_000+int64(v.rnd.IntN(40_000_000)), 0)
	return f
}

// BenchmarkSearch measures an index of as many invented articles as DESKWIRE_SEARCH says, of some 300 words each: how long it takes to
// build, its size, and how long questions take with 20 results compared and marked. Reading these from a store is not in it.
func BenchmarkSearch(b *testing.B) {
	n, err := strconv.Atoi(os.Getenv("DESKWIRE_SEARCH"))
	if err != nil || n <= 0 {
		b.Skip("DESKWIRE_SEARCH does not say how many articles")
	}
	folder := filepath.Join(b.TempDir(), "index")
	c, err := openCatalogue(folder)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { c.close() }()
	v, start, kept := newInventor(), time.Now(), map[deskwire.ID]*publisher.Found{}
	for i := 0; i < n; i += step {
		var entries []entry
		for k := range min(step, n-i) {
			f := v.story(i + k)
			if entries = append(entries, entry{f.Item.Story, f, time.Time{}}); len(kept) < PageResults {
				kept[f.Item.Story] = f
			}
		}
		if err := c.put(entries, stamp{Version: version}); err != nil {
			b.Fatal(err)
		}
	}
	built := time.Since(start)
	var bytes int64
	files, _ := filepath.Glob(filepath.Join(folder, "*"))
	for _, file := range files {
		if info, err := os.Stat(file); err == nil {
			bytes += info.Size()
		}
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.Logf("%d articles: built in %v, %d bytes an article in %d files, %d MB from the system, resident: %s", n, built.Round(time.Second), bytes/int64(n), len(files), m.Sys>>20, resident())
	common, middle, rare := name(0), name(300), name(90_000)
	for _, question := range []struct{ kind, text string }{
		{"common", common}, {"rare", rare}, {"three common", common + " " + name(1) + " " + name(2)}, {"common and rare", common + " " + rare},
		{"phrase of common", `"` + common + " " + name(1) + `"`}, {"phrase", `"` + middle + " " + common + `"`}, {"without", middle + " -" + name(1)}, {"begins", middle[:4] + "*"},
	} {
		b.Run(question.kind, func(b *testing.B) {
			q, err := Parse(question.text)
			if err != nil {
				b.Fatal(err)
			}
			var took []time.Duration
			hits := 0
			for b.Loop() {
				start := time.Now()
				ids, err := c.find(b.Context(), &q, PageResults+1+spare)
				if err != nil {
					b.Fatal(err)
				}
				hits = len(ids)
				for _, f := range kept {
					t := textOf(&f.Item)
					if q.matches(f, t) {
						q.result(f, t)
					}
				}
				took = append(took, time.Since(start))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms-median")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "ms-p99")
			b.ReportMetric(float64(hits), "hits")
		})
	}
}

// resident is how much memory the process has, mapped files included, as the system counts it.
func resident() string {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return "unknown"
	}
	var all []string
	for line := range strings.Lines(string(status)) {
		if strings.HasPrefix(line, "VmHWM") || strings.HasPrefix(line, "RssAnon") || strings.HasPrefix(line, "RssFile") {
			all = append(all, strings.Join(strings.Fields(line), " "))
		}
	}
	return strings.Join(all, ", ")
}
