// Package parse turns the bytes of an upstream document into article drafts. It owns everything between the wire and the
// store: character sets, repair of broken feeds, limits against hostile ones, dates, pictures, bylines, clean HTML. It does
// no I/O and keeps no state; [Parse] may be called from any number of goroutines.
//
// The stages, in order:
//
//	decode   bytes -> valid UTF-8                                   decode.go
//	scan     one pass over the bytes: finds the root and the        scan*.go (XML), scanjson.go
//	         items, removes what breaks parsers, enforces the
//	         limits, cuts out items that are known already and
//	         lifts long texts out of gofeed's way
//	gofeed   the format parsers of gofeed on what is left           rss.go, atom.go, jsonfeed.go
//	map      gofeed's fields -> deskwire.Draft                      draft.go, date*.go, media.go, people.go
//	clean    foreign HTML -> allow-listed, balanced, absolute,      clean.go, tidy.go
//	         and its plain text for summary, counts and digest
//
// # What gofeed is given
//
// The scan writes a new, regular document: one root, one channel, items inside it, every element closed, no comments, no
// declarations, no default namespace on the root, no elements of namespaces that nothing here reads. Long texts (description,
// content:encoded, Atom content and summary) are replaced by a mark (U+E000 and a number) and decoded here: gofeed reads
// structure, not prose, which is most of what it would otherwise cost. The format parsers are called directly; the universal
// translator would drop half of what an article needs and look for a picture with an HTML parse of every item.
//
// # Marks and the header
//
// A draft's Mark is a hash of the decoded bytes of its item. When [Input].Known says that a mark was read before, the item is
// cut out before gofeed sees it, so a document with two new items of thirty costs by the two. Items inherit from what stands
// around them (namespaces, xml:base, language, the feed's author and rights, and the source's own settings of zone and
// language): [Document].Header is a hash of that, and when it differs from [Input].Header the document is read whole.
//
// # Digest
//
// [deskwire.Article].Digest is a hash of what a reader would notice: the title, the summary and the words of the body, each
// with white space collapsed and letters and digits only, and the addresses of the pictures without scheme, tracking
// parameters and sizes; of an episode its number, its people, and the addresses of its transcripts and chapters. Order
// of attributes, tracking parameters, markup without text and white space are no change. It is never 0.
package parse
