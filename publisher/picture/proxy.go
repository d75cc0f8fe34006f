// Package picture makes pictures of others fit to be passed on: it has them fetched, reads those that are pictures, makes small JPEGs of
// them, and keeps these.
//
// It owns what is decoded and what that may cost, the widths' files on disk, and how often somebody else's server is asked for one
// picture. It does not know addresses of ours, articles or rights: who asks has looked at these. It opens no connection; the
// guarded client is handed to it.
package picture

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

var (
	// ErrNone says that there is no picture at an address, and will be none.
	ErrNone = errors.New("no picture")
	// ErrBusy says that too many others are waiting.
	ErrBusy = errors.New("too many pictures are asked for")
)

const (
	// running is how many pictures are fetched at once: together they hold that many times MaxBytes at most.
	running = 8
	// perHost is how many of them are of one host: a slow one must not stop the others, nor are we to be a burden to it.
	perHost = 2
	// maxWaiting is how many more wait for their turn, and waitingPerHost how many of them for one host: a page names some twenty.
	maxWaiting     = 256
	waitingPerHost = 64
	// flightTime is how long fetching and making one may take.
	flightTime = 45 * time.Second
	// noneFor is for how long what is no picture is believed to be none, brokenFor how long a server that failed is left alone.
	noneFor   = time.Hour
	brokenFor = 5 * time.Minute
	// maxFailures is how many failures are remembered.
	maxFailures = 4096
)

// A Proxy gets pictures. Its fields are set before it is first used and not changed after.
type Proxy struct {
	// Fetch gets the bytes at an http or https address through the guarded client: at most [MaxBytes]. An error that is ErrNone says
	// that it is of no use to ask again soon.
	Fetch  func(ctx context.Context, address string) ([]byte, error)
	Cache  *Cache       // nil keeps nothing
	Widths []int        // that are made of every picture, in points
	Log    *slog.Logger // slog.Default() when nil

	Counts Counts

	studio   *studio
	unkept   atomic.Bool // the cache took nothing the last time
	mu       sync.Mutex
	flights  map[string]*flight // by address: waiting and running
	waiting  []*flight
	running  int
	byHost   map[string]*load
	failures map[string]failure // by address
}

// Counts are what a proxy has done since it began.
type Counts struct {
	Kept    atomic.Int64 // pictures that were in the cache
	Fetched atomic.Int64 // originals that were asked for
	Failed  atomic.Int64 // of these, those that gave no picture
	Bytes   atomic.Int64 // of originals
}

// Picture is a picture ready to be sent. Its bytes are shared and not changed.
type Picture struct {
	Body []byte            // a JPEG
	Sum  [sha256.Size]byte // of it
}

// A flight is one original on its way, for all who wait for it.
type flight struct {
	ctx           context.Context // that of whoever asked first, without its end
	address, host string
	done          chan struct{} // closed when the rest stands
	made          []Made
	err           error
}

// load is what there is to do at one host.
type load struct{ running, waiting int }

// failure is why there was no picture, and until when nobody asks again.
type failure struct {
	err   error
	until time.Time
}

// Get returns the picture at an address in one of the widths, or less where the original is narrower.
//
// The error is ErrNone where there is no picture, ErrBusy, or why it can not be had now. What is fetched is fetched for everybody who asks
// meanwhile, in all widths, and to its end though ctx ends.
func (p *Proxy) Get(ctx context.Context, address string, width int) (Picture, error) {
	if !slices.Contains(p.Widths, width) {
		return Picture{}, errNot("%d is none of the widths", width)
	}
	if body, sum, ok := p.Cache.get(fileName(address, width)); ok {
		p.Counts.Kept.Add(1)
		return Picture{body, sum}, nil
	}
	f, err := p.join(ctx, address)
	if err != nil {
		return Picture{}, err
	}
	select {
	case <-f.done:
	case <-ctx.Done():
		return Picture{}, context.Cause(ctx)
	}
	for _, m := range f.made {
		if m.Width == width {
			return Picture{m.Body, sha256.Sum256(m.Body)}, nil
		}
	}
	return Picture{}, f.err
}

// join finds the flight for an address, or begins one.
func (p *Proxy) join(ctx context.Context, address string) (*flight, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, errNot("not an address of the web")
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.flights == nil {
		p.flights, p.byHost, p.failures, p.studio = map[string]*flight{}, map[string]*load{}, map[string]failure{}, newStudio()
	}
	if failed, ok := p.failures[address]; ok {
		if time.Now().Before(failed.until) {
			return nil, failed.err
		}
		delete(p.failures, address)
	}
	if f := p.flights[address]; f != nil {
		return f, nil
	}
	f := &flight{ctx: context.WithoutCancel(ctx), address: address, host: strings.ToLower(u.Host), done: make(chan struct{})}
	at := p.byHost[f.host]
	if at == nil {
		at = &load{}
	}
	if len(p.waiting) >= maxWaiting || at.waiting >= waitingPerHost {
		return nil, ErrBusy
	}
	p.byHost[f.host] = at
	at.waiting++
	p.flights[address], p.waiting = f, append(p.waiting, f)
	p.dispatch()
	return f, nil
}

// dispatch starts those that wait and may start, the first first. The caller holds the lock.
func (p *Proxy) dispatch() {
	for i := 0; i < len(p.waiting) && p.running < running; {
		f := p.waiting[i]
		at := p.byHost[f.host]
		if at.running >= perHost {
			i++
			continue
		}
		p.waiting = slices.Delete(p.waiting, i, i+1)
		at.waiting--
		at.running++
		p.running++
		go p.fly(f)
	}
}

// fly fetches and makes one picture, and tells who waits. Who is at the end of the wait sees it end: each step has its limit.
func (p *Proxy) fly(f *flight) {
	ctx, cancel := context.WithTimeout(f.ctx, flightTime)
	defer cancel()
	f.made, f.err = p.make(ctx, f.address)
	if f.err == nil {
		p.keep(f)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if f.err != nil {
		p.fail(f)
	}
	delete(p.flights, f.address)
	p.running--
	at := p.byHost[f.host]
	if at.running--; *at == (load{}) {
		delete(p.byHost, f.host)
	}
	p.dispatch()
	close(f.done)
}

func (p *Proxy) make(ctx context.Context, address string) ([]Made, error) {
	p.Counts.Fetched.Add(1)
	src, err := p.Fetch(ctx, address)
	if err != nil {
		return nil, err
	}
	p.Counts.Bytes.Add(int64(len(src)))
	return p.studio.Make(ctx, src, p.Widths)
}

// keep puts what was made into the cache. A disk that is full is told of once, and everybody gets the picture all the same.
func (p *Proxy) keep(f *flight) {
	for _, m := range f.made {
		if err := p.Cache.put(fileName(f.address, m.Width), m.Body); err != nil {
			if !p.unkept.Swap(true) {
				p.log().Error("pictures are passed on without being kept", "error", err)
			}
			return
		}
	}
	if p.unkept.Swap(false) {
		p.log().Info("pictures are kept again")
	}
}

// fail remembers a failure. The caller holds the lock.
func (p *Proxy) fail(f *flight) {
	p.Counts.Failed.Add(1)
	now, rest := time.Now(), brokenFor
	if errors.Is(f.err, ErrNone) {
		rest = noneFor
	}
	if len(p.failures) >= maxFailures {
		for address, old := range p.failures {
			if !now.Before(old.until) {
				delete(p.failures, address)
			}
		}
	}
	if len(p.failures) >= maxFailures {
		clear(p.failures) // to ask some once more is cheaper than to remember who was first
	}
	p.failures[f.address] = failure{fmt.Errorf("%w (not asked again before %s)", f.err, now.Add(rest).UTC().Format(time.TimeOnly)), now.Add(rest)}
	p.log().Debug("picture", "address", f.address, "error", f.err)
}

func (p *Proxy) log() *slog.Logger {
	if p.Log == nil {
		return slog.Default()
	}
	return p.Log
}
