// Package alike finds which news items are the same thing told again: a version by the same source, a copy at another, coverage
// of the same event in other words. It sees an item once, in the order of arrival, and says which earlier item it joins, and
// why.
//
// It owns likeness by words. It knows nothing of keys and addresses (package match), of what is stored, or of what editors
// decided: its verdicts are a machine's, and whoever uses them lets an editor's decision win.
//
// How it works. One pass over title and summary makes hashed tokens (words.go); what a source says under every title is taken
// out (counts.go). The rarest tokens lead to the newest items that hold them (rings.go, board.go); the best of these are
// compared (index.go, features.go), scored by a logistic model for each level (model.go), and vetoes are applied (decide.go).
//
// All state is a function of the items that arrived within [Keep]: it is built from them again once an epoch, so a matcher that
// was stopped and given them again answers like one that was not. Memory is fixed but for about 300 bytes an item; no text is
// kept. Nothing is random, and nothing depends on the clock.
package alike
