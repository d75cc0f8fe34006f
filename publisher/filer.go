package publisher

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"time"

	"deskwire"
	"deskwire/publisher/rule"
	"deskwire/storage"
)

// consumer is the filer's name in the store.
const consumer = "filing"

const (
	// catchStep is how many changed stories one commit files: a first round of 30,000 articles takes 15 commits.
	catchStep = 2000
	// bodyStep is how many stories are decided at a time where rules read bodies, which are in memory all at once.
	bodyStep = 500
)

// A Filer decides which channels take a story and writes it down as places, once per change, so that what a channel shows is
// read and not worked out. It follows the store's changes ([Filer.Catch]), and files a channel again whose rules have changed
// ([Filer.Refile]).
//
// It keeps nothing between two calls: all it has to remember is in the store, so it goes on where it, or another process, was
// interrupted. One goroutine at a time uses a Filer. Two of them at once file everything, but may do the same work twice.
type Filer struct {
	Store    *storage.Store
	Rules    *rule.Set
	Channels []deskwire.Channel
	Behind   string                // the consumer that has to have seen a change before it is filed; "" is nobody
	Log      *slog.Logger          // slog.Default() when nil
	Progress func(FilerProgress)   // told of each batch that is filed again; nil tells nobody
	Filed    func(*deskwire.Story) // told of each changed story, before it is filed; nil tells nobody
}

// Catch files all that changed since it was last called, by whomever, and returns the keys of the channels that this touched,
// sorted: those whose editions may differ now.
func (f *Filer) Catch(ctx context.Context, now time.Time) (touched []string, err error) {
	failed, _ := f.Rules.Failures()
	set := map[string]bool{}
	for {
		states, changed, err := f.open(ctx, now)
		for _, c := range changed {
			set[c] = true
		}
		more := false
		if err == nil {
			more, err = f.catch(ctx, states, set)
		}
		switch {
		case errors.Is(err, deskwire.ErrBusy): // another filer was faster: look again
			continue
		case err != nil:
			return nil, err
		case !more:
			f.complain(failed)
			return slices.Sorted(maps.Keys(set)), nil
		}
	}
}

// complain tells of expressions that could not be evaluated since there were so many.
func (f *Filer) complain(failed int64) {
	if n, last := f.Rules.Failures(); n > failed {
		f.log().Warn("expressions that could not be evaluated count as no match", "times", n-failed, "last", last)
	}
}

func (f *Filer) log() *slog.Logger {
	if f.Log == nil {
		return slog.Default()
	}
	return f.Log
}

// catch files one batch of changes and adds to touched. It is ErrBusy when the cursor has moved meanwhile.
func (f *Filer) catch(ctx context.Context, states map[string]storage.ChannelState, touched map[string]bool) (more bool, err error) {
	from, err := f.Store.Cursor(ctx, consumer)
	if err != nil {
		return false, err
	}
	changes, err := f.Store.Changes(ctx, from, catchStep)
	if err != nil {
		return false, err
	}
	if f.Behind != "" {
		ahead, err := f.Store.Cursor(ctx, f.Behind)
		if err != nil {
			return false, err
		}
		changes = slices.DeleteFunc(changes, func(c storage.Change) bool { return c.At > ahead })
	}
	if len(changes) == 0 {
		return false, nil
	}
	stories, known, gone, err := f.changed(ctx, changes)
	if err != nil {
		return false, err
	}
	if err := f.beyond(ctx, stories, touched); err != nil {
		return false, err
	}
	filed, err := f.decide(ctx, f.Rules, stories)
	if err != nil {
		return false, err
	}
	for _, id := range gone {
		filed = append(filed, storage.FiledStory{Story: id}) // nowhere
	}
	// A story that leaves a channel touches it too.
	for _, id := range known {
		in, err := f.Store.FiledIn(ctx, id)
		if err != nil {
			return false, err
		}
		for key := range in {
			touched[key] = true
		}
	}
	for i := range filed {
		for key := range filed[i].In {
			touched[key] = true
		}
	}
	// Both generations take what changes. The one that readers don't see yet comes first: should we die in between, the
	// cursor has not moved, and both are written again.
	shown, next := map[string]uint32{}, map[string]uint32{}
	for i := range f.Channels {
		key := f.Channels[i].Key()
		st := states[key]
		if g := st.Shown(); g != 0 {
			shown[key] = g
		}
		if st.Next != 0 && !st.NextSwitched {
			next[key] = st.Next
		}
	}
	if len(next) > 0 {
		if err := f.Store.File(ctx, storage.Filing{Generations: next, Stories: within(filed, next)}); err != nil {
			return false, err
		}
	}
	return len(changes) == catchStep, f.Store.File(ctx, storage.Filing{
		Consumer: consumer, From: from, To: changes[len(changes)-1].At, Generations: shown, Stories: within(filed, shown),
	})
}

const (
	// beyondMost is how many stories about the same event are looked at for items that name one that was taken away: all that
	// there may be. An item names at most [deskwire.MaxRelated].
	beyondMost = 1000
	// beyondFew is how many are where it only looks different now: those that readers still see.
	beyondFew = 10
)

// beyond touches the channels that show something of a story without holding it: those that published it, where a decision says
// something to those who read it there, and those with items that name it as related. What is new tells those by itself.
func (f *Filer) beyond(ctx context.Context, stories []*deskwire.Story, touched map[string]bool) error {
	takes := func(d deskwire.Decision) bool {
		return d.Verb == deskwire.Kill || d.Verb == deskwire.Embargo || d.Verb == deskwire.Hide
	}
	for _, s := range stories {
		for _, sh := range s.Shown { // known where it was killed, embargoed or corrected
			touched[sh.Channel] = true
		}
		if !changedBefore(s) {
			continue
		}
		most := beyondFew
		if slices.ContainsFunc(s.Decisions, takes) {
			most = beyondMost
		}
		related, err := f.Store.Related(ctx, most, s)
		if err != nil {
			return err
		}
		for _, id := range related[0] {
			in, err := f.Store.FiledIn(ctx, id)
			if err != nil {
				return err
			}
			for key := range in {
				touched[key] = true
			}
		}
	}
	return nil
}

// changedBefore reports whether a story may have been something else to readers before.
func changedBefore(s *deskwire.Story) bool {
	return len(s.Articles) > 1 || s.Articles[0].Revision > 0 || len(s.Decisions) > 0
}

// within keeps of each story the channels that have a generation. A story that none of them takes stays in the list: it may
// have been filed before.
func within(stories []storage.FiledStory, generations map[string]uint32) []storage.FiledStory {
	out := slices.Clone(stories)
	for i := range out {
		in := make(map[string]string, len(out[i].In))
		for key, by := range out[i].In {
			if _, ok := generations[key]; ok {
				in[key] = by
			}
		}
		out[i].In = in
	}
	return out
}

// changed loads the stories that changed. known are those that may have been filed before, gone those that are no more, or
// are part of another one now.
func (f *Filer) changed(ctx context.Context, changes []storage.Change) (stories []*deskwire.Story, known, gone []deskwire.ID, err error) {
	ids := make([]deskwire.ID, len(changes))
	for i, c := range changes {
		ids[i] = c.Story
	}
	found, err := f.Store.Stories(ctx, ids...)
	if err != nil {
		return nil, nil, nil, err
	}
	for i, s := range found {
		if s == nil || s.ID != ids[i] {
			gone = append(gone, ids[i])
			known = append(known, ids[i])
		}
		if s == nil {
			continue
		}
		if f.Filed != nil {
			f.Filed(s)
		}
		if changedBefore(s) {
			known = append(known, s.ID)
		}
		stories = append(stories, s)
	}
	return stories, known, gone, nil
}

// decide works out which channels of the rules take the stories. A story that stands there several times is decided once.
func (f *Filer) decide(ctx context.Context, rules *rule.Set, stories []*deskwire.Story) ([]storage.FiledStory, error) {
	slices.SortFunc(stories, func(a, b *deskwire.Story) int { return cmp.Compare(a.ID, b.ID) })
	stories = slices.CompactFunc(stories, func(a, b *deskwire.Story) bool { return a.ID == b.ID })
	filed := make([]storage.FiledStory, 0, len(stories))
	for part := range slices.Chunk(stories, bodyStep) {
		body, err := f.bodies(ctx, rules, part)
		if err != nil {
			return nil, err
		}
		for _, s := range part {
			filed = append(filed, storage.FiledStory{Story: s.ID, Placed: s.Placed, In: f.channels(rules, s, body)})
		}
	}
	return filed, nil
}

// channels is the rules' answer with the editors' on top: an assigned story, and one that is pinned in a channel by name, is
// in whatever its rules say. What an editor hid stays filed, so that it comes back to its place when that is undone.
func (f *Filer) channels(rules *rule.Set, s *deskwire.Story, body func(deskwire.ID) string) map[string]string {
	if len(s.Decisions) == 0 {
		return rules.File(s, body)
	}
	put := assigned(s)
	in := rules.File(s, body, slices.Collect(maps.Keys(put))...)
	for key, by := range put {
		if _, taken := in[key]; !taken && rules.Has(key) {
			if in == nil {
				in = map[string]string{}
			}
			in[key] = by
		}
	}
	return in
}

// assigned are the channels that editors put the story in, by key, and how. A pin that has run out still counts: who was
// chosen for the first place does not vanish from the list when that ends, but when somebody takes the pin back.
func assigned(s *deskwire.Story) map[string]string {
	put := map[string]string{}
	standing := s.Standing(time.Time{})
	for key := range standing.Pinned {
		if key != "" {
			put[key] = "pinned by an editor"
		}
	}
	for key, id := range standing.Assigned {
		put[key] = "assigned by decision " + string(id)
	}
	return put
}

// bodies loads the bodies that the rules will look into, all at once.
func (f *Filer) bodies(ctx context.Context, rules *rule.Set, stories []*deskwire.Story) (func(deskwire.ID) string, error) {
	var ids []deskwire.ID
	for _, s := range stories {
		for i := range s.Articles {
			if rules.ReadsBody(&s.Articles[i]) {
				ids = append(ids, s.Articles[i].ID)
			}
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	texts, err := f.Store.Bodies(ctx, ids...)
	if err != nil {
		return nil, err
	}
	by := make(map[deskwire.ID]string, len(ids))
	for i, id := range ids {
		by[id] = texts[i]
	}
	return func(id deskwire.ID) string { return by[id] }, nil
}
