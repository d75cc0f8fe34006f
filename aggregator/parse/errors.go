package parse

import (
	"errors"
	"fmt"
)

// The ways in which a document is no feed. Ask with errors.Is; the text around them is one plain line.
var (
	// ErrWebPage says that the document is a web page. [Discover] may find feeds in it.
	ErrWebPage = errors.New("a web page, not a feed")
	// ErrEmpty says that there is nothing, or white space.
	ErrEmpty = errors.New("empty document")
	// ErrNotFeed says that the document is something else: XML of another kind, JSON of another kind, plain text.
	ErrNotFeed = errors.New("not a feed")
	// ErrBroken says that the document means to be a feed and can not be read in spite of all repairs.
	ErrBroken = errors.New("broken feed")
)

// broken wraps what gofeed, or a panic in it, said.
func broken(what any) error {
	return fmt.Errorf("%w: %s", ErrBroken, plainText(fmt.Sprint(what), maxName))
}
