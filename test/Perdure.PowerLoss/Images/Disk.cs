using Perdure.PowerLoss.Recording;

namespace Perdure.PowerLoss.Images;

/// <summary>The disk of a hub at one moment of the record.</summary>
internal sealed class Disk
{
    private readonly DiskFile[] _files = [new(), new(), new()];

    public void Take(Record record)
    {
        switch (record)
        {
            case Record.Write r: _files[(int)r.File].Take(r); break;
            case Record.Truncate r: _files[(int)r.File].Take(r); break;
            case Record.Delete r: _files[(int)r.File].Take(r); break;
            case Record.SyncBegins r: _files[(int)r.File].Take(r); break;
            case Record.SyncEnds r: _files[(int)r.File].Take(r); break;
            case Record.DirectorySynced:
                foreach (DiskFile file in _files)
                    file.Take(record);
                break;
        }
    }

    public Bytes Whole(HubFile file) => _files[(int)file].Whole();

    /// <summary>Writes what a power loss leaves to <paramref name="path"/> and its log and journal.</summary>
    public void WriteAfterPowerLoss(string path, Random random)
    {
        Mercy mercy = Mercy.Next(random);
        Put(path, _files[(int)HubFile.Database].AfterPowerLoss(random, mercy));
        Put(path + "-wal", _files[(int)HubFile.Log].AfterPowerLoss(random, mercy));
        Put(path + "-journal", _files[(int)HubFile.Journal].AfterPowerLoss(random, mercy));
        File.Delete(path + "-shm");
    }

    private static void Put(string path, Bytes bytes)
    {
        if (bytes.Length == 0)
        {
            File.Delete(path);
            return;
        }
        using FileStream file = new(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        file.Write(bytes.Span);
    }
}
