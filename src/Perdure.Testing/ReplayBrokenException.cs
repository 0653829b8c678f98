namespace Perdure.Testing;

/// <summary>Stored instances cannot go on with the functions that were checked; the message explains each.</summary>
public sealed class ReplayBrokenException(string message) : Exception(message);
