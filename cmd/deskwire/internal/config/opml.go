package config

import (
	"bufio"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"

	"deskwire"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/language"
)

// Limits of an OPML file, which comes from anywhere.
const (
	maxOPML     = 16 << 20 // bytes: 20,000 outlines with long descriptions
	maxOutlines = 20_000   // as many sources as a configuration may have
	maxFolders  = 64       // levels; readers make three or four
	maxTitle    = 200      // characters of a title that are kept
)

// ParseOPML reads the feeds of an OPML file, folders or not, each address once. Names are made by [NewSources]. Feeds whose
// address can not be one of a source are left out, and skipped says which and why. The error is deskwire.ErrInvalid for what
// is no OPML or is beyond the limits.
func ParseOPML(r io.Reader) (found []deskwire.Source, skipped []string, err error) {
	limited := &io.LimitedReader{R: r, N: maxOPML + 1}
	d := xml.NewDecoder(bufio.NewReader(limited))
	d.Strict = false
	d.Entity = xml.HTMLEntity
	d.CharsetReader = charset.NewReaderLabel
	seen := map[string]bool{}
	depth, outlines, begun := 0, 0, false
	for {
		token, err := d.Token()
		if limited.N <= 0 {
			return nil, nil, fmt.Errorf("larger than %d MB: %w", maxOPML>>20, deskwire.ErrInvalid)
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, nil, fmt.Errorf("this is not OPML: %w: %w", err, deskwire.ErrInvalid)
		}
		switch e := token.(type) {
		case xml.StartElement:
			if depth++; depth > maxFolders {
				return nil, nil, fmt.Errorf("more than %d folders inside of each other: %w", maxFolders, deskwire.ErrInvalid)
			}
			if depth == 1 && !strings.EqualFold(e.Name.Local, "opml") {
				return nil, nil, fmt.Errorf("this is not OPML: it begins with <%s>: %w", clean(e.Name.Local), deskwire.ErrInvalid)
			}
			begun = true
			if !strings.EqualFold(e.Name.Local, "outline") {
				continue
			}
			if outlines++; outlines > maxOutlines {
				return nil, nil, fmt.Errorf("more than %d outlines: %w", maxOutlines, deskwire.ErrInvalid)
			}
			s, err := outline(e.Attr)
			switch {
			case err != nil:
				skipped = append(skipped, fmt.Sprintf("line %d: %v", line(d), err))
			case s.URL != "" && !seen[s.URL]:
				seen[s.URL] = true
				found = append(found, s)
			}
		case xml.EndElement:
			depth--
		}
	}
	if depth != 0 || !begun {
		return nil, nil, fmt.Errorf("this is not OPML, or only the beginning of it: %w", deskwire.ErrInvalid)
	}
	return found, skipped, nil
}

func line(d *xml.Decoder) int {
	n, _ := d.InputPos()
	return n
}

// outline makes a source of an outline. A folder has no address, and is none.
func outline(attrs []xml.Attr) (deskwire.Source, error) {
	at := map[string]string{}
	for _, a := range attrs { // readers disagree on upper and lower case
		at[strings.ToLower(a.Name.Local)] = strings.TrimSpace(a.Value)
	}
	address := at["xmlurl"]
	if address == "" {
		return deskwire.Source{}, nil
	}
	// feed://host and feed:https://host are how desktops used to hand addresses on.
	if rest, ok := strings.CutPrefix(address, "feed:"); ok {
		if address = rest; strings.HasPrefix(rest, "//") {
			address = "http:" + rest
		}
	}
	if strings.HasPrefix(address, "file:") {
		return deskwire.Source{}, errors.New("the address of a file can not come in by OPML")
	}
	if err := checkFeed(address); err != nil {
		return deskwire.Source{}, fmt.Errorf("%q: %w", clean(address), err)
	}
	s := deskwire.Source{Title: clean(or(at["title"], at["text"])), URL: address}
	if home := at["htmlurl"]; checkFeed(home) == nil && !strings.HasPrefix(home, "file:") {
		s.Home = home
	}
	if tag, err := language.Raw.Parse(at["language"]); err == nil && tag != language.Und {
		s.Language = tag.String()
	}
	return s, nil
}

// clean makes one line of a foreign text: no controls, no bidirectional tricks, not too long.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs) || r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > maxTitle {
		s = strings.TrimSpace(string(r[:maxTitle-1])) + "…"
	}
	return s
}

// An opmlOutline is a source in OPML 2.0.
type opmlOutline struct {
	XMLName  xml.Name `xml:"outline"`
	Type     string   `xml:"type,attr"`
	Text     string   `xml:"text,attr"`
	Title    string   `xml:"title,attr"`
	XMLURL   string   `xml:"xmlUrl,attr"`
	HTMLURL  string   `xml:"htmlUrl,attr,omitempty"`
	Language string   `xml:"language,attr,omitempty"`
}

// ExportOPML writes all sources as OPML 2.0, for other readers. Equal sources give equal bytes. Headers, which may be
// secrets, and files of this machine stay here.
func ExportOPML(w io.Writer, cfg *Config) error {
	doc := struct {
		XMLName xml.Name      `xml:"opml"`
		Version string        `xml:"version,attr"`
		Title   string        `xml:"head>title"`
		Body    []opmlOutline `xml:"body>outline"`
	}{Version: "2.0", Title: "Sources of " + cfg.Site.Title}
	for _, s := range cfg.Sources {
		if strings.HasPrefix(s.URL, "file:") {
			continue
		}
		title := or(s.Title, s.Name)
		doc.Body = append(doc.Body, opmlOutline{Type: "rss", Text: title, Title: title, XMLURL: s.URL, HTMLURL: s.Home, Language: s.Language})
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(doc); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}
