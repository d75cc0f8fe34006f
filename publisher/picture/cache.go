package picture

import (
	"bytes"
	"cmp"
	"container/list"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"time"
)

const (
	// recipe changes when the same original would be made into another picture: what an older program made is not found then.
	recipe = "1"
	// block is what a file takes at least: file systems give no less.
	block = 4 << 10
	// maxFiles bounds the index, at some 200 bytes a file, however small pictures are.
	maxFiles = 100_000
	// touchEvery is how exactly a file remembers when it was last used: what is read often must not be written as often.
	touchEvery = time.Hour
	// tempAge is when a file that was begun is nobody's any more.
	tempAge = time.Hour
)

// A Cache keeps pictures in a folder, those that were used last. Any number of goroutines use it, and several processes may use one
// folder: each counts what it knows of, and looks again now and then.
//
// A file is the JPEG and, behind it, where programs that show pictures look no more, 32 bytes of SHA-256:
//
//	3f/3f9c21b07ad4e6c80a5b7d2e41c693f8-640.jpg
//
// What is damaged is not there, and is made again.
type Cache struct {
	dir   string
	limit int64

	once sync.Once
	root *os.Root
	err  error

	mu    sync.Mutex
	files map[string]*list.Element // of *kept, by name
	order list.List                // the one used last in front
	bytes int64
	fresh int64 // bytes that were written since the folder was looked at
}

// kept is a file of the cache.
type kept struct {
	name    string
	bytes   int64
	used    time.Time
	touched time.Time // as the file says
}

// NewCache returns a cache of at most limit bytes in a folder, which is made, and looked at, when it is first needed.
func NewCache(dir string, limit int64) *Cache {
	return &Cache{dir: dir, limit: limit, files: map[string]*list.Element{}}
}

// fileName is the file of a picture.
func fileName(address string, width int) string {
	sum := sha256.Sum256([]byte(recipe + " " + address))
	name := hex.EncodeToString(sum[:16])
	return name[:2] + "/" + name + "-" + strconv.Itoa(width) + ".jpg"
}

var (
	cacheFile = regexp.MustCompile(`^[0-9a-f]{32}-[0-9]{1,5}\.jpg$`)
	tempFile  = regexp.MustCompile(`^\.new-[0-9A-Za-z]+$`)
	shard     = regexp.MustCompile(`^[0-9a-f]{2}$`)
)

// Open makes the folder and looks at what is in it. It is not needed, but tells what is wrong before anybody asks for a picture.
func (c *Cache) Open() error {
	c.once.Do(func() {
		if c.err = os.MkdirAll(c.dir, 0o700); c.err != nil {
			return
		}
		if c.root, c.err = os.OpenRoot(c.dir); c.err != nil {
			return
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.look()
	})
	return c.err
}

// Close gives the folder back. A cache that is closed has nothing and keeps nothing.
func (c *Cache) Close() error {
	c.once.Do(func() { c.err = fs.ErrClosed })
	if c.root == nil {
		return nil
	}
	return c.root.Close()
}

// look makes the index anew of what is in the folder, and takes away what is too much.
func (c *Cache) look() {
	var found []*kept
	now := time.Now()
	for _, name := range c.list(".") {
		if !shard.MatchString(name) {
			continue
		}
		for _, file := range c.list(name) {
			at := name + "/" + file
			info, err := c.root.Lstat(at)
			switch {
			case err != nil || !info.Mode().IsRegular():
			case cacheFile.MatchString(file):
				found = append(found, &kept{at, blocks(info.Size()), info.ModTime(), info.ModTime()})
			case tempFile.MatchString(file) && now.Sub(info.ModTime()) > tempAge:
				c.root.Remove(at)
			}
		}
	}
	for _, f := range found { // what was used in this process is known more exactly
		if e := c.files[f.name]; e != nil && e.Value.(*kept).used.After(f.used) {
			f.used = e.Value.(*kept).used
		}
	}
	slices.SortFunc(found, func(a, b *kept) int { return cmp.Or(a.used.Compare(b.used), cmp.Compare(a.name, b.name)) })
	clear(c.files)
	c.order.Init()
	c.bytes, c.fresh = 0, 0
	for _, f := range found {
		c.files[f.name] = c.order.PushFront(f)
		c.bytes += f.bytes
	}
	c.shrink()
}

func (c *Cache) list(folder string) (names []string) {
	f, err := c.root.Open(filepath.FromSlash(folder))
	if err != nil {
		return nil
	}
	defer f.Close()
	names, _ = f.Readdirnames(-1)
	return names
}

func blocks(size int64) int64 { return (size + block - 1) / block * block }

// shrink takes away what was not used for longest until the rest is within the limits.
func (c *Cache) shrink() {
	for c.order.Len() > maxFiles || c.bytes > c.limit {
		last := c.order.Back()
		if last == nil {
			return
		}
		c.root.Remove(last.Value.(*kept).name)
		c.drop(last)
	}
}

func (c *Cache) drop(e *list.Element) {
	f := c.order.Remove(e).(*kept)
	delete(c.files, f.name)
	c.bytes -= f.bytes
}

// get returns a picture. A nil cache has none.
func (c *Cache) get(name string) (body []byte, sum [sha256.Size]byte, ok bool) {
	if c == nil || c.Open() != nil {
		return nil, sum, false
	}
	whole, err := c.root.ReadFile(name)
	cut := len(whole) - sha256.Size
	if err == nil && cut > 0 {
		body, sum = whole[:cut:cut], sha256.Sum256(whole[:cut])
		ok = bytes.Equal(sum[:], whole[cut:])
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.files[name]
	switch {
	case !ok && err == nil: // damaged
		c.root.Remove(name)
		fallthrough
	case !ok:
		if e != nil {
			c.drop(e)
		}
		return nil, sum, false
	case e == nil: // another process has made it
		e = c.enter(name, int64(len(whole)))
	}
	c.use(e)
	return body, sum, true
}

func (c *Cache) enter(name string, size int64) *list.Element {
	f := &kept{name: name, bytes: blocks(size)}
	c.bytes += f.bytes
	c.files[name] = c.order.PushFront(f)
	return c.files[name]
}

// use notes that a file was used, in the folder as well so that the next process knows.
func (c *Cache) use(e *list.Element) {
	f, now := e.Value.(*kept), time.Now()
	c.order.MoveToFront(e)
	if f.used = now; now.Sub(f.touched) >= touchEvery || now.Before(f.touched) {
		if c.root.Chtimes(f.name, now, now) == nil {
			f.touched = now
		}
	}
}

// put keeps a picture: whole or not at all, whoever else is writing. It is no error when there is no cache.
func (c *Cache) put(name string, body []byte) (err error) {
	if c == nil {
		return nil
	}
	if err := c.Open(); err != nil {
		return fmt.Errorf("cache of pictures: %w", err)
	}
	if int64(len(body)) > c.limit {
		return nil
	}
	folder := name[:2]
	if err := c.root.Mkdir(folder, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("cache of pictures: %w", err)
	}
	temp := folder + "/.new-" + rand.Text()
	sum := sha256.Sum256(body)
	if err := c.write(temp, body, sum[:]); err != nil {
		c.root.Remove(temp)
		return fmt.Errorf("cache of pictures: %w", err)
	}
	if err := c.root.Rename(temp, name); err != nil {
		c.root.Remove(temp)
		return fmt.Errorf("cache of pictures: %w", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if e := c.files[name]; e != nil {
		c.drop(e)
	}
	e := c.enter(name, int64(len(body)+len(sum)))
	e.Value.(*kept).used, e.Value.(*kept).touched = time.Now(), time.Now()
	if c.fresh += e.Value.(*kept).bytes; c.fresh > c.limit/4 {
		c.look() // others may write here as well
		return nil
	}
	c.shrink()
	return nil
}

// write does not wait for the disk: what a crash leaves broken is found out by its sum.
func (c *Cache) write(name string, parts ...[]byte) error {
	f, err := c.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	for _, p := range parts {
		if _, err := f.Write(p); err != nil {
			return errors.Join(err, f.Close())
		}
	}
	return f.Close()
}
