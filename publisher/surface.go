package publisher

import (
	"iter"
	"maps"
	"slices"
	"strings"

	"deskwire"
	"deskwire/publisher/format"
	"deskwire/storage"
)

// A Surface is everything that readers can ask for at one moment, the same for whoever serves it and whoever writes it as
// files. It is never changed: an update makes another one.
type Surface struct {
	Site  format.Site
	docs  map[string]*Document
	moved map[string]string               // path of a channel -> the path it has now
	gone  map[string]bool                 // paths of channels that were taken away
	ends  map[string]deskwire.ArchivePage // path of a channel -> the archive page that its feed leads to
	shelf *shelf
}

// shelved is what archive pages are made with; nil before there is anything.
func (s *Surface) shelved() *shelf {
	if s == nil {
		return nil
	}
	return s.shelf
}

// Document returns what stands at a path, or nil.
func (s *Surface) Document(path string) *Document {
	if s == nil {
		return nil
	}
	return s.docs[path]
}

// Documents are all documents, by path.
func (s *Surface) Documents() iter.Seq[*Document] {
	return func(yield func(*Document) bool) {
		if s == nil {
			return
		}
		for _, path := range slices.Sorted(maps.Keys(s.docs)) {
			if !yield(s.docs[path]) {
				return
			}
		}
	}
}

// Moved returns the path that a channel has now whose path this was; "" when it did not move.
func (s *Surface) Moved(path string) string {
	if s == nil {
		return ""
	}
	return s.moved[path]
}

// Gone reports whether a path was that of a channel that was taken away.
func (s *Surface) Gone(path string) bool { return s != nil && s.gone[path] }

// Redirects returns the paths of channels that moved and where they are now, and the paths of those that are gone, sorted.
func (s *Surface) Redirects() (moved map[string]string, gone []string) {
	if s == nil {
		return nil, nil
	}
	return maps.Clone(s.moved), slices.Sorted(maps.Keys(s.gone))
}

// closed learns which channels moved and which are gone: those that the store remembers and the configuration does not.
func (s *Surface) closed(channels []deskwire.Channel, states map[string]storage.ChannelState) {
	configured := map[string]bool{}
	for i := range channels {
		configured[channels[i].Path()] = true
	}
	for i := range channels {
		ch := &channels[i]
		for _, name := range ch.Was {
			// An address that another channel has taken over is that channel's.
			was := deskwire.Channel{Kind: ch.Kind, Name: name}
			if !configured[was.Path()] {
				s.moved[was.Path()] = ch.Path()
			}
		}
	}
	for key := range states {
		kind, name, ok := strings.Cut(key, "/")
		ch := deskwire.Channel{Kind: deskwire.ChannelKind(kind), Name: name}
		if ok && !configured[ch.Path()] && s.moved[ch.Path()] == "" {
			s.gone[ch.Path()] = true
		}
	}
}

// equal reports whether nobody could tell the two apart.
func (s *Surface) equal(o *Surface) bool {
	return o != nil && s.Site == o.Site && maps.Equal(s.docs, o.docs) && maps.Equal(s.moved, o.moved) && maps.Equal(s.gone, o.gone) &&
		maps.Equal(s.ends, o.ends) && s.shelf == o.shelf
}
