#!/usr/bin/env bash
# What the analyzers and the generator of typed calls cost: compiles the samples with and without them, in pairs that take
# turns, and tells the medians. Everything else is built before and not again. Without the generator its files of an
# earlier run are compiled, so both sides compile the same text.
#
#   bench/analyzers.sh [pairs]     7 by default
#
# Seconds are those of the processor, which a busy machine does not change much. Each compiler is a process of its own, so
# nothing is warm: a compiler that stays (UseSharedCompilation) is kinder to us.
set -euo pipefail
cd "$(dirname "$0")/.."
readonly pairs=${1:-7} folder=$PWD/artifacts/bench-analyzers

prepare() {
    rm -rf "$folder" && mkdir -p "$folder"
    cat > "$folder/Samples.proj" << 'PROJECT'
<Project>
  <ItemGroup>
    <Sample Include="$(MSBuildThisFileDirectory)../../samples/*/*.csproj" />
  </ItemGroup>
  <Target Name="Compile">
    <MSBuild Projects="@(Sample)" Targets="Rebuild"
      Properties="Configuration=Release;BuildProjectReferences=false;UseSharedCompilation=false;CustomAfterMicrosoftCommonTargets=$(MSBuildThisFileDirectory)Generated.targets" />
  </Target>
</Project>
PROJECT
    cat > "$folder/Generated.targets" << 'TARGETS'
<Project>
  <PropertyGroup Condition="'$(Write)' == 'true'">
    <EmitCompilerGeneratedFiles>true</EmitCompilerGeneratedFiles>
    <CompilerGeneratedFilesOutputPath>$(MSBuildThisFileDirectory)$(MSBuildProjectName)</CompilerGeneratedFilesOutputPath>
  </PropertyGroup>
  <ItemGroup Condition="'$(PerdureAnalyzers)' == 'false'">
    <Compile Include="$(MSBuildThisFileDirectory)$(MSBuildProjectName)/Perdure.Analyzers/**/*.cs" />
  </ItemGroup>
</Project>
TARGETS
    local project
    for project in samples/*/*.csproj; do
        dotnet build "$project" -c Release -nodeReuse:false --tl:off -v quiet -clp:NoSummary
    done
    compile -p:Write=true > /dev/null
}

# compile <options>: the seconds of one compilation of all samples.
compile() {
    local TIMEFORMAT='%U %S' seconds
    if ! seconds=$({ time dotnet msbuild "$folder/Samples.proj" -t:Compile -nodeReuse:false -tl:off -v:quiet -m:1 "$@" \
        > "$folder/build.log"; } 2>&1); then
        cat "$folder/build.log" >&2
        exit 1
    fi
    awk '{ print $1 + $2 }' <<< "$seconds"
}

median() { sort -n "$1" | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

prepare
for (( pair = 1; pair <= pairs; pair++ )); do
    # Whoever comes second finds the files in the memory, so they take turns at it.
    order=(true false)
    if (( pair % 2 == 0 )); then order=(false true); fi
    for with in "${order[@]}"; do compile "-p:PerdureAnalyzers=$with" >> "$folder/$with.txt"; done
    with=$(tail -n 1 "$folder/true.txt") without=$(tail -n 1 "$folder/false.txt")
    awk -v a="$with" -v b="$without" 'BEGIN { print a / b }' | tee -a "$folder/ratio.txt" |
        awk -v a="$with" -v b="$without" -v pair="$pair" '{ printf "pair %d: %.1f s with, %.1f s without, %.3f\n", pair, a, b, $1 }'
done
echo "median: $(median "$folder/true.txt") s with, $(median "$folder/false.txt") s without, ratio of a pair $(median "$folder/ratio.txt")"
