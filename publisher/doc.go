// Package publisher turns facts and decisions into what readers get: it files stories into channels ([Filer]), composes
// editions ([Compose]), explains them ([Explain]), and keeps their documents ([Press]).
//
// It reads and writes the store, and knows nothing of where articles come from. What a rule means is package rule's, how a
// feed is written package format's, how it is served package web's.
package publisher
