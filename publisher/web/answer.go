package web

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"deskwire"
	"deskwire/publisher"
)

// How long caches may keep what they have without asking. Feeds and pages change when news does, and a question that is
// answered by 304 costs next to nothing; our own files change with the program.
const (
	cacheNews   = "public, max-age=60, stale-if-error=86400"
	cacheAssets = "public, max-age=3600"
)

// The policies of security: a feed that a browser shows runs nothing; a page loads its own things, and pictures, of others only where it
// shows some from where they are.
const (
	feedPolicy    = "sandbox; default-src 'none'"
	pagePolicy    = pageOwn + "img-src 'self' https: data:; " + pageRest
	ownPagePolicy = pageOwn + "img-src 'self' data:; " + pageRest

	pageOwn        = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src 'self'; "
	pageRest       = "media-src 'self' https:; base-uri 'none'; form-action 'self'; " + framedByNone
	framedByNone   = "frame-ancestors 'none'"
	framedByAll    = "frame-ancestors *"
	referrerPolicy = "strict-origin-when-cross-origin"
)

// policyOf is the policy of a site's pages.
func policyOf(images deskwire.Images) string {
	if images == deskwire.ImagesProxy || images == deskwire.ImagesNone {
		return ownPagePolicy
	}
	return pagePolicy
}

// embedPolicy is the policy of what stands in frames of other sites, made of that of pages.
func embedPolicy(policy string) string { return strings.Replace(policy, framedByNone, framedByAll, 1) }

// An answer is a document with the headers of every answer that it can be part of.
type answer struct {
	doc      *publisher.Document
	policy   string // of pages
	forms    []form // those there are; the first is the one to send when the client likes several as much
	differs  bool   // readers may ask for what is new only
	always   []field
	full     []field // only with a body, not in a 304
	modified []string
}

// A form is one content coding of the document.
type form struct {
	coding   string // "identity" for none
	body     []byte
	tag      string
	etag     []string
	encoding []string // nil for identity
	length   []string
}

// A field is a header under its canonical name. Its values are shared by all answers and never changed.
type field struct {
	name   string
	values []string
}

func prepare(d *publisher.Document, policy string) *answer {
	a := &answer{doc: d, policy: policy, differs: d.Differs(), modified: []string{d.Modified.UTC().Format(http.TimeFormat)}}
	for _, f := range []struct {
		coding string
		publisher.Form
	}{{"br", d.Brotli}, {"zstd", d.Zstd}, {"gzip", d.Gzip}, {"identity", d.Plain}} {
		if f.Body == nil && f.coding != "identity" {
			continue
		}
		ready := form{coding: f.coding, body: f.Body, tag: f.ETag, etag: []string{f.ETag}, length: []string{strconv.Itoa(len(f.Body))}}
		if f.coding != "identity" {
			ready.encoding = []string{f.coding}
		}
		a.forms = append(a.forms, ready)
	}
	always := func(name, value string) { a.always = append(a.always, field{name, []string{value}}) }
	always("Vary", "Accept-Encoding")
	if a.differs {
		a.always[0].values = varyFeed
	}
	always("Cache-Control", cacheNews)
	switch {
	case d.Secret:
		a.always[1].values = []string{cacheSecret}
		always("X-Robots-Tag", "noindex")
	case isFeed(d.Kind), d.Kind == publisher.KindEmbed, d.Path == embedScript: // other sites load them
		always("Access-Control-Allow-Origin", "*")
		always("Access-Control-Expose-Headers", "ETag, Link")
	}
	switch d.Kind {
	case publisher.KindAsset:
		a.always[1].values = []string{cacheAssets}
	case publisher.KindArchive:
		a.always[1].values = []string{cacheArchive}
	}
	full := func(name, value string) { a.full = append(a.full, field{name, []string{value}}) }
	full("Content-Type", d.Type)
	full("X-Content-Type-Options", "nosniff")
	if d.Secret {
		full("Referrer-Policy", "no-referrer")
	} else {
		full("Referrer-Policy", referrerPolicy)
	}
	switch {
	case isFeed(d.Kind):
		full("Content-Security-Policy", feedPolicy)
	case d.Kind == publisher.KindEmbed:
		full("Content-Security-Policy", embedPolicy(policy))
	default:
		full("Content-Security-Policy", policy)
	}
	if d.Links != "" {
		full("Link", d.Links)
	}
	return a
}

// varyBoth is said where Accept chose the document.
var varyBoth = []string{"Accept, Accept-Encoding"}

// serve answers a GET or HEAD. location is the document's own path where another one was asked for, "" where not.
func (a *answer) serve(w http.ResponseWriter, r *http.Request, location string, now time.Time) {
	a.common(w.Header(), location)
	f := a.choose(r.Header["Accept-Encoding"])
	if f == nil {
		fail(w, r, http.StatusNotAcceptable, "no content coding that you accept")
		return
	}
	switch a.condition(r.Header, f, !now.Before(a.doc.Modified)) {
	case http.StatusNotModified:
		w.Header()["Etag"] = f.etag
		w.WriteHeader(http.StatusNotModified)
	case http.StatusPreconditionFailed:
		fail(w, r, http.StatusPreconditionFailed, "the document has changed")
	default:
		a.send(w, r, f, http.StatusOK, now)
	}
}

// common sets what every answer says, one without a body as well.
func (a *answer) common(head http.Header, location string) {
	for i := range a.always {
		head[a.always[i].name] = a.always[i].values
	}
	if location != "" {
		head["Content-Location"] = []string{location}
		if head["Vary"] = varyBoth; a.differs {
			head["Vary"] = varyNegotiated
		}
	}
}

// send sends a form of the document, behind what every answer says.
func (a *answer) send(w http.ResponseWriter, r *http.Request, f *form, status int, now time.Time) {
	head := w.Header()
	dated := !now.Before(a.doc.Modified)
	head["Etag"] = f.etag
	if dated {
		head["Last-Modified"] = a.modified
	}
	for i := range a.full {
		head[a.full[i].name] = a.full[i].values
	}
	if f.encoding != nil {
		head["Content-Encoding"] = f.encoding
	}
	head["Content-Length"] = f.length
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		send(w, r, f.body)
	}
}

// condition evaluates a conditional request in the order of RFC 9110 §13.2.2; 0 is to go on. dated says whether readers were
// told when the document changed.
func (a *answer) condition(h http.Header, f *form, dated bool) int {
	if match := h["If-Match"]; len(match) > 0 {
		if !a.matches(match) {
			return http.StatusPreconditionFailed
		}
	} else if t, ok := httpDate(h["If-Unmodified-Since"]); ok && dated && a.doc.Modified.After(t) {
		return http.StatusPreconditionFailed
	}
	if none := h["If-None-Match"]; len(none) > 0 {
		for tag := range tags(none) {
			if tag == "*" || strings.TrimPrefix(tag, "W/") == f.tag { // weak comparison
				return http.StatusNotModified
			}
		}
		return 0
	}
	if t, ok := httpDate(h["If-Modified-Since"]); ok && dated && !a.doc.Modified.After(t) {
		return http.StatusNotModified
	}
	return 0
}

// matches reports whether If-Match names any form of the document. It compares strongly: what is weak matches nothing.
func (a *answer) matches(match []string) bool {
	for tag := range tags(match) {
		if tag == "*" {
			return true
		}
		for i := range a.forms {
			if tag == a.forms[i].tag {
				return true
			}
		}
	}
	return false
}

// tags walks the entity tags of If-Match and If-None-Match (RFC 9110 §8.8.3), W/ and quotes included. What is no tag ends its
// line.
func tags(lines []string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for _, s := range lines {
			for {
				if s = strings.TrimLeft(s, " \t,"); s == "" {
					break
				}
				n := 1
				if s[0] != '*' {
					start := 0
					if strings.HasPrefix(s, "W/") {
						start = 2
					}
					if !strings.HasPrefix(s[start:], `"`) {
						break
					}
					end := strings.IndexByte(s[start+1:], '"')
					if end < 0 {
						break
					}
					n = start + 1 + end + 1
				}
				if !yield(s[:n]) {
					return
				}
				s = s[n:]
			}
		}
	}
}

// httpDate reads the three forms of a date (RFC 9110 §5.6.7). Anything else, and more than one, is ignored.
func httpDate(values []string) (time.Time, bool) {
	if len(values) != 1 {
		return time.Time{}, false
	}
	t, err := http.ParseTime(values[0])
	return t, err == nil
}
