using System.Globalization;

namespace Perdure.Core.Stores.Moves;

/// <summary>
/// What stands in a hub that is being moved or was moved, so that nobody goes on with it by mistake. It is made before
/// anything is copied, and only the end of a move or somebody who says so takes it away.
/// </summary>
/// <param name="IsComplete">Whether the target was complete.</param>
/// <param name="Target">Where the hub went, for people.</param>
/// <param name="At">When, in milliseconds since 1970.</param>
internal sealed record HubMark(bool IsComplete, string Target, long At)
{
    /// <summary>The name of the table that holds it. Hubs that never moved have no such table.</summary>
    public const string Table = "moved";

    /// <summary>The name of the constraints that keep nodes from writing.</summary>
    public const string Constraint = "hub_has_moved";

    /// <summary>Why the hub at <paramref name="place"/> is not opened, and what to do.</summary>
    public StoreException Refusal(string place)
    {
        string at = DateTimeOffset.FromUnixTimeMilliseconds(At).ToString("u", CultureInfo.InvariantCulture);
        return new(IsComplete
            ? $"{place} was moved to {Target} at {at} and is not to be used any more: go on there. Should the move be "
                + "undone, see that no node runs on the target, and say 'perdure hub reopen'; what has happened there "
                + "since is not here."
            : $"{place} is being moved to {Target} since {at}. If that move does not run any more, it did not end, and "
                + "everything is still here: see that the target holds no hub, and say 'perdure hub reopen'.");
    }
}
