using System.Reflection;
using System.Runtime.CompilerServices;
using Shouldly;
using Xunit;

namespace Perdure.Tests.House;

public sealed class PublicApiTests
{
    public static TheoryData<string> Assemblies =>
        ["Perdure.Abstractions", "Perdure.Core", "Perdure.Sqlite", "Perdure.PostgreSql", "Perdure",
            "Perdure.AspNetCore", "Perdure.Testing"];

    /// <summary>
    /// What users can see changes only on purpose. After a change that is meant, run the tests with PERDURE_APPROVE=1
    /// and commit the files.
    /// </summary>
    [Theory]
    [MemberData(nameof(Assemblies))]
    public void What_users_can_see_is_what_was_approved(string assembly)
    {
        string actual = PublicApiText.Of(Assembly.Load(assembly));
        string file = Path.Combine(Folder(), $"{assembly}.approved.txt");
        if (Environment.GetEnvironmentVariable("PERDURE_APPROVE") == "1")
            File.WriteAllText(file, actual);
        actual.ShouldBe(File.ReadAllText(file));
    }

    private static string Folder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
