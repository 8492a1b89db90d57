// Package sp is Sprocket: sockets that know a pattern, find each other by
// themselves, and need no broker.
//
//	rep := sp.NewReplier(nil)
//	rep.Listen("tcp://127.0.0.1:8000")
//	go rep.Serve(ctx, func(ctx context.Context, q *sp.Request) { q.Reply(ctx, answer(q.Body)) })
//
//	req := sp.NewRequester(nil)
//	req.Dial("tcp://127.0.0.1:8000")
//	reply, err := req.Do(ctx, []byte("ping"))
//
// There is a type for each role of the Scalability Protocols: Pair; Pusher and
// Puller; Publisher and Subscriber; Requester and Replier; Surveyor and
// Respondent; Bus. They speak to the sockets of nanomsg, nng and mangos. A Raw
// socket shows a protocol's headers, which Forward needs to make a device.
//
// # Addresses
//
// inproc://NAME, ipc://PATH, abstract://NAME (Linux), tcp://HOST:PORT, and
// tcp4:// and tcp6:// are built in; tls+tcp://, ws:// and wss:// come by
// importing their package below transport. A socket may dial and listen on any
// number of addresses. Dial never waits: the connection is made in the
// background, and made again for as long as the endpoint lives.
//
// # Waiting
//
// Calls that may wait take a context, which ends the wait and never harms a
// connection. The error then matches the context's and, where nobody was
// there, says why. TrySend and TryRecv never wait.
//
// # Ownership
//
// Send copies. SendMessage takes the message if and only if it returns nil.
// What Recv returns is the caller's for ever. What RecvMessage returns may be
// given back with Release, which makes receiving faster.
//
// # Left out on purpose
//
// PAIR1's polyamorous mode (use Bus, or one Pair a peer), contexts of nng's SUB
// (open another Subscriber), and UDP.
package sp
