package patterntest

import (
	"sync"

	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/pattern"
)

func protocol(b *table) {
	p := b.Pattern
	if p.Self == 0 || p.Peer == 0 || p.Name == "" || p.PeerName == "" {
		b.Errorf("%+v: numbers and names of both sides are needed", p.Protocol)
	}
	if !p.Sends && !p.Receives {
		b.Error("a socket that neither sends nor receives")
	}
	if p.New(NewHost()) == b.router {
		b.Error("New gives two sockets the same router")
	}
}

// alone checks a router without peers.
func alone(b *table) {
	if out, in := b.router.Depth(); out != 0 || in != 0 {
		b.Errorf("new, and Depth says %d, %d", out, in)
	}
	if b.router.CanRecv() || len(b.recvAll()) > 0 {
		b.Error("new, and there is something to receive")
	}
	m := b.Outgoing("hello", NewPeer(1))
	could := b.router.CanSend()
	ok, err := b.router.Send(m)
	switch {
	case b.Pattern.Sends && err != nil:
		b.Errorf("Send without peers: %v; want it to be taken or to wait", err)
	case ok != could && b.Pattern.Sends:
		b.Errorf("CanSend says %v, Send %v", could, ok)
	case !ok && string(m.Body) != "hello":
		b.Error("Send gave false and changed the message")
	}
	if out, _ := b.router.Depth(); ok && out+b.dropped() == 0 {
		b.Error("Send took a message without peers, neither holds it nor counts it as dropped")
	}
}

func maxPeers(b *table) {
	most := b.MaxPeers
	for range max(most, 20) {
		if most > 0 && len(b.peers) == most {
			break
		}
		b.attach(-1)
	}
	if most == 0 {
		return
	}
	if _, err := b.router.Attach(NewPeer(1000)); err == nil {
		b.Fatalf("Attach took one more than %d peers", most)
	}
	b.seats[0].Detach(nil)
	b.attach(-1)
}

// detach checks that a lost peer is left alone, and that what it had sent is
// received still or counted.
func detach(b *table) {
	p, seat := b.attach(-1)
	came := 0
	if b.Pattern.Receives {
		came = seat.Deliver(b.incoming("before", "it", "went"))
	}
	seat.Detach(nil)
	before := p.Offers()
	if b.Pattern.Sends {
		for range 3 {
			if _, err := b.router.Send(b.Outgoing("late", p)); err != nil {
				b.Errorf("Send after the peer has gone: %v", err)
			}
		}
	}
	if n := p.Offers(); n != before {
		b.Error("a peer that has gone was offered a message")
	}
	received := len(b.recvAll())
	drops := 0
	for _, n := range p.Drops() {
		drops += n
	}
	if received+drops < came {
		b.Errorf("%d came before the peer went, %d were received, %d counted as dropped", came, received, drops)
	}
}

// detachUnsent checks what becomes of messages that a lost peer had not begun:
// they reach another, stay for the next one, or are counted.
func detachUnsent(b *table) {
	if !b.Pattern.Sends {
		b.Skip("it does not send")
	}
	p, seat := b.attach(-1)
	sent := numbers("unsent", 3)
	for _, body := range sent {
		if ok, err := b.router.Send(b.Outgoing(body, p)); !ok || err != nil {
			b.Fatalf("Send: %v, %v", ok, err)
		}
	}
	var unsent []message.Message
	for _, payload := range p.Got() {
		unsent = append(unsent, message.Message{Body: []byte(payload)})
	}
	seat.Detach(unsent)
	next := NewPeer(77)
	next.Enter = b.enter
	nextSeat, err := b.router.Attach(next)
	if err != nil {
		b.Fatal(err)
	}
	b.peers = append(b.peers, next)
	nextSeat.Ready()
	got := bodies(next.Got(), sent)
	if out, _ := b.router.Depth(); len(got)+out+b.dropped() != len(unsent) {
		b.Errorf("%d unsent: the next peer got %q, the router holds %d, %d counted as dropped", len(unsent), got, out, b.dropped())
	}
	if len(got) > 0 {
		b.same("the next peer got", got, sent)
	}
}

// closing checks that a closed router holds nothing and stalls nobody.
func closing(b *table) {
	if b.Pattern.Sends {
		// What a lost peer leaves may be in the router's hands.
		p, seat := b.attach(-1)
		b.router.Send(b.Outgoing("left", p))
		var unsent []message.Message
		for _, payload := range p.Got() {
			unsent = append(unsent, message.Message{Body: []byte(payload)})
		}
		seat.Detach(unsent)
	}
	_, seat := b.attach(0)
	b.host.SetLimits(func(l *pattern.Limits) { l.RecvQueue = 2 })
	seat.Deliver(b.incoming(numbers("in", 5)...))
	accepted, _ := b.router.Depth()
	if n := b.router.Close(); n != accepted {
		b.Errorf("Close gives up %d messages, Depth said %d", n, accepted)
	}
	if n := seat.Deliver(b.incoming(numbers("late", 5)...)); n != 5 {
		b.Errorf("Deliver after Close took %d of 5: the reader of that connection would hang", n)
	}
	if out, in := b.router.Depth(); out != 0 || in != 0 {
		b.Errorf("Depth after Close: %d, %d", out, in)
	}
	seat.Ready()
	seat.Detach(nil)
	if n := b.router.Close(); n != 0 {
		b.Errorf("the second Close gave up %d messages", n)
	}
}

// crowd does everything at once, for the race detector.
func crowd(b *table) {
	b.host.SetLimits(func(l *pattern.Limits) { l.RecvQueue = 8 })
	var all sync.WaitGroup
	for i := range b.some(4) {
		p := NewPeer(uint32(i + 1))
		p.Enter = b.enter
		b.peers = append(b.peers, p)
		all.Go(func() { b.visit(p) })
	}
	for range 2 {
		all.Go(func() {
			for range 2000 {
				var m message.Message
				b.router.Recv(&m)
				if b.Pattern.Sends {
					b.router.Send(b.Outgoing("crowd", b.peers[0]))
				}
			}
		})
	}
	all.Wait()
	b.router.Close()
}

// visit is the life of a peer, several times.
func (b *table) visit(p *Peer) {
	for range 20 {
		seat, err := b.router.Attach(p)
		if err != nil {
			b.Error(err)
			return
		}
		for range 20 {
			p.SetRoom(3)
			seat.Ready()
			seat.Deliver(b.incoming("one", "two"))
			p.Got()
		}
		p.SetRoom(0)
		seat.Detach(nil)
	}
}
