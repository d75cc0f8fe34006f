package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"sync/atomic"

	"deskwire"
	"deskwire/cmd/deskwire/internal/control"
	"deskwire/publisher"
	"deskwire/publisher/web"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"
)

func (a *app) publishCmd() *cobra.Command {
	var (
		out string
		dry bool
	)
	cmd := &cobra.Command{
		Use:   "publish --out DIR",
		Short: "Write everything that serve serves as files, for any web server",
		Long: "Write everything that `serve` serves as files below DIR, with compressed forms beside them and, in DIR/_server, what web servers have to\n" +
			"be told. A file is replaced whole or not at all, and only when its bytes changed; what is gone is removed; files that deskwire did\n" +
			"not write are left alone.",
		Example: "  deskwire publish --out /var/www/news",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if out == "" {
				return hint(misusef("publish where?"), "say --out DIR")
			}
			export := func(ctx context.Context, n *Newsroom, _ []string) error { return a.export(ctx, n, dry) }
			if a.env.Room != nil {
				return a.inRoom(export)(cmd, args)
			}
			// The files are written here, whoever makes them.
			d, err := openExport(out, dry)
			if err != nil {
				return err
			}
			defer d.close()
			a.env.Streams.Create, a.env.Streams.Input = d.create, d.archives()
			if err := a.inRoom(export)(cmd, args); err != nil {
				return err
			}
			if err := errors.Join(d.prune(), d.settle()); err != nil {
				return err
			}
			verb := "wrote"
			if dry {
				verb = "would write"
			}
			_, err = fmt.Fprintf(a.out(), "%s %d of %s below %s, removed %d\n", verb, d.written, plural(d.seen, "file"), out, d.removed)
			return err
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "the folder `DIR` to write to; made when it is missing")
	cmd.Flags().BoolVarP(&dry, "dry-run", "n", false, "count what would change, write nothing")
	cmd.MarkFlagDirname("out")
	return cmd
}

// export streams all files; dry says that nobody will read them.
func (a *app) export(ctx context.Context, n *Newsroom, dry bool) error {
	press, err := n.pressNow(ctx, dry)
	if err != nil {
		return err
	}
	pictures := n.proxy
	switch {
	case dry:
		pictures = nil
	case pictures == nil:
		pictures = n.pictures()
		defer pictures.Cache.Close()
		if err := openCache(n.Plan(), pictures); err != nil {
			return err
		}
	}
	done, err := web.Export(ctx, press, pictures, a.env.Streams.Input, n.now(), func(name string) (io.WriteCloser, error) { return a.env.Streams.Create(name) })
	if done.Why != nil && !dry { // what is missing since the last time was said then
		a.talk("%s of others could not be had, one of them because: %s", plural(done.Missing, "picture"), plain(done.Why.Error()))
	}
	return err
}

// pressNow is the daemon's press when its readers see all that is stored, else one that was made for this; dry says that
// nobody will read what it makes.
func (n *Newsroom) pressNow(ctx context.Context, dry bool) (*publisher.Press, error) {
	if n.follower != nil {
		return n.follower.press, n.follower.caughtUp(ctx)
	}
	if err := n.settle(ctx); err != nil {
		return nil, err
	}
	press, err := n.Plan().press(n.Store)
	if err != nil {
		return nil, err
	}
	if dry {
		press.Rehearse()
	}
	return press, press.UpdateAll(ctx, n.now())
}

// exportDir is the folder of a static export. Everything goes through an os.Root: a name can not leave the folder, nor can a
// link in it.
type exportDir struct {
	root                   *os.Root
	dry                    bool
	before                 []string        // what the last export wrote
	known                  map[string]bool // the same
	names                  map[string]bool // what belongs to this export
	touched                map[string]bool // folders
	seen, written, removed int
	list                   *os.File       // the manifest, to which names are added; nil before the first
	writing                errgroup.Group // files that are on their way to the disk
	failed                 atomic.Bool    // one of them did not get there
}

// exportWriters is how many files are on their way to the disk at once. Each waits for the disk, and a new export has several for each
// story.
const exportWriters = 16

func openExport(dir string, dry bool) (*exportDir, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	d := &exportDir{root: root, dry: dry, known: map[string]bool{}, names: map[string]bool{}, touched: map[string]bool{}}
	d.writing.SetLimit(exportWriters)
	list, err := root.ReadFile(web.Manifest)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		root.Close()
		return nil, err
	}
	for line := range strings.FieldsSeq(string(list)) {
		if name := web.Unmasked(line, d.folder); name != "" {
			d.before, d.known[name] = append(d.before, name), true
		}
	}
	return d, nil
}

// archives is what the last export wrote of archive pages, but for those of which a file is missing: they are written again. It
// is nothing where that would be more than a daemon takes.
func (d *exportDir) archives() []byte {
	list, err := d.root.ReadFile(web.ArchiveState)
	if err != nil {
		return nil
	}
	var b bytes.Buffer
	for line := range strings.Lines(string(list)) {
		page, _, _ := strings.Cut(line, " ")
		if !slices.ContainsFunc(web.ArchiveFiles(page), func(name string) bool {
			_, err := d.root.Stat(name)
			return err != nil
		}) {
			b.WriteString(line)
		}
	}
	if b.Len() > control.MaxInput {
		return nil
	}
	return b.Bytes()
}

// close waits for what is still being written and lets go of the folder.
func (d *exportDir) close() error {
	err := d.writing.Wait()
	if d.list != nil {
		err = errors.Join(err, d.list.Close())
	}
	return errors.Join(err, d.root.Close())
}

// folder are the names in a folder.
func (d *exportDir) folder(folder string) (names []string) {
	f, err := d.root.Open(folder)
	if err != nil {
		return nil
	}
	defer f.Close()
	names, _ = f.Readdirnames(-1)
	return names
}

// create starts a file below the folder.
func (d *exportDir) create(name string) (control.File, error) {
	if !fs.ValidPath(name) || strings.ContainsAny(name, " \n") {
		return nil, fmt.Errorf("file name %q: %w", name, deskwire.ErrInvalid)
	}
	return &exportFile{d: d, name: name}, nil
}

// exportFile is held in memory until it is whole: the largest is a feed.
type exportFile struct {
	bytes.Buffer
	d    *exportDir
	name string
}

// Abort does nothing: nothing was written yet.
func (f *exportFile) Abort() {}

// Close has the file written unless the same bytes are there. The manifest comes last, when all others are there.
func (f *exportFile) Close() error {
	d := f.d
	d.names[f.name] = true
	d.seen++
	if f.name == web.Manifest { // it also names what stays as it is
		if err := d.writing.Wait(); err != nil {
			return err
		}
		for line := range strings.FieldsSeq(f.String()) {
			// What has a masked name is never left out of the stream.
			if name := web.Unmasked(line, d.folder); name != "" && !d.names[name] {
				d.names[name] = true
				d.seen++
			}
		}
	}
	if old, err := d.root.ReadFile(f.name); err == nil && bytes.Equal(old, f.Bytes()) {
		return nil
	}
	d.written++
	if d.dry {
		return nil
	}
	if err := d.remember(f.name); err != nil {
		return err
	}
	if at := path.Dir(f.name); !d.touched[at] {
		if err := d.root.MkdirAll(at, 0o755); err != nil {
			return err
		}
		d.touched[at] = true
	}
	if f.name == web.Manifest {
		return d.write(f.name, f.Bytes())
	}
	if d.failed.Load() {
		return d.writing.Wait() // the rest would fail as well, one by one
	}
	d.writing.Go(func() error {
		err := d.write(f.name, f.Bytes())
		if err != nil {
			d.failed.Store(true)
		}
		return err
	})
	return nil
}

// write replaces one file, whole or not at all.
func (d *exportDir) write(name string, body []byte) error {
	tmp := path.Join(path.Dir(name), ".deskwire-"+path.Base(name))
	w, err := d.root.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	_, err = w.Write(body)
	if err := errors.Join(err, w.Sync(), w.Close()); err != nil {
		return errors.Join(err, d.root.Remove(tmp))
	}
	return d.root.Rename(tmp, name)
}

// remember puts a new file's name into the manifest before the file is there: an export that is killed leaves nothing that
// the next one does not know to be its own. The whole manifest is written anew at the end.
func (d *exportDir) remember(name string) (err error) {
	if name == web.Manifest || d.known[name] {
		return nil
	}
	if d.list == nil {
		if d.list, err = d.root.OpenFile(web.Manifest, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintln(d.list, web.Masked(name))
	return err
}

// settle makes the names of the written files durable.
func (d *exportDir) settle() error {
	for dir := range d.touched {
		f, err := d.root.Open(dir)
		if err != nil {
			return err
		}
		if err := errors.Join(f.Sync(), f.Close()); err != nil {
			return err
		}
	}
	return nil
}

// prune removes what the last export wrote and this one did not, and the folders that became empty by that.
func (d *exportDir) prune() error {
	for _, name := range d.before {
		if d.names[name] || !fs.ValidPath(name) {
			continue
		}
		d.removed++
		if d.dry {
			continue
		}
		if err := d.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
			if d.root.Remove(dir) != nil {
				break // not empty
			}
			delete(d.touched, dir)
		}
	}
	return nil
}
