// Package words is what pages say around the news, in the languages that they are read in.
//
// It owns the words of the interface, their plural forms, and how a date is written. It does not own what desks and sources write, nor the
// notices of retraction, which feeds say as well (package format).
//
// To add a word, add a field to [Words] and say it in every language; a test finds the one that was forgotten.
package words

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/go-playground/locales"
)

// Words are the words of one language. They are never changed.
type Words struct {
	// Tag is the language (BCP 47).
	Tag string

	NewsFeed      string // the section label
	ShowMore      string // the link to what is older
	Newer         string // the link to what is newer
	Archive       string // what an archive page is called
	Published     string
	Updated       string
	Corrected     string
	Pinned        string
	Copy          string // the same text at another source
	AlsoCarriedBy string // before names
	Related       string
	ReadMore      string // the heading of what else there is
	ReadMoreAt    string // before a source's name
	Source        string // before a name, without a colon
	WhatChanged   string
	ShowTheWords  string // of what was changed
	Previous      string
	Next          string
	Nothing       string // where a list is empty
	NoDesk        string
	Feeds         string
	AllFeeds      string // the title of the list of addresses
	AllFeedsOf    string // its description, before the site's name
	FeedAdvice    string // what to do with an address
	AsOPML        string // a link to all of them
	Corrections   string // the feed of them
	Sources       string // the list of them
	Moved         string
	SkipToContent string
	Loading       string
	Embed         string // the link to the code for other sites
	EmbedAdvice   string // what to do with it
	CopyCode      string
	Copied        string
	Search        string
	SearchFor     string // the label of the field
	NoResults     string

	// Fields are the names of what a source changed: title, summary, body, picture.
	Fields map[string]string

	minutes forms // "2 min read"
	fresh   forms // "3 new"
	results forms // "12 results"

	locale locales.Translator
}

// Forms are the plural forms of a phrase, by CLDR category; %d is the number.
type forms map[locales.PluralRule]string

// For returns the words for the first of some languages that they are known in, English where that is none. A tag falls back to
// the language that it is of: de-AT to de (RFC 4647 §3.4).
func For(tags ...string) *Words {
	for _, tag := range tags {
		for tag = strings.ToLower(tag); tag != ""; {
			if make := languages[tag]; make != nil {
				return make()
			}
			cut := strings.LastIndexByte(tag, '-')
			tag = tag[:max(0, cut)]
		}
	}
	return english()
}

// Tags are the languages that there are words in.
func Tags() []string {
	var tags []string
	for tag := range languages {
		tags = append(tags, tag)
	}
	return tags
}

// Minutes says how long it takes to read something.
func (w *Words) Minutes(n int) string { return w.count(w.minutes, n) }

// Fresh says how many new items there are.
func (w *Words) Fresh(n int) string { return w.count(w.fresh, n) }

// Results says how many were found.
func (w *Words) Results(n int) string { return w.count(w.results, n) }

func (w *Words) count(f forms, n int) string {
	phrase, ok := f[w.locale.CardinalPluralRule(float64(n), 0)]
	if !ok {
		phrase = f[locales.PluralRuleOther]
	}
	return fmt.Sprintf(phrase, n)
}

// FreshForms are the phrases of [Words.Fresh] as a JSON object, by the names that Intl.PluralRules gives the categories: for scripts.
// The number is %d.
func (w *Words) FreshForms() string {
	names := map[string]string{}
	for rule, phrase := range w.fresh {
		names[strings.ToLower(rule.String())] = phrase
	}
	b, err := json.Marshal(names)
	if err != nil {
		panic(err) // strings can be written
	}
	return string(b)
}

// Time writes a moment as it is in its zone: the day and the minute.
func (w *Words) Time(t time.Time) string {
	return w.locale.FmtDateLong(t) + ", " + w.locale.FmtTimeShort(t)
}

// Day writes a day.
func (w *Words) Day(t time.Time) string { return w.locale.FmtDateLong(t) }

// Field is the name of what was changed.
func (w *Words) Field(name string) string {
	if word := w.Fields[name]; word != "" {
		return word
	}
	return name
}

// Direction is the way that these words are written: "ltr" or "rtl".
func (w *Words) Direction() string { return Direction(w.Tag) }

// Direction is the way that a language is written: "ltr" or "rtl".
func Direction(tag string) string {
	primary, rest, _ := strings.Cut(strings.ToLower(tag), "-")
	switch primary {
	case "ar", "arc", "ckb", "dv", "fa", "he", "iw", "ks", "nqo", "ps", "sd", "syr", "ug", "ur", "yi":
		if !strings.Contains(rest, "latn") {
			return "rtl"
		}
	default:
		if strings.Contains(rest, "arab") || strings.Contains(rest, "hebr") {
			return "rtl"
		}
	}
	return "ltr"
}
