package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"os/user"
	"strings"
	"syscall"
	"time"

	"deskwire"
	"deskwire/cmd/deskwire/internal/control"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// The exit codes. 75 is EX_TEMPFAIL of sysexits.h: the same command may succeed later.
const (
	exitDone   = 0
	exitFailed = 1
	exitMisuse = 2
	exitBusy   = 75
)

// An Env is the world as a command sees it. Tests and the daemon make their own.
type Env struct {
	Stdin   io.Reader
	Streams control.Streams
	Getenv  func(string) string
	User    string // who decides, unless --as says otherwise
	Width   int    // columns of the terminal that stdout is, 0 when it is none
	// Terminal says that somebody watches stderr: progress is shown.
	Terminal bool
	// Room is the newsroom that a daemon keeps open; nil in a client.
	Room *Newsroom
}

// systemEnv is the world of a command that a person or cron starts.
func systemEnv() Env {
	e := Env{
		Stdin:   os.Stdin,
		Streams: control.Streams{Stdout: os.Stdout, Stderr: os.Stderr, Progress: func(control.Progress) {}},
		Getenv:  os.Getenv,
		User:    os.Getenv("DESKWIRE_USER"),
	}
	if e.User == "" {
		if u, err := user.Current(); err == nil {
			e.User = u.Username
		}
	}
	if fd := int(os.Stdout.Fd()); term.IsTerminal(fd) {
		e.Width, _, _ = term.GetSize(fd)
	}
	if term.IsTerminal(int(os.Stderr.Fd())) {
		e.Terminal = true
		e.Streams.Progress = newProgressBar(os.Stderr)
	}
	return e
}

// run runs one command line and returns its exit code. An interrupt ends what runs; a second one ends it at once.
func run(ctx context.Context, args []string, env Env) int {
	if env.Room == nil {
		var stop context.CancelFunc
		ctx, stop = signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
		defer stop()
		// After the first signal the default handling is back.
		defer context.AfterFunc(ctx, stop)()
	}
	a := &app{env: env, args: args}
	root := a.root()
	root.SetArgs(args)
	root.SetIn(env.Stdin)
	root.SetOut(env.Streams.Stdout)
	root.SetErr(env.Streams.Stderr)
	err := root.ExecuteContext(ctx)
	a.close()
	if err == nil {
		return exitDone
	}
	if code, ok := errors.AsType[exitCode](err); ok {
		return int(code)
	}
	complain(env.Streams.Stderr, err)
	return codeOf(err)
}

// exitCode is an error that has been reported already.
type exitCode int

func (c exitCode) Error() string { return fmt.Sprintf("exit code %d", int(c)) }

// misuse is an error in how the program was called.
type misuse struct{ error }

func (m misuse) Unwrap() error { return m.error }

// misusef makes one.
func misusef(format string, args ...any) error { return misuse{fmt.Errorf(format, args...)} }

// hinted is an error together with what to do about it.
type hinted struct {
	error
	hint string
}

func (h hinted) Unwrap() error { return h.error }

// hint adds what to do next to an error.
func hint(err error, format string, args ...any) error {
	return hinted{err, fmt.Sprintf(format, args...)}
}

// codeOf is the exit code that an error asks for.
func codeOf(err error) int {
	if _, ok := errors.AsType[misuse](err); ok {
		return exitMisuse
	}
	switch {
	case errors.Is(err, deskwire.ErrBusy):
		return exitBusy
	case isUsage(err):
		return exitMisuse
	}
	return exitFailed
}

// isUsage recognises cobra's own complaints about arguments, which have no type.
func isUsage(err error) bool {
	for _, start := range []string{"unknown command", "required flag", "accepts ", "requires at least", "requires at most", "if any flags in the group", "at least one of the flags"} {
		if strings.HasPrefix(err.Error(), start) {
			return true
		}
	}
	return false
}

// complain writes an error as every command does: what went wrong, a line each, then what to do about it.
func complain(w io.Writer, err error) {
	for line := range strings.SplitSeq(strings.TrimRight(err.Error(), "\n"), "\n") {
		fmt.Fprintf(w, "deskwire: error: %s\n", plain(line))
	}
	if h, ok := errors.AsType[hinted](err); ok {
		for line := range strings.SplitSeq(h.hint, "\n") {
			fmt.Fprintf(w, "deskwire: hint: %s\n", plain(line))
		}
	}
}

// stopTime is how long an ending daemon waits for what it does: systemd and people lose patience soon after.
const stopTime = 5 * time.Second

// app is one run of the program.
type app struct {
	env  Env
	args []string // as they came, for a daemon
	flag struct {
		config string
		now    string // for tests: "" is the clock
		wait   time.Duration
		json   bool
	}
	room *Newsroom // opened here, closed when the command ends
}

func (a *app) close() {
	if a.room != nil {
		a.room.Close()
	}
}

func (a *app) out() io.Writer { return a.env.Streams.Stdout }

// talk writes a line for people to stderr.
func (a *app) talk(format string, args ...any) {
	fmt.Fprintf(a.env.Streams.Stderr, "deskwire: "+format+"\n", args...)
}

// The groups of the help.
const (
	groupRun    = "run"
	groupEdit   = "edit"
	groupLook   = "look"
	groupSetup  = "setup"
	groupUpkeep = "upkeep"
)

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "deskwire",
		Short:         "Take in news from many feeds, publish it by desk and topic",
		Long:          "deskwire takes in news from many feeds, lets a newsroom choose, and publishes the choice as RSS, Atom and JSON feeds, one set for each desk and topic.",
		Example:       "  deskwire demo\n  deskwire init && deskwire serve",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.CompletionOptions.HiddenDefaultCmd = false
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return hint(misuse{err}, "deskwire help%s", strings.TrimPrefix(cmd.CommandPath(), "deskwire"))
	})
	root.PersistentFlags().StringVar(&a.flag.config, "config", "config.yaml", "configuration `FILE`")
	root.PersistentFlags().StringVar(&a.flag.now, "now", "", "do it as if at `TIME` (for tests)")
	root.PersistentFlags().MarkHidden("now")
	root.PersistentFlags().DurationVar(&a.flag.wait, "wait", 10*time.Second, "how long to wait for a busy store")
	for _, g := range []cobra.Group{{ID: groupRun, Title: "Run:"}, {ID: groupEdit, Title: "Edit:"}, {ID: groupLook, Title: "Look:"}, {ID: groupSetup, Title: "Set up:"}, {ID: groupUpkeep, Title: "Keep up:"}} {
		root.AddGroup(&g)
	}
	add := func(group string, cmds ...*cobra.Command) {
		for _, c := range cmds {
			c.GroupID = group
			root.AddCommand(c)
		}
	}
	add(groupRun, a.demoCmd(), a.serveCmd(), a.ingestCmd(), a.publishCmd(), a.reloadCmd())
	add(groupEdit, a.pinCmd(), a.unpinCmd(), a.hideCmd(), a.editCmd(), a.noteCmd(), a.assignCmd(), a.leadCmd(), a.mergeCmd(), a.splitCmd(),
		a.embargoCmd(), a.correctCmd(), a.killCmd(), a.undoCmd())
	add(groupLook, a.listCmd(), a.showCmd(), a.storyCmd(), a.whyCmd(), a.backtestCmd(), a.logCmd())
	add(groupSetup, a.initCmd(), a.checkCmd(), a.schemaCmd(), a.themeCmd(), a.sourceCmd(), a.opmlCmd())
	add(groupUpkeep, a.storeCmd(), a.sweepCmd(), a.verifyCmd(), a.matchCmd(), a.manCmd(root), a.versionCmd())
	return root
}

// jsonFlag gives a command --json.
func (a *app) jsonFlag(cmd *cobra.Command) *cobra.Command {
	cmd.Flags().BoolVar(&a.flag.json, "json", false, "write JSON for scripts")
	return cmd
}
