package web

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"

	"deskwire/publisher"
)

// A Sink takes the files of an export. Close makes a file whole; Abort drops it.
type Sink func(name string) (io.WriteCloser, error)

// Manifest is the name of the file that lists all others, a line each, so that the next export knows what to remove. It is
// written last.
const Manifest = ".deskwire-export"

// Export writes everything that the press has as files: the same bytes at the same addresses as over HTTP, their compressed
// forms beside them, and what web servers have to be told. It returns how many files that were.
func Export(ctx context.Context, press *publisher.Press, sink Sink) (int, error) {
	var names []string
	put := func(name string, body []byte) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		names = append(names, name)
		w, err := sink(name)
		if err != nil {
			return err
		}
		if _, err := w.Write(body); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := w.Close(); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	}
	for d := range press.Surface() {
		name := fileName(d.Path)
		for suffix, f := range map[string]publisher.Form{"": d.Plain, ".gz": d.Gzip, ".br": d.Brotli} {
			if f.Body == nil && suffix != "" {
				continue
			}
			if err := put(name+suffix, f.Body); err != nil {
				return len(names), err
			}
		}
	}
	moved, gone := press.Redirects()
	for name, body := range snippets(moved, gone) {
		if err := put(name, body); err != nil {
			return len(names), err
		}
	}
	slices.Sort(names)
	return len(names), put(Manifest, []byte(strings.Join(names, "\n")+"\n"))
}

// fileName is the file of a path: a folder's page is its index.html.
func fileName(p string) string {
	name := strings.TrimPrefix(path.Clean(p), "/")
	if strings.HasSuffix(p, "/") {
		name = strings.TrimPrefix(path.Join(name, "index.html"), "/")
	}
	return name
}

// snippets are what web servers can not see in files: exact media types, channels that moved and channels that are gone.
func snippets(moved map[string]string, gone []string) map[string][]byte {
	var nginx, caddy, apache bytes.Buffer
	nginx.WriteString("# include this in the server block; root is this folder\n" +
		"types { text/html html; text/css css; image/svg+xml svg; application/rss+xml rss; application/atom+xml atom; application/feed+json json; text/x-opml opml; }\n" +
		"charset utf-8;\ncharset_types text/html text/css application/rss+xml application/atom+xml application/feed+json text/x-opml;\n" +
		"gzip_static on;\nadd_header X-Content-Type-Options nosniff always;\nadd_header Cache-Control \"public, max-age=60, stale-if-error=86400\";\n" +
		"location = /opml.xml { types { } default_type text/x-opml; }\nlocation ~ /\\.(deskwire|ht) { return 404; }\nlocation ^~ /_server/ { return 404; }\n")
	caddy.WriteString("# import this in the site block\nroot * .\nfile_server {\n\tprecompressed br gzip\n\thide .deskwire-export _server\n}\n" +
		"header *.rss Content-Type \"application/rss+xml; charset=utf-8\"\nheader *.atom Content-Type \"application/atom+xml; charset=utf-8\"\n" +
		"header *feed.json Content-Type \"application/feed+json; charset=utf-8\"\nheader *.opml Content-Type \"text/x-opml; charset=utf-8\"\nheader X-Content-Type-Options nosniff\n")
	apache.WriteString("# Include this in the virtual host, or put it into .htaccess\nAddType application/rss+xml .rss\nAddType application/atom+xml .atom\n" +
		"<Files \"feed.json\">\n\tForceType application/feed+json\n</Files>\nAddType text/x-opml .opml\nAddDefaultCharset utf-8\nHeader set X-Content-Type-Options nosniff\n")
	for _, from := range slices.Sorted(maps.Keys(moved)) {
		to := moved[from]
		fmt.Fprintf(&nginx, "location ^~ %s { rewrite ^%s(.*)$ %s$1 permanent; }\n", from, from, to)
		fmt.Fprintf(&caddy, "redir %s* %s{path.2} permanent\n", from, to)
		fmt.Fprintf(&apache, "RedirectMatch permanent ^%s(.*)$ %s$1\n", from, to)
	}
	for _, from := range gone {
		fmt.Fprintf(&nginx, "location ^~ %s { return 410; }\n", from)
		fmt.Fprintf(&caddy, "respond %s* 410\n", from)
		fmt.Fprintf(&apache, "RedirectMatch gone ^%s\n", from)
	}
	return map[string][]byte{"_server/nginx.conf": nginx.Bytes(), "_server/Caddyfile": caddy.Bytes(), "_server/apache.conf": apache.Bytes()}
}
