package web

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"time"

	"golang.org/x/net/html"

	"deskwire"
	"deskwire/publisher"
	"deskwire/publisher/format"
	"deskwire/publisher/search"
)

// rehearse renders every kind of page of made-up news that have everything a page can show, so that a template which can not be
// used is known before a reader meets it.
func (p *Pages) rehearse() error {
	site := format.Site{URL: "https://sample.invalid", ID: "sample.invalid,2026", Title: "Sample", Language: "en", Finds: true}
	ch := deskwire.Channel{Kind: deskwire.Desk, Name: "sample", Title: "Sample", Description: "Sample.", Policy: deskwire.Policy{Limit: 50}}
	ch.Face = deskwire.Face{Byline: "Byline", Bio: "Bio.", Picture: "https://sample.invalid/face.png", Contact: "desk@sample.invalid"}
	var errs []error
	look := func(s specimen) {
		if s.err == nil && strings.HasSuffix(s.template, ".html") {
			s.err = obeys(s.body)
		}
		if s.err != nil {
			errs = append(errs, fmt.Errorf("theme.templates: %s: %w: %w", s.template, s.err, deskwire.ErrInvalid))
		}
	}
	for s := range p.specimens(publisher.Samples(&ch), publisher.SampleArchive(&ch), &site) {
		look(s)
	}
	for s := range p.specimens(nil, &deskwire.Edition{Channel: ch, Updated: time.Unix(0, 0)}, &site) {
		look(s)
	}
	if len(errs) > 3 { // one mistake is on many pages
		errs = errs[:3]
	}
	return errors.Join(errs...)
}

// A specimen is a page of one kind, and the template it was made with.
type specimen struct {
	kind, template string
	body           []byte
	err            error
}

// specimens are pages of all kinds: one of each story, and of the others what they are with the edition's items.
func (p *Pages) specimens(stories []*publisher.StoryPage, ed *deskwire.Edition, site *format.Site) iter.Seq[specimen] {
	return func(yield func(specimen) bool) {
		more := true
		put := func(kind, template string) func([]byte, error) {
			return func(body []byte, err error) {
				more = more && yield(specimen{kind, template, body, err})
			}
		}
		for _, s := range stories {
			kind, template := "article-carried", "article.html"
			if !s.Withdrawn.IsZero() {
				kind, template = "withdrawn", "notice.html"
			} else if s.Item.Source.Own {
				kind = "article-own"
			}
			put(kind, template)(p.Article(s, *site))
		}
		put("moved", "notice.html")(p.Moved(site.URL+"/", &ed.Channel, *site))
		put("archive", "channel.html")(p.Archive(ed, *site))
		now := *ed
		now.Page, now.Newer = deskwire.ArchivePage{}, deskwire.ArchivePage{}
		put("channel", "channel.html")(p.Channel(&now, *site))
		put("index", "index.html")(p.Index([]*deskwire.Edition{&now}, *site))
		put("feeds", "feeds.html")(p.Feeds([]deskwire.Channel{ed.Channel}, *site))
		embeds, err := p.Embeds(&now, *site)
		if err != nil {
			put("frame", "embed.html")(nil, err) // the error says in which template
		}
		for _, e := range embeds {
			of := embedKinds[e.File]
			put(of.kind, of.template)(e.Body, nil)
		}
		v := &searchView{Action: searchPath, Most: search.MaxQuery, Number: 1}
		put("search", "search.html")(p.search(v, site))
		found := search.Results{Whole: true}
		for i := range ed.Items {
			a := &ed.Items[i].Article
			words := []search.Span{{Text: a.Summary}, {Text: "sample", Hit: true}}
			found.Found = append(found.Found, search.Result{
				Found: &publisher.Found{Item: ed.Items[i], Channel: ed.Channel}, Title: []search.Span{{Text: a.Title, Hit: true}}, Summary: words, Excerpt: words,
			})
		}
		p.fill(v, &search.Query{Text: "sample"}, &found, site)
		put("found", "search.html")(p.search(v, site))
	}
}

// embedKinds says what the files of an embedded channel are.
var embedKinds = map[string]struct{ kind, template string }{
	publisher.EmbedFile: {"frame", "embed.html"}, publisher.FragmentFile: {"fragment", "fragment.html"}, publisher.EmbedCodeFile: {"code", "code.html"},
	publisher.OEmbedFile: {"oembed", "oembed.json"},
}

// obeys finds what the policy of pages would keep a browser from doing, quietly.
func obeys(body []byte) error {
	z := html.NewTokenizer(strings.NewReader(string(body)))
	for {
		switch z.Next() {
		case html.ErrorToken:
			if err := z.Err(); !errors.Is(err, io.EOF) {
				return err
			}
			return nil
		case html.StartTagToken, html.SelfClosingTagToken:
			token := z.Token()
			attr := map[string]string{}
			for _, a := range token.Attr {
				attr[a.Key] = a.Val
				if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
					return fmt.Errorf("<%s %s=...>: the pages' policy lets nothing inside them act or style; use a class and the style sheet of the theme", token.Data, a.Key)
				}
			}
			src := attr["src"]
			if token.Data == "link" && strings.EqualFold(attr["rel"], "stylesheet") {
				src = attr["href"]
			}
			switch {
			case token.Data == "style", token.Data == "script" && src == "" && attr["type"] != "application/ld+json":
				return fmt.Errorf("<%s>: the pages' policy lets nothing inside them act or style; use the style sheet of the theme", token.Data)
			case (token.Data == "script" || token.Data == "link" || token.Data == "iframe") && strings.Contains(src, "//") && !strings.HasPrefix(src, "https://sample.invalid/"):
				return fmt.Errorf("<%s>: %s: pages load nothing from other sites", token.Data, src)
			}
		}
	}
}
