#!/usr/bin/env bash
# Keeps the documents true: their C# compiles, their links lead somewhere, and what they list is complete.
# A block of C# that begins with [ or "public" is members of a class, one with "using" or "#:" is a file, any other is statements.
set -euo pipefail
cd "$(dirname "$0")/.."
readonly folder=artifacts/documents documents="README.md ARCHITECTURE.md CHANGELOG.md docs/*.md docs/design/*.md docs/operating/*.md"
failures=0

fail() { echo "$*"; failures=$((failures + 1)); }

snippets() {
    rm -rf "$folder" && mkdir -p "$folder"
    cp eng/documents.cs.txt "$folder/Prelude.cs"
    cat > "$folder/Documents.csproj" << 'PROJECT'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <!-- The SDK takes nothing from below artifacts by itself. -->
    <EnableDefaultCompileItems>false</EnableDefaultCompileItems>
    <NoWarn>$(NoWarn);CS1998;CA1050;CA1707;CS8321;IDE0005;CA1852;CA1861;CA2007;CA1812;CA1873;CA2025</NoWarn>
  </PropertyGroup>
  <ItemGroup>
    <Compile Include="*.cs" />
    <PackageReference Include="Microsoft.Extensions.Hosting" />
    <ProjectReference Include="../../src/Perdure.AspNetCore/Perdure.AspNetCore.csproj" />
    <ProjectReference Include="../../src/Perdure.PostgreSql/Perdure.PostgreSql.csproj" />
    <ProjectReference Include="../../src/Perdure.Testing/Perdure.Testing.csproj" />
  </ItemGroup>
  <Import Project="../../eng/Analyzers.targets" />
</Project>
PROJECT
    # OpenTelemetry is no dependency of this repository, and a program with its own Main is compiled as a sample.
    awk -v folder="$folder" '
        /^```csharp/ { inside = 1; n++; text = ""; next }
        /^```/ && inside { inside = 0; write(); next }
        inside { text = text $0 "\n" }
        function write(   file) {
            if (text ~ /OpenTelemetry/ || text ~ /^(using |#:)/) return
            file = folder "/Snippet" n ".cs"
            print "// " FILENAME > file
            if (text ~ /^(\[|public )/) print "public static class Snippet" n " {\n" text "}" > file
            else print "public static class Snippet" n " { public static async Task RunAsync(string[] args, IDurableClient client, string id) {\n" text "} }" > file
            close(file)
        }' README.md docs/*.md docs/operating/*.md
    # The parameters give way to what a block declares itself.
    for file in $(grep -lE '^var client' "$folder"/Snippet*.cs); do sed -i 's/, IDurableClient client, string id)/)/' "$file"; done
    dotnet build "$folder/Documents.csproj" -c Release -nodeReuse:false --tl:off -v quiet -clp:NoSummary || fail "The C# of the documents does not compile."
}

links() {
    local document link
    for document in $documents; do
        for link in $(grep -oE '\]\([^)#]+' "$document" | cut -c3- | grep -v '^http' || true); do
            [[ -e $(dirname "$document")/$link ]] || fail "$document: the link to $link leads nowhere."
        done
    done
}

lists() {
    local name version
    version=$(sed -n 's|.*<Version>\(.*\)</Version>.*|\1|p' Directory.Build.props)
    for name in $(grep -ohE 'Perdure[A-Za-z.]*@[0-9][^ `]*' $documents samples/SingleFile/hello.cs | sed 's/.*@//'); do
        [[ $name == "$version" ]] || fail "The documents name version $name of Perdure, and this is $version."
    done
    for name in $(grep -oE '"perdure\.[a-z.]+"' src/Perdure/Telemetry/Meters.cs | tr -d '"'); do
        grep -q "\`$name\`" docs/telemetry.md || fail "docs/telemetry.md does not name the instrument $name."
    done
    for name in $(grep -ohE 'LoggerMessage\([0-9]+' src/Perdure/Telemetry/Log.cs | grep -oE '[0-9]+'); do
        grep -qE "^\| ([0-9]+, )*$name(, [0-9]+)* \|" docs/telemetry.md || fail "docs/telemetry.md does not name the log event $name."
    done
    for name in $(grep -oE 'public [A-Za-z<>?]+ [A-Za-z]+ \{ get;' src/Perdure.Abstractions/Hosting/PerdureOptions.cs | awk '{ print $3 }'); do
        grep -q "\`$name\`" docs/operating.md || fail "docs/operating.md does not name the option $name."
    done
}

links
lists
snippets
(( failures == 0 )) && echo "The documents are true."
