package parse

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDiscover(t *testing.T) {
	t.Parallel()
	const page = `<!doctype html><html><head><base href="/sub/">
<link rel="alternate" type="application/rss+xml" title="All &amp; more" href="feed.rss">
<link rel="ALTERNATE" type="application/atom+xml; charset=utf-8" href="//b.example/atom">
<link rel="alternate feed" type="application/feed+json" href="feed.json">
<link rel="alternate" type="application/json" href="/wp-json/wp/v2/posts/1">
<link rel="alternate" type="text/xml" href="/blog/rss.xml">
<link rel="alternate" hreflang="de" href="/de">
<link rel="stylesheet" type="text/css" href="x.css">
<link rel="alternate" type="application/rss+xml" href="javascript:x"></head>
<body><a href="/rss">News <b>feed</b></a> <a href="feed.rss">again</a> <a href="/about">About</a> <a href="https://feeds.c.example/x" title="Elsewhere">x</a></body></html>`
	got := Discover([]byte(page), "text/html", "https://a.example/x/y")
	want := []Link{
		{"https://a.example/sub/feed.rss", "All & more", "application/rss+xml"},
		{"https://b.example/atom", "", "application/atom+xml"},
		{"https://a.example/sub/feed.json", "", "application/feed+json"},
		{"https://a.example/blog/rss.xml", "", "text/xml"},
		{"https://a.example/rss", "News", ""},
		{"https://feeds.c.example/x", "Elsewhere", ""},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Discover (-want +got):\n%s", diff)
	}
}

func TestIsFeed(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]bool{
		"<?xml version='1.0'?><!-- x --><rss>":       true,
		"<feed xmlns='http://www.w3.org/2005/Atom'>": true,
		"<rdf:RDF>":                         true,
		"\xff\xfe<\x00r\x00s\x00s\x00>\x00": true,
		`{"version":"https://jsonfeed.org/version/1","items":[]}`: true,
		`{"items":[]}`: false,
		"<!doctype html><html><head><title>rss</title></head></html>": false,
		"": false,
	} {
		if got := IsFeed([]byte(body), ""); got != want {
			t.Errorf("IsFeed(%q) = %v, want %v", body, got, want)
		}
	}
}
