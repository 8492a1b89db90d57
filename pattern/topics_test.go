package pattern_test

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/sprocketmq/sp/pattern"
)

// naive is what Topics has to do, done plainly.
type naive map[string]int

func (n naive) match(body string) bool {
	for topic := range n {
		if strings.HasPrefix(body, topic) {
			return true
		}
	}
	return false
}

func (n naive) remove(topic string) bool {
	if n[topic] == 0 {
		return false
	}
	if n[topic]--; n[topic] == 0 {
		delete(n, topic)
	}
	return true
}

// play reads a program: each line's first byte says what to do with the rest.
func play(t *testing.T, program []byte) {
	var topics pattern.Topics
	model := naive{}
	for line := range bytes.SplitSeq(program, []byte("\n")) {
		if len(line) == 0 {
			continue
		}
		arg := bytes.Clone(line[1:])
		switch line[0] % 4 {
		case 0, 1:
			topics.Add(arg)
			model[string(arg)]++
		case 2:
			if got, want := topics.Remove(arg), model.remove(string(arg)); got != want {
				t.Fatalf("Remove(%q) is %v, want %v", arg, got, want)
			}
		case 3:
			if got, want := topics.Match(arg), model.match(string(arg)); got != want {
				t.Fatalf("Match(%q) is %v, want %v, with %v", arg, got, want, model)
			}
		}
		clear(arg) // Topics must not have kept it
		if topics.Empty() != (len(model) == 0) {
			t.Fatalf("Empty is %v, with %v", topics.Empty(), model)
		}
	}
	for topic, n := range model {
		for range n {
			if !topics.Match([]byte(topic)) || !topics.Remove([]byte(topic)) {
				t.Fatalf("%q is lost", topic)
			}
		}
	}
	if !topics.Empty() {
		t.Fatal("all topics are removed, and it is not empty")
	}
}

func FuzzTopics(f *testing.F) {
	f.Add([]byte("0abc\n0abd\n3abx\n3abcd\n2abc\n3abcd\n2abd"))
	f.Add([]byte("0\n3anything\n2\n3"))
	f.Add([]byte("0a\n0ab\n0abc\n2ab\n3ab\n3a\n2a\n3ab\n3abc"))
	f.Fuzz(play)
}

// Few letters make many topics that share their beginnings.
func TestTopicsRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		var program []byte
		for range 200 {
			program = append(program, '0'+byte(r.IntN(4)))
			for range r.IntN(6) {
				program = append(program, 'a'+byte(r.IntN(3)))
			}
			program = append(program, '\n')
		}
		play(t, program)
	}
}
