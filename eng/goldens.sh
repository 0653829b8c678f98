#!/usr/bin/env bash
# Records the histories of a release for test/Perdure.Goldens, in test/Goldens/<version>, which must not exist yet: what
# was recorded is never changed, because hubs with such histories are out there.
#   eng/goldens.sh <version>
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

version=${1:?Say the version, for example 0.1.0}
folder=$PWD/test/Goldens/$version
if [[ -e $folder ]]; then
    echo "$folder exists, and what was recorded is never changed" >&2
    exit 1
fi
dotnet build test/Perdure.Goldens -c Release -nodeReuse:false -v quiet -clp:NoSummary
mkdir -p "$folder"
PERDURE_GOLDENS=$folder dotnet artifacts/bin/Perdure.Goldens/release/Perdure.Goldens.dll -noLogo -noColor \
    -method '*Histories_of_today_fit*'
find "$folder" -name '*.json' | wc -l
