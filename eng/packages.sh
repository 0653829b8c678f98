#!/usr/bin/env bash
# Keeps the packages true for users: packs them, and builds a program that refers to one of them alone. It must get the
# analyzers and the typed calls with it, although they lie in Perdure.Abstractions, and be able to switch the calls off.
# Needs the .NET SDK, a NuGet feed, and everything built in Release; works from any directory.
set -euo pipefail
cd "$(dirname "$0")/.."
readonly folder=$PWD/artifacts/packages-check
failures=0

fail() { echo "$*"; failures=$((failures + 1)); }

pack() {
    rm -rf "$folder" && mkdir -p "$folder/feed" "$folder/user"
    dotnet pack Perdure.slnx --no-build -c Release -o "$folder/feed" -nodeReuse:false --tl:off -v quiet -clp:NoSummary
}

# The packages lie beside the program, since another build of the same version may be in the cache of this machine.
program() {
    cat > "$folder/user/NuGet.config" << 'CONFIG'
<configuration>
  <config><add key="globalPackagesFolder" value="../cache" /></config>
  <packageSources><add key="packed" value="../feed" /></packageSources>
</configuration>
CONFIG
    # The directory above is this repository, whose settings are not those of a user.
    for file in Directory.Build.props Directory.Build.targets Directory.Packages.props; do
        echo '<Project />' > "$folder/user/$file"
    done
    echo 'root = true' > "$folder/user/.editorconfig"
    cat > "$folder/user/User.csproj" << 'PROJECT'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>net10.0</TargetFramework>
    <Nullable>enable</Nullable>
    <ImplicitUsings>enable</ImplicitUsings>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="$(Package)" Version="$(PackageVersion)" />
  </ItemGroup>
</Project>
PROJECT
    cat > "$folder/user/Functions.cs" << 'CODE'
using Perdure;

public static class Functions
{
    [FunctionName("Greet")]
    public static async Task<string> Greet([OrchestrationTrigger] IDurableOrchestrationContext context) =>
        $"{await context.CallHelloAsync("you")} at {DateTime.Now}";

    [FunctionName("Hello")]
    public static string Hello([ActivityTrigger] string name) => $"Hello {name}";
}
CODE
}

# build <package> [options]: the answer is what the compiler says.
build() {
    local package=$1 version
    shift
    version=$(basename "$(find "$folder/feed" -name "$package.[0-9]*.nupkg")" .nupkg)
    rm -rf "$folder/user/bin" "$folder/user/obj"
    dotnet build "$folder/user/User.csproj" -p:Package="$package" -p:PackageVersion="${version#"$package".}" \
        -nodeReuse:false --tl:off -v quiet -clp:NoSummary "$@" 2>&1 || true
}

consume() {
    local package said
    for package in Perdure Perdure.AspNetCore Perdure.PostgreSql Perdure.Testing; do
        said=$(build "$package")
        if ! grep -q 'warning PERDURE0101' <<< "$said"; then fail "$package brings no analyzers:"$'\n'"$said"; fi
        if grep -q ': error ' <<< "$said"; then fail "$package brings no typed calls:"$'\n'"$said"; fi
    done
    said=$(build Perdure.AspNetCore -p:PerdureTypedCalls=false)
    if ! grep -q "error CS1061.*CallHelloAsync" <<< "$said"; then fail "PerdureTypedCalls does not switch them off:"$'\n'"$said"; fi
}

# As NuGet has unpacked them.
nuspecs() {
    local nuspec
    for nuspec in "$folder"/cache/perdure*/*/*.nuspec; do
        if grep 'dependency id="Perdure' "$nuspec" | grep exclude; then
            fail "$(basename "$nuspec") keeps parts of what it depends on from its users."
        fi
    done
}

pack
program
consume
nuspecs
(( failures == 0 )) && echo "The packages bring what they should."
