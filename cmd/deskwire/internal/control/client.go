package control

import (
	"bufio"
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"syscall"
	"time"
)

// A Conn is a greeted daemon.
type Conn struct {
	Hello Hello
	conn  net.Conn
	r     *bufio.Reader
}

// ErrNoDaemon says that nobody listens on the socket.
var ErrNoDaemon = errors.New("no daemon")

// Dial greets the daemon. The error is [ErrNoDaemon] when there is none.
func Dial(ctx context.Context, path string) (*Conn, error) {
	d := net.Dialer{Timeout: greeting}
	conn, err := d.DialContext(ctx, "unix", path)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED) {
		return nil, ErrNoDaemon
	}
	if err != nil {
		return nil, err
	}
	c := &Conn{conn: conn, r: bufio.NewReader(conn)}
	conn.SetReadDeadline(time.Now().Add(greeting))
	if err := readLine(c.r, maxLine, &c.Hello); err != nil {
		conn.Close()
		// A daemon that is just going down takes the connection and says nothing.
		return nil, ErrNoDaemon
	}
	conn.SetReadDeadline(time.Time{})
	return c, nil
}

// Run asks the daemon to run a command and relays what it writes. When ctx ends the daemon is told so by hanging up.
func (c *Conn) Run(ctx context.Context, req Request, s Streams) (code int, err error) {
	stop := context.AfterFunc(ctx, func() { c.conn.Close() })
	defer stop()
	if err := writeLine(c.conn, req); err != nil {
		return 0, err
	}
	code, err = relay(c.r, s)
	if ctx.Err() != nil {
		return code, context.Cause(ctx)
	}
	return code, err
}

// Close hangs up.
func (c *Conn) Close() error { return c.conn.Close() }

// FileID names a file by device and inode, so that both sides know whether they mean the same one. It is "" for a file that
// does not exist.
func FileID(path string) (string, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return fileID(info), nil
}
