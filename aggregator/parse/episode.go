package parse

import (
	"strconv"
	"strings"
	"time"

	"github.com/cespare/xxhash/v2"
	ext "github.com/mmcdole/gofeed/extensions"

	"deskwire"
)

// What one episode may hold; what is beyond is left out.
const (
	maxTranscripts = 16 // forms and languages of one text
	maxPeople      = 32 // as authors
	maxSoundbites  = 32
	maxOrdinal     = 1_000_000 // of an episode or a season; some number them by date
)

// episode reads the podcast vocabularies of an item (Apple's, Podcasting 2.0). It is nil where they say nothing about one: a
// picture or a keyword alone makes no episode.
func (r *reader) episode(x ext.Extensions, base string) *deskwire.Episode {
	it, pod := x["itunes"], x["podcast"]
	if len(pod) == 0 && r.scan.podcast != "" {
		pod = x[r.scan.podcast]
	}
	if len(it)+len(pod) == 0 {
		return nil
	}
	e := &deskwire.Episode{
		Number:   ordinal(or(child(pod, "episode"), child(it, "episode"))),
		Season:   ordinal(or(child(pod, "season"), child(it, "season"))),
		Kind:     episodeKind(or(child(it, "episodeType"), child(it, "episodetype"))),
		Explicit: explicit(child(it, "explicit")),
		Subtitle: plainText(child(it, "subtitle"), maxTitle),
	}
	for _, el := range pod["episode"] {
		e.Name = or(e.Name, plainText(el.Attrs["display"], maxName))
	}
	for _, el := range pod["season"] {
		e.SeasonName = or(e.SeasonName, plainText(el.Attrs["name"], maxName))
	}
	for _, el := range pod["transcript"] {
		if addr := r.absolute(el.Attrs["url"], base); addr != "" && len(e.Transcripts) < maxTranscripts {
			e.Transcripts = append(e.Transcripts, deskwire.Transcript{
				URL: addr, Type: mediaType(el.Attrs["type"], ""), Language: language(el.Attrs["language"]), Captions: strings.EqualFold(el.Attrs["rel"], "captions"),
			})
		}
	}
	for _, el := range pod["chapters"] {
		e.Chapters = or(e.Chapters, r.absolute(el.Attrs["url"], base))
	}
	for _, el := range pod["person"] {
		if name := plainText(el.Value, maxName); name != "" && len(e.People) < maxPeople {
			e.People = append(e.People, deskwire.Participant{
				Name: name, Role: strings.ToLower(plainText(el.Attrs["role"], maxName)), URL: r.absolute(el.Attrs["href"], base), Picture: r.absolute(el.Attrs["img"], base),
			})
		}
	}
	for _, el := range pod["soundbite"] {
		if d := secondsOf(el.Attrs["duration"]); d > 0 && len(e.Soundbites) < maxSoundbites {
			e.Soundbites = append(e.Soundbites, deskwire.Soundbite{Start: secondsOf(el.Attrs["startTime"]), Duration: d, Title: plainText(el.Value, maxTitle)})
		}
	}
	e.Place = plainText(child(pod, "location"), maxName)
	e.License = plainText(child(pod, "license"), maxName)
	if bare(e) {
		return nil
	}
	return e
}

// bare reports whether an episode says nothing that makes it one: many articles carry "explicit: no" and a subtitle.
func bare(e *deskwire.Episode) bool {
	return e.Number == 0 && e.Season == 0 && e.Name == "" && e.Kind == "" && !e.Explicit && len(e.Transcripts)+len(e.People)+len(e.Soundbites) == 0 &&
		e.Chapters == "" && e.Place == "" && e.License == ""
}

// ordinal is the whole number that a number of an episode begins with: Podcasting 2.0 allows fractions.
func ordinal(s string) int {
	s, _, _ = strings.Cut(strings.TrimSpace(s), ".")
	if n := number(s); n <= maxOrdinal {
		return int(n)
	}
	return 0
}

func episodeKind(s string) deskwire.EpisodeKind {
	switch s = strings.ToLower(strings.TrimSpace(s)); s {
	case "full", "trailer", "bonus":
		return deskwire.EpisodeKind(s)
	}
	return ""
}

func explicit(s string) bool {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "true", "yes", "explicit":
		return true
	}
	return false
}

// secondsOf reads seconds with a fraction.
func secondsOf(s string) time.Duration {
	f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || !(f > 0) || f > maxDuration {
		return 0
	}
	return time.Duration(f * float64(time.Second)).Truncate(time.Millisecond)
}

// digestEpisode adds to a digest what a listener would notice. Parameters of addresses are left out: they say who reads.
func digestEpisode(h *xxhash.Digest, e *deskwire.Episode) {
	if e == nil {
		return
	}
	text := func(s string) {
		h.WriteString(s)
		h.Write([]byte{0})
	}
	where := func(addr string) {
		addr, _, _ = strings.Cut(addr, "?")
		text(addr)
	}
	text("episode " + strconv.Itoa(e.Season) + "." + strconv.Itoa(e.Number) + e.Name)
	for i := range e.Transcripts {
		where(e.Transcripts[i].URL)
	}
	where(e.Chapters)
	for i := range e.People {
		text(e.People[i].Name + " " + e.People[i].Role)
	}
}
