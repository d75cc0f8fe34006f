package web

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"errors"
	"fmt"
	"html/template"
	"image"
	_ "image/jpeg" // logos
	_ "image/png"  // logos
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"deskwire"
	"deskwire/publisher"
)

// maxThemeFile is the size of a logo, a style sheet or a template, in bytes: a page with pictures aside has to stay small for
// phones.
const maxThemeFile = 256 << 10

// A Theme says how a newsroom's pages differ from ours. The zero Theme changes nothing. Paths are of files on this machine.
type Theme struct {
	Title       string // in the head of pages; the site's title when empty
	Logo        string // SVG, PNG or JPEG, in place of the title
	Icon        string // the same, for tabs of browsers
	CSS         string // a style sheet after ours
	Templates   string // a folder of templates that replace ours of the same name
	Light, Dark Palette
}

// A Palette is the colours of pages, as "#rrggbb". One that is empty is ours.
type Palette struct {
	Ink   string // text
	Paper string // what is behind it
	Quiet string // text that stands back: times, captions, sources
	Rule  string // lines
	Link  string // links, and buttons
}

// Our colours, as site.css has them.
var (
	ourLight = Palette{"#1b1b1b", "#fdfcf9", "#5c5c5c", "#d9d5cc", "#0b4f8a"}
	ourDark  = Palette{"#e8e6e1", "#16171a", "#a8a6a0", "#35363a", "#8fc3f5"}
)

// over is the palette with ours where it says nothing.
func (p Palette) over(ours Palette) Palette {
	return Palette{cmp.Or(p.Ink, ours.Ink), cmp.Or(p.Paper, ours.Paper), cmp.Or(p.Quiet, ours.Quiet), cmp.Or(p.Rule, ours.Rule), cmp.Or(p.Link, ours.Link)}
}

func (p Palette) css() string {
	return fmt.Sprintf("--ink: %s; --paper: %s; --quiet: %s; --rule: %s; --link: %s", p.Ink, p.Paper, p.Quiet, p.Rule, p.Link)
}

// leastContrast is what text needs at least (WCAG 2.2 §1.4.3).
const leastContrast = 4.5

// check says which text could not be read.
func (p Palette) check(name string) error {
	var errs []error
	for _, c := range []struct{ name, value string }{{"ink", p.Ink}, {"quiet", p.Quiet}, {"link", p.Link}} {
		ratio, err := contrast(c.value, p.Paper)
		switch {
		case err != nil:
			errs = append(errs, fmt.Errorf("theme.colours%s.%s: %w", name, c.name, err))
		case ratio < leastContrast:
			errs = append(errs, fmt.Errorf("theme.colours%s: %s %s on paper %s has a contrast of %.1f:1, and readers need %.1f:1 (WCAG 2.2): %w", name, c.name, c.value, p.Paper, math.Floor(ratio*10)/10, leastContrast, deskwire.ErrInvalid))
		}
	}
	if _, err := luminance(p.Rule); err != nil {
		errs = append(errs, fmt.Errorf("theme.colours%s.rule: %w", name, err))
	}
	return errors.Join(errs...)
}

// contrast is the ratio of two colours (WCAG 2.2, "contrast ratio"), 1 to 21.
func contrast(a, b string) (float64, error) {
	x, err := luminance(a)
	if err != nil {
		return 0, err
	}
	y, err := luminance(b)
	if err != nil {
		return 0, err
	}
	return (max(x, y) + .05) / (min(x, y) + .05), nil
}

// luminance is how bright a colour is (WCAG 2.2, "relative luminance"), 0 to 1.
func luminance(colour string) (float64, error) {
	n, err := strconv.ParseUint(strings.TrimPrefix(colour, "#"), 16, 24)
	if err != nil || len(colour) != 7 || colour[0] != '#' {
		return 0, fmt.Errorf("%q is no colour; write it as #rrggbb: %w", colour, deskwire.ErrInvalid)
	}
	part := func(shift uint) float64 {
		v := float64(n>>shift&0xff) / 255
		if v <= .04045 {
			return v / 12.92
		}
		return math.Pow((v+.055)/1.055, 2.4)
	}
	return .2126*part(16) + .7152*part(8) + .0722*part(0), nil
}

// A dress is a theme that was read and looked at.
type dress struct {
	Title        string
	Logo, Icon   *mark
	Styled       bool   // there is a theme.css
	Light, Dark  string // the colour around the page in browsers that show one
	templates    map[string]string
	css          []byte
	logoB, iconB []byte
}

// A mark is a picture of the newsroom's own.
type mark struct {
	Path          string // below the site's root
	Type          string
	Width, Height int // of the logo, in CSS pixels
}

const (
	themeCSS   = "/assets/theme.css"
	logoHeight = 36 // CSS pixels
)

// markTypes are the kinds of pictures that a theme may have, by the ending of the file.
var markTypes = map[string]string{".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}

// wear reads what a theme names. All that is wrong with it is said at once.
func (t *Theme) wear() (*dress, error) {
	if t == nil {
		t = &Theme{}
	}
	light, dark := t.Light.over(ourLight), t.Dark.over(ourDark)
	d := &dress{Title: t.Title, Light: light.Paper, Dark: dark.Paper, templates: map[string]string{}}
	var errs []error
	note := func(err error) {
		if err != nil {
			errs = append(errs, err)
		}
	}
	note(light.check(""))
	note(dark.check(".dark"))
	var err error
	if d.Logo, d.logoB, err = readMark("logo", t.Logo); err != nil {
		note(fmt.Errorf("theme.logo: %w", err))
	}
	if d.Icon, d.iconB, err = readMark("icon", t.Icon); err != nil {
		note(fmt.Errorf("theme.icon: %w", err))
	}
	own, err := readCSS(t.CSS)
	if err != nil {
		note(fmt.Errorf("theme.css: %w", err))
	}
	if d.templates, err = readTemplates(t.Templates); err != nil {
		note(fmt.Errorf("theme.templates: %w", err))
	}
	if t.Light != (Palette{}) || t.Dark != (Palette{}) || own != nil {
		d.Styled = true
		d.css = fmt.Appendf(nil, "@media not all and (prefers-color-scheme: dark) { :root { %s } }\n@media (prefers-color-scheme: dark) { :root { %s } }\n%s", light.css(), dark.css(), own)
	}
	return d, errors.Join(errs...)
}

// assets are the files that the theme brings, by path.
func (d *dress) assets(into map[string]publisher.Asset) {
	if d.Styled {
		into[themeCSS] = publisher.Asset{Type: assetTypes[".css"], Body: d.css}
	}
	if d.Logo != nil {
		into[d.Logo.Path] = publisher.Asset{Type: d.Logo.Type, Body: d.logoB}
	}
	if d.Icon != nil {
		delete(into, ourIcon)
		into[d.Icon.Path] = publisher.Asset{Type: d.Icon.Type, Body: d.iconB}
	}
}

// ourIcon is where our own icon stands.
const ourIcon = "/assets/icon.svg"

// IconOr is the theme's icon, or ours.
func (d *dress) IconOr() mark {
	if d.Icon != nil {
		return *d.Icon
	}
	return mark{Path: ourIcon, Type: markTypes[".svg"]}
}

// readThemeFile reads a file of a theme.
func readThemeFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil {
		return nil, err
	} else if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file: %w", name, deskwire.ErrInvalid)
	}
	b, err := io.ReadAll(io.LimitReader(f, maxThemeFile+1))
	if err == nil && len(b) > maxThemeFile {
		err = fmt.Errorf("%s is larger than %d KB: %w", name, maxThemeFile>>10, deskwire.ErrInvalid)
	}
	return b, err
}

func readMark(as, name string) (*mark, []byte, error) {
	if name == "" {
		return nil, nil, nil
	}
	ending := strings.ToLower(filepath.Ext(name))
	m := &mark{Path: "/assets/" + as + ending, Type: markTypes[ending]}
	if m.Type == "" {
		return nil, nil, fmt.Errorf("%s: a picture here ends in .svg, .png or .jpg: %w", name, deskwire.ErrInvalid)
	}
	b, err := readThemeFile(name)
	if err != nil {
		return nil, nil, err
	}
	var width, height float64
	if ending == ".svg" {
		width, height, err = svgSize(b)
	} else {
		var c image.Config
		c, _, err = image.DecodeConfig(bytes.NewReader(b))
		width, height = float64(c.Width), float64(c.Height)
	}
	if err == nil && !(width > 0 && height > 0 && width <= 100*height) {
		err = errors.New("it has no size that could be shown")
	}
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w: %w", name, err, deskwire.ErrInvalid)
	}
	m.Width, m.Height = max(1, int(math.Round(width/height*logoHeight))), logoHeight
	return m, b, nil
}

// svgSize is the size of a drawing: its viewBox, else its width and height.
func svgSize(b []byte) (width, height float64, err error) {
	d := xml.NewDecoder(bytes.NewReader(b))
	for {
		token, err := d.Token()
		if err != nil {
			return 0, 0, fmt.Errorf("it is no SVG: %w", err)
		}
		root, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		if root.Name.Local != "svg" {
			return 0, 0, errors.New("it is no SVG")
		}
		for _, a := range root.Attr {
			number := func() float64 {
				n, _ := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(a.Value), "px"), 64)
				return n
			}
			switch a.Name.Local {
			case "viewBox":
				if f := strings.FieldsFunc(a.Value, func(r rune) bool { return r == ' ' || r == ',' || r == '\n' || r == '\t' }); len(f) == 4 {
					w, _ := strconv.ParseFloat(f[2], 64)
					h, _ := strconv.ParseFloat(f[3], 64)
					return w, h, nil
				}
			case "width":
				width = number()
			case "height":
				height = number()
			}
		}
		if width == 0 || height == 0 {
			return 0, 0, errors.New("an SVG needs a viewBox, or a width and a height")
		}
		return width, height, nil
	}
}

// elsewhere is what a style sheet would load from somewhere else: pages do not let it.
var elsewhere = regexp.MustCompile(`(?i)@import\b|url\(\s*["']?\s*(?:[a-z][a-z0-9+.-]*:)?//[^)"']*`)

func readCSS(name string) ([]byte, error) {
	if name == "" {
		return nil, nil
	}
	b, err := readThemeFile(name)
	if err != nil {
		return nil, err
	}
	if !utf8.Valid(b) {
		return nil, fmt.Errorf("%s is not UTF-8: %w", name, deskwire.ErrInvalid)
	}
	if found := elsewhere.Find(b); found != nil {
		return nil, fmt.Errorf("%s: %q: pages load nothing from other sites and no second style sheet; put it into this file: %w", name, found, deskwire.ErrInvalid)
	}
	return append([]byte{}, b...), nil
}

// TemplateNames are the names of our templates, sorted: those that a theme may replace.
func TemplateNames() []string {
	var names []string
	entries, err := fs.ReadDir(embedded, "templates")
	if err != nil {
		panic(err) // it is part of the program
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func readTemplates(folder string) (map[string]string, error) {
	texts := map[string]string{}
	if folder == "" {
		return texts, nil
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	ours := TemplateNames()
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") || strings.HasSuffix(e.Name(), "~") {
			continue // of editors
		}
		if !slices.Contains(ours, e.Name()) {
			return nil, fmt.Errorf("%s: there is no page %s; templates are %s: %w", folder, e.Name(), strings.Join(ours, ", "), deskwire.ErrInvalid)
		}
		b, err := readThemeFile(filepath.Join(folder, e.Name()))
		if err != nil {
			return nil, err
		}
		texts[e.Name()] = string(b)
	}
	return texts, nil
}

// parse makes the templates: ours, and the theme's over them.
func (d *dress) parse() (*template.Template, error) {
	t, err := template.New("pages").ParseFS(embedded, "templates/*.html") // New below empties what it replaces: not the root
	if err != nil {
		return nil, err
	}
	for _, name := range TemplateNames() {
		if text, ok := d.templates[name]; ok {
			if _, err := t.New(name).Parse(text); err != nil {
				return nil, fmt.Errorf("theme.templates: %w: %w", err, deskwire.ErrInvalid)
			}
		}
	}
	return t, nil
}

// Template is the text of one of ours, nil for a name that is none.
func Template(name string) []byte {
	text, err := embedded.ReadFile("templates/" + name)
	if err != nil {
		return nil
	}
	return text
}
