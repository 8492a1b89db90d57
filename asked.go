package sp

import (
	"math/rand/v2"

	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/pattern"
	"github.com/sprocketmq/sp/wire"
)

// asked is what Requester and Surveyor have in common: questions that are open,
// by the id that their answers bring back. Ids start at random, so that answers
// to a program's questions do not meet those of the one before it.
type asked[T any] struct {
	byID   map[uint32]*T
	lastID uint32
}

func newAsked[T any]() asked[T] {
	return asked[T]{byID: make(map[uint32]*T), lastID: rand.Uint32()}
}

// add gives a question an id.
func (a *asked[T]) add(question *T) (id uint32) {
	for {
		a.lastID++
		id = a.lastID | wire.RequestBit
		if a.byID[id] == nil {
			a.byID[id] = question
			return id
		}
	}
}

// answered is the id that the header of an answer begins with.
func answered(header []byte) (id uint32, why pattern.Drop) {
	id, ok := wire.Word(header)
	if !ok || id&wire.RequestBit == 0 {
		return 0, pattern.Malformed
	}
	return id, pattern.None
}

// A longer answer that is lent is copied under no lock, and is not worth copying
// together with others.
const longAnswer = 1 << 10

// answers takes apart what peer sent and gives each answer, with the id of its
// question, to take, which says why it is dropped or makes it its own. It is
// what their seats' Deliver does.
func answers(peer pattern.Peer, batch []message.Message, take func(id uint32, m *message.Message) pattern.Drop) int {
	for i := range batch {
		m := &batch[i]
		why := pattern.OpenWord(m)
		if why == pattern.None {
			var id uint32
			if id, why = answered(m.Header); why == pattern.None {
				m.Header = nil
				if len(m.Body) > longAnswer {
					m.Own()
				}
				why = take(id, m)
			}
		}
		if why != pattern.None {
			peer.Count(why, 1)
			m.Drop()
		}
	}
	return len(batch)
}

// answer makes a message of its own of what peer answered. If it is lent, it is
// copied into a.
func answer(peer pattern.Peer, m *message.Message, a *message.Arena) *Message {
	if m.Borrowed() {
		m.Detach(a)
	}
	own := message.Get()
	*own = m.Move()
	own.Header = nil
	own.SetPeer(peer)
	return own
}
