package interop

import (
	"crypto/tls"
	"testing"
	"time"

	"github.com/sprocketmq/sp/interop/body"
	"github.com/sprocketmq/sp/transport/secure"
	"github.com/sprocketmq/sp/transport/secure/certtest"
	"go.nanomsg.org/mangos/v3"
	"go.nanomsg.org/mangos/v3/protocol/bus"
	"go.nanomsg.org/mangos/v3/protocol/pair"
	"go.nanomsg.org/mangos/v3/protocol/pair1"
	"go.nanomsg.org/mangos/v3/protocol/pub"
	"go.nanomsg.org/mangos/v3/protocol/pull"
	"go.nanomsg.org/mangos/v3/protocol/push"
	"go.nanomsg.org/mangos/v3/protocol/rep"
	"go.nanomsg.org/mangos/v3/protocol/req"
	"go.nanomsg.org/mangos/v3/protocol/respondent"
	"go.nanomsg.org/mangos/v3/protocol/sub"
	"go.nanomsg.org/mangos/v3/protocol/surveyor"
	_ "go.nanomsg.org/mangos/v3/transport/tlstcp"
	_ "go.nanomsg.org/mangos/v3/transport/ws"
	_ "go.nanomsg.org/mangos/v3/transport/wss"
)

// certificates are what two parties need that know each other.
type certificates struct {
	ca, ours, theirs string // PEM, certificates
	ourKey, theirKey string
}

func issue(t testing.TB) certificates {
	t.Helper()
	a := certtest.NewAuthority(t)
	ours, theirs := a.Issue("ours"), a.Issue("theirs")
	return certificates{a.PEM, ours.Cert, theirs.Cert, ours.Key, theirs.Key}
}

// config is our configuration, or theirs.
func (c certificates) config(t testing.TB, ours, listens, mutual bool) (config *tls.Config) {
	t.Helper()
	cert, key := c.theirs, c.theirKey
	if ours {
		cert, key = c.ours, c.ourKey
	}
	var err error
	switch {
	case mutual:
		config, err = secure.MutualConfig(cert, key, c.ca)
	case listens:
		config, err = secure.ServerConfig(cert, key)
	default:
		config, err = secure.ClientConfig(c.ca)
	}
	check(t, "TLS configuration", err)
	if !ours && (listens || mutual) {
		// mangos does not know GetCertificate.
		pair, err := tls.X509KeyPair([]byte(cert), []byte(key))
		check(t, "key pair", err)
		config.Certificates = []tls.Certificate{pair}
	}
	return config
}

// flags tell nngcat the same.
func (c certificates) flags(t testing.TB, listens, mutual bool) (flags []string) {
	t.Helper()
	files := certtest.Files(t, c.ca, c.theirs, c.theirKey)
	if !listens || mutual {
		flags = append(flags, "--cacert", files[0])
	}
	if listens || mutual {
		flags = append(flags, "--cert", files[1], "--key", files[2])
	}
	return flags
}

// secureCells are the cells of one implementation over a transport, with one
// certificate or two.
func secureCells(t *testing.T, maker, scheme string, run func(*testing.T, tlsCell, certificates, bool)) {
	for _, mutual := range []bool{false, true} {
		if mutual && scheme == "ws" {
			continue
		}
		name := "/server's certificate"
		if mutual {
			name = "/mutual"
		}
		certs := issue(t)
		for _, x := range over(scheme, matrix(maker)) {
			t.Run(x.String()+name, func(t *testing.T) {
				x.options = secured(scheme, nil)
				if scheme != "ws" {
					x.options = secured(scheme, certs.config(t, true, x.weListen, mutual))
				}
				run(t, x, certs, mutual)
			})
		}
	}
}

// TestSecureTools is TestTools for nngcat over TLS. It takes messages up to
// 1 MiB, and sends longer ones.
func TestSecureTools(t *testing.T) {
	for _, scheme := range []string{"tls+tcp", "wss"} {
		secureCells(t, "nngcat", scheme, func(t *testing.T, x tlsCell, certs certificates, mutual bool) {
			ctx := cell(t)
			x.flags = certs.flags(t, !x.weListen, mutual)
			x.withTool(ctx, t, 1, 1)
			long := 3 << 20
			if x.theirs == "surveyor" {
				// It asks anew each second, and takes no answer to
				// what it asked before.
				long = 64 << 10
			}
			x.withTool(ctx, t, long, min(long, 1<<20-64))
		})
	}
}

// TestMangosOverTLSAndWebSocket is TestMatrix for mangos over what it does with certificates, and
// over ws, with bodies of up to 3 MiB.
func TestMangosOverTLSAndWebSocket(t *testing.T) {
	for _, scheme := range []string{"ws", "wss", "tls+tcp"} {
		secureCells(t, "mangos", scheme, func(t *testing.T, x tlsCell, certs certificates, mutual bool) {
			ctx := cell(t)
			x.talk(ctx, t, append(sizes[:len(sizes):len(sizes)], 3<<20), func(how, addr string) party {
				var config *tls.Config
				if scheme != "ws" {
					config = certs.config(t, false, how == "listen", mutual)
				}
				return newMangos(t, x.theirs, how, addr, config)
			})
		})
	}
}

// mangosParty is a socket of mangos in this process: configurations of TLS are
// not passed to another.
type mangosParty struct {
	mangos.Socket
	at string
}

var mangosRoles = map[string]func() (mangos.Socket, error){
	"pair": pair.NewSocket, "pair1": pair1.NewSocket, "bus": bus.NewSocket,
	"pub": pub.NewSocket, "sub": sub.NewSocket, "push": push.NewSocket, "pull": pull.NewSocket,
	"req": req.NewSocket, "rep": rep.NewSocket,
	"surveyor": surveyor.NewSocket, "respondent": respondent.NewSocket,
}

func newMangos(t *testing.T, role, how, addr string, config *tls.Config) party {
	t.Helper()
	s, err := mangosRoles[role]()
	check(t, role, err)
	t.Cleanup(func() { _ = s.Close() })
	check(t, "option", s.SetOption(mangos.OptionMaxRecvSize, 4<<20))
	switch role {
	case "sub":
		check(t, "subscribe", s.SetOption(mangos.OptionSubscribe, ""))
	case "surveyor":
		check(t, "option", s.SetOption(mangos.OptionSurveyTime, surveyTime))
	}
	options := map[string]any{}
	if config != nil {
		options[mangos.OptionTLSConfig] = config
	}
	if how == "listen" {
		check(t, how, s.ListenOptions(addr, options))
	} else {
		check(t, how, s.DialOptions(addr, options))
	}
	return &mangosParty{s, addr}
}

func (p *mangosParty) send(l letter) error { return p.Send(body.Make(l.size, l.seed)) }

func (p *mangosParty) recv() (arrival, error) {
	b, err := p.Recv()
	return arrivalOf(b), err
}

func (p *mangosParty) repeat(l letter) (stop func() error, err error) {
	ended, done := make(chan struct{}), make(chan error)
	go func() {
		tick := time.NewTicker(pause)
		defer tick.Stop()
		for {
			if err := p.send(l); err != nil {
				done <- err
				return
			}
			select {
			case <-tick.C:
			case <-ended:
				done <- nil
				return
			}
		}
	}()
	return func() error { close(ended); return <-done }, nil
}

func (p *mangosParty) addr() string { return p.at }
