// Command fill builds a store of any number of invented articles, and a configuration that goes with it, for measuring how
// deskwire behaves when it has been running for years.
//
//	go run ./internal/bench/fill -n 1000000 -dir /tmp/million
//	deskwire serve --config /tmp/million/config.yaml
//
// The same flags build the same articles. What it writes goes through the store's front door, in groups as ingestion makes
// them, so the file is as a life of ingestion would leave it.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"deskwire"
	"deskwire/storage"
	"deskwire/storage/bolt"
)

func main() {
	n := flag.Int("n", 1_000_000, "articles")
	dir := flag.String("dir", "", "folder for the store and its configuration; must not hold a store yet")
	size := flag.Int("size", 4096, "bytes of HTML an article")
	days := flag.Int("days", 365, "how many days the articles are spread over")
	flag.Parse()
	if *dir == "" || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := fill(context.Background(), *dir, *n, *size, *days); err != nil {
		log.Fatal(err)
	}
}

const (
	sources  = 200
	perGroup = 2000 // articles a commit, as ingestion has them
)

func fill(ctx context.Context, dir string, n, size, days int) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	path := filepath.Join(dir, "deskwire.db")
	if _, err := os.Stat(path); err == nil {
		return fmt.Errorf("%s is there already", path)
	}
	engine, err := bolt.Open(path, bolt.Options{})
	if err != nil {
		return err
	}
	store, err := storage.Open(ctx, engine)
	if err != nil {
		return err
	}
	defer store.Close()
	if err := os.WriteFile(filepath.Join(dir, "config.yaml"), configuration(path), 0o600); err != nil {
		return err
	}
	w := newWriter()
	end := time.Now().UTC().Truncate(time.Second)
	start := end.Add(-time.Duration(days) * 24 * time.Hour)
	states := map[string]deskwire.SourceState{}
	for done := 0; done < n; {
		batch := min(perGroup, n-done)
		at := start.Add(time.Duration(float64(end.Sub(start)) * float64(done) / float64(n)))
		group := w.group(done, batch, size, at, states)
		outcomes, err := store.Merge(ctx, group)
		if err != nil {
			return err
		}
		for _, o := range outcomes {
			if o.Err != nil {
				return o.Err
			}
		}
		if done += batch; done%100_000 < batch {
			log.Printf("%d articles", done)
		}
	}
	return nil
}

// configuration names the sources, twenty desks and some topics with words that occur.
func configuration(store string) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "site: {url: \"http://localhost:8080\", id: \"example.org,2026\", title: Measured}\nstore: {path: %q, keep: 4000d}\nserve: {listen: \"127.0.0.1:8080\"}\nsources:\n", store)
	for i := range sources {
		fmt.Fprintf(&b, "  - {name: %s, url: \"https://%s.example/feed\", own: true, paused: true}\n", sourceName(i), sourceName(i))
	}
	b.WriteString("desks:\n")
	for d := range 20 {
		var names []string
		for i := d; i < sources; i += 20 {
			names = append(names, sourceName(i))
		}
		fmt.Fprintf(&b, "  - name: desk%d\n    title: Desk %d\n    take:\n      - sources: [%s]\n    drop:\n      - words: [horoscope, %q]\n", d, d, strings.Join(names, ", "), vocabulary[d]+" "+vocabulary[d+1])
	}
	b.WriteString("topics:\n")
	for t := range 10 {
		fmt.Fprintf(&b, "  - name: topic%d\n    title: Topic %d\n    take:\n      - words: [%q, \"%s*\"]\n", t, t, vocabulary[t*3]+" "+vocabulary[t*3+1], vocabulary[t*3+2])
	}
	return []byte(b.String())
}

func sourceName(i int) string { return fmt.Sprintf("source%d", i) }

// writer invents articles.
type writer struct{ words []string }

// vocabulary is what invented articles are about; the rest of their words is made of syllables.
var vocabulary = strings.Fields(`harbour ferry bridge council tower orchard lighthouse tram library reservoir festival market strike budget
	election minister treaty summit border grain railway pipeline hospital school museum theatre glacier volcano comet vaccine battery
	turbine satellite orchestra novelist goalkeeper marathon regatta chess archive court verdict amnesty tariff inflation harvest drought`)

func newWriter() *writer {
	r := rand.New(rand.NewPCG(1, 2))
	syllables := strings.Fields("ba be bi bo da de di do ka ke ki ko la le li lo ma me mi mo na ne ni no ra re ri ro sa se si so ta te ti to va ve vi vo")
	w := &writer{}
	for range 6_000 {
		var b strings.Builder
		for range 2 + r.IntN(3) {
			b.WriteString(syllables[r.IntN(len(syllables))])
		}
		w.words = append(w.words, b.String())
	}
	return w
}

func (w *writer) text(r *rand.Rand, b *strings.Builder, bytes int) {
	for start := b.Len(); b.Len()-start < bytes; {
		if b.Len() > start {
			b.WriteByte(' ')
		}
		if r.IntN(25) == 0 {
			b.WriteString(vocabulary[r.IntN(len(vocabulary))])
		} else {
			// Common words are common; with the cube a text packs about as well as English does.
			f := r.Float64()
			b.WriteString(w.words[int(f*f*f*float64(len(w.words)))])
		}
	}
}

// group makes articles first to first+n of several sources, seen at one moment.
func (w *writer) group(first, n, size int, at time.Time, states map[string]deskwire.SourceState) []storage.Prepared {
	const perSource = 30
	var group []storage.Prepared
	for i := first; i < first+n; i += perSource {
		name := sourceName((i / perSource) % sources)
		st := states[name]
		st.Rounds++
		st.LastSuccess, st.LastNew, st.NextCheck = at, at, at.Add(time.Hour)
		states[name] = st
		f := storage.Fetched{Source: name, State: st, Seen: at, Read: true}
		for k := i; k < min(i+perSource, first+n); k++ {
			f.Drafts = append(f.Drafts, w.draft(name, k, size, at))
		}
		group = append(group, storage.Prepare(f))
	}
	return group
}

func (w *writer) draft(source string, k, size int, at time.Time) deskwire.Draft {
	r := rand.New(rand.NewPCG(uint64(k), 7))
	var title, summary, body strings.Builder
	w.text(r, &title, 60)
	w.text(r, &summary, 220)
	for body.Len() < size {
		body.WriteString("<p>")
		w.text(r, &body, 400)
		body.WriteString("</p>\n")
	}
	link := fmt.Sprintf("https://%s.example/%d/%d", source, at.Year(), k)
	d := deskwire.Draft{Body: body.String(), Mark: uint64(k) + 1}
	d.Source, d.GUID, d.Link, d.Title, d.Summary = source, link, link, title.String(), summary.String()
	d.Authors = []deskwire.Author{{Name: "A. Writer"}}
	d.Categories = []string{vocabulary[k%len(vocabulary)]}
	d.Language = "en"
	d.Published = at.Add(-time.Duration(r.IntN(3600)) * time.Second)
	d.Words, d.Seconds, d.HasBody, d.Digest = body.Len()/6, body.Len()/25, true, r.Uint64()
	d.Keys = []deskwire.Key{{Kind: deskwire.KeyGUID, Value: d.GUID}, {Kind: deskwire.KeyURL, Value: link}}
	return d
}
