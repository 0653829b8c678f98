namespace Perdure.Testing;

/// <summary>What a test waits for does not come: nothing is under way, and nothing is due.</summary>
/// <param name="message">What it is, and what the instance waits for.</param>
public sealed class TestHubIdleException(string message) : Exception(message);
