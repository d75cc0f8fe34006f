package web

import (
	"cmp"
	"encoding/json"
	"html/template"
	"strings"
	"time"

	"deskwire"
	"deskwire/publisher"
	"deskwire/publisher/format"
)

// An articleHead is what a story's page says to programs.
type articleHead struct {
	NoIndex bool
	Linked  template.JS
}

// A property is one of the Open Graph protocol.
type property struct{ Name, Content string }

// graph says what kind of thing the page is, and what all kinds have.
func (pg *page) graph(kind, title string) {
	pg.say("og:type", kind)
	pg.say("og:title", title)
	pg.say("og:url", pg.Canonical)
	pg.say("og:site_name", pg.Site)
	pg.say("og:description", pg.Description)
}

// say adds a property that there is something to say of.
func (pg *page) say(name, content string) {
	if content != "" {
		pg.Properties = append(pg.Properties, property{name, content})
	}
}

// head says to programs what the page shows: nothing that it does not show, and nothing that is not so. What belongs to another
// is not said to be ours.
func (p *Pages) head(v *articleView, sp *publisher.StoryPage, site *format.Site, pg *page) {
	item := &sp.Item
	language := cmp.Or(format.Line(item.Article.Language), pg.Language)
	pg.graph("article", v.Title)
	pg.say("og:locale", strings.ReplaceAll(language, "-", "_"))
	picture := ""
	if v.Picture != nil {
		picture = absolute(v.Picture.Large, site)
	}
	if pg.say("og:image", picture); picture != "" {
		pg.say("og:image:alt", v.Picture.Alt)
	}
	pg.say("article:published_time", v.Published.Machine)
	pg.say("article:modified_time", v.Updated.Machine)
	pg.say("article:section", v.Desk.Title)
	v.Head.Linked = linked(v, item, site, pg, language, picture)
}

// absolute is an address of the site's own with its host.
func absolute(addr string, site *format.Site) string {
	if strings.HasPrefix(addr, "/") {
		return site.URL + strings.TrimPrefix(addr, site.Root())
	}
	return addr
}

// newsArticle is https://schema.org/NewsArticle, as far as we know anything.
type newsArticle struct {
	Context     string           `json:"@context"`
	Type        string           `json:"@type"`
	Headline    string           `json:"headline"`
	Description string           `json:"description,omitempty"`
	URL         string           `json:"url"`
	Main        string           `json:"mainEntityOfPage"`
	Published   string           `json:"datePublished"`
	Modified    string           `json:"dateModified"`
	Language    string           `json:"inLanguage,omitempty"`
	Section     string           `json:"articleSection,omitempty"`
	Words       int              `json:"wordCount,omitempty"`
	Image       []imageObject    `json:"image,omitempty"`
	Author      []party          `json:"author,omitempty"`
	Publisher   *party           `json:"publisher"`
	Distributor *party           `json:"sdPublisher,omitempty"` // who passes it on and wrote this, where that is not the publisher
	BasedOn     string           `json:"isBasedOn,omitempty"`   // the origin's article
	Rights      string           `json:"copyrightNotice,omitempty"`
	Corrections []correctionNote `json:"correction,omitempty"`
}

type imageObject struct {
	Type    string `json:"@type"`
	URL     string `json:"url"`
	Width   int    `json:"width,omitempty"`
	Height  int    `json:"height,omitempty"`
	Caption string `json:"caption,omitempty"`
	Credit  string `json:"creditText,omitempty"`
}

// A party is a person or an organization.
type party struct {
	Type string `json:"@type"`
	Name string `json:"name"`
	URL  string `json:"url,omitempty"`
}

type correctionNote struct {
	Type string `json:"@type"`
	Text string `json:"text"`
	At   string `json:"datePublished"`
}

const organization = "NewsMediaOrganization"

// linked is the page as linked data. The encoder escapes <, >, & and the two separators that end a line in scripts, so nothing in
// it ends the element that it stands in.
func linked(v *articleView, item *deskwire.Item, site *format.Site, pg *page, language, picture string) template.JS {
	ours := party{organization, pg.Site, site.URL + "/"}
	doc := newsArticle{
		Context: "https://schema.org", Type: "NewsArticle", Headline: v.Title, Description: pg.Description, URL: site.Article(item.Story), Main: pg.Canonical,
		Published: item.Published.UTC().Format(time.RFC3339), Modified: item.Updated.UTC().Format(time.RFC3339), Language: language, Section: v.Desk.Title,
		Publisher: &ours, Rights: v.Rights,
	}
	if v.Body != "" {
		doc.Words = item.Article.Words
	}
	if !v.Own {
		doc.Publisher, doc.Distributor = &party{organization, v.Origin.Title, v.Origin.URL}, &ours
		doc.BasedOn = v.Onward.URL
	}
	if picture != "" {
		width, height := v.Picture.largest()
		doc.Image = []imageObject{{"ImageObject", picture, width, height, v.Picture.Caption, v.Picture.Credit}}
	}
	for _, a := range v.Authors {
		doc.Author = append(doc.Author, party{"Person", a.Title, a.URL})
	}
	if len(doc.Author) == 0 {
		for _, name := range v.Agencies {
			doc.Author = append(doc.Author, party{organization, name, ""})
		}
	}
	if len(doc.Author) == 0 {
		doc.Author = []party{*doc.Publisher}
	}
	for i := range v.Corrections {
		doc.Corrections = append(doc.Corrections, correctionNote{"CorrectionComment", v.Corrections[i].Text, v.Corrections[i].At.Machine})
	}
	b, err := json.Marshal(&doc)
	if err != nil {
		return "null" // it is plain strings and numbers
	}
	return template.JS(b)
}
