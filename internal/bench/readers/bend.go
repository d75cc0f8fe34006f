package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// A fault is something that happens to feeds on their way.
type fault struct {
	name string
	bend func([]byte) []byte // nil: it does not apply
}

var (
	declaration = regexp.MustCompile(`^\s*<\?xml[^>]*\?>`)
	prefixes    = regexp.MustCompile(` xmlns:(dc|content|media|itunes|atom|sy|slash|wfw|geo)="[^"]*"`)
	ampersand   = regexp.MustCompile(`&amp;`)
	tagNames    = regexp.MustCompile(`(</?)(title|link|pubDate|guid|description|item|entry|updated|id)([ >])`)
	sectionEnd  = []byte("]]>")
)

// faults are applied to feeds that are whole, one at a time.
var faults = []fault{
	{"cut at four fifths", func(b []byte) []byte { return b[:len(b)*4/5] }},
	{"warnings before", func(b []byte) []byte {
		return append([]byte("<br />\n<b>Warning</b>:  Undefined variable $x in <b>/srv/feed.php</b> on line <b>3</b><br />\n"), b...)
	}},
	{"text after", func(b []byte) []byte {
		return append(bytes.TrimSpace(b), "<!-- served in 0.1 s --><script>count(1 < 2)</script>"...)
	}},
	{"twice in one", func(b []byte) []byte { return append(append(bytes.TrimSpace(b), '\n'), b...) }},
	{"shown as a page", func(b []byte) []byte {
		escaped := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace
		return []byte("<html><head></head><body><pre>" + escaped(string(b)) + "</pre></body></html>")
	}},
	{"prefixes not declared", func(b []byte) []byte { return changed(b, prefixes.ReplaceAll(b, nil)) }},
	{"ampersands bare", func(b []byte) []byte { return changed(b, ampersand.ReplaceAll(b, []byte("&"))) }},
	{"names in capitals", func(b []byte) []byte {
		return changed(b, tagNames.ReplaceAllFunc(b, bytes.ToUpper))
	}},
	{"first section open", func(b []byte) []byte { return changed(b, bytes.Replace(b, sectionEnd, nil, 1)) }},
	{"control characters", func(b []byte) []byte {
		return changed(b, bytes.ReplaceAll(b, []byte("</title>"), []byte("\x0b&#8;</title>")))
	}},
	{"invented label", func(b []byte) []byte { return relabel(b, "utf8-general-ci") }},
	{"XML 1.1", func(b []byte) []byte {
		return append([]byte(`<?xml version="1.1" encoding="UTF-8"?>`), declaration.ReplaceAll(b, nil)...)
	}},
	{"UTF-16 without mark", func(b []byte) []byte {
		out, err := unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewEncoder().Bytes(relabel(b, "utf-16"))
		if err != nil {
			return nil
		}
		return out
	}},
	{"windows-1252, no label", func(b []byte) []byte {
		out, err := charmap.Windows1252.NewEncoder().Bytes(declaration.ReplaceAll(b, nil))
		if err != nil || bytes.Equal(out, b) {
			return nil
		}
		return out
	}},
	{"UTF-8 labelled koi8-r", func(b []byte) []byte { return relabel(b, "koi8-r") }},
}

// changed is the bent document, nil when the fault found nothing to bend.
func changed(before, after []byte) []byte {
	if bytes.Equal(before, after) {
		return nil
	}
	return after
}

func relabel(b []byte, label string) []byte {
	return append(fmt.Appendf(nil, `<?xml version="1.0" encoding="%s"?>`, label), declaration.ReplaceAll(b, nil)...)
}

// bent writes, for every whole UTF-8 feed of XML with items, one file for each fault, and makes the faults the classes.
func bent(files []file, dir string) (list []file, err error) {
	for i, f := range files {
		body, err := os.ReadFile(f.path)
		if err != nil {
			return nil, err
		}
		body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
		if r := readGofeed(f.path, body); len(r.Items) < 2 || len(body) > 200<<10 || body[0] != '<' || !bytes.Equal(bytes.ToValidUTF8(body, nil), body) {
			continue
		}
		for k, fault := range faults {
			out := fault.bend(bytes.Clone(body))
			if out == nil {
				continue
			}
			path := filepath.Join(dir, fmt.Sprintf("%04d-%02d.xml", i, k))
			if err := os.WriteFile(path, out, 0o600); err != nil {
				return nil, err
			}
			list = append(list, file{path, fault.name})
		}
	}
	return list, nil
}
