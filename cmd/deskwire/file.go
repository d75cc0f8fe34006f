package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"

	"deskwire/cmd/deskwire/internal/control"
)

// wholeFile is written under a temporary name beside its own and renamed when it is closed.
type wholeFile struct {
	*os.File
	name string
	done bool
}

// createWhole starts a file that appears whole or not at all; "-" is standard output.
func createWhole(name string, stdout io.Writer) (control.File, error) {
	if name == "-" {
		return standardOutput{stdout}, nil
	}
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return nil, err
	}
	return &wholeFile{File: f, name: name}, nil
}

// Close makes the file durable before it gets its name, and the name durable before it returns.
func (f *wholeFile) Close() error {
	err := errors.Join(f.Sync(), f.File.Close())
	if err == nil {
		err = os.Rename(f.File.Name(), f.name)
	}
	f.done = true
	if err != nil {
		os.Remove(f.File.Name())
		return err
	}
	dir, err := os.Open(filepath.Dir(f.name))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

func (f *wholeFile) Abort() {
	if !f.done {
		f.done = true
		f.File.Close()
		os.Remove(f.File.Name())
	}
}

// standardOutput is a File that can not be taken back.
type standardOutput struct{ io.Writer }

func (standardOutput) Close() error { return nil }
func (standardOutput) Abort()       {}
