package web

import (
	"errors"
	"fmt"
	"io"
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
	site := format.Site{URL: "https://sample.invalid", ID: "sample.invalid,2026", Title: "Sample", Language: "en"}
	ch := deskwire.Channel{Kind: deskwire.Desk, Name: "sample", Title: "Sample", Description: "Sample.", Policy: deskwire.Policy{Limit: 50}}
	ch.Face = deskwire.Face{Byline: "Byline", Bio: "Bio.", Picture: "https://sample.invalid/face.png", Contact: "desk@sample.invalid"}
	stories, ed := publisher.Samples(&ch)
	bare := &deskwire.Edition{Channel: ch, Updated: time.Unix(0, 0)}
	var errs []error
	look := func(name string, body []byte, err error) {
		if err == nil {
			err = obeys(body)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("theme.templates: %s: %w: %w", name, err, deskwire.ErrInvalid))
		}
	}
	for _, s := range stories {
		name := "article.html"
		if !s.Withdrawn.IsZero() {
			name = "notice.html"
		}
		body, err := p.Article(s, site)
		look(name, body, err)
	}
	for _, e := range []*deskwire.Edition{ed, bare} {
		body, err := p.Channel(e, site)
		look("channel.html", body, err)
		body, err = p.Index([]*deskwire.Edition{e}, site)
		look("index.html", body, err)
		embeds, err := p.Embeds(e, site)
		look("embed.html", nil, err)
		for _, one := range embeds {
			if strings.HasPrefix(one.Type, "text/html") {
				look(one.File, one.Body, nil)
			}
		}
		v := &searchView{Action: "/search", Most: 200, Number: 1}
		var res search.Results
		for i := range e.Items {
			res.Found = append(res.Found, search.Result{Found: &publisher.Found{Item: e.Items[i], Channel: ch}})
		}
		p.fill(v, &search.Query{Text: "sample"}, &res, &site)
		body, err = p.search(v, &site)
		look("search.html", body, err)
	}
	body, err := p.Archive(ed, site)
	look("channel.html", body, err)
	body, err = p.Feeds([]deskwire.Channel{ch}, site)
	look("feeds.html", body, err)
	if len(errs) > 3 { // one mistake is on many pages
		errs = errs[:3]
	}
	return errors.Join(errs...)
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
