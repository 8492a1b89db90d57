package main

import "strings"

// invocations is the table that both commands are run on.
func invocations() []invocation {
	var all []invocation
	all = append(all, wrong()...)
	all = append(all, addresses()...)
	all = append(all, formatted()...)
	all = append(all, pairs()...)
	all = append(all, talks()...)
	for i, v := range all {
		if len(v.sends) > 0 || v.answer != "" {
			// Something is to come within that time, on a busy machine too.
			all[i].args = strings.Replace(v.args, "--recv-timeout 1", "--recv-timeout 4", 1)
		}
	}
	return all
}

// wrong are command lines that the parser or its checks refuse, or that end
// for another reason before a message moves.
func wrong() []invocation {
	var all []invocation
	for _, args := range strings.Split(strings.TrimSpace(`
--
-
-v
-q
-vq
-vvqq --
--verbose --silent
--connect-ipc x --bind-ipc y --bind-local z --connect-local w
--foo
--foo=bar
-z
-vz
-v-
--=x
x
--pull x
--re
--pu
--bind-
--s
--p --pull
--connect-
--push=1
--pul=1
--verbose=1
-D
--data
--push --bind
--pull -i
-i abc
-i 1x
-i=1
--interval=
--interval abc
--int abc
--delay 1,5
-d nope
--recv-timeout=
--recv-t 0x
--send-timeout 1e
-d 0x1p-4 --pull
-i nan --push
-i infinity --pub
-i 1_0
--push --pull
--push --push
--pul --sub
--sub --nosuch --push
--req --bind tcp://127.0.0.1:1 --rep
--data a --data b
-D a -D b
-D a --file {DIR}/ascii
--dat a -F {DIR}/ascii
-Da --data=b --pull
-F {DIR}/nosuch
--file={DIR}/nosuch
-F{DIR}/nosuch/none --pull --push
--push
--push --connect tcp://127.0.0.1:1
--pub -l 1
--req -x /tmp/x
--surveyor -L 1
--pull -D x -l 1
--sub -D x -l 1
--sub -i 1 -l 1
--pull --send-timeout 1 -l 1
--push -D x -A -l 1
--push -D x --format raw -l 1
--push -D x --for raw -l 1
--pub -D x --recv-timeout 1 -l 1
--pub -D x --recv-t 1 -l 1
--pull --subscribe x -l 1
--rep --subs x -l 1
--format foo
--for=foo --pull
--format=
--format ASCII
-Q
-AQ --hex
--pull
--rep -A
--pub -D x
--bind tcp://127.0.0.1:1
-X /tmp/none
--subscribe a --subscribe b
--socket-name a
--req -D x --raw --msgpack --quoted --ascii
`), "\n") {
		all = append(all, invocation{args: args})
	}
	return append(all,
		invocation{args: "-D x", name: "nn_push"},
		invocation{args: "", name: "./nn_push"},
		invocation{args: "--pull", name: "nn_pull"},
		invocation{args: "--pull", name: "/usr/local/bin/nn_req"},
		invocation{args: "-D x", name: "nn_sub"},
		invocation{args: "-l 1 -i 1", name: "nn_pull"},
		invocation{args: "--ascii", name: "nn_pub"},
		invocation{args: "", name: "nn_bus"},
		invocation{args: "", name: "nn_pair"},
		invocation{args: "--bus", name: "nn_rep"},
		invocation{args: "--req", name: "nn_surveyor"},
		invocation{args: "--rep", name: "nn_respondent"},
		invocation{args: "--pull", more: []string{""}},
		invocation{args: "-i", more: []string{" 1"}},
		invocation{args: "-i", more: []string{"1 "}},
		invocation{args: "--pull -l 1 --socket-name", more: []string{strings.Repeat("n", 64)}},
		invocation{args: "--pull --connect", more: []string{"ipc://" + strings.Repeat("p", 140)}},
	)
}

// addresses are those that cannot be used.
func addresses() []invocation {
	var all []invocation
	for _, a := range strings.Fields(`
tcp://a:1 tcp://[::1]:9905 tcp://::1:9905 tcp://127.0.0.1:0 tcp://:5 tcp://lo:1 tcp://127.1:9903
tcp://127.0.0.1:99999 tcp://127.0.0.1:9903/x tcp://127.0.0.1;127.0.0.1:9903 tcp://127.0.0.1 tcp://
tcp://1.2.3.4:9903 foo://x tcp TCP://127.0.0.1:1 ipc:x ://x ws://127.0.0.1 ws://127.0.0.1:9/x
ws://localhost:99 ipc:///nonexistent/dir/x ipc:///etc/passwd/x
`) {
		all = append(all, invocation{args: "--pull --bind " + a})
	}
	for _, a := range strings.Fields(`
tcp://*:5 tcp://:5 tcp://-a:5 tcp://a..b:5 tcp://a_b:5 tcp://[::1]:5 tcp://::1:5 tcp://.:5 tcp://1.2.3.4:
tcp://127.0.0.1:+9 tcp://127.0.0.1:5/x tcp://;a:5 tcp://lo;127.0.0.1:5 tcp://lo;*:5 tcp://localhost;a:x
foo://x ws://:5 ws://[::1] ws://127.0.0.1/a:b ws://lo;127.0.0.1:5 ws://127.0.0.1:x ws://a_b/ tcp inproc:/x
`) {
		all = append(all, invocation{args: "--pub -D x --connect " + a})
	}
	return append(all,
		// In use: the partner is there.
		invocation{args: "--pull -L {PORT}", partner: "push"},
		invocation{args: "--pull --bind {ADDR}", partner: "push"},
		invocation{args: "--pull --bind tcp://127.0.0.1:{FREE} --bind tcp://127.0.0.1:{FREE}"},
		// Binds come before connects.
		invocation{args: "--pull --connect foo://x --bind tcp://nope:1"},
		invocation{args: "--sub --connect-l x --bind-i /nonexistent/x"},
		// A path without a name is one to nanomsg.
		invocation{args: "--pub -D x --connect ipc:// --connect foo://x"},
		invocation{args: "--pull --recv-timeout 1 -x", more: []string{""}},
		invocation{args: "--push --send-timeout 0.3 -D x -x", more: []string{""}},
	)
}

// formatted is every format on every kind of body.
func formatted() []invocation {
	options := []string{"--format no", "--raw", "-A", "--quoted", "--msgpack", "--hex"}
	var all []invocation
	for _, body := range []string{"empty", "ascii", "utf8", "control", "big"} {
		for _, o := range options {
			all = append(all, invocation{args: "--pull -l {PORT} --recv-timeout 3 " + o,
				partner: "push", sends: []string{files[body], files[body]}})
		}
	}
	for _, o := range append(formats, "raw -Q", "hex --form ascii") {
		all = append(all, invocation{args: "--sub --connect {ADDR} --recv-timeout 3 --format " + o,
			partner: "pub", sends: []string{"one\n", "two\x00"}})
	}
	return all
}
