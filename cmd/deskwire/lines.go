package main

import (
	"bufio"
	"errors"
	"io"
	"os"
	"strings"

	"deskwire/cmd/deskwire/internal/control"

	"github.com/klauspost/compress/gzip"
)

// lineFile is a file that appears whole or not at all, buffered, and compressed when its name asks for it.
type lineFile struct {
	io.Writer
	buffer *bufio.Writer
	zip    *gzip.Writer
	file   control.File
}

// createLines starts a file; "-" is standard output.
func (a *app) createLines(name string) (*lineFile, error) {
	file, err := a.createAt(name)
	if err != nil {
		return nil, err
	}
	f := &lineFile{file: file, buffer: bufio.NewWriterSize(file, 1<<16)}
	f.Writer = f.buffer
	if strings.HasSuffix(name, ".gz") {
		f.zip = gzip.NewWriter(f.buffer)
		f.Writer = f.zip
	}
	return f, nil
}

// createAt starts a file of its own; what is there and is none, a pipe or /dev/null, is written to as it stands.
func (a *app) createAt(name string) (control.File, error) {
	if info, err := os.Stat(name); err != nil || info.Mode().IsRegular() || name == "-" {
		return createWhole(name, a.out())
	}
	f, err := os.OpenFile(name, os.O_WRONLY, 0)
	return device{f}, err
}

// device is a File that is written to in place.
type device struct{ *os.File }

func (d device) Abort() { d.File.Close() }

// Close gives the file its name.
func (f *lineFile) Close() error {
	var err error
	if f.zip != nil {
		err = f.zip.Close()
	}
	if err = errors.Join(err, f.buffer.Flush()); err != nil {
		return err
	}
	return f.file.Close()
}

// Abort forgets the file unless it was closed.
func (f *lineFile) Abort() { f.file.Abort() }
