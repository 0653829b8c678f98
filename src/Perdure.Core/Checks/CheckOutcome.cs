namespace Perdure.Core.Checks;

/// <summary>What becomes of an instance under the code of a build.</summary>
internal enum CheckOutcome
{
    /// <summary>The code asks for what the history holds.</summary>
    Fits,

    /// <summary>It is parked, and the code fits now: resumed, it would go on.</summary>
    WouldGoOn,

    /// <summary>The code asks for something else, or cannot read what is stored.</summary>
    Breaks,

    /// <summary>The orchestrator, or this version of it, is not in the build.</summary>
    NoCode,

    /// <summary>The code fits, but what the instance waits for is not in the build, or cannot be done by it.</summary>
    WaitsInVain,

    /// <summary>The code does not come to an end in time: it blocks or loops.</summary>
    Hangs,

    /// <summary>The history itself cannot be read.</summary>
    Damaged,
}
