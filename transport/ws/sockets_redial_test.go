package ws_test

import (
	"context"
	"crypto/tls"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/internal/sptest"
	"github.com/sprocketmq/sp/transport/secure/certtest"
)

// TestDialledAgain has a server refuse a client at first, and close the
// connection later: the client comes back both times.
func TestDialledAgain(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, r road) {
		a := certtest.NewAuthority(t)
		var visits atomic.Int32
		var atServer sptest.Log
		rep := sptest.Open(t, sp.NewReplier(&sp.Options{
			Log: atServer.Logger(),
			Admit: func(context.Context, *sp.Peer) error {
				if visits.Add(1) == 1 {
					return errors.New("not yet")
				}
				return nil
			},
		}))
		_, addr := r.listen(t, rep, a.Issue("server").Server(t))
		req := sptest.Open(t, sp.NewRequester(nil))
		o := r.with(&tls.Config{RootCAs: a.Pool()})
		o.RedialMin, o.RedialMax = 1, 1 // a nanosecond: at once
		if _, err := req.DialWith(addr, o); err != nil {
			t.Fatal(err)
		}
		atServer.Wait(t, ctx, "refused", 1)
		atServer.Wait(t, ctx, "connected", 1)
		sptest.Peers(t, ctx, rep, 1)
		for _, p := range rep.Peers() {
			p.Close()
		}
		atServer.Wait(t, ctx, "connected", 2)
		done := make(chan error, 1)
		go func() {
			q, err := rep.Recv(ctx)
			if err == nil {
				err = q.Reply(ctx, q.Body)
			}
			done <- err
		}()
		if got, err := req.Do(ctx, []byte("still there?")); err != nil || string(got) != "still there?" {
			t.Errorf("%q, %v", got, err)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}
