package sp

import (
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sprocketmq/sp/internal/engine"
	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/pattern"
	"github.com/sprocketmq/sp/wire"
)

// requests is the router of a Requester: a Balance that remembers what was asked
// and of whom.
type requests struct {
	host       pattern.Host
	e          *engine.Socket
	out        *pattern.Balance
	noResend   bool
	failNoPeer bool

	mu sync.Mutex
	asked[Call]
	waiting []*Call // no peer has them; oldest first
	ticking bool    // a resend timer runs
	closed  bool
	arena   message.Arena

	own sync.Pool // of calls that nobody has seen; their channels are the socket's
}

// Call is a request under way.
type Call struct {
	r        *requests
	header   [wire.WordSize]byte
	noResend bool
	own      bool          // Do's: one caller waits, for a body alone
	token    chan struct{} // closed, or gets a token, when it is done and somebody waits
	parked   atomic.Int32  // callers that wait for the token; done, set under r.mu

	sending  sync.Mutex // held while question is being offered
	question []byte     // under sending

	// Under r.mu, but that nobody writes them when it is done:
	id     uint32   // 0 until somebody may answer or it waits for a peer
	peer   uint32   // who has it; 0: nobody
	asked  []uint32 // everybody who may answer
	few    [2]uint32
	losses int // how many peers were lost that had it
	due    time.Time
	listed bool // somebody may look at it who does not hold r.mu
	given  bool
	reply  *Message
	answer []byte       // instead of reply, where that is small and own is set
	waker  *requestSeat // where parked is awaited
	err    error
}

func newRequests(h pattern.Host) pattern.Router {
	r := &requests{host: h, out: pattern.NewBalance(h), asked: newAsked[Call]()}
	r.own.New = func() any {
		c := r.newCall()
		c.own, c.token = true, make(chan struct{}, 1)
		return c
	}
	return r
}

func (r *requests) newCall() *Call {
	c := &Call{r: r, token: make(chan struct{})}
	c.asked = c.few[:0]
	return c
}

// recycle makes a call that is done Do's next one, if nobody else knows of it.
// Who has just ended it may still send its token: the next one is used to that.
func (c *Call) recycle() {
	if c.listed {
		return
	}
	select {
	case <-c.token:
	default:
	}
	r := c.r
	c.id, c.peer, c.losses, c.asked = 0, 0, 0, c.few[:0]
	c.due, c.given, c.answer, c.err, c.waker = time.Time{}, false, nil, nil, nil
	c.parked.Store(0)
	r.own.Put(c)
}

// open gives a call its id, with the lock, and reports whether it is under way.
func (r *requests) open(c *Call) bool {
	switch {
	case c.finished():
		return false
	case c.id != 0:
	case r.closed:
		r.finish(c, nil, errSocketClosed)
		return false
	default:
		c.id = r.add(c)
		wire.AppendWord(c.header[:0], c.id)
	}
	return true
}

// transmit gives the request to a peer, or notes that it waits for one.
func (r *requests) transmit(c *Call) {
	for !r.offer(c) {
		r.mu.Lock()
		if !r.open(c) {
			r.mu.Unlock()
			return
		}
		c.peer, c.listed = 0, true
		if i, there := slices.BinarySearchFunc(r.waiting, c, byAge); !there {
			r.waiting = slices.Insert(r.waiting, i, c)
		}
		r.mu.Unlock()
		// Room that came in between has not seen it waiting.
		if !r.out.CanSend() || !r.unwait(c) {
			return
		}
	}
}

// offer tries to give the request to a peer; true also if that is needless.
func (r *requests) offer(c *Call) bool {
	c.sending.Lock()
	defer c.sending.Unlock()
	if c.finished() {
		return true
	}
	m := message.Get()
	defer message.Put(m)
	m.Borrow(c.question) // it may have to be sent again
	m.Header = c.header[:]
	return r.out.GiveNoting(m, c) != nil || c.finished()
}

// Chosen implements pattern.Chooser: p is about to get the request.
func (c *Call) Chosen(p pattern.Peer) bool {
	r := c.r
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.open(c) {
		return false
	}
	c.peer = p.ID()
	if !slices.Contains(c.asked, c.peer) {
		c.asked = append(c.asked, c.peer)
	}
	r.schedule(c)
	return true
}

// byAge orders calls by their ids, of which 31 bits count up and wrap around.
func byAge(a, b *Call) int { return int(int32((a.id - b.id) << 1)) }

// unwait takes c off the list of those that wait for a peer.
func (r *requests) unwait(c *Call) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	i := slices.Index(r.waiting, c)
	if i < 0 {
		return false
	}
	r.waiting = slices.Delete(r.waiting, i, i+1)
	return true
}

// drain gives waiting requests to peers that have room now.
func (r *requests) drain() {
	for r.out.CanSend() {
		r.mu.Lock()
		if len(r.waiting) == 0 {
			r.mu.Unlock()
			return
		}
		c := r.waiting[0]
		r.waiting = slices.Delete(r.waiting, 0, 1)
		r.mu.Unlock()
		r.transmit(c)
	}
}

// schedule sees to it, with the lock, that the request is sent again when its
// time has come. One timer serves all requests: it runs while there are any.
func (r *requests) schedule(c *Call) {
	after := r.host.Limits().Resend
	if c.noResend || after <= 0 {
		return
	}
	c.due = time.Now().Add(after)
	if !r.ticking {
		r.ticking = true
		r.host.After(after, r.tick)
	}
}

// tick sends again what is due, and runs the timer to when the next is.
func (r *requests) tick() {
	now := time.Now()
	var due []*Call
	var next time.Time
	r.mu.Lock()
	for _, c := range r.byID {
		switch {
		case c.noResend || c.peer == 0 || c.due.IsZero():
		case !c.due.After(now):
			due = append(due, c)
			c.listed = true
		case next.IsZero() || c.due.Before(next):
			next = c.due
		}
	}
	r.ticking = !next.IsZero()
	if r.ticking {
		r.host.After(next.Sub(now), r.tick)
	}
	slices.SortFunc(due, func(a, b *Call) int { return a.due.Compare(b.due) })
	r.mu.Unlock()
	for _, c := range due {
		r.transmit(c)
	}
}

// lost sees to the requests that a peer had.
func (r *requests) lost(id uint32) {
	type orphan struct {
		*Call
		losses int // up to this one: the next may come before it is looked at
	}
	var again []orphan
	r.mu.Lock()
	for _, c := range r.byID {
		if c.peer != id {
			continue
		}
		if c.noResend {
			r.finish(c, nil, ErrPeerGone)
			continue
		}
		c.peer, c.listed = 0, true
		c.losses++
		again = append(again, orphan{c, c.losses})
	}
	r.mu.Unlock()
	slices.SortFunc(again, func(a, b orphan) int { return byAge(a.Call, b.Call) })
	lim := r.host.Limits()
	for _, c := range again {
		if c.losses == 1 {
			r.transmit(c.Call)
			continue
		}
		// A request that brings down who works on it must not do so to all
		// of them as fast as it can.
		bound := lim.RedialMax
		if c.losses < 20 {
			bound = min(bound, lim.RedialMin<<(c.losses-2))
		}
		r.host.After(rand.N(bound+1), func() { r.transmit(c.Call) })
	}
}

// finish ends a call, with the lock.
func (r *requests) finish(c *Call, reply *Message, err error) {
	if c.finished() {
		return
	}
	c.reply, c.err = reply, err
	if r.close(c, ended) {
		c.wake()
	}
}

// close takes a call that is done out of the books, with the lock, and reports
// whether somebody waits for it, who is to be woken.
func (r *requests) close(c *Call, as int32) (wake bool) {
	delete(r.byID, c.id)
	if c.listed {
		if i := slices.Index(r.waiting, c); i >= 0 {
			r.waiting = slices.Delete(r.waiting, i, i+1)
		}
	}
	return c.end(as)
}

// forget ends a call whose reply nobody wants.
func (r *requests) forget(c *Call) {
	r.mu.Lock()
	r.finish(c, nil, errCanceled)
	reply, late := c.reply, c.reply != nil || c.answer != nil
	c.reply, c.answer = nil, nil
	r.mu.Unlock()
	if reply != nil {
		reply.Release()
	}
	if late {
		r.host.Count(pattern.Late, 1)
	}
	c.settle()
}

// settle waits until nobody reads the body of a call that is done: an offer
// never waits, so neither does this for long.
func (c *Call) settle() {
	c.sending.Lock()
	defer c.sending.Unlock()
	c.question = nil
}
