package format

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"fmt"
	"strings"
	"time"
)

// SitemapType is the media type of sitemaps.
const SitemapType = "application/xml; charset=utf-8"

// MaxNews is how many articles a Google News sitemap may name.
const MaxNews = 1000

// NewsAge is how long an article stands in a Google News sitemap after it was published.
const NewsAge = 48 * time.Hour

// News is one article of a Google News sitemap.
type News struct {
	Link        string // the article's own page
	Publication string // the paper's name as readers know it; the site's title where it is empty
	Language    string // BCP 47; the site's where it is empty
	Published   time.Time
	Title       string
}

type sitemap struct {
	XMLName xml.Name     `xml:"urlset"`
	NS      string       `xml:"xmlns,attr"`
	News    string       `xml:"xmlns:news,attr"`
	URLs    []sitemapURL `xml:"url"`
}

type sitemapURL struct {
	Loc  string      `xml:"loc"`
	News sitemapNews `xml:"news:news"`
}

type sitemapNews struct {
	Name     string `xml:"news:publication>news:name"`
	Language string `xml:"news:publication>news:language"`
	Date     string `xml:"news:publication_date"`
	Title    string `xml:"news:title"`
}

// maxLoc is the longest address of a sitemap (sitemaps.org: less than 2,048 characters).
const maxLoc = 2047

// Sitemap writes a Google News sitemap of articles, in the order given, each address once and at most [MaxNews]. What has no
// title or address of its own is left out. Without any article it is empty, which is how it is meant to be then.
func Sitemap(articles []News, site Site) ([]byte, error) {
	doc := sitemap{NS: "http://www.sitemaps.org/schemas/sitemap/0.9", News: "http://www.google.com/schemas/sitemap-news/0.9"}
	seen := map[string]bool{}
	for i := range articles {
		a := &articles[i]
		loc, title := Address(a.Link), Line(a.Title)
		if loc == "" || title == "" || len(loc) > maxLoc || seen[loc] || a.Published.IsZero() {
			continue
		}
		seen[loc] = true
		doc.URLs = append(doc.URLs, sitemapURL{loc, sitemapNews{
			Name: cmp.Or(Line(a.Publication), Line(site.Title), site.URL), Language: newsLanguage(cmp.Or(a.Language, site.Language, "en")),
			Date: a.Published.UTC().Truncate(time.Second).Format(time.RFC3339), Title: title,
		}})
		if len(doc.URLs) == MaxNews {
			break
		}
	}
	var b bytes.Buffer
	b.WriteString(xml.Header)
	enc := xml.NewEncoder(&b)
	enc.Indent("", "  ")
	if err := enc.Encode(&doc); err != nil {
		return nil, fmt.Errorf("sitemap: %w", err)
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}

// newsLanguage is a language as Google News has them: an ISO 639 code of two or three letters, but Chinese by its script.
func newsLanguage(tag string) string {
	tag = strings.ToLower(tag)
	primary, rest, _ := strings.Cut(tag, "-")
	if primary != "zh" {
		return primary
	}
	for part := range strings.SplitSeq(rest, "-") {
		switch part {
		case "hant", "tw", "hk", "mo":
			return "zh-tw"
		}
	}
	return "zh-cn"
}
