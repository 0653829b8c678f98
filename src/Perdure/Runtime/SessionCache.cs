namespace Perdure.Runtime;

/// <summary>
/// The idle instances of a partition, the least recently used first: an intrusive list, because an entry must cost
/// nothing. All methods need the partition's lock.
/// </summary>
internal sealed class SessionCache(int capacity)
{
    private Resident? _oldest;
    private Resident? _newest;

    public int Count { get; private set; }

    public bool IsFull => Count > capacity;

    public Resident? Oldest => _oldest;

    public void Add(Resident resident)
    {
        if (resident.IsListed)
            return;
        resident.IsListed = true;
        resident.Older = _newest;
        if (_newest is null)
            _oldest = resident;
        else
            _newest.Newer = resident;
        _newest = resident;
        Count++;
    }

    public void Remove(Resident resident)
    {
        if (!resident.IsListed)
            return;
        if (resident.Older is null)
            _oldest = resident.Newer;
        else
            resident.Older.Newer = resident.Newer;
        if (resident.Newer is null)
            _newest = resident.Older;
        else
            resident.Newer.Older = resident.Older;
        (resident.Older, resident.Newer, resident.IsListed) = (null, null, false);
        Count--;
    }
}
