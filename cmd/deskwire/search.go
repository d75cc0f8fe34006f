package main

import (
	"deskwire/publisher"
	"deskwire/publisher/search"
	"deskwire/publisher/web"
)

// searchFolder is what the name of the folder of the search index has that the store's file has not.
const searchFolder = ".search"

// searcher makes what searches the press; nil where the configuration has no search.
func (n *Newsroom) searcher(press *publisher.Press) *search.Searcher {
	p := n.Plan()
	if !p.Search {
		return nil
	}
	return search.New(n.Store, press, p.Store.Path+searchFolder, n.Log, nil)
}

// pages are those of the plan that holds, which nobody took over before they were made.
func (n *Newsroom) pages() *web.Pages {
	pages, err := n.Plan().pages()
	if err != nil {
		panic(err)
	}
	return pages
}
