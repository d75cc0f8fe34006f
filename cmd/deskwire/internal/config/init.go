package config

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"deskwire"

	"golang.org/x/net/idna"
)

// Answers are what a first configuration is made from.
type Answers struct {
	URL  string    // where readers will find the site
	Full bool      // the complete, commented sample instead of ten lines
	Now  time.Time // its year goes into site.id
}

// Initial is the text of a first configuration. It can be used as it is.
func Initial(a Answers) ([]byte, error) {
	u, err := url.Parse(a.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return nil, fmt.Errorf("%q is not a web address, such as https://news.example.org: %w", a.URL, deskwire.ErrInvalid)
	}
	if err := checkHost(u); err != nil {
		return nil, fmt.Errorf("%q: %w: %w", a.URL, err, deskwire.ErrInvalid)
	}
	address := strings.TrimRight(u.String(), "/")
	id := fmt.Sprintf("%s,%04d", tagger(u.Hostname()), a.Now.UTC().Year())
	if a.Full {
		text := deskwire.SampleConfig()
		for _, line := range []struct{ key, value string }{{"  url: ", address}, {"  id: ", id}} {
			text, err = replaceFirst(text, line.key, line.value)
			if err != nil {
				return nil, err
			}
		}
		return text, nil
	}
	return fmt.Appendf(nil, initial, address, id), nil
}

const initial = `site:
  url: %q
  id: %q # stays for ever, whatever happens to url: it is part of every guid
sources:
  - {name: kyiv-independent, url: "https://kyivindependent.com/news-archive/rss/"}
  - {name: bbc-world, url: "https://feeds.bbci.co.uk/news/world/rss.xml"}
desks:
  - name: world
    title: World
    take: [{sources: [kyiv-independent, bbc-world]}]
`

// replaceFirst puts a value into the first line that begins with key and keeps the comment behind it.
func replaceFirst(text []byte, key, value string) ([]byte, error) {
	before, rest, found := bytes.Cut(text, []byte("\n"+key))
	if !found {
		return nil, fmt.Errorf("the sample has no line %q", key)
	}
	line, after, _ := bytes.Cut(rest, []byte("\n"))
	_, comment, commented := bytes.Cut(line, []byte(" #"))
	out := fmt.Appendf(nil, "%s\n%s%q", before, key, value)
	if commented {
		out = fmt.Appendf(out, " #%s", comment)
	}
	return fmt.Appendf(out, "\n%s", after), nil
}

// tagger is the domain that a site's ids are made with. An address that is no domain can not be held by anybody: such a site
// is for trying things out.
func tagger(host string) string {
	host, err := idna.Lookup.ToASCII(strings.ToLower(host))
	if _, ip := netip.ParseAddr(host); err != nil || ip == nil || !authority.MatchString(host) {
		return "localhost"
	}
	return strings.TrimPrefix(host, "www.")
}

// Init writes text as config.yaml into dir, which it makes where there is none, and returns its path. It does not overwrite:
// where there is a configuration the error is fs.ErrExist.
func Init(dir string, text []byte) (string, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	path := filepath.Join(dir, "config.yaml")
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return "", fmt.Errorf("%s: there is a configuration already, and it stays as it is: %w", path, fs.ErrExist)
	}
	if err != nil {
		return "", err
	}
	_, err = f.Write(text)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		// Half a configuration would stand in the way of the next try.
		return "", errors.Join(err, os.Remove(path))
	}
	return path, nil
}
