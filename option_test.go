package sp_test

import (
	"strings"
	"testing"
	"time"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/internal/sptest"
)

// A constructor can't fail; a bad option fails every Dial and Listen, and the
// error names field and value.
func TestBadOptions(t *testing.T) {
	begin(t)
	end := func(set func(*sp.EndpointOptions)) func(*sp.Options) {
		return func(o *sp.Options) { set(&o.EndpointOptions) }
	}
	for _, c := range []struct {
		field, value string
		set          func(*sp.Options)
	}{
		{"TTL", "256", func(o *sp.Options) { o.TTL = 256 }},
		{"TTL", "-1", func(o *sp.Options) { o.TTL = -1 }},
		{"FullQueue", "3", func(o *sp.Options) { o.FullQueue = 3 }},
		{"PairVersion", "2", func(o *sp.Options) { o.PairVersion = 2 }},
		{"PairVersion", "-1", func(o *sp.Options) { o.PairVersion = -1 }},
		{"MaxHandlers", "-1", func(o *sp.Options) { o.MaxHandlers = -1 }},
		{"SendPriority", "17", end(func(o *sp.EndpointOptions) { o.SendPriority = 17 })},
		{"SendPriority", "-1", end(func(o *sp.EndpointOptions) { o.SendPriority = -1 })},
		{"RecvPriority", "17", end(func(o *sp.EndpointOptions) { o.RecvPriority = 17 })},
		{"RecvPriority", "-1", end(func(o *sp.EndpointOptions) { o.RecvPriority = -1 })},
		{"RedialMax", "1s", end(func(o *sp.EndpointOptions) { o.RedialMin, o.RedialMax = time.Minute, time.Second })},
	} {
		o := &sp.Options{}
		c.set(o)
		bad := func(what string, err error) {
			t.Helper()
			if err == nil || !strings.Contains(err.Error(), c.field) || !strings.Contains(err.Error(), c.value) {
				t.Errorf("%s is %s: %s: %v", c.field, c.value, what, err)
			}
		}
		sockets := []sptest.Socket{
			sp.NewPair(o), sp.NewPusher(o), sp.NewPuller(o), sp.NewPublisher(o), sp.NewSubscriber(o),
			sp.NewRequester(o), sp.NewReplier(o), sp.NewSurveyor(o), sp.NewRespondent(o), sp.NewBus(o),
		}
		for _, s := range sockets {
			open(t, s)
			_, err := s.DialWith("inproc://bad-option", nil)
			bad("Dial", err)
			_, err = s.ListenWith("inproc://bad-option", nil)
			bad("Listen", err)
		}
		s := open(t, sp.NewPair(nil))
		if o.EndpointOptions != (sp.EndpointOptions{}) {
			_, err := s.DialWith("inproc://bad-option", &o.EndpointOptions)
			bad("DialWith", err)
			_, err = s.ListenWith("inproc://bad-option", &o.EndpointOptions)
			bad("ListenWith", err)
		}
		l, err := sptest.Pipes.Listen(sptest.RoadNamed("pipe").Addr(t))
		if err != nil {
			t.Fatal(err)
		}
		if o.EndpointOptions == (sp.EndpointOptions{}) {
			_, err = open(t, sp.NewPair(o)).ListenOn(l, nil)
		} else {
			_, err = s.ListenOn(l, &o.EndpointOptions)
			l.Close()
		}
		bad("ListenOn", err)
	}
}

// Options are read once.
func TestOptionsAreReadOnce(t *testing.T) {
	ctx := begin(t)
	o := &sp.Options{RecvQueue: 1, FullQueue: sp.DropNewest}
	pub, sub := open(t, sp.NewPublisher(o)), open(t, sp.NewSubscriber(o))
	*o = sp.Options{RecvQueue: 5, TTL: 1000}
	sub.Subscribe("")
	link(t, ctx, pub, sub, sptest.RoadNamed("inproc"))
	send(t, ctx, pub, "1", "2", "3")
	if st := sub.Stats(); st.Waiting != 1 || st.Dropped.QueueFull != 2 {
		t.Errorf("%d wait, dropped %+v", st.Waiting, st.Dropped)
	}
}

// What an endpoint leaves open is the socket's.
func TestEndpointDefaults(t *testing.T) {
	ctx := begin(t)
	o := &sp.Options{}
	o.MaxPeers = 1
	a := open(t, sp.NewBus(o))
	road := sptest.RoadNamed("pipe")
	for i, e := range []struct {
		set  *sp.EndpointOptions
		most int
	}{{nil, 1}, {&sp.EndpointOptions{SendPriority: 3}, 1}, {&sp.EndpointOptions{MaxPeers: 2}, 2}, {&sp.EndpointOptions{MaxPeers: -1}, 3}} {
		at := sptest.Listen(t, a, road, e.set)
		var all []*sp.Bus
		for range e.most {
			b := open(t, sp.NewBus(nil))
			sptest.Dial(t, ctx, b, at, a, nil)
			all = append(all, b)
		}
		if e.most < 3 {
			b := open(t, sp.NewBus(nil))
			if _, err := b.Dial(at.Addr()); err != nil {
				t.Fatal(err)
			}
			until(t, ctx, "a refusal", func() bool { return at.Stats().Connections.Busy > 0 })
			if st := at.Stats(); st.Peers != e.most {
				t.Errorf("endpoint %d has %d peers, want %d", i, st.Peers, e.most)
			}
			b.Close()
		}
		for _, b := range all {
			b.Close()
		}
		at.Close()
		until(t, ctx, "no peers", func() bool { return len(a.Peers()) == 0 })
	}
}
