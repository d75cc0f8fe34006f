package format_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"deskwire"
	"deskwire/publisher/format"
)

// shownOf are the items of a document that stand for what is shown. Those that stand for what was killed are looked at by
// check, which may be nil.
func shownOf[T any](t testing.TB, ed *deskwire.Edition, all []T, check func(testing.TB, deskwire.Retraction, T)) []T {
	t.Helper()
	if len(all) != len(ed.Items)+len(ed.Retracted) {
		t.Fatalf("%d items, want %d and %d killed", len(all), len(ed.Items), len(ed.Retracted))
	}
	for i, r := range ed.Retracted {
		if check != nil {
			check(t, r, all[len(ed.Items)+i])
		}
	}
	return all[:len(ed.Items)]
}

// leaves are the elements that a killed item has, by name.
func leaves(n *node) map[string]bool {
	names := map[string]bool{}
	for _, c := range n.children {
		names[c.name()] = true
	}
	return names
}

func checkRSSRetraction(t testing.TB, r deskwire.Retraction, item *node) {
	t.Helper()
	rssDate(t, item.one("pubDate"), r.At)
	if item.one("guid") != site.Tag(r.Item) || item.all("guid")[0].attrs["isPermaLink"] != "false" || item.one("title") == "" || item.one("description") == "" {
		t.Errorf("W12 a killed item is %v", item.children)
	}
	for name := range leaves(item) {
		switch name {
		case "guid", "title", "description", "pubDate", "dc:creator":
		default:
			t.Errorf("a killed item has %s", name)
		}
	}
}

func checkAtomRetraction(t testing.TB, r deskwire.Retraction, e *node) {
	t.Helper()
	checkEntry(t, e)
	updated, err := time.Parse(time.RFC3339Nano, e.one("atom:updated"))
	if err != nil || !updated.Truncate(time.Second).Equal(r.At.Truncate(time.Second)) || e.one("atom:id") != site.Tag(r.Item) || e.one("atom:title") == "" {
		t.Errorf("W22 a killed entry is %v", e.children)
	}
	for name := range leaves(e) {
		switch name {
		case "atom:id", "atom:title", "atom:updated", "atom:published", "atom:author", "atom:summary":
		case "atom:link":
			if l := e.all(name); len(l) != 1 || !strings.HasPrefix(l[0].attrs["href"], site.URL) {
				t.Errorf("a killed entry leads to %v", l)
			}
		default:
			t.Errorf("a killed entry has %s", name)
		}
	}
}

// Deleted entries (RFC 6721) stand where the channel asks for them, and are not older than the entries that say so.
func TestTombstones(t *testing.T) {
	t.Parallel()
	ed := readEdition(t, "testdata/killed.txtar")
	if ed.Channel.Policy.Tombstones {
		t.Fatal("the golden file should show what is usual")
	}
	if b, err := format.Atom(ed, site); err != nil || strings.Contains(string(b), "tombstones") {
		t.Errorf("not asked for, and there (%v)", err)
	}
	ed.Channel.Policy.Tombstones = true
	b, err := format.Atom(ed, site)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range ed.Retracted {
		at := strings.Index(string(b), `<at:deleted-entry ref="`+site.Tag(r.Item)+`" when="`)
		if at < 0 {
			t.Fatalf("%s is not deleted in\n%s", r.Item, b)
		}
		_, when, _ := strings.Cut(string(b)[at:], `when="`)
		when, _, _ = strings.Cut(when, `"`)
		if !strings.Contains(string(b), "<updated>"+when+"</updated>") {
			t.Errorf("%s deleted at %s, which no entry is of", r.Item, when)
		}
	}
	if !strings.Contains(string(b), `xmlns:at="http://purl.org/atompub/tombstones/1.0"`) {
		t.Error("no namespace")
	}
	parseXML(t, b)
	ed.Retracted = nil
	if b, err = format.Atom(ed, site); err != nil || strings.Contains(string(b), "tombstones") {
		t.Errorf("nothing was killed, and the namespace is there (%v)", err)
	}
}

// The notices of every language are whole, and go by the primary subtag; a language that is not there has the English ones.
func TestNoticeLanguages(t *testing.T) {
	t.Parallel()
	say := func(language string) string {
		t.Helper()
		ed := &deskwire.Edition{
			Channel:   deskwire.Channel{Kind: deskwire.Desk, Name: "d", Language: language},
			Retracted: []deskwire.Retraction{{Item: "06nqg2m000000001", At: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}},
		}
		b, err := format.JSON(ed, site)
		if err != nil {
			t.Fatal(err)
		}
		var feed struct {
			Items []struct {
				Title string
				Text  string `json:"content_text"`
			}
		}
		if err := json.Unmarshal(b, &feed); err != nil {
			t.Fatal(err)
		}
		if feed.Items[0].Title == "" || feed.Items[0].Text == "" {
			t.Errorf("%s says %+v", language, feed.Items[0])
		}
		return feed.Items[0].Title + ": " + feed.Items[0].Text
	}
	english := say("en")
	for _, language := range strings.Fields("ar cs da de el es fi fr hu it ja ko nb nn no nl pl pt ro ru sv tr uk zh") {
		if got := say(language); got == english {
			t.Errorf("%s says %q", language, got)
		}
	}
	if say("pt-BR") != say("PT") || say("xx") != english || say("en-GB") != english {
		t.Error("not by the primary subtag")
	}
}
