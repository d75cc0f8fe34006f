package storage_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"deskwire/storage"
	"deskwire/storage/bolt"
	"deskwire/storage/storagetest"
)

// killEnv makes the test binary the victim: "path from".
const killEnv = "DESKWIRE_TEST_KILL"

// killRounds is how often the victim is killed.
const killRounds = 8

// batch is the nth group that the victim merges: two sources, three new articles each, and an edit of each source's first.
func batch(n int) []storage.Prepared {
	var group []storage.Prepared
	for _, source := range []string{"a", "b"} {
		at := start.Add(time.Duration(n) * time.Second)
		lines := []string{fmt.Sprintf("first https://%s.example/first first%d text", source, n)}
		for i := range 3 {
			lines = append(lines, fmt.Sprintf("g%d-%d https://%s.example/%d-%d title%d_%d %s", n, i, source, n, i, n, i, strings.Repeat("text_", 300)))
		}
		f := document(at, lines...)
		f.Source = source
		f.State.ETag = fmt.Sprint(n)
		group = append(group, storage.Prepare(f))
	}
	return group
}

// TestKillVictim is the child of TestKill: it merges batch after batch and says each one that is acknowledged.
func TestKillVictim(t *testing.T) {
	path, from, ok := strings.Cut(os.Getenv(killEnv), " ")
	if !ok {
		t.Skip("run by TestKill")
	}
	e, err := bolt.Open(path, bolt.Options{Timeout: 10 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	s, err := storage.Open(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(from)
	if err != nil {
		t.Fatal(err)
	}
	for ; ; n++ {
		out, err := s.Merge(t.Context(), batch(n))
		if err := errors.Join(err, out[0].Err, out[1].Err); err != nil {
			t.Fatal(err)
		}
		fmt.Println("merged", n)
	}
}

// Killed at any moment, the store opens, is sound, holds all that was acknowledged, and doubles nothing when the work is
// done again.
func TestKill(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("kills processes")
	}
	path := filepath.Join(t.TempDir(), "store.db")
	next := 0
	for round := range killRounds {
		acknowledged := victim(t, path, next, time.Duration(rand.IntN(60_000))*time.Microsecond)
		if acknowledged >= 0 {
			next = acknowledged + 1
		}
		survey(t, path, next)
		if t.Failed() {
			t.Fatalf("round %d, after %d batches", round, next)
		}
	}
	if next == 0 {
		t.Error("no batch was ever acknowledged")
	}
}

// victim runs a child that merges from batch n on, kills it some time after its first word,
// and returns the last batch that it said was merged, -1 for none.
func victim(t *testing.T, path string, n int, after time.Duration) int {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestKillVictim$")
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s %d", killEnv, path, n))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	last := -1
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		var merged int
		if _, err := fmt.Sscanf(lines.Text(), "merged %d", &merged); err != nil {
			continue // the testing package's own words
		}
		if last < 0 {
			time.AfterFunc(after, func() { cmd.Process.Kill() })
		}
		last = merged
	}
	cmd.Process.Kill()
	cmd.Wait()
	return last
}

// survey checks a store that was killed: batches before next were acknowledged, batch next may be there, whole or not.
func survey(t *testing.T, path string, next int) {
	t.Helper()
	ctx := context.Background()
	e, err := bolt.Open(path, bolt.Options{Timeout: 10 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	s, err := storage.Open(ctx, e)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.CheckPages(ctx); err != nil {
		t.Error(err)
	}
	storagetest.Check(t, s)
	seen := map[string]int{}
	for a, err := range s.Newest(ctx, "") {
		if err != nil {
			t.Fatal(err)
		}
		seen[a.Source+" "+a.GUID]++
	}
	for key, n := range seen {
		if n != 1 {
			t.Errorf("%s is there %d times", key, n)
		}
	}
	want := 0
	for n := range next + 1 {
		there := 0
		for _, source := range []string{"a", "b"} {
			for i := range 3 {
				there += seen[fmt.Sprintf("%s g%d-%d", source, n, i)]
			}
		}
		if there != 6 && (n < next || there != 0) {
			t.Errorf("%d of 6 articles of batch %d of %d are there", there, n, next)
		}
		want += there
	}
	if next > 0 && len(seen) != want+2 {
		t.Errorf("%d articles, want %d", len(seen), want+2)
	}
	// The validators belong to what is there.
	states, err := s.Sources(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, source := range []string{"a", "b"} {
		etag, _ := strconv.Atoi(states[source].ETag)
		if st, ok := states[source]; ok && seen[fmt.Sprintf("%s g%d-0", source, etag)] != 1 {
			t.Errorf("source %s has the validator of batch %s, which is not there", source, st.ETag)
		}
	}
}
