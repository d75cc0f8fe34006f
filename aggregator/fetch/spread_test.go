package fetch

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"deskwire"
)

// Ten thousand sources that are all asked in the first minute do not stay together: from the third hour on no minute has much more than its
// share of requests, nor has the first one of the hour, under a daemon and under an hourly cron as far as cron leaves a choice.
func TestSpread(t *testing.T) {
	t.Parallel()
	const (
		sources = 10_000
		days    = 2
	)
	for name, cron := range map[string]time.Duration{"a daemon": time.Minute, "cron every five minutes": 5 * time.Minute} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(1, 2))
			src := deskwire.Source{Name: "s", URL: feed}
			states := make([]deskwire.SourceState, sources)
			start := noon.Truncate(time.Hour)
			steps := int(days * Day / cron)
			asked := make([]int, steps)
			at := make([][]int, steps+1) // which sources are due at a step; the last is after the end
			for i := range states {
				at[0] = append(at[0], i)
			}
			for step := range steps {
				now := start.Add(time.Duration(step) * cron)
				due := at[step]
				asked[step] = len(due)
				for _, i := range due {
					res := Result{Status: 304, Reached: true, FinalURL: feed}
					if step == 0 {
						res = Result{Status: 200, Reached: true, FinalURL: feed, ETag: `"a"`, Read: true, BodyHash: 1}
					}
					if r.IntN(4) == 0 { // some have news
						res.Read, res.Status, res.ETag = true, 200, `"a"`
						res.Dates = []time.Time{now.Add(-10 * time.Minute)}
					}
					last := states[i].LastTry
					states[i], _ = After(&src, states[i], res, now, 2*r.Float64()-1)
					states[i] = Part(&src, states[i], last, now, len(due), r.Float64())
					next := int((Next(&src, &states[i], now).Sub(start) + cron - 1) / cron)
					at[min(next, steps)] = append(at[min(next, steps)], i)
				}
			}
			perHour := int(time.Hour / cron)
			settled := asked[3*perHour:]
			sum := 0
			var full int // at the full hour
			for i, n := range settled {
				sum += n
				if i%perHour == 0 {
					full += n
				}
			}
			mean := float64(sum) / float64(len(settled))
			most := float64(slices.Max(settled))
			share := float64(full) / float64(sum) * float64(perHour)
			t.Logf("%d requests in the first step, later %.0f on average and %.0f at most (%.1fx); at the full hour %.2fx of the average", asked[0], mean, most, most/mean, share)
			if asked[0] != sources || most > 3*mean || share > 1.5 {
				t.Error("they stay together")
			}
			for i, n := range asked[1:] {
				if float64(n) > sources/8 {
					t.Errorf("step %d has %d requests", i+1, n)
				}
			}
		})
	}
}
