namespace Perdure.Core.Stores;

/// <summary>A row of <c>streams</c>: how many partitions a stream has, for good.</summary>
/// <param name="Name">In lower case.</param>
/// <param name="Partitions">How many logs it is made of.</param>
/// <param name="Created">In milliseconds since 1970.</param>
internal sealed record StreamRow(string Name, int Partitions, long Created);

/// <summary>
/// A row of <c>blocks</c>: events that were appended to a log at once. Blocks of a log do not overlap; numbers may be
/// left out between them.
/// </summary>
/// <param name="Partition">Of the hub; its owner is the only one who writes here.</param>
/// <param name="Log">A partition of a stream, as <see cref="Streams.StreamIds"/> writes it.</param>
/// <param name="First">The number of its first event.</param>
/// <param name="Count">How many there are; their numbers follow one another.</param>
/// <param name="At">When they were appended, in milliseconds since 1970.</param>
/// <param name="Body">The events.</param>
internal readonly record struct BlockRow(
    int Partition, string Log, long First, int Count, long At, ReadOnlyMemory<byte> Body)
{
    /// <summary>The number after its last event.</summary>
    public long End => First + Count;
}

/// <summary>
/// A row of <c>readers</c>: how far a consumer group has come with a log. A timer is one as well: its events are times.
/// </summary>
/// <param name="Partition">Of the hub.</param>
/// <param name="Log">The log.</param>
/// <param name="Name">The consumer group.</param>
/// <param name="Position">The first event that is not done: the checkpoint.</param>
/// <param name="At">When it was written, in milliseconds since 1970.</param>
/// <param name="State">A JSON object: what else is known.</param>
internal readonly record struct ReaderRow(
    int Partition, string Log, string Name, long Position, long At, ReadOnlyMemory<byte> State);

/// <summary>Names a row of <c>readers</c>.</summary>
internal readonly record struct ReaderKey(int Partition, string Log, string Name);

/// <summary>The oldest blocks of a log are not needed any more.</summary>
/// <param name="Partition">Of the hub.</param>
/// <param name="Log">The log.</param>
/// <param name="Before">Blocks that end here or before are deleted.</param>
internal readonly record struct LogTrim(int Partition, string Log, long Before);

/// <summary>What a log holds, and who reads it.</summary>
/// <param name="Start">The number of the first event that is kept; the end when there is none.</param>
/// <param name="End">The number of the next event.</param>
/// <param name="Readers">By name.</param>
internal sealed record LogSummary(long Start, long End, IReadOnlyList<ReaderRow> Readers);
