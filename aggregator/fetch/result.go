package fetch

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"deskwire"
)

// A Result is what one try at a source came to, as far as asking again depends on it.
type Result struct {
	Status  int   // 0 when no server answered
	Err     error // why the try failed; nil when it succeeded
	Reached bool  // a server was talked to

	ETag, LastModified string
	FinalURL           string
	Permanent          string
	Temporary          bool
	Lifetime, Age      time.Duration
	RetryAfter         time.Duration
	Cut                bool // the document broke off: its validators stand for more than was read

	// Read says that a document was read. The rest is about it.
	Read                  bool
	BodyHash, Header      uint64
	Hints                 deskwire.Hints
	Title, Home, Language string
	Items                 int         // of the whole document
	Dates                 []time.Time // when its items appeared that the last document did not hold so
}

// Answered makes a Result of what Fetch returned. A status that brings no document is a failure; who reads the document fills
// in the rest, or fails it with Err.
func Answered(res *Response, err error) Result {
	if err != nil {
		r := Result{Err: err}
		if e, ok := err.(*Error); ok {
			r.Reached = e.Reached
		}
		return r
	}
	r := Result{
		Status: res.Status, Reached: true, ETag: res.ETag, LastModified: res.LastModified, FinalURL: res.FinalURL,
		Permanent: res.Permanent, Temporary: res.Temporary, Lifetime: res.Lifetime, Age: res.Age, RetryAfter: res.RetryAfter, Cut: res.Cut,
	}
	switch res.Status {
	case http.StatusOK, http.StatusNonAuthoritativeInfo, http.StatusNotModified:
	case http.StatusNoContent:
		r.Err = fmt.Errorf("the server answered without a document (%d)", res.Status)
	default:
		r.Err = fmt.Errorf("the server answered %d %s", res.Status, http.StatusText(res.Status))
	}
	return r
}

// Interrupted reports whether the try was given up by us: nothing was learnt about the source.
func (r *Result) Interrupted(ctx context.Context) bool { return r.Err != nil && ctx.Err() != nil }

// gone reports whether the source itself says that it will not come back. Behind a temporary redirect somebody else says it.
func (r *Result) gone() bool { return r.Status == http.StatusGone && !r.Temporary }
