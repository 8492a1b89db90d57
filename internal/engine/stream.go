package engine

import (
	"context"
	"io"
	"time"

	"github.com/sprocketmq/sp/transport"
	"github.com/sprocketmq/sp/wire"
)

// stream is the carrier of a connection that is bytes: an outbox and a
// reader.
type stream struct {
	outbox
	reader
	role role
}

func newStream(p *Pipe, l *transport.StreamLink) *stream {
	s := new(stream)
	s.outbox.init(p, l.Conn, l.Codec)
	s.reader.init(p, l.Conn, l.Codec, &s.outbox)
	s.role.init()
	return s
}

func (s *stream) start() {}

func (s *stream) run() error {
	err := s.loop()
	s.outbox.lastWords()
	return err
}

func (s *stream) count(st *PeerStats) { s.outbox.count(st) }

// farewell says goodbye because of err, if the codec has words for it.
func (o *outbox) farewell(err error) {
	if f, ok := o.codec.(wire.Farewell); ok {
		if bye := f.AppendFarewell(nil, err); len(bye) > 0 {
			o.control(bye, true)
		}
	}
}

// Last words may take this long to be sent, where the peer does not read.
const mostLastWords = time.Second

// lastWords waits until a codec's farewell or answer has left. Then the other
// side is told that no more comes, and what it had sent meanwhile is read: else
// the kernel would reset the connection, and the words might never be read.
func (o *outbox) lastWords() {
	_, farewell := o.codec.(wire.Farewell)
	_, answers := o.codec.(wire.Controller)
	if !farewell && !answers {
		return
	}
	ctx, cancel := context.WithTimeout(o.p.sock.ctx, mostLastWords)
	defer cancel()
	if o.flush(ctx) != nil {
		return
	}
	if half, ok := o.conn.(halfCloser); ok && half.CloseWrite() == nil {
		o.conn.SetReadDeadline(time.Now().Add(mostLastWords / 10))
		io.CopyN(io.Discard, o.conn, 64<<10)
	}
}

type halfCloser interface{ CloseWrite() error }

// end ends the connection in good order when all has been written. A peer that
// may be sending is given until the end of ctx to finish: what it has sent and
// nobody will read must not make the kernel reset the connection, which could
// destroy what it has not read yet.
func (s *stream) end(ctx context.Context) {
	s.outbox.farewell(nil)
	s.flush(ctx)
	half, ok := s.outbox.conn.(halfCloser)
	if !ok || half.CloseWrite() != nil {
		return
	}
	// nanomsg throws away what it has not read where a Unix-domain connection hangs
	// up, which it does when both sides are closed.
	unix := s.outbox.conn.LocalAddr().Network() == "unix"
	if !unix && !s.outbox.p.sock.pattern.Receives {
		return
	}
	// The reader goes on, into nothing, until the other side has closed too.
	select {
	case <-s.outbox.p.lost:
	case <-ctx.Done():
	}
}
