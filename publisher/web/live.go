package web

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// liveFile is the stream of events of a channel's page, below its path.
const liveFile = "live"

const (
	// maxLive is how many readers are told of news as they come. Each costs a connection for as long as a page is looked at; whoever comes
	// after them asks once a minute, which the page's script does by itself.
	maxLive = 4000
	// heartbeat is how often a silent stream says that it is there, so that nobody between us and the reader takes it for dead.
	heartbeat = 25 * time.Second
	// liveWrite is how long one message may take: who does not read for so long is gone, or is to be.
	liveWrite = 10 * time.Second
	// liveRetry is after how many milliseconds a reader comes back whose stream broke.
	liveRetry = 5000
)

// live tells a reader whenever the page of a channel changes (server-sent events, HTML §9.2). It tells that it changed and nothing
// else: what is new the page itself says, in bytes that are prepared and that caches know.
func (h *handler) live(w http.ResponseWriter, r *http.Request, t *table) {
	if t == nil {
		starting(w, r)
		return
	}
	folder := strings.TrimSuffix(r.URL.Path, liveFile)
	if t.answers[folder] == nil {
		h.absent(w, r, t)
		return
	}
	select {
	case h.listeners <- struct{}{}:
		defer func() { <-h.listeners }()
	default:
		w.Header().Set("Retry-After", "60")
		fail(w, r, http.StatusServiceUnavailable, "too many readers listen; ask once a minute")
		return
	}
	control := http.NewResponseController(w)
	head := w.Header()
	head.Set("Content-Type", "text/event-stream")
	head.Set("Cache-Control", "no-store")
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("X-Accel-Buffering", "no") // nginx would wait for more
	if r.Method == http.MethodHead {
		return
	}
	// The server's own limits are for requests that end.
	if control.SetReadDeadline(time.Time{}) != nil || control.SetWriteDeadline(time.Now().Add(liveWrite)) != nil {
		return
	}
	say := func(form string, args ...any) bool {
		if control.SetWriteDeadline(time.Now().Add(liveWrite)) != nil {
			return false
		}
		_, err := fmt.Fprintf(w, form, args...)
		return err == nil && control.Flush() == nil
	}
	changed := h.press.Changed()
	last := r.Header.Get("Last-Event-ID")
	if last == "" {
		last = h.tagOf(folder) // it has just loaded the page
	}
	if !say("retry: %d\n\n", liveRetry) {
		return
	}
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		if tag := h.tagOf(folder); tag == "" {
			return // the channel was closed
		} else if tag != last {
			if !say("id: %s\nevent: changed\ndata: %s\n\n", tag, tag) {
				return
			}
			last = tag
		}
		select {
		case <-changed:
			changed = h.press.Changed()
		case <-beat.C:
			if !say(":\n\n") {
				return
			}
		case <-r.Context().Done():
			return
		case <-h.done:
			return
		}
	}
}

// tagOf names the state of a page, "" where there is none.
func (h *handler) tagOf(path string) string {
	d := h.press.Document(path)
	if d == nil {
		return ""
	}
	return strings.Trim(d.Plain.ETag, `"`)
}
