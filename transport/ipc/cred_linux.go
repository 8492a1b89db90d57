package ipc

import (
	"net"
	"syscall"
)

func credentials(c *net.UnixConn) (*Credentials, bool) {
	raw, err := c.SyscallConn()
	if err != nil {
		return nil, false
	}
	var u *syscall.Ucred
	if e := raw.Control(func(fd uintptr) {
		u, err = syscall.GetsockoptUcred(int(fd), syscall.SOL_SOCKET, syscall.SO_PEERCRED)
	}); e != nil || err != nil {
		return nil, false
	}
	return &Credentials{PID: int(u.Pid), UID: int(u.Uid), GID: int(u.Gid)}, true
}
