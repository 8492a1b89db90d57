package ws

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sprocketmq/sp/transport"
	"github.com/sprocketmq/sp/wire"
)

func newGet(origin string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "http://example.com/feed", nil)
	r.Header.Set("Origin", origin)
	return r
}

// TestNobodyAccepts asks a handler that no socket listens on.
func TestNobodyAccepts(t *testing.T) {
	h := NewHandler("", nil)
	h.patience = time.Millisecond
	addr := mount(t, h, "/feed")
	answer := ask(t, addr, request())
	if answer.StatusCode != 503 || answer.Header.Get("Retry-After") == "" {
		t.Errorf("%d %v", answer.StatusCode, answer.Header)
	}
	// Close ends the wait of those that wait.
	h.patience = time.Hour
	status := make(chan int)
	go func() { status <- ask(t, addr, request()).StatusCode }()
	h.Close()
	if got := <-status; got != 503 {
		t.Errorf("status %d", got)
	}
	if _, err := h.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Accept after Close: %v", err)
	}
	h.Close()
}

// TestServerCloses closes the server under a request that waits.
func TestServerCloses(t *testing.T) {
	h := NewHandler("", nil)
	h.patience = time.Hour
	begun, ended := make(chan bool, 1), make(chan bool)
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begun <- true
		h.ServeHTTP(w, r)
		close(ended)
	}))
	defer web.Close()
	conn, err := net.Dial("tcp", web.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.Write([]byte(request()))
	<-begun
	web.Config.Close()
	<-ended
}

// TestServeHTTPWaits has the request's context live during the handshake, and
// ServeHTTP return when it is over.
func TestServeHTTPWaits(t *testing.T) {
	h := NewHandler("", nil)
	returned := make(chan bool)
	addr := mount(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Set-Cookie", "id=7")
		h.ServeHTTP(w, r)
		close(returned)
	}), "/feed")
	s := serve(t, h, wire.Rep, func(l transport.Link) error {
		select {
		case <-returned:
			return errors.New("ServeHTTP returned before the handshake was over")
		default:
			return l.State().(*http.Request).Context().Err()
		}
	})
	l, err := dial(t, Transport{}, addr, wire.Req)
	if err := errors.Join(err, s.next(t).err); err != nil {
		t.Fatal(err)
	}
	<-returned
	if cookie := l.State().(*http.Response).Header.Get("Set-Cookie"); cookie != "id=7" {
		t.Errorf("what another handler sets is lost: %q", cookie)
	}
}

func TestDataBeforeTheUpgrade(t *testing.T) {
	h := NewHandler("", nil)
	s := serve(t, h, wire.Rep, nil)
	if answer := ask(t, mount(t, h, "/feed"), request()+"\x82\x80abcd"); answer.StatusCode != 400 {
		t.Errorf("status %d", answer.StatusCode)
	}
	if e := s.next(t); e.err == nil {
		t.Error("the link lives")
	}
}

func TestCanNotBeHijacked(t *testing.T) {
	h := NewHandler("", nil)
	serve(t, h, wire.Rep, nil)
	r := httptest.NewRequest(http.MethodGet, "http://example.com/feed", nil)
	for _, line := range strings.Split(request(), "\r\n")[2:7] {
		name, value, ok := strings.Cut(line, ": ")
		if ok {
			r.Header.Set(name, value)
		}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != 500 {
		t.Errorf("status %d", w.Code)
	}
}

// TestSilentClients has many connections that say nothing, or nothing after
// TLS has begun, and delay nobody.
func TestSilentClients(t *testing.T) {
	l := listen(t, Transport{}, "ws://127.0.0.1:0/")
	s := serve(t, l, wire.Rep, nil)
	host := strings.Trim(strings.TrimPrefix(l.Addr(), "ws://"), "/")
	var silent sync.WaitGroup
	for range 100 {
		silent.Go(func() {
			conn, err := net.Dial("tcp", host)
			if err != nil {
				t.Error(err)
				return
			}
			t.Cleanup(func() { conn.Close() })
		})
	}
	silent.Wait()
	_, err := dial(t, Transport{}, l.Addr(), wire.Req)
	if err := errors.Join(err, s.next(t).err); err != nil {
		t.Fatal(err)
	}
}

// TestLinkClosedBeforeItsHandshake is what happens to a peer too many.
func TestLinkClosedBeforeItsHandshake(t *testing.T) {
	h := NewHandler("", nil)
	addr := mount(t, h, "/feed")
	d, err := Transport{}.Dialer(addr)
	if err != nil {
		t.Fatal(err)
	}
	link, err := d.Dial(timeout(t))
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	go func() { done <- handshake(ctx, link, wire.Req, nil) }()
	accepted, err := h.Accept()
	if err != nil {
		t.Fatal(err)
	}
	accepted.Close()
	if err := <-done; err == nil || ctx.Err() != nil {
		t.Errorf("the client: %v", err)
	}
	h.Close() // so that ServeHTTP returns
}
