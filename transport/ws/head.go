package ws

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"

	"github.com/sprocketmq/sp/wire"
)

// maxHead is the longest head of a request or an answer that is read. nanomsg
// takes 4 KiB of a request, net/http 1 MiB.
const maxHead = 32 << 10

var errHeadTooLong = fmt.Errorf("websocket: more than %d bytes of HTTP header", maxHead)

var errNotHTTP = fmt.Errorf("websocket: not HTTP: %w", wire.ErrNotSP)

var headEnd = []byte("\r\n\r\n")

// An upgrade, asked for or granted, is never shorter than this.
const leastHead = 128

// readHead reads the head of an HTTP message, with the empty line that ends
// it, and nothing that follows: frames, which are the engine's. So that this
// takes few reads without reading too far, it asks for least bytes first, which
// no head that frames follow is shorter than, and then for as much as is
// missing of the end at least. On an error, what came until then is returned
// too.
func readHead(conn net.Conn, least int) ([]byte, error) {
	head, _, err := readHeadBy(conn, least, missing)
	return head, err
}

// readWholeHead is readHead of who may say nothing before it is answered: what
// follows is returned as well, so it reads as much as there is. A head of 32 KiB
// byte by byte is thousands of system calls for whoever likes to cause them.
func readWholeHead(conn net.Conn) (head, rest []byte, err error) {
	return readHeadBy(conn, 1<<10, func([]byte) int { return 1 << 10 })
}

func readHeadBy(conn net.Conn, least int, more func([]byte) int) (head, rest []byte, err error) {
	head = make([]byte, 0, 1<<10)
	for want := least; ; want = more(head) {
		have := len(head)
		if have+want > maxHead {
			return head, nil, errHeadTooLong
		}
		if cap(head)-have < want {
			head = append(make([]byte, 0, 2*cap(head)), head...)
		}
		n, err := conn.Read(head[have : have+want])
		head = head[:have+n]
		if len(head) > 0 && !isLetter(head[0]) {
			return head, nil, errNotHTTP // whoever this is may say no more
		}
		from := max(0, have-len(headEnd)+1)
		if i := bytes.Index(head[from:], headEnd); i >= 0 {
			end := from + i + len(headEnd)
			return head[:end:end], head[end:], nil
		}
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return head, nil, err
		}
	}
}

// isLetter tells what methods, and HTTP/1.1, begin with.
func isLetter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }

// missing is how many bytes at least will come before the head ends.
func missing(head []byte) int {
	n := len(headEnd) - 1
	for n > 0 && !bytes.HasSuffix(head, headEnd[:n]) {
		n--
	}
	return len(headEnd) - n
}
