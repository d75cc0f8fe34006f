package web

import (
	"net/http"
	"strings"
	"time"

	"deskwire"
	"deskwire/publisher"
)

// cacheArchive is for pages whose set never changes. They are never immutable: what they hold can still be retracted.
const cacheArchive = "public, max-age=3600"

// archive answers with an archive page, which is made when somebody asks for it.
func (h *handler) archive(w http.ResponseWriter, r *http.Request, t *table) {
	if t == nil {
		starting(w, r)
		return
	}
	now := time.Now()
	doc, _, err := h.press.ArchivePage(r.Context(), r.URL.Path, now)
	if err == nil && doc == nil && !strings.HasSuffix(r.URL.Path, "/") {
		// Somebody typed a page's address without its slash.
		if doc, _, err = h.press.ArchivePage(r.Context(), r.URL.Path+"/", now); doc != nil {
			redirect(w, r, t.root+r.URL.Path+"/")
			return
		}
	}
	switch {
	case r.Context().Err() != nil: // nobody is there any more
	case err != nil:
		h.log.Error("archive page", "path", r.URL.Path, "error", err)
		w.Header().Set("Retry-After", "60")
		fail(w, r, http.StatusServiceUnavailable, "the archive can not be read now")
	case doc == nil:
		h.absent(w, r, t)
	default:
		prepare(doc, t.policy).serve(w, r, "", now)
	}
}

// isFeed reports whether a document is for programs of any site.
func isFeed(kind publisher.Kind) bool {
	return kind == publisher.KindFeed || kind == publisher.KindArchive
}

// archiveFile reports whether a file below a channel's path has the name of an archive page.
func archiveFile(file string) bool {
	_, _, ok := deskwire.ParseArchivePage(file)
	return ok
}
