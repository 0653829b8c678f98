using System.Buffers.Binary;
using Perdure.Torture.Journals;

namespace Perdure.PowerLoss.Recording;

/// <summary>
/// One stream of everything. A write is recorded once it has been made, before its caller goes on; an acknowledgement
/// once it has been received: so what one causes always stands behind it.
/// </summary>
internal sealed class Recorder : IClientJournal
{
    private const int FrameHeaderLength = 24;

    private readonly Lock _gate = new();
    private readonly List<Record> _records = [];
    private int _lastSync;
    private bool _databaseIsDirty;

    public IReadOnlyList<Record> Records => _records;

    /// <summary>Frames of the log that end a transaction.</summary>
    public int Commits { get; private set; }

    /// <summary>Syncs of the database after pages were copied into it.</summary>
    public int Checkpoints { get; private set; }

    public int Acknowledgements { get; private set; }

    public void Wrote(HubFile file, long offset, ReadOnlySpan<byte> data)
    {
        Record.Write write = new(file, offset, data.ToArray());
        lock (_gate)
        {
            _records.Add(write);
            if (file == HubFile.Log && data.Length == FrameHeaderLength
                && BinaryPrimitives.ReadInt32BigEndian(data[4..]) != 0)
                Commits++;
            _databaseIsDirty |= file == HubFile.Database;
        }
    }

    public void Truncated(HubFile file, long length) => Add(new Record.Truncate(file, length));

    public void Deleted(HubFile file, bool synced) => Add(new Record.Delete(file, synced));

    public void DirectorySynced() => Add(new Record.DirectorySynced());

    public int SyncBegins(HubFile file)
    {
        int sync = Interlocked.Increment(ref _lastSync);
        Add(new Record.SyncBegins(file, sync));
        return sync;
    }

    public void SyncEnds(HubFile file, int sync)
    {
        lock (_gate)
        {
            _records.Add(new Record.SyncEnds(file, sync));
            if (file == HubFile.Database && _databaseIsDirty)
            {
                Checkpoints++;
                _databaseIsDirty = false;
            }
        }
    }

    public void Asks(string request, string id, string? number = null) => Client("I", request, id, number);

    public void Acknowledged(string request, string id, string? number = null)
    {
        Client("A", request, id, number);
        lock (_gate)
            Acknowledgements++;
    }

    public void Saw(string problem) => Add(new Record.Client(["X", "0", problem]));

    private void Client(string kind, string request, string id, string? number) =>
        Add(new Record.Client(number is null ? [kind, "0", request, id] : [kind, "0", request, id, number]));

    private void Add(Record record)
    {
        lock (_gate)
            _records.Add(record);
    }
}
