using Perdure.Core.Orchestrations;

namespace Perdure.Core.Stores.Histories;

/// <summary>Which instances are meant.</summary>
internal sealed record HistorySelection
{
    /// <summary>
    /// In this order they are read: an instance that starts meanwhile is then met once too often, and not missed.
    /// </summary>
    private static readonly InstanceStatus[] s_order =
    [
        InstanceStatus.Pending, InstanceStatus.Running, InstanceStatus.Failed, InstanceStatus.Terminated,
        InstanceStatus.Completed,
    ];

    /// <summary>All that has not ended.</summary>
    public static HistorySelection Living { get; } = new();

    /// <summary>By default those of instances that have not ended.</summary>
    public IReadOnlyList<InstanceStatus> Statuses
    {
        get;
        init => field = [.. s_order.Where(value.Contains)];
    } = [InstanceStatus.Pending, InstanceStatus.Running];

    /// <summary>Names of orchestrators, in any case; empty for all.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>Instance ids; empty for all.</summary>
    public IReadOnlyList<string> Ids { get; init; } = [];

    public bool Takes(string name) => Names.Count == 0 || Names.Contains(name, StringComparer.OrdinalIgnoreCase);

    public bool Takes(InstanceRow row) => Takes(row.Name) && Statuses.Contains(row.Status)
        && (Ids.Count == 0 || Ids.Contains(row.Id));
}
