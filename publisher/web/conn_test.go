package web

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

// bySize answers with as many bytes as the path says.
func bySize(w http.ResponseWriter, r *http.Request) {
	n, err := strconv.Atoi(strings.Trim(r.URL.Path, "/"))
	if err != nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/plain")
	w.Header().Set("X-Long", strings.Repeat("h", n%7000))
	w.Header().Set("Content-Length", strconv.Itoa(n))
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		send(w, r, bodyOf(n))
	}
}

func bodyOf(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = 'a' + byte(i%23)
	}
	return b
}

// Whatever its size, and however many answers go over one connection, an answer is whole: heads that are held, heads that are
// too long to be, HEAD, pipelines, HTTP/1.0, errors between.
func TestAnswersAreWhole(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := Server(http.HandlerFunc(bySize))
	go srv.Serve(limit(l, 4))
	defer srv.Close()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(30 * time.Second))
	sizes := []int{0, 1, 511, 512, 513, minTogether - 1, minTogether, minTogether + 1, 4095, 4096, 4097, 6_999, 60_000, 7_000_123 % 900_000, 2_000_000, 3, 20_000}
	methods := []string{"GET", "HEAD", "GET"}
	go func() {
		for _, size := range sizes {
			for _, method := range methods {
				fmt.Fprintf(c, "%s /%d HTTP/1.1\r\nHost: a\r\n\r\nGET /none HTTP/1.1\r\nHost: a\r\n\r\n", method, size)
			}
		}
	}()
	in := bufio.NewReader(c)
	for _, size := range sizes {
		for _, method := range methods {
			for _, want := range []int{http.StatusOK, http.StatusNotFound} {
				r := &http.Request{Method: method}
				if want == http.StatusNotFound {
					r.Method = "GET"
				}
				resp, err := http.ReadResponse(in, r)
				if err != nil {
					t.Fatalf("%s of %d bytes: %v", method, size, err)
				}
				got, err := io.ReadAll(resp.Body)
				if err != nil || resp.StatusCode != want {
					t.Fatalf("%s of %d bytes: %d, %v", method, size, resp.StatusCode, err)
				}
				if want == http.StatusOK && method == "GET" && !bytes.Equal(got, bodyOf(size)) {
					t.Fatalf("%d bytes came as %d others", size, len(got))
				}
			}
		}
	}
}

// A reader who goes away in the middle of an answer costs an error and nothing else.
func TestReaderGoesAway(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := Server(http.HandlerFunc(bySize))
	free := limit(l, 1)
	go srv.Serve(free)
	defer srv.Close()
	for range 5 { // each takes the only place
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(c, "GET /50000000 HTTP/1.1\r\nHost: a\r\n\r\n")
		c.SetDeadline(time.Now().Add(30 * time.Second))
		if _, err := io.ReadFull(c, make([]byte, 10_000)); err != nil {
			t.Fatal(err)
		}
		c.Close()
	}
}
