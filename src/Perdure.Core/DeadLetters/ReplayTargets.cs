namespace Perdure.Core.DeadLetters;

/// <summary>
/// Where a dead letter is to run: the last entry of its trail that says that it is to says where, as its note.
/// </summary>
internal static class ReplayTargets
{
    private static readonly string s_tail = DeadLetterReplayTarget.Tail.ToString();

    /// <summary>None for the usual place.</summary>
    public static string? NoteOf(DeadLetterReplayTarget target) =>
        target == DeadLetterReplayTarget.Tail ? s_tail : null;

    /// <exception cref="FormatException">The trail is damaged, or of a newer version.</exception>
    public static DeadLetterReplayTarget Of(string trail) =>
        TrailEntry.Decode(trail).LastOrDefault(t => t.Action == DeadLetterAction.Replayed).Note == s_tail
            ? DeadLetterReplayTarget.Tail
            : DeadLetterReplayTarget.InPlace;
}
