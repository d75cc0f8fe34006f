package aggregator

import (
	"cmp"
	"slices"
	"time"
)

// A Report is what one round came to.
type Report struct {
	Started    time.Time      `json:"started"`
	Configured int            `json:"configured"` // sources there are
	Asked      int            `json:"asked"`      // sources that were due and asked
	Failed     int            `json:"failed"`     // sources of Asked that gave nothing
	New        int            `json:"new"`
	Updated    int            `json:"updated"`
	Unchanged  int            `json:"unchanged"`
	Bytes      int64          `json:"bytes"`   // read from the network, compressed
	Took       time.Duration  `json:"took_ns"` // from claiming to the last commit
	Sources    []SourceReport `json:"sources"` // those asked or asked for, by name
}

// An Outcome says in a word what trying a source came to.
type Outcome string

const (
	Read        Outcome = "read"         // a document was read
	Same        Outcome = "same"         // a document came, byte for byte the last one
	NotModified Outcome = "not-modified" // 304
	Failed      Outcome = "failed"       // see SourceReport.Error
	Gone        Outcome = "gone"         // 410
	PutOff      Outcome = "put-off"      // not asked: it, or its host, or its configuration wants to be left alone
)

// A SourceReport is what one round came to for one source.
type SourceReport struct {
	Source    string        `json:"source"`
	Outcome   Outcome       `json:"outcome"`
	Status    int           `json:"status,omitempty"` // HTTP's
	New       int           `json:"new"`
	Updated   int           `json:"updated"`
	Unchanged int           `json:"unchanged"`
	Bytes     int64         `json:"bytes"` // read from the network, compressed
	Took      time.Duration `json:"took_ns"`
	NextCheck time.Time     `json:"next_check,omitzero"`
	Reason    string        `json:"reason,omitempty"` // why then
	Failures  int           `json:"failures,omitempty"`
	Error     string        `json:"error,omitempty"` // one plain line
	Notes     []string      `json:"notes,omitempty"` // one plain line each
}

// Progress is how far a round has come.
type Progress struct {
	Done, Total int    // sources
	Source      string // the last one done
}

// add counts a source in.
func (r *Report) add(s SourceReport) {
	r.Sources = append(r.Sources, s)
	if s.Outcome == PutOff {
		return
	}
	r.Asked++
	if s.Outcome == Failed || s.Outcome == Gone {
		r.Failed++
	}
	r.New += s.New
	r.Updated += s.Updated
	r.Unchanged += s.Unchanged
	r.Bytes += s.Bytes
}

func (r *Report) sort() {
	slices.SortFunc(r.Sources, func(a, b SourceReport) int { return cmp.Compare(a.Source, b.Source) })
}
