package parse

import (
	"bytes"
	"mime"
	"strings"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// lookupCharset finds the encoding that a label means and its name: as browsers read labels (WHATWG Encoding §4.2), and as people
// write them who never looked them up.
func lookupCharset(label string) (encoding.Encoding, string) {
	label = strings.TrimSpace(label)
	if label == "" || len(label) > 40 {
		return nil, ""
	}
	if enc, name := charset.Lookup(label); name == "gbk" {
		return simplifiedchinese.GB18030, name // the larger set: it reads the smaller one alike
	} else if enc != nil {
		return enc, name
	}
	bare := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' {
			return r
		}
		return -1
	}, strings.ToLower(label))
	bare = strings.TrimPrefix(bare, "x")
	if known, ok := bentLabels[bare]; ok {
		return lookupCharset(known)
	}
	for _, prefix := range []string{"windows", "win", "microsoft", "ms", "ansi", "cp", "codepage"} {
		if number, found := strings.CutPrefix(bare, prefix); found {
			if len(number) == 4 && strings.HasPrefix(number, "125") {
				return charset.Lookup("windows-" + number)
			}
			if known, ok := codePages[number]; ok {
				return lookupCharset(known)
			}
		}
	}
	for _, prefix := range []string{"iso8859", "8859", "iso885"} {
		if number, found := strings.CutPrefix(bare, prefix); found {
			return charset.Lookup("iso-8859-" + number)
		}
	}
	return nil, ""
}

// codePages are Microsoft's numbers besides 125x.
var codePages = map[string]string{
	"866": "ibm866", "874": "windows-874", "932": "shift_jis", "31j": "shift_jis", "936": "gbk", "949": "euc-kr", "950": "big5",
	"20866": "koi8-r", "21866": "koi8-u", "51932": "euc-jp", "51949": "euc-kr", "54936": "gb18030", "50220": "iso-2022-jp",
}

// bentLabels are spellings without marks that the standard's list lacks.
var bentLabels = map[string]string{
	"koi8": "koi8-r", "koi8r": "koi8-r", "koi8u": "koi8-u", "koi8ru": "koi8-u", "koi": "koi8-r", "latin1": "iso-8859-1", "isolatin1": "iso-8859-1",
	"latin2": "iso-8859-2", "isolatin2": "iso-8859-2", "latin5": "iso-8859-9", "latin9": "iso-8859-15", "cyrillic": "windows-1251", "ascii": "us-ascii",
	"sjis": "shift_jis", "shiftjis": "shift_jis", "jis": "iso-2022-jp", "eucjp": "euc-jp", "ujis": "euc-jp", "euckr": "euc-kr", "uhc": "euc-kr",
	"ksc5601": "euc-kr", "kscc56011987": "euc-kr", "gb2312": "gbk", "euccn": "gbk", "gb18030": "gb18030", "gb180302000": "gb18030", "big5": "big5", "big5tw": "big5",
	"tis620": "windows-874", "tis62025331": "windows-874",
}

func httpCharset(contentType string) string {
	if contentType == "" {
		return ""
	}
	if _, params, err := mime.ParseMediaType(contentType); err == nil {
		return params["charset"]
	}
	// A header that breaks the grammar, such as one that says charset twice.
	low := strings.ToLower(contentType)
	if _, rest, found := strings.Cut(low, "charset="); found {
		rest = strings.Trim(rest, " \"'")
		if end := strings.IndexAny(rest, "\"' ;,"); end >= 0 {
			rest = rest[:end]
		}
		return rest
	}
	return ""
}

// declared is the encoding that the XML declaration names, or what an HTML meta element does.
func declared(b []byte) string {
	head := b[:min(len(b), 1024)]
	for _, name := range []string{"encoding", "charset"} {
		i := bytes.Index(head, []byte(name))
		if i < 0 {
			continue
		}
		rest := bytes.TrimLeft(head[i+len(name):], " \t\r\n")
		if len(rest) == 0 || rest[0] != '=' {
			continue
		}
		rest = bytes.TrimLeft(rest[1:], " \t\r\n\"'")
		if end := bytes.IndexAny(rest, "\"' \t\r\n?>;"); end > 0 {
			return string(rest[:end])
		}
	}
	return ""
}

// spokenIn is the language that the beginning of a document names, "" for none.
func spokenIn(b []byte) string {
	head := b[:min(len(b), maxHead)]
	for _, mark := range []string{"<language>", "<dc:language>", "xml:lang=\"", "xml:lang='"} {
		if i := bytes.Index(head, []byte(mark)); i >= 0 {
			rest := bytes.TrimSpace(head[i+len(mark):])
			if end := bytes.IndexAny(rest, "<\"' "); end > 0 {
				return language(string(rest[:end]))
			}
		}
	}
	return ""
}

// alphabetOf is the encoding that text of a language has when it names none or a wrong one and is not UTF-8: the one that
// computers of its country came with. It is nil for the languages of windows-1252, and where the text does not look like it:
// words of another alphabet are runs of bytes beyond ASCII, accents stand alone.
func alphabetOf(b []byte, tag string) encoding.Encoding {
	main, rest, _ := strings.Cut(tag, "-")
	name := alphabets[main]
	if main == "zh" && (strings.Contains(rest, "TW") || strings.Contains(rest, "HK") || strings.Contains(rest, "Hant")) {
		name = "big5"
	}
	if name == "" || !latin[name] && !inRuns(b) {
		return nil
	}
	enc, _ := lookupCharset(name)
	return enc
}

// inRuns reports whether most bytes beyond ASCII stand beside another one.
func inRuns(b []byte) bool {
	high, paired := 0, 0
	for i, c := range b {
		if c < 0x80 {
			continue
		}
		high++
		if i > 0 && b[i-1] >= 0x80 || i+1 < len(b) && b[i+1] >= 0x80 {
			paired++
		}
	}
	return paired*4 >= high*3
}

// alphabets are the encodings of languages that windows-1252 has no letters for.
var alphabets = map[string]string{
	"uk": "windows-1251", "ru": "windows-1251", "be": "windows-1251", "bg": "windows-1251", "mk": "windows-1251", "sr": "windows-1251", "kk": "windows-1251",
	"pl": "windows-1250", "cs": "windows-1250", "sk": "windows-1250", "hu": "windows-1250", "sl": "windows-1250", "hr": "windows-1250", "ro": "windows-1250",
	"el": "windows-1253", "tr": "windows-1254", "az": "windows-1254", "he": "windows-1255", "ar": "windows-1256", "fa": "windows-1256",
	"lt": "windows-1257", "lv": "windows-1257", "et": "windows-1257", "vi": "windows-1258", "th": "windows-874",
	"ja": "shift_jis", "zh": "gb18030", "ko": "euc-kr",
}

// latin are those of them in which letters beyond ASCII stand alone.
var latin = map[string]bool{"windows-1250": true, "windows-1254": true, "windows-1257": true, "windows-1258": true}
