package pattern

import "sync"

// ring is a queue in a circle, whose length is a power of two.
type ring[T any] struct {
	slots   []T
	head, n int
}

// Where a ring is longer than few slots, it has manySlots or more; these are lent
// while they are needed, so that an idle peer holds little.
const manySlots = 1024

// rings is where rings of one kind get their memory.
type rings[T any] struct {
	few  int
	many sync.Pool
}

// push adds a slot at the end, which is returned.
func (k *rings[T]) push(r *ring[T]) *T {
	if r.n == len(r.slots) {
		k.grow(r)
	}
	r.n++
	return r.back()
}

// unpop adds a slot at the front, which is returned.
func (k *rings[T]) unpop(r *ring[T]) *T {
	if r.n == len(r.slots) {
		k.grow(r)
	}
	r.head = (r.head - 1) & (len(r.slots) - 1)
	r.n++
	return r.front()
}

func (k *rings[T]) grow(r *ring[T]) {
	var slots []T
	switch n := len(r.slots); {
	case n == 0:
		slots = make([]T, k.few)
	case n < manySlots:
		if v := k.many.Get(); v != nil {
			slots = v.(*[manySlots]T)[:]
		} else {
			slots = make([]T, manySlots)
		}
	default:
		slots = make([]T, 2*n)
	}
	c := copy(slots, r.slots[r.head:])
	copy(slots[c:], r.slots[:r.head])
	clear(r.slots)
	k.giveBack(r)
	r.slots = slots
}

// giveBack gives back lent slots, which have to be empty.
func (k *rings[T]) giveBack(r *ring[T]) {
	if len(r.slots) == manySlots {
		k.many.Put((*[manySlots]T)(r.slots))
	}
	r.slots, r.head = nil, 0
}

// rest gives up what an empty ring need not hold.
func (k *rings[T]) rest(r *ring[T]) {
	if r.n == 0 && len(r.slots) > k.few {
		k.giveBack(r)
	}
}

// fit makes a ring no longer than it has to be.
func (k *rings[T]) fit(r *ring[T]) {
	n := k.few
	for n < r.n {
		n *= 2
	}
	if n >= len(r.slots) {
		return
	}
	old := *r
	r.slots, r.head = make([]T, n), 0
	for i := range r.n {
		r.slots[i] = *old.at(i)
	}
	clear(old.slots)
	k.giveBack(&old)
}

// at is the slot of index i, counted from the front.
func (r *ring[T]) at(i int) *T { return &r.slots[(r.head+i)&(len(r.slots)-1)] }

func (r *ring[T]) front() *T { return &r.slots[r.head] }

func (r *ring[T]) back() *T { return r.at(r.n - 1) }

// pop takes n slots away at the front. What they hold stays there.
func (r *ring[T]) pop(n int) {
	r.head = (r.head + n) & (len(r.slots) - 1)
	r.n -= n
}
