package fetch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The limits of one look into a folder. What is left is read at the next one, which comes within a minute or so.
const (
	// MaxFiles is how many files are read: an agency's bad day.
	MaxFiles = 500
	// maxFolderBytes is how much is read in all.
	maxFolderBytes = 64 << 20
	// maxEntries is how many names a folder may hold: who keeps a million files there has forgotten to clear it.
	maxEntries = 1_000_000
	// settled is how long a file has to have been left alone: a younger one may still be being written.
	settled = 2 * time.Second
)

// A File is one document of a folder.
type File struct {
	Name  string
	URL   string
	Body  []byte
	Err   error  // why it could not be read, in one plain line; then there is no Body
	Place string // where the next look goes on when this file was the last one read
}

// Folder reports whether a source's address is that of a folder on this machine, and its path.
func Folder(address string) (path string, ok bool) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "file" || u.Host != "" && u.Host != "localhost" || u.Path == "" {
		return "", false
	}
	info, err := os.Stat(u.Path)
	return u.Path, strings.HasSuffix(u.Path, "/") || err == nil && info.IsDir()
}

// ReadFolder reads the files of a folder that came or changed after a place that an earlier look gave, "" for all, in the
// order in which they did, and hands each over. A file that was moved in counts as new whatever its date. Names that begin
// with a dot or end as those of unfinished files do, folders, links and pipes are left alone; nothing is written.
//
// It ends early when ctx does or use returns false. more says that files were left for the next look.
func ReadFolder(ctx context.Context, path, after string, now time.Time, use func(File) bool) (more bool, err error) {
	root, err := os.OpenRoot(path) // no link leads out of it
	if err != nil {
		return false, &Error{Reached: true, Err: plain(err)}
	}
	defer root.Close()
	files, more, err := list(root, after, now)
	if err != nil {
		return false, &Error{Reached: true, Err: plain(err)}
	}
	total := int64(0)
	for i, e := range files {
		if i == MaxFiles || total > maxFolderBytes {
			return true, nil
		}
		if ctx.Err() != nil {
			return true, context.Cause(ctx)
		}
		f := File{Name: e.name, URL: (&url.URL{Scheme: "file", Path: strings.TrimSuffix(path, "/") + "/" + e.name}).String(), Place: e.place()}
		if e.size > MaxBody {
			f.Err = fmt.Errorf("larger than %d MB", MaxBody>>20)
		} else if f.Body, err = root.ReadFile(e.name); err != nil {
			f.Err = plain(err)
		} else if len(f.Body) > MaxBody {
			f.Body, f.Err = nil, fmt.Errorf("larger than %d MB", MaxBody>>20)
		}
		total += int64(len(f.Body))
		if !use(f) {
			return true, nil
		}
	}
	return more, nil
}

// An entry is a file of a folder, before it is read.
type entry struct {
	name    string
	changed int64 // when its bytes, name or place last changed, nanoseconds since 1970
	size    int64
}

// place is where the entry stands among all that came, as text.
func (e *entry) place() string { return strconv.FormatInt(e.changed, 10) + " " + e.name }

// parsePlace reads a place; the zero entry comes before all.
func parsePlace(s string) (e entry) {
	at, name, ok := strings.Cut(s, " ")
	if n, err := strconv.ParseInt(at, 10, 64); ok && err == nil {
		e.changed, e.name = n, name
	}
	return e
}

func byChange(a, b entry) int {
	return cmp.Or(cmp.Compare(a.changed, b.changed), strings.Compare(a.name, b.name))
}

// list finds the files after a place, oldest first. more says that there are younger ones, which may still be being written.
func list(root *os.Root, after string, now time.Time) (files []entry, more bool, err error) {
	dir, err := root.Open(".")
	if err != nil {
		return nil, false, err
	}
	defer dir.Close()
	known := parsePlace(after)
	if known.changed > now.Add(time.Minute).UnixNano() && known.changed > time.Now().Add(time.Minute).UnixNano() {
		known = entry{} // the clock was set back: better to look at all again than at nothing for a year
	}
	for seen := 0; ; {
		some, err := dir.ReadDir(1024)
		if seen += len(some); seen > maxEntries {
			return nil, false, fmt.Errorf("a folder of more than %d files", maxEntries)
		}
		for _, d := range some {
			if !d.Type().IsRegular() || unfinished(d.Name()) {
				continue
			}
			info, err := d.Info()
			if errors.Is(err, fs.ErrNotExist) {
				continue // gone again
			}
			if err != nil {
				return nil, false, err
			}
			e := entry{d.Name(), changed(info), info.Size()}
			switch {
			case byChange(e, known) <= 0:
			case now.Sub(time.Unix(0, e.changed)).Abs() < settled:
				more = true
			default:
				files = append(files, e)
			}
		}
		if len(some) == 0 || err != nil {
			break
		}
	}
	slices.SortFunc(files, byChange)
	return files, more, nil
}

// unfinished reports whether a name is one that programs give a file while they write it.
func unfinished(name string) bool {
	return strings.HasPrefix(name, ".") || strings.HasSuffix(name, "~") || strings.HasSuffix(name, ".tmp") ||
		strings.HasSuffix(name, ".part") || strings.HasSuffix(name, ".filepart") || strings.HasSuffix(name, ".swp")
}
