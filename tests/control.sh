#!/usr/bin/env bash
# The control API as a test written in shell uses it: two universes with clocks and seeds of their own, worked in at
# once; a fork, what became different in it, its state carried over into the other, byte for byte.
#
# usage: tests/control.sh path/to/quince
set -euo pipefail

quince=$(realpath "$1")
folder=$(mktemp -d)
cd "$folder"
"$quince" serve --listen 127.0.0.1:0 --ready-file ready.json --log error >/dev/null &
server=$!
trap 'kill "$server"; wait "$server" || true; rm -r "$folder"' EXIT
for _ in $(seq 100); do
    [ -e ready.json ] && break
    sleep 0.1
done
control=$(jq -r .control_url ready.json)

# api METHOD PATH [BODY]: a call of the control API; says so and stops where it is refused.
api() {
    curl -sS --fail-with-body -X "$1" "$control$2" ${3+-H 'Content-Type: application/json' -d "$3"}
}

# v2 UNIVERSE PATH [BODY]: a call of the imitated service with the universe's token.
v2() {
    curl -sS -H "Authorization: Bearer $(jq -r .stokens.berlin "$1.json")" "$(jq -r .url "$1.json")/mdm/v2/$2" \
        ${3+-H 'Content-Type: application/json' -d "$3"}
}

# same WHAT GOT EXPECTED
same() {
    [ "$2" = "$3" ] && return
    printf '%s: got %s, expected %s\n' "$1" "$2" "$3" >&2
    exit 1
}

api POST /universes '{"id": "spring", "world": "small-school", "seed": 7, "clock": "manual", "start": "2026-03-01T08:00:00Z"}' >spring.json
api POST /universes '{"id": "autumn", "world": "small-school", "seed": 8, "clock": "auto", "start": "2031-10-01T08:00:00Z"}' >autumn.json
same 'clock of spring' "$(api GET /universes/spring/clock | jq -r '.mode + " " + .now')" 'manual 2026-03-01T08:00:00.000Z'
same 'clock of autumn' "$(api GET /universes/autumn/clock | jq -r .mode)" auto

# Both at once: what is one's own stays there.
give() { printf '{"assets": [{"adamId": "361309726"}], "serialNumbers": ["%s"]}' "$1"; }
for n in $(seq 20); do
    v2 spring assets/associate "$(give "SPRING$n")" >"spring.$n" &
    v2 autumn assets/associate "$(give "AUTUMN$n")" >"autumn.$n" &
done
wait $(jobs -p | grep -v "^$server$")
status() { v2 "$1" "status?eventId=$(jq -r .eventId "$1.1")" | jq -r .eventStatus; }
same 'before time moves' "$(status spring)" PENDING
same 'where time jumps by itself' "$(status autumn | sed 's/COMPLETE\|FAILED/over/')" over
happened=$(api POST /universes/spring/clock/advance '{"by": "1m"}' | jq '.happened | length')
same 'what a minute brings' "$happened" 20
same 'after time has moved' "$(status spring | sed 's/COMPLETE\|FAILED/over/')" over
strangers() { v2 "$1" assignments | jq "[.assignments[].serialNumber // \"\" | select(startswith(\"$2\"))] | length"; }
same 'of autumn in spring' "$(strangers spring AUTUMN)" 0
same 'of spring in autumn' "$(strangers autumn SPRING)" 0

# A fork goes its own way from a mark on.
api POST /universes/spring/marks/before >/dev/null
api POST /universes/spring/fork '{"id": "fork"}' >fork.json
v2 fork users/create '{"users": [{"clientUserId": "u-fork"}]}' >/dev/null
api POST /universes/fork/clock/advance '{"until": "idle"}' >/dev/null
difference=$(curl -sS -H 'Accept: text/plain' "$control/universes/fork/diff?from=before&to=now")
case $difference in
*u-fork*) ;;
*) same 'difference of the fork' "$difference" 'a line about u-fork' ;;
esac
same 'difference of the origin' "$(api GET '/universes/spring/diff?from=before&to=now' | jq '.differences | length')" 0
same 'the fork in the origin' "$(v2 spring 'users?clientUserId=u-fork' | jq .size)" 0

# The fork's state, carried over into autumn, is the same byte for byte, and goes on as itself.
api GET '/universes/fork/state?canonical=true' >exported
api PUT /universes/autumn/state "@exported" >/dev/null
api GET '/universes/autumn/state?canonical=true' >again
cmp exported again
# Tokens are a function of the seed, which came along: autumn has new ones.
api GET /universes/autumn >autumn.json
same 'the user carried over' "$(v2 autumn 'users?clientUserId=u-fork' | jq .size)" 1

api DELETE /universes/fork >/dev/null
same 'what is left' "$(api GET /universes | jq -c '[.universes[].id]')" '["autumn","default","spring"]'
echo 'control.sh: all good'
