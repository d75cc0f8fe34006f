package parse

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/transform"
)

// decode returns body as valid UTF-8 without a byte order mark and without characters that XML forbids. The evidence, strongest
// first: a byte order mark; the zero bytes of UTF-16 and UTF-32; non-ASCII bytes that are valid UTF-8, which beat every label
// because hardly any other text looks so; the label in the HTTP header; the label in the document; the language, which is the source's
// where the document names none; windows-1252, which is what iso-8859-1 means. Text that somebody encoded twice stays what it
// says. body is not changed; the result may share its memory.
func decode(body []byte, contentType, language string) []byte {
	if text, ok := decodeWide(body); ok {
		return dropControls(text)
	}
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
	if utf8.Valid(body) && !mislabelled7bit(body, contentType) {
		return dropControls(body)
	}
	if mostlyUTF8(body) {
		return dropControls(appendRepaired(make([]byte, 0, len(body)+len(body)/8), body))
	}
	for _, label := range []string{httpCharset(contentType), declared(body)} {
		enc, name := lookupCharset(label)
		if enc == nil || name == "utf-8" || strings.HasPrefix(name, "utf-16") || name == "replacement" {
			continue // a label that the bytes have refuted already
		}
		if name == "windows-1252" {
			continue // what servers say of everything: any other label knows more, and it is what is left in the end
		}
		if text, ok := decodeAs(enc, body); ok {
			return dropControls(text)
		}
	}
	if enc := alphabetOf(body, or(spokenIn(body), language)); enc != nil {
		if text, ok := decodeAs(enc, body); ok {
			return dropControls(text)
		}
	}
	return dropControls(decodeMixed(body))
}

// mislabelled7bit reports whether bytes below 0x80 are not ASCII: ISO-2022-JP writes Japanese in seven bits.
func mislabelled7bit(body []byte, contentType string) bool {
	if !bytes.Contains(body, []byte("\x1b$")) {
		return false
	}
	for _, label := range []string{httpCharset(contentType), declared(body)} {
		if _, name := lookupCharset(label); name == "iso-2022-jp" {
			return true
		}
	}
	return false
}

// decodeWide decodes UTF-16 and UTF-32, told by byte order mark or by the pattern of zero bytes around the first character,
// which is '<', '{' or white space in everything that can be a feed.
func decodeWide(b []byte) ([]byte, bool) {
	if len(b) < 4 {
		return nil, false
	}
	switch {
	case bytes.HasPrefix(b, []byte{0xff, 0xfe, 0, 0}):
		return fromUTF32(b[4:], binary.LittleEndian), true
	case bytes.HasPrefix(b, []byte{0, 0, 0xfe, 0xff}):
		return fromUTF32(b[4:], binary.BigEndian), true
	case bytes.HasPrefix(b, []byte{0xff, 0xfe}):
		return fromUTF16(b[2:], binary.LittleEndian), true
	case bytes.HasPrefix(b, []byte{0xfe, 0xff}):
		return fromUTF16(b[2:], binary.BigEndian), true
	}
	ascii := func(c byte) bool { return c >= 9 && c < 0x80 }
	switch {
	case ascii(b[0]) && b[1] == 0 && b[2] == 0 && b[3] == 0:
		return fromUTF32(b, binary.LittleEndian), true
	case b[0] == 0 && b[1] == 0 && b[2] == 0 && ascii(b[3]):
		return fromUTF32(b, binary.BigEndian), true
	case ascii(b[0]) && b[1] == 0 && ascii(b[2]) && b[3] == 0:
		return fromUTF16(b, binary.LittleEndian), true
	case b[0] == 0 && ascii(b[1]) && b[2] == 0 && ascii(b[3]):
		return fromUTF16(b, binary.BigEndian), true
	}
	return nil, false
}

func fromUTF16(b []byte, order binary.ByteOrder) []byte {
	out := make([]byte, 0, len(b))
	for len(b) >= 2 && len(out) < maxText {
		r := rune(order.Uint16(b))
		b = b[2:]
		if utf16.IsSurrogate(r) {
			low := rune(0)
			if len(b) >= 2 {
				low = rune(order.Uint16(b))
			}
			if r = utf16.DecodeRune(r, low); r != utf8.RuneError {
				b = b[2:]
			}
		}
		out = utf8.AppendRune(out, r)
	}
	return out
}

func fromUTF32(b []byte, order binary.ByteOrder) []byte {
	out := make([]byte, 0, len(b)/2)
	for ; len(b) >= 4 && len(out) < maxText; b = b[4:] {
		out = utf8.AppendRune(out, rune(order.Uint32(b)&0x7fffffff))
	}
	return out
}

// enoughBad sequences show what a text is; the rest of it is not counted.
const enoughBad = 200

// mostlyUTF8 reports whether a text that is not valid UTF-8 is UTF-8 all the same, with accidents: titles cut in the middle
// of a character, one item pasted from elsewhere. At least nine of ten non-ASCII sequences must be well formed.
func mostlyUTF8(b []byte) bool {
	good, bad := 0, 0
	for len(b) > 0 {
		if b[0] < utf8.RuneSelf {
			b = b[1:]
			continue
		}
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 {
			if bad++; bad == enoughBad && good < 9*bad {
				return false
			}
		} else {
			good++
		}
		b = b[n:]
	}
	return good > 0 && good >= 9*bad
}

// appendRepaired appends b: what is valid as it is, each stray byte read as windows-1252.
func appendRepaired(out, b []byte) []byte {
	for len(b) > 0 && len(out) < maxText {
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 {
			r = windows1252(b[0])
		}
		out = utf8.AppendRune(out, r)
		b = b[n:]
	}
	return out
}

// decodeMixed reads text of no known encoding: windows-1252, but for the stretches between two tags that are UTF-8,
// which is how a feed looks that was pasted together from several. It is judged by the stretch, because three bytes of
// windows-1252 may well look like one character of UTF-8 while their neighbours don't.
func decodeMixed(b []byte) []byte {
	out := make([]byte, 0, len(b)+len(b)/8)
	for len(b) > 0 && len(out) < maxText {
		end := bytes.IndexByte(b[1:], '<') + 1
		if end == 0 {
			end = len(b)
		}
		if surelyUTF8(b[:end]) {
			out = appendRepaired(out, b[:end])
		} else {
			for _, c := range b[:end] {
				if len(out) < maxText {
					out = utf8.AppendRune(out, windows1252(c))
				}
			}
		}
		b = b[end:]
	}
	return out
}

// surelyUTF8 reports whether a stretch of text is UTF-8, stray bytes aside, and can't look so by chance: it holds two characters
// beyond ASCII, or one that windows-1252 would need a pair for that no language writes, such as an accented letter or a
// quotation mark.
func surelyUTF8(b []byte) bool {
	good, sure, bad := 0, 0, 0
	for len(b) > 0 {
		if b[0] < utf8.RuneSelf {
			b = b[1:]
			continue
		}
		r, n := utf8.DecodeRune(b)
		switch {
		case r == utf8.RuneError && n == 1:
			bad++
		case r < 0x100, r >= 0x2000 && r < 0x2100:
			good, sure = good+1, sure+1
		default:
			good++
		}
		b = b[n:]
	}
	return good+sure >= 2 && good >= 4*bad
}

// decodeAs decodes b. It refuses a label that turns more than a hundredth of the text into replacement characters: the label
// is wrong then.
func decodeAs(enc encoding.Encoding, b []byte) ([]byte, bool) {
	d := enc.NewDecoder()
	d.Reset()
	out := make([]byte, 0, min(len(b)+len(b)/4+16, maxText))
	for {
		written, read, err := d.Transform(out[len(out):cap(out)], b, true)
		out, b = out[:len(out)+written], b[read:]
		if errors.Is(err, transform.ErrShortDst) && len(out) < maxText-utf8.UTFMax {
			out = slices.Grow(out, min(len(out)+16, maxText-len(out)))
			continue
		}
		if err != nil && !errors.Is(err, transform.ErrShortDst) {
			return nil, false
		}
		break
	}
	lost := bytes.Count(out, []byte("\uFFFD"))
	return out, lost*100 <= utf8.RuneCount(out)
}

// windows1252 is the character that a byte stands for; the five unassigned bytes become U+FFFD.
func windows1252(c byte) rune {
	if c < 0x80 || c >= 0xa0 {
		return rune(c)
	}
	return cp1252[c-0x80]
}

var cp1252 = [32]rune{
	0x20ac, 0xfffd, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0xfffd, 0x017d, 0xfffd,
	0xfffd, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0xfffd, 0x017e, 0x0178,
}

// dropControls removes what no XML document may contain: C0 controls besides tab, line feed and carriage return, U+FFFE and
// U+FFFF. Most documents have none, and are returned as they are after one look at eight bytes at a time.
func dropControls(b []byte) []byte {
	i := firstControl(b)
	if i == len(b) {
		return b
	}
	out := append(make([]byte, 0, len(b)), b[:i]...)
	for b = b[i:]; len(b) > 0; {
		switch n := controlLen(b); n {
		case 0:
			end := max(firstControl(b), 1)
			out = append(out, b[:end]...)
			b = b[end:]
		default:
			b = b[n:]
		}
	}
	return out
}

// firstControl is the index of the first forbidden character, or len(b).
func firstControl(b []byte) int {
	const (
		ones  = 0x0101010101010101
		highs = 0x8080808080808080
	)
	i := 0
	for i+8 <= len(b) {
		w := binary.LittleEndian.Uint64(b[i:])
		// A byte below 0x20, or 0xef, which starts U+FFFE and U+FFFF. Both tests may be true without cause, never false.
		low := (w - ones*0x20) &^ w & highs
		x := w ^ ones*0xef
		if low|(x-ones)&^x&highs == 0 {
			i += 8
			continue
		}
		for end := i + 8; i < end; i++ {
			if controlLen(b[i:]) > 0 {
				return i
			}
		}
	}
	for ; i < len(b); i++ {
		if controlLen(b[i:]) > 0 {
			return i
		}
	}
	return len(b)
}

// controlLen is the length of the forbidden character that b starts with, or 0.
func controlLen(b []byte) int {
	c := b[0]
	switch {
	case c < 0x20 && c != '\t' && c != '\n' && c != '\r':
		return 1
	case c == 0xef && len(b) >= 3 && b[1] == 0xbf && b[2] >= 0xbe:
		return 3
	}
	return 0
}
