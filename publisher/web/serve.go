package web

import (
	"net/http"
	"net/textproto"
	"strconv"
	"strings"
	"time"

	"deskwire/publisher"
	"deskwire/publisher/format"
)

// How long caches may keep what they have without asking: feeds and pages change when news does; a question that is answered
// by 304 costs next to nothing.
const cacheControl = "public, max-age=60, stale-if-error=86400"

// The policies of security: a feed that a browser shows runs nothing; a page runs and loads its own things, and pictures.
const (
	feedPolicy = "sandbox; default-src 'none'"
	pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src 'self'; " +
		"img-src 'self' https: data:; media-src 'self' https:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)

// serve answers a GET or HEAD with a document, or with the news that the client has it. location is the document's own path
// where the request was for another one.
func serve(w http.ResponseWriter, r *http.Request, d *publisher.Document, location string) {
	form, coding := choose(d, r.Header.Values("Accept-Encoding"))
	head := w.Header()
	head["Cache-Control"] = []string{cacheControl}
	head["Etag"] = []string{form.ETag}
	if vary := head["Vary"]; len(vary) == 0 {
		head["Vary"] = []string{"Accept-Encoding"}
	} else {
		head["Vary"] = []string{vary[0] + ", Accept-Encoding"}
	}
	if location != "" {
		head["Content-Location"] = []string{location}
	}
	modified, dated := lastModified(d, time.Now())
	if dated {
		head["Last-Modified"] = []string{modified.Format(http.TimeFormat)}
	}
	head["X-Content-Type-Options"] = []string{"nosniff"}
	head["Referrer-Policy"] = []string{"strict-origin-when-cross-origin"}
	head["Content-Security-Policy"] = []string{pagePolicy}
	if d.Feed {
		head["Content-Security-Policy"] = []string{feedPolicy}
		head["Access-Control-Allow-Origin"] = []string{"*"}
		head["Access-Control-Expose-Headers"] = []string{"ETag, Link"}
	}
	if d.Links != "" {
		head["Link"] = []string{d.Links}
	}
	switch condition(r.Header, form.ETag, d, modified, dated) {
	case http.StatusNotModified:
		w.WriteHeader(http.StatusNotModified)
		return
	case http.StatusPreconditionFailed:
		delete(head, "Link")
		plainText(w, http.StatusPreconditionFailed, "the document has changed\n", r.Method)
		return
	}
	head["Content-Type"] = []string{d.Type}
	head["Content-Length"] = []string{strconv.Itoa(len(form.Body))}
	if coding != "" {
		head["Content-Encoding"] = []string{coding}
	}
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		w.Write(form.Body)
	}
}

// lastModified is the second after the document's bytes changed, and is said only once that has begun: two documents of one
// second never have the same, and none is ahead of the clock.
func lastModified(d *publisher.Document, now time.Time) (time.Time, bool) {
	t := d.Changed.UTC().Truncate(time.Second).Add(time.Second)
	return t, !d.Changed.IsZero() && !now.Before(t)
}

// condition evaluates a conditional request in the order of RFC 9110 §13.2.2; 0 is to go on.
func condition(h http.Header, etag string, d *publisher.Document, modified time.Time, dated bool) int {
	if match := h.Values("If-Match"); len(match) > 0 {
		if !listed(match, d, "", false) {
			return http.StatusPreconditionFailed
		}
	} else if t, ok := httpDate(h.Get("If-Unmodified-Since")); ok && dated && modified.After(t) {
		return http.StatusPreconditionFailed
	}
	if none := h.Values("If-None-Match"); len(none) > 0 {
		if listed(none, d, etag, true) {
			return http.StatusNotModified
		}
		return 0
	}
	if t, ok := httpDate(h.Get("If-Modified-Since")); ok && dated && !modified.After(t) {
		return http.StatusNotModified
	}
	return 0
}

// listed reports whether a list of entity tags names the document. If-None-Match compares weakly and with the form that would
// be sent; If-Match compares strongly, and any form of the document will do.
func listed(values []string, d *publisher.Document, etag string, weak bool) bool {
	for _, list := range values {
		for list = strings.TrimLeft(list, " \t,"); list != ""; list = strings.TrimLeft(list, " \t,") {
			if list[0] == '*' {
				return true
			}
			tag, rest, isWeak, ok := cutTag(list)
			if !ok {
				break // the rest of the line is no list of tags
			}
			switch {
			case weak && tag == etag:
				return true
			case !weak && !isWeak && (tag == d.Plain.ETag || tag == d.Gzip.ETag || tag == d.Brotli.ETag):
				return true
			}
			list = rest
		}
	}
	return false
}

// cutTag takes the first entity tag off a list (RFC 9110 §8.8.3).
func cutTag(s string) (tag, rest string, weak, ok bool) {
	if after, found := strings.CutPrefix(s, "W/"); found {
		s, weak = after, true
	}
	if len(s) < 2 || s[0] != '"' {
		return "", "", false, false
	}
	end := strings.IndexByte(s[1:], '"')
	if end < 0 {
		return "", "", false, false
	}
	return s[:end+2], s[end+2:], weak, true
}

// httpDate reads the three forms of a date (RFC 9110 §5.6.7). Anything else is ignored.
func httpDate(s string) (time.Time, bool) {
	if s == "" {
		return time.Time{}, false
	}
	t, err := http.ParseTime(s)
	return t, err == nil
}

// choose picks the form that the client likes best; where it likes several as much, the smallest.
func choose(d *publisher.Document, accept []string) (publisher.Form, string) {
	if len(accept) == 0 {
		return d.Plain, ""
	}
	q := weights(accept)
	best, coding, most := d.Plain, "", q.of("identity", 1)
	if _, named := q["identity"]; !named {
		if star, ok := q["*"]; ok && star == 0 {
			most = 0
		} else {
			most = 0.0001 // acceptable, but what was asked for is better
		}
	}
	for _, f := range []struct {
		name string
		form publisher.Form
	}{{"gzip", d.Gzip}, {"br", d.Brotli}} {
		if w := q.of(f.name, 0); f.form.Body != nil && w > 0 && w >= most {
			best, coding, most = f.form, f.name, w
		}
	}
	return best, coding
}

// weighted is a list of preferences (RFC 9110 §12.4.2).
type weighted map[string]float64

// of is the weight of a name: its own, that of *, or what holds when neither is said.
func (q weighted) of(name string, unsaid float64) float64 {
	if w, ok := q[name]; ok {
		return w
	}
	if w, ok := q["*"]; ok {
		return w
	}
	return unsaid
}

// maxPreferences bounds how much of such a header is read.
const maxPreferences = 50

func weights(values []string) weighted {
	q := weighted{}
	for _, line := range values {
		for part := range strings.SplitSeq(line, ",") {
			name, params, _ := strings.Cut(part, ";")
			name = strings.ToLower(textproto.TrimString(name))
			if name == "" || len(q) >= maxPreferences {
				continue
			}
			w := 1.0
			for p := range strings.SplitSeq(params, ";") {
				if v, ok := strings.CutPrefix(strings.ToLower(textproto.TrimString(p)), "q="); ok {
					if f, err := strconv.ParseFloat(v, 64); err == nil && f >= 0 && f <= 1 {
						w = f
					}
				}
			}
			q[name] = w
		}
	}
	return q
}

// preferred is the file of the feed that an Accept header likes best; RSS where it likes several as much or says nothing.
func preferred(accept []string) string {
	q := weights(accept)
	best, most := format.RSSFile, 0.0
	for _, f := range []struct {
		file  string
		types []string
	}{
		{format.RSSFile, []string{"application/rss+xml", "application/xml", "text/xml"}},
		{format.AtomFile, []string{"application/atom+xml"}},
		{format.JSONFile, []string{"application/feed+json", "application/json"}},
	} {
		for _, t := range f.types {
			if w, ok := q[t]; ok && w > most {
				best, most = f.file, w
			}
		}
	}
	return best
}
