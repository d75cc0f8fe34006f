package control

import (
	"bufio"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

const (
	// maxSocketPath is the longest path that a Unix socket takes with some room; the limit of the kernel is 107 bytes.
	maxSocketPath = 100
	// greeting is how long either side may take to introduce itself.
	greeting = 5 * time.Second
)

// SocketPath is where the daemon of a store listens: beside the store, or, where that path is too long for a socket, in the
// runtime folder under a name made from the store's path.
func SocketPath(store, runtimeDir string) (string, error) {
	abs, err := filepath.Abs(store)
	if err != nil {
		return "", err
	}
	// The folder may be a link; both sides must come to the same name.
	if dir, err := filepath.EvalSymlinks(filepath.Dir(abs)); err == nil {
		abs = filepath.Join(dir, filepath.Base(abs))
	}
	if path := abs + ".sock"; len(path) <= maxSocketPath {
		return path, nil
	}
	if runtimeDir == "" {
		runtimeDir = filepath.Join(os.TempDir(), fmt.Sprintf("deskwire-%d", os.Getuid()))
	}
	h := fnv.New64a()
	h.Write([]byte(abs))
	return filepath.Join(runtimeDir, fmt.Sprintf("deskwire-%016x.sock", h.Sum64())), nil
}

// A Server answers commands on a Unix socket.
type Server struct {
	Hello func() Hello // as things stand now; a reload changes the fingerprint
	// Run runs a command to its end and returns its exit code.
	Run func(ctx context.Context, req Request, s Streams) int
}

// Listen makes the socket. Whoever calls it holds the store's lock, so a socket that is left there belongs to a daemon that
// died, and is replaced.
func Listen(path string) (net.Listener, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	if info, err := os.Lstat(path); err == nil {
		if info.Mode()&fs.ModeSocket == 0 {
			return nil, fmt.Errorf("%s is in the way and is not a socket", path)
		}
		if err := os.Remove(path); err != nil {
			return nil, err
		}
	}
	// The socket gets its mode before anybody can know its name.
	tmp := fmt.Sprintf("%s.%d", strings.TrimSuffix(path, ".sock"), os.Getpid())
	os.Remove(tmp)
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: tmp, Net: "unix"})
	if err != nil {
		return nil, err
	}
	l.SetUnlinkOnClose(false)
	if err := errors.Join(os.Chmod(tmp, 0o600), os.Rename(tmp, path)); err != nil {
		l.Close()
		os.Remove(tmp)
		return nil, err
	}
	return &socket{l, path}, nil
}

// socket removes its name when it is closed.
type socket struct {
	net.Listener
	path string
}

func (s *socket) Close() error {
	os.Remove(s.path)
	return s.Listener.Close()
}

// Serve answers until ctx ends; then it closes l, cancels the commands that still run and waits for them.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { l.Close() })
	defer stop()
	var wg sync.WaitGroup
	defer wg.Wait()
	for {
		conn, err := l.Accept()
		if err != nil {
			cancel()
			if errors.Is(err, net.ErrClosed) {
				return nil
			}
			return err
		}
		wg.Go(func() { s.answer(ctx, conn) })
	}
}

func (s *Server) answer(ctx context.Context, conn net.Conn) {
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(greeting))
	if err := writeLine(conn, s.Hello()); err != nil {
		return
	}
	r := bufio.NewReader(conn)
	var req Request
	if err := readLine(r, maxLine+base64.StdEncoding.EncodedLen(MaxInput), &req); err != nil {
		return
	}
	conn.SetDeadline(time.Time{})
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	// The client says nothing more; when reading ends, it has gone.
	go func() {
		r.ReadByte()
		cancel()
	}()
	w := &wire{w: bufio.NewWriterSize(conn, maxFrame)}
	code := 1
	if fault := s.Hello().refuses(req); fault != nil {
		fmt.Fprintf(writer{w, frameStderr}, "deskwire: error: %v\n", fault)
	} else {
		streams := w.streams(req.Progress)
		streams.Input = req.Input
		code = s.Run(ctx, req, streams)
	}
	w.frame(frameExit, []byte{byte(code)})
}

// refuses is the daemon's half of the comparison; the client has made the same one with better words.
func (h Hello) refuses(req Request) error {
	switch {
	case req.Protocol != h.Protocol:
		return fmt.Errorf("the daemon speaks protocol %d, the command %d", h.Protocol, req.Protocol)
	case req.File != h.File:
		return errors.New("the daemon has another store open")
	case req.Fingerprint != h.Fingerprint && req.Fingerprint != AnyConfiguration:
		return errors.New("the daemon runs another configuration")
	}
	return nil
}

// AnyConfiguration stands for a fingerprint in a request that is right whatever the daemon's configuration: reload.
const AnyConfiguration = "*"
