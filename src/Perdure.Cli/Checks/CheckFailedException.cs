namespace Perdure.Cli.Checks;

/// <summary>The program could not be checked at all; the message says why and what to do.</summary>
internal sealed class CheckFailedException(string message) : Exception(message);
