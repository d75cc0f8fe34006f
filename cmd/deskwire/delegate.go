package main

import (
	"context"
	"fmt"

	"deskwire"
	"deskwire/cmd/deskwire/internal/control"
)

// dial greets the daemon of the plan's store and makes sure that both mean the same thing. It is control.ErrNoDaemon when
// nobody listens.
func (a *app) dial(ctx context.Context, plan *Plan) (*control.Conn, error) {
	path, err := plan.socket(a.env.Getenv)
	if err != nil {
		return nil, err
	}
	conn, err := control.Dial(ctx, path)
	if err != nil {
		return nil, err
	}
	if err := a.compare(conn.Hello, plan); err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}

// compare refuses a daemon that would not do what this command was asked for.
func (a *app) compare(h control.Hello, plan *Plan) error {
	file, err := control.FileID(plan.Store.Path)
	switch {
	case err != nil:
		return err
	case h.Protocol != control.Protocol:
		return hint(fmt.Errorf("the running daemon is deskwire %s (protocol %d), this is %s (protocol %d)", h.Version, h.Protocol, version(), control.Protocol),
			"restart `deskwire serve` (process %d) with this version", h.PID)
	case h.File != file:
		return hint(fmt.Errorf("the running daemon (process %d) has another file open than %s now is", h.PID, plan.Store.Path), "restart `deskwire serve`")
	case h.Fingerprint != plan.Print:
		return hint(fmt.Errorf("the running daemon (process %d) has another configuration than %s", h.PID, plan.Path), "run `deskwire reload`, or undo the change")
	}
	return nil
}

// delegate has the daemon run this command line.
func (a *app) delegate(ctx context.Context, conn *control.Conn, plan *Plan, args []string) (int, error) {
	return conn.Run(ctx, control.Request{
		Protocol: control.Protocol, File: conn.Hello.File, Fingerprint: plan.Print,
		Args: args, User: a.env.User, Progress: a.env.Terminal, Width: a.env.Width,
		Input: a.env.Streams.Input,
	}, a.env.Streams)
}

// socket is where the daemon of this store listens.
func (p *Plan) socket(getenv func(string) string) (string, error) {
	path, err := control.SocketPath(p.Store.Path, getenv("XDG_RUNTIME_DIR"))
	if err != nil {
		return "", fmt.Errorf("store %s: %w", p.Store.Path, err)
	}
	return path, nil
}

// controlServer is the daemon's side: it runs command lines with the newsroom that is open here.
func (n *Newsroom) controlServer(getenv func(string) string) *control.Server {
	return &control.Server{
		Hello: func() control.Hello {
			p := n.Plan()
			return control.Hello{Protocol: control.Protocol, Version: version(), PID: pid(), Store: n.Store.Identity(), File: n.File, Fingerprint: p.Print}
		},
		Run: func(ctx context.Context, req control.Request, s control.Streams) (code int) {
			defer func() {
				if v := recover(); v != nil {
					n.Log.Error("a command panicked", "args", req.Args, "panic", fmt.Sprint(v))
					complain(s.Stderr, fmt.Errorf("the daemon could not finish: %v", v))
					code = exitFailed
				}
			}()
			return run(ctx, req.Args, Env{Stdin: noInput{}, Streams: s, Getenv: getenv, User: req.User, Width: req.Width, Room: n})
		},
	}
}

// noInput is the standard input of a command inside the daemon.
type noInput struct{}

func (noInput) Read([]byte) (int, error) {
	return 0, fmt.Errorf("standard input does not reach the daemon: %w", deskwire.ErrInvalid)
}
