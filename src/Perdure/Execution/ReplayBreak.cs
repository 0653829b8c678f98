using Perdure.Core.Replay;

namespace Perdure.Execution;

/// <summary>Where replayed code did something else than its history holds.</summary>
/// <param name="Turn">The turn.</param>
/// <param name="Difference">
/// Both sides; null when the code left its turn, which says nothing of what it asks for.
/// </param>
/// <param name="Failure">What the code threw, if that is how it went another way.</param>
internal sealed record ReplayBreak(int Turn, ReplayDifference? Difference, FailureDetails? Failure);
