package deskwire_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The rules of the house: who may import what. ARCHITECTURE.md draws them; this test keeps them.

const module = "deskwire"

// layers lists what each package may import of this module, besides what stands below it. A package that is missing here
// may import nothing of the module.
var layers = map[string][]string{
	".":                             {}, // the nouns: everybody's, so nobody's
	"storage":                       {"."},
	"storage/bolt":                  {".", "storage"},
	"storage/memory":                {".", "storage"},
	"storage/storagetest":           {".", "storage", "storage/memory"},
	"aggregator/fetch":              {"."},
	"aggregator/parse":              {"."},
	"aggregator/page":               {"aggregator/parse"},
	"aggregator/match":              {"."},
	"aggregator/match/alike":        {},
	"aggregator/match/learn":        {"aggregator/match/alike", "aggregator/parse"},
	"aggregator":                    {".", "storage", "aggregator/fetch", "aggregator/parse", "aggregator/page", "aggregator/match", "aggregator/match/alike"},
	"publisher/rule":                {"."},
	"publisher/format":              {"."},
	"publisher/check":               {},
	"publisher/diff":                {},
	"publisher/picture":             {},
	"publisher":                     {".", "storage", "publisher/rule", "publisher/format", "publisher/check", "publisher/diff"},
	"publisher/words":               {},
	"publisher/search":              {".", "storage", "publisher", "publisher/format", "publisher/rule"},
	"publisher/web":                 {".", "storage", "publisher", "publisher/format", "publisher/diff", "publisher/picture", "publisher/words", "publisher/search"},
	"cmd/deskwire/internal/control": {},
	"cmd/deskwire/internal/config":  {".", "publisher/rule"},
	"cmd/deskwire/internal/wires":   {"."},
	"internal/hostile":              {},
	"internal/bench/fill":           {".", "storage", "storage/bolt"},
	"internal/bench/readers":        {".", "aggregator/parse"},
}

// owners are the packages that third-party libraries are imported by, and why nobody else may.
var owners = map[string]struct {
	by  []string
	why string
}{
	"github.com/mmcdole/gofeed":             {[]string{"aggregator/parse", "internal/bench/readers"}, "its panics, its limits and its dates are repaired there; the other measures what it does alone"},
	"github.com/microcosm-cc/bluemonday":    {[]string{"aggregator/parse"}, "one allow list for all HTML"},
	"codeberg.org/readeck/go-readability":   {[]string{"aggregator/page"}, "pages are bounded before it sees them, and cleaned after"},
	"github.com/temoto/robotstxt":           {[]string{"aggregator/page"}, "what a missing or broken one means is decided there"},
	"github.com/gorilla/feeds":              {[]string{"publisher/format"}, "it writes invalid elements unless it is wrapped"},
	"go.etcd.io/bbolt":                      {[]string{"storage/bolt"}, "the schema is written once, over storage.Engine"},
	"github.com/tidwall/btree":              {[]string{"storage/memory"}, "an engine's own business"},
	"github.com/expr-lang/expr":             {[]string{"publisher/rule"}, "budgets are set there"},
	"code.dny.dev/ssrf":                     {[]string{"aggregator/fetch"}, "one guarded client makes every outgoing request"},
	"github.com/spf13/cobra":                {[]string{"cmd/deskwire"}, "rooms know nothing of command lines"},
	"go.yaml.in/yaml/v4":                    {[]string{"cmd/deskwire/internal/config"}, "rooms get plain values"},
	"github.com/prometheus/client_golang":   {[]string{"cmd/deskwire"}, "rooms count, the program reports"},
	"github.com/santhosh-tekuri/jsonschema": {[]string{"cmd/deskwire/internal/config"}, "rooms get plain values"},
	"golang.org/x/image":                    {[]string{"publisher/picture"}, "what a picture may cost is judged there before it is decoded"},
	"golang.org/x/sync":                     {[]string{"publisher/picture", "cmd/deskwire"}, "it shares out the memory that decoding takes, and the writing of files"},
	"github.com/go-playground/locales":      {[]string{"publisher/words"}, "what a page says in a language is said in one place"},
	"github.com/blevesearch":                {[]string{"publisher/search"}, "its index is checked before it is opened, and what it finds after"},
	"golang.org/x/time":                     {[]string{"publisher/web"}, "how often a client may ask for what is dear"},
	"github.com/sergi/go-diff":              {[]string{"publisher/diff"}, "its characters stand for words there"},
	"github.com/schollz/progressbar":        {[]string{"cmd/deskwire"}, "rooms know nothing of terminals"},
	"github.com/coreos/go-systemd":          {[]string{"cmd/deskwire"}, "rooms know nothing of systemd"},
	"google.golang.org/protobuf":            {[]string{"storage"}, "the stored form of an article is the store's"},
	"github.com/pquerna/cachecontrol":       {[]string{"aggregator/fetch"}, "what it says is clamped there"},
	"golang.org/x/net/publicsuffix":         {[]string{"aggregator/match", "cmd/deskwire/internal/config"}, "what a domain is"},
}

func TestImports(t *testing.T) {
	for dir, files := range packages(t) {
		for _, file := range files {
			test := strings.HasSuffix(file, "_test.go")
			for _, path := range imports(t, file) {
				switch inside, ok := within(path); {
				case ok && !test:
					checkLayer(t, file, dir, inside)
				case ok:
				case dir == "." && strings.Contains(path, ".") && !test:
					t.Errorf("%s imports %s: the root package imports the standard library only", file, path)
				case !test:
					checkOwner(t, file, dir, path)
				}
			}
		}
	}
}

func checkLayer(t *testing.T, file, dir, inside string) {
	t.Helper()
	if dir == "cmd/deskwire" {
		return
	}
	if !slices.Contains(layers[dir], inside) {
		t.Errorf("%s imports %s: not in the plan of the house; see ARCHITECTURE.md and layers in house_test.go", file, inside)
	}
}

func checkOwner(t *testing.T, file, dir, path string) {
	t.Helper()
	for library, o := range owners {
		if (path == library || strings.HasPrefix(path, library+"/")) && !slices.Contains(o.by, dir) {
			t.Errorf("%s imports %s, which is for %s only: %s", file, path, strings.Join(o.by, ", "), o.why)
		}
	}
}

// dialling are the names that open connections, and the files that may use them: one guarded client makes every outgoing request,
// and commands talk to the daemon through its socket.
var (
	dialling = map[string][]string{
		"http": {"Get", "Post", "PostForm", "Head", "Client", "DefaultClient", "Transport", "DefaultTransport", "NewRequest", "NewRequestWithContext"},
		"net":  {"Dial", "DialTimeout", "Dialer", "DialTCP", "DialUDP", "DialIP", "DialUnix", "Resolver", "LookupHost", "LookupIP"},
		"tls":  {"Dial", "DialWithDialer", "Dialer"},
	}
	dialled = []string{"aggregator/fetch/fetch.go", "aggregator/fetch/guard.go", "cmd/deskwire/internal/control/client.go"}
)

func TestOneWayOut(t *testing.T) {
	for _, files := range packages(t) {
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") || slices.Contains(dialled, filepath.ToSlash(file)) || strings.HasPrefix(filepath.ToSlash(file), "internal/") {
				continue
			}
			f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(f, func(n ast.Node) bool {
				if sel, ok := n.(*ast.SelectorExpr); ok {
					if x, ok := sel.X.(*ast.Ident); ok && slices.Contains(dialling[x.Name], sel.Sel.Name) {
						t.Errorf("%s uses %s.%s: every outgoing request goes through the guarded client of aggregator/fetch", file, x.Name, sel.Sel.Name)
					}
				}
				return true
			})
		}
	}
}

// Every fuzz target is run by `make fuzz`.
func TestFuzzTargets(t *testing.T) {
	makefile, err := os.ReadFile("Makefile")
	if err != nil {
		t.Fatal(err)
	}
	for dir, files := range packages(t) {
		for _, file := range files {
			f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range f.Decls {
				if fn, ok := d.(*ast.FuncDecl); ok && strings.HasPrefix(fn.Name.Name, "Fuzz") && strings.HasSuffix(file, "_test.go") && !slices.Contains(strings.Fields(string(makefile)), dir+":"+fn.Name.Name) {
					t.Errorf("%s: `make fuzz` does not name %s:%s", file, dir, fn.Name.Name)
				}
			}
		}
	}
}

// Every package says what it owns.
func TestPackageComments(t *testing.T) {
	for dir, files := range packages(t) {
		said := false
		for _, file := range files {
			f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.PackageClauseOnly|parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			said = said || f.Doc != nil && !strings.HasSuffix(file, "_test.go")
		}
		if !said {
			t.Errorf("%s: no file has a package comment", dir)
		}
	}
}

// packages maps each folder with Go files to those files.
func packages(t *testing.T) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != "." && (d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".")) {
			return filepath.SkipDir
		}
		if strings.HasSuffix(path, ".go") {
			dir := filepath.ToSlash(filepath.Dir(path))
			all[dir] = append(all[dir], path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < len(layers) {
		t.Fatalf("found %d packages, expected at least %d: is this the module's root?", len(all), len(layers))
	}
	return all
}

func imports(t *testing.T, file string) []string {
	t.Helper()
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	f, err := parser.ParseFile(token.NewFileSet(), file, src, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, i := range f.Imports {
		p, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, p)
	}
	return paths
}

// within says which package of this module an import path names.
func within(path string) (string, bool) {
	if path == module {
		return ".", true
	}
	return strings.CutPrefix(path, module+"/")
}
