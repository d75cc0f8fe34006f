package storage

import (
	"time"

	"google.golang.org/protobuf/encoding/protowire"
)

// fields reads a value in protocol buffer wire format. All its texts are parts of one string, so that a value of any number
// of fields costs one allocation. A value that makes no sense sets bad and ends the reading.
type fields struct {
	b   []byte
	s   string // the same bytes
	pos int
	typ protowire.Type
	bad bool
}

func read(val []byte) fields { return fields{b: val, s: string(val)} }

// next steps to the next field; 0 is the end.
func (f *fields) next() protowire.Number {
	if f.bad || f.pos >= len(f.b) {
		return 0
	}
	num, typ, n := protowire.ConsumeTag(f.b[f.pos:])
	if n < 0 {
		f.bad = true
		return 0
	}
	f.pos += n
	f.typ = typ
	return num
}

func (f *fields) uint() uint64 {
	if f.typ != protowire.VarintType || f.bad {
		f.bad = true
		return 0
	}
	v, n := protowire.ConsumeVarint(f.b[f.pos:])
	if n < 0 {
		f.bad = true
		return 0
	}
	f.pos += n
	return v
}

// int reads a number that is never negative and small enough for an int.
func (f *fields) int() int {
	v := f.uint()
	if v > 1<<53 {
		f.bad = true
		return 0
	}
	return int(v)
}

// duration reads a length of time that is never negative.
func (f *fields) duration() time.Duration {
	v := f.uint()
	f.bad = f.bad || v > 1<<63-1
	return time.Duration(v)
}

func (f *fields) fixed64() uint64 {
	if f.typ != protowire.Fixed64Type || f.bad {
		f.bad = true
		return 0
	}
	v, n := protowire.ConsumeFixed64(f.b[f.pos:])
	if n < 0 {
		f.bad = true
		return 0
	}
	f.pos += n
	return v
}

// span reads a length and steps over that many bytes.
func (f *fields) span() (from, to int) {
	if f.typ != protowire.BytesType || f.bad {
		f.bad = true
		return 0, 0
	}
	v, n := protowire.ConsumeVarint(f.b[f.pos:])
	if n < 0 || v > uint64(len(f.b)-f.pos-n) {
		f.bad = true
		return 0, 0
	}
	from = f.pos + n
	f.pos = from + int(v)
	return from, f.pos
}

func (f *fields) text() string {
	from, to := f.span()
	return f.s[from:to]
}

func (f *fields) bytes() []byte {
	from, to := f.span()
	return f.b[from:to]
}

// message reads a value within the value.
func (f *fields) message() fields {
	from, to := f.span()
	return fields{b: f.b[from:to], s: f.s[from:to], bad: f.bad}
}

func (f *fields) skip() {
	if f.bad {
		return
	}
	n := protowire.ConsumeFieldValue(1, f.typ, f.b[f.pos:])
	if n < 0 {
		f.bad = true
		return
	}
	f.pos += n
}

// time reads the seconds of a time, nanoseconds adds what seconds leave out.
func (f *fields) time() time.Time { return time.Unix(protowire.DecodeZigZag(f.uint()), 0).UTC() }

func (f *fields) nanoseconds(t *time.Time) { *t = t.Add(time.Duration(f.int() % 1_000_000_000)) }

func appendText(b []byte, num protowire.Number, s string) []byte {
	if s == "" {
		return b
	}
	return protowire.AppendString(protowire.AppendTag(b, num, protowire.BytesType), s)
}

func appendUint(b []byte, num protowire.Number, v uint64) []byte {
	if v == 0 {
		return b
	}
	return protowire.AppendVarint(protowire.AppendTag(b, num, protowire.VarintType), v)
}

func appendBool(b []byte, num protowire.Number, v bool) []byte {
	if !v {
		return b
	}
	return appendUint(b, num, 1)
}

func appendFixed64(b []byte, num protowire.Number, v uint64) []byte {
	return protowire.AppendFixed64(protowire.AppendTag(b, num, protowire.Fixed64Type), v)
}

// appendTime writes seconds as field num and, where there are any, nanoseconds as field num+1. It writes the zero time too:
// whoever wants to leave it out does so.
func appendTime(b []byte, num protowire.Number, t time.Time) []byte {
	b = protowire.AppendVarint(protowire.AppendTag(b, num, protowire.VarintType), protowire.EncodeZigZag(t.Unix()))
	return appendUint(b, num+1, uint64(t.Nanosecond()))
}
