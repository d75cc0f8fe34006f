// Command readers reads a folder of collected feeds with deskwire and with other readers, and says what each of them finds.
//
//	npm install --prefix /tmp/readers feedsmith rss-parser
//	go run ./internal/bench/readers -feeds ../shared/feeds -node-packages /tmp/readers -o /tmp/disagreements.jsonl
//
// The folder holds a MANIFEST.tsv, whose first line names its columns; one of them is path. The other readers are gofeed alone,
// Python's feedparser, and feedsmith and rss-parser of npm, as far as this machine has them: one that is missing is said, loudly, and left
// out. With -bend the whole feeds among them are bent first, in fifteen ways that happen to feeds. A class is what the columns named by -by have in common. Every disagreement becomes one JSON object a line: for each,
// somebody is to say who is right.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

func main() {
	feeds := flag.String("feeds", "../shared/feeds", "folder of feeds with a MANIFEST.tsv")
	by := flag.String("by", "format,utf8", "columns of the manifest that make a class")
	python := flag.String("python", "/usr/bin/python3", "an interpreter that has feedparser")
	node := flag.String("node", "node", "node")
	packages := flag.String("node-packages", ".", "folder whose node_modules holds feedsmith and rss-parser")
	bend := flag.Bool("bend", false, "read copies instead that have one fault each; the faults are the classes")
	out := flag.String("o", "", "file for the disagreements, one JSON object a line")
	flag.Parse()
	log.SetFlags(0)
	files, err := manifest(*feeds, strings.Split(*by, ","))
	if err != nil {
		log.Fatal(err)
	}
	if *bend {
		dir, err := os.MkdirTemp("", "readers")
		if err != nil {
			log.Fatal(err)
		}
		defer os.RemoveAll(dir)
		if files, err = bent(files, dir); err != nil {
			log.Panic(err)
		}
	}
	m := &measurement{files: files, readings: map[string]map[string]reading{}}
	m.readOurs()
	m.readForeign(foreigners(*python, *node, *packages))
	m.report(os.Stdout)
	if *out != "" {
		if err := m.writeDisagreements(*out); err != nil {
			log.Panic(err)
		}
	}
}

// A file is one of the collection.
type file struct{ path, class string }

func manifest(dir string, by []string) (files []file, err error) {
	dir, err = filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(filepath.Join(dir, "MANIFEST.tsv"))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var header []string
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		cols := strings.Split(lines.Text(), "\t")
		if header == nil {
			header = cols
			continue
		}
		var path string
		var class []string
		for i, name := range header[:min(len(header), len(cols))] {
			if name == "path" {
				path = filepath.Join(dir, filepath.FromSlash(cols[i]))
			}
			if slices.Contains(by, name) {
				class = append(class, cols[i])
			}
		}
		files = append(files, file{path, strings.Join(class, " ")})
	}
	return files, lines.Err()
}

// A measurement is what every reader makes of every file.
type measurement struct {
	files    []file
	readers  []string
	readings map[string]map[string]reading // by reader and path
}

// readOurs reads with deskwire and with gofeed alone.
func (m *measurement) readOurs() {
	now := time.Now().UTC().Truncate(time.Second)
	ours, bare := map[string]reading{}, map[string]reading{}
	for _, f := range m.files {
		body, err := os.ReadFile(f.path)
		if err != nil {
			log.Fatal(err)
		}
		ours[f.path], bare[f.path] = readDeskwire(f.path, body, now), readGofeed(f.path, body)
	}
	m.readers = append(m.readers, "deskwire", "gofeed")
	m.readings["deskwire"], m.readings["gofeed"] = ours, bare
}

func (m *measurement) readForeign(list []foreign) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	var paths []string
	for _, f := range m.files {
		paths = append(paths, f.path)
	}
	for _, f := range list {
		readings, err := f.read(ctx, paths)
		if err != nil {
			fmt.Printf("SKIPPED: %s is not to be had here: %v\n", f.name, err)
			continue
		}
		m.readers = append(m.readers, f.name)
		m.readings[f.name] = readings
	}
}

func (m *measurement) writeDisagreements(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	n := map[string]int{}
	for _, file := range m.files {
		for _, name := range m.readers[1:] {
			for _, d := range compare(name, m.readings["deskwire"][file.path], m.readings[name][file.path]) {
				n[d.What]++
				if err := enc.Encode(d); err != nil {
					return err
				}
			}
		}
	}
	fmt.Println("\ndisagreements:", n)
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Close()
}
