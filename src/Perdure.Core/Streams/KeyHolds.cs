using Perdure.Core.Stores;

namespace Perdure.Core.Streams;

/// <summary>
/// Keys of which an event is aside. What comes later waits behind it, also aside, until everything before it has ended
/// well or somebody has decided that it is not to run.
/// </summary>
internal sealed class KeyHolds
{
    /// <summary>So many events of one key wait; then their log stands still.</summary>
    public const int WaitingMax = 1_000;

    private readonly Dictionary<string, int> _waiting = new(StringComparer.Ordinal);

    public int Count => _waiting.Count;

    public bool IsHeld(string? key) => key is not null && _waiting.ContainsKey(key);

    public bool IsFull(string key) => _waiting.GetValueOrDefault(key) >= WaitingMax;

    /// <summary>An event of the key has been put aside because it failed.</summary>
    public void PutAside(string key) => _waiting.TryAdd(key, 0);

    /// <summary>An event waits behind others of its key.</summary>
    public void Wait(string key) => _waiting[key] = _waiting.GetValueOrDefault(key) + 1;

    /// <summary>What the store knows.</summary>
    /// <param name="open">All that is aside and has not ended, in any order.</param>
    /// <param name="next">The first of each key of which everything that stood before is gone.</param>
    public static KeyHolds Of(IEnumerable<DeadLetterRow> open, out IReadOnlyList<DeadLetterKey> next)
    {
        KeyHolds holds = new();
        List<DeadLetterKey> first = [];
        foreach (IGrouping<string, DeadLetterRow> key in open.Where(r => r.Order is not null).GroupBy(r => r.Order!))
        {
            DeadLetterKey[] waiting = [.. key.Where(r => r.State == DeadLetterState.Held).Select(r => r.Key).Order()];
            bool isFree = key.All(r => r.State == DeadLetterState.Held);
            if (isFree)
                first.Add(waiting[0]);
            holds._waiting.Add(key.Key, isFree ? waiting.Length - 1 : waiting.Length);
        }
        next = first;
        return holds;
    }
}
