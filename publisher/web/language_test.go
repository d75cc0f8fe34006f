package web

import (
	"strings"
	"testing"

	"deskwire"
)

// Pages speak the language of their channel: words, plural forms, dates and direction, while texts in other languages say so.
func TestPagesSpeakTheChannelsLanguage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ language, direction, label, read, day string }{
		{"uk-UA", "ltr", "Стрічка новин", "2 хв читання", " 2026 р., "},
		{"de", "ltr", "Nachrichten", "2 Min. Lesezeit", ". "},
		{"fr", "ltr", "Fil d’actualité", "2 min de lecture", " 2026, "},
		{"es", "ltr", "Noticias", "2 min de lectura", " de 2026, "},
		{"ar", "rtl", "آخر الأخبار", "قراءة في 2 دقيقة", "2026, "},
		{"ja", "ltr", "News Feed", "2 min read", " 2026, "}, // the site's language where there are no words in the channel's
	} {
		ch := world
		ch.Language = c.language
		n := open(t, ch)
		n.now = n.now.AddDate(2026-n.now.Year(), 0, 0)
		n.say("harbour", "Old bridge reopens", func(d *deskwire.Draft) { d.Language = c.language })
		n.publish()
		page := parsePage(t, body(t, n.ask("GET", desk)))
		root := page.all("html")[0]
		if attr(root, "lang") != c.language || attr(root, "dir") != c.direction {
			t.Errorf("%s: <html lang=%s dir=%s>", c.language, attr(root, "lang"), attr(root, "dir"))
		}
		story := parsePage(t, body(t, n.ask("GET", attr(page.all("article .meta a")[0], "href"))))
		for what, got := range map[string]string{"label": page.one("main .label"), "meta": page.one("article .meta"), "story's label": story.one(".story .label"), "story's meta": story.one("header .meta")} {
			want := []string{c.label}
			if strings.HasSuffix(what, "meta") {
				want = []string{c.read, c.day}
			}
			for _, w := range want {
				if !strings.Contains(got, w) {
					t.Errorf("%s: the %s is %q, want %q in it", c.language, what, got, w)
				}
			}
		}
	}
}
