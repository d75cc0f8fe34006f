package web

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limits of how often one client may search.
const (
	// searchRate is how many questions a second are answered for long: a person asks less, a program has enough.
	searchRate = 1
	// searchBurst is how many at once: somebody who types, and turns pages.
	searchBurst = 10
	// maxClients is how many clients are remembered, at some 150 bytes each. Where there are more, those that have not asked for
	// longest are forgotten, and may ask as if they were new.
	maxClients = 10_000
)

// A limiter says who asks too often. Any number of goroutines use it at once.
type limiter struct {
	mu      sync.Mutex
	clients map[netip.Prefix]*rate.Limiter
}

// wait is zero where a client may ask now, else how long it has to wait.
func (l *limiter) wait(client netip.Prefix, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.clients[client]
	if b == nil {
		if len(l.clients) >= maxClients {
			l.forget(now)
		}
		b = rate.NewLimiter(searchRate, searchBurst)
		l.clients[client] = b
	}
	r := b.ReserveN(now, 1)
	d := r.DelayFrom(now)
	if d > 0 {
		r.CancelAt(now)
	}
	return d
}

// forget makes room: whoever has not asked for as long as filling the bucket takes is as good as new. Where that is nobody, all are
// forgotten; so many at once are an attack, which the number of searches at a time holds back.
func (l *limiter) forget(now time.Time) {
	for client, b := range l.clients {
		if b.TokensAt(now) >= searchBurst {
			delete(l.clients, client)
		}
	}
	if len(l.clients) >= maxClients {
		clear(l.clients)
	}
}

// clientOf is who asks: an address, or of IPv6 the network that one subscriber has. Behind a server of our own, which is what a
// private address is, it is what that server says last in X-Forwarded-For.
func clientOf(r *http.Request) netip.Prefix {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Prefix{}
	}
	if addr = addr.Unmap(); addr.IsLoopback() || addr.IsPrivate() {
		all := strings.Join(r.Header["X-Forwarded-For"], ",")
		if forwarded, err := netip.ParseAddr(strings.TrimSpace(all[strings.LastIndexByte(all, ',')+1:])); err == nil {
			addr = forwarded.Unmap()
		}
	}
	bits := 32
	if addr.Is6() {
		bits = 64
	}
	client, err := addr.WithZone("").Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return client
}
