namespace Perdure.PowerLoss.Recording;

/// <summary>The files of a hub that must survive.</summary>
internal enum HubFile
{
    Database,
    Log,
    Journal,
}

/// <summary>What happened to the disk or was told to a client, in the order in which it happened.</summary>
internal abstract record Record
{
    private Record() { }

    public sealed record Write(HubFile File, long Offset, byte[] Data) : Record;

    public sealed record Truncate(HubFile File, long Length) : Record;

    public sealed record Delete(HubFile File, bool Synced) : Record;

    /// <summary>Only what was written before this is certain once the sync has ended.</summary>
    public sealed record SyncBegins(HubFile File, int Sync) : Record;

    public sealed record SyncEnds(HubFile File, int Sync) : Record;

    /// <summary>The directory is on the disk: files that were deleted are gone for good.</summary>
    public sealed record DirectorySynced : Record;

    /// <summary>A line of the client's journal: what it asked, or what was acknowledged to it.</summary>
    public sealed record Client(string[] Line) : Record;
}
