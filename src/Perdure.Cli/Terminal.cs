namespace Perdure.Cli;

/// <summary>What a command may touch of the world beside hubs.</summary>
/// <param name="Output">What was asked for.</param>
/// <param name="Error">Progress, and what went wrong.</param>
/// <param name="Environment">Reads a variable.</param>
/// <param name="Time">The clock.</param>
internal sealed record Terminal(
    TextWriter Output, TextWriter Error, Func<string, string?> Environment, TimeProvider Time);
