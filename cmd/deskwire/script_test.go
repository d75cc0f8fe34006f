package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// The stories in testdata/script run the program as a user does. Besides testscript's own commands they have:
//
//	upstream DIR       serves the files below DIR on loopback with ETags; its address is in $UPSTREAM and replaces that name in
//	                   $WORK's *.yaml; the number of requests so far is
//	                   in the file requests. A file NAME.status holds the status (and a Retry-After) to answer for NAME instead.
//	config FILE        makes FILE the configuration
//	free NAME          puts a free loopback address into $NAME
//	await URL TEXT     fetches URL until its body contains TEXT (or, with an empty TEXT, until it answers 200)
//	fetch URL          writes URL's body to stdout
//	same FILE URL      compares a file with what a server sends
//	picture FILE WxH   writes a photograph as a JPEG
//	find NAME DIR GLOB puts the first file below DIR that GLOB names into $NAME, as seen from DIR
//	size URL WxH       fetches a JPEG and looks how large it is
//	damage FILE        changes every byte of a file
//	killpid FILE       sends SIGKILL to the process whose number stands in FILE
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("DESKWIRE_USER", "editor")
			env.Setenv("XDG_RUNTIME_DIR", env.WorkDir)
			env.Setenv("TZ", "UTC")
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"upstream": cmdUpstream,
			"config":   cmdConfig,
			"free":     cmdFree,
			"await":    cmdAwait,
			"fetch":    cmdFetch,
			"same":     cmdSame,
			"picture":  cmdPicture,
			"find":     cmdFind,
			"size":     cmdSize,
			"damage":   cmdDamage,
			"killpid":  cmdKill,
		},
	})
}

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"deskwire": func() { os.Exit(run(context.Background(), os.Args[1:], systemEnv())) },
	})
}

func cmdUpstream(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: upstream DIR")
	}
	dir := ts.MkAbs(args[0])
	requests := ts.MkAbs("requests")
	var mu sync.Mutex
	count := 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		count++
		os.WriteFile(requests, []byte(fmt.Sprintln(count)), 0o600)
		mu.Unlock()
		name := filepath.Join(dir, filepath.FromSlash(filepath.Clean("/"+r.URL.Path)))
		if status, err := os.ReadFile(name + ".status"); err == nil {
			fields := strings.Fields(string(status))
			code, _ := strconv.Atoi(fields[0])
			if len(fields) > 1 {
				w.Header().Set("Retry-After", fields[1])
			}
			w.WriteHeader(code)
			return
		}
		body, err := os.ReadFile(name)
		if err != nil {
			http.NotFound(w, r)
			return
		}
		sum := sha256.Sum256(body)
		etag := `"` + hex.EncodeToString(sum[:8]) + `"`
		w.Header().Set("ETag", etag)
		w.Header().Set("Content-Type", contentType(name))
		if r.Header.Get("If-None-Match") == etag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Write([]byte(strings.ReplaceAll(string(body), "$UPSTREAM", "http://"+r.Host)))
	}))
	ts.Defer(srv.Close)
	ts.Setenv("UPSTREAM", srv.URL)
	configs, err := filepath.Glob(ts.MkAbs("*.yaml"))
	ts.Check(err)
	for _, name := range configs {
		expand(ts, name, name)
	}
}

func cmdConfig(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: config FILE")
	}
	expand(ts, args[0], "config.yaml")
}

// expand copies a file and puts the upstream's address in.
func expand(ts *testscript.TestScript, from, to string) {
	text := strings.ReplaceAll(ts.ReadFile(from), "$UPSTREAM", ts.Getenv("UPSTREAM"))
	ts.Check(os.WriteFile(ts.MkAbs(to), []byte(text), 0o600))
}

func contentType(name string) string {
	switch filepath.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".json":
		return "application/feed+json"
	case ".atom":
		return "application/atom+xml"
	}
	return "application/rss+xml"
}

func cmdFree(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: free NAME")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Setenv(args[0], l.Addr().String())
	l.Close()
}

// patience is how long a story waits for something that is about to happen.
const patience = 20 * time.Second

func cmdAwait(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: await URL TEXT")
	}
	deadline := time.Now().Add(patience)
	for {
		status, body, err := get(args[0])
		if err == nil && status == http.StatusOK && strings.Contains(body, args[1]) != neg {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("%s: status %d, error %v, body %.500q", args[0], status, err, body)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func cmdFetch(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: fetch URL")
	}
	status, body, err := get(args[0])
	ts.Check(err)
	if (status == http.StatusOK) == neg {
		ts.Fatalf("%s: status %d", args[0], status)
	}
	fmt.Fprintf(ts.Stdout(), "%d\n%s", status, body)
}

func cmdSame(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: same FILE URL")
	}
	_, body, err := get(args[1])
	ts.Check(err)
	if ts.ReadFile(args[0]) != body {
		ts.Fatalf("%s and %s differ", args[0], args[1])
	}
}

// get does not follow redirects and does not wait for long.
func get(url string) (int, string, error) {
	client := http.Client{Timeout: 5 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Get(url)
	if err != nil {
		return 0, "", err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	return res.StatusCode, string(body), err
}

func cmdPicture(ts *testscript.TestScript, neg bool, args []string) {
	var w, h int
	if n, _ := fmt.Sscanf(strings.Join(args[1:], ""), "%dx%d", &w, &h); neg || n != 2 {
		ts.Fatalf("usage: picture FILE WxH")
	}
	var b bytes.Buffer
	ts.Check(jpeg.Encode(&b, image.NewYCbCr(image.Rect(0, 0, w, h), image.YCbCrSubsampleRatio420), nil))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b.Bytes(), 0o600))
}

func cmdFind(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: find NAME DIR GLOB")
	}
	found, err := fs.Glob(os.DirFS(ts.MkAbs(args[1])), args[2])
	ts.Check(err)
	if len(found) == 0 {
		ts.Fatalf("nothing below %s is called %s", args[1], args[2])
	}
	ts.Setenv(args[0], found[0])
}

func cmdSize(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: size URL WxH")
	}
	status, body, err := get(args[0])
	ts.Check(err)
	c, err := jpeg.DecodeConfig(strings.NewReader(body))
	if got := fmt.Sprintf("%dx%d", c.Width, c.Height); err != nil || got != args[1] {
		ts.Fatalf("%s: status %d, %s, %v", args[0], status, got, err)
	}
}

func cmdDamage(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: damage FILE")
	}
	name := ts.MkAbs(args[0])
	b, err := os.ReadFile(name)
	ts.Check(err)
	for i := 0; i < len(b); i++ {
		b[i] ^= 0x5a
	}
	ts.Check(os.WriteFile(name, b, 0o600))
}

func cmdKill(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: killpid FILE")
	}
	pid, err := strconv.Atoi(strings.TrimSpace(ts.ReadFile(args[0])))
	ts.Check(err)
	p, err := os.FindProcess(pid)
	ts.Check(err)
	ts.Check(p.Kill())
}
