package interop

import "testing"

// The numbers of cells, so that none can vanish:
//
//	pair, bus:                       2 ×     n makers × 2 transports × 2 listeners
//	pair1:                           1 × (n-1) makers × 2 transports × 2 listeners
//	pubsub reqrep pipeline survey:   4 × 2 roles × n makers × 2 × 2
const (
	matrixCells = (2*3 + 2 + 4*2*3) * 2 * 2 // three libraries, nanomsg without pair1
	toolCells   = (2*2 + 1 + 4*2*2) * 2 * 2 // two commands, nanocat without pair1
)

// A matrixCell is one way for a socket of ours to talk with a foreign one.
type matrixCell struct {
	conversation
	maker       string
	transport   string
	weSpeak     bool // our socket has the role that speaks first
	weListen    bool
	our, theirs string // roles
}

func matrix(makers ...string) (cells []matrixCell) {
	for _, maker := range makers {
		for _, c := range conversations {
			if !c.has(maker) {
				continue
			}
			for _, transport := range transports {
				for _, weListen := range []bool{true, false} {
					cells = append(cells, matrixCell{c, maker, transport, true, weListen, c.a, c.b})
					if c.a != c.b {
						cells = append(cells, matrixCell{c, maker, transport, false, weListen, c.b, c.a})
					}
				}
			}
		}
	}
	return cells
}

func (x matrixCell) String() string {
	who := "they-listen"
	if x.weListen {
		who = "we-listen"
	}
	return x.maker + "/" + x.our + "-" + x.theirs + "/" + x.transport + "/" + who
}

// TestMatrix sends bodies of all sizes both ways between one socket of ours
// and one foreign socket, over one connection.
func TestMatrix(t *testing.T) {
	cells := matrix(libraries...)
	if len(cells) != matrixCells {
		t.Fatalf("%d cells, want %d", len(cells), matrixCells)
	}
	for _, x := range cells {
		t.Run(x.String(), x.run)
	}
}

func (x matrixCell) run(t *testing.T) {
	ctx := cell(t)
	we, they := seat{maker: ours, role: x.our}, seat{maker: x.maker, role: x.theirs}
	first, second := &they, &we
	if x.weListen {
		first, second = &we, &they
	}
	first.how, first.at = "listen", x.transport
	listener := sit(ctx, t, *first)
	second.how, second.at = "dial", listener.addr()
	dialer := sit(ctx, t, *second)

	a, b := listener, dialer
	if x.weSpeak != x.weListen {
		a, b = b, a
	}
	s, ok := a.(*socket)
	if !ok {
		s = b.(*socket)
	}
	check(t, "probe", begin(a, b))
	connections := s.connections()
	check(t, "exchange", x.bodies(a, b, sizes))
	if n := s.connections() - connections; n != 0 {
		t.Errorf("%d connections were made in between", n)
	}
	check(t, "close", s.Close())
}
