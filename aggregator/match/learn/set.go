package learn

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"deskwire/aggregator/match/alike"
	"deskwire/aggregator/parse"
)

// A Set is items in the order of arrival and, when it is for training, which of them belong together.
type Set struct {
	Name  string
	IDs   []string
	Items []alike.Item
	Gold  []int // the group of each item, below 0 for one that stands alone; nil when nothing is known

	at map[string]int // items by ID
}

// maxLine bounds one line of a file, in bytes.
const maxLine = 4 << 20

// A Record is one line of a file of items.
type Record struct {
	ID        string `json:"id"`
	Source    string `json:"source"`
	Title     string `json:"title"`
	Summary   string `json:"summary"`
	Content   string `json:"content"` // plain text, read where there is no summary
	Published string `json:"published"`
}

// Item is what the matcher sees of a record.
func (r *Record) Item() (alike.Item, error) {
	it := alike.Item{Source: r.Source, Title: r.Title, Summary: cmp.Or(r.Summary, r.Content)}
	it.Agencies = parse.Agencies(cmp.Or(r.Content, r.Summary))
	if r.ID == "" {
		return it, errors.New("the item has no id")
	}
	if r.Published != "" {
		t, err := time.Parse(time.RFC3339, r.Published)
		if err != nil {
			return it, fmt.Errorf("item %s: published: %q is not a date of RFC 3339", r.ID, r.Published)
		}
		it.Published = t
	}
	return it, nil
}

// ReadItems reads a file of items, one JSON object a line. An item that the set has already is completed: its title or summary
// is taken where there was none.
func (s *Set) ReadItems(r io.Reader) error {
	return Lines(r, func(line []byte) error {
		var rec Record
		if err := json.Unmarshal(line, &rec); err != nil {
			return err
		}
		it, err := rec.Item()
		if err != nil {
			return err
		}
		if i, ok := s.at[rec.ID]; ok {
			old := &s.Items[i]
			if old.Title == "" {
				old.Title = it.Title
			}
			if old.Summary == "" {
				old.Summary = it.Summary
			}
			return nil
		}
		s.Add(rec.ID, it)
		return nil
	})
}

// Add appends an item that the set does not have.
func (s *Set) Add(id string, it alike.Item) {
	if s.at == nil {
		s.at = map[string]int{}
	}
	s.at[id] = len(s.IDs)
	s.IDs = append(s.IDs, id)
	s.Items = append(s.Items, it)
}

// ReadGold reads which of the set's items belong together: {"id","gold"}, one a line. Items that any file puts together are.
func (s *Set) ReadGold(r io.Reader) error {
	if s.Gold == nil {
		s.Gold = make([]int, len(s.IDs))
		for i := range s.Gold {
			s.Gold[i] = -1
		}
	}
	groups := map[string]int{} // by label: an item of the group
	return Lines(r, func(line []byte) error {
		var rec struct{ ID, Gold string }
		if err := json.Unmarshal(line, &rec); err != nil {
			return err
		}
		i, ok := s.at[rec.ID]
		if !ok || rec.Gold == "" {
			return nil
		}
		first, ok := groups[rec.Gold]
		if !ok {
			groups[rec.Gold] = i
			if s.Gold[i] < 0 {
				s.Gold[i] = i
			}
			return nil
		}
		s.unite(first, i)
		return nil
	})
}

// unite puts two items into one group. A group bears the number of one of its items, which bears its own.
func (s *Set) unite(a, b int) {
	if s.Gold[b] < 0 {
		s.Gold[b] = b
	}
	root := func(i int) int {
		for s.Gold[i] != i {
			i = s.Gold[i]
		}
		return i
	}
	s.Gold[root(b)] = root(a)
}

// settle makes every item bear its group's number directly.
func (s *Set) settle() {
	for i, g := range s.Gold {
		for g >= 0 && s.Gold[g] != g {
			g = s.Gold[g]
		}
		s.Gold[i] = g
	}
}

// Without is the set with its titles or its summaries left out.
func (s *Set) Without(title, summary bool) *Set {
	out := *s
	out.Items = make([]alike.Item, len(s.Items))
	for i, it := range s.Items {
		if title {
			it.Title = ""
		}
		if summary {
			it.Summary = ""
		}
		out.Items[i] = it
	}
	return &out
}

// Lines calls f for every line that is not empty; an error names the line.
func Lines(r io.Reader, f func(line []byte) error) error {
	in := bufio.NewScanner(r)
	in.Buffer(nil, maxLine)
	n := 0
	for in.Scan() {
		n++
		if len(bytes.TrimSpace(in.Bytes())) == 0 {
			continue
		}
		if err := f(in.Bytes()); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
	switch err := in.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return fmt.Errorf("line %d: longer than %d bytes", n+1, maxLine)
	case err != nil:
		return fmt.Errorf("line %d: %w", n+1, err)
	}
	return nil
}
