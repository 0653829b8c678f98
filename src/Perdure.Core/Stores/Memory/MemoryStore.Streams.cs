namespace Perdure.Core.Stores.Memory;

/// <summary>Streams.</summary>
internal sealed partial class MemoryStore
{
    public ValueTask<StreamRow> OpenStreamAsync(StreamRow wanted, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_tables.Streams.TryGet(wanted.Name, out var known))
                return new(known);
            _tables.Streams.Insert(wanted.Name, wanted);
            _tables.Journal.Keep();
            return new(wanted);
        }
    }

    public ValueTask<IReadOnlyList<StreamRow>> ReadStreamsAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
            return new([.. _tables.Streams.All]);
    }

    public ValueTask<LogSummary> ReadLogAsync(int partition, string log, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            BlockRow[] blocks = [.. _tables.BlocksOf(partition, log)];
            ReaderRow[] readers = [.. _tables.Readers.All.Where(r => r.Partition == partition && r.Log == log)];
            return new(blocks is [var first, ..]
                ? new LogSummary(first.First, blocks[^1].End, readers)
                : new LogSummary(0, 0, readers));
        }
    }

    public ValueTask<IReadOnlyList<BlockRow>> ReadBlocksAsync(
        int partition, string log, long from, int events, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            List<BlockRow> found = [];
            int count = 0;
            foreach (BlockRow block in _tables.BlocksOf(partition, log).Where(b => b.End > from))
            {
                count += block.Count;
                if (found.Count > 0 && count > events)
                    break;
                found.Add(block);
            }
            return new(found);
        }
    }

    public ValueTask<long> FindEventAsync(
        int partition, string log, long at, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            long end = 0;
            foreach (BlockRow block in _tables.BlocksOf(partition, log))
            {
                if (block.At >= at)
                    return new(block.First);
                end = block.End;
            }
            return new(end);
        }
    }

    public ValueTask<IReadOnlyList<ReaderRow>> ReadReadersAsync(
        string from, string before, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return new([
                .. _tables.Readers.All
                    .Where(r => Utf8Order.Instance.Compare(r.Log, from) >= 0
                        && Utf8Order.Instance.Compare(r.Log, before) < 0)
                    .OrderBy(r => r.Log, Utf8Order.Instance).ThenBy(r => r.Name, Utf8Order.Instance),
            ]);
        }
    }
}
