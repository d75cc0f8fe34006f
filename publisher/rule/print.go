package rule

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
)

// meaning is part of every fingerprint. It grows when this package begins to answer differently for the same rules, so that
// what was filed by the older meaning is filed again.
const meaning = "1"

// prints makes the fingerprints, topics before those that refer to them.
func (c *compiler) prints() {
	for i := range c.set.channels {
		ch := &c.set.channels[i]
		sum := sha256.Sum256([]byte(meaning + "\n" + c.print("take", ch.take) + c.print("drop", ch.drop)))
		ch.fingerprint = hex.EncodeToString(sum[:12])
	}
}

// print is the canonical form of a list: one line an entry, sorted, without repeats.
func (c *compiler) print(list string, entries []int32) string {
	var out []string
	for _, n := range entries {
		e := &c.set.entries[n]
		parts := []string{list}
		add := func(name string, values []string) {
			if values == nil {
				return
			}
			slices.Sort(values)
			parts = append(parts, name+" "+quote(slices.Compact(values)))
		}
		add("sources", slices.Clone(e.rule.Sources))
		add("languages", slices.Clone(e.languages))
		add("topics", each(e.topics, func(t int32) string { return c.set.channels[t].fingerprint }))
		add("categories", each(e.rule.Categories, func(s string) string {
			var f folded
			f.set(s)
			return string(f.buf)
		}))
		add("words", each(e.phrases, func(p int32) string { return c.set.phrases[p].key() }))
		if e.phrases != nil {
			parts = append(parts, "in "+string('0'+rune(e.in)))
		}
		if e.when != nil {
			parts = append(parts, "when "+quote([]string{strings.TrimSpace(e.rule.When)}))
		}
		out = append(out, strings.Join(parts, "\t")+"\n")
	}
	slices.Sort(out)
	return strings.Join(slices.Compact(out), "")
}

// quote joins values such that no two lists look the same: each stands behind its length.
func quote(values []string) string {
	return strings.Join(each(values, func(s string) string { return strconv.Itoa(len(s)) + ":" + s }), " ")
}

// each is nil for nil.
func each[T any](values []T, f func(T) string) []string {
	if values == nil {
		return nil
	}
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = f(v)
	}
	return out
}
