package wires

import (
	"encoding/json"
	"strings"
)

// A Place is where a demo newsroom is.
type Place struct {
	Upstream string // the address at which the world is served, without a slash at the end
	Site     string // the address of the newsroom's own site, likewise
	Store    string // the store's file
}

// Config is the newsroom's configuration: which of the world's feeds it reads, and its desks and topics. It has the normal
// form, and is an example of one.
func Config(p Place) []byte {
	text, err := files.ReadFile("config.yaml")
	if err != nil {
		panic(err) // it is embedded
	}
	return []byte(strings.NewReplacer(
		"${UPSTREAM}", quoted(p.Upstream), "${SITE}", quoted(p.Site), "${STORE}", quoted(p.Store),
	).Replace(string(text)))
}

// quoted is s as it stands between double quotes in YAML, which takes JSON's escapes, with dollar signs that begin no variable.
func quoted(s string) string {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string
	}
	return strings.ReplaceAll(string(text[1:len(text)-1]), "$", "$$")
}
