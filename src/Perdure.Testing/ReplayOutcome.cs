namespace Perdure.Testing;

/// <summary>What becomes of an instance under the functions of a <see cref="ReplayChecker"/>.</summary>
public enum ReplayOutcome
{
    /// <summary>The code asks for what the history holds.</summary>
    Fits,

    /// <summary>It is parked, and the code fits now: resumed, it would go on.</summary>
    WouldGoOn,

    /// <summary>The code asks for something else than the history holds, or cannot read what is stored.</summary>
    Breaks,

    /// <summary>The orchestrator, or this version of it, is not among the functions.</summary>
    NoCode,

    /// <summary>The code fits, but what the instance waits for is not among the functions, or cannot begin.</summary>
    WaitsInVain,

    /// <summary>The code does not come to an end in time: it blocks or loops.</summary>
    Hangs,

    /// <summary>The history contradicts itself, or was written by a newer release.</summary>
    Damaged,
}
