package learn

import (
	"hash/fnv"
	"math/bits"
	"strings"
	"testing"
	"time"
	"unicode"

	"deskwire/aggregator/match/alike"
)

// What others do, for comparison: an item joins the newest one, within 72 hours, that it equals by the method.

// baselineHours is how far apart two items may lie for the baselines.
const baselineHours = 72 * time.Hour

func wordsOf(it *alike.Item) []uint64 {
	var out []uint64
	for w := range strings.FieldsFuncSeq(strings.ToLower(it.Title+" "+it.Summary), func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) }) {
		h := fnv.New64a()
		h.Write([]byte(w))
		out = append(out, scatter(h.Sum64()))
	}
	return out
}

func scatter(h uint64) uint64 {
	h = (h ^ h>>33) * 0xff51afd7ed558ccd
	h = (h ^ h>>33) * 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

// joined groups a set: keys are the buckets an item is looked up in, same decides about two items of one.
func joined(s *Set, keys func(i int) []uint64, same func(i, j int) bool) []int {
	const newest = 64 // of one bucket
	buckets := map[uint64][]int{}
	group := make([]int, len(s.Items))
	for i := range s.Items {
		group[i] = i
		ks := keys(i)
		best := -1
		for _, k := range ks {
			for _, j := range buckets[k] {
				if j > best && s.Items[i].Published.Sub(s.Items[j].Published) <= baselineHours && same(i, j) {
					best = j
				}
			}
		}
		if best >= 0 {
			group[i] = group[best]
		}
		for _, k := range ks {
			b := append(buckets[k], i)
			buckets[k] = b[max(0, len(b)-newest):]
		}
	}
	return group
}

func exactTitle(s *Set) []int {
	return joined(s, func(i int) []uint64 {
		h := fnv.New64a()
		n := 0
		for _, c := range strings.ToLower(s.Items[i].Title) {
			if unicode.IsLetter(c) || unicode.IsDigit(c) {
				h.Write([]byte(string(c)))
				n++
			}
		}
		if n == 0 {
			return nil
		}
		return []uint64{h.Sum64()}
	}, func(int, int) bool { return true })
}

func simHash(most int) func(s *Set) []int {
	return func(s *Set) []int {
		sums := make([]uint64, len(s.Items))
		return joined(s, func(i int) []uint64 {
			var votes [64]int
			words := wordsOf(&s.Items[i])
			if len(words) == 0 {
				return nil
			}
			for _, w := range words {
				for b := range votes {
					votes[b] += int(w>>b&1)*2 - 1
				}
			}
			for b, v := range votes {
				if v > 0 {
					sums[i] |= 1 << b
				}
			}
			ks := make([]uint64, 0, 8) // of eight bytes one is the same where at most seven bits differ
			for b := range uint64(8) {
				ks = append(ks, b<<8|sums[i]>>(8*b)&255|sums[i]>>(8*((b+1)%8))&15<<16)
			}
			return ks
		}, func(i, j int) bool { return bits.OnesCount64(sums[i]^sums[j]) <= most })
	}
}

func minHash(least float64) func(s *Set) []int {
	const hashes, rows = 128, 4
	return func(s *Set) []int {
		sums := make([][hashes]uint32, len(s.Items))
		return joined(s, func(i int) []uint64 {
			words := wordsOf(&s.Items[i])
			if len(words) == 0 {
				return nil
			}
			m := &sums[i]
			for k := range m {
				m[k] = 1<<32 - 1
				for _, w := range words {
					m[k] = min(m[k], uint32(scatter(w+uint64(k)*0x9E3779B97F4A7C15)))
				}
			}
			ks := make([]uint64, 0, hashes/rows)
			for k := 0; k < hashes; k += rows {
				h := uint64(k)
				for _, v := range m[k : k+rows] {
					h = scatter(h ^ uint64(v))
				}
				ks = append(ks, h)
			}
			return ks
		}, func(i, j int) bool {
			n := 0
			for k := range hashes {
				if sums[i][k] == sums[j][k] {
					n++
				}
			}
			return float64(n) >= least*hashes
		})
	}
}

// BenchmarkGroup groups the labelled sets by deskwire and by what others do, and reports how right that is.
func BenchmarkGroup(b *testing.B) {
	methods := []struct {
		name  string
		group func(s *Set, l alike.Level) []int
	}{
		{"exact", func(s *Set, _ alike.Level) []int { return exactTitle(s) }},
		{"simhash3", func(s *Set, _ alike.Level) []int { return simHash(3)(s) }},
		{"simhash7", func(s *Set, _ alike.Level) []int { return simHash(7)(s) }},
		{"minhash.7", func(s *Set, _ alike.Level) []int { return minHash(.7)(s) }},
		{"minhash.5", func(s *Set, _ alike.Level) []int { return minHash(.5)(s) }},
		{"deskwire", func(s *Set, l alike.Level) []int { return Group(s, alike.Default(), l) }},
	}
	for _, set := range []struct {
		name  string
		level alike.Level
	}{{"versions", alike.Version}, {"copy_titleview", alike.Copy}, {"copy_summaryview", alike.Copy}, {"story_allsides", alike.Coverage}, {"story_uci", alike.Coverage}} {
		b.Run(set.name, func(b *testing.B) {
			s := load(b, set.name)
			for _, m := range methods {
				b.Run(m.name, func(b *testing.B) {
					var pred []int
					for b.Loop() {
						pred = m.group(s, set.level)
					}
					score, cross := Measure(s, set.level, pred)
					b.ReportMetric(float64(b.N*len(s.Items))/b.Elapsed().Seconds(), "items/s")
					if cross != nil {
						b.ReportMetric(cross.Recall, "recall")
						b.ReportMetric(float64(cross.Merged), "merged")
						return
					}
					b.ReportMetric(score.ARI, "ARI")
					b.ReportMetric(score.PairPrecision, "precision")
					b.ReportMetric(score.F1, "BCubed")
				})
			}
		})
	}
}
