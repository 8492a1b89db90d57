package ws

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/sprocketmq/sp/transport"
	"github.com/sprocketmq/sp/wire"
)

// TestRequests sends requests, right and wrong ones, to a listener of our own
// and to a handler of a net/http server.
func TestRequests(t *testing.T) {
	tests := []struct {
		name    string
		changes []string
		status  int
	}{
		{"right", nil, 101},
		{"HTTP/1.0", []string{"GET /feed HTTP/1.0"}, 505},
		{"POST", []string{"POST /feed HTTP/1.1"}, 405},
		{"another path", []string{"GET /feeds HTTP/1.1"}, 404},
		{"query", []string{"GET /feed?token=x HTTP/1.1"}, 101},
		{"whole URL", []string{"GET http://example.com/feed HTTP/1.1"}, 101},
		{"not HTTP", []string{"hello"}, 400},
		{"no host", []string{"Host:"}, 400},
		{"no upgrade", []string{"Upgrade:"}, 426},
		{"another upgrade", []string{"Upgrade: h2c"}, 426},
		{"Upgrade in capitals", []string{"Upgrade: WebSocket", "Connection: UPGRADE"}, 101},
		{"no connection", []string{"Connection: keep-alive"}, 426},
		{"version", []string{"Sec-WebSocket-Version: 8"}, 426},
		{"no version", []string{"Sec-WebSocket-Version:"}, 426},
		{"no key", []string{"Sec-WebSocket-Key:"}, 400},
		{"short key", []string{"Sec-WebSocket-Key: c2hvcnQ="}, 400},
		{"key that is not base64", []string{"Sec-WebSocket-Key: !!!!!!!!!!!!!!!!!!!!!!=="}, 400},
		{"bad name", []string{"X Y: z"}, 400},
		{"bad value", []string{"X-Y: \x01"}, 400},
		{"body", []string{"Content-Length: 5"}, 400},
		{"no protocol", []string{"Sec-WebSocket-Protocol:"}, 400},
		{"two protocols", []string{"Sec-WebSocket-Protocol: rep.sp.nanomsg.org, req.sp.nanomsg.org"}, 400},
		{"wrong protocol", []string{"Sec-WebSocket-Protocol: pub.sp.nanomsg.org"}, 400},
		{"foreign protocol", []string{"Sec-WebSocket-Protocol: chat"}, 400},
		{"extensions", []string{"Sec-WebSocket-Extensions: permessage-deflate"}, 101},
		{"same origin", []string{"Origin: http://example.com"}, 101},
		{"foreign origin", []string{"Origin: http://evil.example"}, 403},
		{"null origin", []string{"Origin: null"}, 403},
	}
	h := NewHandler("", nil)
	own := listen(t, Transport{}, "ws://127.0.0.1:0/feed")
	serve(t, h, wire.Rep, nil)
	serve(t, own, wire.Rep, nil)
	for end, addr := range map[string]string{"listener": own.Addr(), "handler": mount(t, h, "/feed")} {
		for _, test := range tests {
			t.Run(end+"/"+test.name, func(t *testing.T) {
				text := request(test.changes...)
				if strings.Contains(text, "Content-Length") {
					text += "hello"
				}
				answer := ask(t, addr, text)
				if answer.StatusCode != test.status {
					t.Errorf("status %d, want %d", answer.StatusCode, test.status)
				}
				got := answer.Header
				if test.status == 101 && (got.Get("Sec-WebSocket-Accept") != "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" ||
					got.Get("Sec-WebSocket-Protocol") != "rep.sp.nanomsg.org" || got.Get("Sec-WebSocket-Extensions") != "") {
					t.Errorf("answer %v", got)
				}
				if strings.Contains(test.name, "version") && got.Get("Sec-WebSocket-Version") != "13" {
					t.Errorf("the answer does not name the version: %v", got)
				}
			})
		}
	}
}

// TestNoPath is about nng, whose request line has nothing in the place of the
// path if its address has none. A server of net/http's refuses that.
func TestNoPath(t *testing.T) {
	l := listen(t, Transport{}, "ws://127.0.0.1:0")
	serve(t, l, wire.Rep, nil)
	if answer := ask(t, l.Addr(), request("GET  HTTP/1.1")); answer.StatusCode != 101 {
		t.Errorf("status %d", answer.StatusCode)
	}
}

func TestAnyPath(t *testing.T) {
	l := listen(t, Transport{AnyPath: true}, "ws://127.0.0.1:0")
	serve(t, l, wire.Rep, nil)
	if answer := ask(t, l.Addr(), request("GET /feed HTTP/1.1")); answer.StatusCode != 101 {
		t.Errorf("status %d", answer.StatusCode)
	}
}

func TestTooLongRequest(t *testing.T) {
	l := listen(t, Transport{}, "ws://127.0.0.1:0/feed")
	serve(t, l, wire.Rep, nil)
	if answer := ask(t, l.Addr(), request("X-Long: "+strings.Repeat("x", maxHead))); answer.StatusCode != 431 {
		t.Errorf("status %d", answer.StatusCode)
	}
}

func TestKeyAnswer(t *testing.T) {
	// The example of RFC 6455 1.3.
	if got := keyAnswer("dGhlIHNhbXBsZSBub25jZQ=="); got != "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" {
		t.Error(got)
	}
}

// answering is a server that says what it was told to, whatever it was asked.
func answering(t *testing.T, answer func(*http.Request) string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		conn.SetDeadline(time.Now().Add(time.Minute))
		if r, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
			conn.Write([]byte(answer(r)))
		}
	}()
	t.Cleanup(func() { l.Close(); <-done })
	return "ws://" + l.Addr().String() + "/"
}

func TestAnswers(t *testing.T) {
	const ok = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: upgrade\r\nSec-WebSocket-Accept: KEY\r\nSec-WebSocket-Protocol: rep.sp.nanomsg.org\r\n\r\n"
	without := func(line string) string {
		i := strings.Index(ok, line)
		end := i + strings.Index(ok[i:], "\r\n") + 2
		return ok[:i] + ok[end:]
	}
	tests := []struct{ name, answer, want string }{
		{"right", ok, ""},
		{"frames follow at once", ok + "\x82\x05hello", ""},
		{"no accept", without("Sec-WebSocket-Accept"), "another key"},
		{"wrong accept", strings.Replace(ok, "KEY", keyAnswer("x"), 1), "another key"},
		{"no upgrade", without("Upgrade"), "something else"},
		{"no protocol", without("Sec-WebSocket-Protocol"), "subprotocol"},
		{"wrong protocol", strings.Replace(ok, "rep.", "pub.", 1), "wrong protocol: peer is pub, want rep"},
		{"extension", strings.Replace(ok, "\r\n\r\n", "\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n", 1), "extensions"},
		{"not found", "HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\nhello", "404 Not Found"},
		{"redirect", "HTTP/1.1 302 Found\r\nLocation: http://elsewhere/\r\n\r\n", "302"},
		{"as nanomsg refuses", "HTTP/1.1 400 Incompatible Socket Type\r\nSec-WebSocket-Version: 13\r\n", "400"},
		{"nothing", "", "unexpected EOF"},
		{"half an answer", ok[:40], "unexpected EOF"},
		{"not HTTP", "\x00SP\x00\x00\x31\x00\x00\r\n\r\n", "not HTTP"},
		{"without end", "HTTP/1.1 101 x\r\nX: " + strings.Repeat("x", maxHead), "HTTP header"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			addr := answering(t, func(r *http.Request) string {
				return strings.Replace(test.answer, "KEY", keyAnswer(r.Header.Get("Sec-WebSocket-Key")), 1)
			})
			l, err := dial(t, Transport{}, addr, wire.Req)
			if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
				t.Fatalf("error %v, want %q", err, test.want)
			}
			if strings.HasSuffix(test.answer, "hello") && err == nil {
				if got, err := receive(l); got != "hello" || err != nil {
					t.Errorf("then got %q, %v", got, err)
				}
			}
		})
	}
}

// TestSilentServer has a handshake with nobody end with its context.
func TestSilentServer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	d, err := Transport{}.Dialer("ws://" + l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	link, err := d.Dial(timeout(t))
	if err != nil {
		t.Fatal(err)
	}
	conn, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	ctx, cancel := context.WithCancel(timeout(t))
	done := make(chan error, 1)
	go func() { done <- handshake(ctx, link, wire.Req, nil) }()
	if _, err := http.ReadRequest(bufio.NewReader(conn)); err != nil {
		t.Error(err)
	}
	cancel()
	if err := <-done; err == nil {
		t.Error("a handshake with nobody succeeded")
	}
}

// FuzzRequest sends anything to a listener: it answers in HTTP, and upgrades
// only what the checks of net/http's own parser accept as well.
func FuzzRequest(f *testing.F) {
	f.Add(request())
	f.Add(request("Origin: http://example.com"))
	f.Add(request("GET /feed?x=1 HTTP/1.1", "Sec-WebSocket-Protocol: a, b"))
	f.Add("GET / HTTP/1.1\r\n\r\n")
	f.Add("\r\n\r\n")
	f.Add(strings.Repeat("x", 4096))
	a, err := parse("ws://localhost:1/feed")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		conn := &textConn{Reader: strings.NewReader(text)}
		l := Transport{}.accepted(conn, nil, a)
		err := l.Handshake(context.Background(), transport.Hello{Protocol: wire.Rep, Admit: func() error {
			if _, ok := l.State().(*http.Request); !ok {
				t.Errorf("state %T", l.State())
			}
			return nil
		}})
		if conn.written.Len() == 0 {
			if err == nil {
				t.Errorf("no answer to %q", text)
			}
			return
		}
		answer, readErr := http.ReadResponse(bufio.NewReader(&conn.written), nil)
		if readErr != nil || (err == nil) != (answer.StatusCode == 101) {
			t.Errorf("error %v, answer %v, %v", err, answer, readErr)
		}
		if err == nil {
			r, bad := http.ReadRequest(bufio.NewReader(strings.NewReader(text)))
			if bad != nil || r.URL.Path != "/feed" || r.Header.Get("Sec-WebSocket-Key") == "" {
				t.Errorf("upgraded %q", text)
			}
		}
	})
}

// textConn is a connection on which a text comes, and then its end.
type textConn struct {
	net.Conn
	io.Reader
	written bytes.Buffer
}

func (c *textConn) Read(p []byte) (int, error)  { return c.Reader.Read(p) }
func (c *textConn) Write(p []byte) (int, error) { return c.written.Write(p) }
func (c *textConn) Close() error                { return nil }
func (c *textConn) LocalAddr() net.Addr         { return &net.TCPAddr{} }
func (c *textConn) RemoteAddr() net.Addr        { return &net.TCPAddr{} }
