package parse

import (
	"testing"
	"time"

	"deskwire"
)

// A transcript that comes later is a change; another token in its address is none.
func TestEpisodeDigest(t *testing.T) {
	t.Parallel()
	of := func(change func(*deskwire.Episode)) uint64 {
		a := deskwire.Article{Title: "T", Episode: &deskwire.Episode{Number: 7, Chapters: "https://a.example/c.json?t=1", Transcripts: []deskwire.Transcript{{URL: "https://a.example/t.vtt?t=1"}}}}
		change(a.Episode)
		return digest(&a, "words")
	}
	same := of(func(*deskwire.Episode) {})
	for name, c := range map[string]struct {
		change func(*deskwire.Episode)
		counts bool
	}{
		"token": {func(e *deskwire.Episode) {
			e.Transcripts[0].URL, e.Chapters = "https://a.example/t.vtt?t=2", "https://a.example/c.json"
		}, false},
		"subtitle": {func(e *deskwire.Episode) { e.Subtitle = "New" }, false},
		"transcript": {func(e *deskwire.Episode) {
			e.Transcripts = append(e.Transcripts, deskwire.Transcript{URL: "https://a.example/t.html"})
		}, true},
		"chapters": {func(e *deskwire.Episode) { e.Chapters = "https://a.example/c2.json" }, true},
		"number":   {func(e *deskwire.Episode) { e.Number = 8 }, true},
		"person":   {func(e *deskwire.Episode) { e.People = append(e.People, deskwire.Participant{Name: "Jo Roe"}) }, true},
	} {
		if got := of(c.change) != same; got != c.counts {
			t.Errorf("%s: a change is %t, want %t", name, got, c.counts)
		}
	}
}

func TestEpisodeNumbers(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]int{"12": 12, " 12.5 ": 12, "0": 0, "-1": 0, "twelve": 0, "": 0, "20260503": 0, "999999999999999999999": 0} {
		if got := ordinal(in); got != want {
			t.Errorf("ordinal(%q) = %d, want %d", in, got, want)
		}
	}
	for in, want := range map[string]time.Duration{"73.5": 73500 * time.Millisecond, "60": time.Minute, "0": 0, "-3": 0, "NaN": 0, "Inf": 0, "1e99": 0, "x": 0} {
		if got := secondsOf(in); got != want {
			t.Errorf("secondsOf(%q) = %v, want %v", in, got, want)
		}
	}
}
