package web

import (
	"slices"
	"strings"
	"testing"
	"time"

	"deskwire"
)

// The pages of articles are exported as they are served, made again only when something in them changed, and removed when they are
// gone: what was killed leaves a notice, what became part of another leads there.
func TestArticleFiles(t *testing.T) {
	t.Parallel()
	plain := world
	plain.Outputs = nil
	n := open(t, plain)
	var ids []deskwire.ID
	for range 16 {
		n.now = n.now.Add(time.Minute)
		n.say("harbour", "A story")
		ids = append(ids, n.newest())
	}
	n.publish()
	page := func(id deskwire.ID) string { return fileName(articleURL(id)) }
	first := export(t, n)
	for _, id := range ids {
		if first[page(id)] == nil || first[page(id)+".br"] == nil || first[page(id)+".gz"] == nil {
			t.Fatalf("%s is not whole", id)
		}
	}
	again := func(before folder) (after, written folder) {
		t.Helper()
		written = folder{}
		if _, err := Export(t.Context(), n.press, nil, before[ArchiveState], n.now, written.sink); err != nil {
			t.Fatal(err)
		}
		after = folder{}
		for name := range strings.FieldsSeq(string(written[Manifest])) {
			if after[name] = written[name]; after[name] == nil {
				after[name] = before[name]
			}
			if after[name] == nil {
				t.Errorf("%s is listed and nowhere", name)
			}
		}
		return after, written
	}
	pages := func(f folder) (list []deskwire.ID) {
		for i := range ids {
			if f[page(ids[i])] != nil {
				list = append(list, ids[i])
			}
		}
		return list
	}
	after, written := again(first)
	if got := pages(written); len(got) > 0 {
		t.Errorf("nothing changed, and %d pages were written", len(got))
	}
	n.now = n.now.Add(time.Minute)
	n.say("harbour", "A story more")
	more := n.newest()
	n.publish()
	after, written = again(after)
	if got := pages(written); slices.Contains(got, ids[0]) || !slices.Contains(got, ids[15]) || written[page(more)] == nil {
		t.Errorf("a story came, and written were %v of %v", got, ids)
	}
	n.now = n.now.Add(time.Minute)
	n.decide(deskwire.Decision{Verb: deskwire.Kill, Article: ids[0]})
	n.decide(deskwire.Decision{Verb: deskwire.Hide, Article: ids[1]})
	n.decide(deskwire.Decision{Verb: deskwire.Merge, Article: ids[2], With: ids[3]})
	n.publish()
	after, _ = again(after)
	if s := string(after[page(ids[0])]); !strings.Contains(s, "was withdrawn") || strings.Contains(s, "A story") {
		t.Errorf("killed: %s", s)
	}
	if after[page(ids[1])] != nil {
		t.Error("what is hidden is still there")
	}
	if s := string(after[page(ids[3])]); !strings.Contains(s, `<link rel="canonical" href="https://news.example.org`+articleURL(ids[2])) || strings.Contains(s, "http-equiv") {
		t.Errorf("merged: %s", s)
	}
	for name, want := range map[string][]string{
		"nginx.conf":  {"location = " + articleURL(ids[0]) + " { error_page 410", "location = " + articleURL(ids[3]) + " { return 301 " + articleURL(ids[2])},
		"Caddyfile":   {"@withdrawn path " + articleURL(ids[0]), "redir " + articleURL(ids[3]) + " " + articleURL(ids[2]) + " permanent"},
		"apache.conf": {"RedirectMatch 410 ^" + articleURL(ids[0]) + "$", "RedirectMatch 301 ^" + articleURL(ids[3]) + "$ " + articleURL(ids[2])},
	} {
		for _, line := range want {
			if !strings.Contains(string(after[serverFolder+"/"+name]), line) {
				t.Errorf("%s lacks %q", name, line)
			}
		}
	}
	whole := export(t, n)
	if len(whole) != len(after)+1 {
		t.Errorf("%d files, %d if all were written anew", len(after), len(whole)-1)
	}
	for name, b := range whole {
		if name != ArchiveState && name != Manifest && string(after[name]) != string(b) {
			t.Errorf("%s is another than if all were written anew", name)
		}
	}
	// Another face of the desk is seen on every page.
	n.channels[0].Face.Bio = "Four editors."
	n.press.Reconfigure(n.site, n.channels, n.sources)
	n.publish()
	if _, written = again(after); len(pages(written)) < 14 {
		t.Errorf("the face changed, and %d pages were written", len(pages(written)))
	}
}
