package web

import (
	"context"
	"io"
	"net"
	"net/http"
)

// A conn is a reader's connection. It gives its place back once when it is closed, and sends the head of an answer together
// with its body: net/http sends the first 4 KB by themselves, which costs a system call and a packet for each answer.
type conn struct {
	net.Conn
	release func()
	holding bool   // what is written waits for what ReadFrom is given
	held    []byte // of one answer; kept for the next
}

// maxHeld is how many bytes wait at most: a head and the beginning of a body. More is sent as it comes.
const maxHeld = 8 << 10

func (c *conn) Close() error {
	defer c.release()
	return c.Conn.Close()
}

// Write sends what is held and b, or holds b.
func (c *conn) Write(b []byte) (int, error) {
	if !c.holding {
		return c.Conn.Write(b)
	}
	if len(c.held)+len(b) <= maxHeld {
		c.held = append(c.held, b...)
		return len(b), nil
	}
	if err := c.flush(); err != nil {
		return 0, err
	}
	return c.Conn.Write(b)
}

// ReadFrom sends what is held and all of r; net/http calls it for a body whose length it has said.
func (c *conn) ReadFrom(r io.Reader) (int64, error) {
	p, ok := r.(*prepared)
	if !c.holding || !ok {
		if err := c.flush(); err != nil {
			return 0, err
		}
		return io.Copy(c.Conn, r)
	}
	c.holding = false
	both := net.Buffers{c.held, p.rest}
	n, err := both.WriteTo(c.Conn)
	n, c.held = max(0, n-int64(len(c.held))), c.held[:0]
	p.rest = nil
	return n, err
}

// flush sends what is held and holds no more.
func (c *conn) flush() error {
	c.holding = false
	if len(c.held) == 0 {
		return nil
	}
	_, err := c.Conn.Write(c.held)
	c.held = c.held[:0]
	return err
}

// prepared is the bytes of a body that are not sent yet.
type prepared struct{ rest []byte }

func (p *prepared) Read(b []byte) (int, error) {
	if len(p.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(b, p.rest)
	p.rest = p.rest[n:]
	return n, nil
}

type connKey struct{}

// withConn lets [send] find the connection of a request.
func withConn(ctx context.Context, c net.Conn) context.Context {
	if c, ok := c.(*conn); ok {
		return context.WithValue(ctx, connKey{}, c)
	}
	return ctx
}

// minTogether is the size of a body from which on it is worth to hold its head: net/http sends what is smaller at once anyway.
const minTogether = 2 << 10

// send writes a body whose length the head says.
func send(w http.ResponseWriter, r *http.Request, body []byte) {
	c, ok := r.Context().Value(connKey{}).(*conn)
	from, can := w.(io.ReaderFrom)
	if !ok || !can || len(body) < minTogether {
		w.Write(body)
		return
	}
	c.holding = true
	from.ReadFrom(&prepared{body})
	c.flush()
}
