// Package deskwire holds the nouns of a newsroom's wire desk and their arithmetic: what a source said ([Article]), what an
// editor did ([Decision]), and what a channel shows because of both ([Edition]).
//
// Facts and decisions are stored apart and neither overwrites the other. An edition is a pure function of the two, so
// fetching again can not undo an editor, a changed rule re-files old news, and every "why is this here?" has an answer.
//
// The package imports the standard library only and does no I/O. Reading the world is package aggregator's, keeping is
// package storage's, showing is package publisher's; they share nothing but these nouns.
package deskwire
