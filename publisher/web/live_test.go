package web

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// listening is a newsroom behind the program's own server.
func listening(t *testing.T, done <-chan struct{}) (*newsroom, string) {
	t.Helper()
	n := running(t)
	n.handler = New(n.press, Options{Done: done})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := Server(n.handler)
	go srv.Serve(Limited(l))
	t.Cleanup(func() { srv.Close() })
	return n, "http://" + l.Addr().String()
}

// A stream is what one reader is told.
type stream struct {
	*http.Response
	lines *bufio.Scanner
}

func listen(t *testing.T, address, last string) stream {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, "GET", address, nil)
	if err != nil {
		t.Fatal(err)
	}
	if last != "" {
		r.Header.Set("Last-Event-ID", last)
	}
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { got.Body.Close() })
	return stream{got, bufio.NewScanner(got.Body)}
}

// next is the next message, "" at the end of the stream.
func (s stream) next() string {
	var message []string
	for s.lines.Scan() {
		if s.lines.Text() == "" {
			return strings.Join(message, "\n")
		}
		message = append(message, s.lines.Text())
	}
	return ""
}

// Readers of a page are told when it changes, and not when another one does; who comes back is told what they missed.
func TestLive(t *testing.T) {
	t.Parallel()
	n, address := listening(t, nil)
	s := listen(t, address+desk+liveFile, "")
	if s.StatusCode != 200 || s.Header.Get("Content-Type") != "text/event-stream" || s.Header.Get("Cache-Control") != "no-store" || s.Header.Get("Content-Encoding") != "" {
		t.Fatalf("%d %v", s.StatusCode, s.Header)
	}
	if got := s.next(); got != "retry: 5000" {
		t.Errorf("first %q", got)
	}
	before := strings.Trim(n.press.Document(desk).Plain.ETag, `"`)
	n.say("harbour", "One more")
	n.publish()
	tag := strings.Trim(n.press.Document(desk).Plain.ETag, `"`)
	want := "id: " + tag + "\nevent: changed\ndata: " + tag
	if got := s.next(); got != want || tag == before {
		t.Errorf("told %q, want %q", got, want)
	}
	again := listen(t, address+desk+liveFile, before)
	again.next()
	if got := again.next(); got != want {
		t.Errorf("who missed it is told %q, want %q", got, want)
	}
	for path, status := range map[string]int{"/desks/none/live": 404, "/topics/bridges/live": 200} {
		if got := listen(t, address+path, "").StatusCode; got != status {
			t.Errorf("%s: %d, want %d", path, got, status)
		}
	}
	if got := n.ask("POST", desk+liveFile).StatusCode; got != 405 {
		t.Errorf("POST: %d", got)
	}
}

// Streams end with the server, so that it need not wait for them.
func TestLiveEnds(t *testing.T) {
	t.Parallel()
	done := make(chan struct{})
	_, address := listening(t, done)
	s := listen(t, address+desk+liveFile, "")
	s.next()
	close(done)
	if got := s.next(); got != "" {
		t.Errorf("told %q", got)
	}
	if err := s.lines.Err(); err != nil {
		t.Errorf("the stream breaks off: %v", err)
	}
}

// Beyond the limit readers are sent away at once; a place that is left is given to the next.
func TestLiveIsBounded(t *testing.T) {
	t.Parallel()
	n, address := listening(t, nil)
	h := n.handler.(*handler)
	for range maxLive - 1 {
		h.listeners <- struct{}{}
	}
	last := listen(t, address+desk+liveFile, "")
	last.next()
	if got := listen(t, address+desk+liveFile, ""); got.StatusCode != 503 || got.Header.Get("Retry-After") != "60" {
		t.Errorf("%d %v", got.StatusCode, got.Header)
	}
	last.Body.Close()
	for range 1000 {
		if listen(t, address+desk+liveFile, "").StatusCode == 200 {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Error("a place that was left is not given to another")
}
