package fetch

import (
	"context"
	"sync"
)

// hosts counts requests in flight by host. Its zero value is ready.
type hosts struct {
	mu   sync.Mutex
	busy map[string]*host
}

// A host has requests in flight, or others waiting for their turn.
type host struct {
	users int           // in flight and waiting
	turns chan struct{} // holds one token a request in flight
}

// take waits until a request to the host may start. release is called once, when it is over.
func (h *hosts) take(ctx context.Context, name string) (release func(), err error) {
	h.mu.Lock()
	if h.busy == nil {
		h.busy = map[string]*host{}
	}
	at := h.busy[name]
	if at == nil {
		at = &host{turns: make(chan struct{}, MaxPerHost)}
		h.busy[name] = at
	}
	at.users++
	h.mu.Unlock()

	select {
	case at.turns <- struct{}{}:
		return func() { <-at.turns; h.leave(name, at) }, nil
	case <-ctx.Done():
		h.leave(name, at)
		return nil, ctx.Err()
	}
}

// leave forgets a host that nobody uses any more.
func (h *hosts) leave(name string, at *host) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if at.users--; at.users == 0 {
		delete(h.busy, name)
	}
}
