package ipc

import (
	"io/fs"
	"net"
	"os"
	"sync"
)

// listener removes its path when it closes, if that is still its own: somebody
// may have removed it, and another one listen there now.
type listener struct {
	*net.UnixListener
	path string
	file fs.FileInfo // nil: a name outside the file system
	once sync.Once
}

func ours(l net.Listener, path string) (*listener, error) {
	own := &listener{UnixListener: l.(*net.UnixListener), path: path}
	own.SetUnlinkOnClose(false)
	if path[0] == '@' {
		return own, nil
	}
	var err error
	own.file, err = os.Lstat(path)
	return own, err
}

// Close implements net.Listener.
func (l *listener) Close() error {
	l.once.Do(func() {
		if l.file == nil {
			return
		}
		if there, err := os.Lstat(l.path); err == nil && os.SameFile(there, l.file) {
			os.Remove(l.path)
		}
	})
	return l.UnixListener.Close()
}
