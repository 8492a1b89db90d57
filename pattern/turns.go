package pattern

import (
	"math/bits"
	"slices"
)

// turns serves members by turns, those of the best class first. Classes are
// priorities 1 to 16, and ahead, before all of them, in which there are no turns:
// who came first is served until it leaves. The zero value is empty.
type turns[T comparable] struct {
	class [17]struct {
		members []T
		next    int
	}
	some uint32 // which classes have members
}

const ahead = 0

func (t *turns[T]) add(priority int, member T) {
	c := &t.class[priority]
	c.members = append(c.members, member)
	t.some |= 1 << priority
}

// back adds a member that was there before: it is served next.
func (t *turns[T]) back(priority int, member T) {
	c := &t.class[priority]
	c.members = slices.Insert(c.members, c.next, member)
	t.some |= 1 << priority
}

func (t *turns[T]) remove(priority int, member T) {
	c := &t.class[priority]
	for i, m := range c.members {
		if m != member {
			continue
		}
		c.members = append(c.members[:i], c.members[i+1:]...)
		if c.next > i {
			c.next--
		}
		if c.next == len(c.members) {
			c.next = 0
		}
		if len(c.members) == 0 {
			t.some &^= 1 << priority
		}
		return
	}
}

// best is the best class that has members, of which there are some.
func (t *turns[T]) best() int {
	return bits.TrailingZeros32(t.some)
}

// take returns the member whose turn it is, and goes on to the next.
func (t *turns[T]) take() (member T, ok bool) {
	if t.some == 0 {
		return member, false
	}
	best := t.best()
	c := &t.class[best]
	member = c.members[c.next]
	if best == ahead {
		return member, true
	}
	if c.next++; c.next >= len(c.members) {
		c.next = 0
	}
	return member, true
}

// first returns the member whose turn it is.
func (t *turns[T]) first() (member T, ok bool) {
	if t.some == 0 {
		return member, false
	}
	c := &t.class[t.best()]
	return c.members[c.next], true
}

// sole returns the only member, if there is exactly one.
func (t *turns[T]) sole() (member T, ok bool) {
	if t.some == 0 || t.some&(t.some-1) != 0 {
		return member, false
	}
	if c := &t.class[t.best()]; len(c.members) == 1 {
		return c.members[0], true
	}
	return member, false
}
