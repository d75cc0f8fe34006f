package fetch

import (
	"io/fs"
	"syscall"
)

// changed is when a file's bytes, name or place last changed, in nanoseconds since 1970: a file that is moved into a folder keeps the
// date of its bytes, but not this one.
func changed(info fs.FileInfo) int64 {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return st.Ctim.Nano()
	}
	return info.ModTime().UnixNano()
}
