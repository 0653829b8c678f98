namespace Perdure;

/// <summary>
/// The code of an orchestration asked for something else than its history holds: it was changed while the instance
/// lived, or it is not deterministic. Nothing was written on top of the history.
/// </summary>
public sealed class NonDeterministicOrchestrationException : Exception
{
    /// <summary>For the engine, and for tests of code that handles it.</summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="recorded">What the history holds at that place, in words.</param>
    /// <param name="requested">What the code asked for instead, in words.</param>
    public NonDeterministicOrchestrationException(string instanceId, string recorded, string requested)
        : base($"Orchestration '{instanceId}' is not deterministic: its history holds {recorded}, "
            + $"but the code asked for {requested}. "
            + "Deploy the code that wrote this history, or give changed code a new name or version.")
    {
        InstanceId = instanceId;
        Recorded = recorded;
        Requested = requested;
    }

    /// <summary>The instance.</summary>
    public string InstanceId { get; }

    /// <summary>What the history holds at that place, in words.</summary>
    public string Recorded { get; }

    /// <summary>What the code asked for instead, in words.</summary>
    public string Requested { get; }
}
