package format_test

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"
	"time"

	"deskwire"
	"deskwire/publisher/format"

	"github.com/rogpeppe/go-internal/txtar"
)

// A corrections feed is an Atom feed by all the rules, byte for byte that of the golden file.
func TestCorrectionsGolden(t *testing.T) {
	t.Parallel()
	const file = "testdata/corrections/notices.txtar"
	ar, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var in struct {
		Channel deskwire.Channel
		Updated time.Time
		Notices []deskwire.Notice
	}
	if err := json.Unmarshal(ar.Files[0].Data, &in); err != nil {
		t.Fatal(err)
	}
	got, err := format.Corrections(&in.Channel, in.Notices, in.Updated, site)
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		ar.Files = append(ar.Files[:1], txtar.File{Name: format.CorrectionsFile, Data: got})
		if err := os.WriteFile(file, txtar.Format(ar), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want := ar.Files[1].Data; !bytes.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	feed := parseXML(t, got)
	self := 0
	for _, l := range feed.all("atom:link") {
		if l.attrs["rel"] == "self" && l.attrs["href"] == site.Feed(&in.Channel, format.CorrectionsFile) {
			self++
		}
	}
	if self != 1 || feed.one("atom:id") == site.ChannelTag(&in.Channel) || feed.one("atom:title") == "" || len(feed.all("atom:author")) != 1 || feed.attrs["lang"] != "en" {
		t.Errorf("W01 W02 W22 the feed says %v", feed.children)
	}
	checkXML(t, feed)
	ids, times := map[string]bool{}, map[string]bool{}
	for i, e := range feed.all("atom:entry") {
		checkEntry(t, e)
		n := in.Notices[i]
		updated := e.one("atom:updated")
		when, err := time.Parse(time.RFC3339Nano, updated)
		if err != nil || !when.Truncate(time.Second).Equal(n.At.Truncate(time.Second)) || e.one("atom:published") == "" || updated > feed.one("atom:updated") {
			t.Errorf("W13 W23 entry %d is of %s (%v)", i, updated, err)
		}
		if ids[e.one("atom:id")] || times[updated] || e.one("dc:identifier") != site.Tag(n.Item) || e.one("atom:title") == "" {
			t.Errorf("W22 W23 entry %d: id %q, updated %q, of %q", i, e.one("atom:id"), updated, e.one("dc:identifier"))
		}
		ids[e.one("atom:id")], times[updated] = true, true
	}
	if len(ids) != len(in.Notices) {
		t.Errorf("%d entries, want %d", len(ids), len(in.Notices))
	}
}

// Without a correction the feed is of the channel's creation, and valid.
func TestNoCorrections(t *testing.T) {
	t.Parallel()
	created := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	b, err := format.Corrections(&deskwire.Channel{Kind: deskwire.Topic, Name: "sea", Language: "de"}, nil, created, site)
	if err != nil {
		t.Fatal(err)
	}
	feed := parseXML(t, b)
	if feed.one("atom:title") != "sea: Berichtigungen" || feed.one("atom:updated") != "2026-11-23T12:00:00.000000000Z" || len(feed.all("atom:entry")) > 0 {
		t.Errorf("%s", b)
	}
}
