//go:build !unix

package control

import "io/fs"

// fileID falls back to the name where there are no inodes.
func fileID(info fs.FileInfo) string { return info.Name() }
