package transporttest_test

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"testing"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/transport"
	"github.com/sprocketmq/sp/transport/transporttest"
	"github.com/sprocketmq/sp/wire"
)

// memory is a transport that carries whole messages: each direction of a
// connection is a short queue, and whoever puts something into it or makes room
// moves what is there. It starts nothing. It also shows what a message
// transport of one's own has to do.
type memory struct {
	pipes // for its names, and for how dialers find listeners
}

func (n *memory) Dialer(addr string) (transport.Dialer, error) {
	scheme, err := transport.Scheme(addr)
	if err != nil {
		return nil, err
	}
	name := addr[len(scheme)+3:]
	return transport.DialerFunc(func(ctx context.Context) (transport.Link, error) {
		conn, err := n.dial(ctx, name)
		if err != nil {
			return nil, err
		}
		return newMemoryLink(conn, addr), nil
	}), nil
}

func (n *memory) Listen(addr string) (transport.Listener, error) {
	scheme, err := transport.Scheme(addr)
	if err != nil {
		return nil, err
	}
	l, err := n.listen(addr[len(scheme)+3:])
	if err != nil {
		return nil, err
	}
	return &transport.ConnListener{
		Listener: l,
		Address:  addr,
		Wrap:     func(conn net.Conn) transport.Link { return newMemoryLink(conn, addr) },
	}, nil
}

// memoryLink is one end. It shakes hands over a pipe, and uses that afterwards
// only to tell the other end where to find it.
type memoryLink struct {
	transport.StreamLink
	addr string
	in   lane // what the other end offered

	mu    sync.Mutex
	far   *memoryLink
	sink  transport.Sink
	ended error
	lost  bool // sink has been told
}

const laneLength = 4

// lane is messages on their way to a sink.
type lane struct {
	mu      sync.Mutex
	queue   []message.Message
	moving  bool // somebody delivers
	again   bool // and has to look once more
	refused bool // the other end's Ready is owed
}

func newMemoryLink(conn net.Conn, addr string) transport.Link {
	return &memoryLink{StreamLink: transport.StreamLink{Conn: conn, Local: addr, Remote: addr}, addr: addr}
}

// ends is how two ends of a pipe find each other when both have shaken hands.
var ends sync.Map // by the number that the first one sends

var endNumbers = make(chan uint32, 1)

func init() { endNumbers <- 0 }

// Handshake does what streams do, and then swaps numbers to get hold of the
// other end.
func (l *memoryLink) Handshake(ctx context.Context, hello transport.Hello) error {
	if err := l.StreamLink.Handshake(ctx, hello); err != nil {
		return err
	}
	n := <-endNumbers + 1
	endNumbers <- n
	ends.Store(n, l)
	sent := make(chan error, 1)
	hello.Go(func() {
		_, err := l.Conn.Write(wire.AppendWord(nil, n))
		sent <- err
	})
	var theirs [wire.WordSize]byte
	_, err := io.ReadFull(l.Conn, theirs[:])
	if err != nil {
		l.Conn.Close()
	}
	if err = errors.Join(err, <-sent); err != nil {
		ends.Delete(n)
		return err
	}
	w, _ := wire.Word(theirs[:])
	far, ok := ends.LoadAndDelete(w)
	if !ok {
		return io.ErrUnexpectedEOF
	}
	l.mu.Lock()
	l.far = far.(*memoryLink)
	l.mu.Unlock()
	return nil
}

func (l *memoryLink) Attach(sink transport.Sink) {
	l.mu.Lock()
	l.sink = sink
	l.mu.Unlock()
	l.tell()
	l.move()
}

// Offer puts a message into the other end's lane.
func (l *memoryLink) Offer(m *message.Message) bool {
	in := &l.far.in
	in.mu.Lock()
	if len(in.queue) == laneLength || l.isEnded() {
		in.refused = true
		in.mu.Unlock()
		return false
	}
	c := m.Move()
	c.Own()
	in.queue = append(in.queue, c)
	in.mu.Unlock()
	l.far.move()
	return true
}

// move delivers what is in the lane, one mover at a time, with no lock held
// meanwhile.
func (l *memoryLink) move() {
	l.mu.Lock()
	sink, far := l.sink, l.far
	l.mu.Unlock()
	if sink == nil {
		return // Attach moves
	}
	in := &l.in
	in.mu.Lock()
	in.again = true
	for !in.moving && in.again {
		in.moving, in.again = true, false
		batch := in.queue
		in.queue = nil
		in.mu.Unlock()
		n := sink.Deliver(batch)
		in.mu.Lock()
		in.queue = append(batch[n:], in.queue...)
		in.moving = false
		if n > 0 && in.refused {
			in.refused = false
			in.mu.Unlock()
			far.ready()
			in.mu.Lock()
		}
	}
	in.mu.Unlock()
}

func (l *memoryLink) ready() {
	l.mu.Lock()
	sink := l.sink
	l.mu.Unlock()
	if sink != nil {
		sink.Ready()
	}
}

// Resume implements transport.MessageLink.
func (l *memoryLink) Resume() { l.move() }

// Flush implements transport.MessageLink. What the other end does not take in
// time is given back by Lost.
func (l *memoryLink) Flush(ctx context.Context) error { return nil }

func (l *memoryLink) isEnded() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ended != nil
}

// Close ends both ends.
func (l *memoryLink) Close() error {
	l.Conn.Close()
	l.end(net.ErrClosed)
	l.mu.Lock()
	far := l.far
	l.mu.Unlock()
	if far != nil {
		far.Conn.Close()
		far.end(io.EOF)
	}
	return nil
}

func (l *memoryLink) end(err error) {
	l.mu.Lock()
	if l.ended == nil {
		l.ended = err
	}
	l.mu.Unlock()
	l.tell()
}

// tell tells the sink of the end, once, with what the other end has not got.
func (l *memoryLink) tell() {
	l.mu.Lock()
	sink, err, far := l.sink, l.ended, l.far
	if sink == nil || err == nil || l.lost {
		l.mu.Unlock()
		return
	}
	l.lost = true
	l.mu.Unlock()
	far.in.mu.Lock()
	unsent := far.in.queue
	far.in.queue = nil
	far.in.mu.Unlock()
	sink.Lost(err, unsent)
}

func TestMemory(t *testing.T) {
	n := &memory{pipes{listeners: map[string]*pipeListener{}}}
	transporttest.Run(t, transporttest.Config{Transport: n, Addr: fresh("memory://"), Bad: []string{"", "memory"}})
}

// A transport that is registered is like the ones built in.
func TestRegister(t *testing.T) {
	transport.Register("memory", &memory{pipes{listeners: map[string]*pipeListener{}}})
	a, b := sp.NewPair(nil), sp.NewPair(nil)
	defer a.Close()
	defer b.Close()
	if _, err := a.Listen("memory://registered"); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Dial("memory://registered"); err != nil {
		t.Fatal(err)
	}
	if err := b.Send(t.Context(), []byte("hello")); err != nil {
		t.Fatal(err)
	}
	if got, err := a.Recv(t.Context()); err != nil || string(got) != "hello" {
		t.Errorf("received %q, %v", got, err)
	}
}
