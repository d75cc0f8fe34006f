package publisher

import (
	"context"
	"time"

	"deskwire"
	"deskwire/storage"
)

// noticesRead is how many of the newest decisions that readers hear of are looked at: a newsroom that kills and corrects more in
// a month has other problems.
const noticesRead = 500

// A bulletin is the newest kills and corrections of all channels, and what took them back, with their stories. All channels of an
// update share one reading.
type bulletin struct {
	made    []deskwire.Decision             // the newest first
	stories map[deskwire.ID]*deskwire.Story // by the articles that decisions are about
}

func readBulletin(ctx context.Context, store *storage.Store) (*bulletin, error) {
	made, err := store.Notices(ctx, time.Time{}, noticesRead)
	if err != nil || len(made) == 0 {
		return &bulletin{}, err
	}
	b := &bulletin{made: made, stories: map[deskwire.ID]*deskwire.Story{}}
	var ids []deskwire.ID
	for i := range made {
		for _, id := range concerned(&made[i]) {
			if _, asked := b.stories[id]; !asked {
				b.stories[id] = nil
				ids = append(ids, id)
			}
		}
	}
	stories, err := store.Stories(ctx, ids...)
	if err != nil {
		return nil, err
	}
	for i, s := range stories {
		b.stories[ids[i]] = s
	}
	return b, nil
}

// concerned are the articles that a kill, a correction or the undo of one is about. They may have been one story then and be
// several now.
func concerned(d *deskwire.Decision) []deskwire.ID {
	if len(d.Covers) > 0 {
		return d.Covers
	}
	return []deskwire.ID{d.Article}
}

// about are the stories that a decision is about now, each once.
func (b *bulletin) about(d *deskwire.Decision) (stories []*deskwire.Story) {
	for _, id := range concerned(d) {
		s := b.stories[id]
		if s == nil {
			continue
		}
		known := false
		for _, o := range stories {
			known = known || o.ID == s.ID
		}
		if !known {
			stories = append(stories, s)
		}
	}
	return stories
}

// read reads the bulletin, unless this update has done it.
func (p *Press) read(ctx context.Context) (err error) {
	if p.bulletin == nil {
		p.bulletin, err = readBulletin(ctx, p.store)
	}
	return err
}

// gather is [Gather] for a channel that is being made.
func (p *Press) gather(ctx context.Context, ch deskwire.Channel, now time.Time) ([]deskwire.Story, error) {
	if err := p.read(ctx); err != nil {
		return nil, err
	}
	return gather(ctx, p.store, ch, now, p.sources.named, p.bulletin)
}
