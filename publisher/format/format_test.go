package format_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"deskwire"
	"deskwire/publisher/check"
	"deskwire/publisher/format"

	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var site = format.Site{URL: "https://news.example.org", ID: "example.org,2026", Title: "Example News", Language: "en"}

// writers are the three formats by the names of their files.
var writers = []struct {
	file  string
	write func(*deskwire.Edition, format.Site) ([]byte, error)
}{{format.RSSFile, format.RSS}, {format.AtomFile, format.Atom}, {format.JSONFile, format.JSON}}

// render writes an edition in all formats and fails when one does not work.
func render(t testing.TB, ed *deskwire.Edition) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	for _, w := range writers {
		b, err := w.write(ed, site)
		if err != nil {
			t.Fatalf("%s: %v", w.file, err)
		}
		out[w.file] = b
	}
	return out
}

// editions reads the edition of every golden file.
func editions(t testing.TB) map[string]*deskwire.Edition {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	all := map[string]*deskwire.Edition{}
	for _, file := range files {
		all[file] = readEdition(t, file)
	}
	return all
}

func readEdition(t testing.TB, file string) *deskwire.Edition {
	t.Helper()
	ar, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	ed := new(deskwire.Edition)
	if err := json.Unmarshal(ar.Files[0].Data, ed); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return ed
}

func TestGolden(t *testing.T) {
	t.Parallel()
	for file, ed := range editions(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			ar, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := render(t, ed)
			if *update {
				ar.Files = ar.Files[:1]
				for _, w := range writers {
					ar.Files = append(ar.Files, txtar.File{Name: w.file, Data: got[w.file]})
				}
				if err := os.WriteFile(file, txtar.Format(ar), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if len(ar.Files) != 4 {
				t.Fatalf("%d files in it, want 4: run with -update", len(ar.Files))
			}
			for _, want := range ar.Files[1:] {
				if !bytes.Equal(got[want.Name], want.Data) {
					t.Errorf("%s: got\n%s\nwant\n%s", want.Name, got[want.Name], want.Data)
				}
			}
			again, err := format.Write(ed, site)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(again.RSS, got[format.RSSFile]) || !bytes.Equal(again.Atom, got[format.AtomFile]) || !bytes.Equal(again.JSON, got[format.JSONFile]) {
				t.Error("written together, and a second time, the bytes differ")
			}
		})
	}
}

// A node is an element of an XML document.
type node struct {
	*check.Node
	attrs    map[string]string
	text     string
	children []*node
}

// parseXML reads a document strictly, and fails unless it is well-formed.
func parseXML(t testing.TB, b []byte) *node {
	t.Helper()
	if !utf8.Valid(b) {
		t.Fatalf("not UTF-8:\n%q", b)
	}
	root, err := check.Parse(b)
	if err != nil {
		t.Fatalf("%v\n%s", err, b)
	}
	return newNode(root)
}

func newNode(of *check.Node) *node {
	n := &node{Node: of, attrs: of.Attrs, text: of.Text}
	for _, c := range of.Children {
		n.children = append(n.children, newNode(c))
	}
	return n
}

func (n *node) name() string { return n.Name }

// all are the children of a name.
func (n *node) all(name string) []*node {
	var list []*node
	for _, c := range n.children {
		if c.name() == name {
			list = append(list, c)
		}
	}
	return list
}

// one is the text of the only child of a name, "" when there is none.
func (n *node) one(name string) string {
	list := n.all(name)
	switch len(list) {
	case 0:
		return ""
	case 1:
		return list[0].text
	}
	return "<" + name + " stands there " + strings.Repeat("again and ", len(list)-1) + "again>"
}

// walk visits an element and all below it.
func (n *node) walk(f func(*node)) {
	f(n)
	for _, c := range n.children {
		c.walk(f)
	}
}
