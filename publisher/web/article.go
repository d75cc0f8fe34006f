package web

import (
	"net/http"
	"time"
)

// article answers with the page of a story, which is made when somebody asks for it.
func (h *handler) article(w http.ResponseWriter, r *http.Request, t *table) {
	if t == nil {
		starting(w, r)
		return
	}
	now := time.Now()
	doc, moved, _, err := h.press.ArticlePage(r.Context(), r.URL.Path, now)
	switch {
	case r.Context().Err() != nil: // nobody is there any more
	case err != nil:
		h.log.Error("article page", "path", r.URL.Path, "error", err)
		w.Header().Set("Retry-After", "60")
		fail(w, r, http.StatusServiceUnavailable, "the article can not be read now")
	case moved != "":
		redirect(w, r, t.root+moved)
	case doc == nil:
		fail(w, r, http.StatusNotFound, "not found")
	case doc.Gone:
		prepare(doc, t.policy).gone(w, r, now)
	default:
		prepare(doc, t.policy).serve(w, r, "", now)
	}
}

// slashed sends readers of an article's address to the one with a slash at its end.
func (h *handler) slashed(w http.ResponseWriter, r *http.Request, t *table) {
	if t == nil {
		starting(w, r)
		return
	}
	doc, moved, _, err := h.press.ArticlePage(r.Context(), r.URL.Path+"/", time.Now())
	if err != nil || doc == nil && moved == "" {
		h.absent(w, r, t)
		return
	}
	if moved == "" {
		moved = r.URL.Path + "/"
	}
	redirect(w, r, t.root+moved)
}

// gone answers that there is nothing any more, with the page that says so.
func (a *answer) gone(w http.ResponseWriter, r *http.Request, now time.Time) {
	a.common(w.Header(), "")
	f := a.choose(r.Header["Accept-Encoding"])
	if f == nil {
		fail(w, r, http.StatusNotAcceptable, "no content coding that you accept")
		return
	}
	w.Header().Set("X-Robots-Tag", "noindex")
	a.send(w, r, f, http.StatusGone, now)
}
