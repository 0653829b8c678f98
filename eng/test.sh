#!/usr/bin/env bash
# Builds everything with warnings as errors, runs every test project and the samples, and ends with one line:
#   N passed, N failed, N skipped
# Fails when anything failed or when no test ran. Needs the .NET SDK 10 and a NuGet feed; works from any directory.
#   --with-proof   runs a tenth of eng/prove.sh as well and adds its counts
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
# One warm compiler for all that is built here, which takes a third of the time, also where the environment says no to it.
# It ends with this script.
export UseSharedCompilation=true
trap 'dotnet build-server shutdown --vbcscompiler > /dev/null 2>&1 || true' EXIT

readonly configuration=Release
readonly advisories="NU1900;NU1901;NU1902;NU1903;NU1904"
readonly bin=artifacts/bin results=artifacts/test
passed=0 failed=0 skipped=0

main() {
    install_missing
    if build; then
        test_projects
        test_samples
        test_documents
        echo "== a newcomer, from the packages to programs that are killed and go on"
        counted newcomer ./eng/newcomer.sh
        if [[ " $* " == *" --with-proof "* && -x eng/prove.sh ]]; then
            echo "== a tenth of the proof"
            counted prove ./eng/prove.sh --tenth
        fi
    else
        echo "== the build: FAILED"
        add 0 1 0
    fi
    echo
    echo "$passed passed, $failed failed, $skipped skipped"
    (( failed == 0 && passed > 0 ))
}

# What the tests need beside the SDK goes here.
install_missing() {
    command -v dotnet > /dev/null || { echo "The .NET SDK 10 is missing: https://dot.net" >&2; exit 1; }
    if [[ ! -x $(echo /usr/lib/postgresql/*/bin/initdb | tr ' ' '\n' | tail -n 1) ]]; then install_postgresql; fi
    # Without it one test is skipped.
    if [[ ! -x /usr/sbin/pgbouncer && $(id -u) == 0 ]] && command -v apt-get > /dev/null; then
        echo "== installing pgbouncer"
        { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y pgbouncer; } > /dev/null 2>&1 || true
    fi
    command -v curl > /dev/null || { echo "curl is missing; samples/Approvals is driven by it: apt-get install curl" >&2; exit 1; }
}

# The tests start servers of their own; only the programs are needed.
install_postgresql() {
    local log
    log=$(mktemp)
    echo "== installing postgresql"
    if [[ $(id -u) != 0 ]] || ! command -v apt-get > /dev/null; then
        echo "PostgreSQL is missing; the tests start servers of their own: install the package 'postgresql'" >&2
        exit 1
    fi
    if ! { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y postgresql; } > "$log" 2>&1; then
        cat "$log" >&2
        exit 1
    fi
}

# Without node reuse, so that no build server outlives this script and holds its output open.
build() {
    dotnet build Perdure.slnx -c "$configuration" -warnaserror "-warnnotaserror:$advisories" -nodeReuse:false --tl:off -v quiet -clp:NoSummary
}

# A test project is one that references xunit. It is a program; its report says what it counted.
test_projects() {
    rm -rf "$results" && mkdir -p "$results"
    local project name
    for project in $(grep -l 'Include="xunit.v3"' test/*/*.*proj); do
        name=$(basename "${project%.*}")
        test_project "$name"
    done
}

test_project() {
    local name=$1 report="$results/$1.xml" log="$results/$1.log" code=0
    echo "== $name"
    # Who hangs is named in the log, and does not hear a polite signal.
    timeout -k 30 600 dotnet "$bin/$name/release/$name.dll" -noLogo -noColor -longRunning 60 -xml "$report" < /dev/null > "$log" 2>&1 || code=$?
    tail -n 3 "$log"
    local p f e s
    p=$(count passed "$report") f=$(count failed "$report") e=$(count errors "$report") s=$(count skipped "$report")
    # A run that died without a report, or with one in which nothing failed, has failed all the same.
    if (( code != 0 && f + e == 0 )); then f=1; fi
    if (( f + e > 0 )); then echo "-- exit code $code; all of $log:"; cat "$log"; fi
    add "$p" $((f + e)) "$s"
}

# The sum of one attribute over the assemblies of a report; 0 without a report.
count() {
    [[ -f $2 ]] || { echo 0; return; }
    { grep -o '<assembly [^>]*' "$2" || true; } | { grep -o " $1=\"[0-9]*\"" || true; } | tr -dc '0-9\n' |
        awk '{ sum += $1 } END { print sum + 0 }'
}

add() { passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3)); }

# The samples that end by themselves, judged by exit code and last line.
test_samples() {
    local hub empty
    hub=$(mktemp -d)
    # From elsewhere than their own folders; not from /, all of whose folders a host would watch for its settings.
    empty=$(mktemp -d)
    sample "HelloCities" 0 '\["Hello Tokyo!","Hello Seattle!","Hello London!"\]' HelloCities "$hub" --Logging:LogLevel:Default=Warning
    single_file
    rm -rf "$hub" "$bin/TravelBooking/release/data" "$bin/Bank/release/data"
    sample "TravelBooking, from the start to the end" 0 'Proved: no completed booking was made twice: .*nothing crashed' TravelBooking "$empty"
    sample "TravelBooking, killed in the middle" 137 'Killed by SIGKILL.*' TravelBooking "$empty" --crash
    sample "TravelBooking, resumed" 0 'Proved: no completed booking was made twice: .*complete before the crash.*' TravelBooking "$empty"
    sample "TravelBooking, afresh" 0 'Proved: no completed booking was made twice: .*nothing crashed' TravelBooking "$empty"
    sample "Bank, from the start to the end" 0 'Proved: the sum of all balances never changed: .*nothing crashed' Bank "$empty"
    sample "Bank, killed in the middle" 137 'Killed by SIGKILL.*' Bank "$empty" --crash
    sample "Bank, resumed" 0 'Proved: the sum of all balances never changed: .*a crash had left.*' Bank "$empty"
    sample "Bank, afresh" 0 'Proved: the sum of all balances never changed: .*nothing crashed' Bank "$empty"
    sample_seconds=180 sample "Orders, while the bank is away" 0 'Proved: [0-9]+ sent = [0-9]+ processed \+ [0-9]+ set aside.*' Orders "$empty"
    sample_seconds=180 sample "Cluster, a node killed" 0 '.*Proved: all [0-9]+ orders were done exactly once.*' Cluster "$empty"
    driven "Approvals" 'Driven by curl alone: [0-9]+ answers were as documented\.' samples/Approvals/drive.sh
    rm -rf "$empty"
}

# driven <what it is> <pattern of the last line> <script>: a sample that serves, and a script that is its client.
driven() {
    local what=$1 pattern=$2 script=$3 log="$results/driven.log"
    if timeout -k 30 300 "./$script" < /dev/null > "$log" 2>&1 && tail -n 1 "$log" | grep -qE "^$pattern"; then
        echo "== sample $what: passed"
        add 1 0 0
    else
        echo "== sample $what: FAILED"
        cat "$log"
        add 0 1 0
    fi
}

# A program in one file, which the SDK builds when it is run, and whose hub is where it is run.
single_file() {
    local log="$PWD/$results/sample.log" file="$PWD/samples/SingleFile/hello.cs" folder
    folder=$(mktemp -d)
    if (cd "$folder" && export MSBUILDDISABLENODEREUSE=1 &&
            timeout -k 30 300 dotnet run -c "$configuration" "$file") < /dev/null > "$log" 2>&1 &&
        [[ $(tail -n 1 "$log") == 'Hello Tokyo! Hello London!' && -f $folder/perdure.db ]]; then
        echo "== sample SingleFile: passed"
        add 1 0 0
    else
        echo "== sample SingleFile: FAILED"
        cat "$log"
        add 0 1 0
    fi
    rm -rf "$folder"
}

# sample <what it is> <exit code> <pattern of the last line> <project> <directory to run in> [arguments]
sample() {
    local what=$1 expected=$2 pattern=$3 project="$PWD/samples/$4" directory=$5 log code=0
    shift 5
    log="$PWD/$results/sample.log"
    (cd "$directory" && timeout -k 30 "${sample_seconds:-60}" dotnet run -c "$configuration" --no-build --project "$project" -- "$@") < /dev/null > "$log" 2>&1 || code=$?
    if (( code == expected )) && tail -n 1 "$log" | grep -qE "^$pattern"; then
        echo "== sample $what: passed"
        add 1 0 0
    else
        echo "== sample $what: FAILED, exit code $code instead of $expected, or another last line:"
        cat "$log"
        add 0 1 0
    fi
}

# What is shipped beside the code.
test_documents() {
    check documents
    check packages
}

# check <name>: a script beside this one that judges by itself.
check() {
    local log="$results/$1.log"
    if "./eng/$1.sh" < /dev/null > "$log" 2>&1; then
        echo "== $1: passed"
        add 1 0 0
    else
        echo "== $1: FAILED"
        cat "$log"
        add 0 1 0
    fi
}

# counted <log> <script> [arguments]: a script whose own last line says what it counted.
counted() {
    local log="$results/$1.log" code=0 counts
    shift
    "$@" < /dev/null > "$log" 2>&1 || code=$?
    counts=$(grep -oE '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$' "$log" | tail -n 1 | tr -dc '0-9 \n') || counts=
    grep -vE '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$' "$log" || true
    # shellcheck disable=SC2086 # three numbers
    set -- ${counts:-0 0 0}
    if (( code != 0 && $2 == 0 )); then set -- "$1" 1 "$3"; fi
    add "$1" "$2" "$3"
}

main "$@"
