using Perdure.Cli.Checks;

namespace Perdure.Cli.Tests.Checks;

public sealed class ProgramPlaceTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("perdure-program").FullName;
    private readonly Terminal _terminal = new(TextWriter.Null, TextWriter.Null, _ => null, TimeProvider.System);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("app.dll", "dotnet {}/app.dll x", null)]
    [InlineData("app", "{}/app x", null)]
    [InlineData(
        "app.csproj", "dotnet run --project {}/app.csproj -c Release --no-build --no-launch-profile -- x",
        "dotnet build {}/app.csproj -c Release -nologo -v quiet")]
    [InlineData(
        "app.cs", "dotnet run --file {}/app.cs -c Release --no-build --no-launch-profile -- x",
        "dotnet build {}/app.cs -c Release -nologo -v quiet")]
    public void Programs_are_started_as_what_they_are(string name, string start, string? build)
    {
        File.WriteAllText(Path.Combine(_folder, name), "");
        ProgramPlace place = ProgramPlace.Of(Path.Combine(_folder, name), "Release", _terminal);
        string.Join(' ', place.Start(["x"])).ShouldBe(start.Replace("{}", _folder, StringComparison.Ordinal));
        (place.Build is { } of ? string.Join(' ', of) : null)
            .ShouldBe(build?.Replace("{}", _folder, StringComparison.Ordinal));
    }

    [Fact]
    public void A_folder_stands_for_its_only_project()
    {
        Should.Throw<CheckFailedException>(() => ProgramPlace.Of(_folder, null, _terminal))
            .Message.ShouldContain("holds no project");
        File.WriteAllText(Path.Combine(_folder, "one.fsproj"), "");
        ProgramPlace.Of(_folder, null, _terminal).Build!.ShouldContain(Path.Combine(_folder, "one.fsproj"));
        File.WriteAllText(Path.Combine(_folder, "two.csproj"), "");
        Should.Throw<CheckFailedException>(() => ProgramPlace.Of(_folder, null, _terminal))
            .Message.ShouldContain("holds 2 projects");
    }
}
