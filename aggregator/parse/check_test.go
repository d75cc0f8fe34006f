package parse

import (
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"deskwire"
)

// checkDraft checks what holds for every draft whatever it was read from.
func checkDraft(t testing.TB, where string, d *deskwire.Draft, now time.Time) {
	t.Helper()
	if d.GUID == "" {
		t.Errorf("%s: empty GUID (%q)", where, d.Title)
	}
	if d.Mark == 0 || d.Digest == 0 {
		t.Errorf("%s: mark %d, digest %d: neither may be 0", where, d.Mark, d.Digest)
	}
	if d.Published.IsZero() || d.Published.After(now) || d.Modified.After(now) {
		t.Errorf("%s: published %v, modified %v, now %v", where, d.Published, d.Modified, now)
	}
	if n := utf8.RuneCountInString(d.Summary); n > maxSummary {
		t.Errorf("%s: summary of %d runes", where, n)
	}
	links := []string{d.Link, d.Comments, d.Via.URL}
	texts := []string{d.Title, d.Summary, d.Rights, d.Via.Title}
	for _, m := range d.Media {
		if m.URL == "" {
			t.Errorf("%s: media without address: %+v", where, m)
		}
		links = append(links, m.URL)
		texts = append(texts, m.Title, m.Caption, m.Credit)
	}
	for _, a := range d.Authors {
		links = append(links, a.URL)
		texts = append(texts, a.Name, a.Email)
		if a == (deskwire.Author{}) {
			t.Errorf("%s: an author who is nobody", where)
		}
	}
	texts = append(texts, d.Categories...)
	for _, l := range links {
		checkAddress(t, where, l)
	}
	for _, s := range texts {
		if !utf8.ValidString(s) || strings.ContainsFunc(s, invisible) {
			t.Errorf("%s: a text that is not plain: %q", where, s)
		}
	}
	checkHTML(t, where, d.Body)
	if d.HasBody != (d.Body != "") {
		t.Errorf("%s: HasBody %v, body of %d bytes", where, d.HasBody, len(d.Body))
	}
}

func checkAddress(t testing.TB, where, l string) {
	t.Helper()
	if l == "" {
		return
	}
	u, err := url.Parse(l)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		t.Errorf("%s: no absolute http(s) address: %q (%v)", where, l, err)
	}
}
