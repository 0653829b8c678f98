#!/usr/bin/env bash
# Plays somebody who has never seen Perdure: takes the packages from a feed, makes a program with dotnet new, runs it,
# kills it, runs it again, tests it; runs a single file twice; installs the tool. Ends with one line:
#   N passed, N failed, N skipped
# Everything happens in a folder that is removed, but for --keep. Nothing of the user's own templates, tools and cached
# packages is touched; packages that are not Perdure's come from where they always come from.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$(mktemp -d)
readonly folder hive=(--debug:custom-hive "$folder/hive")
# A version that nobody has in a cache, and that only comes from the packages of now.
version="$(sed -n 's|.*<Version>\(.*\)</Version>.*|\1|p' Directory.Build.props)-newcomer.$(date +%s)"
readonly version
passed=0 failed=0

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_UI_LANGUAGE=en
export MSBUILDDISABLENODEREUSE=1
cache=$(dotnet nuget locals global-packages --list | sed 's/^global-packages: //')
sources=$(dotnet nuget list source | sed -nE 's/^ *[0-9]+\. +(.*) \[Enabled\]$/\1/p')
export NUGET_PACKAGES=$folder/cache XDG_DATA_HOME=$folder/data

main() {
    check "packages" packages
    if (( failed == 0 )); then
        check "dotnet new install" in_folder dotnet new install "$folder/feed/Perdure.Templates.$version.nupkg" "${hive[@]}"
        check "dotnet new, in a folder whose name is no name of C#" new_here "3 my-shop.v2"
        check "dotnet run, killed with kill -9" killed "3 my-shop.v2" 'charged 12' dotnet run
        check "dotnet run, goes on" goes_on "3 my-shop.v2" 'order-1 is Completed: charged 12, shipped tea' charging dotnet run
        check "dotnet run, a third time" goes_on "3 my-shop.v2" 'order-1 is Completed: charged 12, shipped tea' shipping dotnet run
        check "dotnet test" tests "3 my-shop.v2"
        check "dotnet new --http, with the name of the package" in_folder dotnet new perdure --http -n perdure "${hive[@]}"
        check "dotnet run, served over HTTP" served perdure
        check "dotnet test, of what is served" tests perdure
        check "dotnet new uninstall" in_folder dotnet new uninstall Perdure.Templates "${hive[@]}"
        check "dotnet run hello.cs, killed with kill -9" hello_killed
        check "dotnet run hello.cs, goes on" goes_on single 'Hello Tokyo! Hello London!' 'to Tokyo' dotnet run hello.cs
        check "dotnet tool install" tool
    fi
    echo "$passed passed, $failed failed, 0 skipped"
    (( failed == 0 && passed > 0 ))
}

# check <what> <command...>: counts, says how long it took, and shows what was printed only if it went wrong.
check() {
    local what=$1 log="$folder/log" began=$EPOCHREALTIME
    shift
    # Not in a condition, where bash does not stop at what goes wrong.
    set +e
    (set -e; "$@") < /dev/null > "$log" 2>&1
    local code=$?
    set -e
    local took=$(( (${EPOCHREALTIME/./} - ${began/./}) / 100000 ))
    if (( code == 0 )); then
        echo "$what: passed, $((took / 10)).$((took % 10)) s"
        passed=$((passed + 1))
    else
        echo "$what: FAILED"
        cat "$log"
        failed=$((failed + 1))
    fi
}

in_folder() { cd "$folder" && "$@"; }

# All packages have this version, and what is not Perdure's is taken from the machine's own sources and cache. What was
# built last is packed.
packages() {
    local built=()
    if [[ -f artifacts/bin/Perdure.Cli/release/Perdure.Cli.dll ]]; then built=(--no-build); fi
    ./eng/pack.sh "$folder/feed" "-p:PackageVersion=$version" "${built[@]}"
    local project name
    for project in src/*/*.csproj; do
        grep -q '<IsPackable>false' "$project" && continue
        name=$(basename "${project%.csproj}")
        [[ -f $folder/feed/$name.$version.nupkg ]] || { echo "$name is not packed as $version."; return 1; }
    done
    {
        echo '<configuration>'
        echo "  <packageSources><add key=\"newcomer\" value=\"$folder/feed\" /></packageSources>"
        echo "  <fallbackPackageFolders><add key=\"machine\" value=\"$cache\" /></fallbackPackageFolders>"
        echo '  <packageSourceMapping>'
        echo '    <packageSource key="newcomer"><package pattern="Perdure*" /></packageSource>'
        while IFS= read -r source; do
            echo "    <packageSource key=\"$source\"><package pattern=\"*\" /></packageSource>"
        done <<< "$sources"
        echo '  </packageSourceMapping>'
        echo '</configuration>'
    } > "$folder/NuGet.config"
}

new_here() {
    mkdir "$folder/$1" && cd "$folder/$1"
    dotnet new perdure "${hive[@]}"
    [[ -f $1.csproj && -f .gitignore ]] && grep -q "\"Perdure\" Version=\"$version\"" "$1.csproj"
}

# until_true <seconds> <command...>
until_true() {
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        (( SECONDS < end )) || { echo "In vain: $*"; return 1; }
        sleep 0.1
    done
}

# killed <folder> <what must be on the disk before> <command...>: a program that says how to kill it.
killed() {
    local out="$folder/killed" kept=$2
    cd "$folder/$1"
    shift 2
    timeout -k 10 330 "$@" > "$out" 2>&1 &
    until_true 300 grep -qE 'kill -9 [0-9]+' "$out"
    until_true 30 grep -qsa "$kept" perdure.db-wal
    kill -9 "$(sed -nE 's/.*kill -9 ([0-9]+).*/\1/p' "$out")"
    wait $! || [[ $? == 137 ]]
    cat "$out"
    [[ $(grep -c Completed "$out") == 0 ]]
}

# goes_on <folder> <last line> <what must not be done again> <command...>
goes_on() {
    local out="$folder/again" last=$2 again=$3
    cd "$folder/$1"
    shift 3
    timeout -k 10 300 "$@" 2>&1 | tee "$out"
    [[ $(tail -n 1 "$out") == "$last" ]]
    ! grep -q "$again" "$out" || { echo "'$again' was done again."; return 1; }
}

tests() {
    cd "$folder/$1"
    timeout -k 10 300 dotnet test | tee "$folder/tests"
    grep -qE 'Passed! +- Failed: +0, Passed: +3, Skipped: +0' "$folder/tests"
    # Advice of the compiler would be the first that a newcomer sees.
    ! grep -E ': warning ' "$folder/tests"
}

served() {
    local out="$folder/served" api code=0
    cd "$folder/$1"
    timeout -k 10 330 dotnet run -- --urls http://127.0.0.1:0 > "$out" 2>&1 &
    until_true 300 grep -q 'Now listening on' "$out" || code=1
    api=$(sed -nE 's/.*Now listening on: (.*)/\1/p' "$out")/runtime/webhooks/durabletask
    order "$api" || code=1
    # dotnet run passes on what ends it, but for a kill.
    kill -TERM $!
    wait $! || true
    cat "$out"
    return $code
}

order() {
    local json='Content-Type: application/json'
    curl -sSf -X POST "$1/orchestrators/Checkout/order-1" -H "$json" -d '{ "item": "tea", "amount": 12 }'
    curl -sSf -X POST "$1/instances/order-1/raiseEvent/Cancel" -H "$json" -d true
    until_true 30 cancelled "$1"
}

cancelled() { curl -sSf "$1/instances/order-1" | grep -q '"output":"charged 12, refunded"'; }

# The sample as users have it, with the package in the place of the project.
hello_killed() {
    local hosting
    hosting=$(sed -nE 's/.*"Microsoft.Extensions.Hosting" Version="([^"]*)".*/\1/p' Directory.Packages.props)
    mkdir "$folder/single"
    sed -e "s|^#:project .*|#:package Perdure@$version|" -e "s|^\(#:package .*Hosting\)$|\1@$hosting|" \
        samples/SingleFile/hello.cs > "$folder/single/hello.cs"
    killed single 'Hello Tokyo' dotnet run hello.cs
}

tool() {
    cd "$folder"
    dotnet tool install Perdure.Cli --version "$version" --tool-path tools
    tools/perdure --help | tee help
    grep -q 'hub' help
}

[[ ${1:-} == --keep ]] && echo "in $folder" || trap 'rm -rf "$folder"' EXIT
main
