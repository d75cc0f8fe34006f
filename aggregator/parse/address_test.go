package parse

import "testing"

// What stands in the place of an address, and the address that is meant (after-2); "" where it means none, or one of another kind.
func TestAddresses(t *testing.T) {
	t.Parallel()
	r := newReader(Input{URL: "https://f.example/a/feed.xml", Now: goldenNow})
	for in, want := range map[string]string{
		// As they should be
		"https://n.example/2026/05/bridge?a=1&b=2#top": "https://n.example/2026/05/bridge?a=1&b=2#top",
		"HTTP://N.example/X":                           "http://N.example/X",
		"http://n.example:8080/x":                      "http://n.example:8080/x",
		"//cdn.example/x":                              "https://cdn.example/x",
		"/x":                                           "https://f.example/x",
		"../x":                                         "https://f.example/x",
		"x?y":                                          "https://f.example/a/x?y",
		"?y=1":                                         "https://f.example/a/feed.xml?y=1",
		"http://[2001:db8::1]/x":                       "http://[2001:db8::1]/x",
		// Bent
		" \n https://n.example/x\t\n":     "https://n.example/x",
		"https://n.example/a\n b":         "https://n.example/a%20b",
		"https://n.example/100%":          "https://n.example/100%25",
		"https://n.example/міст?q=ї":      "https://n.example/%D0%BC%D1%96%D1%81%D1%82?q=ї",
		"https://новини.example/x":        "https://xn--b1amarcd.example/x",
		"https://новини.example:8080/x":   "https://xn--b1amarcd.example:8080/x",
		"https://user:secret@n.example/x": "https://n.example/x",
		"https://n.example/x?a=1&amp;b=2": "https://n.example/x?a=1&b=2",
		"www.n.example/x":                 "https://www.n.example/x",
		"WWW.n.example":                   "https://WWW.n.example",
		"http:/n.example/x":               "http://n.example/x",
		"https:///n.example/x":            "https://n.example/x",
		"https//n.example/x":              "https://n.example/x",
		"http://https://n.example/x":      "https://n.example/x",
		`"https://n.example/x"`:           "https://n.example/x",
		`http:\\n.example\x?y=\z`:         "http://n.example/x?y=\\z",
		"world/bridge":                    "https://f.example/a/world/bridge",
		"httpd/docs":                      "https://f.example/a/httpd/docs",
		"https-everywhere.html":           "https://f.example/a/https-everywhere.html",
		// None
		"":                       "",
		"#top":                   "",
		"urn:uuid:1":             "",
		"tag:n.example,2026:1":   "",
		"javascript:alert(1)":    "",
		"JAVASCRIPT:alert(1)":    "",
		"data:text/html,x":       "",
		"mailto:desk@n.example":  "",
		"ftp://n.example/x":      "",
		"http://":                "",
		"https://n exa.example/": "",
		"http:n.example":         "",
	} {
		if got := r.absolute(in, ""); got != want {
			t.Errorf("absolute(%q) = %q, want %q", in, got, want)
		}
	}
}
