// Package config turns config.yaml, which people write, and sources.yaml beside it, which deskwire keeps, into plain values
// for the rooms, and says everything that is wrong with them at once.
//
// It owns the syntax of the two files, their JSON Schema, the defaults, and the places of mistakes. What a rule means is
// package rule's; this package only says where in the file a wrong one stands.
//
// A file passes five stations: read turns bytes into values that know their place; expand puts the environment in; the
// schema finds wrong keys and types; the decoder makes the rooms' values and finds what a schema can not; and last the whole
// is judged, across entries and files. Each station goes on past mistakes so that a user sees all of them in one go.
package config

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"time"
	_ "time/tzdata" // zones are known on every machine, also in an empty container

	"deskwire"
)

// Limits of what is read.
const (
	// MaxFile is the size of a configuration file in bytes: room for 20,000 sources, and still read in a second.
	MaxFile = 4 << 20
	// maxSecret is the size of a file that a header's value comes from: the longest tokens in use have some 8 KB.
	maxSecret = 16 << 10
)

// SourcesFile is the name of the file beside the configuration that the commands `source` and `opml` write.
const SourcesFile = "sources.yaml"

// A Config is a whole configuration: checked, with its defaults, and with paths that do not depend on the working folder.
type Config struct {
	Path     string // the configuration file as it was named
	Site     Site
	Store    Store
	Fetch    Fetch
	Images   deskwire.Images // never empty
	Theme    deskwire.Theme
	Search   bool // serve has a search
	Matching Matching
	Serve    Serve
	Log      Log
	Sources  []deskwire.Source  // those of config.yaml, then those of sources.yaml
	Lists    []deskwire.List    // whose members are sources, too
	Channels []deskwire.Channel // desks, then topics, each in the order of the file

	kept map[string]bool     // names of the sources that stand in sources.yaml
	env  func(string) string // that it was loaded with
}

// Site is the whole that readers see.
type Site struct {
	URL      string         // http or https, without a final slash
	ID       string         // a domain and a date it was held (RFC 4151): "example.org,2026"
	Title    string         // never empty
	Language string         // BCP 47
	Timezone *time.Location // of the times that pages and commands show
}

// Store is where everything is kept.
type Store struct {
	Path string        // the store's file
	Keep time.Duration // how long articles are kept where their source says nothing

	Pictures      string // the folder for pictures of others that are passed on
	PicturesLimit int64  // how many bytes it may have
}

// Fetch is how sources are asked.
type Fetch struct {
	Workers      int
	Contact      string         // in the User-Agent; "" when there is no address that means anything to others
	AllowPrivate []netip.Prefix // networks that may be asked though they are not public, on any port
	AllowPorts   []uint16       // of public hosts, besides 80 and 443
}

// Matching is which articles are one story, and which are about one event. Two of them are comparable.
type Matching struct {
	Off                     bool
	Version, Copy, Coverage float64       // from which score on; 0 is the default
	CopyWithin              time.Duration // how far versions and copies may lie apart; 0 is the default
	CoverageWithin          time.Duration // and what covers one event; 0 is the default
}

// Serve is what the daemon listens on. Two of them are comparable.
type Serve struct {
	Listen  string // host:port
	Metrics string // host:port, "" for none
}

// Log is how the program logs. Two of them are comparable.
type Log struct {
	Format string // "text" or "json"
	Level  slog.Level
}

// Load reads the configuration at path and sources.yaml beside it; env is asked for the variables they name.
//
// When anything is wrong there is no Config, and the error is all that is wrong: a [Problems]. The other problems are
// warnings: the configuration works, but probably not as it was meant.
func Load(path string, env func(string) string) (*Config, []Problem, error) {
	text, err := readFile(path, MaxFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("%s: there is no such file; `deskwire init` writes a first configuration", path)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("configuration: %w", err)
	}
	files := []file{{name: path, text: text, schema: schemaConfig}}
	beside := filepath.Join(filepath.Dir(path), SourcesFile)
	switch text, err := readFile(beside, MaxFile); {
	case err == nil:
		files = append(files, file{name: beside, text: text, schema: schemaKept})
	case !errors.Is(err, fs.ErrNotExist):
		return nil, nil, fmt.Errorf("configuration: %w", err)
	}
	cfg, problems := decode(files, env)
	if problems.wrong() {
		return nil, nil, problems.errors()
	}
	return cfg, problems, nil
}

// Fingerprint is equal for configurations that mean the same, whatever they look like: order of keys, comments, places and
// the folder they were named by do not count. It gives away none of the secrets in it.
func (c *Config) Fingerprint() string {
	same := *c
	same.Path, same.kept = "", nil
	if abs, err := filepath.Abs(c.Store.Path); err == nil {
		same.Store.Path = abs
	}
	if abs, err := filepath.Abs(c.Store.Pictures); err == nil {
		same.Store.Pictures = abs
	}
	for _, name := range []*string{&same.Theme.Logo, &same.Theme.Icon, &same.Theme.CSS, &same.Theme.Templates} {
		if abs, err := filepath.Abs(*name); err == nil && *name != "" {
			*name = abs
		}
	}
	same.Channels = make([]deskwire.Channel, len(c.Channels))
	for i, ch := range c.Channels {
		ch.Take, ch.Drop = withoutLines(ch.Take), withoutLines(ch.Drop)
		same.Channels[i] = ch
	}
	// A time.Location has no exported field; its name is what was configured.
	data, err := json.Marshal(struct {
		Config
		Timezone string
	}{same, c.Site.Timezone.String()})
	if err != nil {
		panic(fmt.Sprintf("config: a plain value does not marshal: %v", err))
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:16])
}

func withoutLines(rules []deskwire.Rule) []deskwire.Rule {
	plain := make([]deskwire.Rule, len(rules))
	for i, r := range rules {
		r.Line = 0
		plain[i] = r
	}
	return plain
}

// readFile reads a regular file of at most limit bytes.
func readFile(path string, limit int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() { // a pipe would block for ever
		return nil, fmt.Errorf("%s is not a regular file", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(text)) > limit {
		return nil, fmt.Errorf("%s is larger than %d KB", path, limit>>10)
	}
	return text, nil
}
