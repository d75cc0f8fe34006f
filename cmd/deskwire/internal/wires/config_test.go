package wires

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"deskwire/cmd/deskwire/internal/config"
)

// The configuration names feeds that exist, all of them, and a store with any name.
func TestConfig(t *testing.T) {
	t.Parallel()
	text := string(Config(Place{Upstream: home, Site: "http://localhost:8080", Store: `/tmp/a "b" $c/deskwire.db`}))
	if strings.Contains(text, "${") {
		t.Error("a placeholder is left")
	}
	if want := `path: "/tmp/a \"b\" $$c/deskwire.db"`; !strings.Contains(text, want) {
		t.Errorf("no %s in it", want)
	}
	for _, o := range New(begun, 1).outlets {
		if want := fmt.Sprintf("- name: %s\n", o.Name); !strings.Contains(text, want) {
			t.Errorf("no %q in it", want)
		}
		if want := fmt.Sprintf("url: %q", home+"/"+o.Name+"/"+o.Feed); !strings.Contains(text, want) {
			t.Errorf("no %s in it", want)
		}
	}
}

// The configuration is a good one: it loads without a warning, asks for categories that there are, and shows faces that there
// are.
func TestConfigLoads(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(file, Config(Place{Upstream: home, Site: "http://localhost:8080", Store: "/tmp/deskwire.db"}), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, problems, err := config.Load(file, func(string) string { return "" })
	if err != nil || len(problems) > 0 {
		t.Fatalf("%v %v", err, problems)
	}
	w := New(begun, 1)
	desks := map[string]bool{}
	for _, o := range w.outlets {
		for _, text := range o.texts {
			desks[text.desk] = true
		}
	}
	for _, ch := range cfg.Channels {
		for _, r := range ch.Take {
			for _, c := range r.Categories {
				if !desks[c] {
					t.Errorf("%s takes %s, which nobody writes", ch.Key(), c)
				}
			}
		}
		if path, ok := strings.CutPrefix(ch.Face.Picture, home); ch.Kind == "desk" && (!ok || get(w.Handler(), path).Code != 200) {
			t.Errorf("%s: no picture %s", ch.Key(), ch.Face.Picture)
		}
	}
}
