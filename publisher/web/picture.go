package web

import (
	"cmp"
	"strconv"
	"strings"

	"deskwire"
	"deskwire/publisher/format"
)

// A pictureView is a picture that a page shows, and how it is loaded.
type pictureView struct {
	URL, Alt, Caption, Credit string
	Srcset, Sizes             string // "" where there is one size
	Width, Height             int    // of the original; both or none: they keep the place until it is there
	Large                     string // address of the largest
	Class                     string
	Now                       bool // it is among the first things that readers see, so it is loaded at once
}

// Where pictures stand, as browsers choose a width by (the style sheet has the same numbers).
const (
	sizesText = "(min-width: 42rem) 40rem, 100vw"
	sizesCard = "7rem"
	sizesFace = "4rem"
)

// loadable is how a page loads a picture, nil for not at all. Every picture of every page goes through here. of is whose it is: an article's
// ID, or [format.FacesFolder].
//
// What the site has itself is loaded as it is. Of others, hotlinked pictures have to be https, since a page that is would not load
// them else; the proxy takes both.
func loadable(addr, of string, width, height int, sizes string, site *format.Site) *pictureView {
	safe := format.Address(addr)
	if safe == "" {
		return nil
	}
	if width <= 0 || height <= 0 {
		width, height = 0, 0
	}
	v := &pictureView{URL: safe, Large: safe, Width: width, Height: height}
	switch {
	case strings.HasPrefix(addr, site.URL+"/"):
	case site.Images == deskwire.ImagesProxy && of == "":
		return nil
	case site.Images == deskwire.ImagesProxy:
		v.proxied(addr, of, sizes, site.Root())
	case site.Images == deskwire.ImagesNone || !strings.HasPrefix(addr, "https://"):
		return nil
	}
	return v
}

// usual is the width for browsers that can not choose.
const usual = 640

// proxied has a picture loaded from the site, in the widths that there are of it.
func (v *pictureView) proxied(addr, of, sizes, root string) {
	at := func(width int) string { return root + format.PicturePath(of, addr, width) }
	v.URL = at(usual)
	var all []string
	for _, width := range format.PictureWidths() {
		wide := width
		if v.Width > 0 {
			wide = min(width, v.Width) // it is not made larger than it is
		}
		v.Large = at(width)
		all = append(all, v.Large+" "+strconv.Itoa(wide)+"w")
		if wide < width || wide == v.Width {
			break
		}
	}
	if len(all) > 1 {
		v.Srcset, v.Sizes = strings.Join(all, ", "), sizes
	} else {
		v.URL = v.Large
	}
}

// largest is the size of the largest, zero where it is not known.
func (v *pictureView) largest() (width, height int) {
	widths := format.PictureWidths()
	if most := widths[len(widths)-1]; v.Large != "" && v.Large[0] == '/' && v.Width > most {
		return most, (v.Height*most + v.Width/2) / v.Width
	}
	return v.Width, v.Height
}

// pictureOf is an article's lead picture as a page shows it; nil where there is none to show.
func pictureOf(a *deskwire.Article, title, sizes string, site *format.Site) *pictureView {
	m := a.Picture()
	if m == nil {
		return nil
	}
	v := loadable(m.URL, string(a.ID), m.Width, m.Height, sizes, site)
	if v == nil {
		return nil
	}
	v.Caption, v.Credit = format.Line(m.Caption), format.Line(m.Credit)
	v.Alt = cmp.Or(v.Caption, format.Line(m.Title), title)
	return v
}

// faceSize is how large the picture of a face is shown, in points of the page.
const faceSize = 64

// facePicture is the picture of who stands behind a channel, nil where there is none.
func facePicture(addr string, site *format.Site) *pictureView {
	v := loadable(addr, format.FacesFolder, 0, 0, sizesFace, site)
	if v != nil {
		v.Width, v.Height = faceSize, faceSize // it is cut to that
	}
	return v
}
