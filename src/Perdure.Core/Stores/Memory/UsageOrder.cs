using Perdure.Core.Usage;

namespace Perdure.Core.Stores.Memory;

/// <summary>Rows of usage as the databases order them.</summary>
internal sealed class UsageOrder : IComparer<UsageKey>
{
    public static readonly UsageOrder Instance = new();

    public int Compare(UsageKey x, UsageKey y)
    {
        int order = x.Minute.CompareTo(y.Minute);
        if (order == 0)
            order = Utf8Order.Instance.Compare(x.Function, y.Function);
        if (order == 0)
            order = Utf8Order.Instance.Compare(x.Trigger, y.Trigger);
        if (order == 0)
            order = Utf8Order.Instance.Compare(x.Version, y.Version);
        return order == 0 ? x.Node.CompareTo(y.Node) : order;
    }
}
