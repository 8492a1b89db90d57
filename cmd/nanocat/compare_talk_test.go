package main

import "strings"

// pairs is every type against every type: the wrong ones get nothing.
func pairs() []invocation {
	var all []invocation
	for _, k := range kinds {
		if k.extra {
			continue
		}
		args := "--" + k.name + " -l {PORT} -d 0.7"
		if k.can&reads != 0 {
			args += " --recv-timeout 1 -Q"
		}
		if k.can&writes != 0 {
			args += " --send-timeout 1 -D hello"
		}
		for _, other := range kinds {
			if other.extra {
				continue
			}
			v := invocation{args: args, partner: other.name}
			if other.protocol.Peer == k.protocol.Self {
				// A busy machine may need a while for what is to come.
				v.args = strings.Replace(args, "--recv-timeout 1", "--recv-timeout 3", 1)
				if k.name == "pub" || k.name == "bus" || k.name == "surveyor" {
					// What is sent before they are connected is lost.
					v.args = strings.Replace(v.args, "-d 0.7", "-d 4", 1)
				}
				switch {
				case k.name == "rep" || k.name == "respondent" || k.can&writes == 0:
					v.sends = []string{"question"}
				case k.can&reads != 0:
					v.answer = "answer"
				}
				if k.can&writes != 0 {
					v.gets = 1
				}
				if k.name == "bus" || k.name == "pair" {
					v.sends = []string{"from the partner"}
				}
			}
			all = append(all, v)
		}
	}
	return all
}

// talks are conversations.
func talks() []invocation {
	return []invocation{
		// What can be sent.
		{args: "--push -l {PORT} -D", more: []string{""}, partner: "pull", gets: 1},
		{args: "--push -l {PORT} --data", more: []string{"two words, ü"}, partner: "pull", gets: 1},
		{args: "--push --connect-local={PORT} --file={DIR}/control", partner: "pull", gets: 1},
		{args: "--push -l{PORT} -F{DIR}/big", partner: "pull", gets: 1},
		{args: "--push -l {PORT} -F -", stdin: "from\nstdin\x00", partner: "pull", gets: 1},
		{args: "--push -l {PORT} -F {DIR}/utf8 -vvqq", partner: "pull", gets: 1},
		{args: "-l {PORT} -D x", name: "nn_push", partner: "pull", gets: 1},
		{args: "-l {PORT} -AD x", name: "nn_req", partner: "rep", gets: 1, answer: "y"},
		{args: "-L {FREE} -Q --recv-timeout 3", name: "./nn_pull", partner: "push", dials: true, sends: []string{"x"}},
		// How often.
		{args: "--push -l {PORT} -D x -i 0.05", partner: "pull", gets: 5, stop: true},
		{args: "--push -l {PORT} -D x -i 0", partner: "pull", gets: 50, stop: true},
		{args: "--push -l {PORT} -D x -i -1", partner: "pull", gets: 1},
		{args: "--push -l {PORT} -D x -i 0x.8p-3", partner: "pull", gets: 3, stop: true},
		{args: "--pub -l {PORT} -D x --interval=0.1", partner: "sub", gets: 4, stop: true},
		{args: "--req -l {PORT} -D x -i 0.1 -A", partner: "rep", gets: 4, answer: "re", lines: 3, stop: true},
		{args: "--req -l {PORT} -D x -i 0.1 -A --recv-timeout 1", partner: "rep", gets: 3, answer: "re", lines: 2, stop: true},
		{args: "--surveyor -l {PORT} -D x -i 0.2 -A", partner: "respondent", gets: 3, answer: "me", lines: 2, stop: true},
		{args: "--pair -l {PORT} -D x -i 0.1 -A", partner: "pair", sends: []string{"a", "b", "c"}, gets: 3, lines: 3, stop: true},
		{args: "--bus -l {PORT} -D x -i 0.1 -A", partner: "bus", sends: []string{"a", "b"}, gets: 3, lines: 2, stop: true},
		// When it ends.
		{args: "--pull -l {FREE} --recv-timeout 1"},
		{args: "--pull -l {FREE} --recv-timeout 0"},
		{args: "--sub -l {FREE} --recv-timeout 1 -A --subscribe x"},
		{args: "--req -l {FREE} -D x --recv-timeout 1"},
		{args: "--surveyor -l {FREE} -D x"},
		{args: "--surveyor -l {FREE} -D x --recv-timeout 3"},
		{args: "--rep -L {FREE} --recv-timeout 1"},
		{args: "--rep -L {FREE} --recv-timeout 1 -D x"},
		{args: "--respondent -L {FREE} --recv-timeout 1 -D x"},
		{args: "--pair -L {FREE} --recv-timeout 1"},
		{args: "--pair -l {FREE} --send-timeout 0.3 -D x"},
		{args: "--push -l {FREE} --send-timeout 0 -D x"},
		{args: "--push -l {FREE} --send-timeout 0.3 -D x"},
		{args: "--push -L {FREE} --send-t .2 -D x -i 1"},
		{args: "--pub -l {FREE} -D x"},
		{args: "--pub -L {FREE} -D x --send-timeout 1"},
		{args: "--bus -L {FREE} -D x --recv-timeout 1"},
		{args: "--pull -L {FREE}", stop: false, partner: "push", dials: true, sends: []string{"x"}, lines: 0, name: "nanocat", more: []string{"--recv-timeout", "3", "-A"}},
		// Several addresses and several peers.
		{args: "--pull -l {PORT} --connect tcp://127.0.0.1:{FREE} -A --recv-timeout 3", partner: "push", sends: []string{"a"}},
		{args: "--pull -l {PORT} -X {DIR}/sock -A --recv-timeout 3", partner: "push", sends: []string{"a"}},
		{args: "--pull -l {PORT} --bind ipc://{DIR}/sock -A --recv-timeout 3", partner: "push", sends: []string{"a"}},
		{args: "--pull --bind tcp://127.0.0.1:{FREE} --connect {ADDR} -A --recv-timeout 3", partner: "push", sends: []string{"a"}},
		{args: "--pair --connect tcp://localhost:{PORT} -A --recv-timeout 3", partner: "pair", sends: []string{"by name"}},
		{args: "--pair --connect tcp://*;127.0.0.1:{PORT} -A --recv-timeout 3", partner: "pair", sends: []string{"any interface"}},
		// Topics.
		{args: "--sub -l {PORT} -Q --recv-timeout 3 --subscribe b", partner: "pub", sends: []string{"abc", "bcd", "b", ""}},
		{args: "--sub -l {PORT} -Q --recv-timeout 3 --subscribe a --subscribe=bc", partner: "pub", sends: []string{"abc", "bcd", "b", ""}},
		{args: "--sub -l {PORT} -Q --recv-timeout 3", more: []string{"--subscribe", ""}, partner: "pub", sends: []string{"abc", "", "x"}},
		// Those that only listen to questions.
		{args: "--rep -L {FREE} -Q --recv-timeout 3", partner: "req", dials: true, sends: []string{"q"}},
		{args: "--respondent -l {PORT} -Q --recv-timeout 3", partner: "surveyor", sends: []string{"q"}},
		{args: "--rep -L {FREE} -Q -D a", partner: "req", dials: true, sends: []string{"q"}, gets: 1, lines: 1, stop: true},
		{args: "--rep -L {FREE} -D a -F", more: []string{"x"}},
		{args: "--rep -l {PORT} --raw -F {DIR}/big", partner: "req", sends: []string{"q\n"}, gets: 1, lines: 1, stop: true},
		{args: "--socket-name " + strings.Repeat("n", 63) + " --pull -l {PORT} -A --recv-timeout 3", partner: "push", sends: []string{"x"}},
	}
}
