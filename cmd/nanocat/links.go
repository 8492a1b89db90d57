package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"

	"github.com/sprocketmq/sp/cmd/internal/cli"
)

// installLinks makes the names in dir by which the program is called with a
// type of socket implied. Links that are there already are made anew; anything
// else of that name is left alone.
func installLinks(dir string) error {
	self, err := os.Executable()
	if err != nil {
		return linkFailure(err)
	}
	if self, err = filepath.EvalSymlinks(self); err != nil {
		return linkFailure(err)
	}
	for _, k := range kinds {
		if k.extra {
			continue
		}
		link := filepath.Join(dir, "nn_"+k.name)
		if info, err := os.Lstat(link); err == nil && info.Mode()&os.ModeSymlink != 0 {
			if err := os.Remove(link); err != nil {
				return linkFailure(err)
			}
		}
		if err := os.Symlink(self, link); err != nil {
			return linkFailure(err)
		}
	}
	return cli.ErrDone
}

func linkFailure(err error) error {
	var le *os.LinkError
	if errors.As(err, &le) {
		err = fmt.Errorf("%s: %w", le.New, le.Err)
	}
	return &cli.Failure{Text: fmt.Sprintf("Can't install links: %v\n", err), Status: 2}
}

// showVersion prints what the build knows of itself.
func showVersion(stdout io.Writer) func(string) error {
	return func(string) error {
		version := "(devel)"
		if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
			version = info.Main.Version
		}
		fmt.Fprintf(stdout, "nanocat (Sprocket) %s\n", version)
		return cli.ErrDone
	}
}
