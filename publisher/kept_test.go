package publisher

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// making returns a document of a size.
func making(size int, until time.Time, count *atomic.Int32) func(context.Context) (*Document, time.Time, error) {
	return func(context.Context) (*Document, time.Time, error) {
		count.Add(1)
		return &Document{Plain: Form{Body: []byte(strings.Repeat("x", size))}}, until, nil
	}
}

func TestKept(t *testing.T) {
	t.Parallel()
	k := newKept(1000)
	now := time.Unix(1_800_000_000, 0)
	var made atomic.Int32
	get := func(path, version string, size int, until time.Time) {
		t.Helper()
		if doc, _, err := k.get(t.Context(), path, version, now, making(size, until, &made)); err != nil || len(doc.Plain.Body) != size {
			t.Fatalf("%s: %v", path, err)
		}
	}
	for i, step := range []struct {
		path, version string
		want          int32
	}{{"a", "1", 1}, {"a", "1", 1}, {"b", "1", 2}, {"a", "2", 3}, {"a", "2", 3}, {"c", "1", 4}, {"b", "1", 5}, {"a", "2", 6}} {
		get(step.path, step.version, 400, time.Time{})
		if made.Load() != step.want {
			t.Errorf("step %d made %d, want %d", i, made.Load(), step.want)
		}
	}
	if k.bytes > k.room || len(k.entries) != k.order.Len() {
		t.Errorf("%d bytes in %d and %d entries", k.bytes, len(k.entries), k.order.Len())
	}
	// Time is up for a document, and one that is larger than all the room is given out all the same.
	get("d", "1", 10, now.Add(time.Second))
	get("d", "1", 10, now)
	was := made.Load()
	now = now.Add(time.Second)
	get("d", "1", 10, now)
	get("e", "1", 5000, time.Time{})
	if made.Load() != was+2 || k.bytes > k.room {
		t.Errorf("made %d, want %d; %d bytes", made.Load(), was+2, k.bytes)
	}
}

// Who comes while a document is made waits for it; who leaves takes it from nobody; a failure is not kept.
func TestKeptTogether(t *testing.T) {
	t.Parallel()
	k := newKept(1000)
	var made atomic.Int32
	begun, release := make(chan struct{}), make(chan struct{})
	slow := func(ctx context.Context) (*Document, time.Time, error) {
		close(begun)
		<-release
		return making(10, time.Time{}, &made)(ctx)
	}
	impatient, leave := context.WithCancel(t.Context())
	gone := make(chan error)
	go func() {
		_, _, err := k.get(impatient, "a", "1", time.Now(), slow)
		gone <- err
	}()
	<-begun
	leave()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Errorf("who left was told %v", err)
	}
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			if doc, _, err := k.get(t.Context(), "a", "1", time.Now(), slow); err != nil || doc == nil {
				t.Errorf("got %v, %v", doc, err)
			}
		})
	}
	close(release)
	wg.Wait()
	if made.Load() != 1 {
		t.Errorf("made %d times", made.Load())
	}
	for _, f := range []func(context.Context) (*Document, time.Time, error){
		func(context.Context) (*Document, time.Time, error) { return nil, time.Time{}, fmt.Errorf("no") },
		func(context.Context) (*Document, time.Time, error) { panic("no") },
	} {
		if _, _, err := k.get(t.Context(), "b", "1", time.Now(), f); err == nil || !strings.Contains(err.Error(), "no") {
			t.Errorf("a failure is %v", err)
		}
	}
	if doc, _, err := k.get(t.Context(), "b", "1", time.Now(), making(1, time.Time{}, &made)); err != nil || doc == nil {
		t.Errorf("after a failure %v", err)
	}
}
