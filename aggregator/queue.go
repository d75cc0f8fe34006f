package aggregator

import (
	"context"
	"slices"
	"sync"
	"time"

	"deskwire"
	"deskwire/aggregator/fetch"
	"deskwire/storage"
)

// Claims are taken in chunks: one commit each, so not too few at once; under a lease, so not too many.
const (
	firstClaim = 256
	mostClaim  = 1024
	// claimFor is how long a chunk should last: a sixth of the lease, since the next server may be slower than the last.
	claimFor = storage.Lease / 6
)

// A waiting source is claimed and not yet asked.
type waiting struct {
	claim *storage.Claim
	host  string
}

// A queue holds what a round has still to ask. Workers take from it; whoever finds it nearly empty claims the next chunk.
type queue struct {
	round *round

	mu       sync.Mutex
	turn     *sync.Cond
	names    []string       // due, not claimed yet
	waiting  []waiting      // claimed, not taken yet
	busy     map[string]int // requests in flight by host
	claiming bool
	chunk    int       // how many to claim next
	claimed  time.Time // when the last chunk was
	total    int       // sources asked or to be asked
	taken    []string  // names that somebody else is asking
	err      error     // of the store
}

func (q *queue) init(r *round, names []string) {
	q.round, q.names, q.total, q.chunk = r, names, len(names), firstClaim
	q.busy = map[string]int{}
	q.turn = sync.NewCond(&q.mu)
}

// wake lets waiting workers see that the round has ended.
func (q *queue) wake() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.turn.Broadcast()
}

// next waits for a source that may be asked now and takes it; ok is false when there is none left or ctx ended, of which wake
// tells those who wait. leave is called when its host may be asked by others.
func (q *queue) next(ctx context.Context) (c storage.Claim, leave func(), ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for ctx.Err() == nil && q.err == nil {
		// Early enough that the others have something to do meanwhile.
		if len(q.waiting) <= max(q.round.workers(), q.chunk/4) && len(q.names) > 0 && !q.claiming {
			q.claim(ctx)
			continue
		}
		for i, w := range q.waiting {
			if w.host != "" && q.busy[w.host] >= fetch.MaxPerHost {
				continue
			}
			copy(q.waiting[1:i+1], q.waiting[:i]) // those who wait for their host keep their order
			q.waiting[0] = waiting{}
			if q.waiting = q.waiting[1:]; len(q.waiting) == 0 {
				q.turn.Broadcast() // nothing is left to wait for
			}
			q.busy[w.host]++
			return *w.claim, sync.OnceFunc(func() { q.leave(w.host) }), true
		}
		if len(q.waiting) == 0 && len(q.names) == 0 && !q.claiming {
			return c, nil, false
		}
		q.turn.Wait()
	}
	return c, nil, false
}

func (q *queue) leave(host string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.busy[host]--; q.busy[host] == 0 {
		delete(q.busy, host)
	}
	q.turn.Signal()
}

// claim takes the next chunk from the store. The lock is held on entry and on return, and not in between.
func (q *queue) claim(ctx context.Context) {
	r := q.round
	if now := time.Now(); !q.claimed.IsZero() {
		pace := float64(q.chunk) / max(now.Sub(q.claimed), time.Millisecond).Seconds()
		q.chunk = min(max(int(pace*claimFor.Seconds()), r.workers()), mostClaim)
	}
	q.claimed = time.Now()
	n := min(q.chunk, len(q.names))
	names := q.names[:n]
	q.names = q.names[n:]
	q.claiming = true
	q.mu.Unlock()

	now := r.now()
	claims, err := r.Store.Claim(ctx, names, now, n, func(name string, st *deskwire.SourceState) bool {
		at := r.when(r.sources[name], st, now)
		return !at.IsZero() && !at.After(now)
	})

	q.mu.Lock()
	q.claiming = false
	q.turn.Broadcast()
	if err != nil {
		q.err = err
		return
	}
	q.total -= n - len(claims)
	next := 0 // claims are in the order of names
	for _, name := range names {
		if next < len(claims) && claims[next].Source == name {
			next++
		} else {
			q.taken = append(q.taken, name)
		}
	}
	for i := range claims {
		c := &claims[i]
		src := r.sources[c.Source]
		q.waiting = append(q.waiting, waiting{c, address(src, fetch.Begin(src, c.State).URL)})
	}
}

// left takes what was claimed and not asked.
func (q *queue) left() (claims []storage.Claim) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, w := range q.waiting {
		claims = append(claims, *w.claim)
	}
	q.waiting = nil
	return claims
}

// count is how many sources the round asks in all, as far as is known.
func (q *queue) count() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.total
}

// spread orders names such that those of one host stand as far apart as they can.
func spread(names []string, host func(string) string) []string {
	var hosts []string
	byHost := map[string][]string{}
	for _, name := range names {
		h := host(name)
		if byHost[h] == nil {
			hosts = append(hosts, h)
		}
		byHost[h] = append(byHost[h], name)
	}
	// The most crowded host chooses its places first; those with one source take what is left.
	slices.SortStableFunc(hosts, func(a, b string) int { return len(byHost[b]) - len(byHost[a]) })
	out := make([]string, len(names))
	free := make([]int, len(names))
	for i := range free {
		free[i] = i
	}
	for i, h := range hosts {
		if len(byHost[h]) > 1 {
			free = place(out, free, byHost[h])
			continue
		}
		for j, h := range hosts[i:] {
			out[free[j]] = byHost[h][0]
		}
		break
	}
	return out
}

// place puts names evenly over the free places and returns those that are left.
func place(out []string, free []int, names []string) []int {
	taken := make(map[int]bool, len(names))
	for i, name := range names {
		at := i * len(free) / len(names)
		out[free[at]] = name
		taken[at] = true
	}
	left := free[:0]
	for i, at := range free {
		if !taken[i] {
			left = append(left, at)
		}
	}
	return left
}

// rests remembers hosts that asked to be left alone (429): for all their sources, not only for the one that asked.
type rests struct {
	mu    sync.Mutex
	hosts map[string]time.Time
}

// learn takes over what former rounds were told.
func (r *rests) learn(states map[string]deskwire.SourceState, now time.Time) {
	for _, st := range states {
		if st.HostUntil.After(now) && !st.HostUntil.After(now.Add(fetch.Day)) {
			r.rest(fetch.Resting(&st), st.HostUntil)
		}
	}
}

func (r *rests) rest(host string, until time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.hosts == nil {
		r.hosts = map[string]time.Time{}
	}
	if host != "" && until.After(r.hosts[host]) {
		r.hosts[host] = until
	}
}

func (r *rests) until(host string) time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.hosts[host]
}
