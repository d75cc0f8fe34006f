package storage

import (
	"bytes"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"deskwire"
)

// fill sets every field, so that a field which the codec does not know shows as a difference.
func fill(v reflect.Value, n *int) {
	*n++
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprintf("text %d", *n))
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(*n))
	case reflect.Uint8, reflect.Uint64:
		v.SetUint(uint64(*n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0), n)
		fill(v.Index(1), n)
	case reflect.Map:
		key, val := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(key, n)
		fill(val, n)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, val)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Unix(1_800_000_000+int64(*n), int64(*n)).UTC()))
			return
		}
		for i := range v.NumField() {
			fill(v.Field(i), n)
		}
	default:
		panic("no value for " + v.Type().String())
	}
}

const (
	idA = deskwire.ID("cxwdmfc01136cxpa")
	idB = deskwire.ID("cxwdmfc01136cxpb")
	idC = deskwire.ID("cxwdmfc01136cxpc")
)

// A field that is new in the nouns and forgotten in the codec would be lost at every commit.
func TestHeadKeepsEveryField(t *testing.T) {
	want := head{changed: 7, decided: true, grouped: true}
	fill(reflect.ValueOf(&want.Article).Elem(), new(int))
	want.ID, want.Story = idA, idB
	got, err := decodeHead(idA, want.encode())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&want, got, cmp.AllowUnexported(head{})); diff != "" {
		t.Errorf("head changed in the store (-want +got):\n%s", diff)
	}
}

func TestHeadTimes(t *testing.T) {
	seen := time.Date(2026, 5, 1, 12, 0, 0, 123456789, time.UTC)
	for name, want := range map[string]deskwire.Article{
		"all one":     {FirstSeen: seen, Revised: seen, Placed: seen, Published: seen},
		"all zero":    {},
		"zero date":   {FirstSeen: seen, Revised: seen, Placed: seen},
		"before 1970": {FirstSeen: seen, Revised: seen, Placed: seen, Published: time.Date(1066, 10, 14, 9, 0, 0, 1, time.UTC)},
		"far ahead":   {FirstSeen: time.Date(9999, 12, 31, 23, 59, 59, 999999999, time.UTC)},
		"epoch":       {FirstSeen: time.Unix(0, 0).UTC(), Modified: time.Unix(0, 0).UTC()},
	} {
		want.ID, want.Story, want.Source = idA, idA, "s"
		h := head{Article: want}
		got, err := decodeHead(idA, h.encode())
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if diff := cmp.Diff(want, got.Article); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// A later deskwire adds fields; this one reads what it knows.
func TestHeadSkipsUnknownFields(t *testing.T) {
	h := head{Article: deskwire.Article{ID: idA, Story: idA, Source: "s", Title: "t"}}
	val := appendText(h.encode(), 1000, "of the future")
	val = appendFixed64(appendUint(val, 31, 5), 200, 6)
	got, err := decodeHead(idA, val)
	if err != nil || got.Title != "t" {
		t.Errorf("decodeHead = %+v, %v; want title t", got, err)
	}
}

func TestStateKeepsEveryField(t *testing.T) {
	var want deskwire.SourceState
	fill(reflect.ValueOf(&want).Elem(), new(int))
	got, err := decodeState("s", encodeState(&want))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("state changed in the store (-want +got):\n%s", diff)
	}
	var zero deskwire.SourceState
	if got, err := decodeState("s", encodeState(&zero)); err != nil || !reflect.DeepEqual(got, zero) {
		t.Errorf("zero state = %+v, %v", got, err)
	}
}

func TestLeaseIsPatched(t *testing.T) {
	st := deskwire.SourceState{URL: "https://a.example/feed", Title: "A"}
	st.Lease = time.Unix(5, 6).UTC()
	row := withLease(encodeState(&deskwire.SourceState{URL: st.URL, Title: st.Title}), &st)
	if got, err := decodeState("s", row); err != nil || !reflect.DeepEqual(got, st) {
		t.Errorf("patched = %+v, %v; want %+v", got, err, st)
	}
	if want := encodeState(&st); !bytes.Equal(row, want) {
		t.Errorf("patched row = %x, want %x", row, want)
	}
}

// Keys of places sort newest first, then by ID, whatever the year.
func TestPlaceKeyOrder(t *testing.T) {
	times := []time.Time{
		time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), // clamped
		time.Date(2026, 5, 1, 12, 0, 0, 1, time.UTC),
		time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC),
		time.Unix(0, 0),
		time.Date(1901, 1, 1, 0, 0, 0, 0, time.UTC),
		{}, // clamped
	}
	before := ""
	for _, at := range times {
		for _, id := range []deskwire.ID{idA, idB} {
			key := placeKey("desk/world", 3, at, id)
			if key <= before {
				t.Errorf("place at %v of %s sorts before the one above", at, id)
			}
			before = key
			channel, generation, placed, story, ok := splitPlaceKey(key)
			if channel != "desk/world" || generation != 3 || !placed.Equal(clamp(at)) || story != id || !ok {
				t.Errorf("splitPlaceKey = %q %d %v %s %t", channel, generation, placed, story, ok)
			}
		}
	}
	if _, _, _, _, ok := splitPlaceKey("desk/world\x00short"); ok {
		t.Error("a short key was split")
	}
}

func TestPrefixEnd(t *testing.T) {
	for in, want := range map[string]string{"a": "b", "a\xff": "b", "\xff": "", "": "", "ab": "ac"} {
		if got := prefixEnd(in); got != want {
			t.Errorf("prefixEnd(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzHead(f *testing.F) {
	full := head{changed: 7, decided: true, grouped: true}
	fill(reflect.ValueOf(&full.Article).Elem(), new(int))
	full.ID, full.Story = idA, idB
	f.Add(full.encode())
	small := head{Article: deskwire.Article{ID: idA, Story: idA, Source: "s"}}
	f.Add(small.encode())
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, val []byte) {
		h, err := decodeHead(idA, val)
		if err != nil {
			return
		}
		again, err := decodeHead(idA, h.encode())
		if err != nil {
			t.Fatalf("what was read can't be written and read again: %v", err)
		}
		if diff := cmp.Diff(h, again, cmp.AllowUnexported(head{})); diff != "" {
			t.Errorf("written again (-first +again):\n%s", diff)
		}
	})
}
