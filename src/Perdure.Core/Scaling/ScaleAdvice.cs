using System.Globalization;

namespace Perdure.Core.Scaling;

/// <summary>How many instances of the program there should be.</summary>
/// <param name="Current">How many there are.</param>
/// <param name="Desired">How many there should be.</param>
/// <param name="Reason">Why, for people.</param>
/// <param name="Functions">What each function needs; by name.</param>
internal sealed record ScaleAdvice(int Current, int Desired, string Reason, IReadOnlyList<FunctionDemand> Functions);

/// <summary>
/// Makes one number of what functions need. It follows a rise at once, and a fall only when for a while nothing more
/// was needed: what was started a moment ago is not stopped again.
/// </summary>
/// <param name="scaleInAfter">How long.</param>
/// <param name="since">From when on is known what was needed, in milliseconds since 1970.</param>
internal sealed class ScaleDamping(TimeSpan scaleInAfter, long since)
{
    private readonly Queue<(long At, int Desired)> _needed = new();

    /// <param name="now">In milliseconds since 1970.</param>
    /// <param name="current">How many instances there are.</param>
    /// <param name="functions">What each function needs.</param>
    public ScaleAdvice Advise(long now, int current, IReadOnlyList<FunctionDemand> functions)
    {
        FunctionDemand? most = functions.MaxBy(f => f.Desired);
        // Whoever asks is an instance that owns something: timers, orchestrations. There is always one.
        int needed = Math.Max(1, most?.Desired ?? 0);
        long from = now - (long)scaleInAfter.TotalMilliseconds;
        while (_needed.TryPeek(out (long At, int Desired) oldest) && oldest.At <= from)
            _needed.Dequeue();
        _needed.Enqueue((now, needed));
        int held = _needed.Max(n => n.Desired);
        // What was needed before this process looked is not known: then those that there are were.
        if (since > from)
            held = Math.Max(held, current);
        string seconds = scaleInAfter.TotalSeconds.ToString(CultureInfo.InvariantCulture);
        string reason = held > needed && held > 1
            ? $"{Why(most, needed)} {held} stay until for {seconds} seconds no more were needed."
            : Why(most, needed);
        return new ScaleAdvice(current, Math.Max(needed, held), reason, functions);
    }

    private static string Why(FunctionDemand? most, int needed) => most is null or { Desired: 0 }
        ? "Nothing waits."
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{most.Name} needs {needed}: {most.Backlog} wait, the oldest for {most.OldestAgeSec:0} seconds"
            + $"{(most.Cap is { } cap ? $" (limited: {cap})" : "")}.");
}
