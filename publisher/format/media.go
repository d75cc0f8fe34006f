package format

import (
	"math"

	"deskwire"
)

// The elements of Media RSS 1.5.1 that RSS and Atom share.

type mediaGroup struct {
	Contents []mediaContent `xml:"media:content"`
}

type mediaContent struct {
	URL      string `xml:"url,attr"`
	Type     string `xml:"type,attr,omitempty"`
	Medium   string `xml:"medium,attr,omitempty"`
	FileSize int64  `xml:"fileSize,attr,omitempty"`
	Duration int64  `xml:"duration,attr,omitempty"` // seconds
	Width    int    `xml:"width,attr,omitempty"`
	Height   int    `xml:"height,attr,omitempty"`

	Title       *mediaText `xml:"media:title"`
	Description *mediaText `xml:"media:description"`
	Credit      string     `xml:"media:credit,omitempty"`

	// What partners ask for besides.
	Text      *mediaText      `xml:"media:text"`
	Thumbnail *mediaThumbnail `xml:"media:thumbnail"`
	Licensed  int             `xml:"mi:hasSyndicationRights,omitempty"`
}

type mediaText struct {
	Type string `xml:"type,attr"`
	Text string `xml:",chardata"`
}

func newMediaText(s string) *mediaText {
	if s == "" {
		return nil
	}
	return &mediaText{"plain", unmarked(s)}
}

// captioned reports whether any file has a caption.
func captioned(all []deskwire.Media) bool {
	for i := range all {
		if all[i].Caption != "" {
			return true
		}
	}
	return false
}

// mediaElements are the pictures, and the sound and video that said is not. One stands alone, several stand in a group:
// validators want both.
func mediaElements(all []deskwire.Media, said *deskwire.Media) (one *mediaContent, group *mediaGroup) {
	var contents []mediaContent
	for i := range all {
		m := &all[i]
		kind := m.Kind()
		if kind != "image" && kind != "audio" && kind != "video" || kind != "image" && said != nil && m.URL == said.URL {
			continue
		}
		contents = append(contents, mediaContent{
			URL: m.URL, Type: mediaType(m.Type), Medium: kind, FileSize: m.Length, Duration: int64(math.Ceil(m.Duration.Seconds())), Width: m.Width, Height: m.Height,
			Title: newMediaText(m.Title), Description: newMediaText(m.Caption), Credit: unmarked(m.Credit),
		})
	}
	switch len(contents) {
	case 0:
		return nil, nil
	case 1:
		return &contents[0], nil
	}
	return nil, &mediaGroup{contents}
}
