//go:build !linux

package fetch

import "io/fs"

// changed is when a file's bytes last changed, in nanoseconds since 1970. A file that is moved into a folder with an older date than the
// last one read there is not noticed on this system.
func changed(info fs.FileInfo) int64 { return info.ModTime().UnixNano() }
