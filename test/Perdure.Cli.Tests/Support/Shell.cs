namespace Perdure.Cli.Tests.Support;

/// <summary>What a command said and how it ended.</summary>
internal sealed record Said(ExitCode Code, string Output, string Error)
{
    public string All => Output + Error;
}

/// <summary>Runs commands as somebody types them.</summary>
internal static class Shell
{
    public static Task<Said> RunAsync(params string[] arguments) => RunAsync([], arguments);

    public static Task<Said> RunAsync(Dictionary<string, string> environment, params string[] arguments) =>
        RunAsync(environment, CancellationToken.None, arguments);

    public static async Task<Said> RunAsync(
        Dictionary<string, string> environment, CancellationToken cancellationToken, params string[] arguments)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        Terminal terminal = new(output, error, environment.GetValueOrDefault, TimeProvider.System);
        ExitCode code = await CommandLine.RunAsync(arguments, terminal, cancellationToken);
        return new Said(code, output.ToString(), error.ToString());
    }

    public static async Task<Said> MustAsync(params string[] arguments)
    {
        Said said = await RunAsync(arguments);
        said.Code.ShouldBe(ExitCode.Done, said.All);
        return said;
    }
}
