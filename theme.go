package deskwire

// A Theme says how a newsroom's pages differ from deskwire's own. What is empty is deskwire's; two of them are comparable. Whether the
// files can be used is package web's to say.
type Theme struct {
	Title       string // in the head of pages; the site's title when empty
	Logo        string // a file, in place of the title: SVG, PNG or JPEG
	Icon        string // the same, for tabs of browsers
	CSS         string // a file: a style sheet after ours
	Templates   string // a folder of templates that replace ours of the same name
	Light, Dark Palette
}

// A Palette is the colours of pages, as "#rrggbb". One that is empty is deskwire's.
type Palette struct {
	Ink   string // text
	Paper string // what is behind it
	Quiet string // text that stands back: times, captions, sources
	Rule  string // lines
	Link  string // links, and buttons
}
