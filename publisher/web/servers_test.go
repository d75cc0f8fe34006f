package web

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"deskwire"
	"deskwire/publisher"
)

// Under other servers with the written snippet the files answer as serve does: bytes, media types, policies, compressed forms,
// moved and closed channels, the choice by Accept.
func TestUnderOtherServers(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(t *testing.T, bin, dir, addr string) *exec.Cmd{"nginx": nginx, "caddy": caddy, "apache2": apache} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bin := os.Getenv(strings.ToUpper(name))
			if bin == "" {
				var err error
				if bin, err = exec.LookPath(name); err != nil {
					t.Skipf("no %[1]s: put it into the path or name it in %[2]s", name, strings.ToUpper(name))
				}
			}
			// Apache packs by itself.
			under(t, name != "apache2", func(dir, addr string) *exec.Cmd { return start(t, bin, dir, addr) })
		})
	}
}

func under(t *testing.T, packs bool, command func(dir, addr string) *exec.Cmd) {
	n := running(t)
	short := world
	short.Policy.Limit = 1
	n.channels = []deskwire.Channel{short}
	n.press.Reconfigure(n.site, n.channels, n.sources)
	n.publish()
	first := n.newest()
	n.now = n.now.Add(time.Second)
	n.say("harbour", "Taken back")
	killed := n.newest()
	n.now = n.now.Add(time.Second)
	n.say("harbour", "Told again")
	part := n.newest()
	n.publish()
	n.decide(deskwire.Decision{Verb: deskwire.Kill, Article: killed})
	n.decide(deskwire.Decision{Verb: deskwire.Merge, Article: first, With: part})
	n.publish()
	dir := t.TempDir()
	for name, b := range export(t, n) {
		file := filepath.Join(dir, "www", filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	base := start(t, dir, command)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	ask := func(path string, headers ...string) *http.Response {
		r, err := http.NewRequestWithContext(t.Context(), "GET", base+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Accept-Encoding", "identity")
		for _, h := range headers {
			if name, value, ok := strings.Cut(h, ": "); ok {
				r.Header.Set(name, value)
			}
		}
		got, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { got.Body.Close() })
		return got
	}
	docs := slices.Collect(n.press.Surface().Documents())
	const page = "/desks/world/archive/1-2.atom"
	doc, _, err := n.press.ArchivePage(t.Context(), page, n.now)
	if err != nil {
		t.Fatal(err)
	}
	article, _, _, err := n.press.ArticlePage(t.Context(), articleURL(first), n.now)
	if err != nil {
		t.Fatal(err)
	}
	notice, _, _, err := n.press.ArticlePage(t.Context(), articleURL(killed), n.now)
	if err != nil {
		t.Fatal(err)
	}
	if got := ask(notice.Path); got.StatusCode != 410 || !bytes.Equal(body(t, got), notice.Plain.Body) {
		t.Errorf("%s = %d", notice.Path, got.StatusCode)
	}
	for _, d := range append(docs, doc, article) {
		got, want := ask(d.Path), n.ask("GET", d.Path)
		if b := body(t, got); got.StatusCode != 200 || !bytes.Equal(b, d.Plain.Body) {
			t.Errorf("%s = %d, %d bytes, want %d", d.Path, got.StatusCode, len(b), len(d.Plain.Body))
		}
		for _, name := range []string{"Content-Type", "X-Content-Type-Options", "Content-Security-Policy", "Access-Control-Allow-Origin", "Cache-Control", "X-Robots-Tag", "Referrer-Policy"} {
			if name == "Cache-Control" && d.Kind == publisher.KindAsset {
				continue // files do not know how long they last
			}
			if g, w := got.Header.Get(name), want.Header.Get(name); g != w {
				t.Errorf("%s: %s: %q, served %q", d.Path, name, g, w)
			}
		}
		if d.Gzip.Body == nil || !packs {
			continue
		}
		got = ask(d.Path, "Accept-Encoding: gzip")
		if b := body(t, got); got.Header.Get("Content-Encoding") != "gzip" || !bytes.Equal(b, d.Gzip.Body) || got.Header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("%s gzip: %v, %d bytes, want %d", d.Path, got.Header, len(b), len(d.Gzip.Body))
		}
	}
	if got, want := ask(page).Header.Get("Cache-Control"), n.ask("GET", page).Header.Get("Cache-Control"); got != want {
		t.Errorf("%s: Cache-Control %q, served %q", page, got, want)
	}
	for _, tt := range []struct {
		path, header string
		status       int
		want         string
	}{
		{articleURL(part), "", 301, "Location: " + articleURL(first)},
		{"/desks/abroad/feed.rss", "", 301, "Location: " + rss}, {"/topics/bridges/feed.rss", "", 410, ""}, {"/nowhere", "", 404, ""},
		{"/desks/world/feed", "", 200, "Content-Type: application/rss+xml; charset=utf-8"}, {"/desks/world/feed", "Accept: application/atom+xml", 200, "Content-Type: application/atom+xml; charset=utf-8"},
		{"/desks/world/feed", "Accept: application/feed+json", 200, "Content-Type: application/feed+json"}, {"/_server/nginx.conf", "", 404, ""}, {"/" + Manifest, "", 404, ""},
	} {
		got := ask(tt.path, tt.header)
		name, value, _ := strings.Cut(tt.want, ": ")
		if got.StatusCode != tt.status || name != "" && !strings.HasSuffix(got.Header.Get(name), value) {
			t.Errorf("%s (%s) = %d %v, want %d %s", tt.path, tt.header, got.StatusCode, got.Header, tt.status, tt.want)
		}
	}
}

// start serves dir/www with another server, and returns its address.
func start(t *testing.T, dir string, command func(dir, addr string) *exec.Cmd) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	var out bytes.Buffer
	cmd := command(dir, addr)
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	exited := make(chan error, 1)
	go func() { exited <- cmd.Wait() }()
	t.Cleanup(func() {
		cmd.Process.Signal(os.Interrupt)
		<-exited
	})
	for range 200 {
		select {
		case err := <-exited:
			exited <- err
			t.Fatalf("%s: %v\n%s", cmd.Path, err, out.Bytes())
		default:
		}
		if c, err := net.Dial("tcp", addr); err == nil {
			c.Close()
			return "http://" + addr
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("%s does not listen", cmd.Path)
	return ""
}

func nginx(t *testing.T, bin, dir, addr string) *exec.Cmd {
	user := ""
	if os.Getuid() == 0 {
		user = "user root;"
	}
	conf := filepath.Join(dir, "nginx.conf")
	writeFile(t, conf, fmt.Sprintf(`daemon off;
pid %[1]s/pid;
%[3]s
events {}
http {
	access_log off;
	client_body_temp_path %[1]s/a; proxy_temp_path %[1]s/b; fastcgi_temp_path %[1]s/c; uwsgi_temp_path %[1]s/d; scgi_temp_path %[1]s/e;
	server {
		listen %[2]s;
		root %[1]s/www;
		include %[1]s/www/_server/nginx.conf;
	}
}
`, dir, addr, user))
	return exec.Command(bin, "-c", conf, "-p", dir, "-e", filepath.Join(dir, "error.log"))
}

func caddy(t *testing.T, bin, dir, addr string) *exec.Cmd {
	conf := filepath.Join(dir, "Caddyfile")
	writeFile(t, conf, fmt.Sprintf(`{
	admin off
	auto_https off
}
http://%[2]s {
	root * %[1]s/www
	import %[1]s/www/_server/Caddyfile
}
`, dir, addr))
	cmd := exec.Command(bin, "run", "--config", conf, "--adapter", "caddyfile")
	cmd.Env = append(os.Environ(), "HOME="+dir, "XDG_DATA_HOME="+dir, "XDG_CONFIG_HOME="+dir)
	return cmd
}

func apache(t *testing.T, bin, dir, addr string) *exec.Cmd {
	modules := filepath.Join(filepath.Dir(filepath.Dir(bin)), "lib", "apache2", "modules")
	user := ""
	if os.Getuid() == 0 {
		user = "User daemon\nGroup daemon"
	}
	var load strings.Builder
	for _, m := range []string{"mpm_event", "authz_core", "mime", "dir", "alias", "headers", "rewrite"} {
		fmt.Fprintf(&load, "LoadModule %[1]s_module %[2]s/mod_%[1]s.so\n", m, modules)
	}
	conf := filepath.Join(dir, "httpd.conf")
	writeFile(t, conf, fmt.Sprintf(`ServerRoot %[1]s
PidFile %[1]s/pid
ErrorLog %[1]s/error.log
ServerName localhost
Listen %[2]s
%[4]s
%[3]s
TypesConfig /dev/null
<VirtualHost *>
	DocumentRoot %[1]s/www
	<Directory %[1]s/www>
		Require all granted
	</Directory>
	Include %[1]s/www/_server/apache.conf
</VirtualHost>
`, dir, addr, load.String(), user))
	// The server's own user has to reach the folder.
	for d := dir; len(d) > len(os.TempDir()); d = filepath.Dir(d) {
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return exec.Command(bin, "-f", conf, "-DFOREGROUND")
}

func writeFile(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
