package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/sprocketmq/sp/cmd/internal/cerror"
)

const statusFile = 2

// Open returns what an option does that takes a path, or "-" for stdin. The
// file is opened at once, so that a wrong path is reported in its turn, and
// read by whoever wants it.
func Open(to **os.File) func(string) error {
	return func(path string) error {
		if path == "-" {
			*to = os.Stdin
			return nil
		}
		f, err := os.Open(path)
		if err != nil {
			return fileFailure("opening", path, err)
		}
		if *to != nil && *to != os.Stdin {
			(*to).Close()
		}
		*to = f
		return nil
	}
}

// ReadFailure is the error for a file that was opened and cannot be read.
func ReadFailure(path string, err error) error { return fileFailure("reading", path, err) }

func fileFailure(doing, path string, err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		err = at.Err
	}
	return &Failure{fmt.Sprintf("Error %s file ``%s'': %s\n", doing, path, cerror.Text(err)), statusFile}
}
