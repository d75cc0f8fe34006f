package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"deskwire/cmd/deskwire/internal/config"
	"deskwire/cmd/deskwire/internal/control"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

func (a *app) initCmd() *cobra.Command {
	var (
		full bool
		url  string
		dry  bool
	)
	cmd := &cobra.Command{
		Use:   "init [DIR]",
		Short: "Write a first configuration",
		Long: "Write a first configuration into DIR (default: here). It never overwrites one. --full writes the sample with every key explained,\n" +
			"which is also the manual.",
		Example: "  deskwire init --url https://news.example.org\n  deskwire init --full",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			dir := filepath.Dir(a.flag.config)
			if len(args) == 1 {
				dir = args[0]
			}
			text, err := config.Initial(config.Answers{URL: url, Full: full, Now: time.Now()})
			if err != nil {
				return err
			}
			if dry {
				_, err := a.out().Write(text)
				return err
			}
			path, err := config.Init(dir, text)
			if err != nil {
				return err
			}
			fmt.Fprintf(a.out(), "wrote %s\n", path)
			a.talk("next: look at it, then `deskwire check` and `deskwire serve`")
			return nil
		},
	}
	cmd.Flags().BoolVar(&full, "full", false, "the complete, commented sample")
	cmd.Flags().StringVar(&url, "url", "http://localhost:8080", "the `ADDRESS` at which readers will find the site")
	cmd.Flags().BoolVarP(&dry, "dry-run", "n", false, "print the configuration, write nothing")
	return cmd
}

// checked is what `deskwire check --json` writes.
type checked struct {
	OK       bool             `json:"ok"`
	Errors   []config.Problem `json:"errors,omitempty"`
	Warnings []config.Problem `json:"warnings,omitempty"`
	Sources  int              `json:"sources"`
	Channels int              `json:"channels"`
}

func (a *app) checkCmd() *cobra.Command {
	return a.jsonFlag(&cobra.Command{
		Use:     "check",
		Short:   "Check the configuration and say every mistake at once",
		Example: "  deskwire check --config /etc/deskwire/config.yaml",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			plan, err := a.loadPlan()
			if problems, ok := errors.AsType[config.Problems](err); ok && a.flag.json {
				if err := writeJSON(a.out(), checked{Errors: problems}); err != nil {
					return err
				}
				return exitCode(exitFailed)
			}
			if err != nil {
				return err
			}
			if a.flag.json {
				return writeJSON(a.out(), checked{OK: true, Warnings: plan.Warnings, Sources: len(plan.Sources), Channels: len(plan.Channels)})
			}
			for _, w := range plan.Warnings {
				fmt.Fprintf(a.env.Streams.Stderr, "deskwire: warning: %s\n", plain(w.Error()))
			}
			_, err = fmt.Fprintf(a.out(), "%s: %s, %s, %s\n", plan.Path, plural(len(plan.Sources), "source"), plural(len(plan.Channels), "channel"), plural(len(plan.Warnings), "warning"))
			return err
		},
	})
}

func (a *app) schemaCmd() *cobra.Command {
	return &cobra.Command{
		Use:     "schema",
		Short:   "Print the configuration's JSON Schema, for completion in editors",
		Example: "  deskwire schema > config.schema.json",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := a.out().Write(config.Schema())
			return err
		},
	}
}

func (a *app) opmlCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "opml",
		Short: "Bring sources in from other readers and take them out",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	var dry bool
	in := &cobra.Command{
		Use:     "import FILE",
		Short:   "Add the feeds of an OPML file to sources.yaml; - is standard input",
		Example: "  deskwire opml import subscriptions.opml",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			plan, err := a.loadPlan()
			if err != nil {
				return err
			}
			var r io.Reader = a.env.Stdin
			if args[0] != "-" {
				f, err := os.Open(args[0])
				if err != nil {
					return err
				}
				defer f.Close()
				r = f
			}
			found, skipped, err := config.ParseOPML(r)
			if err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			for _, s := range skipped {
				a.talk("left out: %s", plain(s))
			}
			fresh := config.NewSources(plan.Config, found)
			for _, s := range fresh {
				fmt.Fprintf(a.out(), "%s\t%s\n", s.Name, plain(s.URL))
			}
			a.talk("%s in the file, %d of them new", plural(len(found), "feed"), len(fresh))
			if dry || len(fresh) == 0 {
				return nil
			}
			if err := config.AddSource(plan.Config, fresh...); err != nil {
				return err
			}
			return a.tellDaemon(cmd.Context())
		},
	}
	in.Flags().BoolVarP(&dry, "dry-run", "n", false, "list what would be added, change nothing")
	out := &cobra.Command{
		Use:     "export",
		Short:   "Print the sources as OPML",
		Example: "  deskwire opml export > sources.opml",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			plan, err := a.loadPlan()
			if err != nil {
				return err
			}
			return config.ExportOPML(a.out(), plan.Config)
		},
	}
	cmd.AddCommand(in, out)
	return cmd
}

func (a *app) reloadCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "reload",
		Short: "Have the running daemon read its configuration again: all of it or nothing",
		Long: "Have the running daemon read its configuration again, as SIGHUP does. When anything in it is wrong, or would need a restart, the\n" +
			"daemon keeps the old one and this command says what is wrong.",
		Example: "  deskwire reload",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if n := a.env.Room; n != nil {
				if n.follower == nil {
					return misusef("there is nothing to reload")
				}
				if err := n.follower.reload(cmd.Context()); err != nil {
					return err
				}
				p := n.Plan()
				_, err := fmt.Fprintf(a.out(), "reloaded: %s, %s\n", plural(len(p.Sources), "source"), plural(len(p.Channels), "channel"))
				return err
			}
			return a.reloadDaemon(cmd.Context(), true)
		},
	}
}

// tellDaemon has a running daemon read the configuration that this command has just changed. It is no error when none runs.
func (a *app) tellDaemon(ctx context.Context) error {
	a.args = []string{"reload"}
	err := a.reloadDaemon(ctx, false)
	if errors.Is(err, control.ErrNoDaemon) {
		return nil
	}
	return err
}

// reloadDaemon asks the daemon to reload; must says whether there has to be one.
func (a *app) reloadDaemon(ctx context.Context, must bool) error {
	plan, err := a.loadPlan()
	if err != nil {
		return err
	}
	path, err := plan.socket(a.env.Getenv)
	if err != nil {
		return err
	}
	conn, err := control.Dial(ctx, path)
	if errors.Is(err, control.ErrNoDaemon) && must {
		return hint(fmt.Errorf("no daemon runs on %s", plan.Store.Path), "`deskwire serve` reads the configuration when it starts")
	}
	if err != nil {
		return err
	}
	defer conn.Close()
	code, err := conn.Run(ctx, control.Request{
		Protocol: control.Protocol, File: conn.Hello.File, Fingerprint: control.AnyConfiguration, Args: a.args, User: a.env.User,
	}, a.env.Streams)
	if err == nil && code != exitDone {
		return exitCode(code)
	}
	return err
}

func (a *app) manCmd(root *cobra.Command) *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:     "man",
		Short:   "Write the manual pages, one a command",
		Example: "  deskwire man --dir /usr/local/share/man/man1",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			root.DisableAutoGenTag = true
			// A manual page changes with the program, not with the day it is written.
			date := releaseDate
			head := &doc.GenManHeader{Section: "1", Source: "deskwire " + version(), Manual: "deskwire", Date: &date}
			if dir == "" {
				head.Title = "DESKWIRE"
				return doc.GenMan(root, head, a.out())
			}
			if err := os.MkdirAll(dir, 0o755); err != nil {
				return err
			}
			return doc.GenManTree(root, head, dir)
		},
	}
	cmd.Flags().StringVar(&dir, "dir", "", "write all pages into this `FOLDER` (default: the first page to standard output)")
	return cmd
}
