package pattern

import "bytes"

// Topics is a set of prefixes in which each may be several times. Whether a
// message begins with one of them takes as many steps as the longest topic
// has branches, however many topics there are. It is a radix tree; the zero
// value is empty.
type Topics struct{ root topic }

type topic struct {
	prefix   []byte // the bytes on the way from the parent
	count    int    // how often the topic that ends here was added
	children []*topic
	byFirst  []byte // the first byte of each child's prefix
}

// Empty tells whether there is no topic.
func (t *Topics) Empty() bool { return t.root.count == 0 && len(t.root.children) == 0 }

// Match tells whether body begins with a topic.
func (t *Topics) Match(body []byte) bool {
	n := &t.root
	for {
		if n.count > 0 {
			return true
		}
		if len(body) == 0 {
			return false
		}
		n = n.child(body[0])
		if n == nil || !bytes.HasPrefix(body, n.prefix) {
			return false
		}
		body = body[len(n.prefix):]
	}
}

func (n *topic) child(first byte) *topic {
	if i := bytes.IndexByte(n.byFirst, first); i >= 0 {
		return n.children[i]
	}
	return nil
}

// Add adds a topic once.
func (t *Topics) Add(name []byte) {
	n := &t.root
	for len(name) > 0 {
		c := n.child(name[0])
		if c == nil {
			c = &topic{prefix: bytes.Clone(name)}
			n.byFirst = append(n.byFirst, name[0])
			n.children = append(n.children, c)
		}
		same := 0
		for same < len(name) && same < len(c.prefix) && name[same] == c.prefix[same] {
			same++
		}
		if same < len(c.prefix) {
			c.split(same)
		}
		name = name[same:]
		n = c
	}
	n.count++
}

// split makes n end after at bytes of its prefix, and the rest its child.
func (n *topic) split(at int) {
	rest := *n
	rest.prefix = n.prefix[at:]
	*n = topic{prefix: n.prefix[:at], children: []*topic{&rest}, byFirst: []byte{rest.prefix[0]}}
}

// Remove takes back one Add of a topic, and reports whether there was one.
func (t *Topics) Remove(name []byte) bool { return t.root.remove(name) }

func (n *topic) remove(name []byte) bool {
	if len(name) == 0 {
		if n.count == 0 {
			return false
		}
		n.count--
		return true
	}
	c := n.child(name[0])
	if c == nil || !bytes.HasPrefix(name, c.prefix) || !c.remove(name[len(c.prefix):]) {
		return false
	}
	switch {
	case c.count > 0 || len(c.children) > 1:
	case len(c.children) == 1: // join what nothing separates any more
		only := c.children[0]
		only.prefix = append(bytes.Clone(c.prefix), only.prefix...)
		*c = *only
	default:
		i := bytes.IndexByte(n.byFirst, name[0])
		n.children = append(n.children[:i], n.children[i+1:]...)
		n.byFirst = append(n.byFirst[:i], n.byFirst[i+1:]...)
	}
	return true
}
