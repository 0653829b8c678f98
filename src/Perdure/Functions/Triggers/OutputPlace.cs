namespace Perdure.Functions.Triggers;

/// <summary>Where what a function gives goes.</summary>
/// <param name="IsStream">To a stream; otherwise to a queue.</param>
/// <param name="Name">In lower case.</param>
internal sealed record OutputPlace(bool IsStream, string Name);
