package publisher

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"deskwire"
	"deskwire/storage"
)

const (
	// refileStep is how many articles are read at a time, and how many stories one commit files again: small enough that a
	// new article is not kept waiting.
	refileStep = 1000
	// refileMost is how many articles are read for one commit where few of them are taken: a desk of twenty takes a
	// twentieth, and a commit that files fifty stories costs nearly as much as one that files a thousand.
	refileMost = 4 * refileStep
	// earlyMost is how many changes a store without any filing may hold for them to be filed in the order they came: somebody
	// waits for the first edition meanwhile. A first round brings 30,000.
	earlyMost = 50_000
	// dropStep is how many places of a generation that nobody sees are deleted in one commit.
	dropStep = 2000
	// fresh is how far back a generation has to reach before readers see it; older pages of archives may take longer.
	fresh = 14 * 24 * time.Hour
	// freshLimits is how many times the channel's limit it has to hold at least.
	freshLimits = 4
)

// FilerProgress is how far filing again has come.
type FilerProgress struct {
	Channels []string
	Done     int       // articles in this batch
	Back     time.Time // when the last of them was first seen; it goes from now to the beginning of the archive
	Left     int       // channels whose readers do not see the new filing yet
}

// open brings the states of channels in line with the configuration: new ones are created, those that left are closed, those
// that came back are opened, and those whose rules changed get a generation to be filed. changed are the keys of all that
// were not as they should be.
func (f *Filer) open(ctx context.Context, now time.Time) (states map[string]storage.ChannelState, changed []string, err error) {
	states, err = f.Store.Channels(ctx)
	if err != nil {
		return nil, nil, err
	}
	early, from, err := f.beginning(ctx)
	if err != nil {
		return nil, nil, err
	}
	write := map[string]storage.ChannelState{}
	configured := map[string]bool{}
	for i := range f.Channels {
		ch := &f.Channels[i]
		key := ch.Key()
		configured[key] = true
		was, known := states[key]
		st := follow(was, f.Rules.Fingerprint(key), early)
		if !known {
			st.Created = created(ch, states, now)
		}
		if st.Closed = (time.Time{}); !known || st != was {
			write[key] = st
		}
	}
	for key, st := range states {
		if !configured[key] && st.Closed.IsZero() {
			st.Closed = now.UTC().Truncate(time.Second)
			// Nobody files into it from now on. Should it come back, even with the same rules, it has to be filed again.
			st.Fingerprint, st.NextPrint = "", ""
			write[key] = st
		}
	}
	if len(write) == 0 {
		return states, nil, nil
	}
	filing := storage.Filing{States: write}
	if early || from != "" {
		// Holds only while nothing has been filed by somebody else.
		filing.Consumer, filing.To = consumer, from
	}
	if err := f.Store.File(ctx, filing); err != nil {
		return nil, nil, err
	}
	maps.Copy(states, write)
	return states, slices.Sorted(maps.Keys(write)), nil
}

// beginning reports whether nothing has been filed in this store yet, so that all stories are still to come through the
// stream of changes. Where they are too many for that, because the store grew without a filer, it is where the stream ends:
// from there on changes are followed, and all that stands before is filed as it is for changed rules, newest first.
func (f *Filer) beginning(ctx context.Context) (early bool, from storage.Cursor, err error) {
	cursor, err := f.Store.Cursor(ctx, consumer)
	if err != nil || cursor != "" {
		return false, "", err
	}
	for n := 0; ; {
		changes, err := f.Store.Changes(ctx, from, earlyMost)
		if err != nil {
			return false, "", err
		}
		if n += len(changes); len(changes) > 0 {
			from = changes[len(changes)-1].At
		}
		if len(changes) < earlyMost {
			if n < earlyMost {
				from = ""
			}
			return n < earlyMost, from, nil
		}
	}
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

// follow is the state of a channel whose rules have this fingerprint. early says that nothing was filed yet and nothing has
// to be filed again.
func follow(st storage.ChannelState, print string, early bool) storage.ChannelState {
	switch {
	case early:
		st.Generation, st.Fingerprint = max(st.Generation, st.Next, 1), print
		st.Next, st.NextPrint, st.NextBefore, st.NextSwitched = 0, "", "", false
	case st.Next != 0 && st.NextPrint == print: // is being filed
	case st.Next == 0 && st.Fingerprint == print && st.Generation != 0: // is filed
	default:
		if st.NextSwitched { // readers keep what they see
			st.Generation, st.Fingerprint = st.Next, ""
		}
		// What Next held so far, if anything, is left to be dropped. Numbers are never used again.
		st.Next, st.NextPrint, st.NextBefore, st.NextSwitched = max(st.Generation, st.Next)+1, print, "", false
	}
	return st
}

// Refile does one batch of filing again for the channels whose rules changed, newest articles first, or of deleting what
// nobody sees any more. It returns the keys of the channels whose readers see another generation from now on, or all of it,
// and whether there is more to do. Between two calls the caller does what is more urgent, such as [Filer.Catch].
//
// Readers see the new generation when it reaches back 14 days and holds four times the channel's limit, or all there is.
func (f *Filer) Refile(ctx context.Context, now time.Time) (switched []string, more bool, err error) {
	states, _, err := f.open(ctx, now)
	switch {
	case errors.Is(err, deskwire.ErrBusy): // another filer was faster: look again
		return nil, true, nil
	case err != nil:
		return nil, false, err
	}
	w := f.nextWalk(states)
	if w == nil {
		more, err := f.drop(ctx)
		return nil, more, err
	}
	failed, _ := f.Rules.Failures()
	switched, err = f.refile(ctx, now, states, w)
	f.complain(failed)
	return switched, true, err
}

// Settle files all that changed and files again until every channel's readers see what its present rules take. It is for
// commands that end; what is left then is old, and for [Filer.Finish].
func (f *Filer) Settle(ctx context.Context, now time.Time) (touched []string, err error) {
	touched, err = f.Catch(ctx, now)
	for err == nil {
		var states map[string]storage.ChannelState
		if states, err = f.Store.Channels(ctx); err != nil {
			break
		}
		if f.waiting(states) == 0 {
			slices.Sort(touched)
			return slices.Compact(touched), nil
		}
		var switched []string
		switched, _, err = f.Refile(ctx, now)
		touched = append(touched, switched...)
	}
	return nil, err
}

// Finish files again all that is left, and deletes what nobody sees.
func (f *Filer) Finish(ctx context.Context, now time.Time) error {
	for {
		if _, more, err := f.Refile(ctx, now); err != nil || !more {
			return err
		}
	}
}

// waiting counts the channels whose readers do not see what the present rules take.
func (f *Filer) waiting(states map[string]storage.ChannelState) (n int) {
	for i := range f.Channels {
		if st := states[f.Channels[i].Key()]; st.Next != 0 && !st.NextSwitched {
			n++
		}
	}
	return n
}

// walk is one batch on the way from the newest article to the oldest.
type walk struct {
	keys   []string
	before deskwire.ID // the article where the batch before ended; "" is the newest of all
}

// nextWalk is where to go on: with the channels whose readers are waiting before the others, and with the one that has come
// least far. It is nil when nothing is to be filed again.
func (f *Filer) nextWalk(states map[string]storage.ChannelState) *walk {
	var w *walk
	urgent := f.waiting(states) > 0
	for i := range f.Channels {
		key := f.Channels[i].Key()
		st := states[key]
		if st.Next == 0 || urgent && st.NextSwitched {
			continue
		}
		if w == nil || newer(st.NextBefore, w.before) {
			w = &walk{keys: []string{key}, before: st.NextBefore}
		} else if st.NextBefore == w.before {
			w.keys = append(w.keys, key)
		}
	}
	return w
}

// newer reports whether a walk at a has come less far than one at b.
func newer(a, b deskwire.ID) bool { return b != "" && (a == "" || a > b) }

// refile files one batch of stories in the next generations of some channels.
func (f *Filer) refile(ctx context.Context, now time.Time, states map[string]storage.ChannelState, w *walk) (switched []string, err error) {
	var (
		filed []storage.FiledStory
		last  = w.before
		seen  time.Time
		done  int
		end   bool
	)
	for most := refileMost; done < most && len(filed) < refileStep && !end; {
		steps, err := f.Store.Walk(ctx, last, refileStep)
		if err != nil {
			return nil, err
		}
		done, end = done+len(steps), len(steps) < refileStep
		stories := make([]*deskwire.Story, len(steps))
		for i, step := range steps {
			stories[i], last, seen = step.Story, step.Article, step.FirstSeen
		}
		f.join(states, w, last, end)
		rules := f.Rules.Only(w.keys...)
		if slices.ContainsFunc(w.keys, rules.NeedsBody) {
			most = refileStep // bodies take their time
		}
		some, err := f.decide(ctx, rules, stories)
		if err != nil {
			return nil, err
		}
		// The generation is new, so nothing has to be taken out of it.
		filed = append(filed, slices.DeleteFunc(some, func(s storage.FiledStory) bool { return len(s.In) == 0 })...)
	}
	filed = eachOnce(filed)
	filing := storage.Filing{Generations: map[string]uint32{}, Stories: filed, States: map[string]storage.ChannelState{}}
	for _, key := range w.keys {
		st := states[key]
		filing.Generations[key] = st.Next
		st.NextBefore = last
		filing.States[key] = st
	}
	if err := f.Store.File(ctx, filing); err != nil {
		return nil, err
	}
	switched, err = f.advance(ctx, now, filing.States, seen, end)
	if err != nil {
		return nil, err
	}
	if f.Progress != nil {
		maps.Copy(states, filing.States)
		f.Progress(FilerProgress{Channels: w.keys, Done: done, Back: seen, Left: f.waiting(states)})
	}
	return switched, nil
}

// eachOnce keeps of each story the filing that was decided last.
func eachOnce(filed []storage.FiledStory) []storage.FiledStory {
	slices.Reverse(filed)
	slices.SortStableFunc(filed, func(a, b storage.FiledStory) int { return cmp.Compare(a.Story, b.Story) })
	return slices.CompactFunc(filed, func(a, b storage.FiledStory) bool { return a.Story == b.Story })
}

// join adds to a walk the channels whose own walks begin within this batch: one reading of the archive does for all.
func (f *Filer) join(states map[string]storage.ChannelState, w *walk, last deskwire.ID, end bool) {
	for i := range f.Channels {
		key := f.Channels[i].Key()
		st := states[key]
		if st.Next != 0 && !slices.Contains(w.keys, key) && !newer(st.NextBefore, w.before) && (end || newer(st.NextBefore, last)) {
			w.keys = append(w.keys, key)
		}
	}
}

// advance shows readers the generations that are good enough, and ends those that are complete.
func (f *Filer) advance(ctx context.Context, now time.Time, states map[string]storage.ChannelState, seen time.Time, end bool) (switched []string, err error) {
	write := map[string]storage.ChannelState{}
	for key, st := range states {
		if !st.NextSwitched && (end || now.Sub(seen) > fresh) {
			enough, err := f.enough(ctx, key, st, end)
			if err != nil {
				return nil, err
			}
			if enough {
				st.NextSwitched = true
				switched = append(switched, key)
				write[key] = st
			}
		}
		if end {
			write[key] = storage.ChannelState{Created: st.Created, Generation: st.Next, Fingerprint: st.NextPrint}
			if !slices.Contains(switched, key) {
				switched = append(switched, key) // archives have more to take in
			}
			f.log().Info("filed again", "channel", key)
		}
	}
	if len(write) == 0 {
		return nil, nil
	}
	maps.Copy(states, write)
	slices.Sort(switched)
	return switched, f.Store.File(ctx, storage.Filing{States: write})
}

// enough reports whether readers may see the next generation, which reaches back far enough: it holds some times as much as
// a feed shows, or all there is.
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
	if _, err = f.Store.DropGeneration(ctx, stale[0].Channel, stale[0].Number, dropStep); err != nil {
		return false, fmt.Errorf("old generation of %s: %w", stale[0].Channel, err)
	}
	return true, nil
}
