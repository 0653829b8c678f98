using Perdure.PowerLoss.Recording;

namespace Perdure.PowerLoss.Images;

/// <summary>Bytes that grow.</summary>
internal sealed class Bytes
{
    private byte[] _buffer = [];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Span => _buffer.AsSpan(0, Length);

    public Bytes Copy() => new() { _buffer = Span.ToArray(), Length = Length };

    public void Write(long offset, ReadOnlySpan<byte> data)
    {
        int end = (int)offset + data.Length;
        if (end > Length)
            Resize(end);
        data.CopyTo(_buffer.AsSpan((int)offset));
    }

    /// <summary>What a file gains by growing are zeros.</summary>
    public void Resize(int length)
    {
        if (length > _buffer.Length)
            Array.Resize(ref _buffer, Math.Max(length, _buffer.Length * 2));
        if (length < Length)
            _buffer.AsSpan(length, Length - length).Clear();
        Length = length;
    }
}

/// <summary>One file as a disk has it: what is certain, and what has been asked of it since.</summary>
internal sealed class DiskFile
{
    private const int SectorLength = 512;

    private readonly Dictionary<int, int> _syncs = [];
    private readonly List<Record> _unsynced = [];
    private Bytes _certain = new();

    public void Take(Record record)
    {
        switch (record)
        {
            case Record.SyncBegins sync:
                _syncs.Add(sync.Sync, _unsynced.Count);
                break;
            case Record.SyncEnds sync:
                Settle(_syncs[sync.Sync]);
                _syncs.Remove(sync.Sync);
                break;
            case Record.Delete { Synced: true }:
                _unsynced.Add(record);
                Settle(_unsynced.Count);
                break;
            case Record.DirectorySynced:
                Settle(_unsynced.FindLastIndex(r => r is Record.Delete) + 1);
                break;
            default:
                _unsynced.Add(record);
                break;
        }
    }

    /// <summary>The file as the operating system shows it while the power is on.</summary>
    public Bytes Whole()
    {
        Bytes bytes = _certain.Copy();
        foreach (Record record in _unsynced)
            Apply(bytes, record);
        return bytes;
    }

    /// <summary>
    /// What is found when the power comes back: each unsynced request was done, was not, or was half done.
    /// </summary>
    public Bytes AfterPowerLoss(Random random, Mercy mercy)
    {
        Bytes bytes = _certain.Copy();
        foreach (Record record in _unsynced)
        {
            double luck = random.NextDouble();
            if (luck < mercy.Kept)
                Apply(bytes, record);
            else if (luck < mercy.Kept + mercy.Torn && record is Record.Write write)
                Tear(bytes, write, random);
        }
        return bytes;
    }

    private void Settle(int count)
    {
        // Several syncs may be under way; the one that ends first may settle what another one covers as well.
        foreach (Record record in _unsynced.Take(count))
            Apply(_certain, record);
        _unsynced.RemoveRange(0, count);
        foreach ((int sync, int covers) in _syncs.ToArray())
            _syncs[sync] = Math.Max(0, covers - count);
    }

    private static void Apply(Bytes bytes, Record record)
    {
        switch (record)
        {
            case Record.Write write: bytes.Write(write.Offset, write.Data); break;
            case Record.Truncate truncate: bytes.Resize((int)truncate.Length); break;
            case Record.Delete: bytes.Resize(0); break;
        }
    }

    private static void Tear(Bytes bytes, Record.Write write, Random random)
    {
        for (int from = 0; from < write.Data.Length;)
        {
            // Sectors of the disk, not of the write.
            int length = Math.Min(write.Data.Length - from, SectorLength - (int)((write.Offset + from) % SectorLength));
            if (random.Next(2) == 0)
                bytes.Write(write.Offset + from, write.Data.AsSpan(from, length));
            from += length;
        }
    }
}

/// <summary>How a disk treats what was not synced; the rest is lost.</summary>
internal readonly record struct Mercy(double Kept, double Torn)
{
    /// <summary>From the disk that had written everything to the one that had written nothing.</summary>
    public static Mercy Next(Random random) => random.Next(5) switch
    {
        0 => new(1, 0),
        1 => new(0, 0),
        2 => new(0, 1),
        _ => new(random.NextDouble() * 0.8, random.NextDouble() * 0.3),
    };
}
