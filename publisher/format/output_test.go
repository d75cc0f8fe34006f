package format_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"deskwire"
	"deskwire/publisher/format"

	"github.com/rogpeppe/go-internal/txtar"
)

// Each file of testdata/outputs is an output and what it makes of the rich edition.
func TestOutputs(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/outputs/*.txtar")
	if err != nil || len(files) < 4 {
		t.Fatalf("found %d files, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			ar, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var out deskwire.Output
			if err := json.Unmarshal(ar.Files[0].Data, &out); err != nil {
				t.Fatal(err)
			}
			ed := readEdition(t, "testdata/rich.txtar")
			// A long title, for who wants a short one beside it.
			ed.Items[1].Article.Title = strings.TrimSpace(strings.Repeat("A bridge too long ", 12))
			got := output(t, ed, &out)
			if *update {
				ar.Files = append(ar.Files[:1], txtar.File{Name: out.Name + "." + string(out.Format), Data: got})
				if err := os.WriteFile(file, txtar.Format(ar), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if len(ar.Files) != 2 || !bytes.Equal(ar.Files[1].Data, got) {
				t.Errorf("got\n%s\nwant the last file of %s", got, file)
			}
			if again := output(t, ed, &out); !bytes.Equal(again, got) {
				t.Error("a second time the bytes differ")
			}
			if out.Format != deskwire.FormatJSON {
				parseXML(t, got)
			}
			self := site.URL + out.Path(&ed.Channel)
			if n := bytes.Count(got, []byte(`"`+self+`"`)); n != 1 {
				t.Errorf("W01 it names its own address %s %d times", self, n)
			}
		})
	}
}

func output(t *testing.T, ed *deskwire.Edition, out *deskwire.Output) []byte {
	t.Helper()
	ed.Channel = out.As(ed.Channel)
	got, err := format.Output(ed, site, out)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// What only partners know stands in no other feed (W07).
func TestPartnersAlone(t *testing.T) {
	t.Parallel()
	for file, ed := range editions(t) {
		for name, b := range render(t, ed) {
			for _, word := range []string{"snf:", "smartnews", "mi:", "microsoft", "media:thumbnail", "media:text"} {
				if bytes.Contains(b, []byte(word)) {
					t.Errorf("W07 %s of %s holds %s", name, file, word)
				}
			}
		}
	}
	ed := readEdition(t, "testdata/rich.txtar")
	if _, err := format.Output(ed, site, &deskwire.Output{Name: "x", Format: "xml"}); !errors.Is(err, deskwire.ErrInvalid) {
		t.Errorf("an unknown format: %v", err)
	}
}

// What an editor or a source wrote into a name, a title or an address can not break out of a footer.
func TestFooter(t *testing.T) {
	t.Parallel()
	const evil = `"><script>x</script>`
	ed := &deskwire.Edition{
		Channel: deskwire.Channel{Kind: deskwire.Desk, Name: "world", Title: "W" + evil, Policy: deskwire.Policy{Footer: "{source}\n\n <b>{title}</b> {link} {channel}{site} {source}"}},
		Items: []deskwire.Item{
			{ID: "06nqg2m000000001", Body: "<p>Text.</p>", Source: deskwire.Source{Title: "S" + evil}, Article: deskwire.Article{Title: "T" + evil + "{link}", Link: `https://a.example/?"><script>x</script>`}},
			{ID: "06nqg2m000000002", Source: deskwire.Source{Title: "Silent"}, Article: deskwire.Article{Title: "No body"}},
			{ID: "06nqg2m000000003", Body: "<p>Text.</p>", Source: deskwire.Source{Title: "Nowhere"}, Article: deskwire.Article{Title: "No link"}},
		},
	}
	b, err := format.JSON(ed, site)
	if err != nil {
		t.Fatal(err)
	}
	var feed struct {
		Items []struct {
			HTML string `json:"content_html"`
			Text string `json:"content_text"`
		}
	}
	if err := json.Unmarshal(b, &feed); err != nil {
		t.Fatal(err)
	}
	const addr = "https://a.example/?%22%3E%3Cscript%3Ex%3C/script%3E"
	const name = `S"&gt;&lt;script&gt;x&lt;/script&gt;`
	want := `<p>Text.</p><p><a href="` + addr + `">` + name + `</a><br/>&lt;b&gt;T"&gt;&lt;script&gt;x&lt;/script&gt;{link}&lt;/b&gt; <a href="` + addr + `">` + addr +
		`</a> <a href="https://news.example.org/desks/world/">W"&gt;&lt;script&gt;x&lt;/script&gt;</a><a href="https://news.example.org/">Example News</a> <a href="` + addr + `">` + name + `</a></p>`
	if feed.Items[0].HTML != want {
		t.Errorf("got  %s\nwant %s", feed.Items[0].HTML, want)
	}
	if feed.Items[1].HTML != "" || strings.Contains(feed.Items[1].Text, "Silent") {
		t.Errorf("an item without a body has a footer: %+v", feed.Items[1])
	}
	if !strings.HasPrefix(feed.Items[2].HTML, "<p>Text.</p><p>Nowhere<br/>") {
		t.Errorf("without an address: %s", feed.Items[2].HTML)
	}
	if format.Body(want) != want {
		t.Error("W17 a footer is not harmless HTML")
	}
	ed.Channel.Policy.Footer = " \n\t\n"
	if b, err = format.JSON(ed, site); err != nil || bytes.Contains(b, []byte("Text.</p><p>")) {
		t.Errorf("a blank footer is written: %v", err)
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`<p>Text</p>`: `<p>Text</p>`,
		`<p>A<img src="https://a.example/1.jpg" alt="x"/>B</p>`:                                                                             `<p>AB</p>`,
		`<figure><img src="https://a.example/1.jpg"/><figcaption>Who</figcaption></figure><p>T</p>`:                                         `<p>T</p>`,
		`<figure><table><tbody><tr><td>1</td></tr></tbody></table><figcaption>Sum</figcaption></figure><img src="https://a.example/1.jpg">`: `<figure><table><tbody><tr><td>1</td></tr></tbody></table><figcaption>Sum</figcaption></figure>`,
		`<img src="https://a.example/1.jpg">`:                                                                                               ``,
	} {
		if got := format.Words(in); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
	ed := &deskwire.Edition{Items: []deskwire.Item{{ID: "06nqg2m000000001", Wordy: true, Body: `<p>A<img src="https://a.example/1.jpg"></p>`}}}
	for name, b := range render(t, ed) {
		if bytes.Contains(b, []byte("1.jpg")) {
			t.Errorf("%s shows a picture without the right to it", name)
		}
	}
}

// What stands around a text is bounded, whatever was stored.
func TestBounded(t *testing.T) {
	t.Parallel()
	item := deskwire.Item{ID: "06nqg2m000000001", Article: deskwire.Article{Title: "Many"}}
	for i := range 2000 {
		item.Article.Media = append(item.Article.Media, deskwire.Media{URL: fmt.Sprint("https://a.example/", i), Enclosed: true})
		item.Article.Categories = append(item.Article.Categories, fmt.Sprint("tag ", i))
		item.Article.Authors = append(item.Article.Authors, deskwire.Author{Name: fmt.Sprint("author ", i)})
	}
	for name, b := range render(t, &deskwire.Edition{Items: []deskwire.Item{item}}) {
		if len(b) > 30_000 || !strings.Contains(string(b), "author 49") || !strings.Contains(string(b), "tag 99") {
			t.Errorf("%s has %d bytes", name, len(b))
		}
	}
}
