package publisher

import (
	"cmp"
	"context"
	"errors"
	"fmt"
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
	// refileStep is how many stories one commit files again: small enough that a new article is not kept waiting.
	refileStep = 1000
	// bodyStep is the same where rules read bodies, which are in memory all at once.
	bodyStep = 500
	// dropStep is how many places of a generation that nobody sees are deleted in one commit.
	dropStep = 2000
	// fresh is how far back a generation has to reach before readers see it; older pages of archives may take longer.
	fresh = 14 * 24 * time.Hour
	// freshLimits is how many times the channel's limit it has to hold at least.
	freshLimits = 4
)

// A Filer decides which channels take a story and writes it down as places, once per change, so that what a channel shows is
// read and not worked out. It follows the store's changes, and files a channel again whose rules have changed.
//
// A Filer is used by one goroutine at a time. Several of them, in several processes, do no harm to each other.
type Filer struct {
	Store    *storage.Store
	Rules    *rule.Set
	Channels []deskwire.Channel
	Log      *slog.Logger          // slog.Default() when nil
	Progress func(FilerProgress)   // told of filing again; nil tells nobody
	Filed    func(*deskwire.Story) // told of each changed story, before it is filed; nil tells nobody
}

// FilerProgress is how far filing again has come.
type FilerProgress struct {
	Channels []string
	Done     int       // stories
	Back     time.Time // how far back in time
}

// Catch files all that changed since it was last called, by whomever, and returns the channels that this touched.
func (f *Filer) Catch(ctx context.Context, now time.Time) (touched []string, err error) {
	set := map[string]bool{}
	for {
		states, changed, err := f.open(ctx, now)
		if err != nil {
			return nil, err
		}
		for _, c := range changed {
			set[c] = true
		}
		n, err := f.catch(ctx, states, set)
		switch {
		case errors.Is(err, deskwire.ErrBusy): // another filer was faster: look again
			continue
		case err != nil:
			return nil, err
		case n < catchStep:
			return slices.Sorted(maps.Keys(set)), nil
		}
	}
}

// open brings the states of channels in line with the configuration: new ones are created, those that left are closed, those
// that came back are opened, and those whose rules changed get a generation to be filed.
func (f *Filer) open(ctx context.Context, now time.Time) (states map[string]storage.ChannelState, changed []string, err error) {
	states, err = f.Store.Channels(ctx)
	if err != nil {
		return nil, nil, err
	}
	write := map[string]storage.ChannelState{}
	configured := map[string]bool{}
	for i := range f.Channels {
		ch := &f.Channels[i]
		key := ch.Key()
		configured[key] = true
		st, known := states[key]
		was := st
		if !known {
			st.Created = created(ch, states, now)
		}
		st.Closed = time.Time{}
		st = follow(st, f.Rules.Fingerprint(key))
		if !known || st != was {
			write[key] = st
		}
	}
	for key, st := range states {
		if !configured[key] && st.Closed.IsZero() {
			st.Closed = now.UTC()
			write[key] = st
		}
	}
	if len(write) == 0 {
		return states, nil, nil
	}
	if err := f.Store.File(ctx, storage.Filing{States: write}); err != nil {
		return nil, nil, err
	}
	maps.Copy(states, write)
	return states, slices.Sorted(maps.Keys(write)), nil
}

// created is when a channel began: when the one that it was before did, else now.
func created(ch *deskwire.Channel, states map[string]storage.ChannelState, now time.Time) time.Time {
	for _, name := range ch.Was {
		before := deskwire.Channel{Kind: ch.Kind, Name: name}
		if st, ok := states[before.Key()]; ok {
			return st.Created
		}
	}
	return now.UTC().Truncate(time.Second)
}

// follow is the state of a channel whose rules have this fingerprint.
func follow(st storage.ChannelState, print string) storage.ChannelState {
	switch {
	case st.Next != 0 && st.NextPrint == print: // is being filed
	case st.Next == 0 && st.Fingerprint == print && st.Generation != 0: // is filed
	default:
		// What Next held so far is left to be dropped.
		st.Next, st.NextPrint, st.NextBefore, st.NextSwitched = max(st.Generation, st.Next)+1, print, "", false
	}
	return st
}

// catch files one batch of changes.
func (f *Filer) catch(ctx context.Context, states map[string]storage.ChannelState, touched map[string]bool) (n int, err error) {
	from, err := f.Store.Cursor(ctx, consumer)
	if err != nil {
		return 0, err
	}
	changes, err := f.Store.Changes(ctx, from, catchStep)
	if err != nil || len(changes) == 0 {
		return 0, err
	}
	ids := make([]deskwire.ID, len(changes))
	for i, c := range changes {
		ids[i] = c.Story
	}
	stories, old, err := f.stories(ctx, ids, f.Filed)
	if err != nil {
		return 0, err
	}
	// Both generations take what changes. The one that is being filed comes first: should we die in between, the cursor has
	// not moved and both are written again.
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
		if err := f.Store.File(ctx, storage.Filing{Generations: next, Stories: only(stories, next)}); err != nil {
			return 0, err
		}
	}
	for i := range stories {
		for key := range stories[i].In {
			touched[key] = true
		}
	}
	// A story that leaves a channel touches it too.
	for _, id := range old {
		in, err := f.Store.FiledIn(ctx, id)
		if err != nil {
			return 0, err
		}
		for key := range in {
			touched[key] = true
		}
	}
	return len(changes), f.Store.File(ctx, storage.Filing{
		Consumer: consumer, From: from, To: changes[len(changes)-1].At, Generations: shown, Stories: only(stories, shown),
	})
}

// only keeps of each story the channels that have a generation.
func only(stories []storage.FiledStory, generations map[string]uint32) []storage.FiledStory {
	out := slices.Clone(stories)
	for i := range out {
		in := map[string]string{}
		for key, by := range out[i].In {
			if _, ok := generations[key]; ok {
				in[key] = by
			}
		}
		out[i].In = in
	}
	return out
}

// stories decides for each story which channels take it; old are those that may have been filed before.
func (f *Filer) stories(ctx context.Context, ids []deskwire.ID, tell func(*deskwire.Story)) (filed []storage.FiledStory, old []deskwire.ID, err error) {
	found, err := f.Store.Stories(ctx, ids...)
	if err != nil {
		return nil, nil, err
	}
	filed = make([]storage.FiledStory, 0, len(found))
	for part := range slices.Chunk(found, bodyStep) {
		body, err := f.bodies(ctx, part)
		if err != nil {
			return nil, nil, err
		}
		for _, s := range part {
			if s == nil {
				continue
			}
			if tell != nil {
				tell(s)
			}
			if len(s.Articles) > 1 || s.Articles[0].Revision > 0 || len(s.Decisions) > 0 {
				old = append(old, s.ID)
			}
			filed = append(filed, storage.FiledStory{Story: s.ID, Placed: s.Placed, In: f.decide(s, body)})
		}
	}
	// Two articles of one story may both have changed.
	slices.SortFunc(filed, func(a, b storage.FiledStory) int { return cmp.Compare(a.Story, b.Story) })
	filed = slices.CompactFunc(filed, func(a, b storage.FiledStory) bool { return a.Story == b.Story })
	return filed, old, nil
}

// decide is the rules' answer with the editors' on top.
func (f *Filer) decide(s *deskwire.Story, body func(deskwire.ID) string) map[string]string {
	in := f.Rules.File(s, body)
	if len(s.Decisions) == 0 {
		return in
	}
	standing := s.Standing(time.Time{})
	for key, id := range standing.Assigned {
		if slices.ContainsFunc(f.Channels, func(c deskwire.Channel) bool { return c.Key() == key }) {
			if in == nil {
				in = map[string]string{}
			}
			in[key] = "assigned by decision " + string(id)
		}
	}
	return in
}

// bodies loads the bodies that rules will look into, all at once.
func (f *Filer) bodies(ctx context.Context, stories []*deskwire.Story) (func(deskwire.ID) string, error) {
	if !slices.ContainsFunc(f.Channels, func(c deskwire.Channel) bool { return f.Rules.NeedsBody(c.Key()) }) {
		return nil, nil
	}
	var ids []deskwire.ID
	for _, s := range stories {
		if s != nil {
			for i := range s.Articles {
				if s.Articles[i].HasBody {
					ids = append(ids, s.Articles[i].ID)
				}
			}
		}
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

// Refile does one batch of filing again for the channels whose rules changed, newest stories first, or of deleting what
// nobody sees any more. It returns the channels whose readers now see another generation, and whether there is more to do.
// It can be interrupted at any time and goes on where it was, also after a restart.
func (f *Filer) Refile(ctx context.Context, now time.Time) (switched []string, more bool, err error) {
	states, _, err := f.open(ctx, now)
	if err != nil {
		return nil, false, err
	}
	// Channels that have come equally far back walk together: a new configuration usually changes several.
	var walk []string
	var before deskwire.ID
	for i := range f.Channels {
		key := f.Channels[i].Key()
		st := states[key]
		switch {
		case st.Next == 0:
		case walk == nil || st.NextBefore == "" && before != "" || before != "" && st.NextBefore > before:
			walk, before = []string{key}, st.NextBefore
		case st.NextBefore == before:
			walk = append(walk, key)
		}
	}
	if walk == nil {
		more, err := f.drop(ctx)
		return nil, more, err
	}
	switched, err = f.refile(ctx, now, states, walk, before)
	return switched, true, err
}

// refile files one batch of stories in the next generations of some channels.
func (f *Filer) refile(ctx context.Context, now time.Time, states map[string]storage.ChannelState, walk []string, before deskwire.ID) (switched []string, err error) {
	step := refileStep
	if slices.ContainsFunc(walk, f.Rules.NeedsBody) {
		step = bodyStep
	}
	ids, last, seen, err := f.batch(ctx, before, step)
	if err != nil {
		return nil, err
	}
	stories, _, err := f.stories(ctx, ids, nil)
	if err != nil {
		return nil, err
	}
	next := map[string]uint32{}
	write := map[string]storage.ChannelState{}
	for _, key := range walk {
		st := states[key]
		next[key] = st.Next
		st.NextBefore = last
		end := len(ids) < step
		if !st.NextSwitched && (end || now.Sub(seen) > fresh) {
			enough, err := f.enough(ctx, key, st, end)
			if err != nil {
				return nil, err
			}
			if enough {
				st.NextSwitched = true
				switched = append(switched, key)
			}
		}
		if end {
			st = storage.ChannelState{Created: st.Created, Generation: st.Next, Fingerprint: st.NextPrint}
		}
		write[key] = st
	}
	if err := f.Store.File(ctx, storage.Filing{Generations: next, Stories: only(stories, next), States: write}); err != nil {
		return nil, err
	}
	if f.Progress != nil {
		f.Progress(FilerProgress{Channels: walk, Done: len(ids), Back: seen})
	}
	return switched, nil
}

// batch is the next stories before an ID, newest first, and when the last of them was first seen.
func (f *Filer) batch(ctx context.Context, before deskwire.ID, step int) (ids []deskwire.ID, last deskwire.ID, seen time.Time, err error) {
	ids = make([]deskwire.ID, 0, step)
	last = before
	for head, err := range f.Store.Newest(ctx, before) {
		if err != nil {
			return nil, "", time.Time{}, err
		}
		ids = append(ids, head.Story)
		last, seen = head.ID, head.FirstSeen
		if len(ids) == step {
			break
		}
	}
	return ids, last, seen, nil
}

// enough reports whether readers may see the next generation: it reaches back far enough and, unless all is filed, holds
// some times as much as a feed shows.
func (f *Filer) enough(ctx context.Context, key string, st storage.ChannelState, all bool) (bool, error) {
	if all {
		return true, nil
	}
	limit := 0
	for i := range f.Channels {
		if f.Channels[i].Key() == key {
			limit = f.Channels[i].Policy.Limit
		}
	}
	n, err := f.Store.CountPlaces(ctx, key, st.Next, freshLimits*limit)
	return n >= freshLimits*limit, err
}

// drop deletes a batch of what nobody sees.
func (f *Filer) drop(ctx context.Context) (more bool, err error) {
	stale, err := f.Store.StaleGenerations(ctx)
	if err != nil || len(stale) == 0 {
		return false, err
	}
	_, err = f.Store.DropGeneration(ctx, stale[0].Channel, stale[0].Number, dropStep)
	if err != nil {
		return false, fmt.Errorf("old generation of %s: %w", stale[0].Channel, err)
	}
	return true, nil
}
