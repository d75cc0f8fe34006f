package picture

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

func jpg(i, size int) []byte { return bytes.Repeat([]byte{byte(i)}, size) }

func address(i int) string { return fmt.Sprintf("https://pictures.example/%d.jpg", i) }

func openCache(t *testing.T, dir string, limit int64) *Cache {
	t.Helper()
	c := NewCache(dir, limit)
	if err := c.Open(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func has(c *Cache, i int) bool {
	body, _, ok := c.get(fileName(address(i), 640))
	return ok && bytes.Equal(body, jpg(i, len(body)))
}

func add(t *testing.T, c *Cache, i, size int) {
	t.Helper()
	if err := c.put(fileName(address(i), 640), jpg(i, size)); err != nil {
		t.Fatal(err)
	}
}

// onDisk is how much the folder holds.
func onDisk(t *testing.T, dir string) (files int, size int64) {
	t.Helper()
	err := filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		files, size = files+1, size+info.Size()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files, size
}

// What was used last stays within the limit, also of a process that comes later.
func TestCacheLimit(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "pictures")
	c := openCache(t, dir, 10*block)
	for i := range 10 {
		add(t, c, i, 3000)
	}
	if files, _ := onDisk(t, dir); files != 10 {
		t.Fatalf("%d files", files)
	}
	if !has(c, 0) { // it is the newest now
		t.Fatal("the first is gone")
	}
	add(t, c, 10, 3000)
	if has(c, 1) || !has(c, 0) || !has(c, 10) {
		t.Error("gone is another than what was used last")
	}
	add(t, c, 11, 3*block-100)
	if files, size := onDisk(t, dir); size > 10*block || files != 8 {
		t.Errorf("%d files of %d bytes", files, size)
	}
	if has(c, 4) || !has(c, 5) || !has(c, 0) {
		t.Error("a large one took other places than the oldest")
	}
	add(t, c, 12, 11*block)
	if has(c, 12) || !has(c, 11) {
		t.Error("what is larger than the cache took its place")
	}
	// The next process finds what there is, in the order of its use.
	old := time.Now().Add(-time.Hour)
	if err := os.Chtimes(filepath.Join(dir, fileName(address(0), 640)), old, old); err != nil {
		t.Fatal(err)
	}
	later := openCache(t, dir, 4*block)
	if has(later, 0) || !has(later, 11) {
		t.Error("a smaller limit was not kept to, or in another order")
	}
	info, err := os.Stat(dir)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder is %v, %v", info.Mode(), err)
	}
	if info, err = os.Stat(filepath.Join(dir, fileName(address(11), 640))); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("a file is %v, %v", info.Mode(), err)
	}
}

// What is damaged, cut, or another's is not served; what is half written is cleared away when nobody can be writing it.
func TestCacheDamage(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := openCache(t, dir, 100*block)
	file := func(i int) string { return filepath.Join(dir, filepath.FromSlash(fileName(address(i), 640))) }
	for i := range 4 {
		add(t, c, i, 3000)
	}
	for i, f := range []func(b []byte) []byte{
		func(b []byte) []byte { b[7] ^= 1; return b },
		func(b []byte) []byte { return b[:len(b)-1] },
		func([]byte) []byte { return nil },
	} {
		b, err := os.ReadFile(file(i))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file(i), f(b), 0o600); err != nil {
			t.Fatal(err)
		}
		if has(c, i) {
			t.Errorf("%d is damaged and was given out", i)
		}
		if add(t, c, i, 3000); !has(c, i) {
			t.Errorf("%d was not made again", i)
		}
	}
	temp := filepath.Join(filepath.Dir(file(3)), ".new-abc")
	theirs := filepath.Join(dir, "letters.txt")
	for _, name := range []string{temp, theirs} {
		if err := os.WriteFile(name, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
		old := time.Now().Add(-2 * tempAge)
		if err := os.Chtimes(name, old, old); err != nil {
			t.Fatal(err)
		}
	}
	if openCache(t, dir, 0); true {
		if _, err := os.Stat(temp); err == nil {
			t.Error("a file that nobody finished is still there")
		}
		if _, err := os.Stat(theirs); err != nil {
			t.Error("somebody else's file is gone")
		}
		if files, _ := onDisk(t, dir); files != 1 {
			t.Errorf("%d files within no bytes", files)
		}
	}
	if has(c, 3) {
		t.Error("what another process took away was given out")
	}
}

// Links lead nowhere out of the folder.
func TestCacheLinks(t *testing.T) {
	t.Parallel()
	dir, outside := t.TempDir(), t.TempDir()
	name := fileName(address(1), 640)
	if err := os.Symlink(outside, filepath.Join(dir, name[:2])); err != nil {
		t.Fatal(err)
	}
	c := openCache(t, dir, 100*block)
	if err := c.put(name, jpg(1, 100)); err == nil {
		t.Error("a picture was written through a link")
	}
	if files, _ := onDisk(t, outside); files != 0 {
		t.Errorf("%d files outside", files)
	}
}

// Two processes use one folder; together they keep to the limit but for what one has just written.
func TestCacheTwo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	const limit = 40 * block
	a, b := openCache(t, dir, limit), openCache(t, dir, limit)
	var wg sync.WaitGroup
	for k, c := range []*Cache{a, b, a, b} {
		wg.Go(func() {
			for i := range 200 {
				if err := c.put(fileName(address((i*7+k)%90), 640), jpg((i*7+k)%90, 3000)); err != nil {
					t.Error(err)
				}
				if body, _, ok := c.get(fileName(address(i%90), 640)); ok && !bytes.Equal(body, jpg(i%90, 3000)) {
					t.Errorf("%d is another picture", i%90)
				}
			}
		})
	}
	wg.Wait()
	if _, size := onDisk(t, dir); size > limit*3/2 {
		t.Errorf("%d bytes, and the limit is %d", size, limit)
	}
	for _, c := range []*Cache{a, b} {
		if c.bytes < 0 || c.bytes > limit || len(c.files) != c.order.Len() {
			t.Errorf("the index has %d bytes, %d names, %d in order", c.bytes, len(c.files), c.order.Len())
		}
	}
}

// A cache that can not be used says why, and has nothing.
func TestCacheUnusable(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	c := NewCache(filepath.Join(file, "pictures"), 1<<20)
	if err := c.put(fileName(address(1), 640), jpg(1, 10)); err == nil || !strings.Contains(err.Error(), "cache of pictures") {
		t.Errorf("got %v", err)
	}
	if has(c, 1) || has(nil, 1) {
		t.Error("it has a picture")
	}
	if err := (*Cache)(nil).put("", nil); err != nil {
		t.Error(err)
	}
}
