package interop

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/sprocketmq/sp/interop/body"
)

// The commands that come with nanomsg and nng. Both send a file's content,
// and print what they receive as it is.
var tools = map[string]struct {
	option   func(role string) string
	interval string // seconds between two messages; nngcat takes whole ones
}{
	"nanocat": {func(role string) string { return "--" + role }, "0.1"},
	"nngcat": {func(role string) string {
		if role == "pair1" {
			return "--pair1"
		}
		return "--" + role + "0"
	}, "1"},
}

// TestTools converses with the commands in all their roles.
func TestTools(t *testing.T) {
	cells := matrix("nanocat", "nngcat")
	if len(cells) != toolCells {
		t.Fatalf("%d cells, want %d", len(cells), toolCells)
	}
	for _, x := range cells {
		t.Run(x.String(), func(t *testing.T) {
			ctx := cell(t)
			for _, size := range []int{1, 29, 65536} {
				x.converse(ctx, t, size)
			}
		})
	}
}

// converse has the tool and a new socket of ours exchange a body of each.
func (x matrixCell) converse(ctx context.Context, t *testing.T, size int) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	they, we := letter{size: size, seed: 1}, letter{size: size, seed: 2}

	args := []string{tools[x.maker].option(x.theirs)}
	o := options()
	o.SurveyTime = 2 * time.Second
	var s *socket
	if x.weListen {
		s = newSocketWith(ctx, t, o, seat{ours, x.our, "listen", x.transport})
		args = append(args, "--connect", s.addr())
	} else {
		at := freeAddress(t, x.transport)
		s = newSocketWith(ctx, t, o, seat{ours, x.our, "dial", at})
		args = append(args, "--bind", at)
	}
	x.trade(t, s, startTool(ctx, t, x.maker, append(args, x.input(t, they)...)), they, we, cancel)
}

// trade exchanges a body of each with a tool that has been started, and then
// ends what the socket does. Again and again, as the first connection may be
// given up: nanomsg and nng wait a second or so for a handshake.
func (x matrixCell) trade(t *testing.T, s *socket, out io.Reader, they, we letter, cancel func()) {
	t.Helper()
	if x.weSpeak && x.a != x.b {
		heard := make(chan error, 1)
		go func() {
			heard <- printed(out, we)
			_, _ = io.Copy(io.Discard, out) // the tool would stop otherwise
		}()
		if x.twoWay {
			check(t, "from the tool", ask(s, we, they))
			check(t, "to the tool", <-heard)
			return
		}
		stop, err := s.repeat(we)
		check(t, "to the tool", err)
		check(t, "to the tool", <-heard)
		check(t, "to the tool", stop())
		return
	}
	check(t, "from the tool", expect(s, they))
	if x.twoWay {
		answered := make(chan struct{})
		go func() {
			defer close(answered)
			x.answer(s, we)
		}()
		check(t, "to the tool", printed(out, we))
		cancel()
		<-answered
	}
}

// input gives the options for what the tool sends, and for how it prints. It
// sends again and again where the first message may come too early, or be lost
// as the tool ends.
func (x matrixCell) input(t *testing.T, l letter) (args []string) {
	if x.weSpeak || x.twoWay {
		args = append(args, "--raw")
	}
	if !x.weSpeak || x.twoWay {
		file := filepath.Join(t.TempDir(), "body")
		check(t, "file", os.WriteFile(file, body.Make(l.size, l.seed), 0o600))
		args = append(args, "--file", file)
	}
	switch x.theirs {
	case "push", "pub", "bus":
		args = append(args, "--interval", tools[x.maker].interval)
	case "surveyor":
		// Not the second that a survey takes: nng's surveyor locks itself up
		// for ever where the next one begins just as the one before ends.
		args = append(args, "--interval", "2")
	}
	return args
}

func startTool(ctx context.Context, t *testing.T, name string, args []string) io.Reader {
	t.Helper()
	cmd := exec.CommandContext(ctx, name, args...)
	out, err := cmd.StdoutPipe()
	check(t, "pipe", err)
	check(t, "start", cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return out
}

// ask asks again when a survey ends without an answer: nobody may have been
// there.
func ask(s *socket, question, answer letter) error {
	for {
		if err := s.send(question); err != nil {
			return err
		}
		if err := expect(s, answer); !errors.Is(err, io.EOF) {
			return err
		}
	}
}

// answer answers the tool, and again if it asks anew as surveyors do.
func (x matrixCell) answer(s *socket, l letter) {
	for s.send(l) == nil && x.theirs == "surveyor" {
		if _, err := s.recv(); err != nil {
			return
		}
	}
}

// printed waits until the tool has printed the letter's body.
func printed(out io.Reader, l letter) error {
	b := make([]byte, l.size)
	if _, err := io.ReadFull(out, b); err != nil {
		return err
	}
	if got := arrivalOf(b); got != l.arrival() {
		return fmt.Errorf("printed %v, want %v", got, l.arrival())
	}
	return nil
}
