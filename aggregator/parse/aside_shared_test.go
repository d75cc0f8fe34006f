package parse

import (
	"bytes"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mmcdole/gofeed"
)

// What is taken out of the texts of the collected feeds, by why; with -v all of it is shown, to be read.
func TestCollectedAsides(t *testing.T) {
	t.Parallel()
	dir := sharedFeeds(t)
	base, err := url.Parse("https://feeds.example.org/a/feed.xml")
	if err != nil {
		t.Fatal(err)
	}
	c, r := cleaner{}, newReader(Input{URL: base.String()})
	texts, before, removed := 0, 0, map[string]int{}
	size := map[string]int{}
	file := ""
	c.tidy.told = func(why string, html []byte) {
		removed[why]++
		size[why] += len(html)
		if testing.Verbose() {
			t.Logf("%-8s %s: %s", why, file, strings.Join(strings.Fields(string(html[:min(len(html), 500)])), " "))
		}
	}
	for _, f := range manifest(t, dir) {
		body, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(f.path)))
		if err != nil {
			t.Error(err)
			continue
		}
		feed, err := gofeed.NewParser().Parse(bytes.NewReader(body))
		if err != nil {
			continue
		}
		file = f.path
		for _, it := range feed.Items {
			for _, s := range []string{it.Content, it.Description} {
				if strings.IndexByte(s, '<') < 0 {
					continue
				}
				texts++
				before += len(s)
				got := c.clean([]byte(s), base, r.resolve)
				if again := c.clean([]byte(got.html), base, r.resolve); again.html != got.html {
					t.Errorf("%s: cleaned again it changes:\n%s\n%s", f.path, got.html, again.html)
				}
			}
		}
	}
	t.Logf("%d texts of HTML, %d bytes", texts, before)
	for why, n := range removed {
		t.Logf("taken out %-8s %4d times, %d bytes", why, n, size[why])
	}
}
