package learn

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"deskwire/aggregator/match/alike"
)

// A Set is items in the order of arrival, and perhaps which of them belong together.
type Set struct {
	Name  string
	IDs   []string
	Items []alike.Item
	Gold  []int // group of each item, below 0 for one that stands alone; nil when nothing is known
}

// maxLine bounds one line of a file.
const maxLine = 4 << 20

// record is one line of a file of items.
type record struct {
	ID        string `json:"id"`
	Source    string `json:"source"`
	Title     string `json:"title"`
	Summary   string `json:"summary"`
	Published string `json:"published"`
}

// ReadItems reads a file of items, one JSON object a line.
func (s *Set) ReadItems(r io.Reader) error {
	return lines(r, func(line []byte) error {
		var rec record
		if err := json.Unmarshal(line, &rec); err != nil {
			return err
		}
		it := alike.Item{Source: rec.Source, Title: rec.Title, Summary: rec.Summary}
		if rec.Published != "" {
			t, err := time.Parse(time.RFC3339, rec.Published)
			if err != nil {
				return fmt.Errorf("published: %q is not a date of RFC 3339", rec.Published)
			}
			it.Published = t
		}
		s.IDs = append(s.IDs, rec.ID)
		s.Items = append(s.Items, it)
		return nil
	})
}

// ReadGold reads which of the set's items belong together.
func (s *Set) ReadGold(r io.Reader) error {
	at := make(map[string]int, len(s.IDs))
	s.Gold = make([]int, len(s.IDs))
	for i, id := range s.IDs {
		at[id] = i
		s.Gold[i] = -1
	}
	groups := map[string]int{}
	return lines(r, func(line []byte) error {
		var rec struct{ ID, Gold string }
		if err := json.Unmarshal(line, &rec); err != nil {
			return err
		}
		if i, ok := at[rec.ID]; ok && rec.Gold != "" {
			g, ok := groups[rec.Gold]
			if !ok {
				g = len(groups)
				groups[rec.Gold] = g
			}
			s.Gold[i] = g
		}
		return nil
	})
}

// lines calls f for every line that is not empty; an error names the line.
func lines(r io.Reader, f func(line []byte) error) error {
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
	if err := in.Err(); err != nil {
		return fmt.Errorf("line %d: %w", n+1, err)
	}
	return nil
}
