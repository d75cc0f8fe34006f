package wires

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/tools/txtar"
)

// An outlet publishes a feed. Its exported fields are for the templates.
type outlet struct {
	Name     string
	Title    string
	About    string
	Language string // BCP 47
	Feed     string // the feed's file name

	form     string         // the template of its feed, without .tmpl
	kind     string         // the feed's media type
	charset  string         // "" is UTF-8
	zone     *time.Location // of the dates in its feed
	every    time.Duration  // between two new articles, on average
	list     int            // how many articles the feed holds
	history  int            // how many it has published before the world's start
	first    int            // the number of its first article
	dateline string         // what its articles begin with: place, date and this in brackets; "" for none
	carries  string         // the outlet whose texts it carries too; "" for none
	broken   bool           // its server fails, and later breaks off in the middle

	authors []string
	texts   []*text
	order   []int // of texts
}

// A text is what an outlet can publish, many times in other words.
type text struct {
	slug    string
	desk    string
	title   string
	later   string // title after the edit; "" when it stays
	from    string // place of the dateline
	by      []string
	tags    []string
	scene   string // which kind of picture; "" for none
	caption string
	credit  string
	paras   []para
}

// A para is a paragraph before the edit, after it, or both.
type para struct {
	before, after bool
	text          string
}

// edited reports whether the text has a later form.
func (t *text) edited() bool {
	if t.later != "" {
		return true
	}
	for _, p := range t.paras {
		if !p.before || !p.after {
			return true
		}
	}
	return false
}

// parseOutlet reads an outlet's file.
func parseOutlet(name string, data []byte) (*outlet, error) {
	a := txtar.Parse(data)
	o := &outlet{Name: name}
	h, rest, err := parseHeader(string(a.Comment))
	if err != nil {
		return nil, err
	}
	if strings.TrimSpace(rest) != "" {
		return nil, fmt.Errorf("text before the first article: %q", rest)
	}
	o.Title, o.About, o.Language, o.Feed = h.take("title"), h.take("about"), h.take("language"), h.take("feed")
	o.form, o.kind, o.charset = h.take("form"), h.take("kind"), h.take("charset")
	o.dateline, o.carries, o.broken = h.take("dateline"), h.take("carries"), h.take("broken") == "yes"
	o.authors = list(h.take("authors"))
	zone, zoneErr := time.Parse("-0700", h.take("zone"))
	_, offset := zone.Zone()
	o.zone = time.FixedZone("", offset)
	every, everyErr := time.ParseDuration(h.take("every"))
	o.every = every
	numbers := make([]error, 3)
	o.list, numbers[0] = strconv.Atoi(h.take("list"))
	o.history, numbers[1] = strconv.Atoi(h.take("history"))
	o.first, numbers[2] = strconv.Atoi(h.take("first"))
	if err := errors.Join(zoneErr, everyErr, errors.Join(numbers...), h.left()); err != nil {
		return nil, err
	}
	for _, f := range a.Files {
		t, err := parseText(f)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
		if len(t.by) == 0 && len(o.authors) > 0 {
			t.by = []string{o.authors[len(o.texts)%len(o.authors)]}
		}
		o.texts = append(o.texts, t)
	}
	return o, nil
}

func parseText(f txtar.File) (*text, error) {
	h, rest, err := parseHeader(string(f.Data))
	if err != nil {
		return nil, err
	}
	t := &text{
		slug: f.Name, desk: h.take("desk"), title: h.take("title"), later: h.take("later"), from: h.take("from"), by: list(h.take("by")),
		tags: list(h.take("tags")), scene: h.take("scene"), caption: h.take("caption"), credit: h.take("credit"),
	}
	for p := range strings.SplitSeq(rest, "\n\n") {
		p = strings.Join(strings.Fields(p), " ")
		if p == "" {
			continue
		}
		added, isAdded := strings.CutPrefix(p, "+ ")
		gone, isGone := strings.CutPrefix(p, "- ")
		switch {
		case isAdded:
			t.paras = append(t.paras, para{after: true, text: added})
		case isGone:
			t.paras = append(t.paras, para{before: true, text: gone})
		default:
			t.paras = append(t.paras, para{before: true, after: true, text: p})
		}
	}
	if t.title == "" || len(t.paras) == 0 {
		return nil, errors.New("no title or no text")
	}
	return t, h.left()
}

// A header is the lines "key: value" at the beginning of a text.
type header map[string]string

// parseHeader reads them up to the first empty line; rest is what follows.
func parseHeader(s string) (h header, rest string, err error) {
	h = header{}
	head, rest, _ := strings.Cut(s, "\n\n")
	for line := range strings.SplitSeq(strings.TrimSpace(head), "\n") {
		key, value, ok := strings.Cut(line, ":")
		if !ok {
			return nil, "", fmt.Errorf("no key in %q", line)
		}
		h[key] = strings.TrimSpace(value)
	}
	return h, rest, nil
}

func (h header) take(key string) string {
	s := h[key]
	delete(h, key)
	return s
}

// left is an error when there are keys that nobody took.
func (h header) left() error {
	for key := range h {
		return fmt.Errorf("nobody knows the key %q", key)
	}
	return nil
}

func list(s string) []string {
	var all []string
	for one := range strings.SplitSeq(s, ",") {
		if one = strings.TrimSpace(one); one != "" {
			all = append(all, one)
		}
	}
	return all
}
