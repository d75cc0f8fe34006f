package fetch

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// errEmptied is what a decoder's source says after it was given back, should anybody ask.
var errEmptied = errors.New("decoder given back")

// A tooLarge is a body of more bytes than are taken, which it is.
type tooLarge int64

func (e tooLarge) Error() string { return fmt.Sprintf("more than %d MB", int64(e)>>20) }

func (e tooLarge) Is(target error) bool { return target == ErrTooLarge }

// maxCodings is how many content codings may be applied one over the other: misconfigured servers compress twice.
const maxCodings = 2

// pools keeps decoders between bodies. Its zero value is ready.
type pools struct{ gzip, brotli, zstd, buffer sync.Pool }

// read reads and decodes the body of an answer into res.
func (c *Client) read(answer *http.Response, req *Request, res *Response) error {
	most := cmp.Or(req.MaxBody, MaxBody)
	if answer.ContentLength > most {
		return tooLarge(most)
	}
	wire := &counter{r: answer.Body, most: most}
	buffered, _ := c.pools.buffer.Get().(*bufio.Reader)
	if buffered == nil {
		buffered = bufio.NewReaderSize(nil, 4<<10)
	}
	buffered.Reset(wire)
	defer func() {
		buffered.Reset(nil)
		c.pools.buffer.Put(buffered)
	}()

	body, release, err := c.decode(buffered, answer.Header)
	if err != nil {
		return err
	}
	defer release()
	hint := answer.ContentLength
	if body != io.Reader(buffered) {
		hint *= 4 // what markup is compressed to
	}
	res.Body, err = readAll(io.LimitReader(body, most+1), req.Into, min(hint, most))
	res.Wire = wire.n
	switch {
	case int64(len(res.Body)) > most, errors.Is(err, ErrTooLarge):
		return tooLarge(most)
	case err == nil:
	case len(res.Body) == 0, errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return err
	default:
		res.Cut = true // the items that came are news all the same
	}
	return nil
}

// decode undoes the content codings. release gives the decoders back.
//
// A body is what its first bytes say, not what its label says: some servers label plain bodies gzip, others send compressed
// files without a label.
func (c *Client) decode(r *bufio.Reader, h http.Header) (io.Reader, func(), error) {
	var codings []string
	for _, line := range h["Content-Encoding"] {
		for coding := range strings.SplitSeq(line, ",") {
			if coding = strings.ToLower(strings.TrimSpace(coding)); coding != "" && coding != "identity" {
				codings = append(codings, strings.TrimPrefix(coding, "x-"))
			}
		}
	}
	magic, _ := r.Peek(4)
	gzipped := len(magic) >= 2 && magic[0] == 0x1f && magic[1] == 0x8b
	zipped := string(magic) == "\x28\xb5\x2f\xfd"
	switch {
	case len(codings) > maxCodings:
		return nil, nil, fmt.Errorf("%d content codings", len(codings))
	case len(codings) == 0 && gzipped:
		codings = []string{"gzip"}
	case len(codings) == 1 && (codings[0] == "gzip" && !gzipped || codings[0] == "zstd" && !zipped):
		codings = nil
	}
	var releases []func()
	release := func() {
		for _, f := range releases {
			f()
		}
	}
	var body io.Reader = r
	for _, coding := range slices.Backward(codings) { // the last one was applied last
		decoded, done, err := c.pools.decoder(coding, body)
		if err != nil {
			release()
			return nil, nil, err
		}
		releases = append(releases, done)
		body = decoded
	}
	return body, release, nil
}

// decoder undoes one coding.
func (p *pools) decoder(coding string, r io.Reader) (io.Reader, func(), error) {
	switch coding {
	case "gzip":
		z, _ := p.gzip.Get().(*gzip.Reader)
		if z == nil {
			z = new(gzip.Reader)
		}
		if err := z.Reset(r); err != nil {
			p.gzip.Put(z)
			return nil, nil, fmt.Errorf("a gzip body that is none: %v", err) // %v: its end is not the connection's
		}
		return z, func() { p.gzip.Put(z) }, nil
	case "br":
		b, _ := p.brotli.Get().(*brotli.Reader)
		if b == nil {
			b = brotli.NewReader(nil)
		}
		if err := b.Reset(r); err != nil {
			return nil, nil, fmt.Errorf("brotli: %w", err)
		}
		return b, func() { b.Reset(emptied{}); p.brotli.Put(b) }, nil
	case "zstd":
		z, _ := p.zstd.Get().(*zstd.Decoder)
		if z == nil {
			var err error
			// One goroutine, the caller's; windows up to what RFC 8878 asks of every decoder.
			if z, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(MaxBody)); err != nil {
				return nil, nil, fmt.Errorf("zstd: %w", err)
			}
		}
		if err := z.Reset(r); err != nil {
			return nil, nil, fmt.Errorf("zstd: %w", err)
		}
		return z, func() { z.Reset(nil); p.zstd.Put(z) }, nil
	}
	return nil, nil, fmt.Errorf("content coding %q", clip(coding, 40))
}

// emptied is the source of a decoder that nobody uses.
type emptied struct{}

func (emptied) Read([]byte) (int, error) { return 0, errEmptied }

// A counter counts what was read. It ends bodies that take more bytes compressed than they may have decoded: those decode to
// nothing, for ever.
type counter struct {
	r       io.Reader
	n, most int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	if c.n += int64(n); c.n > c.most {
		return 0, tooLarge(c.most)
	}
	return n, err
}

// readAll reads r to its end into the memory of into, or more where that is too little.
func readAll(r io.Reader, into []byte, hint int64) ([]byte, error) {
	body := into[:0]
	if int64(cap(body)) <= hint {
		body = make([]byte, 0, hint+1) // one more than needed, to see the end without growing
	}
	for {
		if len(body) == cap(body) {
			body = slices.Grow(body, max(len(body), 16<<10))
		}
		n, err := r.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		if err == io.EOF {
			return body, nil
		}
		if err != nil {
			return body, err
		}
	}
}

// drain reads what is left of a body that nobody wants, up to a limit, so that its connection can be used again.
func drain(body io.Reader) { io.CopyN(io.Discard, body, maxDrain) }

// clip shortens foreign words for a message.
func clip(s string, n int) string {
	if len(s) > n {
		s = s[:n] + "..."
	}
	return strings.ToValidUTF8(s, "?")
}
