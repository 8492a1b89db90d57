package main

import "github.com/sprocketmq/sp/cmd/internal/cli"

// endpoints are the options about sockets, in nanomsg's order.
func endpoints(s *settings) []cli.Option {
	const group = "Socket Options"
	ipc := "ipc://"
	if s.compat {
		ipc = "ipc:///" // what nngcat makes of a path
	}
	at := func(name string, short byte, arg, brief, text string, to *[]address, convert func(string) address) cli.Option {
		return cli.Option{Name: name, Short: short, Group: group, Arg: arg, Brief: brief, Text: text,
			Sets: hasEndpoint, Files: arg == "PATH", Set: cli.List(to, convert)}
	}
	plain := strictly("")
	if s.compat {
		plain = freely
	}
	return []cli.Option{
		at("bind", 0, "ADDR", "listen there", "Listen on the address ADDR. May be repeated. All addresses are bound before any is connected to.", &s.binds, plain),
		at("connect", 0, "ADDR", "dial there", "Connect to the address ADDR, again and again until somebody listens there. May be repeated.", &s.dials, plain),
		at("bind-ipc", 'X', "PATH", "ipc://PATH", "Listen on the address \"ipc://PATH\".", &s.binds, strictly(ipc)),
		at("connect-ipc", 'x', "PATH", "dial it", "Connect to the address \"ipc://PATH\".", &s.dials, strictly(ipc)),
		at("bind-local", 'L', "PORT", "127.0.0.1:PORT", "Listen on the address \"tcp://127.0.0.1:PORT\".", &s.binds, strictly("tcp://127.0.0.1:")),
		at("connect-local", 'l', "PORT", "dial it", "Connect to the address \"tcp://127.0.0.1:PORT\".", &s.dials, strictly("tcp://127.0.0.1:")),
		{Name: "recv-timeout", Group: group, Arg: "SEC", Requires: reads, Brief: "end when quiet",
			Text: "End when no message has come for SEC seconds.",
			Set:  cli.Span(&s.recvTimeout)},
		{Name: "send-timeout", Group: group, Arg: "SEC", Requires: writes, Brief: "fail when stuck",
			Text: "Fail when a message could not be sent for SEC seconds.",
			Set:  cli.Span(&s.sendTimeout)},
		{Name: "socket-name", Group: group, Arg: "NAME", Brief: "in reports",
			Text: "What to call the socket in reports; 63 bytes at most.",
			Set:  cli.Text(&s.name)},
		{Name: "subscribe", Group: "SUB Socket Options", Arg: "PREFIX", Requires: isSub, Brief: "with this start",
			Text: "Receive what begins with PREFIX. May be repeated. Without it, everything is received.",
			Set:  cli.List(&s.subscriptions, func(arg string) string { return arg })},
		// Ours.
		{Name: "listen", Group: "More Socket Options", Arg: "ADDR", Extra: true, Sets: hasEndpoint, Brief: "and IPv6, names",
			Text: "Listen as --bind does, on any address that Sprocket has, which are more than nanomsg's: names, IPv6, port 0, tls+tcp:// and wss://.",
			Set:  cli.List(&s.binds, freely)},
		{Name: "dial", Group: "More Socket Options", Arg: "ADDR", Extra: true, Sets: hasEndpoint, Brief: "and IPv6, TLS",
			Text: "Connect as --connect does, to any address that Sprocket has.",
			Set:  cli.List(&s.dials, freely)},
		{Name: "count", Short: 'C', Group: "More Socket Options", Arg: "N", Extra: true, Brief: "end after N",
			Text: "End after N messages sent, or received by a socket that only receives, or exchanged by one that does both. 0 is no end.",
			Set:  cli.Integer(&s.count, 0)},
		{Name: "recv-maxsz", Short: 'Z', Group: "More Socket Options", Arg: "BYTES", Extra: true, Requires: reads, Brief: "largest to take",
			Text: "The largest message to accept: 1048576 bytes, unless told otherwise. 0 is any. A peer that sends a larger one is disconnected.",
			Set:  maxSize(&s.maxSize)},
		{Name: "linger", Group: "More Socket Options", Arg: "SEC", Extra: true, Requires: writes, Brief: "wait at the end",
			Text: "Wait in the end, up to SEC seconds, until all messages have got away: 10, unless told otherwise. What could not be sent then is reported, and the status is 4.",
			Set:  cli.Span(&s.linger)},
		{Name: "insecure", Short: 'k', Group: "TLS Options", Extra: true,
			Text: "Do not check the certificate of the other side (tls+tcp:// and wss://).",
			Set:  cli.Const(&s.insecure, true)},
		{Name: "cert", Short: 'E', Group: "TLS Options", Arg: "PATH", Extra: true, Files: true,
			Text: "The own certificate, in PEM; it may hold the key as well.", Set: cli.Text(&s.cert)},
		{Name: "key", Group: "TLS Options", Arg: "PATH", Extra: true, Files: true,
			Text: "The key of the own certificate, in PEM.", Set: cli.Text(&s.key)},
		{Name: "cacert", Group: "TLS Options", Arg: "PATH", Extra: true, Files: true,
			Text: "The certificates, in PEM, of those who may vouch for the other side. A listener then asks for a certificate.", Set: cli.Text(&s.cacert)},
	}
}

// maxSize takes nngcat's word for "any size", which is 0.
func maxSize(to *int) func(string) error {
	set := cli.Integer(to, 0)
	return func(arg string) error {
		err := set(arg)
		if err == nil && *to == 0 {
			*to = -1
		}
		return err
	}
}
