#!/usr/bin/env bash
# Drives the sample by curl alone, as README.md shows it, and checks every answer. Ends with one line; needs bash, curl,
# sha256sum and the .NET SDK 10. It uses a free port of this machine and a hub in a directory of its own.
set -euo pipefail
cd "$(dirname "$0")/../.."
readonly program=artifacts/bin/Approvals/release/Approvals.dll api=runtime/webhooks/durabletask
work=$(mktemp -d)
pid='' root='' status='' checks=0
key=()

finish() {
    if [[ -n $pid ]]; then kill -9 "$pid" 2> /dev/null || true; wait "$pid" 2> /dev/null || true; fi
    rm -rf "$work"
}
trap finish EXIT

fail() {
    echo "FAILED: $*" >&2
    echo "-- the last answer, $status:" >&2
    cat "$work/headers" "$work/body" >&2 2> /dev/null || true
    echo "-- the log of the sample:" >&2
    tail -n 30 "$work/log" >&2 2> /dev/null || true
    exit 1
}

# start [settings]: the sample on a free port; returns when it listens.
start() {
    : > "$work/log"
    dotnet "$program" --urls http://127.0.0.1:0 --contentRoot "$work" "$@" > "$work/log" 2>&1 < /dev/null &
    pid=$!
    local tries=0
    until root=$(grep -oE 'Now listening on: http://127\.0\.0\.1:[0-9]+' "$work/log" | grep -oE 'http.*'); do
        kill -0 "$pid" 2> /dev/null || fail "the sample has ended"
        (( ++tries < 600 )) || fail "the sample does not listen"
        sleep 0.1
    done
}

# The end of a process that had no time to prepare for it.
crash() { kill -9 "$pid"; wait "$pid" 2> /dev/null || true; pid=''; }

# ask METHOD PATH-OR-ADDRESS [curl arguments]
ask() {
    local method=$1 address=$2
    shift 2
    [[ $address == http* ]] || address=$root/$address
    : > "$work/headers"
    : > "$work/body"
    status=$(curl -sS -m 60 -X "$method" -o "$work/body" -D "$work/headers" -w '%{http_code}' \
        "${key[@]}" "$@" "$address") || fail "curl cannot $method $address"
}

json() { printf -- '-H\nContent-Type: application/json\n-d\n%s\n' "$1"; }

# tell METHOD PATH-OR-ADDRESS JSON
tell() { local arguments; mapfile -t arguments < <(json "$3"); ask "$1" "$2" "${arguments[@]}"; }

# expect STATUS [pattern of the body]
expect() {
    checks=$((checks + 1))
    [[ $status == "$1" ]] || fail "${FUNCNAME[1]}, line ${BASH_LINENO[0]}: $status instead of $1"
    if [[ -n ${2:-} ]]; then grep -qE -- "$2" "$work/body" || fail "line ${BASH_LINENO[0]}: no $2 in the answer"; fi
}

expect_header() {
    checks=$((checks + 1))
    grep -qiE "^$1: $2" "$work/headers" || fail "line ${BASH_LINENO[0]}: no header $1: $2"
}

# field NAME: a text of the JSON of the last answer.
field() { grep -oE "\"$1\":\"[^\"]*\"" "$work/body" | head -n 1 | cut -d '"' -f 4; }

# until_ended ADDRESS: asks for the status until it is not 202 any more, as the answers tell clients to.
until_ended() {
    local tries=0
    while ask GET "$1" && [[ $status == 202 ]]; do
        (( ++tries < 300 )) || fail "$1 does not end"
        sleep 0.1
    done
}

approved() {
    tell POST api/expenses '{"employee":"Ada","amount":120,"purpose":"books","id":"books"}'
    expect 202 '"id":"books"'
    expect_header Location "$root/$api/instances/books"
    expect_header Retry-After 10
    local status_address terminate_address
    status_address=$(field statusQueryGetUri)
    terminate_address=$(field terminatePostUri)
    ask GET "$status_address"
    expect 202 '"runtimeStatus":"(Pending|Running)"'
    expect_header Retry-After 5
    ask GET api/expenses/books
    expect 200 '"instanceId":"books"'
    tell POST api/expenses '{"employee":"Ada","amount":120,"purpose":"books","id":"books"}'
    expect 409 'handed in already'
    tell POST "$api/orchestrators/ApproveExpense/books" '{"employee":"Ada","amount":1,"purpose":"x"}'
    expect 409
    tell POST api/expenses/books/decision '{"approved":true,"by":"Grace"}'
    expect 202
    until_ended "$status_address"
    expect 200 '"runtimeStatus":"Completed"'
    expect 200 '"State":"approved","By":"Grace","Payment":"payment-Ada"'
    tell POST api/expenses/books/decision '{"approved":true,"by":"Grace"}'
    expect 410 'is decided'
    ask POST "${terminate_address/\{text\}/late}"
    expect 410
}

rejected_by_event_address() {
    tell POST api/expenses '{"employee":"Bo","amount":900,"purpose":"a chair"}'
    expect 202
    local status_address event_address
    status_address=$(field statusQueryGetUri)
    event_address=$(field sendEventPostUri)
    ask POST "${event_address/\{eventName\}/Decision}" -H 'Content-Type: text/plain' -d 'yes'
    expect 400 'application/json'
    tell POST "${event_address/\{eventName\}/Decision}" '{"approved":'
    expect 400
    tell POST "${event_address/\{eventName\}/Decision}" '{"approved":false,"by":"Grace"}'
    expect 202
    until_ended "$status_address"
    expect 200 '"State":"rejected","By":"Grace"'
}

escalated_and_expired() {
    tell POST api/expenses '{"employee":"Cy","amount":900,"purpose":"a boat","patience":0.3}'
    expect 202
    local status_address
    status_address=$(field statusQueryGetUri)
    until_ended "$status_address"
    expect 200 '"customStatus":"waiting for the director"'
    expect 200 '"State":"expired"'
    ask GET "$status_address&showHistory=true&showHistoryOutput=true"
    expect 200 '"EventType":"TimerFired"'
}

waited_for() {
    tell POST "$api/orchestrators/ApproveExpense?timeout=30&pollingInterval=1" \
        '{"employee":"Di","amount":20,"purpose":"tea","patience":1}'
    expect 200 '"State":"approved"'
}

held_ended_and_deleted() {
    tell POST api/expenses '{"employee":"Ed","amount":300,"purpose":"a lamp","id":"lamp"}'
    expect 202
    local status_address terminate_address purge_address suspend_address resume_address restart_address
    status_address=$(field statusQueryGetUri)
    terminate_address=$(field terminatePostUri)
    purge_address=$(field purgeHistoryDeleteUri)
    suspend_address=$(field suspendPostUri)
    resume_address=$(field resumePostUri)
    restart_address=$(field restartPostUri)
    ask POST "${suspend_address/\{text\}/holiday}"
    expect 202
    ask GET "$status_address"
    expect 202 '"runtimeStatus":"Suspended"'
    ask POST "${resume_address/\{text\}/back}"
    expect 202
    ask GET "$api/instances/lamp/explain"
    expect 200 '"reason":"'
    ask DELETE "$purge_address"
    expect 412
    ask POST "${terminate_address/\{text\}/enough}"
    expect 202
    until_ended "$status_address"
    expect 200 '"runtimeStatus":"Terminated"'
    ask POST "${terminate_address/\{text\}/again}"
    expect 410
    ask POST "$restart_address"
    expect 202
    ask POST "$(field terminatePostUri | sed 's/{text}/done/')"
    expect 202
    ask DELETE "$purge_address"
    expect 200 '^\{"instancesDeleted":1\}$'
    ask DELETE "$purge_address"
    expect 404
    ask GET "$status_address"
    expect 404
}

listed() {
    ask GET "$api/instances?runtimeStatus=Completed&top=1"
    expect 200 '^\[\{.*"runtimeStatus":"Completed"'
    expect_header x-ms-continuation-token '.+'
    local token
    token=$(grep -i '^x-ms-continuation-token:' "$work/headers" | tr -d '\r' | cut -d ' ' -f 2)
    ask GET "$api/instances?runtimeStatus=Completed" -H "x-ms-continuation-token: $token"
    expect 200 '^\[\{'
    ask DELETE "$api/instances"
    expect 400 'createdTimeFrom'
    ask DELETE "$api/instances?createdTimeFrom=2001-01-01T00:00:00Z&runtimeStatus=Failed"
    expect 404
}

refused() {
    tell POST api/expenses '{"employee":"Ada","amount":"much"}'
    expect 400 'amount'
    tell POST api/expenses '{"employee":"Ada","amount":-1,"purpose":"luck"}'
    expect 400 'more than 0'
    ask POST api/expenses
    expect 400 'empty'
    tell POST api/expenses/nobody/decision '{"approved":true,"by":"Grace"}'
    expect 404
    ask PUT api/expenses
    expect 405
    ask GET api/nothing
    expect 404
    ask GET "$api/instances/nobody"
    expect 404
    tell POST "$api/instances/nobody/raiseEvent/Decision" '{}'
    expect 404
    tell POST "$api/orchestrators/Unknown" '{}'
    expect 400 'Unknown'
    ask GET "$api/instances/books" -H 'Host: evil.example'
    expect 403
}

# Neither the process nor the keys of before: the approval waits in the file.
survived_a_crash_and_got_keys() {
    tell POST api/expenses '{"employee":"Flo","amount":700,"purpose":"a desk","id":"desk"}'
    expect 202
    crash
    local operator=operator-0123456789abcdef0123456789abcdef reader=reader-0123456789abcdef0123456789abcdef
    start --Perdure:Http:Keys:0:Name=operator "--Perdure:Http:Keys:0:Hash=$(hash "$operator")" \
        --Perdure:Http:Keys:0:Scope=Operate \
        --Perdure:Http:Keys:1:Name=reader "--Perdure:Http:Keys:1:Hash=$(hash "$reader")"
    ask GET "$api/instances/desk"
    expect 401 'x-functions-key'
    tell POST api/expenses/desk/decision '{"approved":true,"by":"Mallory"}'
    expect 401
    ask POST "api/expenses/desk/decision?code=$operator" -H 'Content-Type: application/json' -d '{"approved":true}'
    expect 401
    key=(-H "x-functions-key: $reader")
    ask GET "$api/instances/desk"
    expect 202
    tell POST api/expenses/desk/decision '{"approved":true,"by":"Mallory"}'
    expect 403
    key=(-H "x-functions-key: $operator")
    tell POST api/expenses '{"employee":"Gus","amount":500,"purpose":"a shelf"}'
    expect 202
    local shelf
    shelf=$(field statusQueryGetUri)
    tell POST api/expenses/desk/decision '{"approved":true,"by":"Grace"}'
    expect 202
    until_ended "$api/instances/desk"
    expect 200 '"State":"approved","By":"Grace"'
    # A link that an answer gave out needs no key, and is good for its instance alone.
    key=()
    ask GET "$shelf"
    expect 202
    ask GET "${shelf/instances\/*\?/instances/desk?}"
    expect 401
}

hash() { printf 'sha256:%s' "$(printf '%s' "$1" | sha256sum | cut -d ' ' -f 1)"; }

main() {
    command -v curl > /dev/null || { echo "curl is missing: apt-get install curl" >&2; exit 1; }
    [[ -f $program ]] || dotnet build -c Release -v quiet --tl:off -nodeReuse:false samples/Approvals
    start
    ask GET healthz/ready
    expect 200
    approved
    rejected_by_event_address
    escalated_and_expired
    waited_for
    held_ended_and_deleted
    listed
    refused
    survived_a_crash_and_got_keys
    echo "Driven by curl alone: $checks answers were as documented."
}

main
