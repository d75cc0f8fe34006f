package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"deskwire"
	"deskwire/cmd/deskwire/internal/control"
	"deskwire/publisher/web"
	"deskwire/storage"

	"github.com/coreos/go-systemd/v22/daemon"
	"github.com/spf13/cobra"
)

func (a *app) serveCmd() *cobra.Command {
	var listen string
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run the newsroom: ask sources on schedule, publish over HTTP",
		Long: "Run the newsroom: ask sources when they are due, file what is new, and publish every desk and topic over HTTP. Ends on SIGTERM or an\n" +
			"interrupt within five seconds; reads its configuration again on SIGHUP or `deskwire reload`.",
		Example: "  deskwire serve\n  deskwire serve --config /etc/deskwire/config.yaml --listen :8080",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if a.env.Room != nil {
				return misusef("this is a daemon already")
			}
			plan, err := a.loadPlan()
			if err != nil {
				return err
			}
			if listen != "" {
				plan.Serve.Listen = listen
			}
			l, err := net.Listen("tcp", plan.Serve.Listen)
			if err != nil {
				return hint(fmt.Errorf("serve: %w", err), "another program has the address; choose one with --listen or serve.listen")
			}
			return a.serve(cmd.Context(), plan, l, daemonOptions{})
		},
	}
	cmd.Flags().StringVar(&listen, "listen", "", "the `ADDRESS` to listen on (default: serve.listen of the configuration)")
	return cmd
}

// daemonOptions are what the demo adds to a daemon.
type daemonOptions struct {
	around func(http.Handler) http.Handler // wraps the site; nil leaves it as it is
	up     func(n *Newsroom)               // called once readers can be served; nil calls nobody
}

// serve runs the newsroom on l until ctx ends.
func (a *app) serve(ctx context.Context, plan *Plan, l net.Listener, o daemonOptions) error {
	defer l.Close()
	n, err := a.own(ctx, plan)
	if err != nil {
		return err
	}
	defer n.Close()
	press, err := n.Plan().press(n.Store)
	if err != nil {
		return err
	}
	load := func() (*Plan, error) {
		fresh, err := a.loadPlan()
		if err == nil {
			// --listen holds across reloads.
			fresh.Serve.Listen = plan.Serve.Listen
		}
		return fresh, err
	}
	n.follower = newFollower(n, press, load)
	n.proxy = n.pictures()
	defer n.proxy.Cache.Close()
	if err := openCache(plan, n.proxy); err != nil {
		return err
	}
	m := newMetrics(n)
	n.follower.observe = m.pass

	path, err := plan.socket(a.env.Getenv)
	if err != nil {
		return err
	}
	sock, err := control.Listen(path)
	if err != nil {
		return fmt.Errorf("control socket: %w", err)
	}
	var metricsListener net.Listener
	if plan.Serve.Metrics != "" {
		if metricsListener, err = net.Listen("tcp", plan.Serve.Metrics); err != nil {
			sock.Close()
			return fmt.Errorf("serve.metrics: %w", err)
		}
	}

	// Whatever ends first ends all: a daemon that lost one of its parts is better restarted.
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	part := func(name string, f func(context.Context) error) {
		wg.Go(func() {
			if err := f(ctx); err != nil && ctx.Err() == nil {
				cancel(fmt.Errorf("%s: %w", name, err))
			}
		})
	}
	searcher := n.searcher(press)
	handler := web.New(press, web.Options{Log: n.Log, Done: ctx.Done(), Pictures: n.proxy, Search: searcher, Words: n.pages})
	if o.around != nil {
		handler = o.around(handler)
	}
	part("http", func(ctx context.Context) error { return serveHTTP(ctx, web.Limited(l), m.count(handler)) })
	part("control socket", func(ctx context.Context) error { return n.controlServer(a.env.Getenv).Serve(ctx, sock) })
	if metricsListener != nil {
		part("metrics", func(ctx context.Context) error { return serveHTTP(ctx, metricsListener, m.handler()) })
	}
	part("follower", n.follower.run)
	part("ingest", func(ctx context.Context) error {
		ag := n.aggregator()
		ag.Observe = m.source
		select { // readers first
		case <-n.follower.ready:
		case <-ctx.Done():
			return nil
		}
		return ag.Run(ctx, func() []deskwire.Source { return n.Plan().Sources })
	})
	part("lists", func(ctx context.Context) error {
		select {
		case <-n.follower.ready:
			return n.follows(ctx)
		case <-ctx.Done():
			return nil
		}
	})
	if searcher != nil {
		part("search", searcher.Run)
	}
	part("sweep", n.sweeps)
	part("heap", tendHeap)
	part("signals", func(ctx context.Context) error { return n.hangups(ctx) })
	part("systemd", func(ctx context.Context) error { return n.tellSystemd(ctx) })
	part("ready", func(ctx context.Context) error {
		select {
		case <-n.follower.ready:
			n.Log.Info("ready", "listen", l.Addr().String(), "site", plan.Site.URL, "sources", len(plan.Sources), "channels", len(plan.Channels))
			if o.up != nil {
				o.up(n)
			}
		case <-ctx.Done():
		}
		return nil
	})
	<-ctx.Done()
	cause := context.Cause(ctx)
	n.Log.Info("stopping")
	return endWithin(&wg, cause)
}

// endWithin waits for what still runs, but no longer than people and systemd would.
func endWithin(wg *sync.WaitGroup, cause error) error {
	done := make(chan struct{})
	go func() {
		wg.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(stopTime):
		return fmt.Errorf("gave up waiting after %v: %w", stopTime, errors.Join(cause))
	}
	if errors.Is(cause, context.Canceled) {
		return nil
	}
	return cause
}

// own opens the store for a daemon: nobody does the work for it, so it waits for whoever has the store to end.
func (a *app) own(ctx context.Context, plan *Plan) (*Newsroom, error) {
	deadline := time.Now().Add(a.flag.wait)
	log := newLogger(plan, a.env.Streams.Stderr)
	for {
		n, err := openNewsroom(ctx, plan, log)
		if err == nil || !errors.Is(err, deskwire.ErrBusy) || time.Now().After(deadline) {
			return n, a.busyHint(ctx, plan, err)
		}
		if err := sleep(ctx, 50*time.Millisecond); err != nil {
			return nil, err
		}
	}
}

// busyHint names whoever has the store.
func (a *app) busyHint(ctx context.Context, plan *Plan, err error) error {
	if !errors.Is(err, deskwire.ErrBusy) {
		return err
	}
	if path, perr := plan.socket(a.env.Getenv); perr == nil {
		if conn, derr := control.Dial(ctx, path); derr == nil {
			conn.Close()
			return hint(fmt.Errorf("deskwire serve (process %d) has it open: %w", conn.Hello.PID, err), "one daemon is enough; stop that one first")
		}
	}
	return hint(err, "another deskwire command is at work; wait for it, or give a longer --wait")
}

// serveHTTP serves h on l until ctx ends, then lets running answers finish.
func serveHTTP(ctx context.Context, l net.Listener, h http.Handler) error {
	srv := web.Server(h)
	done := make(chan error, 1)
	go func() { done <- srv.Serve(l) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime-time.Second)
	defer cancel()
	err := srv.Shutdown(grace)
	if err != nil {
		err = srv.Close()
	}
	<-done
	return err
}

const (
	// sweepEvery is how often a daemon removes what retention allows.
	sweepEvery = time.Hour
	// sweepFirst is how long after its start it does so first: readers come before housekeeping.
	sweepFirst = time.Minute
)

func (n *Newsroom) sweeps(ctx context.Context) error {
	for wait := sweepFirst; ; wait = sweepEvery {
		if sleep(ctx, wait) != nil {
			return nil
		}
		swept, err := n.sweep(ctx, false, func(storage.Swept) {})
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			n.Log.Error("sweep", "error", err)
		case swept != (storage.Swept{}):
			n.Log.Info("sweep", "articles", swept.Heads, "bodies", swept.Bodies, "revisions", swept.Revisions)
		}
	}
}

// hangups reloads on SIGHUP.
func (n *Newsroom) hangups(ctx context.Context) error {
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	defer signal.Stop(hup)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-hup:
			daemon.SdNotify(false, daemon.SdNotifyReloading)
			if err := n.follower.reload(ctx); err != nil {
				n.Log.Error("reload", "error", err)
			} else {
				p := n.Plan()
				n.Log.Info("reloaded", "sources", len(p.Sources), "channels", len(p.Channels))
			}
			daemon.SdNotify(false, daemon.SdNotifyReady)
		}
	}
}

// tellSystemd says when the daemon is ready and, as long as the follower and the store answer, that it lives. Without
// systemd it does nothing.
func (n *Newsroom) tellSystemd(ctx context.Context) error {
	select {
	case <-n.follower.ready:
	case <-ctx.Done():
		return nil
	}
	daemon.SdNotify(false, daemon.SdNotifyReady)
	context.AfterFunc(ctx, func() { daemon.SdNotify(false, daemon.SdNotifyStopping) })
	every, err := daemon.SdWatchdogEnabled(false)
	if err != nil || every == 0 {
		return nil
	}
	for {
		if sleep(ctx, every/2) != nil {
			return nil
		}
		alive, cancel := context.WithTimeout(ctx, every/2)
		if err := n.follower.caughtUp(alive); err == nil {
			daemon.SdNotify(false, daemon.SdNotifyWatchdog)
		}
		cancel()
	}
}
