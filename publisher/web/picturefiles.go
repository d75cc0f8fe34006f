package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"deskwire"
	"deskwire/publisher"
	"deskwire/publisher/format"
	"deskwire/publisher/picture"
)

const (
	// exportPicturesFor is how long an export waits for pictures, all together; the next one goes on.
	exportPicturesFor = 2 * time.Minute
	// exportPictures is how many are got at once.
	exportPictures = 8
	// noPictureFor is for how long exports believe that there is no picture.
	noPictureFor = 24 * time.Hour
)

// missingMark stands before the path of a picture in [ArchiveState] that could not be had. It has no files.
const missingMark = "-"

// pictureFiles are the names of a picture's files, by its path without a width.
func pictureFiles(at string) (names []string) {
	for _, width := range format.PictureWidths() {
		names = append(names, strings.TrimPrefix(at, "/")+"-"+strconv.Itoa(width)+".jpg")
	}
	return names
}

// pictureExport writes the pictures that exported pages show. Pages that stay as they are are not looked at again: which pictures they
// show stands in [ArchiveState], as numbers of lines of pictures.
type pictureExport struct {
	press *publisher.Press
	proxy *picture.Proxy // nil gets none
	now   time.Time
	shown *regexp.Regexp // nil where the site passes none on
	had   map[string]archiveLine
	named map[string]string // number -> path, of the last export

	numbers map[string]int // path without width -> number in this one
	order   []string       // paths, by number

	kept    []string // names of files that stay
	missing int
	why     error // of the first that is missing
}

func newPictureExport(press *publisher.Press, proxy *picture.Proxy, had map[string]archiveLine, now time.Time) *pictureExport {
	e := &pictureExport{press: press, proxy: proxy, now: now, had: had, named: map[string]string{}, numbers: map[string]int{}}
	site := press.Surface().Site
	if site.Images == deskwire.ImagesProxy {
		e.shown = regexp.MustCompile(regexp.QuoteMeta(site.Root()+format.PicturesPath) + `([0-9a-z]{1,16}/[0-9a-f]{16})-[0-9]+\.jpg`)
	}
	for at, line := range had {
		if at = strings.TrimPrefix(at, missingMark); strings.HasPrefix(at, format.PicturesPath) {
			e.named[line.version] = at
		}
	}
	return e
}

// look notes which pictures a page shows, and returns their numbers as [ArchiveState] has them. What only looks like a picture's address in it
// is found out when it is got.
func (e *pictureExport) look(d *publisher.Document) string {
	if e.shown == nil || d.Kind != publisher.KindPage && d.Kind != publisher.KindEmbed && d.Kind != publisher.KindFeed {
		return ""
	}
	var numbers []string
	for _, m := range e.shown.FindAllSubmatch(d.Plain.Body, -1) {
		if n := e.number(format.PicturesPath + string(m[1])); !slices.Contains(numbers, n) {
			numbers = append(numbers, n)
		}
	}
	return strings.Join(numbers, ",")
}

func (e *pictureExport) number(at string) string {
	n, ok := e.numbers[at]
	if !ok {
		n = len(e.order)
		e.numbers[at], e.order = n, append(e.order, at)
	}
	return strconv.FormatInt(int64(n), 36)
}

// again is the same of a page that stays as it is, by what the last export wrote; false where that does not say.
func (e *pictureExport) again(numbers string) (string, bool) {
	if numbers == "" {
		return "", true
	}
	var fresh []string
	for n := range strings.SplitSeq(numbers, ",") {
		at := e.named[n]
		if at == "" || e.shown == nil {
			return "", false
		}
		fresh = append(fresh, e.number(at))
	}
	return strings.Join(fresh, ","), true
}

// got is what came of one picture.
type got struct {
	at     string
	bodies map[string][]byte // by file
	err    error
}

// write writes what is not there yet, and returns the lines of [ArchiveState].
func (e *pictureExport) write(ctx context.Context, put func(string, []byte) error) (string, error) {
	var lines strings.Builder
	var wanted []string
	say := func(at string, mark string, until int64) {
		fmt.Fprintf(&lines, "%s%s %s %d\n", mark, at, e.number(at), until)
	}
	for _, at := range e.order {
		missing, tried := e.had[missingMark+at]
		switch _, ok := e.had[at]; {
		case ok:
			e.kept = append(e.kept, pictureFiles(at)...)
			say(at, "", 0)
		case tried && e.now.Unix() < missing.until:
			say(at, missingMark, missing.until)
			e.missing++
		default:
			wanted = append(wanted, at)
		}
	}
	for g := range e.get(ctx, wanted) {
		if err := ctx.Err(); err != nil {
			return "", err
		}
		if g.err != nil {
			until := e.now
			if errors.Is(g.err, picture.ErrNone) {
				until = e.now.Add(noPictureFor)
			}
			if say(g.at, missingMark, until.Unix()); e.why == nil {
				e.why = g.err
			}
			e.missing++
			continue
		}
		for _, name := range pictureFiles(g.at) {
			if err := put(name, g.bodies[name]); err != nil {
				return "", err
			}
		}
		say(g.at, "", 0)
	}
	return lines.String(), nil
}

// get gets pictures, several at once. They come in the order of their paths, so that two exports write the same.
func (e *pictureExport) get(ctx context.Context, wanted []string) func(yield func(got) bool) {
	return func(yield func(got) bool) {
		ctx, cancel := context.WithTimeout(ctx, exportPicturesFor)
		defer cancel()
		for batch := range slices.Chunk(wanted, exportPictures) {
			all := make([]got, len(batch))
			var wg sync.WaitGroup
			for i, at := range batch {
				wg.Go(func() { all[i] = e.one(ctx, at) })
			}
			wg.Wait()
			for _, g := range all {
				if !yield(g) {
					return
				}
			}
		}
	}
}

// one gets one picture in all widths.
func (e *pictureExport) one(ctx context.Context, at string) got {
	g := got{at: at, bodies: map[string][]byte{}}
	if e.proxy == nil {
		g.err = errors.New("pictures are not got now")
		return g
	}
	for _, name := range pictureFiles(at) {
		addr, width, err := e.press.Picture(ctx, "/"+name, e.now)
		if err == nil && addr == "" {
			err = fmt.Errorf("%w: nobody's", picture.ErrNone)
		}
		if err == nil {
			var p picture.Picture
			p, err = e.proxy.Get(ctx, addr, width)
			g.bodies[name] = p.Body
		}
		if err != nil {
			g.err = fmt.Errorf("%s: %w", cmp.Or(addr, at), err)
			return g
		}
	}
	return g
}
