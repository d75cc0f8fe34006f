package parse

import (
	"slices"
	"strconv"
	"strings"
	"time"

	ext "github.com/mmcdole/gofeed/extensions"
	"github.com/mmcdole/gofeed/rss"

	"deskwire"
)

// maxHint bounds what a feed may ask for; the schedule has limits of its own.
const maxHint = 365 * 24 * time.Hour

// rssHints reads when the feed wishes to be asked again: ttl in minutes, skipHours in GMT, skipDays, sy:*.
func rssHints(feed *rss.Feed) deskwire.Hints {
	h := syHints(feed.Extensions)
	if n, err := strconv.ParseFloat(strings.TrimSpace(feed.TTL), 64); err == nil && n > 0 {
		h.TTL = time.Duration(min(n*float64(time.Minute), float64(maxHint)))
	}
	for _, s := range feed.SkipHours {
		// RSS 2.0 counts 0 to 23, RSS 0.91 counted 1 to 24.
		if n, err := strconv.Atoi(strings.TrimSpace(s)); err == nil && n >= 0 && n <= 24 && !slices.Contains(h.SkipHours, n%24) {
			h.SkipHours = append(h.SkipHours, n%24)
		}
	}
	for _, s := range feed.SkipDays {
		for d := time.Sunday; d <= time.Saturday; d++ {
			if name := strings.TrimSpace(s); len(name) >= 3 && strings.EqualFold(name[:3], d.String()[:3]) && !slices.Contains(h.SkipDays, d) {
				h.SkipDays = append(h.SkipDays, d)
			}
		}
	}
	slices.Sort(h.SkipHours)
	slices.Sort(h.SkipDays)
	return h
}

// syHints reads the syndication module of RSS 1.0: so many times in a period.
func syHints(x ext.Extensions) deskwire.Hints {
	if len(x["sy"]) == 0 {
		return deskwire.Hints{}
	}
	const day = 24 * time.Hour
	period := map[string]time.Duration{
		"hourly": time.Hour, "daily": day, "weekly": 7 * day, "monthly": 30 * day, "yearly": 365 * day,
	}[strings.ToLower(first(x, "sy", "updatePeriod"))]
	if n := number(first(x, "sy", "updateFrequency")); n > 1 {
		period /= time.Duration(min(n, int64(day)))
	}
	return deskwire.Hints{Period: period}
}
