package main

import (
	"deskwire/publisher"
	"deskwire/publisher/search"
	"deskwire/publisher/web"
)

// searchFolder is what the name of the folder of the search index has that the store's file has not.
const searchFolder = ".search"

// searcher makes what searches the press, and the pages that show what it found; nil where the configuration has no search.
func (n *Newsroom) searcher(press *publisher.Press) (*search.Searcher, *web.Pages, error) {
	p := n.Plan()
	if !p.Search {
		return nil, nil, nil
	}
	words, err := web.NewPages(p.Site.Timezone)
	if err != nil {
		return nil, nil, err
	}
	return search.New(n.Store, press, p.Store.Path+searchFolder, n.Log, nil), words, nil
}
