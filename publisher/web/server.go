package web

import (
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// Limits of a public server.
const (
	headerTimeout = 5 * time.Second  // a reader that can not send its request line is none
	readTimeout   = 15 * time.Second // no request of ours has a body
	writeTimeout  = 60 * time.Second // 2 MB over the slowest line that is worth serving
	idleTimeout   = 60 * time.Second
	maxHeader     = 64 << 10
)

// Server is an HTTP server with the limits that a public one needs.
func Server(h http.Handler) *http.Server {
	return &http.Server{
		Handler: h, ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout,
		IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader,
		ErrorLog: slog.NewLogLogger(slog.Default().Handler(), slog.LevelDebug), ConnContext: withConn,
	}
}

// MaxConns is how many connections are open at once; those beyond it wait to be accepted.
const MaxConns = 10_000

// Limited bounds the connections that a listener gives out.
func Limited(l net.Listener) net.Listener { return limit(l, MaxConns) }

func limit(l net.Listener, conns int) net.Listener {
	return &limited{Listener: l, free: make(chan struct{}, conns), done: make(chan struct{})}
}

// limited is a listener that gives out a connection only while one is free.
type limited struct {
	net.Listener
	free  chan struct{}
	close sync.Once
	done  chan struct{}
}

func (l *limited) Accept() (net.Conn, error) {
	select {
	case l.free <- struct{}{}:
	case <-l.done:
		return nil, net.ErrClosed
	}
	c, err := l.Listener.Accept()
	if err != nil {
		<-l.free
		return nil, err
	}
	return &conn{Conn: c, release: sync.OnceFunc(func() { <-l.free })}, nil
}

func (l *limited) Close() error {
	l.close.Do(func() { close(l.done) })
	return l.Listener.Close()
}
