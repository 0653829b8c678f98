using Perdure.Core.History;
using Perdure.Core.Orchestrations;
using Perdure.Core.Replay;

namespace Perdure.Execution;

/// <summary>
/// Runs code; what it means is decided elsewhere. In-process C# is one executor, a remote worker may be another: so a
/// run is asynchronous, and its answer may come too late to count.
/// </summary>
internal interface IOrchestrationExecutor : ICodeCatalog
{
    /// <summary>A session that has run nothing yet. Its first run brings the history, if there is one.</summary>
    IOrchestrationSession Open(OrchestrationState state, Action<IOrchestrationSession> wake);
}

/// <summary>
/// The live coroutine of one execution, kept between turns so that nothing is replayed while it stays warm. One run at
/// a time. Once abandoned it runs no more code, and whatever it still answers is ignored.
/// </summary>
internal interface IOrchestrationSession
{
    ValueTask<CodeResult> RunAsync(RunRequest request);

    /// <summary>The names of the external events that the code waits for; between runs only.</summary>
    IReadOnlyCollection<string> EventsAwaited { get; }

    void Abandon();
}

/// <summary>What a run gets.</summary>
/// <param name="At">The time of the turn, in milliseconds since 1970.</param>
/// <param name="Feed">New events, fed one by one.</param>
/// <param name="History">The runs before, for a session that has not lived through them; else null.</param>
internal sealed record RunRequest(long At, IReadOnlyList<HistoryEvent> Feed, IReadOnlyList<RecordedRun>? History);
