package storage

import (
	"time"

	"google.golang.org/protobuf/encoding/protowire"

	"deskwire"
)

// A head is an article as the store keeps it: what the source said, what the store adds (its history), and what spares
// lists a look into other tables.
type head struct {
	deskwire.Article
	changed Stamp // of the story's row in change, unless the story has a row of its own in table story
	decided bool  // the article has a row in decided
	grouped bool  // its story has a row of its own in table story
}

// The fields of a head. Numbers are never used again for something else.
const (
	headSource    = 1
	headGUID      = 2
	headLink      = 3
	headTitle     = 4
	headSummary   = 5
	headAuthor    = 6 // message: 1 name, 2 URL, 3 email, 4 avatar
	headAgency    = 7
	headCategory  = 8
	headLanguage  = 9
	headRights    = 10
	headComments  = 11
	headVia       = 12 // message: 1 title, 2 URL
	headMedia     = 13 // message: see appendMedia
	headDigest    = 14 // fixed64
	headWords     = 15
	headSeconds   = 16
	headHasBody   = 17
	headModified  = 18 // and 19
	headDateRaw   = 20
	headEpisode   = 21 // message: see appendEpisode
	headFull      = 24
	headStory     = 32 // absent: its own ID
	headFirstSeen = 33 // and 34
	headPublished = 35 // and 36; absent: as FirstSeen
	headRevised   = 37 // and 38; absent: as FirstSeen
	headPlaced    = 39 // and 40; absent: as FirstSeen
	headRevision  = 41
	headChanged   = 42
	headDecided   = 43
	headGrouped   = 44
)

// appendContent writes what the source said. It needs no transaction: workers do it.
func appendContent(b []byte, a *deskwire.Article) []byte {
	b = appendText(b, headSource, a.Source)
	b = appendText(b, headGUID, a.GUID)
	b = appendText(b, headLink, a.Link)
	b = appendText(b, headTitle, a.Title)
	b = appendText(b, headSummary, a.Summary)
	for i := range a.Authors {
		p := &a.Authors[i]
		var m [128]byte
		v := appendText(appendText(appendText(m[:0], 1, p.Name), 2, p.URL), 3, p.Email)
		v = appendText(v, 4, p.Avatar)
		b = protowire.AppendBytes(protowire.AppendTag(b, headAuthor, protowire.BytesType), v)
	}
	for _, s := range a.Agencies {
		b = protowire.AppendString(protowire.AppendTag(b, headAgency, protowire.BytesType), s)
	}
	for _, s := range a.Categories {
		b = protowire.AppendString(protowire.AppendTag(b, headCategory, protowire.BytesType), s)
	}
	b = appendText(b, headLanguage, a.Language)
	b = appendText(b, headRights, a.Rights)
	b = appendText(b, headComments, a.Comments)
	if a.Via != (deskwire.Via{}) {
		v := appendText(appendText(nil, 1, a.Via.Title), 2, a.Via.URL)
		b = protowire.AppendBytes(protowire.AppendTag(b, headVia, protowire.BytesType), v)
	}
	for i := range a.Media {
		var m [512]byte
		b = protowire.AppendBytes(protowire.AppendTag(b, headMedia, protowire.BytesType), appendMedia(m[:0], &a.Media[i]))
	}
	if a.Episode != nil {
		b = appendMessage(b, headEpisode, appendEpisode(nil, a.Episode))
	}
	b = appendFixed64(b, headDigest, a.Digest)
	b = appendUint(b, headWords, uint64(max(a.Words, 0)))
	b = appendUint(b, headSeconds, uint64(max(a.Seconds, 0)))
	b = appendBool(b, headHasBody, a.HasBody)
	b = appendBool(b, headFull, a.Full)
	if !a.Modified.IsZero() {
		b = appendTime(b, headModified, a.Modified)
	}
	return appendText(b, headDateRaw, a.DateRaw)
}

func appendMedia(b []byte, m *deskwire.Media) []byte {
	b = appendText(b, 1, m.URL)
	b = appendText(b, 2, m.Type)
	b = appendUint(b, 3, uint64(max(m.Length, 0)))
	b = appendUint(b, 4, uint64(max(m.Width, 0)))
	b = appendUint(b, 5, uint64(max(m.Height, 0)))
	b = appendUint(b, 6, uint64(max(m.Duration, 0)))
	b = appendText(b, 7, m.Title)
	b = appendText(b, 8, m.Caption)
	b = appendText(b, 9, m.Credit)
	return appendBool(b, 10, m.Enclosed)
}

// appendHistory writes what the store adds. It follows appendContent's bytes.
func appendHistory(b []byte, h *head) []byte {
	if h.Story != h.ID {
		b = appendText(b, headStory, string(h.Story))
	}
	if !h.FirstSeen.IsZero() {
		b = appendTime(b, headFirstSeen, h.FirstSeen)
	}
	for _, t := range [...]struct {
		num protowire.Number
		at  time.Time
	}{{headPublished, h.Published}, {headRevised, h.Revised}, {headPlaced, h.Placed}} {
		if !t.at.Equal(h.FirstSeen) {
			b = appendTime(b, t.num, t.at)
		}
	}
	b = appendUint(b, headRevision, uint64(max(h.Revision, 0)))
	b = appendUint(b, headChanged, uint64(h.changed))
	b = appendBool(b, headDecided, h.decided)
	return appendBool(b, headGrouped, h.grouped)
}

// encode is the whole value.
func (h *head) encode() []byte {
	return appendHistory(appendContent(make([]byte, 0, 1024), &h.Article), h)
}

// decodeHead reads the value of an article's row.
func decodeHead(id deskwire.ID, val []byte) (*head, error) {
	h := &head{Article: deskwire.Article{ID: id, Story: id}}
	f := read(val)
	var published, revised, placed bool
	for num := f.next(); num != 0; num = f.next() {
		switch num {
		case headPublished:
			h.Published, published = f.time(), true
		case headRevised:
			h.Revised, revised = f.time(), true
		case headPlaced:
			h.Placed, placed = f.time(), true
		default:
			if num >= headStory {
				h.history(&f, num)
			} else {
				h.content(&f, num)
			}
		}
	}
	if f.bad || h.Source == "" || !h.Story.Valid() {
		return nil, damaged(tableHead, string(id), "not an article")
	}
	if !published {
		h.Published = h.FirstSeen
	}
	if !revised {
		h.Revised = h.FirstSeen
	}
	if !placed {
		h.Placed = h.FirstSeen
	}
	return h, nil
}

func (h *head) content(f *fields, num protowire.Number) {
	switch num {
	case headSource:
		h.Source = f.text()
	case headGUID:
		h.GUID = f.text()
	case headLink:
		h.Link = f.text()
	case headTitle:
		h.Title = f.text()
	case headSummary:
		h.Summary = f.text()
	case headAuthor:
		h.Authors = append(h.Authors, author(f.message(), f))
	case headAgency:
		h.Agencies = append(h.Agencies, f.text())
	case headCategory:
		h.Categories = append(h.Categories, f.text())
	case headLanguage:
		h.Language = f.text()
	case headRights:
		h.Rights = f.text()
	case headComments:
		h.Comments = f.text()
	case headVia:
		h.Via = via(f.message(), f)
	case headMedia:
		h.Media = append(h.Media, media(f.message(), f))
	case headEpisode:
		h.Episode = episode(f.message(), f)
	case headDigest:
		h.Digest = f.fixed64()
	case headWords:
		h.Words = f.int()
	case headSeconds:
		h.Seconds = f.int()
	case headFull:
		h.Full = f.uint() != 0
	case headHasBody:
		h.HasBody = f.uint() != 0
	case headModified:
		h.Modified = f.time()
	case headModified + 1:
		f.nanoseconds(&h.Modified)
	case headDateRaw:
		h.DateRaw = f.text()
	default:
		f.skip()
	}
}

func (h *head) history(f *fields, num protowire.Number) {
	switch num {
	case headStory:
		h.Story = deskwire.ID(f.text())
	case headFirstSeen:
		h.FirstSeen = f.time()
	case headFirstSeen + 1:
		f.nanoseconds(&h.FirstSeen)
	case headPublished + 1:
		f.nanoseconds(&h.Published)
	case headRevised + 1:
		f.nanoseconds(&h.Revised)
	case headPlaced + 1:
		f.nanoseconds(&h.Placed)
	case headRevision:
		h.Revision = f.int()
	case headChanged:
		h.changed = Stamp(f.uint())
	case headDecided:
		h.decided = f.uint() != 0
	case headGrouped:
		h.grouped = f.uint() != 0
	default:
		f.skip()
	}
}

// author, via and media read a message m that is part of f: what is wrong with m is wrong with f.

func author(m fields, f *fields) (a deskwire.Author) {
	for num := m.next(); num != 0; num = m.next() {
		switch num {
		case 1:
			a.Name = m.text()
		case 2:
			a.URL = m.text()
		case 3:
			a.Email = m.text()
		case 4:
			a.Avatar = m.text()
		default:
			m.skip()
		}
	}
	f.bad = f.bad || m.bad
	return a
}

func via(m fields, f *fields) (v deskwire.Via) {
	for num := m.next(); num != 0; num = m.next() {
		switch num {
		case 1:
			v.Title = m.text()
		case 2:
			v.URL = m.text()
		default:
			m.skip()
		}
	}
	f.bad = f.bad || m.bad
	return v
}

func media(m fields, f *fields) (v deskwire.Media) {
	for num := m.next(); num != 0; num = m.next() {
		switch num {
		case 1:
			v.URL = m.text()
		case 2:
			v.Type = m.text()
		case 3:
			v.Length = int64(m.int())
		case 4:
			v.Width = m.int()
		case 5:
			v.Height = m.int()
		case 6:
			v.Duration = m.duration()
		case 7:
			v.Title = m.text()
		case 8:
			v.Caption = m.text()
		case 9:
			v.Credit = m.text()
		case 10:
			v.Enclosed = m.uint() != 0
		default:
			m.skip()
		}
	}
	f.bad = f.bad || m.bad
	return v
}
