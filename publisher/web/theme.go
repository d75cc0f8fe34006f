package web

import (
	"bytes"
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

// A dress is a theme that was read and looked at.
type dress struct {
	Title       string
	Logo, Icon  *mark             // nil for none
	Light, Dark string            // the colour around the page in browsers that show one
	templates   map[string]string // by name
	css         []byte            // nil for none
}

// Styled reports whether there is a style sheet after ours.
func (d *dress) Styled() bool { return d.css != nil }

// A mark is a picture of the newsroom's own.
type mark struct {
	Path          string // below the site's root
	Type          string
	Width, Height int // of the logo, in CSS pixels
	body          []byte
}

const (
	themeCSS   = "/assets/theme.css"
	logoHeight = 36 // CSS pixels
)

// markEndings are how files end that a logo or an icon may be.
var markEndings = []string{".svg", ".png", ".jpg", ".jpeg"}

// wear reads what a theme names. All that is wrong with it is said at once.
func wear(t *deskwire.Theme) (*dress, error) {
	light, dark := over(t.Light, ourLight), over(t.Dark, ourDark)
	d := &dress{Title: t.Title, Light: light.Paper, Dark: dark.Paper}
	var errs []error
	note := func(key string, wrong ...error) {
		for _, err := range wrong {
			if err != nil {
				errs = append(errs, fmt.Errorf("theme.%s: %w", key, err))
			}
		}
	}
	note("colours", readable(light)...)
	note("colours.dark", readable(dark)...)
	var err error
	d.Logo, err = readMark("logo", t.Logo)
	note("logo", err)
	d.Icon, err = readMark("icon", t.Icon)
	note("icon", err)
	own, err := readCSS(t.CSS)
	note("css", err)
	d.templates, err = readTemplates(t.Templates)
	note("templates", err)
	if t.Light != (deskwire.Palette{}) || t.Dark != (deskwire.Palette{}) || own != nil {
		d.css = fmt.Appendf(nil, "@media not all and (prefers-color-scheme: dark) { :root { %s } }\n@media (prefers-color-scheme: dark) { :root { %s } }\n%s", properties(light), properties(dark), own)
	}
	return d, errors.Join(errs...)
}

// assets are the files that the theme brings, by path.
func (d *dress) assets(into map[string]publisher.Asset) {
	if d.Styled() {
		into[themeCSS] = publisher.Asset{Type: assetTypes[".css"], Body: d.css}
	}
	if d.Logo != nil {
		into[d.Logo.Path] = publisher.Asset{Type: d.Logo.Type, Body: d.Logo.body}
	}
	if d.Icon != nil {
		delete(into, ourIcon)
		into[d.Icon.Path] = publisher.Asset{Type: d.Icon.Type, Body: d.Icon.body}
	}
}

// ourIcon is where our own icon stands.
const ourIcon = "/assets/icon.svg"

// IconOr is the theme's icon, or ours.
func (d *dress) IconOr() mark {
	if d.Icon != nil {
		return *d.Icon
	}
	return mark{Path: ourIcon, Type: assetTypes[".svg"]}
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

func readMark(as, name string) (*mark, error) {
	if name == "" {
		return nil, nil
	}
	ending := strings.ToLower(filepath.Ext(name))
	m := &mark{Path: "/assets/" + as + ending, Type: assetTypes[ending]}
	if !slices.Contains(markEndings, ending) {
		return nil, fmt.Errorf("%s: a picture here ends in .svg, .png or .jpg: %w", name, deskwire.ErrInvalid)
	}
	b, err := readThemeFile(name)
	if err != nil {
		return nil, err
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
		return nil, fmt.Errorf("%s: %w: %w", name, err, deskwire.ErrInvalid)
	}
	m.Width, m.Height, m.body = max(1, int(math.Round(width/height*logoHeight))), logoHeight, b
	return m, nil
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
	return b, nil
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
	if folder == "" {
		return nil, nil
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	ours, texts := TemplateNames(), map[string]string{}
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
