// Package ledger keeps the books of numbered messages: which were accepted from
// whom, which came, how often and in what order. At the end they are settled
// against what the sockets counted: sent = received + dropped + unknown.
package ledger

import (
	"bytes"
	"encoding/binary"
	"sync"
)

// Ledger is the books of messages of which each is for one receiver.
type Ledger struct {
	mu      sync.Mutex
	senders map[uint32][]entry
	last    map[line]uint64
	sum     Sum
	mark    int           // how much has to be received
	news    chan struct{} // closed then
}

type entry struct {
	accepted bool
	came     uint8
}

// line is what order is looked at for: one sender and one receiver.
type line struct{ sender, receiver uint32 }

// Sum is what the books say.
type Sum struct {
	Accepted int // by a send that returned nil
	Received int // different messages
	Missing  int // accepted and not received
	Twice    int // came once more
	Refused  int // came, and were not accepted
	Back     int // came after a later one of the same sender
	Damaged  int // are not what was sent
}

// New makes empty books.
func New() *Ledger {
	return &Ledger{senders: map[uint32][]entry{}, last: map[line]uint64{}}
}

const head = 12

// Write makes a sender's next message, of size bytes or what its number needs.
// Each number is tried once: what is not accepted must not arrive.
func (l *Ledger) Write(sender uint32, size int) (body []byte, n uint64) {
	l.mu.Lock()
	n = uint64(len(l.senders[sender]))
	l.senders[sender] = append(l.senders[sender], entry{})
	l.mu.Unlock()
	return text(sender, n, size), n
}

func text(sender uint32, n uint64, size int) []byte {
	body := binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint32(nil, sender), n)
	for len(body) < size {
		body = append(body, byte(n)^byte(len(body)))
	}
	return body
}

// Accept notes that a sender's message was accepted.
func (l *Ledger) Accept(sender uint32, n uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.senders[sender][n].accepted = true
}

// Read notes what a receiver got, and returns its sender and number.
func (l *Ledger) Read(receiver uint32, body []byte) (sender uint32, n uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(body) < head {
		l.sum.Damaged++
		return 0, 0
	}
	sender, n = binary.BigEndian.Uint32(body), binary.BigEndian.Uint64(body[4:])
	if n >= uint64(len(l.senders[sender])) || !bytes.Equal(body, text(sender, n, len(body))) {
		l.sum.Damaged++
		return 0, 0
	}
	e := &l.senders[sender][n]
	if e.came++; e.came > 1 {
		l.sum.Twice++
	} else {
		l.sum.Received++
	}
	at := line{sender, receiver}
	if last, ok := l.last[at]; ok && n < last {
		l.sum.Back++
	}
	l.last[at] = n
	if l.news != nil && l.sum.Received >= l.mark {
		close(l.news)
		l.news = nil
	}
	return sender, n
}

// Came returns what is closed when so many more messages have been received than
// have been now; Reached, when it is so many in all. One at a time may wait.
func (l *Ledger) Came(more int) <-chan struct{} { return l.Reached(l.Sum().Received + more) }

// Reached is to Came as all is to more.
func (l *Ledger) Reached(all int) <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := make(chan struct{})
	if l.mark = all; l.sum.Received >= all {
		close(c)
	} else {
		l.news = c
	}
	return c
}

// Sum is what the books say now.
func (l *Ledger) Sum() Sum {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.sum
	for _, all := range l.senders {
		for _, e := range all {
			switch {
			case e.accepted:
				s.Accepted++
				if e.came == 0 {
					s.Missing++
				}
			case e.came > 0:
				s.Refused++
			}
		}
	}
	return s
}
