package ws

import (
	"fmt"
	"testing"

	"github.com/sprocketmq/sp/message"
)

func BenchmarkCodec(b *testing.B) {
	for _, size := range []int{64, 4 << 10, 64 << 10, 1 << 20} {
		for _, client := range []bool{false, true} {
			m := message.New(size)
			out, in := New(client, false), New(!client, false)
			var buf []byte
			b.Run(fmt.Sprintf("append/client=%v/%d", client, size), func(b *testing.B) {
				b.SetBytes(int64(size))
				b.ReportAllocs()
				for b.Loop() {
					buf = out.Append(buf[:0], m)
				}
			})
			b.Run(fmt.Sprintf("parse/client=%v/%d", !client, size), func(b *testing.B) {
				b.SetBytes(int64(size))
				b.ReportAllocs()
				for b.Loop() {
					for p := buf; len(p) > 0; {
						f, err := in.Parse(p)
						if err != nil {
							b.Fatal(err)
						}
						end := f.Head + int(f.Size)
						if _, err := in.Open(f, p[f.Head:end]); err != nil {
							b.Fatal(err)
						}
						p = p[end:]
					}
				}
			})
		}
	}
}
