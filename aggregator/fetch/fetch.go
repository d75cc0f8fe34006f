// Package fetch is the way out: the one client that makes every request to somebody else's server, and the arithmetic of when
// to ask a source next.
//
// [Client] owns politeness within a request (conditional, compressed, no cookies, no Referer, at most [MaxPerHost] in flight a
// host) and safety (where it may connect to, how much it takes). [Next] and [After] own politeness over time; they are pure,
// and what they have to remember lives in deskwire.SourceState, so that one-shot runs from cron obey the same rules as a
// daemon. The package neither reads feeds nor stores anything.
package fetch

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// The limits of one request. A source that needs more is out of order, or out to hurt.
const (
	// ConnectTimeout is for name, connection and TLS each: who needs longer has more trouble than news.
	ConnectTimeout = 10 * time.Second
	// TotalTimeout is for everything, redirects and body included: it bounds how long a worker can be held.
	TotalTimeout = 30 * time.Second
	// MaxRedirects is how many hops are followed; browsers allow 20, honest feeds need 3.
	MaxRedirects = 10
	// MaxBody is how many decoded bytes are read: twice the largest honest feed that was seen.
	MaxBody = 8 << 20
	// MaxHeader is how many bytes of header are read: ten times what large sites send.
	MaxHeader = 64 << 10
	// MaxURL is the longest address asked, in bytes: servers refuse longer ones anyway.
	MaxURL = 2 << 10
	// MaxPerHost is how many requests are in flight to one host at once.
	MaxPerHost = 2
	// maxDrain is how much of a body that nobody wants is read so that its connection can be used again.
	maxDrain = 32 << 10
)

// AcceptFeed is what a feed reader reads, most wanted first. Servers that choose by it exist; */* keeps the others happy.
const AcceptFeed = "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, " +
	"application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.1"

// ErrRefused says that the guard forbids the address. The server was not contacted.
var ErrRefused = errors.New("refused")

// ErrTooLarge says that the body has more bytes than were wanted.
var ErrTooLarge = errors.New("too large")

// A Client makes requests. Its fields are set before the first one and not changed after. The zero Client works, asks public
// hosts only, and names itself "deskwire". It is safe for concurrent use.
type Client struct {
	// UserAgent names product, version and where to complain: "deskwire/1.2 (+https://example.org/about)".
	UserAgent string
	// AllowPrivate are networks that may be asked though they are not public, on any port: loopback in tests, an intranet.
	AllowPrivate []netip.Prefix
	// AllowPorts are ports that may be asked on public hosts besides 80 and 443.
	AllowPorts []uint16
	// Web answers instead of the network; nil is the network behind the guard.
	Web http.RoundTripper

	once  sync.Once
	web   http.RoundTripper
	agent []string
	hosts hosts
	pools pools
}

// A Request asks for one document.
type Request struct {
	URL string // http, https or file; sent byte for byte

	// ETag and LastModified are validators as [Response] gave them; empty ones are not sent. They go to the address that gave
	// them only: ValidFor, or URL where that is empty.
	ETag, LastModified, ValidFor string

	Headers map[string]string // for URL's own host only: credentials
	Accept  string            // AcceptFeed when empty
	Into    []byte            // the body is read into its capacity where that suffices
	MaxBody int64             // how many decoded bytes are read at most; [MaxBody] when 0
	Now     time.Time         // what relative times are measured from; time.Now() when zero
}

// A Response is what came of a Request that reached a server. A status of 400 and more is a Response, not an error.
type Response struct {
	Status int         // of the last hop
	Header http.Header // of the last hop

	Body []byte // decoded; nil unless Status is 200 or 203
	Cut  bool   // the body broke off; Body is what came before
	Wire int64  // bytes of body as they came, compressed

	ETag, LastModified string // byte for byte
	ContentType        string
	FinalURL           string // where the answer came from
	Permanent          string // where permanent redirects lead from the address asked; "" when they lead nowhere
	Temporary          bool   // some redirect on the way was a temporary one

	Lifetime   time.Duration // how long HTTP's freshness says the answer holds; 0 where it says nothing
	Age        time.Duration // how much of that was over already in a cache on the way
	RetryAfter time.Duration // 0 where the answer does not ask for it; never negative

	Took time.Duration
}

// An Error is why there is no Response.
type Error struct {
	Reached bool  // a server was talked to; else it is as well our network's fault
	Err     error // one plain line
}

func (e *Error) Error() string { return e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }

// Fetch makes one GET request and follows redirects. It never asks twice.
//
// The error is an [*Error], or ctx's when ctx ended. Response.Body may share memory with Request.Into.
func (c *Client) Fetch(ctx context.Context, req Request) (*Response, error) {
	c.once.Do(c.start)
	began := time.Now()
	if req.Now.IsZero() {
		req.Now = began
	}
	if strings.HasPrefix(req.URL, "file:") {
		return readFile(req, began)
	}
	u, err := parseURL(req.URL)
	if err != nil {
		return nil, &Error{Err: err}
	}
	outer := ctx
	ctx, cancel := context.WithTimeout(ctx, TotalTimeout)
	defer cancel()
	f := flight{c: c, req: &req, first: u}
	res, err := f.run(ctx)
	if err != nil {
		if outer.Err() != nil {
			return nil, context.Cause(outer)
		}
		return nil, &Error{Reached: f.reached, Err: plain(err)}
	}
	res.Took = time.Since(began)
	return res, nil
}

// CloseIdle closes connections that are kept for later requests.
func (c *Client) CloseIdle() {
	if t, ok := c.web.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
}

func (c *Client) start() {
	c.agent = []string{c.UserAgent}
	if c.UserAgent == "" {
		c.agent[0] = "deskwire"
	}
	c.web = c.Web
	if c.web == nil {
		c.web = newTransport(newDialer(c.AllowPrivate, c.AllowPorts))
	}
}

// A flight is one Fetch on its way.
type flight struct {
	c       *Client
	req     *Request
	first   *url.URL // the address asked
	seen    []string // addresses that redirected
	reached bool
}

func (f *flight) run(ctx context.Context) (*Response, error) {
	var (
		res       Response
		at        = f.req.URL
		u         = f.first
		permanent = true
	)
	for {
		location, err := f.hop(ctx, at, u, &res)
		if err != nil {
			return nil, err
		}
		res.FinalURL = at
		if location == "" {
			return &res, nil
		}
		f.seen = append(f.seen, at)
		if at, u, err = follow(at, location); err != nil {
			return nil, err
		}
		switch {
		case slices.Contains(f.seen, at):
			return nil, errors.New("its redirects go in a circle")
		case len(f.seen) > MaxRedirects:
			return nil, fmt.Errorf("more than %d redirects", MaxRedirects)
		}
		if permanent = permanent && (res.Status == http.StatusMovedPermanently || res.Status == http.StatusPermanentRedirect); permanent {
			res.Permanent = at
		} else {
			res.Temporary = true
		}
	}
}

// hop asks one address and fills res from the answer, or returns where the answer redirects to.
func (f *flight) hop(ctx context.Context, at string, u *url.URL, res *Response) (location string, err error) {
	release, err := f.c.hosts.take(ctx, hostKey(u))
	if err != nil {
		return "", err
	}
	defer release()
	answer, err := f.c.web.RoundTrip(f.request(ctx, at, u))
	if err != nil {
		f.reached = f.reached || !unreached(err)
		return "", err
	}
	f.reached = true
	defer answer.Body.Close()

	res.Status, res.Header = answer.StatusCode, answer.Header
	switch answer.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		drain(answer.Body)
		if location = answer.Header.Get("Location"); location == "" {
			return "", fmt.Errorf("a redirect (%d) without an address", answer.StatusCode)
		}
		return location, nil
	case http.StatusOK, http.StatusNonAuthoritativeInfo:
		if err := f.c.read(answer, f.req, res); err != nil {
			return "", err
		}
	default:
		drain(answer.Body)
	}
	h := answer.Header
	res.ETag, res.LastModified, res.ContentType = h.Get("Etag"), h.Get("Last-Modified"), h.Get("Content-Type")
	res.Lifetime, res.Age = lifetime(h, f.req.Now)
	res.RetryAfter = retryAfter(h, f.req.Now)
	return "", nil
}

// Header values that are the same in every request; nobody writes to them.
var (
	acceptFeed     = []string{AcceptFeed}
	acceptEncoding = []string{"gzip, br, zstd"}
)

// request makes one hop's request. Validators go to the address that gave them, credentials to the host they are for.
func (f *flight) request(ctx context.Context, at string, u *url.URL) *http.Request {
	h := make(http.Header, 6)
	h["User-Agent"], h["Accept"], h["Accept-Encoding"] = f.c.agent, acceptFeed, acceptEncoding
	if f.req.Accept != "" {
		h["Accept"] = []string{f.req.Accept}
	}
	if at == f.req.ValidFor || f.req.ValidFor == "" && at == f.req.URL {
		if f.req.ETag != "" {
			h["If-None-Match"] = []string{f.req.ETag}
		}
		if f.req.LastModified != "" {
			h["If-Modified-Since"] = []string{f.req.LastModified}
		}
	}
	r := (&http.Request{
		Method: http.MethodGet, URL: u, Host: u.Host, Header: h,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}).WithContext(ctx)
	if trusted(f.first, u) {
		for name, value := range f.req.Headers {
			h.Set(name, value)
		}
		if f.first.User != nil && h.Get("Authorization") == "" {
			password, _ := f.first.User.Password()
			r.SetBasicAuth(f.first.User.Username(), password)
		}
	}
	return r
}

// trusted reports whether credentials for the first address may go to u: the same host over a channel that is no weaker.
func trusted(first, u *url.URL) bool {
	if first == u || first.Scheme == u.Scheme && hostKey(first) == hostKey(u) {
		return true
	}
	return first.Scheme == "http" && u.Scheme == "https" && first.Port() == "" && u.Port() == "" && strings.EqualFold(first.Hostname(), u.Hostname())
}
