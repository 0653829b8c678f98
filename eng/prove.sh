#!/bin/sh
# Runs the proofs of reliability and says what they showed.
#
#   eng/prove.sh                     everything, each section at most 20 minutes; keeps the figures in docs/reliability.md
#   eng/prove.sh --only torture      one section: simulation | simulation-2 | simulation-3 | simulation-4 | bugs | bugs-2 |
#                                    bugs-3 | torture | bank | events | events-nodes | nodes | builds | fanout |
#                                    diskfull | powerloss | conformance
#   eng/prove.sh --tenth             a tenth of each, for every change
#   eng/prove.sh --seed 42           with this seed
#
# Needs the .NET SDK; PostgreSQL for events-nodes, nodes, builds, fanout and conformance; nothing else. Works from any
# directory and without a terminal.
set -u

root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root" || exit 2
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
# The planted bugs are a build each: one warm compiler for all of them, which ends with this script.
export UseSharedCompilation=true
trap 'dotnet build-server shutdown --vbcscompiler > /dev/null 2>&1 || true' EXIT

only=all
tenth=
seed=
while [ $# -gt 0 ]; do
    case $1 in
        --only) only=${2:?--only needs a section}; shift 2 ;;
        --tenth) tenth=1; shift ;;
        --seed) seed=${2:?--seed needs a number}; shift 2 ;;
        *) sed -n '2,12p' "$0"; exit 2 ;;
    esac
done
sections='simulation simulation-2 simulation-3 simulation-4 bugs bugs-2 bugs-3 torture bank events events-nodes nodes builds fanout diskfull powerloss conformance'
case " all $sections " in
    *" $only "*) ;;
    *) echo "prove: there is no section '$only'" >&2; exit 2 ;;
esac

seed=${seed:-$(date +%Y%m%d)}
commit=$(git rev-parse --short=10 HEAD 2>/dev/null || echo unknown)
# What is not committed cannot be named by a commit.
[ -z "$(git status --porcelain -- src test 2>/dev/null)" ] || commit="$commit+"
logs=$(mktemp -d)
rows=$logs/rows built=
: > "$rows"
passed=0 failed=0 skipped=0

full() { if [ -n "$tenth" ]; then echo "$2"; else echo "$1"; fi; }

# note SECTION VERDICT FIGURES
note() {
    case $2 in
        PASS) passed=$((passed + 1)) ;;
        FAIL) failed=$((failed + 1)) ;;
        SKIP) skipped=$((skipped + 1)) ;;
    esac
    echo "$1: $2: $3"
    printf '%s\t%s\t%s\n' "$1" "$2" "$3" >> "$rows"
}

# prove SECTION PROJECT ARGUMENTS...: the lines that name a verdict are the figures.
prove() {
    section=$1 project=$2
    shift 2
    [ "$only" = all ] || [ "$only" = "$section" ] || return 0
    if [ ! -f "$project"/*.csproj ]; then
        note "$section" SKIP "$project is not part of this tree"
        return 0
    fi
    echo "== $section: $project $*"
    if [ "$project" != "$built" ] \
        && ! dotnet build -c Release -v quiet -nodeReuse:false "$project" > "$logs/$section.build" 2>&1; then
        tail -n 20 "$logs/$section.build"
        note "$section" FAIL "$project does not build"
        return 0
    fi
    built=$project
    name=$(basename "$project")
    timeout -k 30 1200 dotnet "artifacts/bin/$name/release/$name.dll" "$@" > "$logs/$section.log" 2>&1 < /dev/null
    code=$?
    cat "$logs/$section.log"
    figures=$(grep -E 'PASS|FAIL|SKIP|Total:' "$logs/$section.log" | grep -v VIOLATION \
        | sed "s/\x1b\[[0-9;]*m//g; s/^ *//; s/^PASS //; s/^[a-z ]*: PASS: //; s/^powerloss \(([^)]*)\): PASS:/\1/" \
        | paste -sd ';' | sed 's/;/; /g')
    if [ $code -eq 124 ] || [ $code -eq 137 ]; then
        note "$section" FAIL "took more than 20 minutes"
    elif [ $code -ne 0 ]; then
        note "$section" FAIL "${figures:-ended with $code}"
    elif printf '%s' "$figures" | grep -q 'SKIP'; then
        note "$section" SKIP "$figures"
    else
        note "$section" PASS "${figures:-ended well}"
    fi
}

# A simulated run is short and leaves nothing behind: a larger nursery makes a quarter more of them in the same time,
# and so does code that is compiled well without waiting for the compiler to rest.
export DOTNET_GCgen0size=0x4000000 DOTNET_TC_CallCountingDelayMs=0
if [ -n "$tenth" ]; then
    prove simulation test/Perdure.Simulation --quick
else
    # In parts, because a section takes 20 minutes at most.
    prove simulation test/Perdure.Simulation --seeds 25000
    prove simulation-2 test/Perdure.Simulation --seeds 25000 --from 25001
    prove simulation-3 test/Perdure.Simulation --seeds 25000 --from 50001
    prove simulation-4 test/Perdure.Simulation --seeds 25000 --from 75001
    prove bugs test/Perdure.Simulation --third 1
    prove bugs-2 test/Perdure.Simulation --third 2
    prove bugs-3 test/Perdure.Simulation --third 3
fi
unset DOTNET_GCgen0size DOTNET_TC_CallCountingDelayMs
prove torture test/Perdure.Torture --kills "$(full 100 10)" --seed "$seed"
prove bank test/Perdure.Torture --bank --kills "$(full 50 6)" --seed "$seed"
prove events test/Perdure.Torture --events --kills "$(full 50 6)" --seed "$seed"
prove events-nodes test/Perdure.Torture --events --nodes --kills "$(full 50 5)" --seed "$seed"
prove nodes test/Perdure.Torture --nodes --kills "$(full 40 4)" --seed "$seed"
prove builds test/Perdure.Torture --nodes --builds --kills "$(full 20 2)" --seed "$seed"
prove fanout test/Perdure.Torture --fanout --activities "$(full 10000 1000)" --seed "$seed"
prove diskfull test/Perdure.Torture --disk-full --times "$(full 6 2)" --seed "$seed"
prove powerloss test/Perdure.PowerLoss --images "$(full 5000 500)" --commits "$(full 2000 500)" --seed "$seed"
# Of a tenth it is no part: eng/test.sh, which asks for that, has run the whole of it among the test projects.
[ -n "$tenth" ] || prove conformance test/Perdure.Stores.Tests

# What ran in full replaces its row in the documentation, between the marks, and says of which commit it is.
if [ -z "$tenth" ]; then
    page=docs/reliability.md
    when="$commit, $(date -u +%Y-%m-%d)"
    {
        sed '/<!-- figures -->/q' "$page"
        echo "| section | verdict | figures | commit |"
        echo "|---|---|---|---|"
        {
            sed -n '/<!-- figures -->/,/<!-- end of figures -->/s/^| \([a-z0-9-]* | [A-Z]* | .*\) |$/\1/p' "$page"
            awk -F '\t' -v when="$when" '{ gsub(/\|/, "/"); print $1 " | " $2 " | " $3 " | " when }' "$rows"
        } | awk -v order="$sections" '
            { row[$1] = $0 }
            END { n = split(order, name, " "); for (i = 1; i <= n; i++) if (name[i] in row) print "| " row[name[i]] " |" }'
        sed -n '/<!-- end of figures -->/,$p' "$page"
    } > "$logs/page" && cat "$logs/page" > "$page"
fi

echo "seed $seed, commit $commit, logs in $logs"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
