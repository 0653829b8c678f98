using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Shouldly;
using Xunit;

namespace Perdure.Tests.House;

/// <summary>What a new user gets from <c>dotnet new perdure</c> is what is tested here.</summary>
public sealed partial class TemplateTests
{
    [Fact]
    public void The_template_refers_to_the_packages_that_this_repository_is_tested_with()
    {
        string root = Path.GetFullPath(Path.Combine(Here(), "../../.."));
        Dictionary<string, string> tested = XDocument.Load(Path.Combine(root, "Directory.Packages.props"))
            .Descendants("PackageVersion")
            .ToDictionary(p => p.Attribute("Include")!.Value, p => p.Attribute("Version")!.Value);
        (string Package, string Version)[] referred =
        [
            .. from file in Directory.EnumerateFiles(
                   Path.Combine(root, "src/Perdure.Templates/content/perdure"), "*.csproj", SearchOption.AllDirectories)
               // As text: what the template decides on makes no XML of it before.
               from Match match in Reference().Matches(File.ReadAllText(file))
               select (match.Groups[1].Value, match.Groups[2].Value),
        ];
        referred.Select(r => r.Package).ShouldContain("xunit.v3");
        foreach ((string package, string version) in referred)
        {
            string expected = package.StartsWith("Perdure", StringComparison.Ordinal)
                ? "PERDURE_VERSION"
                : tested[package];
            version.ShouldBe(expected, $"the version of {package} in the template");
        }
    }

    private static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;

    [GeneratedRegex("""<PackageReference Include="([^"]+)" Version="([^"]+)" />""")]
    private static partial Regex Reference();
}
