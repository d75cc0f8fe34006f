package web

import (
	"bytes"
	"encoding/base64"
	"errors"
	"net/http"
	"time"

	"deskwire"
	"deskwire/publisher/picture"
)

// cachePicture is for pictures that the site passes on. They are what they are for a day, and no longer: a story that is killed takes
// its pictures along.
const cachePicture = "public, max-age=86400"

// picture answers with a picture of others, small. Whether it may be shown is looked up first; what is nobody's is not fetched.
func (h *handler) picture(w http.ResponseWriter, r *http.Request, t *table) {
	if t == nil {
		starting(w, r)
		return
	}
	if h.pictures == nil || t.surface.Site.Images != deskwire.ImagesProxy {
		h.absent(w, r, t)
		return
	}
	addr, width, err := h.press.Picture(r.Context(), r.URL.Path, time.Now())
	var got picture.Picture
	if err == nil && addr != "" {
		got, err = h.pictures.Get(r.Context(), addr, width)
	}
	switch {
	case r.Context().Err() != nil: // nobody is there any more
	case err == nil && addr == "", errors.Is(err, picture.ErrNone):
		fail(w, r, http.StatusNotFound, "not found")
	case errors.Is(err, picture.ErrBusy):
		w.Header().Set("Retry-After", "5")
		fail(w, r, http.StatusServiceUnavailable, "too many pictures are asked for now")
	case err != nil && addr == "":
		h.log.Error("picture", "path", r.URL.Path, "error", err)
		w.Header().Set("Retry-After", "60")
		fail(w, r, http.StatusServiceUnavailable, "the picture can not be read now")
	case err != nil:
		fail(w, r, http.StatusBadGateway, "the picture can not be had from where it is")
	default:
		sendPicture(w, r, &got)
	}
}

// sendPicture sends a picture, or says that the reader has it.
func sendPicture(w http.ResponseWriter, r *http.Request, p *picture.Picture) {
	head := w.Header()
	head.Set("Content-Type", "image/jpeg")
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Referrer-Policy", referrerPolicy)
	head.Set("Content-Security-Policy", feedPolicy)
	head.Set("Cross-Origin-Resource-Policy", "cross-origin") // pages of other sites show our items
	head.Set("Cache-Control", cachePicture)
	head.Set("ETag", `"`+base64.RawURLEncoding.EncodeToString(p.Sum[:12])+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(p.Body))
}
