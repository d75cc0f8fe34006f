// Package control lets a command run inside the daemon that owns the store.
//
// A bbolt file has one owner, so while `deskwire serve` runs, every other command asks it to do the work. The client sends
// its arguments, the daemon runs the very same command with them, and what that writes travels back as frames: what a user
// sees does not depend on who did the work. The daemon never opens a path that a client names. A command that makes files
// streams them, and the client writes them where its own user said.
//
// A conversation over the Unix socket is:
//
//	daemon: Hello, one line of JSON
//	client: Request, one line of JSON
//	daemon: frames (a kind byte, a big-endian 32-bit length, that many bytes), the last one an exit
//
// A client that goes away cancels its command. Access is the file system's: the socket has mode 0600.
package control

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
)

// Protocol is the version of the conversation. Both sides refuse another one.
const Protocol = 2

const (
	// maxLine bounds Hello, and Request without its input: 64 KB hold any command line that a person types.
	maxLine = 64 << 10
	// MaxInput bounds what a command is given besides its arguments: what is known of 250,000 pages of archives
	// and articles.
	MaxInput = 16 << 20
	// maxFrame bounds one frame; longer writes are cut into several.
	maxFrame = 64 << 10
)

// A Hello is how the daemon introduces itself. The client compares it with what it would have opened itself.
type Hello struct {
	Protocol    int    `json:"protocol"`
	Version     string `json:"version"`
	PID         int    `json:"pid"`
	Store       string `json:"store"`       // the store's identity
	File        string `json:"file"`        // device and inode of the store's file
	Fingerprint string `json:"fingerprint"` // of the configuration
}

// A Request is a command line to run.
type Request struct {
	Protocol    int      `json:"protocol"`
	File        string   `json:"file"`
	Fingerprint string   `json:"fingerprint"`
	Args        []string `json:"args"`
	User        string   `json:"user,omitempty"` // who asks, for decisions
	Progress    bool     `json:"progress,omitempty"`
	Width       int      `json:"width,omitempty"` // of the client's terminal, 0 for none
	Input       []byte   `json:"input,omitempty"` // what the command works on besides its arguments
}

// The kinds of frames.
const (
	frameStdout   = 'o'
	frameStderr   = 'e'
	frameProgress = 'p' // JSON of Progress
	frameFile     = 'f' // opens a file: its name
	frameData     = 'd' // the next bytes of the open file
	frameClose    = 'c' // the open file is whole
	frameAbort    = 'a' // the open file must not appear
	frameExit     = 'x' // one byte: the exit code
)

// Progress is how far a long work has come.
type Progress struct {
	What  string `json:"what"`
	Done  int64  `json:"done"`
	Total int64  `json:"total"` // 0 when it is not known
}

// Streams is what a command writes to, on either side of the socket.
type Streams struct {
	Stdout, Stderr io.Writer
	Progress       func(Progress)
	// Create starts a file at or below the place that the client's user named.
	Create func(name string) (File, error)
	// Input is what the client found at that place and the command has to know: at most MaxInput bytes.
	Input []byte
}

// A File appears under its name when it is closed, whole, or not at all.
type File interface {
	io.WriteCloser
	// Abort drops what was written. After Close it does nothing.
	Abort()
}

// wire writes frames. It is safe for several goroutines; a file's frames come from one.
type wire struct {
	mu  sync.Mutex
	w   *bufio.Writer
	err error
}

func (w *wire) frame(kind byte, p []byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for first := true; first || len(p) > 0; first = false {
		n := min(len(p), maxFrame)
		var head [5]byte
		head[0] = kind
		binary.BigEndian.PutUint32(head[1:], uint32(n))
		if w.err == nil {
			_, w.err = w.w.Write(head[:])
		}
		if w.err == nil {
			_, w.err = w.w.Write(p[:n])
		}
		p = p[n:]
	}
	// What a person waits for goes out at once; file data waits for a full buffer.
	if w.err == nil && kind != frameData {
		w.err = w.w.Flush()
	}
	return w.err
}

// writer is one kind of frames as an io.Writer.
type writer struct {
	w    *wire
	kind byte
}

func (w writer) Write(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if err := w.w.frame(w.kind, p); err != nil {
		return 0, err
	}
	return len(p), nil
}

// file is a File at the daemon's end.
type file struct {
	writer
	closed bool
}

func (f *file) Close() error {
	f.closed = true
	return f.w.frame(frameClose, nil)
}

func (f *file) Abort() {
	if !f.closed {
		f.w.frame(frameAbort, nil)
	}
}

// streams is the daemon's end.
func (w *wire) streams(progress bool) Streams {
	s := Streams{
		Stdout:   writer{w, frameStdout},
		Stderr:   writer{w, frameStderr},
		Progress: func(Progress) {},
		Create: func(name string) (File, error) {
			return &file{writer: writer{w, frameData}}, w.frame(frameFile, []byte(name))
		},
	}
	if progress {
		s.Progress = func(p Progress) {
			if b, err := json.Marshal(p); err == nil {
				w.frame(frameProgress, b)
			}
		}
	}
	return s
}

// errTorn says that the daemon ended in the middle of a conversation.
var errTorn = errors.New("the daemon ended before the command did")

// relay is the client's end: it plays frames onto s until the exit frame and returns the exit code. Frame lengths are
// checked before anything is allocated.
func relay(r *bufio.Reader, s Streams) (code int, err error) {
	var file File
	defer func() {
		if file != nil {
			file.Abort()
		}
	}()
	buf := make([]byte, 0, maxFrame)
	for {
		var head [5]byte
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return 0, errTorn
		}
		n := binary.BigEndian.Uint32(head[1:])
		if n > maxFrame {
			return 0, fmt.Errorf("a frame of %d bytes: %w", n, errors.ErrUnsupported)
		}
		buf = buf[:n]
		if _, err := io.ReadFull(r, buf); err != nil {
			return 0, errTorn
		}
		switch head[0] {
		case frameStdout:
			_, err = s.Stdout.Write(buf)
		case frameStderr:
			_, err = s.Stderr.Write(buf)
		case frameProgress:
			var p Progress
			if json.Unmarshal(buf, &p) == nil {
				s.Progress(p)
			}
		case frameFile:
			file, err = s.Create(string(buf))
		case frameData, frameClose, frameAbort:
			switch {
			case file == nil:
				err = errors.New("bytes of a file that was not opened")
			case head[0] == frameData:
				_, err = file.Write(buf)
			case head[0] == frameClose:
				err = file.Close()
				file = nil
			default:
				file.Abort()
				file = nil
			}
		case frameExit:
			if n != 1 {
				return 0, errTorn
			}
			return int(buf[0]), nil
		}
		if err != nil {
			return 0, err
		}
	}
}

// readLine reads one line of JSON, of at most so many bytes, into v.
func readLine(r *bufio.Reader, most int, v any) error {
	line := make([]byte, 0, 1024)
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part...)
		if len(line) > most {
			return fmt.Errorf("a line of more than %d bytes", most)
		}
		if err == nil {
			return json.Unmarshal(line, v)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
	}
}

func writeLine(w io.Writer, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = w.Write(append(b, '\n'))
	return err
}
