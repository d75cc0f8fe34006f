package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"deskwire"
	"deskwire/cmd/deskwire/internal/control"
	"deskwire/storage"
	"deskwire/storage/bolt"

	"github.com/spf13/cobra"
)

func (a *app) storeCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "store",
		Short: "Look after the store's file",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.storeStatsCmd(), a.storeCheckCmd(), a.storeBackupCmd(), a.storeRestoreCmd(), a.storeCompactCmd())
	return cmd
}

func (a *app) storeStatsCmd() *cobra.Command {
	return a.jsonFlag(&cobra.Command{
		Use:     "stats",
		Short:   "Count the store's rows and bytes",
		Example: "  deskwire store stats --json",
		Args:    cobra.NoArgs,
		RunE: a.inRoom(func(ctx context.Context, n *Newsroom, _ []string) error {
			tables, err := n.Store.Stats(ctx)
			if err != nil {
				return err
			}
			file, err := n.Engine.Size()
			if err != nil {
				return err
			}
			if a.flag.json {
				return writeJSON(a.out(), map[string]any{"file": n.Engine.Path(), "bytes": file, "tables": tables})
			}
			t := newTable(a.out(), "TABLE", "ROWS", "BYTES")
			for _, s := range tables {
				t.row(string(s.Table), fmt.Sprint(s.Rows), size(s.Bytes))
			}
			t.row("file", "", size(file))
			return t.flush()
		}),
	})
}

func (a *app) storeCheckCmd() *cobra.Command {
	return a.jsonFlag(&cobra.Command{
		Use:   "check",
		Short: "Read the whole store and report whatever is wrong",
		Long: "Read every page and every row of the store and report each broken invariant. Exits with 1 when there is one.\n" +
			"The daemon goes on working meanwhile.",
		Example: "  deskwire store check",
		Args:    cobra.NoArgs,
		RunE: a.inRoom(func(ctx context.Context, n *Newsroom, _ []string) error {
			faults := 0
			if err := n.Engine.CheckPages(ctx); err != nil {
				return hint(err, "the way back is `deskwire store restore BACKUP`")
			}
			rows, err := n.Store.Check(ctx, func(f storage.Fault) {
				faults++
				if a.flag.json {
					writeJSONLine(a.out(), map[string]string{"table": string(f.Table), "key": fmt.Sprintf("%q", f.Key), "what": f.What})
					return
				}
				fmt.Fprintf(a.out(), "%s %q: %s\n", f.Table, f.Key, plain(f.What))
			})
			if err != nil {
				return err
			}
			a.talk("read %s, found %s", plural(rows, "row"), plural(faults, "fault"))
			if faults > 0 {
				return hint(fmt.Errorf("the store has faults: %w", deskwire.ErrDamaged), "keep the file, then `deskwire store restore BACKUP`")
			}
			return nil
		}),
	})
}

func (a *app) storeBackupCmd() *cobra.Command {
	var dry bool
	cmd := &cobra.Command{
		Use:   "backup FILE",
		Short: "Write a copy of the store as it is at this moment, also while it is in use",
		Long: "Write a copy of the store as it is at this moment. The daemon may run and goes on working.\n" +
			"FILE appears whole or not at all; `-` is standard output.",
		Example: "  deskwire store backup /backup/deskwire-$(date +%F).db",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if a.env.Room == nil {
				a.env.Streams.Create = func(string) (control.File, error) { return createWhole(args[0], a.out()) }
			}
			return a.inRoom(func(ctx context.Context, n *Newsroom, _ []string) error {
				total, err := n.Engine.Size()
				if err != nil {
					return err
				}
				if dry {
					a.talk("would write %s to %s", size(total), args[0])
					return nil
				}
				w, err := a.env.Streams.Create("backup")
				if err != nil {
					return err
				}
				defer w.Abort()
				p := &progressWriter{w: w, what: "backup", total: total, report: a.env.Streams.Progress}
				written, err := n.Engine.Backup(ctx, p)
				if err != nil {
					return err
				}
				if err := w.Close(); err != nil {
					return fmt.Errorf("backup: %w", err)
				}
				a.talk("wrote %s", size(written))
				return nil
			})(cmd, args)
		},
	}
	cmd.Flags().BoolVarP(&dry, "dry-run", "n", false, "say what would be written, write nothing")
	return cmd
}

func (a *app) storeRestoreCmd() *cobra.Command {
	var dry bool
	cmd := &cobra.Command{
		Use:   "restore FILE",
		Short: "Put a backup in the store's place; the present file is kept beside it",
		Long: "Check a backup from its first page to its last, then put it in the store's place. The present store, damaged or not, is kept\n" +
			"beside it under a name ending in .before-restore and the time. Nothing else may have the store open.",
		Example: "  deskwire store restore /backup/deskwire-2026-11-22.db",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.offline(cmd, func(plan *Plan) error {
				if dry {
					if err := bolt.Verify(cmd.Context(), args[0]); err != nil {
						return err
					}
					a.talk("%s is whole; would put it in the place of %s", args[0], plan.Store.Path)
					return nil
				}
				kept, err := bolt.Restore(cmd.Context(), args[0], plan.Store.Path)
				if err != nil {
					return err
				}
				if kept != "" {
					a.talk("kept the former store as %s", kept)
				}
				a.talk("restored %s", plan.Store.Path)
				return nil
			})
		},
	}
	cmd.Flags().BoolVarP(&dry, "dry-run", "n", false, "check the backup, change nothing")
	return cmd
}

func (a *app) storeCompactCmd() *cobra.Command {
	var dry bool
	cmd := &cobra.Command{
		Use:     "compact",
		Short:   "Rewrite the store's file without the room that sweeping left",
		Example: "  deskwire store compact",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.offline(cmd, func(plan *Plan) error {
				before, err := os.Stat(plan.Store.Path)
				if err != nil {
					return err
				}
				if dry {
					a.talk("would rewrite %s (%s)", plan.Store.Path, size(before.Size()))
					return nil
				}
				if err := bolt.Compact(cmd.Context(), plan.Store.Path, plan.Store.Path); err != nil {
					return err
				}
				after, err := os.Stat(plan.Store.Path)
				if err != nil {
					return err
				}
				a.talk("%s: %s became %s", plan.Store.Path, size(before.Size()), size(after.Size()))
				return nil
			})
		},
	}
	cmd.Flags().BoolVarP(&dry, "dry-run", "n", false, "say what would be done, do nothing")
	return cmd
}

// offline runs f while no daemon has the store.
func (a *app) offline(cmd *cobra.Command, f func(*Plan) error) error {
	if a.env.Room != nil {
		return misusef("this command can not run inside the daemon")
	}
	plan, err := a.loadPlan()
	if err != nil {
		return err
	}
	path, err := plan.socket(a.env.Getenv)
	if err != nil {
		return err
	}
	conn, err := control.Dial(cmd.Context(), path)
	if err == nil {
		conn.Close()
		return hint(fmt.Errorf("deskwire serve (process %d) has the store open: %w", conn.Hello.PID, deskwire.ErrBusy), "stop it first")
	}
	if !errors.Is(err, control.ErrNoDaemon) {
		return err
	}
	return f(plan)
}

func (a *app) sweepCmd() *cobra.Command {
	var dry bool
	cmd := &cobra.Command{
		Use:   "sweep",
		Short: "Remove what retention (keep:) allows to go",
		Long: "Remove what retention (keep:) allows to go: bodies and revisions first, then the articles. What identifies an article stays, so that\n" +
			"an old item that is listed again does not come back. Articles that an editor decided on stay whole. `serve` does this by itself.",
		Example: "  deskwire sweep -n",
		Args:    cobra.NoArgs,
		RunE: a.inRoom(func(ctx context.Context, n *Newsroom, _ []string) error {
			swept, err := n.sweep(ctx, dry, func(s storage.Swept) {
				a.env.Streams.Progress(control.Progress{What: "sweep", Done: int64(s.Heads)})
			})
			if err != nil {
				return err
			}
			if a.flag.json {
				return writeJSON(a.out(), swept)
			}
			verb := "removed"
			if dry {
				verb = "would remove"
			}
			fmt.Fprintf(a.out(), "%s %s, %d bodies, %s, %s\n", verb, plural(swept.Heads, "article"), swept.Bodies, plural(swept.Revisions, "revision"), plural(swept.Places, "place"))
			return nil
		}),
	}
	cmd.Flags().BoolVarP(&dry, "dry-run", "n", false, "count, remove nothing")
	return a.jsonFlag(cmd)
}

// sweep applies the plan's retention.
func (n *Newsroom) sweep(ctx context.Context, dry bool, progress func(storage.Swept)) (storage.Swept, error) {
	p := n.Plan()
	r := storage.Retention{Now: n.now(), Keep: map[string]time.Duration{"": p.Store.Keep}, DryRun: dry}
	for _, s := range p.Sources {
		if s.Keep != 0 {
			r.Keep[s.Name] = s.Keep
		}
	}
	return n.Store.Sweep(ctx, r, progress)
}

// progressWriter reports how much went through it.
type progressWriter struct {
	w           io.Writer
	what        string
	done, total int64
	report      func(control.Progress)
}

func (p *progressWriter) Write(b []byte) (int, error) {
	n, err := p.w.Write(b)
	p.done += int64(n)
	p.report(control.Progress{What: p.what, Done: p.done, Total: p.total})
	return n, err
}
