package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"deskwire/cmd/deskwire/internal/control"
	"deskwire/publisher"
	"deskwire/publisher/check"
	"deskwire/publisher/web"

	"github.com/spf13/cobra"
)

func (a *app) verifyCmd() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "verify [--out DIR]",
		Short: "Prove that what readers get keeps the rules",
		Long: "Make everything that is published twice, and prove of it: both are equal byte for byte, and equal to what a running daemon serves;\n" +
			"nothing names a story that was killed or is under an embargo; feeds keep to the limits of large consumers; every rule is kept that\n" +
			"can be seen in the output. With --out, what `publish` wrote there is compared as well. Nothing is written.\n\n" +
			"Each fault is one line. The exit code is 0 without faults, 1 with some. Without faults there is no output.",
		Example: "  deskwire verify\n  deskwire publish --out /var/www/news && deskwire verify --out /var/www/news",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			verify := func(ctx context.Context, n *Newsroom, _ []string) error { return a.verify(ctx, n, out != "") }
			if out == "" || a.env.Room != nil {
				return a.inRoom(verify)(cmd, args)
			}
			// The files are read here, whoever makes what they are compared with.
			d, err := openExported(out)
			if err != nil {
				return err
			}
			defer d.root.Close()
			a.env.Streams.Create = d.create
			var found exitCode
			if err := a.inRoom(verify)(cmd, args); err != nil && (!errors.As(err, &found) || found != exitFailed) {
				return err
			}
			faults := d.compared()
			if err := a.tell(faults); err != nil {
				return err
			}
			if len(faults) > 0 {
				found = exitFailed
			}
			if found != 0 {
				return found
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "compare the files that `publish` wrote to `DIR`")
	cmd.MarkFlagDirname("out")
	return a.jsonFlag(cmd)
}

// attempts is how often two makings are compared: between them somebody may have written.
const attempts = 3

// verify looks at everything, and streams what there should be when files are to be compared with it.
func (a *app) verify(ctx context.Context, n *Newsroom, stream bool) error {
	var (
		v     *publisher.Verdict
		first *publisher.Press
	)
	for range attempts {
		var published *publisher.Press
		if n.follower != nil {
			if err := n.follower.caughtUp(ctx); err != nil {
				return err
			}
			published = n.follower.press
		}
		now := n.now()
		var second *publisher.Press
		for _, p := range []**publisher.Press{&first, &second} {
			made, err := n.Plan().press(n.Store)
			if err != nil {
				return err
			}
			made.Rehearse()
			if err := made.UpdateAll(ctx, now); err != nil {
				return err
			}
			*p = made
		}
		var err error
		if v, err = publisher.Verify(ctx, n.Store, first, second, published, now); err != nil {
			return err
		}
		if !slices.ContainsFunc(v.Faults, func(f check.Fault) bool { return f.Rule == "equal" }) {
			break
		}
	}
	if err := a.tell(v.Faults); err != nil {
		return err
	}
	if stream {
		if _, err := web.Export(ctx, first, nil, nil, n.now(), func(name string) (io.WriteCloser, error) { return a.env.Streams.Create(name) }); err != nil {
			return err
		}
	}
	if len(v.Faults) > 0 {
		a.talk("found %s in %s with %s", plural(len(v.Faults), "fault"), plural(v.Documents, "document"), plural(v.Items, "item"))
		return exitCode(exitFailed)
	}
	return nil
}

// tell writes faults, a line each.
func (a *app) tell(faults []check.Fault) error {
	enc := json.NewEncoder(a.out())
	enc.SetEscapeHTML(false)
	for _, f := range faults {
		if a.flag.json {
			if err := enc.Encode(f); err != nil {
				return err
			}
		} else if _, err := fmt.Fprintln(a.out(), plain(f.String())); err != nil {
			return err
		}
	}
	return nil
}

// exported is a folder that `publish` wrote, while it is compared with what it would write now.
type exported struct {
	root   *os.Root
	should map[string]bool // what it would write, by names as the manifest has them
	faults []check.Fault
}

func openExported(dir string) (*exported, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return &exported{root: root, should: map[string]bool{}}, nil
}

func (d *exported) create(name string) (control.File, error) {
	d.should[web.Masked(name)] = true
	return &comparedFile{d: d, name: name}, nil
}

// comparedFile is held in memory until it is whole.
type comparedFile struct {
	bytes.Buffer
	d    *exported
	name string
}

// Abort does nothing: nothing is written in any case.
func (f *comparedFile) Abort() {}

func (f *comparedFile) Close() error {
	if f.name == web.Manifest || f.name == web.ArchiveState {
		return nil // how the last export went, too
	}
	is, err := f.d.root.ReadFile(f.name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		f.d.add(f.name, "is missing")
	case err != nil:
		return err
	case !bytes.Equal(is, f.Bytes()):
		f.d.add(f.name, fmt.Sprintf("differs: it has %d bytes, and should have %d", len(is), f.Len()))
	}
	return nil
}

func (d *exported) add(name, what string) {
	d.faults = append(d.faults, check.Fault{Path: web.Masked(name), Rule: "files", What: what})
}

// compared are the faults of the whole folder: what was found, and what nobody would write any more. Pages of archives that
// were still filling stay for a while, for those who are walking through them. Pictures of others are not asked for again.
func (d *exported) compared() []check.Fault {
	list, err := d.root.ReadFile(web.Manifest)
	if err != nil {
		d.add(web.Manifest, "is missing: `publish` did not write this folder")
	}
	for name := range strings.FieldsSeq(string(list)) {
		if !d.should[name] && name != web.ArchiveState && !strings.Contains(name, "/archive/") && !strings.HasPrefix(name, "images/") {
			d.add(name, "is no longer published")
		}
	}
	return d.faults
}
