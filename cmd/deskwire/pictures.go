package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"deskwire"
	"deskwire/aggregator/fetch"
	"deskwire/publisher/format"
	"deskwire/publisher/picture"
)

// acceptPictures is what pictures are made of, most wanted first: servers that choose by it would send what nobody can read else.
const acceptPictures = "image/jpeg, image/png, image/webp;q=0.9, image/gif;q=0.9, */*;q=0.1"

// pictures gets the pictures of others that the site passes on, with a client of its own: readers who look at pictures must not keep feeds
// waiting for their turn at a host.
func (n *Newsroom) pictures() *picture.Proxy {
	p := n.Plan()
	client := p.client()
	return &picture.Proxy{
		Cache:  picture.NewCache(p.Store.Pictures, p.Store.PicturesLimit),
		Widths: format.PictureWidths(),
		Log:    n.Log,
		Fetch: func(ctx context.Context, address string) ([]byte, error) {
			res, err := client.Fetch(ctx, fetch.Request{URL: address, Accept: acceptPictures, MaxBody: picture.MaxBytes})
			return pictureOf(res, err)
		},
	}
}

// pictureOf is the file that an answer brought, or why there is none. What the guard refuses, what a server says is not there, and what
// is too large is none for longer than what only went wrong.
func pictureOf(res *fetch.Response, err error) ([]byte, error) {
	switch {
	case errors.Is(err, fetch.ErrRefused), errors.Is(err, fetch.ErrTooLarge):
		return nil, fmt.Errorf("%w: %w", picture.ErrNone, err)
	case err != nil:
		return nil, err
	case res.Status == http.StatusNotFound || res.Status == http.StatusGone:
		return nil, fmt.Errorf("%w: the server answered %d", picture.ErrNone, res.Status)
	case res.Status != http.StatusOK && res.Status != http.StatusNonAuthoritativeInfo:
		return nil, fmt.Errorf("the server answered %d", res.Status)
	case res.Cut:
		return nil, errors.New("the picture broke off")
	}
	return res.Body, nil
}

// openCache looks at the folder for pictures where some are passed on: what is wrong with it is better said at the start than when
// somebody asks for one.
func openCache(p *Plan, pictures *picture.Proxy) error {
	if p.Images != deskwire.ImagesProxy {
		return nil
	}
	if err := pictures.Cache.Open(); err != nil {
		return hint(fmt.Errorf("store.pictures: %w", err), "pictures that are passed on are kept there; name a folder that deskwire may write")
	}
	return nil
}
