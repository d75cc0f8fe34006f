package deskwire

import "time"

// An Episode is what podcasts say of an article that is to be listened to or watched, beyond its files (the vocabularies of
// Apple and of Podcasting 2.0). Its sound and its picture stand in Article.Media, with their running time.
//
// All strings are plain text, all addresses absolute http or https. An Episode is not changed after it was made.
type Episode struct {
	Number      int           `json:"number,omitempty"`      // 0 when unknown
	Name        string        `json:"name,omitempty"`        // how the number is to be shown: "12a"
	Season      int           `json:"season,omitempty"`      // 0 when unknown
	SeasonName  string        `json:"season_name,omitempty"` // how the season is to be shown: "Summer of heat"
	Kind        EpisodeKind   `json:"kind,omitempty"`
	Explicit    bool          `json:"explicit,omitempty"` // not for children
	Subtitle    string        `json:"subtitle,omitempty"`
	Transcripts []Transcript  `json:"transcripts,omitempty"` // of one text in several forms and languages
	Chapters    string        `json:"chapters,omitempty"`    // address of the list of chapters
	People      []Participant `json:"people,omitempty"`      // in the source's order
	Soundbites  []Soundbite   `json:"soundbites,omitempty"`  // parts worth quoting
	Place       string        `json:"place,omitempty"`       // what the episode is about: "Odesa, Ukraine"
	License     string        `json:"license,omitempty"`     // SPDX identifier or the name of a licence
}

// EpisodeKind says what an episode is within its podcast: "full", "trailer", "bonus", or "" when the source does not say.
type EpisodeKind string

// A Transcript is the words of an episode.
type Transcript struct {
	URL      string `json:"url"`
	Type     string `json:"type,omitempty"`     // media type: "text/vtt"
	Language string `json:"language,omitempty"` // BCP 47; "" is the article's
	Captions bool   `json:"captions,omitempty"` // made to be shown while it plays
}

// A Participant is somebody who is heard in an episode or made it.
type Participant struct {
	Name    string `json:"name"`
	Role    string `json:"role,omitempty"` // "host", "guest", "editor"; "" is a host
	URL     string `json:"url,omitempty"`
	Picture string `json:"picture,omitempty"`
}

// A Soundbite is a part of an episode.
type Soundbite struct {
	Start    time.Duration `json:"start"` // from the beginning
	Duration time.Duration `json:"duration"`
	Title    string        `json:"title,omitempty"`
}
