#!/usr/bin/env bash
# Fills a hub with instances that wait, every other one behind twenty turns, and lets 'perdure check' look for the one
# among them that a change would break. Prints the seconds and the peak memory of the program that is checked and of the
# command line, and fails when the instance is not found, or when it takes more than a minute or 500 MB.
#   bench/check.sh [instances] [connection string of PostgreSQL]      by default 10000, in a SQLite file
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

readonly count=${1:-10000} folder=$(mktemp -d)
readonly hub=${2:-$folder/hub.db} name=check_$$
readonly program=artifacts/bin/Perdure.CheckedProgram/release/Perdure.CheckedProgram.dll
readonly perdure=artifacts/bin/Perdure.Cli/release/Perdure.Cli.dll
trap 'rm -rf "$folder"' EXIT

dotnet build test/Perdure.CheckedProgram -c Release -nodeReuse:false -v quiet -clp:NoSummary
dotnet build src/Perdure.Cli -c Release -nodeReuse:false -v quiet -clp:NoSummary
(cd "$folder" && dotnet "$OLDPWD/$program" fill long "$hub" "$name" "$folder/proof" "$count")

began=$(date +%s%N)
code=0
dotnet "$perdure" check "$program" --output "$folder/verdicts" -- application longer "$hub" "$name" "$folder/proof" \
    > "$folder/said" 2> "$folder/progress" &
check=$!
peak_program=0 peak_check=0
# The high-water mark of each process, in KB, as the system keeps it, for as long as the processes are there.
while kill -0 "$check" 2> /dev/null; do
    peak_check=$(high_water=$(awk '/VmHWM/ { print $2 }' "/proc/$check/status" 2> /dev/null); echo "${high_water:-$peak_check}")
    for child in $(cat "/proc/$check/task/$check/children" 2> /dev/null); do
        now=$(awk '/VmHWM/ { print $2 }' "/proc/$child/status" 2> /dev/null || true)
        if (( ${now:-0} > peak_program )); then peak_program=$now; fi
    done
    read -rt 0.05 <> <(:) || true
done
wait "$check" || code=$?
tenths=$(( ($(date +%s%N) - began) / 100000000 ))

cat "$folder/said"
echo "$count instances: $((tenths / 10)).$((tenths % 10)) s, peak $((peak_program / 1024)) MB in the program and $((peak_check / 1024)) MB in the command line"
grep -q "'long-711' (turn" "$folder/said" && (( code == 1 && tenths < 600 && peak_program < 500 * 1024 && peak_check < 500 * 1024 ))
