package web

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"deskwire/publisher"
)

// A snippet is what one kind of web server can not see in files: exact media types, the choice of a feed by Accept, channels
// that moved and channels that are gone, articles that were withdrawn or that became part of another.
type snippet struct{ name, text string }

// snippets writes them for a surface. Names of channels are lower-case letters, digits and hyphens: nothing in them means
// anything to a server.
func snippets(s *publisher.Surface, withdrawn []string, articles map[string]string) []snippet {
	moved, gone := s.Redirects()
	r := rules{root: s.Site.Root(), policy: policyOf(s.Site.Images), moved: moved, from: slices.Sorted(maps.Keys(moved)), gone: gone, withdrawn: withdrawn, articles: articles}
	return []snippet{{"nginx.conf", r.nginx()}, {"Caddyfile", r.caddy()}, {"apache.conf", r.apache()}}
}

type rules struct {
	root   string
	policy string // of pages
	moved  map[string]string
	from   []string // keys of moved, sorted
	gone   []string

	withdrawn []string          // paths of pages that say so
	articles  map[string]string // path of a story's page -> the path it has now
}

func (r *rules) nginx() string {
	var b strings.Builder
	fmt.Fprintf(&b, `# Include this in a server block whose root is the folder above this one.
index index.html;
absolute_redirect off;
gzip_static on;
gzip_vary on;
types {
	text/html html;
	text/css css;
	text/javascript js;
	text/plain txt;
	image/svg+xml svg;
	image/jpeg jpg;
	application/rss+xml rss;
	application/atom+xml atom;
	application/feed+json json;
	text/x-opml opml;
	application/xml xml;
}
charset utf-8;
charset_types text/css text/javascript text/plain application/xml application/rss+xml application/atom+xml text/x-opml;
add_header X-Content-Type-Options nosniff always;
add_header Referrer-Policy %[1]s always;
add_header Content-Security-Policy "%[2]s" always;
add_header Cache-Control "%[3]s";
location ~ ^%[5]s/(desks|topics)/[^/]+/archive/[^/]+$ {
	add_header X-Content-Type-Options nosniff always;
	add_header Referrer-Policy %[1]s always;
	add_header Content-Security-Policy "%[4]s" always;
	add_header Cache-Control "%[6]s";
	add_header Access-Control-Allow-Origin *;
	add_header Access-Control-Expose-Headers "ETag, Link";
}
location ~ ^%[5]s/(desks|topics)/[^/]+/(embed/(index\.html)?|fragment\.html|oembed\.json)$ {
	types { text/html html; application/json json; }
	add_header X-Content-Type-Options nosniff always;
	add_header Referrer-Policy %[1]s always;
	add_header Content-Security-Policy "%[9]s" always;
	add_header Cache-Control "%[3]s";
	add_header Access-Control-Allow-Origin *;
	add_header Access-Control-Expose-Headers "ETag, Link";
}
location = %[5]s/embed.js {
	add_header X-Content-Type-Options nosniff always;
	add_header Referrer-Policy %[1]s always;
	add_header Content-Security-Policy "%[2]s" always;
	add_header Cache-Control "%[10]s";
	add_header Access-Control-Allow-Origin *;
	add_header Access-Control-Expose-Headers "ETag, Link";
}
location ~ ^%[5]s/images/ {
	add_header X-Content-Type-Options nosniff always;
	add_header Referrer-Policy %[1]s always;
	add_header Content-Security-Policy "%[4]s" always;
	add_header Cache-Control "%[8]s";
	add_header Cross-Origin-Resource-Policy cross-origin;
}
location ~ ^%[5]s/(desks|topics)/[^/]+/out/[^/]+/ {
	add_header X-Content-Type-Options nosniff always;
	add_header Referrer-Policy no-referrer always;
	add_header Content-Security-Policy "%[4]s" always;
	add_header Cache-Control "%[7]s";
	add_header X-Robots-Tag noindex;
	access_log off;
}
location ~ \.(rss|atom|json|opml)$ {
	add_header X-Content-Type-Options nosniff always;
	add_header Referrer-Policy %[1]s always;
	add_header Content-Security-Policy "%[4]s" always;
	add_header Cache-Control "%[3]s";
	add_header Access-Control-Allow-Origin *;
	add_header Access-Control-Expose-Headers "ETag, Link";
}
location = %[5]s/opml.xml {
	types { }
	default_type text/x-opml;
	add_header X-Content-Type-Options nosniff always;
	add_header Referrer-Policy %[1]s always;
	add_header Content-Security-Policy "%[4]s" always;
	add_header Cache-Control "%[3]s";
	add_header Access-Control-Allow-Origin *;
}
location ~ ^%[5]s/(desks|topics)/[^/]+/feed$ {
	if ($http_accept ~* "application/atom\+xml") { rewrite ^ $uri.atom last; }
	if ($http_accept ~* "application/(feed\+)?json") { rewrite ^ $uri.json last; }
	rewrite ^ $uri.rss last;
}
location ~ /\. { return 404; }
location ^~ %[5]s/_server/ { return 404; }
`, referrerPolicy, r.policy, cacheNews, feedPolicy, r.root, cacheArchive, cacheSecret, cachePicture, embedPolicy(r.policy), cacheAssets)
	for _, from := range r.from {
		fmt.Fprintf(&b, "location ^~ %[1]s%[2]s { rewrite ^%[1]s%[2]s(.*)$ %[1]s%[3]s$1 permanent; }\n", r.root, from, r.moved[from])
	}
	for _, path := range r.gone {
		fmt.Fprintf(&b, "location ^~ %s%s { return 410; }\n", r.root, path)
	}
	for _, path := range r.withdrawn {
		fmt.Fprintf(&b, "location = %[1]s%[2]s { error_page 410 %[1]s%[2]sindex.html; return 410; }\n", r.root, path)
	}
	for _, from := range slices.Sorted(maps.Keys(r.articles)) {
		fmt.Fprintf(&b, "location = %[1]s%[2]s { return 301 %[1]s%[3]s; }\n", r.root, from, r.articles[from])
	}
	return b.String()
}

func (r *rules) caddy() string {
	var b strings.Builder
	fmt.Fprintf(&b, `# Import this in a site block, after a line "root * FOLDER" that names the folder above this one.
route {
	@hidden path %[5]s/_server/* %[5]s/.*
	respond @hidden 404
`, referrerPolicy, r.policy, cacheNews, feedPolicy, r.root, cacheSecret)
	for i, from := range r.from {
		fmt.Fprintf(&b, "\t@moved%[1]d path_regexp moved%[1]d ^%[2]s%[3]s(.*)$\n\tredir @moved%[1]d %[2]s%[4]s{re.moved%[1]d.1} permanent\n", i, r.root, from, r.moved[from])
	}
	for i, path := range r.gone {
		fmt.Fprintf(&b, "\t@gone%[1]d path %[2]s%[3]s*\n\trespond @gone%[1]d 410\n", i, r.root, path)
	}
	for _, from := range slices.Sorted(maps.Keys(r.articles)) {
		fmt.Fprintf(&b, "\tredir %[1]s%[2]s %[1]s%[3]s permanent\n", r.root, from, r.articles[from])
	}
	fmt.Fprintf(&b, `	@asAtom {
		path_regexp ^%[5]s/(desks|topics)/[^/]+/feed$
		header Accept *application/atom+xml*
	}
	rewrite @asAtom {path}.atom
	@asJSON {
		path_regexp ^%[5]s/(desks|topics)/[^/]+/feed$
		header_regexp Accept application/(feed\+)?json
	}
	rewrite @asJSON {path}.json
	@asRSS path_regexp ^%[5]s/(desks|topics)/[^/]+/feed$
	rewrite @asRSS {path}.rss
	header {
		X-Content-Type-Options nosniff
		Referrer-Policy %[1]s
		Cache-Control "%[3]s"
		Content-Security-Policy "%[2]s"
	}
	@feeds path *.rss *.atom *.json *.opml */opml.xml
	header @feeds {
		Content-Security-Policy "%[4]s"
		Access-Control-Allow-Origin *
		Access-Control-Expose-Headers "ETag, Link"
	}
	@embeds path_regexp ^%[5]s/((desks|topics)/[^/]+/(embed/|fragment\.html|oembed\.json)|embed\.js)$
	header @embeds {
		Access-Control-Allow-Origin *
		Access-Control-Expose-Headers "ETag, Link"
	}
	@framed path_regexp ^%[5]s/(desks|topics)/[^/]+/(embed/|fragment\.html|oembed\.json)$
	header @framed Content-Security-Policy "%[10]s"
	@archive path_regexp ^%[5]s/(desks|topics)/[^/]+/archive/[^/]+$
	header @archive Cache-Control "%[6]s"
	@pictures path %[5]s/images/*
	header @pictures {
		Content-Security-Policy "%[4]s"
		Cache-Control "%[9]s"
		Cross-Origin-Resource-Policy cross-origin
	}
	@secret path_regexp ^%[5]s/(desks|topics)/[^/]+/out/[^/]+/
	header @secret {
		Referrer-Policy no-referrer
		Cache-Control "%[7]s"
		X-Robots-Tag noindex
		-Access-Control-Allow-Origin
		-Access-Control-Expose-Headers
	}
	@rss path *.rss
	header @rss Content-Type "application/rss+xml; charset=utf-8"
	@atom path *.atom
	header @atom Content-Type "application/atom+xml; charset=utf-8"
	@json path *.json
	header @json Content-Type application/feed+json
	@oembed path */oembed.json
	header @oembed Content-Type application/json
	@opml path *.opml */opml.xml
	header @opml Content-Type "text/x-opml; charset=utf-8"
	@xml path */news-sitemap.xml
	header @xml Content-Type "application/xml; charset=utf-8"
%[8]s	file_server {
		precompressed br gzip
	}
}
`, referrerPolicy, r.policy, cacheNews, feedPolicy, r.root, cacheArchive, cacheSecret, r.caddyWithdrawn(), cachePicture, embedPolicy(r.policy))
	return b.String()
}

// caddyWithdrawn answers 410 with the page that says why.
func (r *rules) caddyWithdrawn() string {
	if len(r.withdrawn) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("\t@withdrawn path")
	for _, path := range r.withdrawn {
		b.WriteString(" " + r.root + path)
	}
	b.WriteString("\n\tfile_server @withdrawn {\n\t\tstatus 410\n\t\tprecompressed br gzip\n\t}\n")
	return b.String()
}

func (r *rules) apache() string {
	var b strings.Builder
	fmt.Fprintf(&b, `# Include this in a virtual host whose DocumentRoot is the folder above this one.
DirectoryIndex index.html
AddType "text/html; charset=utf-8" .html
AddType "text/css; charset=utf-8" .css
AddType "text/plain; charset=utf-8" .txt
AddType "application/rss+xml; charset=utf-8" .rss
AddType "application/atom+xml; charset=utf-8" .atom
AddType application/feed+json .json
AddType "text/x-opml; charset=utf-8" .opml
AddType "application/xml; charset=utf-8" .xml
AddType image/jpeg .jpg
AddType "text/javascript; charset=utf-8" .js
<Files "oembed.json">
	ForceType application/json
</Files>
<Files "opml.xml">
	ForceType "text/x-opml; charset=utf-8"
</Files>
<IfModule mod_headers.c>
	Header always set X-Content-Type-Options nosniff
	Header always set Referrer-Policy %[1]s
	Header set Cache-Control "%[3]s"
	Header set Content-Security-Policy "%[2]s"
	<FilesMatch "(\.(rss|atom|json|opml)|^opml\.xml)$">
		Header set Content-Security-Policy "%[4]s"
		Header set Access-Control-Allow-Origin *
		Header set Access-Control-Expose-Headers "ETag, Link"
	</FilesMatch>
	<LocationMatch "^%[5]s/((desks|topics)/[^/]+/(embed/(index\.html)?|fragment\.html|oembed\.json)|embed\.js)$">
		Header set Access-Control-Allow-Origin *
		Header set Access-Control-Expose-Headers "ETag, Link"
	</LocationMatch>
	<LocationMatch "^%[5]s/(desks|topics)/[^/]+/(embed/(index\.html)?|fragment\.html|oembed\.json)$">
		Header set Content-Security-Policy "%[9]s"
	</LocationMatch>
	<LocationMatch "^%[5]s/(desks|topics)/[^/]+/archive/[^/]+$">
		Header set Cache-Control "%[6]s"
	</LocationMatch>
	<LocationMatch "^%[5]s/images/">
		Header set Content-Security-Policy "%[4]s"
		Header set Cache-Control "%[8]s"
		Header set Cross-Origin-Resource-Policy cross-origin
	</LocationMatch>
	<LocationMatch "^%[5]s/(desks|topics)/[^/]+/out/[^/]+/">
		Header always set Referrer-Policy no-referrer
		Header set Cache-Control "%[7]s"
		Header set X-Robots-Tag noindex
		Header unset Access-Control-Allow-Origin
		Header unset Access-Control-Expose-Headers
	</LocationMatch>
</IfModule>
<IfModule mod_rewrite.c>
	RewriteEngine On
	RewriteCond %%{HTTP_ACCEPT} application/atom\+xml [NC]
	RewriteRule ^%[5]s/((desks|topics)/[^/]+/feed)$ %[5]s/$1.atom [PT]
	RewriteCond %%{HTTP_ACCEPT} application/(feed\+)?json [NC]
	RewriteRule ^%[5]s/((desks|topics)/[^/]+/feed)$ %[5]s/$1.json [PT]
	RewriteRule ^%[5]s/((desks|topics)/[^/]+/feed)$ %[5]s/$1.rss [PT]
</IfModule>
RedirectMatch 404 ^%[5]s/(_server/|\.)
`, referrerPolicy, r.policy, cacheNews, feedPolicy, r.root, cacheArchive, cacheSecret, cachePicture, embedPolicy(r.policy))
	for _, from := range r.from {
		fmt.Fprintf(&b, "RedirectMatch 301 ^%[1]s%[2]s(.*)$ %[1]s%[3]s$1\n", r.root, from, r.moved[from])
	}
	for _, path := range r.gone {
		fmt.Fprintf(&b, "RedirectMatch 410 ^%s%s\n", r.root, path)
	}
	for _, path := range r.withdrawn {
		fmt.Fprintf(&b, "<LocationMatch \"^%[1]s%[2]s$\">\n\tErrorDocument 410 %[1]s%[2]sindex.html\n</LocationMatch>\nRedirectMatch 410 ^%[1]s%[2]s$\n", r.root, path)
	}
	for _, from := range slices.Sorted(maps.Keys(r.articles)) {
		fmt.Fprintf(&b, "RedirectMatch 301 ^%[1]s%[2]s$ %[1]s%[3]s\n", r.root, from, r.articles[from])
	}
	return b.String()
}
