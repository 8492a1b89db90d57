package calls_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/internal/sptest"
	"github.com/sprocketmq/sp/pattern"

	"github.com/sprocketmq/sp/stress/kit"
	"github.com/sprocketmq/sp/stress/ledger"
)

// kinds are two ends of each protocol.
func kinds(log *sptest.Log) map[string][2]dials {
	o := &sp.Options{Log: log.Logger(), Linger: 20 * time.Millisecond, SendQueue: 20, RecvQueue: 20, SurveyTime: time.Millisecond}
	o.RedialMin, o.RedialMax = time.Microsecond, time.Millisecond
	return map[string][2]dials{
		"pair":     {sp.NewPair(o), sp.NewPair(o)},
		"pipeline": {sp.NewPusher(o), sp.NewPuller(o)},
		"pubsub":   {sp.NewPublisher(o), sp.NewSubscriber(o)},
		"reqrep":   {sp.NewRequester(o), sp.NewReplier(o)},
		"survey":   {sp.NewSurveyor(o), sp.NewRespondent(o)},
		"bus":      {sp.NewBus(o), sp.NewBus(o)},
		"raw":      {sp.NewRaw(pattern.Push, o), sp.NewRaw(pattern.Pull, o)},
	}
}

const callers = 32

// Every method of every socket, from 32 goroutines at once, over every road, with
// contexts that end at any moment, and Close in the middle: nothing races, hangs,
// panics or is left behind, and no message is made or lost.
func TestEverythingAtOnce(t *testing.T) {
	roads := append(kit.Roads(t), kit.Road{Name: "inproc", Addr: sptest.RoadNamed("inproc").Addr})
	for _, road := range roads {
		if road.Name == "wss" {
			continue // ws and TLS, each of which is there
		}
		for name := range kinds(new(sptest.Log)) {
			t.Run(road.Name+"/"+name, func(t *testing.T) { atOnce(t, road, name) })
		}
	}
}

func atOnce(t *testing.T, road kit.Road, name string) {
	ctx := sptest.Begin(t)
	least := kit.Pick(500, 50_000)
	made := kit.Count(t, "calls", 2*least)
	log := new(sptest.Log)
	pair := kinds(log)[name]
	f := &field{addr: func() string { return road.Addr(t) }, listen: &road.Listen, dial: &road.Dial}
	for _, s := range pair {
		sptest.Open(t, s)
	}
	at, err := pair[1].ListenWith(f.addr(), f.listen)
	if err != nil {
		t.Fatal(err)
	}
	f.to = at.Addr()
	if _, err := pair[0].DialWith(f.to, f.dial); err != nil {
		t.Fatal(err)
	}
	sptest.Peers(t, ctx, pair[0], 1)
	var methods [2][]string
	for i, s := range pair {
		for m := range reflect.TypeOf(s).Methods() {
			switch {
			case m.Name == "Close":
			case calls[m.Name] == nil:
				t.Fatalf("nobody calls %T.%s", s, m.Name)
			default:
				methods[i] = append(methods[i], m.Name)
			}
		}
	}
	load := kit.NewLoad(t)
	half := make(chan struct{})
	var once sync.Once
	for range callers {
		load.Add(func() error {
			i := rand.N(2)
			method := methods[i][rand.N(len(methods[i]))]
			call, cancel := context.WithTimeout(ctx, rand.N(2*time.Millisecond))
			calls[method](call, f, pair[i])
			cancel()
			made.Try(1)
			made.Took(1)
			if made.Taken() > least {
				once.Do(func() { close(half) })
			}
			return nil
		})
	}
	select {
	case <-half:
	case <-ctx.Done():
		t.Fatalf("stuck after %d calls", made.Taken())
	}
	for _, s := range pair {
		var drop *sp.DroppedError
		if err := s.Close(); err != nil && !errors.As(err, &drop) {
			t.Errorf("%T: %v", s, err)
		}
		if err := s.Close(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("%T closed again: %v", s, err)
		}
	}
	sptest.Until(t, ctx, "as many calls of closed sockets", func() bool { return made.Taken() >= 2*least })
	load.End(ctx)
	for _, r := range log.All("malformed frame") {
		t.Errorf("honest peers do not understand each other: %v", r.Attrs)
	}
	for _, s := range pair {
		switch name {
		case "pair", "pipeline", "raw":
			ledger.Conserved(t, reflect.TypeOf(s).String(), s.Stats())
		}
	}
}
