package storage

import (
	"bytes"

	"google.golang.org/protobuf/encoding/protowire"

	"deskwire"
)

// appendEpisode writes what is kept in field headEpisode.
func appendEpisode(b []byte, e *deskwire.Episode) []byte {
	b = appendUint(b, 1, uint64(max(e.Number, 0)))
	b = appendText(b, 2, e.Name)
	b = appendUint(b, 3, uint64(max(e.Season, 0)))
	b = appendText(b, 4, e.SeasonName)
	b = appendText(b, 5, string(e.Kind))
	b = appendBool(b, 6, e.Explicit)
	b = appendText(b, 7, e.Subtitle)
	for _, t := range e.Transcripts {
		m := appendText(appendText(appendText(nil, 1, t.URL), 2, t.Type), 3, t.Language)
		b = appendMessage(b, 8, appendBool(m, 4, t.Captions))
	}
	b = appendText(b, 9, e.Chapters)
	for _, p := range e.People {
		b = appendMessage(b, 10, appendText(appendText(appendText(appendText(nil, 1, p.Name), 2, p.Role), 3, p.URL), 4, p.Picture))
	}
	for _, s := range e.Soundbites {
		m := appendUint(appendUint(nil, 1, uint64(max(s.Start, 0))), 2, uint64(max(s.Duration, 0)))
		b = appendMessage(b, 11, appendText(m, 3, s.Title))
	}
	b = appendText(b, 12, e.Place)
	return appendText(b, 13, e.License)
}

func appendMessage(b []byte, num protowire.Number, m []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, num, protowire.BytesType), m)
}

// episode reads a message m that is part of f: what is wrong with m is wrong with f.
func episode(m fields, f *fields) *deskwire.Episode {
	e := &deskwire.Episode{}
	for num := m.next(); num != 0; num = m.next() {
		switch num {
		case 1:
			e.Number = m.int()
		case 2:
			e.Name = m.text()
		case 3:
			e.Season = m.int()
		case 4:
			e.SeasonName = m.text()
		case 5:
			e.Kind = deskwire.EpisodeKind(m.text())
		case 6:
			e.Explicit = m.uint() != 0
		case 7:
			e.Subtitle = m.text()
		case 8:
			e.Transcripts = append(e.Transcripts, transcript(m.message(), &m))
		case 9:
			e.Chapters = m.text()
		case 10:
			e.People = append(e.People, participant(m.message(), &m))
		case 11:
			e.Soundbites = append(e.Soundbites, soundbite(m.message(), &m))
		case 12:
			e.Place = m.text()
		case 13:
			e.License = m.text()
		default:
			m.skip()
		}
	}
	f.bad = f.bad || m.bad
	return e
}

func transcript(m fields, f *fields) (t deskwire.Transcript) {
	for num := m.next(); num != 0; num = m.next() {
		switch num {
		case 1:
			t.URL = m.text()
		case 2:
			t.Type = m.text()
		case 3:
			t.Language = m.text()
		case 4:
			t.Captions = m.uint() != 0
		default:
			m.skip()
		}
	}
	f.bad = f.bad || m.bad
	return t
}

func participant(m fields, f *fields) (p deskwire.Participant) {
	for num := m.next(); num != 0; num = m.next() {
		switch num {
		case 1:
			p.Name = m.text()
		case 2:
			p.Role = m.text()
		case 3:
			p.URL = m.text()
		case 4:
			p.Picture = m.text()
		default:
			m.skip()
		}
	}
	f.bad = f.bad || m.bad
	return p
}

func soundbite(m fields, f *fields) (s deskwire.Soundbite) {
	for num := m.next(); num != 0; num = m.next() {
		switch num {
		case 1:
			s.Start = m.duration()
		case 2:
			s.Duration = m.duration()
		case 3:
			s.Title = m.text()
		default:
			m.skip()
		}
	}
	f.bad = f.bad || m.bad
	return s
}

// sameEpisode reports whether two articles say the same of their episode.
func sameEpisode(a, b *deskwire.Episode) bool {
	if a == nil || b == nil {
		return a == b
	}
	return bytes.Equal(appendEpisode(nil, a), appendEpisode(nil, b))
}
