package web

import (
	"cmp"
	"fmt"
	"math"
	"strconv"
	"strings"

	"deskwire"
)

// Our colours, as site.css has them.
var (
	ourLight = deskwire.Palette{Ink: "#1b1b1b", Paper: "#fdfcf9", Quiet: "#5c5c5c", Rule: "#d9d5cc", Link: "#0b4f8a"}
	ourDark  = deskwire.Palette{Ink: "#e8e6e1", Paper: "#16171a", Quiet: "#a8a6a0", Rule: "#35363a", Link: "#8fc3f5"}
)

// over is the palette with ours where it says nothing.
func over(p, ours deskwire.Palette) deskwire.Palette {
	return deskwire.Palette{Ink: cmp.Or(p.Ink, ours.Ink), Paper: cmp.Or(p.Paper, ours.Paper), Quiet: cmp.Or(p.Quiet, ours.Quiet), Rule: cmp.Or(p.Rule, ours.Rule), Link: cmp.Or(p.Link, ours.Link)}
}

// properties are the colours as custom properties of CSS.
func properties(p deskwire.Palette) string {
	return fmt.Sprintf("--ink: %s; --paper: %s; --quiet: %s; --rule: %s; --link: %s", p.Ink, p.Paper, p.Quiet, p.Rule, p.Link)
}

// leastContrast is what text needs at least (WCAG 2.2 §1.4.3).
const leastContrast = 4.5

// readable says which text of a palette could not be read.
func readable(p deskwire.Palette) []error {
	var errs []error
	for _, c := range []struct{ name, value string }{{"ink", p.Ink}, {"quiet", p.Quiet}, {"link", p.Link}} {
		ratio, err := contrast(c.value, p.Paper)
		switch {
		case err != nil:
			errs = append(errs, fmt.Errorf("%s: %w", c.name, err))
		case ratio < leastContrast:
			errs = append(errs, fmt.Errorf("%s %s on paper %s has a contrast of %.1f:1, and readers need %.1f:1 (WCAG 2.2): %w", c.name, c.value, p.Paper, math.Floor(ratio*10)/10, leastContrast, deskwire.ErrInvalid))
		}
	}
	if _, err := luminance(p.Rule); err != nil {
		errs = append(errs, fmt.Errorf("rule: %w", err))
	}
	return errs
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
