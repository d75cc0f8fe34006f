package publisher

import (
	"context"
	"fmt"
	"time"

	"deskwire"
	"deskwire/publisher/format"
)

// Picture is where the picture comes from that stands at a path of the site, and its width there; "" where there is none to show: it is
// nobody's, its source gives no right to it or to the text that it stands in, or the story is not to be read. It asks the store and nobody
// else.
func (p *Press) Picture(ctx context.Context, path string, now time.Time) (addr string, width int, err error) {
	s := p.Surface().shelved()
	of, name, width, ok := format.ParsePicturePath(path)
	if s == nil || !ok {
		return "", 0, nil
	}
	if of == format.FacesFolder {
		return s.face(name), width, nil
	}
	id := deskwire.ID(of)
	if !id.Valid() {
		return "", 0, nil
	}
	stories, err := p.store.Stories(ctx, id)
	if err != nil {
		return "", 0, fmt.Errorf("picture: %w", err)
	}
	art, err := p.pictured(ctx, s, stories[0], id, now)
	if err != nil || art == nil {
		return "", 0, err
	}
	for i := range art.Media {
		if m := &art.Media[i]; m.Kind() == "image" && format.PictureName(m.URL) == name {
			return m.URL, width, nil
		}
	}
	if !art.HasBody {
		return "", 0, nil
	}
	bodies, err := p.store.Bodies(ctx, id)
	if err != nil {
		return "", 0, fmt.Errorf("picture: %w", err)
	}
	for _, at := range format.BodyPictures(bodies[0]) {
		if format.PictureName(at) == name {
			return at, width, nil
		}
	}
	return "", 0, nil
}

// pictured is an article as far as its pictures may be shown: without a body where they may not be shown in it, nil where none of them
// may, in any channel.
func (p *Press) pictured(ctx context.Context, s *shelf, story *deskwire.Story, id deskwire.ID, now time.Time) (*deskwire.Article, error) {
	if story == nil {
		return nil, nil
	}
	raw := story.Article(id)
	if raw == nil {
		return nil, nil
	}
	where, err := p.store.Whereabouts(ctx, story)
	if err != nil {
		return nil, fmt.Errorf("picture: %w", err)
	}
	if is, _, _ := s.standing(story, &where[0], now); is != shown {
		return nil, nil
	}
	src, ends := s.sources[raw.Source], horizon{}
	c := composer{now: now}
	if c.over(raw.Published, src.Granted().Expires, &ends) {
		return nil, nil
	}
	for _, ch := range s.order {
		if !s.holds(ch, &where[0]) {
			continue
		}
		policy := deskwire.Policy{Content: deskwire.ContentFull, Pictures: ch.Policy.Pictures}
		if art, body, wordy, _ := cut(*raw, src.Granted(), policy); art.Picture() != nil || body && !wordy {
			art.HasBody = body && !wordy
			return &art, nil
		}
	}
	return nil, nil
}

// face is the picture of who stands behind a channel, by the name that it has in addresses; "" where there is none.
func (s *shelf) face(name string) string {
	for _, ch := range s.order {
		if addr := ch.Face.Picture; addr != "" && format.PictureName(addr) == name {
			return addr
		}
	}
	return ""
}
