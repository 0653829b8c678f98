namespace Perdure.Core.Streams;

/// <summary>What somebody wants of a reader of a log. The numbers are stored.</summary>
internal enum CheckpointVerb
{
    /// <summary>To the first event that is kept.</summary>
    Earliest = 0,

    /// <summary>Behind all that is there.</summary>
    Latest = 1,

    /// <summary>To an event, if it is there.</summary>
    Number = 2,

    /// <summary>To an event, or to the end of the log that is nearer to it.</summary>
    Near = 3,

    /// <summary>What it stands still at, or waits for, is tried again now.</summary>
    Retry = 4,

    /// <summary>What it stands still at is put aside.</summary>
    Skip = 5,

    /// <summary>The reader is forgotten.</summary>
    Delete = 6,
}
