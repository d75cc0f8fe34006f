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
