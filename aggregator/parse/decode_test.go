package parse

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"
	"unicode/utf16"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
)

func TestDecode(t *testing.T) {
	t.Parallel()
	const text = `<rss><t>Київ “Ω”</t></rss>`
	wide := func(order binary.AppendByteOrder, mark bool) []byte {
		var out []byte
		if mark {
			out = order.AppendUint16(out, 0xfeff)
		}
		for _, u := range utf16.Encode([]rune(text)) {
			out = order.AppendUint16(out, u)
		}
		return out
	}
	wide32 := func(order binary.AppendByteOrder, mark bool) []byte {
		var out []byte
		if mark {
			out = order.AppendUint32(out, 0xfeff)
		}
		for _, r := range text {
			out = order.AppendUint32(out, uint32(r))
		}
		return out
	}
	must := func(b []byte, err error) []byte {
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	jp := must(japanese.ISO2022JP.NewEncoder().Bytes([]byte(`<?xml version="1.0" encoding="iso-2022-jp"?><t>日本</t>`)))
	for _, c := range []struct {
		name, header string
		in           []byte
		want         string
	}{
		{"plain", "", []byte(text), text},
		{"byte order mark", "", append([]byte("\xef\xbb\xbf"), text...), text},
		{"UTF-16LE with mark", "", wide(binary.LittleEndian, true), text},
		{"UTF-16BE with mark", "", wide(binary.BigEndian, true), text},
		{"UTF-16LE by pattern", "text/xml; charset=utf-8", wide(binary.LittleEndian, false), text},
		{"UTF-16BE by pattern", "", wide(binary.BigEndian, false), text},
		{"UTF-32LE with mark", "", wide32(binary.LittleEndian, true), text},
		{"UTF-32BE with mark", "", wide32(binary.BigEndian, true), text},
		{"UTF-32LE by pattern", "", wide32(binary.LittleEndian, false), text},
		{"UTF-32BE by pattern", "", wide32(binary.BigEndian, false), text},
		{"valid UTF-8 beats every label", "text/xml; charset=koi8-r", []byte(`<?xml encoding="iso-8859-1"?>` + text), `<?xml encoding="iso-8859-1"?>` + text},
		{"HTTP beats the declaration", "text/xml; charset=windows-1251", append([]byte(`<?xml encoding="koi8-r"?>`), must(charmap.Windows1251.NewEncoder().Bytes([]byte("Київ")))...), `<?xml encoding="koi8-r"?>Київ`},
		{"declaration", "", append([]byte(`<?xml version='1.0' encoding='koi8-u'?>`), must(charmap.KOI8U.NewEncoder().Bytes([]byte("Київ")))...), `<?xml version='1.0' encoding='koi8-u'?>Київ`},
		{"an invented label", "text/xml; charset=utf-9", []byte("caf\xe9 \x93x\x94"), "café “x”"},
		{"iso-8859-1 is windows-1252", "", []byte("<?xml encoding=\"iso-8859-1\"?>\x80"), `<?xml encoding="iso-8859-1"?>€`},
		{"UTF-8 with one stray byte", "", []byte("Київ Київ Київ \x96 café"), "Київ Київ Київ – café"},
		{"seven bits", "", jp, `<?xml version="1.0" encoding="iso-2022-jp"?><t>日本</t>`},
		{"controls", "", []byte("a\x00b\x0bc\x1fd\te\r\n\ufffef\uffffg"), "abcd\te\r\nfg"},
		{"nothing", "", nil, ""},
	} {
		if got := string(decode(c.in, c.header, "")); got != c.want {
			t.Errorf("%s: decode(%q) = %q, want %q", c.name, c.in, got, c.want)
		}
	}
}

// Controls are found wherever they stand in the eight bytes that are looked at together.
func TestDropControls(t *testing.T) {
	t.Parallel()
	for at := range 40 {
		for _, bad := range []string{"\x00", "\x1f", "\x0b", "\ufffe", "\uffff"} {
			in := bytes.Repeat([]byte("x"), 40)
			in = append(append(bytes.Clone(in[:at]), bad...), in[at:]...)
			if got := dropControls(in); string(got) != "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" {
				t.Errorf("%q at %d: %q", bad, at, got)
			}
		}
	}
	for _, fine := range []string{"ａｂｃ ﬁ \ufffd \n\t\r", "\x7f", "ｘ"} {
		if got := dropControls([]byte(fine)); string(got) != fine {
			t.Errorf("dropControls(%q) = %q", fine, got)
		}
	}
}

func TestNoFeed(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]error{
		"":                        ErrEmpty,
		" \r\n\x00":               ErrEmpty,
		"<html><body>x":           ErrWebPage,
		"<!doctype html><p>x":     ErrWebPage,
		"<?xml?><opml/>":          ErrNotFeed,
		"just words":              ErrNotFeed,
		`{"a":1}`:                 ErrNotFeed,
		`{`:                       ErrNotFeed,
		"<html><svg><feed></svg>": ErrWebPage,
	} {
		if doc, err := Parse(Input{Body: []byte(body), Now: goldenNow}); !errors.Is(err, want) {
			t.Errorf("Parse(%q) = %+v, %v, want %v", body, doc, err, want)
		}
	}
}
