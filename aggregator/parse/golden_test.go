package parse

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"

	"deskwire"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// goldenNow is when every golden document was fetched.
var goldenNow = time.Date(2026, 5, 3, 12, 0, 0, 0, time.UTC)

// Each golden holds, after the reason why it exists, the document (in.xml, in.json), the encoding that it is sent in, where that
// is not UTF-8 (encoding.txt: a name, or "bytes" where the document writes single bytes as \xff), the Content-Type header
// (header.txt), the source's settings where they matter (source.json), and what is made of it (want.json). Those that are
// named before-N or after-N keep point N of what reading does before gofeed and after it; the first lines say which clause.
func TestGolden(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no golden files", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			golden(t, file)
		})
	}
}

func golden(t *testing.T, file string) {
	ar, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if len(bytes.TrimSpace(ar.Comment)) == 0 {
		t.Error("the top does not say why this golden exists")
	}
	in := Input{URL: "https://www.example.org/news/feed.xml", Source: deskwire.Source{Name: "example"}, Now: goldenNow}
	want := -1
	for i, f := range ar.Files {
		switch f.Name {
		case "in.xml", "in.json":
			in.Body = f.Data
		case "encoding.txt":
			in.Body = encoded(t, strings.TrimSpace(string(f.Data)), in.Body)
		case "header.txt":
			in.ContentType = strings.TrimSpace(string(f.Data))
		case "source.json":
			if err := json.Unmarshal(f.Data, &in.Source); err != nil {
				t.Fatal(err)
			}
		case "want.json":
			want = i
		}
	}
	got := rendered(t, in)
	if *update {
		if want < 0 {
			ar.Files = append(ar.Files, txtar.File{Name: "want.json"})
			want = len(ar.Files) - 1
		}
		ar.Files[want].Data = got
		if err := os.WriteFile(file, txtar.Format(ar), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want < 0 {
		t.Fatal("no want.json: run go test -update, and read what it writes")
	}
	if diff := cmp.Diff(string(ar.Files[want].Data), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

// encoded is a document as it is sent.
func encoded(t *testing.T, name string, text []byte) []byte {
	t.Helper()
	wide := map[string]encoding.Encoding{
		"utf-16le": unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), "utf-16be": unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM),
		"utf-16le with mark": unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), "utf-8 with mark": unicode.UTF8BOM,
		"utf-32le": utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM), "utf-32be with mark": utf32.UTF32(utf32.BigEndian, utf32.UseBOM),
		"utf-32be": utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM),
	}
	if name == "bytes" {
		return regexp.MustCompile(`\\x[0-9a-f]{2}`).ReplaceAllFunc(text, func(m []byte) []byte {
			n, _ := strconv.ParseUint(string(m[2:]), 16, 8)
			return []byte{byte(n)}
		})
	}
	enc := wide[name]
	if enc == nil {
		enc, _ = charset.Lookup(name)
	}
	out, err := enc.NewEncoder().Bytes(text)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// rendered is a document as goldens show it: everything but hashes, and what follows from the settings of the test.
func rendered(t *testing.T, in Input) []byte {
	t.Helper()
	doc, err := Parse(in)
	if err != nil {
		return []byte("{\"error\": " + quoted(err.Error()) + "}\n")
	}
	for i := range doc.Drafts {
		checkDraft(t, doc.Drafts[i].Title, &doc.Drafts[i], in.Now)
	}
	raw, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	var tree map[string]any
	if err := json.Unmarshal(raw, &tree); err != nil {
		t.Fatal(err)
	}
	delete(tree, "Header")
	if list, ok := tree["Drafts"].([]any); ok {
		for _, d := range list {
			for _, name := range []string{"Mark", "Digest", "Source", "ID", "Story", "FirstSeen", "Revised", "Placed", "Revision", "HasBody", "Keys"} {
				delete(d.(map[string]any), name)
			}
		}
	}
	prune(tree)
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(tree); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// prune removes what is empty.
func prune(m map[string]any) {
	for k, v := range m {
		switch v := v.(type) {
		case map[string]any:
			prune(v)
			if len(v) == 0 {
				delete(m, k)
			}
		case []any:
			for _, e := range v {
				if e, ok := e.(map[string]any); ok {
					prune(e)
				}
			}
			if len(v) == 0 {
				delete(m, k)
			}
		case nil:
			delete(m, k)
		case string:
			if v == "" || v == "0001-01-01T00:00:00Z" {
				delete(m, k)
			}
		case bool:
			if !v {
				delete(m, k)
			}
		case float64:
			if v == 0 {
				delete(m, k)
			}
		}
	}
}

func quoted(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}
