package control

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// start serves run on a fresh socket and returns its path.
func start(t *testing.T, run func(context.Context, Request, Streams) int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "s.sock")
	l, err := Listen(path)
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{Hello: func() Hello { return Hello{Protocol: Protocol, File: "1:2", Fingerprint: "f"} }, Run: run}
	done := make(chan error, 1)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { done <- s.Serve(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Serve: %v", err)
		}
		if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the socket is still there: %v", err)
		}
	})
	return path
}

func request(args ...string) Request {
	return Request{Protocol: Protocol, File: "1:2", Fingerprint: "f", Args: args, Progress: true}
}

// memFile remembers what became of it.
type memFile struct {
	bytes.Buffer
	name            string
	closed, aborted bool
}

func (f *memFile) Close() error { f.closed = true; return nil }
func (f *memFile) Abort()       { f.aborted = true }

// sinks collects what a command writes.
type sinks struct {
	out, err bytes.Buffer
	progress []Progress
	files    []*memFile
}

func (s *sinks) streams() Streams {
	return Streams{
		Stdout: &s.out, Stderr: &s.err,
		Progress: func(p Progress) { s.progress = append(s.progress, p) },
		Create: func(name string) (File, error) {
			f := &memFile{name: name}
			s.files = append(s.files, f)
			return f, nil
		},
	}
}

func do(t *testing.T, path string, req Request) (*sinks, int, error) {
	t.Helper()
	conn, err := Dial(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	var s sinks
	code, err := conn.Run(t.Context(), req, s.streams())
	return &s, code, err
}

func TestConversation(t *testing.T) {
	big := strings.Repeat("0123456789abcdef", 100_000) // several frames
	path := start(t, func(_ context.Context, req Request, s Streams) int {
		fmt.Fprintf(s.Stdout, "hello %s", req.Args)
		fmt.Fprint(s.Stderr, "talk")
		s.Progress(Progress{What: "w", Done: 1, Total: 2})
		f, err := s.Create("a/b")
		if err != nil {
			t.Error(err)
		}
		io.WriteString(f, big)
		f.Close()
		f.Abort()
		g, _ := s.Create("c")
		io.WriteString(g, "half")
		g.Abort()
		return 7
	})
	s, code, err := do(t, path, request("list", "--json"))
	if err != nil || code != 7 {
		t.Fatalf("code %d, error %v", code, err)
	}
	if s.out.String() != "hello [list --json]" || s.err.String() != "talk" {
		t.Errorf("stdout %q, stderr %q", &s.out, &s.err)
	}
	if len(s.progress) != 1 || s.progress[0] != (Progress{"w", 1, 2}) {
		t.Errorf("progress %v", s.progress)
	}
	if len(s.files) != 2 || s.files[0].name != "a/b" || s.files[0].String() != big || !s.files[0].closed || s.files[0].aborted {
		t.Fatalf("files %v", len(s.files))
	}
	if g := s.files[1]; g.closed || !g.aborted {
		t.Errorf("the given up file: closed %v, aborted %v", g.closed, g.aborted)
	}
}

// A daemon that dies in the middle of a file leaves no half file behind.
func TestTorn(t *testing.T) {
	var s sinks
	var stream bytes.Buffer
	w := &wire{w: bufio.NewWriter(&stream)}
	w.frame(frameFile, []byte("f"))
	w.frame(frameData, []byte("half"))
	w.w.Flush()
	if _, err := relay(bufio.NewReader(&stream), s.streams()); !errors.Is(err, errTorn) {
		t.Errorf("error %v, want %v", err, errTorn)
	}
	if len(s.files) != 1 || s.files[0].closed || !s.files[0].aborted {
		t.Errorf("the half file was kept")
	}
}

// Hanging up cancels the command.
func TestHangUp(t *testing.T) {
	ended := make(chan struct{})
	began := make(chan struct{})
	path := start(t, func(ctx context.Context, _ Request, _ Streams) int {
		close(began)
		<-ctx.Done()
		close(ended)
		return 1
	})
	conn, err := Dial(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	result := make(chan error, 1)
	go func() {
		_, err := conn.Run(ctx, request("serve"), (&sinks{}).streams())
		result <- err
	}()
	<-began
	cancel()
	if err := <-result; !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want canceled", err)
	}
	<-ended
}

func TestRefusals(t *testing.T) {
	path := start(t, func(context.Context, Request, Streams) int { return 0 })
	for name, req := range map[string]Request{
		"protocol":      {Protocol: Protocol + 1, File: "1:2", Fingerprint: "f"},
		"store":         {Protocol: Protocol, File: "1:3", Fingerprint: "f"},
		"configuration": {Protocol: Protocol, File: "1:2", Fingerprint: "g"},
	} {
		s, code, err := do(t, path, req)
		if err != nil || code != 1 || !strings.Contains(s.err.String(), name) {
			t.Errorf("%s: code %d, error %v, said %q", name, code, err, &s.err)
		}
	}
	if _, code, err := do(t, path, Request{Protocol: Protocol, File: "1:2", Fingerprint: AnyConfiguration}); code != 0 || err != nil {
		t.Errorf("any configuration: code %d, error %v", code, err)
	}
}

func TestNoDaemon(t *testing.T) {
	dir := t.TempDir()
	if _, err := Dial(t.Context(), filepath.Join(dir, "none.sock")); !errors.Is(err, ErrNoDaemon) {
		t.Errorf("no socket: %v", err)
	}
	// A socket that a killed daemon left behind.
	left := filepath.Join(dir, "left.sock")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: left, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	l.Close()
	if _, err := Dial(t.Context(), left); !errors.Is(err, ErrNoDaemon) {
		t.Errorf("a socket left behind: %v", err)
	}
	again, err := Listen(left)
	if err != nil {
		t.Fatalf("Listen over it: %v", err)
	}
	defer again.Close()
	if info, err := os.Stat(left); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

// Nothing but a socket is replaced.
func TestListenKeepsFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "precious")
	if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if l, err := Listen(path); err == nil {
		l.Close()
		t.Fatal("a file was replaced by a socket")
	}
}

func TestSocketPath(t *testing.T) {
	dir := t.TempDir()
	short, err := SocketPath(filepath.Join(dir, "s.db"), "/run/user/1")
	if err != nil || len(short) > maxSocketPath {
		t.Errorf("%q, %v", short, err)
	}
	long, err := SocketPath(filepath.Join(dir, strings.Repeat("x", 120)), "/run/user/1")
	if err != nil || !strings.HasPrefix(long, "/run/user/1/deskwire-") {
		t.Errorf("%q, %v", long, err)
	}
	// A store reached through a link is the same store.
	link := filepath.Join(dir, "link")
	real := filepath.Join(dir, "real")
	if err := errors.Join(os.Mkdir(real, 0o700), os.Symlink(real, link)); err != nil {
		t.Fatal(err)
	}
	a, _ := SocketPath(filepath.Join(real, "s.db"), "")
	b, _ := SocketPath(filepath.Join(link, "s.db"), "")
	if a != b {
		t.Errorf("%q and %q differ", a, b)
	}
}

// Neither side believes a length.
func TestHostileFrames(t *testing.T) {
	for name, in := range map[string]string{
		"huge frame":           "o\xff\xff\xff\xff",
		"data without a file":  "d\x00\x00\x00\x01x",
		"exit without a code":  "x\x00\x00\x00\x00",
		"cut in the header":    "o\x00",
		"nothing":              "",
		"close without a file": "c\x00\x00\x00\x00",
	} {
		if _, err := relay(bufio.NewReader(strings.NewReader(in)), (&sinks{}).streams()); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	var h Hello
	if err := readLine(bufio.NewReader(strings.NewReader(strings.Repeat("x", 2*maxLine))), maxLine, &h); err == nil {
		t.Error("an endless line: no error")
	}
}

// A client that says nothing does not hold the daemon for ever.
func TestSilentClient(t *testing.T) {
	t.Parallel()
	path := start(t, func(context.Context, Request, Streams) int { return 0 })
	conn, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetReadDeadline(time.Now().Add(3 * greeting))
	if _, err := io.Copy(io.Discard, conn); err != nil {
		t.Errorf("the daemon did not hang up: %v", err)
	}
}

// What a command works on besides its arguments reaches the daemon whole, up to a limit.
func TestInput(t *testing.T) {
	var got []byte
	path := start(t, func(_ context.Context, _ Request, s Streams) int {
		got = s.Input
		return 0
	})
	req := request("publish")
	req.Input = bytes.Repeat([]byte("line of input\n"), MaxInput/14)
	if _, code, err := do(t, path, req); err != nil || code != 0 || !bytes.Equal(got, req.Input) {
		t.Errorf("code %d, %v, %d bytes of %d arrived", code, err, len(got), len(req.Input))
	}
	got = nil
	req.Input = bytes.Repeat(req.Input, 2)
	if _, _, err := do(t, path, req); err == nil || got != nil {
		t.Errorf("too much: %v, %d bytes arrived", err, len(got))
	}
}
