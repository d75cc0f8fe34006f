package publisher

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strings"
	"time"

	"deskwire/publisher/format"
)

const (
	// pastEditions is how many earlier editions of a feed are remembered: a reader who asks every five minutes is served a
	// difference as long as he missed no more.
	pastEditions = 16
	// pastItems bounds how many items all of them have together, for feeds without a limit: 80 KB of hashes.
	pastItems = 10_000
)

// A past is an earlier edition of a feed, as far as it is needed to say what is new since: not its bytes.
type past struct {
	tag   string   // entity tag without quotes, of the form without coding
	items []uint64 // hashes of its items, sorted
}

// hashItems are the hashes of a feed's items, in their order; nil for what is no feed of items.
func hashItems(d *Document) []uint64 {
	if d.Kind != KindFeed || !slices.Contains([]string{format.RSSType, format.AtomType, format.JSONType}, d.Type) {
		return nil
	}
	_, items, _ := format.Split(d.Type, d.Plain.Body)
	hashes := make([]uint64, len(items))
	for i, item := range items {
		sum := sha256.Sum256(item)
		hashes[i] = binary.LittleEndian.Uint64(sum[:])
	}
	return hashes
}

// remember has a document know what stood before it at its path; nil is nothing.
func (d *Document) remember(was *Document) {
	d.items = hashItems(d)
	if was == nil || was.items == nil {
		return
	}
	d.before = append([]past{{baseTag(was.Plain.ETag), slices.Sorted(slices.Values(was.items))}}, was.before...)
	total := 0
	for i, p := range d.before {
		if total += len(p.items); i == pastEditions || i > 0 && total > pastItems {
			d.before = slices.Clip(d.before[:i])
			break
		}
	}
}

// baseTag is what the tags of all forms of a document begin with.
func baseTag(tag string) string {
	tag = strings.Trim(strings.TrimPrefix(tag, "W/"), `"`)
	for _, coding := range []string{"-gz", "-br", "-zs"} {
		tag = strings.TrimSuffix(tag, coding)
	}
	return tag
}

// Since says what a feed has now that it did not have under an earlier entity tag (of any coding). known is false where the tag
// is not one of its last editions'. The difference is a document with the new and changed items only, under the tags of the
// whole one: who has the earlier edition and this one has the whole. It is nil where there are none, and d itself where nothing was there before.
func (p *Press) Since(ctx context.Context, d *Document, tag string) (difference *Document, known bool, err error) {
	tag = baseTag(tag)
	i := slices.IndexFunc(d.before, func(b past) bool { return b.tag == tag })
	if i < 0 {
		return nil, false, nil
	}
	var fresh []int
	for n, hash := range d.items {
		if _, had := slices.BinarySearch(d.before[i].items, hash); !had {
			fresh = append(fresh, n)
		}
	}
	switch len(fresh) {
	case 0:
		return nil, true, nil
	case len(d.items):
		return d, true, nil
	}
	difference, _, err = p.kept.get(ctx, d.Path+" since "+tag, d.Plain.ETag, time.Time{}, func(context.Context) (*Document, time.Time, error) {
		head, items, tail := format.Split(d.Type, d.Plain.Body)
		var some [][]byte
		for _, n := range fresh {
			some = append(some, items[n])
		}
		part := &Document{Path: d.Path, Type: d.Type, Kind: d.Kind, Links: d.Links, Secret: d.Secret, Modified: d.Modified}
		part.Plain = Form{format.Join(d.Type, head, some, tail), d.Plain.ETag}
		part.Gzip.ETag, part.Brotli.ETag, part.Zstd.ETag = d.Gzip.ETag, d.Brotli.ETag, d.Zstd.ETag
		compressAll([]*Document{part})
		return part, time.Time{}, nil
	})
	return difference, true, err
}

// Differs reports whether the document is one of which readers may ask for what is new only.
func (d *Document) Differs() bool { return d.items != nil }
