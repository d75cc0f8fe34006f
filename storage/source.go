package storage

import (
	"context"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"time"

	"google.golang.org/protobuf/encoding/protowire"

	"deskwire"
)

// A Claim is a source handed to one worker, with its state and the marks of the items of its last document.
type Claim struct {
	Source string
	State  deskwire.SourceState
	Marks  map[uint64]deskwire.ID
}

// Lease is how long a claim holds. Running out is harmless: merging is idempotent; it only costs the source a request.
const Lease = 2 * time.Minute

// claimStep is how many states one read of Claim takes.
const claimStep = 256

// Claim hands out at most max of the named sources, in the order given, for which due answers true and no lease runs, and
// leases them until now+[Lease]. due is not called for leased ones; a source that was never asked has the zero state. A
// lease that ends more than Lease ahead of now is void: clocks jump.
func (s *Store) Claim(ctx context.Context, names []string, now time.Time, max int, due func(name string, st *deskwire.SourceState) bool) ([]Claim, error) {
	var claims []Claim
	err := s.engine.Update(ctx, func(tx Tx) error {
		claims = nil
		for step := range slices.Chunk(names, claimStep) {
			if len(claims) >= max {
				break
			}
			some, err := claim(tx, step, now, max-len(claims), due)
			if err != nil {
				return err
			}
			claims = append(claims, some...)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("claim: %w", err)
	}
	return claims, nil
}

func claim(tx Tx, names []string, now time.Time, max int, due func(string, *deskwire.SourceState) bool) ([]Claim, error) {
	var claims []Claim
	rows := tx.Get(tableSource, names...)
	var taken []string
	for i, name := range names {
		if len(claims) == max {
			break
		}
		if end := leaseOf(rows[i]); now.Before(end) && !end.After(now.Add(Lease)) {
			continue
		}
		st, err := decodeState(name, rows[i])
		if err != nil {
			return nil, err
		}
		if !due(name, &st) {
			continue
		}
		st.Lease = now.Add(Lease).UTC()
		tx.Set(tableSource, name, withLease(rows[i], &st))
		claims = append(claims, Claim{Source: name, State: st})
		taken = append(taken, name)
	}
	for i, row := range tx.Get(tableMarks, taken...) {
		marks, err := decodeMarks(taken[i], row)
		if err != nil {
			return nil, err
		}
		claims[i].Marks = marks
	}
	return claims, nil
}

// Sources returns the states of the named sources, of all that are known when none is named. A source that was never asked
// is absent.
func (s *Store) Sources(ctx context.Context, names ...string) (map[string]deskwire.SourceState, error) {
	var states map[string]deskwire.SourceState
	err := s.engine.View(ctx, func(tx Tx) error {
		states = map[string]deskwire.SourceState{}
		add := func(name string, row []byte) (err error) {
			if row != nil {
				states[name], err = decodeState(name, row)
			}
			return err
		}
		for i, row := range tx.Get(tableSource, names...) {
			if err := add(names[i], row); err != nil {
				return err
			}
		}
		if len(names) > 0 {
			return nil
		}
		for name, row := range tx.Scan(tableSource, "", "", 0, false) {
			if err := add(name, row); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("sources: %w", err)
	}
	return states, nil
}

// A source's row begins with the lease, nanoseconds since 1970 as a fixed64, so that claiming changes eight bytes of it.
const (
	stateLease = 1
	leaseBytes = 1 + 8
)

// The other fields of a source's row.
const (
	stateConfiguredURL = 2
	stateURL           = 3
	stateETag          = 4
	stateLastModified  = 5
	stateBodyHash      = 6
	stateHeader        = 7
	stateLastTry       = 8  // and 9
	stateLastSuccess   = 10 // and 11
	stateLastNew       = 12 // and 13
	stateNextCheck     = 14 // and 15
	stateNextReason    = 16
	stateFailures      = 17
	stateError         = 18
	stateGone          = 19
	stateMovedTo       = 20
	stateMovedSeen     = 21
	stateHostUntil     = 22 // and 23
	stateTTL           = 24
	statePeriod        = 25
	stateSkipHour      = 26
	stateSkipDay       = 27
	stateFresh         = 28
	stateInterval      = 29
	stateRequests      = 30
	stateNotModified   = 31
	stateRounds        = 32
	stateTitle         = 33
	stateHome          = 34
	stateLanguage      = 35
	stateVoidDoc       = 36 // kind<<32 | count
	stateVoidKind      = 37
	stateGivenBy       = 38
	stateNotBefore     = 39 // and 40
	stateChurnDoc      = 41 // kind<<32 | count
	stateSince         = 52 // and 53
	stateQuiet         = 54
	stateRestHost      = 50
)

// leaseOf reads the lease of a row without the rest; zero when there is none.
func leaseOf(row []byte) time.Time {
	if len(row) < leaseBytes {
		return time.Time{}
	}
	n := binary.LittleEndian.Uint64(row[1:])
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(0, int64(n)).UTC()
}

// withLease is the row with another lease. row may be empty: the source was never asked.
func withLease(row []byte, st *deskwire.SourceState) []byte {
	if len(row) < leaseBytes {
		return encodeState(st)
	}
	row = slices.Clone(row)
	binary.LittleEndian.PutUint64(row[1:], uint64(nanos(st.Lease)))
	return row
}

func encodeState(st *deskwire.SourceState) []byte {
	b := make([]byte, 0, 256)
	var lease uint64
	if !st.Lease.IsZero() {
		lease = uint64(nanos(st.Lease))
	}
	b = appendFixed64(b, stateLease, lease)
	b = appendText(b, stateConfiguredURL, st.ConfiguredURL)
	b = appendText(b, stateURL, st.URL)
	b = appendText(b, stateETag, st.ETag)
	b = appendText(b, stateLastModified, st.LastModified)
	b = appendText(b, stateGivenBy, st.GivenBy)
	b = appendText(b, stateRestHost, st.RestHost)
	b = appendUint(b, stateBodyHash, st.BodyHash)
	b = appendUint(b, stateHeader, st.Header)
	for _, t := range [...]struct {
		num protowire.Number
		at  time.Time
	}{
		{stateLastTry, st.LastTry}, {stateLastSuccess, st.LastSuccess}, {stateLastNew, st.LastNew},
		{stateNextCheck, st.NextCheck}, {stateHostUntil, st.HostUntil}, {stateNotBefore, st.NotBefore},
	} {
		if !t.at.IsZero() {
			b = appendTime(b, t.num, t.at)
		}
	}
	b = appendText(b, stateNextReason, st.NextReason)
	b = appendUint(b, stateFailures, uint64(max(st.Failures, 0)))
	b = appendText(b, stateError, st.Error)
	b = appendBool(b, stateGone, st.Gone)
	b = appendText(b, stateMovedTo, st.MovedTo)
	b = appendUint(b, stateMovedSeen, uint64(max(st.MovedSeen, 0)))
	b = appendUint(b, stateTTL, uint64(max(st.Hints.TTL, 0)))
	b = appendUint(b, statePeriod, uint64(max(st.Hints.Period, 0)))
	for _, h := range st.Hints.SkipHours {
		b = protowire.AppendVarint(protowire.AppendTag(b, stateSkipHour, protowire.VarintType), uint64(max(h, 0)))
	}
	for _, d := range st.Hints.SkipDays {
		b = protowire.AppendVarint(protowire.AppendTag(b, stateSkipDay, protowire.VarintType), uint64(max(d, 0)))
	}
	b = appendUint(b, stateFresh, uint64(max(st.Fresh, 0)))
	b = appendUint(b, stateInterval, uint64(max(st.Interval, 0)))
	b = appendUint(b, stateRequests, uint64(max(st.Requests, 0)))
	b = appendUint(b, stateNotModified, uint64(max(st.NotModified, 0)))
	b = appendUint(b, stateRounds, uint64(max(st.Rounds, 0)))
	b = appendText(b, stateTitle, st.Title)
	b = appendText(b, stateHome, st.Home)
	b = appendText(b, stateLanguage, st.Language)
	if !st.Since.IsZero() {
		b = appendTime(b, stateSince, st.Since)
	}
	b = appendBool(b, stateQuiet, st.Quiet)
	b = appendCounts(b, stateVoidDoc, st.VoidDocs)
	b = appendCounts(b, stateChurnDoc, st.ChurnDocs)
	for _, kind := range st.VoidKinds {
		b = appendUint(b, stateVoidKind, uint64(kind))
	}
	return b
}

// decodeState reads a source's row; an absent one is the zero state.
func decodeState(name string, row []byte) (deskwire.SourceState, error) {
	var st deskwire.SourceState
	if row == nil {
		return st, nil
	}
	st.Lease = leaseOf(row)
	f := read(row)
	if f.next() != stateLease || f.typ != protowire.Fixed64Type {
		return st, damaged(tableSource, name, "not a source's state")
	}
	f.skip()
	for num := f.next(); num != 0; num = f.next() {
		if !asked(&st, &f, num) {
			learnt(&st, &f, num)
		}
	}
	if f.bad {
		return st, damaged(tableSource, name, "not a source's state")
	}
	return st, nil
}

// asked reads the fields about asking: addresses, validators, times. It reports whether the field was one of them.
func asked(st *deskwire.SourceState, f *fields, num protowire.Number) bool {
	switch num {
	case stateConfiguredURL:
		st.ConfiguredURL = f.text()
	case stateURL:
		st.URL = f.text()
	case stateETag:
		st.ETag = f.text()
	case stateLastModified:
		st.LastModified = f.text()
	case stateRestHost:
		st.RestHost = f.text()
	case stateGivenBy:
		st.GivenBy = f.text()
	case stateBodyHash:
		st.BodyHash = f.uint()
	case stateHeader:
		st.Header = f.uint()
	case stateLastTry:
		st.LastTry = f.time()
	case stateLastTry + 1:
		f.nanoseconds(&st.LastTry)
	case stateLastSuccess:
		st.LastSuccess = f.time()
	case stateLastSuccess + 1:
		f.nanoseconds(&st.LastSuccess)
	case stateLastNew:
		st.LastNew = f.time()
	case stateLastNew + 1:
		f.nanoseconds(&st.LastNew)
	case stateNextCheck:
		st.NextCheck = f.time()
	case stateNextCheck + 1:
		f.nanoseconds(&st.NextCheck)
	case stateHostUntil:
		st.HostUntil = f.time()
	case stateHostUntil + 1:
		f.nanoseconds(&st.HostUntil)
	case stateNotBefore:
		st.NotBefore = f.time()
	case stateNotBefore + 1:
		f.nanoseconds(&st.NotBefore)
	case stateNextReason:
		st.NextReason = f.text()
	default:
		return false
	}
	return true
}

// learnt reads the other fields: trouble, the document's wishes, counts.
func learnt(st *deskwire.SourceState, f *fields, num protowire.Number) {
	switch num {
	case stateFailures:
		st.Failures = f.int()
	case stateError:
		st.Error = f.text()
	case stateGone:
		st.Gone = f.uint() != 0
	case stateMovedTo:
		st.MovedTo = f.text()
	case stateMovedSeen:
		st.MovedSeen = f.int()
	case stateTTL:
		st.Hints.TTL = f.duration()
	case statePeriod:
		st.Hints.Period = f.duration()
	case stateSkipHour:
		st.Hints.SkipHours = append(st.Hints.SkipHours, f.int())
	case stateSkipDay:
		st.Hints.SkipDays = append(st.Hints.SkipDays, time.Weekday(f.int()))
	case stateFresh:
		st.Fresh = f.duration()
	case stateInterval:
		st.Interval = f.duration()
	case stateRequests:
		st.Requests = int64(f.int())
	case stateNotModified:
		st.NotModified = int64(f.int())
	case stateRounds:
		st.Rounds = int64(f.int())
	case stateTitle:
		st.Title = f.text()
	case stateHome:
		st.Home = f.text()
	case stateLanguage:
		st.Language = f.text()
	case stateSince:
		st.Since = f.time()
	case stateSince + 1:
		f.nanoseconds(&st.Since)
	case stateQuiet:
		st.Quiet = f.uint() != 0
	case stateVoidDoc:
		count(&st.VoidDocs, f.uint())
	case stateChurnDoc:
		count(&st.ChurnDocs, f.uint())
	case stateVoidKind:
		st.VoidKinds = append(st.VoidKinds, deskwire.KeyKind(f.uint()))
	default:
		f.skip()
	}
}

// markLen is one entry of a row in marks.
const markLen = 8 + deskwire.IDLen

func appendMark(b []byte, mark uint64, id deskwire.ID) []byte {
	return append(binary.BigEndian.AppendUint64(b, mark), id...)
}

func decodeMarks(source string, row []byte) (map[uint64]deskwire.ID, error) {
	if len(row)%markLen != 0 {
		return nil, damaged(tableMarks, source, "not marks")
	}
	marks := make(map[uint64]deskwire.ID, len(row)/markLen)
	ids := string(row)
	for i := 0; i < len(row); i += markLen {
		id := deskwire.ID(ids[i+8 : i+markLen])
		if !id.Valid() {
			return nil, damaged(tableMarks, source, "a mark without an ID")
		}
		marks[binary.BigEndian.Uint64(row[i:])] = id
	}
	return marks, nil
}

// appendCounts writes counts by kind of key.
func appendCounts(b []byte, field protowire.Number, counts map[deskwire.KeyKind]int) []byte {
	for _, kind := range slices.Sorted(maps.Keys(counts)) {
		b = appendUint(b, field, uint64(kind)<<32|uint64(uint32(counts[kind])))
	}
	return b
}

// count reads one of them.
func count(counts *map[deskwire.KeyKind]int, v uint64) {
	if *counts == nil {
		*counts = map[deskwire.KeyKind]int{}
	}
	(*counts)[deskwire.KeyKind(v>>32)] = int(uint32(v))
}
