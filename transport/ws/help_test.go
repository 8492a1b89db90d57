package ws

import (
	"bufio"
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/transport"
	"github.com/sprocketmq/sp/wire"
)

func timeout(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// handshake does what the engine does with a new link.
func handshake(ctx context.Context, l transport.Link, p wire.Protocol, admit func() error) error {
	var work sync.WaitGroup
	defer work.Wait()
	defer context.AfterFunc(ctx, func() { l.Close() })()
	if admit == nil {
		admit = func() error { return nil }
	}
	err := l.Handshake(ctx, transport.Hello{Protocol: p, Admit: admit, Go: work.Go})
	if err != nil {
		l.Close()
	}
	return err
}

// A server accepts links and does their handshakes, as a socket would.
type server struct {
	transport.Listener
	ends chan end
}

// end is what became of a link.
type end struct {
	link transport.Link
	err  error
}

func serve(t testing.TB, l transport.Listener, p wire.Protocol, admit func(transport.Link) error) *server {
	t.Helper()
	s := &server{l, make(chan end, 100)}
	ctx := timeout(t)
	var work sync.WaitGroup
	work.Go(func() {
		for {
			link, err := l.Accept()
			if err != nil {
				if !errors.Is(err, net.ErrClosed) {
					t.Error(err)
				}
				return
			}
			work.Go(func() {
				err := handshake(ctx, link, p, func() error {
					if admit == nil {
						return nil
					}
					return admit(link)
				})
				s.ends <- end{link, err}
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		work.Wait()
		close(s.ends)
		for e := range s.ends {
			e.link.Close()
		}
	})
	return s
}

// next waits for what becomes of the next link.
func (s *server) next(t testing.TB) end {
	t.Helper()
	select {
	case e := <-s.ends:
		return e
	case <-timeout(t).Done():
		t.Fatal("the server saw no link")
		return end{}
	}
}

func listen(t testing.TB, tr Transport, addr string) transport.Listener {
	t.Helper()
	l, err := tr.Listen(addr)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// mount serves h on a path, and returns the address to dial.
func mount(t testing.TB, h http.Handler, path string) string {
	t.Helper()
	return mountAll(t, map[string]http.Handler{path: h}) + path
}

// mountAll serves handlers on paths, and returns the address without one.
func mountAll[H http.Handler](t testing.TB, handlers map[string]H) string {
	t.Helper()
	mux := http.NewServeMux()
	for path, h := range handlers {
		mux.Handle(path, h)
	}
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return "ws" + strings.TrimPrefix(s.URL, "http")
}

// dial connects and does the handshake.
func dial(t testing.TB, tr Transport, addr string, p wire.Protocol) (*transport.StreamLink, error) {
	t.Helper()
	d, err := tr.Dialer(addr)
	if err != nil {
		t.Fatal(err)
	}
	link, err := d.Dial(timeout(t))
	if err != nil {
		return nil, err
	}
	t.Cleanup(func() { link.Close() })
	return link.(*transport.StreamLink), handshake(timeout(t), link, p, nil)
}

// exchange sends a message each way.
func exchange(t testing.TB, a, b *transport.StreamLink) {
	t.Helper()
	for _, way := range [][2]*transport.StreamLink{{a, b}, {b, a}} {
		for _, body := range []string{"", "hello", strings.Repeat("x", 200<<10)} {
			sent := make(chan error, 1)
			go func() {
				_, err := way[0].Conn.Write(way[0].Codec.Append(nil, &message.Message{Body: []byte(body)}))
				sent <- err
			}()
			got, err := receive(way[1])
			if err := errors.Join(err, <-sent); err != nil || got != body {
				t.Errorf("got %d bytes of %d, %v", len(got), len(body), err)
			}
		}
	}
}

// receive reads a message the slow way.
func receive(l *transport.StreamLink) (string, error) {
	l.Conn.SetReadDeadline(time.Now().Add(time.Minute))
	var buf, body []byte
	one := make([]byte, 64<<10)
	for {
		f, err := l.Codec.Parse(buf)
		if err != nil {
			return "", err
		}
		if n := f.Head + int(f.Size); f.Head > 0 && len(buf) >= n {
			payload, err := l.Codec.(wire.Transformer).Open(f, buf[f.Head:n])
			if err != nil {
				return "", err
			}
			body = append(body, payload...)
			buf = buf[n:]
			if f.Kind == wire.Whole {
				return string(body), nil
			}
			continue
		}
		n, err := l.Conn.Read(one)
		if err != nil {
			return "", err
		}
		buf = append(buf, one[:n]...)
	}
}

// ask sends a request as it stands and returns the answer.
func ask(t testing.TB, addr, request string) *http.Response {
	t.Helper()
	_, rest, _ := strings.Cut(addr, "://")
	host, _, _ := strings.Cut(rest, "/")
	conn, err := net.Dial("tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(time.Minute))
	if _, err := conn.Write([]byte(request)); err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	return answer
}

// request is a right one for a rep's listener, with changes: "Name: value"
// replaces a header, "Name:" removes it, and what has no colon or begins with
// GET replaces the first line.
func request(changes ...string) string {
	first := "GET /feed HTTP/1.1"
	headers := []string{
		"Host: example.com", "Upgrade: websocket", "Connection: keep-alive, Upgrade",
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13",
		"Sec-WebSocket-Protocol: rep.sp.nanomsg.org",
	}
	for _, change := range changes {
		name, value, ok := strings.Cut(change, ":")
		if !ok || strings.HasPrefix(change, "GET ") {
			first = change
			continue
		}
		kept := headers[:0]
		for _, h := range headers {
			if n, _, _ := strings.Cut(h, ":"); n != name {
				kept = append(kept, h)
			}
		}
		if headers = kept; value != "" {
			headers = append(headers, change)
		}
	}
	return first + "\r\n" + strings.Join(headers, "\r\n") + "\r\n\r\n"
}
