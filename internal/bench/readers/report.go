package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
)

// A tally counts what one reader finds in the files of one class.
type tally struct {
	files, errors, opened, items                      int
	ids, links, dates, authors, pictures, texts, full int
}

func (t *tally) add(r reading, any int) {
	t.files++
	if r.Error != "" && len(r.Items) == 0 {
		t.errors++
	}
	if len(r.Items)+r.Mute > 0 {
		t.opened++
	}
	if any > 0 && len(r.Items)+r.Mute >= any {
		t.full++
	}
	t.items += len(r.Items)
	for i := range r.Items {
		it := &r.Items[i]
		one := func(n *int, ok bool) {
			if ok {
				*n++
			}
		}
		one(&t.ids, it.ID != "")
		one(&t.links, absolute(it.Link))
		one(&t.dates, it.Date != "")
		one(&t.authors, strings.TrimSpace(it.Author) != "")
		one(&t.pictures, len(it.Pictures) > 0)
		one(&t.texts, strings.TrimSpace(plainOf(it.HTML+it.Summary)) != "")
	}
}

// report writes a table of classes and readers, and the bars.
func (m *measurement) report(w io.Writer) {
	classes := map[string]map[string]*tally{}
	withItems := map[string]int{}
	total := "all"
	for _, f := range m.files {
		most := 0
		for _, name := range m.readers {
			most = max(most, len(m.readings[name][f.path].Items))
		}
		for _, class := range []string{f.class, total} {
			if classes[class] == nil {
				classes[class] = map[string]*tally{}
			}
			if most > 0 {
				withItems[class]++
			}
			for _, name := range m.readers {
				if classes[class][name] == nil {
					classes[class][name] = &tally{}
				}
				classes[class][name].add(m.readings[name][f.path], most)
			}
		}
	}
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "class\treader\tfiles\twith items by any\topened\tall items\tnothing but an error\titems\tid\tlink\tdate\tauthor\tpicture\ttext")
	for _, class := range slices.Sorted(maps.Keys(classes)) {
		for _, name := range m.readers {
			t := classes[class][name]
			fmt.Fprintf(tw, "%s\t%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\n", class, name, t.files, withItems[class], t.opened, t.full, t.errors, t.items,
				t.ids, t.links, t.dates, t.authors, t.pictures, t.texts)
		}
	}
	_ = tw.Flush()
	m.bars(w)
}

// bars measures deskwire against the best of what all readers found, item by item.
func (m *measurement) bars(w io.Writer) {
	var files, read, addressed, linked, dated, readable, only, other int
	for _, f := range m.files {
		ours := m.readings["deskwire"][f.path]
		most := 0
		link, date, same := make([]bool, len(ours.Items)), make([]bool, len(ours.Items)), make([]bool, len(ours.Items))
		for _, name := range m.readers {
			theirs := m.readings[name][f.path]
			most = max(most, len(theirs.Items))
			for k, i := range align(ours.Items, theirs.Items) {
				if i < 0 {
					continue
				}
				b := &theirs.Items[k]
				link[i] = link[i] || absolute(b.Link)
				date[i] = date[i] || b.Date != "" && name != "deskwire"
				same[i] = same[i] || name != "deskwire" && (sameTime(ours.Items[i].Date, b.Date) || sameTime(ours.Items[i].Date, b.Updated))
			}
		}
		if most > 0 {
			files++
			if len(ours.Items)+ours.Mute >= most {
				read++
			}
		}
		for i := range ours.Items {
			if link[i] {
				addressed++
				if ours.Items[i].Link != "" {
					linked++
				}
			}
			switch has := ours.Items[i].Date != ""; {
			case date[i]:
				readable++
				if has {
					dated++
				}
				if has && !same[i] {
					other++
				}
			case has:
				only++
			}
		}
	}
	fmt.Fprintf(w, "\nfiles in which any reader finds items: %d, deskwire finds as many or more: %d (%.2f %%)\n", files, read, share(read, files))
	fmt.Fprintf(w, "items with an absolute address by any reader: %d, by deskwire: %d (%.2f %%)\n", addressed, linked, share(linked, addressed))
	fmt.Fprintf(w, "items with a date by another reader: %d, by deskwire: %d (%.2f %%), %d of them with an instant that no other has; by deskwire alone: %d\n", readable, dated, share(dated, readable), other, only)
}

func share(part, whole int) float64 {
	if whole == 0 {
		return 100
	}
	return 100 * float64(part) / float64(whole)
}

func count(n int, err string) string {
	if err != "" {
		return fmt.Sprintf("%d (%s)", n, err)
	}
	return fmt.Sprint(n)
}
