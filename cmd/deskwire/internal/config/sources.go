package config

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"unicode"

	"deskwire"

	"go.yaml.in/yaml/v4"
	"golang.org/x/net/publicsuffix"
	"golang.org/x/text/unicode/norm"
)

// header begins a new sources.yaml.
const header = "# Kept by `deskwire source` and `deskwire opml`. You may edit it too: it has the key `sources` of config.yaml, and only that.\n"

// AddSource writes sources into sources.yaml beside the configuration: their Name, Title, URL, Home and Language. All of them
// or none: when a name or an address is taken or wrong, the error says so and the file stays as it is. Comments and the
// order of what stands there are kept.
func AddSource(cfg *Config, sources ...deskwire.Source) error {
	return edit(cfg, func(list *yaml.Node) error {
		for _, s := range sources {
			n, err := entry(s)
			if err != nil {
				return fmt.Errorf("source %s: %w", s.Name, err)
			}
			list.Content = append(list.Content, n)
		}
		return nil
	})
}

// RemoveSource takes a source out of sources.yaml. The error is deskwire.ErrNotFound when there is none of that name, and
// deskwire.ErrInvalid when it stands in config.yaml, which only people write.
func RemoveSource(cfg *Config, name string) error {
	return edit(cfg, func(list *yaml.Node) error {
		for i, n := range list.Content {
			if nameOf(n) == name {
				list.Content = append(list.Content[:i], list.Content[i+1:]...)
				return nil
			}
		}
		for _, s := range cfg.Sources {
			if s.Name == name && !cfg.kept[name] {
				return fmt.Errorf("source %s stands in %s, which only people write; remove it there: %w", name, cfg.Path, deskwire.ErrInvalid)
			}
		}
		return fmt.Errorf("source %s: %w", name, deskwire.ErrNotFound)
	})
}

// entry is a source as it is written into sources.yaml.
func entry(s deskwire.Source) (*yaml.Node, error) {
	var n yaml.Node
	err := n.Encode(struct {
		Name     string `yaml:"name"`
		Title    string `yaml:"title,omitempty"`
		URL      string `yaml:"url"`
		Home     string `yaml:"home,omitempty"`
		Language string `yaml:"language,omitempty"`
	}{s.Name, literal(s.Title), literal(s.URL), literal(s.Home), s.Language})
	return &n, err
}

// literal writes a text so that expand gives it back.
func literal(s string) string {
	if strings.Contains(s, "$$") || strings.Contains(s, "${") {
		return strings.ReplaceAll(s, "$", "$$")
	}
	return s
}

func nameOf(n *yaml.Node) string {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == "name" {
			return n.Content[i+1].Value
		}
	}
	return ""
}

// edit changes the list in sources.yaml. What comes out has to be a configuration again, or the file stays as it is. Two
// edits at once come one after the other: each holds the folder's lock.
func edit(cfg *Config, change func(list *yaml.Node) error) error {
	dir := filepath.Dir(cfg.Path)
	unlock, err := lock(dir)
	if err != nil {
		return err
	}
	defer unlock()

	path := filepath.Join(dir, SourcesFile)
	old, err := readFile(path, MaxFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	doc, list, err := open(path, old)
	if err != nil {
		return err
	}
	if err := change(list); err != nil {
		return err
	}
	text, err := yaml.Dump(doc, yaml.WithLineWidth(-1))
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	whole, err := readFile(cfg.Path, MaxFile)
	if err != nil {
		return err
	}
	if len(text) > MaxFile {
		return fmt.Errorf("%s would be larger than %d KB: %w", path, MaxFile>>10, deskwire.ErrInvalid)
	}
	_, problems := decode([]file{{cfg.Path, whole, schemaConfig}, {path, text, schemaKept}}, cfg.env)
	if problems.wrong() {
		return fmt.Errorf("%s stays as it is, because with the change it would be wrong:\n%w", path, problems.errors())
	}
	return replace(path, text)
}

// open finds the list in the text of a sources.yaml, and makes one where there is none.
func open(path string, text []byte) (doc, list *yaml.Node, err error) {
	if len(bytes.TrimSpace(text)) == 0 {
		text = []byte(header)
	}
	var docs []yaml.Node
	if err := yaml.Load(text, &docs, yaml.WithAllDocuments()); err == nil && len(docs) == 0 { // comments only
		text = append(bytes.TrimRight(text, "\n"), "\nsources: []\n"...)
	}
	doc = new(yaml.Node)
	if err := yaml.Load(text, doc); err != nil || len(doc.Content) == 0 || doc.Content[0].Kind != yaml.MappingNode {
		return nil, nil, fmt.Errorf("%s can not be read; `deskwire check` says why: %w", path, deskwire.ErrInvalid)
	}
	m := doc.Content[0]
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == "sources" {
			list = m.Content[i+1]
		}
	}
	if list == nil || list.Kind != yaml.SequenceNode {
		if list == nil || list.Kind != yaml.ScalarNode || list.ShortTag() != "!!null" {
			return nil, nil, fmt.Errorf("%s has no list `sources`; `deskwire check` says more: %w", path, deskwire.ErrInvalid)
		}
		list.Kind, list.Tag, list.Value = yaml.SequenceNode, "!!seq", ""
	}
	if len(list.Content) == 0 {
		list.Style = 0 // not [], but a line for each
	}
	return doc, list, nil
}

// lock has others who edit files of this folder wait.
func lock(dir string) (unlock func(), err error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", dir, err), f.Close())
	}
	return func() { f.Close() }, nil
}

// replace writes a file whole or not at all. A link keeps leading where it led.
func replace(path string, text []byte) (err error) {
	mode := fs.FileMode(0o644)
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	if info, err := os.Stat(path); err == nil {
		mode = info.Mode().Perm()
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	_, err = f.Write(text)
	if err := errors.Join(err, f.Chmod(mode), f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close()) // the new name, too, has to be on the disk
}

// NewSources are those of found whose address is not in the configuration yet, with names that nobody has.
func NewSources(cfg *Config, found []deskwire.Source) []deskwire.Source {
	known := map[string]bool{}
	for _, s := range cfg.Sources {
		known[s.URL] = true
	}
	taken := names(cfg.Sources)
	var fresh []deskwire.Source
	for _, s := range found {
		if known[s.URL] {
			continue
		}
		known[s.URL] = true
		if s.Name == "" || taken[s.Name] {
			s.Name = free(slug(s), taken)
		}
		taken[s.Name] = true
		fresh = append(fresh, s)
	}
	return fresh
}

// NameFor makes a name for a source from its title, or else from its address, that none of the others has.
func NameFor(src deskwire.Source, others []deskwire.Source) string {
	return free(slug(src), names(others))
}

// NameAmong is NameFor with the names that are taken.
func NameAmong(src deskwire.Source, taken map[string]bool) string { return free(slug(src), taken) }

func names(sources []deskwire.Source) map[string]bool {
	taken := make(map[string]bool, len(sources))
	for _, s := range sources {
		taken[s.Name] = true
	}
	return taken
}

// maxName is the length of a name, as the schema has it; made names leave room for a number.
const (
	maxName  = 64
	maxBegun = 48
)

func free(name string, taken map[string]bool) string {
	for n := 2; ; n++ {
		if !taken[name] {
			return name
		}
		name = strings.TrimSuffix(name, "-"+strconv.Itoa(n-1)) + "-" + strconv.Itoa(n)
	}
}

// slug makes a name of a source's title; of its domain where the title is in a script that it does not know.
func slug(s deskwire.Source) string {
	if name := latin(s.Title); len(name) > 1 {
		return name
	}
	host := hostOf(s.URL)
	if domain, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		host, _, _ = strings.Cut(domain, ".")
	}
	return or(latin(host), "source")
}

// latin writes a text in the letters of names: accents go, Cyrillic and a few others are spelt out.
func latin(text string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(strings.ToLower(composed(text))) {
		switch spelt, ok := spelling(r); {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case ok:
			b.WriteString(spelt)
		case unicode.Is(unicode.Mn, r) || r == '\'' || r == '’' || r == 'ʼ':
		case unicode.IsLetter(r):
			return "" // half a name would be worse than none
		default:
			if b.Len() > 0 && b.String()[b.Len()-1] != '-' {
				b.WriteByte('-')
			}
		}
	}
	name := b.String()
	if len(name) > maxBegun {
		name = name[:maxBegun]
		if i := strings.LastIndexByte(name, '-'); i > 0 {
			name = name[:i]
		}
	}
	return strings.Trim(name, "-")
}

// composed spells the letters that would lose themselves when accents go: ї and й are not і and и with something on top.
func composed(text string) string {
	return strings.NewReplacer("ї", "yi", "Ї", "yi", "й", "y", "Й", "y", "ё", "yo", "Ё", "yo", "ў", "u", "Ў", "u").Replace(norm.NFC.String(text))
}

func spelling(r rune) (string, bool) {
	const letters = "абвгґдеєжзиіклмнопрстуфхцчшщьъыэюяјљњћђџ"
	spelt := strings.Fields("a b v h g d e ye zh z y i k l m n o p r s t u f kh ts ch sh shch - - y e yu ya j lj nj c dj dz")
	if i := strings.IndexRune(letters, r); i >= 0 {
		return strings.Trim(spelt[i/2], "-"), true // each of these letters has two bytes
	}
	s, ok := map[rune]string{'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'ł': "l", 'đ': "d", 'ð': "d", 'þ': "th", 'ı': "i", 'ħ': "h"}[r]
	return s, ok
}
