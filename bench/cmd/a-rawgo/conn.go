package main

import (
	"io"
	"net"
	"os"
	"syscall"
)

// blkConn is a socket in blocking mode, read and written with plain system calls.
type blkConn struct{ fd int }

func (b blkConn) Read(p []byte) (int, error) {
	for {
		n, err := syscall.Read(b.fd, p)
		if err == syscall.EINTR {
			continue
		}
		if err == nil && n == 0 {
			err = io.EOF
		}
		return n, err
	}
}

func (b blkConn) Write(p []byte) (int, error) {
	done := 0
	for done < len(p) {
		n, err := syscall.Write(b.fd, p[done:])
		if err == syscall.EINTR {
			continue
		}
		if err != nil {
			return done, err
		}
		done += n
	}
	return done, nil
}

func (s stack) wrap(c net.Conn) (io.ReadWriter, error) {
	if s.mode != "blk" {
		return c, nil
	}
	f, err := c.(interface{ File() (*os.File, error) }).File()
	if err != nil {
		return nil, err
	}
	fd, err := syscall.Dup(int(f.Fd()))
	if err != nil {
		return nil, err
	}
	f.Close()
	c.Close()
	return blkConn{fd}, syscall.SetNonblock(fd, false)
}
