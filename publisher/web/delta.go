package web

import (
	"net/http"
	"time"

	"deskwire/publisher"
)

// RFC 3229 with the instance manipulation "feed": who names an edition that they have is sent what is new or changed since, as a
// feed of its own.

// cacheDelta is said of differences: no cache that knows no more than HTTP may take one for the document.
const cacheDelta = "no-store, im"

// varyFeed and varyNegotiated are said of every feed, since A-IM may choose another answer.
var (
	varyFeed       = []string{"Accept-Encoding, A-IM"}
	varyNegotiated = []string{"Accept, Accept-Encoding, A-IM"}
)

// reply answers with a document, or with what is new in it where the client asks for that and says what it has.
func (h *handler) reply(w http.ResponseWriter, r *http.Request, a *answer, location string) {
	now := time.Now()
	if a.doc.Differs() && asksFor(r.Header) && a.wanted(r.Header, now) {
		for tag := range tags(r.Header["If-None-Match"]) {
			part, known, err := h.press.Since(r.Context(), a.doc, tag)
			switch {
			case err != nil:
				h.log.Error("difference", "path", a.doc.Path, "error", err)
			case !known:
				continue
			case part == nil:
				a.same(w, location, tag)
				return
			case part != a.doc && difference(part).serveDelta(w, r, location, tag, now):
				return
			}
			break
		}
	}
	a.serve(w, r, location, now)
}

// asksFor reports whether a request names the manipulation, with a weight above none, and an edition to compare with.
func asksFor(head http.Header) bool {
	q, said := weight(head["A-Im"], "feed")
	return said && q > 0 && len(head["If-None-Match"]) > 0
}

// wanted reports whether a conditional request is to be answered with more than a status.
func (a *answer) wanted(head http.Header, now time.Time) bool {
	f := a.choose(head["Accept-Encoding"])
	return f != nil && a.condition(head, f, !now.Before(a.doc.Modified)) == 0
}

// same says that what the client has under a tag lacks nothing.
func (a *answer) same(w http.ResponseWriter, location, tag string) {
	a.common(w.Header(), location)
	w.Header().Set("Etag", tag)
	w.WriteHeader(http.StatusNotModified)
}

// difference makes one ready. Nobody keeps it: the next reader may have missed more.
func difference(d *publisher.Document) *answer {
	a := prepare(d, "") // a feed
	a.differs = true
	for i := range a.always {
		switch f := &a.always[i]; f.name {
		case "Vary":
			f.values = varyFeed
		case "Cache-Control":
			f.values = []string{cacheDelta}
		case "Access-Control-Expose-Headers":
			f.values = []string{f.values[0] + ", IM, Delta-Base"}
		}
	}
	return a
}

// serveDelta answers 226: what is sent makes, together with what the client has under the tag base, the document of the ETag. It
// does nothing where the client takes no form of it: what is small is not packed.
func (a *answer) serveDelta(w http.ResponseWriter, r *http.Request, location, base string, now time.Time) bool {
	f := a.choose(r.Header["Accept-Encoding"])
	if f == nil {
		return false
	}
	a.common(w.Header(), location)
	w.Header()["Im"] = []string{"feed"}
	w.Header()["Delta-Base"] = []string{base}
	a.send(w, r, f, http.StatusIMUsed, now)
	return true
}
