package ws

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
)

// maxHead is the longest head of a request or an answer that is read. nanomsg
// takes 4 KiB of a request, net/http 1 MiB.
const maxHead = 32 << 10

var errHeadTooLong = fmt.Errorf("websocket: more than %d bytes of HTTP header", maxHead)

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
	head := make([]byte, 0, 1<<10)
	for want := least; ; want = missing(head) {
		have := len(head)
		if have+want > maxHead {
			return head, errHeadTooLong
		}
		if cap(head)-have < want {
			head = append(make([]byte, 0, 2*cap(head)), head...)
		}
		n, err := conn.Read(head[have : have+want])
		head = head[:have+n]
		from := max(0, have-len(headEnd)+1)
		if i := bytes.Index(head[from:], headEnd); i >= 0 {
			return head[:from+i+len(headEnd)], nil
		}
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return head, err
		}
	}
}

// missing is how many bytes at least will come before the head ends.
func missing(head []byte) int {
	n := len(headEnd) - 1
	for n > 0 && !bytes.HasSuffix(head, headEnd[:n]) {
		n--
	}
	return len(headEnd) - n
}
