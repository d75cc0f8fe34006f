package publisher

import (
	"fmt"
	"slices"
	"strings"

	"deskwire"
	"deskwire/publisher/format"
)

// maxEmbedded is how many items other sites are offered: a widget shows five, and it is loaded with somebody else's page.
const maxEmbedded = 20

// An Embed is a document that other sites show, or that tells how they do.
type Embed struct {
	File string // below the channel's path
	Type string
	Kind Kind
	Body []byte
}

// The files of what other sites embed, below a channel's path.
const (
	EmbedFile     = "embed/"        // in a frame
	EmbedCodeFile = "embed/code/"   // how it is done
	FragmentFile  = "fragment.html" // put into a page by its server
	OEmbedFile    = "oembed.json"   // for programs that ask how to embed a page (oEmbed 1.0)
)

// oEmbedType is the media type of oEmbed's JSON (oEmbed 1.0 §2.3).
const oEmbedType = "application/json"

// embedFiles are all of them, with the feed that scripts read.
func embedFiles() []string {
	return []string{EmbedFile, EmbedCodeFile, FragmentFile, OEmbedFile, deskwire.OutFolder + deskwire.EmbedName + ".json"}
}

// Embeddable is the part of an edition that other sites may show: the newest items whose sources allow that, without texts. What stands
// at other sources is left out: they were not asked.
func Embeddable(ed *deskwire.Edition) *deskwire.Edition {
	part := *ed
	part.Items = nil
	part.Older, part.Newer = deskwire.ArchivePage{}, deskwire.ArchivePage{}
	out := deskwire.EmbedOutput(&ed.Channel)
	part.Channel = out.As(ed.Channel)
	items := slices.Clone(ed.Items)
	slices.SortStableFunc(items, func(a, b deskwire.Item) int { return b.Placed.Compare(a.Placed) }) // whatever order the feeds have
	for _, item := range items {
		if len(part.Items) == maxEmbedded {
			break
		}
		if !item.Source.Granted().Embed {
			continue
		}
		item.Body, item.WantsBody, item.Wordy = "", false, false
		item.Related, item.Carriers = nil, nil
		part.Items = append(part.Items, item)
	}
	return &part
}

// embedWidth is the width of pictures in widgets, where the site passes them on.
const embedWidth = 320

// loadedHere is an edition with the pictures that widgets may load, by the site's policy for pictures: a script on somebody's page
// asks nobody whom our own pages do not ask.
func loadedHere(ed *deskwire.Edition, site *format.Site) *deskwire.Edition {
	if site.Images != deskwire.ImagesProxy && site.Images != deskwire.ImagesNone {
		return ed
	}
	shown := *ed
	shown.Items = slices.Clone(ed.Items)
	for i := range shown.Items {
		a := &shown.Items[i].Article
		lead := a.Picture()
		a.Media = slices.DeleteFunc(slices.Clone(a.Media), func(m deskwire.Media) bool { return m.Kind() == "image" })
		switch {
		case lead == nil:
		case strings.HasPrefix(lead.URL, site.URL+"/"):
			a.Media = append(a.Media, *lead)
		case site.Images == deskwire.ImagesProxy:
			m := *lead
			m.URL, m.Type, m.Length, m.Width, m.Height = site.URL+format.PicturePath(string(a.ID), lead.URL, embedWidth), "image/jpeg", 0, 0, 0
			a.Media = append(a.Media, m)
		}
	}
	return &shown
}

// embeds makes what other sites show of a channel, all of it from one edition.
func (p *Press) embeds(ed *deskwire.Edition) ([]proof, error) {
	part, site := Embeddable(ed), p.setting.site
	out := deskwire.EmbedOutput(&ed.Channel)
	feed, err := format.Output(loadedHere(part, &site), site, &out)
	if err != nil {
		return nil, fmt.Errorf("embed: %w", err)
	}
	path := out.Path(&ed.Channel)
	mediaType, _, _ := strings.Cut(format.JSONType, ";")
	proofs := []proof{{Document{Path: path, Type: format.JSONType, Kind: KindFeed, Links: fmt.Sprintf(`<%s>; rel="self"; type="%s"`, site.URL+path, mediaType)}, feed}}
	docs, err := p.setting.pages.Embeds(part, site)
	if err != nil {
		return nil, fmt.Errorf("embed: %w", err)
	}
	for _, d := range docs {
		proofs = append(proofs, proof{Document{Path: ed.Channel.Path() + d.File, Type: d.Type, Kind: d.Kind}, d.Body})
	}
	return proofs, nil
}
