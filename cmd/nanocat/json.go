package main

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"
)

// jsonMessage is what --json writes and reads. Exactly one of Body and Base64
// is there: a body that is not UTF-8 has no true form as text.
type jsonMessage struct {
	Time   string  `json:"time,omitempty"`
	Peer   string  `json:"peer,omitempty"`
	Header string  `json:"header,omitempty"`
	Body   *string `json:"body,omitempty"`
	Base64 *string `json:"base64,omitempty"`
}

func object(dst []byte, it *item) []byte {
	m := jsonMessage{
		Time:   time.Now().Format(time.RFC3339Nano),
		Peer:   it.peer,
		Header: hex.EncodeToString(it.header),
	}
	if utf8.Valid(it.body) {
		text := string(it.body)
		m.Body = &text
	} else {
		text := base64.StdEncoding.EncodeToString(it.body)
		m.Base64 = &text
	}
	b, err := json.Marshal(m)
	if err != nil {
		panic(err) // strings only
	}
	return append(append(dst, b...), '\n')
}

// bodyOf returns what an object on the input says to send.
func bodyOf(line []byte) ([]byte, error) {
	var m jsonMessage
	if err := json.Unmarshal(line, &m); err != nil {
		return nil, fmt.Errorf("not a JSON object: %w", err)
	}
	switch {
	case m.Body != nil && m.Base64 != nil:
		return nil, errors.New("both body and base64 are given")
	case m.Body != nil:
		return []byte(*m.Body), nil
	case m.Base64 != nil:
		return base64.StdEncoding.DecodeString(*m.Base64)
	}
	return nil, errors.New("neither body nor base64 is given")
}
