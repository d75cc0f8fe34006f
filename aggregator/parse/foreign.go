package parse

import "deskwire"

// A Foreign is HTML that came by another way than a feed, cleaned as a feed's is.
type Foreign struct {
	HTML    string // allow-listed, balanced, every address absolute http(s)
	Text    string // its words, a line for each block
	Media   []deskwire.Media
	Words   int
	Seconds int
}

// Clean cleans HTML whose relative addresses are relative to address.
func Clean(html []byte, address string) Foreign {
	r := newReader(Input{URL: address})
	c := r.html(&markup{text: html})
	f := Foreign{HTML: c.html, Text: c.text, Media: c.media}
	f.Words, f.Seconds = measure(c.text)
	return f
}

// Decode returns a document as valid UTF-8, whatever it is labelled as; language is that of the text, where it is known.
func Decode(body []byte, contentType, language string) []byte {
	return decode(body, contentType, language)
}
