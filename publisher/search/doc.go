// Package search finds stories by their words: what people ask, how words are compared, the index, and how it follows the store.
//
// The index proposes and the store decides: whatever the index finds is composed anew from the store, as its page would be, and
// compared once more with what was asked. So nothing is found that may not be read at that moment, whatever the index still
// has: killed, held back, hidden, expired, or by a text that its source does not let us show.
//
// The index is derived data in a folder of its own. It is built by following the store's changes from their beginning, in small
// steps beside everything else, and thrown away whenever anything is wrong with it.
package search
