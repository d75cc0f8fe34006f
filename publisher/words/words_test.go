package words

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

// Every language says every word, and has every plural form that it needs, each with its number.
func TestComplete(t *testing.T) {
	t.Parallel()
	for _, tag := range Tags() {
		w := For(tag)
		if !strings.EqualFold(w.Tag, tag) {
			t.Errorf("%s: tag %q", tag, w.Tag)
		}
		v := reflect.ValueOf(w).Elem()
		for i := range v.NumField() {
			name := v.Type().Field(i).Name
			switch f := v.Field(i); f.Kind() {
			case reflect.String:
				if s := f.String(); s == "" || s != strings.TrimSpace(s) || strings.Contains(s, "%") {
					t.Errorf("%s: %s is %q", tag, name, s)
				}
			case reflect.Map:
				if f.Type() == reflect.TypeFor[forms]() {
					continue
				}
				for _, field := range []string{"title", "summary", "body", "picture"} {
					if w.Fields[field] == "" {
						t.Errorf("%s: no name for %s", tag, field)
					}
				}
			}
		}
		for name, f := range map[string]forms{"minutes": w.minutes, "fresh": w.fresh, "results": w.results} {
			for _, rule := range w.locale.PluralsCardinal() {
				if strings.Count(f[rule], "%d") != 1 || strings.Count(f[rule], "%") != 1 {
					t.Errorf("%s: %s, %v: %q", tag, name, rule, f[rule])
				}
			}
			if len(f) != len(w.locale.PluralsCardinal()) {
				t.Errorf("%s: %s has %d forms, want %d", tag, name, len(f), len(w.locale.PluralsCardinal()))
			}
		}
	}
}

func TestFor(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		tags []string
		want string
	}{
		{nil, "en"}, {[]string{""}, "en"}, {[]string{"uk"}, "uk"}, {[]string{"uk-UA"}, "uk"}, {[]string{"de-AT"}, "de"}, {[]string{"DE"}, "de"}, {[]string{"en-GB"}, "en"},
		{[]string{"en-US"}, "en-US"}, {[]string{"ja", "fr"}, "fr"}, {[]string{"ja"}, "en"}, {[]string{"", "es"}, "es"}, {[]string{"-"}, "en"}, {[]string{"zh-Hant-TW", "ar-EG"}, "ar"},
	} {
		if got := For(c.tags...).Tag; got != c.want {
			t.Errorf("For(%q) = %s, want %s", c.tags, got, c.want)
		}
	}
}

func TestSaid(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 4, 15, 4, 0, 0, time.UTC)
	for _, c := range []struct{ tag, want string }{
		{"en", "2 min read|1 new|3 new|22 results|4 November 2026, 15:04|text"},
		{"en-US", "2 min read|1 new|3 new|22 results|November 4, 2026, 3:04 pm|text"},
		{"uk", "2 хв читання|1 нова|3 нові|22 результати|4 листопада 2026 р., 15:04|текст"},
		{"de", "2 Min. Lesezeit|1 neue Meldung|3 neue Meldungen|22 Treffer|4. November 2026, 15:04|Text"},
		{"fr", "2 min de lecture|1 nouveau|3 nouveaux|22 résultats|4 novembre 2026, 15:04|texte"},
		{"es", "2 min de lectura|1 nueva|3 nuevas|22 resultados|4 de noviembre de 2026, 15:04|texto"},
		{"pl", "2 min czytania|1 nowa|3 nowe|22 wyniki|4 listopada 2026, 15:04|tekst"},
		{"ru", "2 мин чтения|1 новая|3 новые|22 результата|4 ноября 2026 г., 15:04|текст"},
	} {
		w := For(c.tag)
		got := strings.Join([]string{w.Minutes(2), w.Fresh(1), w.Fresh(3), w.Results(22), w.Time(at), w.Field("body")}, "|")
		if got != c.want {
			t.Errorf("%s: %s\nwant %s", c.tag, got, c.want)
		}
	}
	if got := For("uk").Fresh(11) + "|" + For("uk").Fresh(21) + "|" + For("ar").Fresh(2) + "|" + For("ar").Direction() + "|" + For("uk").Direction(); got != "11 нових|21 нова|2 خبران جديدان|rtl|ltr" {
		t.Error(got)
	}
	if got := For("uk").FreshForms(); got != `{"few":"%d нові","many":"%d нових","one":"%d нова","other":"%d нової"}` {
		t.Errorf("forms: %s", got)
	}
	if got := For("en").Field("unheard-of"); got != "unheard-of" {
		t.Errorf("a field without a name is %q", got)
	}
}

func TestDirection(t *testing.T) {
	t.Parallel()
	for tag, want := range map[string]string{"": "ltr", "en": "ltr", "ar": "rtl", "AR-EG": "rtl", "he": "rtl", "fa": "rtl", "ur": "rtl", "az-Arab": "rtl", "pa-arab-pk": "rtl", "ar-Latn": "ltr", "arn": "ltr"} {
		if got := Direction(tag); got != want {
			t.Errorf("Direction(%q) = %s, want %s", tag, got, want)
		}
	}
}
