package web

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"deskwire"
	"deskwire/publisher"
	"deskwire/publisher/format"
	"deskwire/publisher/words"
)

// embedScript is where the script stands that makes <deskwire-feed> an element.
const embedScript = "/embed.js"

// An embedView is a channel as other sites show it. Every address in it is whole.
type embedView struct {
	W                   *words.Words
	Theme               *dress
	Site, SiteURL, Root string
	Title, URL          string
	Language, Direction string
	Description         string
	Items               []teaser
	Images              bool // pictures may be loaded at all
	Ways                []way
	Frame               string // address of the page in a frame
	Feed                string
	Script              string
}

// A teaser is an item as other sites show it.
type teaser struct {
	ID                deskwire.ID
	Title, URL        string
	Summary           string
	Lang              template.HTMLAttr
	Source, SourceURL string
	Picture           *pictureView
	Published         clock
	Minutes           string
	Corrected         bool
}

// A way is one way to embed, with the code to copy.
type way struct{ Name, Code string }

// Size of the frame before it has told its height, in CSS pixels.
const (
	frameWidth  = 480
	frameHeight = 640
)

// embeddedItems is how many items a frame and a fragment show.
const embeddedItems = 10

// Embeds are what other sites show of a channel, and the page that says how.
func (p *Pages) Embeds(ed *deskwire.Edition, site format.Site) ([]publisher.Embed, error) {
	v := p.embed(ed, &site)
	var docs []publisher.Embed
	for _, f := range []struct {
		file, template string
		kind           publisher.Kind
	}{{publisher.EmbedFile, "embed.html", publisher.KindEmbed}, {publisher.FragmentFile, "fragment.html", publisher.KindEmbed}, {publisher.EmbedCodeFile, "code.html", publisher.KindPage}} {
		var b bytes.Buffer
		if err := p.templates.ExecuteTemplate(&b, f.template, v); err != nil {
			return nil, err
		}
		docs = append(docs, publisher.Embed{File: f.file, Type: "text/html; charset=utf-8", Kind: f.kind, Body: b.Bytes()})
	}
	body, err := json.MarshalIndent(v.oembed(frameWidth, frameHeight), "", " ")
	if err != nil {
		return nil, err
	}
	return append(docs, publisher.Embed{File: publisher.OEmbedFile, Type: "application/json", Kind: publisher.KindEmbed, Body: append(body, '\n')}), nil
}

func (p *Pages) embed(ed *deskwire.Edition, site *format.Site) *embedView {
	ch := &ed.Channel
	language := cmp.Or(ch.Language, site.Language, "en")
	out := deskwire.EmbedOutput(ch)
	v := &embedView{
		W: words.For(language, site.Language), Theme: p.dress, Site: siteTitle(site), SiteURL: site.URL + "/", Root: site.Root(), Title: cmp.Or(format.Line(ch.Title), ch.Name), URL: site.Page(ch),
		Language: language, Direction: words.Direction(language), Description: format.Line(ch.Description),
		Frame: site.Feed(ch, publisher.EmbedFile), Feed: site.URL + out.Path(ch), Script: site.URL + embedScript,
	}
	for i := range ed.Items[:min(len(ed.Items), embeddedItems)] {
		v.Items = append(v.Items, p.teaser(&ed.Items[i], ch, site, language, v.W))
	}
	v.Ways = []way{
		{"Script", fmt.Sprintf("<script src=\"%s\" async></script>\n<deskwire-feed src=\"%s\" count=\"5\"></deskwire-feed>", v.Script, site.Feed(ch, format.JSONFile))},
		{"Frame", v.frame(frameWidth, frameHeight) + fmt.Sprintf("\n<script src=\"%s\" async></script>", v.Script)},
		{"Fragment", site.Feed(ch, publisher.FragmentFile)},
		{"oEmbed", v.URL},
	}
	return v
}

func (p *Pages) teaser(item *deskwire.Item, ch *deskwire.Channel, site *format.Site, language string, w *words.Words) teaser {
	iv := p.item(item, ch, site, language, w)
	t := teaser{
		ID: item.ID, Title: iv.Title, URL: absolute(iv.URL, site), Summary: publisher.Shorten(iv.Summary, excerpt), Lang: languageOf(item.Article.Language, language), Source: iv.Source, SourceURL: iv.SourceURL,
		Published: iv.Published, Corrected: len(iv.Corrections) > 0, Picture: iv.Picture,
	}
	if iv.Minutes > 0 {
		t.Minutes = w.Minutes(iv.Minutes)
	}
	if t.Picture != nil {
		pic := *t.Picture
		pic.URL, pic.Class = absolute(pic.URL, site), "deskwire-picture"
		if pic.Srcset != "" {
			var all []string
			for one := range strings.SplitSeq(pic.Srcset, ", ") {
				all = append(all, absolute(one, site))
			}
			pic.Srcset, pic.Sizes = strings.Join(all, ", "), sizesCard
		}
		t.Picture = &pic
	}
	return t
}

// frame is the code of a frame.
func (v *embedView) frame(width, height int) string {
	return fmt.Sprintf(`<iframe src="%s" title="%s" width="%d" height="%d" loading="lazy" data-deskwire></iframe>`, template.HTMLEscapeString(v.Frame), template.HTMLEscapeString(v.Title+" · "+v.Site), width, height)
}

// An oembed is what a page may be embedded as (oEmbed 1.0 §2.3.4.4).
type oembed struct {
	Version  string `json:"version"`
	Type     string `json:"type"`
	Title    string `json:"title"`
	Provider string `json:"provider_name"`
	Home     string `json:"provider_url"`
	CacheAge int    `json:"cache_age"` // seconds
	HTML     string `json:"html"`
	Width    int    `json:"width"`
	Height   int    `json:"height"`
}

func (v *embedView) oembed(width, height int) oembed {
	return oembed{"1.0", "rich", v.Title, v.Site, v.SiteURL, 3600, v.frame(width, height), width, height}
}

// maxOEmbedURL is the longest address that is looked at; ours are far shorter.
const maxOEmbedURL = 1000

// oembed answers how a page of ours is embedded: what stands beside the page, in the size that is asked for.
func (h *handler) oembed(w http.ResponseWriter, r *http.Request, t *table) {
	if t == nil {
		starting(w, r)
		return
	}
	q := r.URL.Query()
	w.Header().Set("Access-Control-Allow-Origin", "*")
	if f := q.Get("format"); f != "" && f != "json" {
		fail(w, r, http.StatusNotImplemented, "only format=json")
		return
	}
	path, ok := t.pathOf(q.Get("url"))
	if !ok {
		fail(w, r, http.StatusNotFound, "say ?url= with the address of a page of this site")
		return
	}
	a := t.answers[path+publisher.OEmbedFile]
	if folder, file := channelPath(path); folder == "" || file != "" || a == nil {
		fail(w, r, http.StatusNotFound, "only the pages of desks and topics can be embedded")
		return
	}
	width, height := q.Get("maxwidth"), q.Get("maxheight")
	if width == "" && height == "" {
		h.reply(w, r, a, t.root+path+publisher.OEmbedFile)
		return
	}
	var doc oembed
	if err := json.Unmarshal(a.doc.Plain.Body, &doc); err != nil {
		fail(w, r, http.StatusInternalServerError, "something is broken here")
		return
	}
	within(&doc.Width, &doc.HTML, "width", width)
	within(&doc.Height, &doc.HTML, "height", height)
	body, err := json.MarshalIndent(doc, "", " ")
	if err != nil {
		fail(w, r, http.StatusInternalServerError, "something is broken here")
		return
	}
	head := w.Header()
	for _, f := range a.full {
		head[f.name] = f.values
	}
	head.Set("Cache-Control", cacheNews)
	head.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		w.Write(body)
	}
}

// within makes a size of the frame no larger than what was asked for. What is no number is ignored.
func within(size *int, code *string, name, most string) {
	n, err := strconv.Atoi(most)
	if err != nil || n <= 0 || n >= *size {
		return
	}
	*code = strings.Replace(*code, fmt.Sprintf(`%s="%d"`, name, *size), fmt.Sprintf(`%s="%d"`, name, n), 1)
	*size = n
}

// pathOf is the path below the site's root of an address of the site.
func (t *table) pathOf(address string) (string, bool) {
	if len(address) > maxOEmbedURL || !utf8.ValidString(address) {
		return "", false
	}
	u, err := url.Parse(address)
	if err != nil {
		return "", false
	}
	site, err := url.Parse(t.surface.Site.URL)
	if err != nil || !strings.EqualFold(u.Host, site.Host) || u.Scheme != "http" && u.Scheme != "https" {
		return "", false
	}
	path, ok := strings.CutPrefix(u.Path, t.root)
	if ok && !strings.HasSuffix(path, "/") {
		path += "/"
	}
	return path, ok && strings.HasPrefix(path, "/")
}
