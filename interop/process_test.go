package interop

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A process is a foreign party. One line asks, one line answers.
type process struct {
	*exec.Cmd
	ctx    context.Context
	in     io.Writer
	out    *bufio.Scanner
	errors bytes.Buffer // complete when the process has ended
	at     string
}

// newProcess starts a peer with one seat, or a device between two. Listening
// seats get addresses of their own; the first one's is what addr gives.
func newProcess(ctx context.Context, t testing.TB, maker string, seats ...seat) *process {
	t.Helper()
	var args []string
	for i, s := range seats {
		if s.how == "listen" {
			s.at = freeAddress(t, s.at)
			seats[i] = s
		}
		args = append(args, s.role, s.how, s.at)
	}
	return startPeer(ctx, t, maker, seats[0].at, args...)
}

// startPeer starts a peer and waits until it is ready; at is its first address.
func startPeer(ctx context.Context, t testing.TB, maker, at string, args ...string) *process {
	t.Helper()
	p := &process{Cmd: exec.CommandContext(ctx, filepath.Join(peerDir, maker), args...), ctx: ctx, at: at}
	p.Stderr = &p.errors
	in, err := p.StdinPipe()
	check(t, "pipe", err)
	out, err := p.StdoutPipe()
	check(t, "pipe", err)
	check(t, maker, p.Start())
	t.Cleanup(p.kill)
	p.in, p.out = in, bufio.NewScanner(out)
	_, err = p.answer("ready")
	check(t, p.String(), err)
	return p
}

// kill ends the process as a crash would.
func (p *process) kill() {
	_ = p.Process.Kill()
	_ = p.Wait()
}

func (p *process) ask(line, want string) (string, error) {
	if _, err := fmt.Fprintln(p.in, line); err != nil {
		return "", err
	}
	return p.answer(want)
}

// answer reads a line and gives what stands behind its first word.
func (p *process) answer(want string) (string, error) {
	if !p.out.Scan() {
		err := p.ctx.Err()
		p.kill()
		return "", fmt.Errorf("no %q from the peer: %v, %v: %s", want, err, p.ProcessState, &p.errors)
	}
	first, rest, _ := strings.Cut(p.out.Text(), " ")
	if first != want {
		return "", fmt.Errorf("peer says %q, want %q", p.out.Text(), want)
	}
	return rest, nil
}

func (l letter) String() string { return fmt.Sprint(l.size, " ", l.seed, " ", l.extra+1) }

func (p *process) send(l letter) error {
	_, err := p.ask("send "+l.String(), "sent")
	return err
}

func (p *process) repeat(l letter) (stop func() error, err error) {
	_, err = p.ask("repeat "+l.String(), "repeating")
	return func() error {
		_, err := p.ask("stop", "stopped")
		return err
	}, err
}

func (p *process) recv() (a arrival, err error) {
	line, err := p.ask("recv", "got")
	if err == nil {
		_, err = fmt.Sscanf(line, "%d %x", &a.size, &a.sum)
	}
	return a, err
}

// ttl sets the most hops a message may have made to be received.
func (p *process) ttl(hops int) error {
	_, err := p.ask(fmt.Sprint("ttl ", hops), "set")
	return err
}

func (p *process) addr() string { return p.at }
