package fetch

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"time"
)

// readFile answers a file: address. The time of the file's last change and its size stand in for Last-Modified.
func readFile(req Request, began time.Time) (*Response, error) {
	fail := func(err error) (*Response, error) { return nil, &Error{Reached: true, Err: plain(err)} }
	u, err := url.Parse(req.URL)
	if err != nil || u.Host != "" && u.Host != "localhost" || u.Path == "" {
		return fail(errors.New("the address of a file is written file:///path"))
	}
	// A pipe or a device could block for ever; what the name stands for is asked before it is opened.
	info, err := os.Stat(u.Path)
	if err != nil {
		return fail(err)
	}
	switch {
	case !info.Mode().IsRegular():
		return fail(errors.New("not a regular file"))
	case info.Size() > MaxBody:
		return fail(fmt.Errorf("larger than %d MB", MaxBody>>20))
	}
	res := &Response{
		Status: http.StatusOK, Header: http.Header{}, FinalURL: req.URL,
		LastModified: fmt.Sprintf("%s %d", info.ModTime().UTC().Format(time.RFC3339Nano), info.Size()),
	}
	if res.LastModified == req.LastModified {
		res.Status = http.StatusNotModified
		res.Took = time.Since(began)
		return res, nil
	}
	f, err := os.Open(u.Path)
	if err != nil {
		return fail(err)
	}
	defer f.Close()
	if res.Body, err = readAll(io.LimitReader(f, MaxBody+1), req.Into, info.Size()); err != nil {
		return fail(err)
	}
	if len(res.Body) > MaxBody {
		return fail(fmt.Errorf("larger than %d MB", MaxBody>>20))
	}
	res.Wire, res.Took = int64(len(res.Body)), time.Since(began)
	return res, nil
}
