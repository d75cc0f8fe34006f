package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"deskwire/cmd/deskwire/internal/wires"

	"golang.org/x/net/html"
	"golang.org/x/net/html/charset"
)

// readersEnv names a folder in which `npm install feedsmith rss-parser` was run, or any for the others alone: Debian's newsboat,
// sfeed, rss2email and python3-feedparser are looked for where programs and Python's packages are.
const readersEnv = "DESKWIRE_READERS"

// readScripts are those with which other readers are measured, too: files on standard input, an object a line for each.
const readScripts = "../../internal/bench/readers/"

// Readers that people use read every feed of every channel of the demo: all items, with titles, dates, texts and enclosures.
func TestReaders(t *testing.T) {
	node := os.Getenv(readersEnv)
	if node == "" {
		t.Skipf("newsboat, sfeed, rss2email, feedparser, feedsmith and rss-parser are not asked: it takes half a minute; set %s", readersEnv)
	}
	t.Parallel()
	site := demoSite(t)
	var rss, atom, all []string
	for path := range site {
		switch filepath.Ext(path) {
		case ".rss":
			rss = append(rss, path)
		case ".atom":
			atom = append(atom, path)
		}
		all = append(all, path)
	}
	xml := slices.Concat(rss, atom)
	if len(rss) < 5 || len(rss) != len(atom) {
		t.Fatalf("the demo has %d feeds", len(all))
	}
	for _, r := range []struct {
		name  string
		paths []string
		read  func(t *testing.T, paths []string) map[string][]readBack
	}{
		{"feedsmith", all, func(t *testing.T, paths []string) map[string][]readBack {
			return scripted(t, node, paths, "node", "--input-type=module", "-e", script(t, "feedsmith.mjs"))
		}},
		{"rss-parser", xml, func(t *testing.T, paths []string) map[string][]readBack {
			return scripted(t, node, paths, "node", "--input-type=module", "-e", script(t, "rssparser.mjs"))
		}},
		{"feedparser", xml, func(t *testing.T, paths []string) map[string][]readBack {
			return scripted(t, ".", paths, "python3", "-W", "ignore", "-c", script(t, "feedparser.py"))
		}},
		{"sfeed", xml, sfeed},
		{"newsboat", xml, newsboat},
		{"rss2email", xml, rss2email},
	} {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			need(t, r.name, node)
			got := r.read(t, r.paths)
			items := 0
			for _, path := range r.paths {
				items += len(site[path])
				// What rss-parser makes of an Atom entry has no enclosures.
				deaf := r.name == "rss-parser" && filepath.Ext(path) == ".atom"
				sameNews(t, filepath.Base(filepath.Dir(path))+"/"+filepath.Base(path), site[path], got[path], r.name == "rss2email", deaf)
			}
			t.Logf("%s read %d items in %d feeds", r.name, items, len(r.paths))
		})
	}
}

// need skips the test where a reader is not there.
func need(t *testing.T, reader, node string) {
	t.Helper()
	var err error
	switch reader {
	case "feedsmith", "rss-parser":
		if _, err = os.Stat(filepath.Join(node, "node_modules", reader)); err != nil {
			t.Skipf("no %s: npm install --prefix DIR feedsmith rss-parser, then %s=DIR", reader, readersEnv)
		}
		_, err = exec.LookPath("node")
	case "feedparser":
		err = exec.Command("python3", "-c", "import feedparser").Run()
	case "rss2email":
		_, err = exec.LookPath("r2e")
	case "newsboat":
		if _, err = exec.LookPath("python3"); err == nil { // its cache is a database
			_, err = exec.LookPath("newsboat")
		}
	default:
		_, err = exec.LookPath(reader)
	}
	if err != nil {
		t.Skipf("no %s: %v", reader, err)
	}
}

// A readBack is an item as a reader has it. What a reader does not keep is empty.
type readBack struct {
	ID, Title, HTML string
	Date, Changed   string // RFC 3339
	Unix            string // seconds
	Enclosures      []string
}

// demoSite publishes the demo's channels and returns what their feeds hold by the JSON Feeds, by the files of all feeds.
func demoSite(t *testing.T) map[string][]readBack {
	t.Helper()
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	world := wires.New(now, demoSeed).Handler()
	upstream := httptest.NewServer(http.HandlerFunc(world.ServeHTTP))
	t.Cleanup(upstream.Close)
	dir := t.TempDir()
	config := wires.Config(wires.Place{Upstream: upstream.URL, Site: upstream.URL, Store: filepath.Join(dir, "deskwire.db")})
	writeConfig(t, dir, string(config))
	for _, args := range [][]string{{"ingest"}, {"publish", "--out", filepath.Join(dir, "site")}} {
		var out bytes.Buffer
		args = append([]string{"--config", filepath.Join(dir, "config.yaml")}, args...)
		env := systemEnv()
		env.Streams.Stdout, env.Streams.Stderr = &out, &out
		if code := run(context.Background(), args, env); code != exitDone {
			t.Fatalf("deskwire %q exits with %d: %s", args, code, out.String())
		}
	}
	feeds, err := filepath.Glob(filepath.Join(dir, "site", "*", "*", "feed.json"))
	if err != nil {
		t.Fatal(err)
	}
	site := map[string][]readBack{}
	for _, path := range feeds {
		items := jsonItems(t, path)
		base := strings.TrimSuffix(path, ".json")
		site[path], site[base+".rss"], site[base+".atom"] = items, items, items
	}
	return site
}

func jsonItems(t *testing.T, path string) []readBack {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var feed struct {
		Items []struct {
			ID, Title   string
			HTML        string `json:"content_html"`
			Text        string `json:"content_text"`
			Date        string `json:"date_published"`
			Changed     string `json:"date_modified"`
			Attachments []struct{ URL string }
		}
	}
	if err := json.Unmarshal(b, &feed); err != nil {
		t.Fatal(err)
	}
	var items []readBack
	for _, j := range feed.Items {
		it := readBack{ID: j.ID, Title: j.Title, HTML: j.HTML, Date: j.Date, Changed: j.Changed}
		if it.HTML == "" {
			it.HTML = html.EscapeString(j.Text)
		}
		for _, a := range j.Attachments {
			it.Enclosures = append(it.Enclosures, a.URL)
		}
		items = append(items, it)
	}
	return items
}

// sameNews compares what a reader has of a feed with what the feed holds, item by item. A loose one puts more around a text,
// names enclosures there, and dates an item by its last change; a deaf one knows of no enclosures.
func sameNews(t *testing.T, feed string, want, got []readBack, loose, deaf bool) {
	t.Helper()
	if len(want) != len(got) {
		t.Errorf("%s: %d items, want %d", feed, len(got), len(want))
		return
	}
	byID := map[string]readBack{}
	for _, it := range got {
		byID[it.ID] = it
	}
	for _, w := range want {
		g, ok := byID[w.ID]
		if !ok {
			t.Errorf("%s: %s is missing", feed, w.ID)
			continue
		}
		if letters(g.Title) != letters(w.Title) {
			t.Errorf("%s: %s is called %q, not %q", feed, w.ID, g.Title, w.Title)
		}
		if loose && g.Date == w.Changed {
			g.Date = w.Date
		}
		at, _ := time.Parse(time.RFC3339, w.Date)
		if read, err := time.Parse(time.RFC3339, g.Date); g.Unix != strconv.FormatInt(at.Unix(), 10) && (err != nil || !read.Equal(at)) {
			t.Errorf("%s: %s is of %s%s, not %s", feed, w.ID, g.Date, g.Unix, w.Date)
		}
		if is, should := letters(text(t, g.HTML)), letters(text(t, w.HTML)); is != should && !(loose && strings.Contains(is, should)) {
			t.Errorf("%s: %s says %.200q, not %.200q", feed, w.ID, text(t, g.HTML), text(t, w.HTML))
		}
		// RSS has room for one.
		if loose && len(w.Enclosures) > 0 && strings.Contains(g.HTML, w.Enclosures[0]) {
			g.Enclosures = w.Enclosures
		}
		if len(w.Enclosures) > 0 && !deaf && (len(g.Enclosures) == 0 || !slices.Contains(w.Enclosures, g.Enclosures[0])) {
			t.Errorf("%s: %s has the enclosures %q, want of %q", feed, w.ID, g.Enclosures, w.Enclosures)
		}
	}
}

// letters are what readers agree on of a text: spaces and marks of markup are each one's own.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, s)
}

func text(t *testing.T, s string) string {
	t.Helper()
	root, err := html.Parse(strings.NewReader(s))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for n := range root.Descendants() {
		if n.Type == html.TextNode {
			b.WriteString(n.Data + " ")
		}
	}
	return b.String()
}

func script(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(readScripts + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// scripted runs a script that writes what it read of each file on a line.
func scripted(t *testing.T, dir string, paths []string, args ...string) map[string][]readBack {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
	cmd.Dir, cmd.Stdin = dir, strings.NewReader(strings.Join(paths, "\n")+"\n")
	all := map[string][]readBack{}
	for line := range strings.Lines(string(output(t, cmd))) {
		var r struct {
			Path, Error string
			Items       []readBack
		}
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("%v in %.300s", err, line)
		}
		if r.Error != "" && !strings.Contains(r.Error, "no Content-type") { // a file has none
			t.Errorf("%s: %s", r.Path, r.Error)
		}
		all[r.Path] = r.Items
	}
	return all
}

func output(t *testing.T, cmd *exec.Cmd) []byte {
	t.Helper()
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v: %.2000s %.2000s", cmd.Path, err, out, complaints.String())
	}
	return out
}

// sfeed writes a line of fields for each item.
func sfeed(t *testing.T, paths []string) map[string][]readBack {
	all := map[string][]readBack{}
	plain := strings.NewReplacer(`\n`, "\n", `\t`, "\t", `\\`, `\`)
	for _, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), "sfeed")
		cmd.Stdin = f
		out := output(t, cmd)
		f.Close()
		for line := range strings.Lines(string(out)) {
			field := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
			if len(field) < 8 {
				t.Fatalf("%d fields in %.300q", len(field), line)
			}
			it := readBack{Unix: field[0], Title: field[1], HTML: plain.Replace(field[3]), ID: field[5]}
			if field[7] != "" {
				it.Enclosures = []string{field[7]}
			}
			if field[4] == "plain" {
				it.HTML = html.EscapeString(it.HTML)
			}
			all[path] = append(all[path], it)
		}
	}
	return all
}

// newsboat reads each feed into a cache of its own, since the same item of two feeds is one to it.
func newsboat(t *testing.T, paths []string) map[string][]readBack {
	all := map[string][]readBack{}
	for _, path := range paths {
		dir := t.TempDir()
		urls, cache := filepath.Join(dir, "urls"), filepath.Join(dir, "cache.db")
		if err := os.WriteFile(urls, []byte("file://"+path+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), "newsboat", "-C", "/dev/null", "-u", urls, "-c", cache, "-x", "reload")
		cmd.Env = append(os.Environ(), "HOME="+dir)
		output(t, cmd)
		lines := bufio.NewScanner(bytes.NewReader(output(t, exec.CommandContext(t.Context(), "python3", "testdata/newsboat.py", cache))))
		lines.Buffer(nil, 8<<20)
		for lines.Scan() {
			var it struct {
				readBack
				Unix int64
			}
			if err := json.Unmarshal(lines.Bytes(), &it); err != nil {
				t.Fatal(err)
			}
			it.readBack.Unix = strconv.FormatInt(it.Unix, 10)
			all[path] = append(all[path], it.readBack)
		}
	}
	return all
}

// rss2email turns every item into a mail in a folder.
func rss2email(t *testing.T, paths []string) map[string][]readBack {
	all := map[string][]readBack{}
	for _, path := range paths {
		dir := t.TempDir()
		conf, data, box := filepath.Join(dir, "conf"), filepath.Join(dir, "data.json"), filepath.Join(dir, "mail")
		for _, sub := range []string{"cur", "new", "tmp"} {
			if err := os.MkdirAll(filepath.Join(box, "in", sub), 0o700); err != nil {
				t.Fatal(err)
			}
		}
		settings := "[DEFAULT]\nfrom = a@example.org\nto = b@example.org\nemail-protocol = maildir\nmaildir-path = " + box + "\nmaildir-mailbox = in\nhtml-mail = True\nuse-publisher-email = False\ndate-header = True\nsame-server-fetch-interval = 0\n"
		if err := os.WriteFile(conf, []byte(settings), 0o600); err != nil {
			t.Fatal(err)
		}
		r2e := func(args ...string) {
			cmd := exec.CommandContext(t.Context(), "r2e", append([]string{"-c", conf, "-d", data}, args...)...)
			cmd.Env = append(os.Environ(), "HOME="+dir)
			output(t, cmd)
		}
		r2e("add", "feed", "file://"+path)
		r2e("run")
		mails, err := filepath.Glob(filepath.Join(box, "in", "new", "*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range mails {
			all[path] = append(all[path], mailed(t, m))
		}
	}
	return all
}

// mailed is an item as a mail has it.
func mailed(t *testing.T, path string) (it readBack) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	m, err := mail.ReadMessage(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if it.Title, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject")); err != nil {
		t.Fatal(err)
	}
	if at, err := m.Header.Date(); err == nil {
		it.Date = at.UTC().Format(time.RFC3339)
	}
	coded := m.Body
	switch strings.ToLower(m.Header.Get("Content-Transfer-Encoding")) {
	case "base64":
		coded = base64.NewDecoder(base64.StdEncoding, m.Body)
	case "quoted-printable":
		coded = quotedprintable.NewReader(m.Body)
	}
	if coded, err = charset.NewReader(coded, m.Header.Get("Content-Type")); err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(coded)
	if err != nil {
		t.Fatal(err)
	}
	it.ID, it.HTML = m.Header.Get("X-RSS-ID"), string(body)
	return it
}

func writeConfig(t *testing.T, dir, text string) {
	t.Helper()
	// The world is served on loopback.
	if !strings.Contains(text, "allow_private") {
		t.Fatal("the demo's configuration asks nobody on loopback")
	}
	if err := os.WriteFile(filepath.Join(dir, "config.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(fmt.Errorf("configuration: %w", err))
	}
}
