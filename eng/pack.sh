#!/usr/bin/env bash
# Packs everything that is shipped, all with one version, into one folder.
#
#   eng/pack.sh                                    into artifacts/packages
#   eng/pack.sh /tmp/feed -p:PackageVersion=1.2.3  elsewhere, and with what else dotnet pack takes
#
# Packages of an earlier time leave the folder. Needs the .NET SDK and a NuGet feed; works from any directory.
set -euo pipefail
if [[ ${1:-} == [!-]* ]]; then folder=$(realpath -m -- "$1") && shift; fi
cd "$(dirname "$0")/.."
readonly folder=${folder:-$PWD/artifacts/packages}

rm -f "$folder"/Perdure*.{nupkg,snupkg}
dotnet pack Perdure.slnx -c Release -o "$folder" -nodeReuse:false --tl:off -v quiet -clp:NoSummary "$@"
ls "$folder"
