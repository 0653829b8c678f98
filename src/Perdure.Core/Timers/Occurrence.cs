using System.Globalization;
using Perdure.Core.DeadLetters;
using Perdure.Core.History;

namespace Perdure.Core.Timers;

/// <summary>One run of the function of a timer that is owed, with all its attempts.</summary>
/// <param name="Id">The same at every attempt.</param>
/// <param name="Time">For which time it is, in milliseconds since 1970.</param>
internal sealed record Occurrence(string Id, long Time)
{
    /// <summary>It was missed: it begins late, and only because that is what the function wants.</summary>
    public bool IsPastDue { get; init; }

    /// <summary>How often the function has failed with it.</summary>
    public int Failures { get; init; }

    public IReadOnlyList<FailedAttempt> Attempts { get; init; } = [];

    /// <summary>Not before this time; 0 at once.</summary>
    public long DueAt { get; init; }

    /// <summary>What a dead letter of it says.</summary>
    public Payload Body => Payload.Of(
        $$"""{"scheduled":"{{TimeText}}","isPastDue":{{(IsPastDue ? "true" : "false")}}}""");

    private string TimeText =>
        DateTimeOffset.FromUnixTimeMilliseconds(Time).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    /// <summary>Of what the schedule says: so its id is made of the function and the time.</summary>
    public static Occurrence Scheduled(string function, long time) => new(
        $"{function}-{DateTimeOffset.FromUnixTimeMilliseconds(time)
            .ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture)}",
        time);

    /// <summary>The first one that a program asks for when it begins.</summary>
    public static Occurrence OfStartup(string function, long node, long now) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{function}-startup-{node}"), now);
}
