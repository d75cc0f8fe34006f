package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"syscall"
	"time"

	"deskwire"
	"deskwire/cmd/deskwire/internal/config"
	"deskwire/cmd/deskwire/internal/wires"

	"github.com/spf13/cobra"
)

func (a *app) demoCmd() *cobra.Command {
	var listen string
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Run a complete newsroom on invented wires: no network, no configuration",
		Long: "Run a complete newsroom on wires and outlets that are invented and live inside this program: items keep arriving, some are edited,\n" +
			"one outlet carries the agency's copy, one upstream is broken. The store is in a temporary folder and is gone afterwards. Nothing\n" +
			"leaves this machine.",
		Example: "  deskwire demo\n  deskwire demo --listen 127.0.0.1:9000",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if a.env.Room != nil {
				return misusef("this is a daemon already")
			}
			return a.demo(cmd.Context(), listen)
		},
	}
	cmd.Flags().StringVar(&listen, "listen", "", "the loopback `ADDRESS` to listen on (default: localhost:8080, or the next free port)")
	return cmd
}

func (a *app) demo(ctx context.Context, listen string) error {
	l, err := demoListener(listen)
	if err != nil {
		return err
	}
	defer l.Close()
	dir, err := os.MkdirTemp("", "deskwire-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)

	site := fmt.Sprintf("http://localhost:%d", l.Addr().(*net.TCPAddr).Port)
	file := filepath.Join(dir, "config.yaml")
	text := wires.Config(wires.Place{Upstream: site, Site: site, Store: filepath.Join(dir, "deskwire.db")})
	if err := os.WriteFile(file, text, 0o600); err != nil {
		return err
	}
	a.flag.config = file
	plan, err := a.loadPlan()
	if err != nil {
		return fmt.Errorf("the demo's own configuration: %w", err)
	}
	return a.serve(ctx, plan, l, daemonOptions{
		// The world is at the same address as the newsroom, so that browsers may load its pictures; its outlets have other
		// paths.
		around: func(site http.Handler) http.Handler {
			return beside(site, wires.New(time.Now(), demoSeed).Handler(), plan.Sources)
		},
		up: func(*Newsroom) { a.greet(plan.Config, site) },
	})
}

// demoSeed makes every demo the same but for its time.
const demoSeed = 1

// beside serves the world's paths from the world and all others from the site.
func beside(site, world http.Handler, sources []deskwire.Source) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", site)
	mux.Handle("/pictures/", world)
	mux.Handle("/sounds/", world)
	for _, src := range sources {
		if u, err := url.Parse(src.URL); err == nil {
			mux.Handle(path.Dir(u.Path)+"/", world)
		}
	}
	return mux
}

// greet tells what there is to try.
func (a *app) greet(cfg *config.Config, site string) {
	fmt.Fprintf(a.out(), "\nA newsroom on invented wires is at %s/\n\n", site)
	t := newTable(a.out())
	for i := range cfg.Channels {
		c := &cfg.Channels[i]
		t.row("  "+c.Title, site+c.Path(), site+c.Path()+"feed.rss", "feed.atom", "feed.json")
	}
	t.flush()
	fmt.Fprintf(a.out(), "\nAll channels as OPML: %s/opml.xml\nBe the editor:  deskwire --config %s list desk/%s\nCtrl-C ends it.\n\n", site, cfg.Path, cfg.Channels[0].Name)
}

// demoListener listens on loopback only: the address that was asked for, or the first free port from 8080 on.
func demoListener(listen string) (net.Listener, error) {
	if listen != "" {
		host, _, err := net.SplitHostPort(listen)
		if err != nil {
			return nil, misusef("--listen %q: %w", listen, err)
		}
		if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			return nil, hint(misusef("the demo listens on loopback only"), "--listen 127.0.0.1:8080; for other machines there is `deskwire serve`")
		}
		l, err := net.Listen("tcp", listen)
		if err != nil {
			return nil, hint(err, "without --listen the demo takes the next free port")
		}
		return l, nil
	}
	const first, tries = 8080, 100
	for port := first; ; port++ {
		l, err := net.Listen("tcp", fmt.Sprintf("localhost:%d", port))
		if err == nil || !errors.Is(err, syscall.EADDRINUSE) || port == first+tries {
			return l, err
		}
	}
}
