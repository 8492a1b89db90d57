package message

// Bulk is the messages of one read, where they lie: Spans are pieces of Bytes,
// which is memory of Chunk. Whoever keeps a message retains the chunk.
type Bulk struct {
	Chunk *Chunk
	Bytes []byte
	Spans []Span
}

// Span is where a message lies.
type Span struct{ Start, End int32 }

// At is the header and body of message i.
func (b *Bulk) At(i int) []byte {
	s := b.Spans[i]
	return b.Bytes[s.Start:s.End:s.End]
}

// Message makes message i one of its own, which holds the chunk.
func (b *Bulk) Message(i int) Message {
	b.Chunk.Retain(1)
	return Message{Body: b.At(i), chunk: b.Chunk}
}
