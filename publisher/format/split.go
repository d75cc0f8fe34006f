package format

import "bytes"

// Split takes a document that this package wrote apart: what stands before its items, the items, and what stands behind them.
// Put together again they are the document, and with some of the items they are one that holds only those. There are no items
// where mediaType is none of a feed.
//
// It relies on how this package writes: a line for each JSON item, and items of XML that begin on a line of their own, while line
// breaks within texts are written as references.
func Split(mediaType string, doc []byte) (head []byte, items [][]byte, tail []byte) {
	switch mediaType {
	case RSSType:
		return splitXML(doc, "    <item>", "</item>\n")
	case AtomType:
		return splitXML(doc, "  <entry", "</entry>\n")
	case JSONType:
		return splitJSON(doc)
	}
	return doc, nil, nil
}

func splitXML(doc []byte, open, end string) (head []byte, items [][]byte, tail []byte) {
	at := bytes.Index(doc, []byte("\n"+open))
	if at < 0 {
		return doc, nil, nil
	}
	head, tail = doc[:at+1], doc[at+1:]
	for bytes.HasPrefix(tail, []byte(open)) {
		n := bytes.Index(tail, []byte(end))
		if n < 0 {
			return doc, nil, nil
		}
		items, tail = append(items, tail[:n+len(end)]), tail[n+len(end):]
	}
	return head, items, tail
}

// jsonItems begins the lines of items, jsonEnd ends them.
const (
	jsonItems = "\"items\":[\n"
	jsonEnd   = "]}\n"
)

func splitJSON(doc []byte) (head []byte, items [][]byte, tail []byte) {
	at := bytes.Index(doc, []byte("\n"+jsonItems))
	if at < 0 || !bytes.HasSuffix(doc, []byte("\n"+jsonEnd)) {
		return doc, nil, nil
	}
	at += 1 + len(jsonItems)
	head, tail = doc[:at], doc[len(doc)-len(jsonEnd):]
	for line := range bytes.Lines(doc[at : len(doc)-len(jsonEnd)]) {
		items = append(items, bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte(",")))
	}
	return head, items, tail
}

// Join puts a document together of parts that [Split] returned.
func Join(mediaType string, head []byte, items [][]byte, tail []byte) []byte {
	n := len(head) + len(tail)
	for _, item := range items {
		n += len(item) + len(",\n")
	}
	doc := append(make([]byte, 0, n), head...)
	for i, item := range items {
		doc = append(doc, item...)
		if mediaType == JSONType {
			if i < len(items)-1 {
				doc = append(doc, ',')
			}
			doc = append(doc, '\n')
		}
	}
	return append(doc, tail...)
}
