package patterntest

import (
	"slices"
	"strings"

	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/pattern"
)

// send checks that what is sent arrives, in order where there is one peer.
func send(b *table) {
	p, _ := b.attach(-1)
	if !b.Pattern.Sends {
		m := b.Outgoing("no", p)
		if ok, err := b.router.Send(m); ok || err == nil {
			b.Errorf("the socket does not send: Send gave %v, %v; want an error", ok, err)
		}
		if b.router.CanSend() {
			b.Error("the socket does not send, and CanSend is true")
		}
		return
	}
	sent := numbers("out", 20)
	for _, body := range sent {
		if !b.router.CanSend() {
			b.Fatal("the peer has room, and CanSend is false")
		}
		if ok, err := b.router.Send(b.Outgoing(body, p)); !ok || err != nil {
			b.Fatalf("Send gave %v, %v; the peer has room", ok, err)
		}
	}
	b.same("the peer got", bodies(p.Got(), sent), sent)
	if n := b.dropped(); n != 0 {
		b.Errorf("%d drops counted", n)
	}
	if out, _ := b.router.Depth(); out != 0 {
		b.Errorf("all was taken, and Depth says %d", out)
	}
}

// bodies cuts off headers: payloads end with one of the bodies.
func bodies(payloads, all []string) []string {
	var cut []string
	for _, p := range payloads {
		i := slices.IndexFunc(all, func(body string) bool { return strings.HasSuffix(p, body) && !strings.HasSuffix(p, "#"+body) })
		if i >= 0 {
			p = all[i]
		}
		cut = append(cut, p)
	}
	return cut
}

// lend is a message whose body is lent.
func (b *table) lend(body string, to pattern.Peer) (*message.Message, []byte) {
	m := b.Outgoing(body, to)
	lent, header := slices.Clone(m.Body), m.Header
	m.Borrow(lent)
	m.Header = header
	return m, lent
}

// sendLent checks that a router that keeps what it is lent copies it.
func sendLent(b *table) {
	p, seat := b.attach(0)
	if !b.Pattern.Sends {
		b.Skip("it does not send")
	}
	m, lent := b.lend("lent", p)
	ok, err := b.router.Send(m)
	if err != nil {
		b.Fatal(err)
	}
	if !ok && string(m.Body) != "lent" {
		b.Errorf("Send gave false and changed the message: %q", m.Body)
	}
	if ok {
		clear(lent)
	}
	p.SetRoom(-1)
	seat.Ready()
	if !ok {
		if ok, err = b.router.Send(m); !ok || err != nil {
			b.Fatalf("the peer is ready, and Send gives %v, %v", ok, err)
		}
	}
	for _, got := range p.Got() {
		if !strings.HasSuffix(got, "lent") {
			b.Errorf("%q reached the peer: what was lent was not copied", got)
		}
	}
}

// sendRefused checks peers without room: what Send took is somewhere, or
// counted; what it did not take is announced by Writable.
func sendRefused(b *table) {
	if !b.Pattern.Sends {
		b.Skip("it does not send")
	}
	for range b.some(2) {
		b.attach(2)
	}
	took, waits := 0, false
	for _, body := range numbers("more", 10) {
		for _, p := range b.peers {
			ok, err := b.router.Send(b.Outgoing(body, p))
			if err != nil {
				b.Fatal(err)
			}
			if ok {
				took++
			} else {
				waits = true
			}
		}
	}
	if waits && b.router.CanSend() {
		b.Error("Send gives false, and CanSend true")
	}
	b.host.News()
	got := b.got()
	out, _ := b.router.Depth()
	// Some patterns give one message to many: then there is more of it.
	if sum := got + out + b.dropped(); sum < took {
		b.Errorf("Send took %d messages: peers got %d, the router holds %d, and %d are counted as dropped", took, got, out, b.dropped())
	}
	for i, p := range b.peers {
		p.SetRoom(-1)
		b.seats[i].Ready()
	}
	if _, writable := b.host.News(); waits && writable == 0 {
		b.Error("Send gave false, a peer has room again, and Writable was not called")
	}
	if ok, err := b.router.Send(b.Outgoing("again", b.peers[0])); !ok || err != nil {
		b.Errorf("all peers have room again, and Send gives %v, %v", ok, err)
	}
}

// got is how many messages all peers got since the last call.
func (b *table) got() int {
	n := 0
	for _, p := range b.peers {
		n += len(p.Got())
	}
	return n
}
