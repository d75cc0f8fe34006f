package format_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"deskwire"
	"deskwire/publisher/format"
)

// A document that was taken apart can be put together, and with some of its items it is a valid feed of those.
func TestSplit(t *testing.T) {
	t.Parallel()
	types := map[string]string{format.RSSFile: format.RSSType, format.AtomFile: format.AtomType, format.JSONFile: format.JSONType}
	for name, ed := range chained(t) {
		for file, doc := range render(t, ed) {
			head, items, tail := format.Split(types[file], doc)
			var ids []deskwire.ID
			for i := range ed.Items {
				ids = append(ids, ed.Items[i].ID)
			}
			for _, r := range ed.Retracted {
				ids = append(ids, r.Item)
			}
			if len(items) != len(ids) || !bytes.Equal(format.Join(types[file], head, items, tail), doc) {
				t.Errorf("%s %s: %d items of %d, or other bytes", name, file, len(items), len(ids))
				continue
			}
			for i := range items {
				if !bytes.Contains(items[i], []byte(site.Tag(ids[i]))) || bytes.Count(items[i], []byte("tag:"+site.ID+":a/")) != 1 {
					t.Errorf("%s %s: part %d is not item %s", name, file, i, ids[i])
				}
			}
			some := *ed
			some.Items, some.Retracted = nil, nil
			var parts [][]byte
			for i := range ed.Items {
				if i%2 == 1 {
					some.Items, parts = append(some.Items, ed.Items[i]), append(parts, items[i])
				}
			}
			part := format.Join(types[file], head, parts, tail)
			switch file {
			case format.RSSFile:
				checkRSS(t, &some, parseXML(t, part))
			case format.AtomFile:
				checkAtom(t, &some, parseXML(t, part))
			case format.JSONFile:
				checkJSON(t, &some, part)
			}
		}
	}
	for _, doc := range []string{"", "no feed", "<rss>\n    <item>", "{\n\"items\":[\n", "<rss>\n    <item></item>\n    <item>"} {
		for _, mediaType := range []string{format.RSSType, format.AtomType, format.JSONType, format.OPMLType, ""} {
			if head, items, tail := format.Split(mediaType, []byte(doc)); len(items) != 0 || string(head)+string(tail) != doc {
				t.Errorf("Split(%q) of %s: %q, %d items, %q", doc, mediaType, head, len(items), tail)
			}
		}
	}
}

// Texts that look like the seams of a document do not tear it.
func TestSplitHostile(t *testing.T) {
	t.Parallel()
	ed := readEdition(t, "testdata/rich.txtar")
	seams := "a\n    <item>b</item>\n    <item>\n  <entry>c</entry>\n\"items\":[\n]}\n"
	for i := range ed.Items {
		it := &ed.Items[i]
		it.Article.Title, it.Article.Summary, it.Article.GUID = seams, seams, seams
		it.Body = "<p>" + strings.ReplaceAll(seams, "<", "&lt;") + "</p><pre>" + seams + "</pre>" + seams
	}
	types := map[string]string{format.RSSFile: format.RSSType, format.AtomFile: format.AtomType, format.JSONFile: format.JSONType}
	for file, doc := range render(t, ed) {
		head, items, tail := format.Split(types[file], doc)
		if len(items) != len(ed.Items) || !slices.Equal(format.Join(types[file], head, items, tail), doc) {
			t.Errorf("%s: %d items of %d", file, len(items), len(ed.Items))
		}
		if file == format.JSONFile && !slices.ContainsFunc(items, json.Valid) {
			t.Errorf("no item of %s is JSON", file)
		}
	}
}
