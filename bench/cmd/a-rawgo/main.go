// a-rawgo is the physical limit for Go: length-prefixed frames on a bare
// connection, and bare channels for inproc.
//
// RAW_MODE: batch (default) buffers 64 KiB on the sending side, 1w makes one
// write per message, blk is 1w on blocking descriptors outside the netpoller,
// mux (conc only) is batch with a goroutine for each request.
package main

import (
	"bufio"
	"encoding/binary"
	"io"
	"net"
	"os"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/sprocketmq/sp/bench/adapter"
)

const hdr = 8

type stack struct{ mode string }

func (s stack) Settle() time.Duration { return 20 * time.Millisecond }

func (stack) Single() {}

func split(url string) (network, addr string) {
	scheme, rest, _ := strings.Cut(url, "://")
	if scheme == "ipc" {
		return "unix", rest
	}
	return scheme, rest
}

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

// sock is one connection. out holds header and payload side by side, so a
// message of any size is a single write.
type sock struct {
	mode string
	ok   chan struct{} // closed once connected
	c    io.ReadWriter
	r    *bufio.Reader
	w    *bufio.Writer
	out  []byte
	src  *byte
	in   []byte

	whole []byte // the frame last received, header and all
}

func (s *sock) attach(c io.ReadWriter) {
	s.c, s.r, s.w = c, bufio.NewReaderSize(c, 64<<10), bufio.NewWriterSize(c, 64<<10)
	close(s.ok)
}

func grow(b []byte, n int) []byte {
	if cap(b) < n {
		return make([]byte, n)
	}
	return b[:n]
}

func (s *sock) Send(b []byte) error {
	<-s.ok
	if s.mode == "batch" {
		if s.w.Available() < hdr {
			if err := s.w.Flush(); err != nil {
				return err
			}
		}
		s.w.Write(binary.BigEndian.AppendUint64(s.w.AvailableBuffer(), uint64(len(b))))
		_, err := s.w.Write(b)
		return err
	}
	if len(s.out) != hdr+len(b) || s.src != &b[0] { // the frame is built once a buffer
		s.out = grow(s.out, hdr+len(b))
		binary.BigEndian.PutUint64(s.out, uint64(len(b)))
		copy(s.out[hdr:], b)
		s.src = &b[0]
	}
	_, err := s.c.Write(s.out)
	return err
}

func (s *sock) Recv() (adapter.Msg, error) {
	<-s.ok
	if s.w.Buffered() > 0 && s.r.Buffered() == 0 {
		if err := s.w.Flush(); err != nil {
			return adapter.Msg{}, err
		}
	}
	s.whole = nil
	h, err := s.r.Peek(hdr)
	if err != nil {
		return adapter.Msg{}, err
	}
	n := int(binary.BigEndian.Uint64(h))
	if hdr+n <= s.r.Buffered() { // in place, until the next Recv
		s.whole, _ = s.r.Peek(hdr + n)
		s.r.Discard(hdr + n)
		return adapter.Msg{B: s.whole[hdr:]}, nil
	}
	s.in = grow(s.in, hdr+n)
	s.whole = s.in
	_, err = io.ReadFull(s.r, s.in)
	return adapter.Msg{B: s.in[hdr:]}, err
}

func (s *sock) Free(adapter.Msg) {}

func (s *sock) Reply(m adapter.Msg) error {
	if s.mode == "batch" {
		_, err := s.w.Write(s.whole)
		return err
	}
	_, err := s.c.Write(s.whole)
	return err
}

func (s *sock) Flush() error {
	if s.w == nil {
		return nil
	}
	return s.w.Flush()
}

// pub writes to every subscriber in turn and waits for the slowest.
type pub struct {
	subs []*sock
}

func (p *pub) Send(b []byte) error {
	for _, s := range p.subs {
		if err := s.Send(b); err != nil {
			return err
		}
	}
	return nil
}
func (p *pub) Flush() error {
	for _, s := range p.subs {
		s.Flush()
	}
	return nil
}
func (p *pub) Recv() (adapter.Msg, error) { select {} }
func (p *pub) Free(adapter.Msg)           {}
func (p *pub) Reply(adapter.Msg) error    { return nil }

func (st stack) Open(kind, url string, listen bool) (adapter.Sock, error) {
	network, addr := split(url)
	if network == "inproc" {
		return openInproc(kind, listen)
	}
	mode := st.mode
	if (kind == "rep" || kind == "req") && mode == "batch" {
		mode = "1w" // a ping-pong has nothing to batch
	}
	s := &sock{mode: mode, ok: make(chan struct{})}
	if !listen {
		c, err := net.Dial(network, addr)
		if err != nil {
			return nil, err
		}
		w, err := st.wrap(c)
		if err != nil {
			return nil, err
		}
		s.attach(w)
		return s, nil
	}
	l, err := net.Listen(network, addr)
	if err != nil {
		return nil, err
	}
	if kind == "pub" {
		p := &pub{}
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				w, err := st.wrap(c)
				if err != nil {
					return
				}
				s := &sock{mode: mode, ok: make(chan struct{})}
				s.attach(w)
				p.subs = append(p.subs, s)
			}
		}()
		return p, nil
	}
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		w, err := st.wrap(c)
		if err != nil {
			return
		}
		s.attach(w)
	}()
	return s, nil
}

func (st stack) ServeConc(url string) error {
	if st.mode == "blk" {
		return adapter.ErrUnsupported
	}
	network, addr := split(url)
	if network == "inproc" {
		go func() {
			for m := range concReqs {
				m.reply <- m.b
			}
		}()
		return nil
	}
	l, err := net.Listen(network, addr)
	if err != nil {
		return err
	}
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		s := &sock{mode: st.mode, ok: make(chan struct{})}
		if st.mode == "mux" {
			s.mode = "batch"
		}
		s.attach(c)
		for {
			m, err := s.Recv()
			if err != nil || s.Reply(m) != nil {
				return
			}
		}
	}()
	return nil
}

// mux carries the requests of many goroutines over one connection: a writer
// that batches what is waiting, and a reader that hands replies out by number.
type mux struct {
	s    *sock
	wq   chan []byte
	wait []chan struct{}
}

type muxReq struct {
	m  *mux
	id int
	b  []byte
}

func (q *muxReq) Do(b []byte) error {
	if q.b == nil {
		q.b = append([]byte(nil), b...)
		binary.BigEndian.PutUint32(q.b, uint32(q.id))
	}
	q.m.wq <- q.b
	<-q.m.wait[q.id]
	return nil
}

type inReq struct {
	b     []byte
	reply chan []byte
}

var concReqs = make(chan *inReq)

func (q *inReq) Do(b []byte) error {
	q.b = b
	concReqs <- q
	<-q.reply
	return nil
}

func (st stack) DialConc(url string, n int) ([]adapter.Requester, adapter.Sock, error) {
	network, addr := split(url)
	var qs []adapter.Requester
	if network == "inproc" {
		for range n {
			qs = append(qs, &inReq{reply: make(chan []byte, 1)})
		}
		return qs, nil, nil
	}
	c, err := net.Dial(network, addr)
	if err != nil {
		return nil, nil, err
	}
	s := &sock{mode: st.mode, ok: make(chan struct{})}
	s.attach(c)
	if st.mode == "batch" { // one loop keeps n requests on their way
		return nil, s, nil
	}
	if st.mode == "mux" { // a goroutine a request, batched writes
		s.mode = "batch"
	}
	m := &mux{s: s, wq: make(chan []byte, n)}
	for i := range n {
		m.wait = append(m.wait, make(chan struct{}, 1))
		qs = append(qs, &muxReq{m: m, id: i})
	}
	go func() {
		for b := range m.wq {
			if s.Send(b) != nil {
				return
			}
			if len(m.wq) == 0 {
				runtime.Gosched() // let those who are about to send do so
				if len(m.wq) == 0 {
					s.Flush()
				}
			}
		}
	}()
	go func() {
		var h [hdr]byte
		in := make([]byte, 64<<10)
		for {
			if _, err := io.ReadFull(s.r, h[:]); err != nil {
				return
			}
			k := binary.BigEndian.Uint64(h[:])
			if _, err := io.ReadFull(s.r, in[:k]); err != nil {
				return
			}
			m.wait[binary.BigEndian.Uint32(in)] <- struct{}{}
		}
	}()
	return qs, nil, nil
}

// inproc: a channel each way. lat and pair use unbuffered channels, the rest
// 128 deep (mangos' default queue length).
type chanSock struct {
	out []chan []byte
	in  chan []byte
}

func (c *chanSock) Send(b []byte) error {
	for _, o := range c.out {
		o <- b
	}
	return nil
}
func (c *chanSock) Recv() (adapter.Msg, error) { return adapter.Msg{B: <-c.in}, nil }
func (c *chanSock) Free(adapter.Msg)           {}
func (c *chanSock) Reply(m adapter.Msg) error  { return c.Send(m.B) }
func (c *chanSock) Flush() error               { return nil }

var inprocServer *chanSock

func openInproc(kind string, listen bool) (adapter.Sock, error) {
	depth := 128
	if kind == "rep" || kind == "req" {
		depth = 0
	}
	if listen {
		inprocServer = &chanSock{in: make(chan []byte, depth)}
		return inprocServer, nil
	}
	c := &chanSock{in: make(chan []byte, depth), out: []chan []byte{inprocServer.in}}
	inprocServer.out = append(inprocServer.out, c.in)
	return c, nil
}

func main() {
	mode := os.Getenv("RAW_MODE")
	if mode == "" {
		mode = "batch"
	}
	adapter.Main(stack{mode})
}
