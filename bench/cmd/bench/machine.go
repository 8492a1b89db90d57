package main

import (
	"debug/buildinfo"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"
)

// machine is where runs were made, and with what.
type machine struct {
	CPU      string            `json:"cpu"`
	Cores    int               `json:"cores"`
	Kernel   string            `json:"kernel"`
	Go       string            `json:"go"`
	Versions map[string]string `json:"versions"`
}

func thisMachine(dir string) *machine {
	m := &machine{Cores: runtime.NumCPU(), Go: runtime.Version(), Versions: map[string]string{}}
	info, _ := os.ReadFile("/proc/cpuinfo")
	for l := range strings.Lines(string(info)) {
		if name, ok := strings.CutPrefix(l, "model name"); ok {
			m.CPU = strings.TrimSpace(strings.TrimLeft(name, "\t :"))
			break
		}
	}
	var u unix.Utsname
	if unix.Uname(&u) == nil {
		m.Kernel = unix.ByteSliceToString(u.Sysname[:]) + " " + unix.ByteSliceToString(u.Release[:])
	}
	for lib, name := range map[string]string{"libnanomsg-dev": "nanomsg", "libnng-dev": "nng", "libzmq3-dev": "libzmq"} {
		if out, err := exec.Command("dpkg-query", "-W", "-f", "${Version}", lib).Output(); err == nil {
			m.Versions[name] = string(out)
		}
	}
	for bin, module := range map[string]string{"a-mangos": "go.nanomsg.org/mangos/v3", "a-gozmq": "github.com/go-zeromq/zmq4", "a-nats": "github.com/nats-io/nats.go"} {
		info, err := buildinfo.ReadFile(filepath.Join(dir, "bin", bin))
		if err != nil {
			continue
		}
		for _, d := range info.Deps {
			if d.Path == module {
				m.Versions[module] = d.Version
			}
		}
	}
	if out, err := exec.Command("git", "-C", dir, "describe", "--always").Output(); err == nil {
		m.Versions["sp"] = strings.TrimSpace(string(out))
		// What a run itself writes does not count.
		if exec.Command("git", "-C", dir, "diff", "--quiet", "HEAD", "--", "..", ":!runs", ":!../docs").Run() != nil {
			m.Versions["sp"] += "-dirty"
		}
	}
	return m
}
