package format_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"deskwire"
	"deskwire/publisher/format"
)

// chained is every golden edition as what readers subscribe to, with and without an archive, and as pages of one.
func chained(t testing.TB) map[string]*deskwire.Edition {
	t.Helper()
	all := map[string]*deskwire.Edition{}
	for file, ed := range editions(t) {
		all[file] = ed
		for _, at := range [][3]deskwire.ArchivePage{
			{{}, {Number: 8, Stories: 37}, {}},
			{{Number: 8, Stories: 37}, {Number: 7}, {}},
			{{Number: 7}, {Number: 6}, {Number: 8}},
			{{Number: 1}, {}, {}},
		} {
			page := *ed
			page.Page, page.Older, page.Newer = at[0], at[1], at[2]
			all[fmt.Sprintf("%s %v", file, at)] = &page
		}
	}
	return all
}

// address is where a document of an edition's chain stands.
func address(ed *deskwire.Edition, p deskwire.ArchivePage, kind string) string {
	file := "feed." + kind
	if p.Number > 0 {
		file = p.File(kind)
	}
	return site.Feed(&ed.Channel, file)
}

// checkChain says that a document calls itself what it was fetched as (W01), and leads to its neighbours and to nobody else
// (RFC 5005 §4). RSS says it as Atom does.
func checkChain(t testing.TB, ed *deskwire.Edition, feed *node, kind string) {
	t.Helper()
	want := []string{"self " + address(ed, ed.Page, kind)}
	if kind == "atom" {
		want = append(want, "alternate "+site.Page(&ed.Channel))
	}
	archive := ed.Page.Number > 0
	if archive {
		want = append(want, "current "+address(ed, deskwire.ArchivePage{}, kind))
	}
	if ed.Older.Number > 0 {
		want = append(want, "prev-archive "+address(ed, ed.Older, kind))
	}
	if ed.Newer.Number > 0 {
		want = append(want, "next-archive "+address(ed, ed.Newer, kind))
	}
	var got []string
	for _, l := range feed.all("atom:link") {
		got = append(got, l.attrs["rel"]+" "+l.attrs["href"])
		mediaType := "application/" + kind + "+xml"
		if l.attrs["rel"] == "alternate" {
			mediaType = "text/html"
		}
		if l.attrs["type"] != mediaType {
			t.Errorf("W24 the %s link is of type %q", l.attrs["rel"], l.attrs["type"])
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("W01 W24 links %q, want %q", got, want)
	}
	if n := len(feed.all("fh:archive")); n > 1 || (n == 1) != archive {
		t.Errorf("%d fh:archive, want one in archives only", n)
	}
}

// The feed that is written for itself is the one that is written together with the others.
func TestWriteOne(t *testing.T) {
	t.Parallel()
	for name, ed := range chained(t) {
		all, err := format.Write(ed, site)
		if err != nil {
			t.Fatal(err)
		}
		for kind, want := range map[string][]byte{"rss": all.RSS, "atom": all.Atom, "json": all.JSON} {
			got, err := format.WriteOne(ed, site, kind)
			if err != nil || string(got) != string(want) || !slices.Contains(format.Kinds(), kind) || !strings.HasPrefix(format.TypeOf(kind), "application/") {
				t.Errorf("%s %s: %d bytes, %v, want %d", name, kind, len(got), err, len(want))
			}
		}
	}
	if _, err := format.WriteOne(new(deskwire.Edition), site, "html"); err == nil || format.TypeOf("html") != "" {
		t.Error("wrote a feed in HTML")
	}
}
