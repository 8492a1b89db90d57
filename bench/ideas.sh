#!/usr/bin/env bash
# What each idea of the engine buys: builds a-sp from copies of the tree that do
# without one of them, and measures all side by side.
#
#	./ideas.sh runs/ideas.jsonl
set -euo pipefail
cd "$(dirname "$0")"
out=$(realpath -m "${1:?usage: ideas.sh FILE.jsonl [bench run options]}")
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
engine=internal/engine

# without NAME FILE EXPRESSION... leaves an idea out of a copy: perl expressions,
# each of which has to change its file.
without() {
	local name=$1 tree="$work/$1"
	shift
	mkdir -p "$tree" "$work/bin"
	git -C .. ls-files -z --cached --others --exclude-standard -- '*.go' '*go.mod' '*go.sum' |
		(cd .. && xargs -0 ls -d 2>/dev/null) | tar -C .. -c -T - | tar -C "$tree" -x
	while [ $# -gt 0 ]; do
		cp "$tree/$1" "$work/before"
		perl -0pi -e "$2" "$tree/$1"
		if cmp -s "$tree/$1" "$work/before"; then
			echo "ideas.sh: nothing to change in $1 for $name" >&2
			exit 1
		fi
		shift 2
	done
	(cd "$tree/bench" && go build -o "$work/bin/$name" ./cmd/a-sp)
	stacks="$stacks, {\"name\": \"$name\", \"class\": \"own\", \"cmd\": [\"bin/$name\"]}"
}

no_direct='s/(func \(d \*direct\) guess\(alone bool\) bool \{)/$1 return false;/'
no_lead='s/(func \(s \*stream\) yield\(\) bool \{)/$1 if !forced { return false };/'

stacks=""
without sp
without no-direct-write $engine/direct.go "$no_direct"
without always-direct $engine/direct.go 's/(func \(d \*direct\) guess\(alone bool\) bool \{)/$1 return true;/'
without no-reader-role $engine/role.go "$no_lead"
without neither $engine/direct.go "$no_direct" $engine/role.go "$no_lead"
without no-hold $engine/hold.go 's/(func \(h \*hold\) holds\(o \*outbox\) bool \{)/$1 return false;/'
without no-ballast message/ballast.go 's/(func \(b \*ballast\) wanted\(\) bool \{)/$1 return false;/'
without no-gosched $engine/outbox.go 's/runtime\.Gosched\(\)/_ = runtime.Gosched/'
without no-rounds $engine/role.go 's/len\(s\.pipes\) >= s\.rounds\.least/false/'
without one-queue pattern/merge.go 's/s\.q\.far\.messages, s\.q\.far\.bytes = (d\.FarQueue\(\))/$1/'
without large-copied $engine/batch.go 's/largeSize = .*/largeSize = 1 << 30/'
echo "[${stacks#, }]" >"$work/stacks.json"

bin/bench run -f "$work/stacks.json" -o "$out" \
	-only '^(lat-reqrep/tcp/64/|thr-pushpull/tcp/(64|65536)/|thr-pushpull/inproc/64/|conc-reqrep/tcp|paced-pushpull/tcp.*=200|fan-pubsub/tcp/64/subs=512,)' "$@"
