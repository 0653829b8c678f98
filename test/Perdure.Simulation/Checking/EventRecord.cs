using Perdure.Simulation.Workload;

namespace Perdure.Simulation.Checking;

/// <summary>Where an event or a message is, as far as it is committed.</summary>
internal enum EventPlace
{
    Nowhere,

    /// <summary>In a row on its way to its log.</summary>
    InMessage,

    /// <summary>In its log, or its queue.</summary>
    Waiting,

    /// <summary>A checkpoint is past it, or its row is gone.</summary>
    Done,
}

/// <summary>An event or a message, as the checker follows it.</summary>
internal sealed class EventRecord(string id)
{
    public string Id => id;

    /// <summary>What it does; null for one that is not known by its sender.</summary>
    public Happening? Plan { get; set; }

    public EventPlace Place { get; set; }
    public LogRecord? Log { get; set; }
    public long Number { get; set; }
    public string? Key { get; set; }

    /// <summary>How often its function began with it.</summary>
    public int Runs { get; set; }

    /// <summary>How often its function ended well with it.</summary>
    public int Succeeded { get; set; }

    public bool IsPutAside
    {
        get;
        set
        {
            field = value;
            WasPutAside |= value;
        }
    }

    public bool WasPutAside { get; private set; }

    /// <summary>What it depends on was away when it ran.</summary>
    public bool WasRefusedByBank { get; set; }
    public bool WasRefused { get; set; }

    /// <summary>Its client sends it again, although it is there.</summary>
    public bool IsSentAgain { get; set; }

    /// <summary>The nearest event of its log before it whose function has never begun.</summary>
    public EventRecord? LeftOutBefore => Log?.Before(this);
}

/// <summary>A log, as the checker follows it.</summary>
/// <param name="isByKey">Each key has an order of its own.</param>
internal sealed class LogRecord(bool isByKey)
{
    private readonly SortedDictionary<long, EventRecord> _events = [];

    public long Next { get; private set; }
    public long Position { get; set; }

    public IEnumerable<EventRecord> All => _events.Values;

    public IEnumerable<EventRecord> Open => _events.Values.Where(e => e.Place != EventPlace.Done);

    public IEnumerable<EventRecord> Between(long from, long end) =>
        _events.Where(e => e.Key >= from && e.Key < end).Select(e => e.Value);

    public bool IsByKey => isByKey;

    public EventRecord? Before(EventRecord record) => _events.Values.LastOrDefault(
        e => e.Number < record.Number && e is { Runs: 0, IsPutAside: false } && (!isByKey || e.Key == record.Key));

    /// <summary>An event of its key that stands before it and is aside.</summary>
    public EventRecord? AsideBefore(EventRecord record) => OfKeyBefore(record).LastOrDefault(e => e.IsPutAside);

    public IEnumerable<EventRecord> OfKeyBefore(EventRecord record) => record.Key is null
        ? []
        : _events.Values.Where(e => e.Number < record.Number && e.Key == record.Key);

    public void Add(EventRecord record)
    {
        _events.Add(record.Number, record);
        Next = record.Number + 1;
    }
}
