package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"time"

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

	upstream, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	world := wires.New(time.Now(), 1)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := serveHTTP(ctx, upstream, world.Handler()); err != nil {
			cancel(fmt.Errorf("the invented wires: %w", err))
		}
	}()
	defer func() {
		cancel(nil)
		<-ended
	}()

	site := fmt.Sprintf("http://localhost:%d", l.Addr().(*net.TCPAddr).Port)
	path := filepath.Join(dir, "config.yaml")
	text := wires.Config(wires.Place{Upstream: "http://" + upstream.Addr().String(), Site: site, Store: filepath.Join(dir, "deskwire.db")})
	if err := os.WriteFile(path, text, 0o600); err != nil {
		return err
	}
	a.flag.config = path
	plan, err := a.loadPlan()
	if err != nil {
		return fmt.Errorf("the demo's own configuration: %w", err)
	}
	return a.serve(ctx, plan, l, func(*Newsroom) { a.greet(plan.Config, site) })
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
