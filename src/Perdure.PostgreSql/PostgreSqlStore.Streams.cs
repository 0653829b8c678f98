using Npgsql;
using Perdure.Core.Stores;
using Perdure.PostgreSql.Reads;
using static Perdure.PostgreSql.Commits.Columns;

namespace Perdure.PostgreSql;

/// <summary>Streams.</summary>
internal sealed partial class PostgreSqlStore
{
    public async ValueTask<StreamRow> OpenStreamAsync(StreamRow wanted, CancellationToken cancellationToken)
    {
        await ExecuteAsync(
            _sql.Streams.Insert, [Of(wanted.Name), Of(wanted.Partitions), Of(wanted.Created)], cancellationToken);
        return (await FirstAsync(_sql.Streams.Read, [Of(wanted.Name)], Stream, cancellationToken))!;
    }

    public ValueTask<IReadOnlyList<StreamRow>> ReadStreamsAsync(CancellationToken cancellationToken) =>
        ListAsync(_sql.Streams.ReadAll, [], Stream, cancellationToken);

    public async ValueTask<LogSummary> ReadLogAsync(int partition, string log, CancellationToken cancellationToken)
    {
        IReadOnlyList<(long Start, long End, ReaderRow? Reader)> rows = await ListAsync(
            _sql.Streams.ReadLog, [Of(partition), Of(log)],
            r => (r.IsDBNull(0) ? 0 : r.GetInt64(0), r.IsDBNull(1) ? 0 : r.GetInt64(1), Reader(r, partition, log)),
            cancellationToken);
        return new LogSummary(
            rows[0].Start, rows[0].End, [.. rows.Select(row => row.Reader).OfType<ReaderRow>()]);
    }

    public ValueTask<IReadOnlyList<BlockRow>> ReadBlocksAsync(
        int partition, string log, long from, int events, CancellationToken cancellationToken) =>
        ListAsync(
            _sql.Streams.ReadBlocks, [Of(partition), Of(log), Of(from), Of((long)events)],
            r => new BlockRow(
                partition, log, r.GetInt64(0), r.GetInt32(1), r.GetInt64(2), RowReader.Bytes(r, 3)),
            cancellationToken);

    public async ValueTask<long> FindEventAsync(
        int partition, string log, long at, CancellationToken cancellationToken) =>
        (await ListAsync(
            _sql.Streams.Find, [Of(partition), Of(log), Of(at)], r => r.GetInt64(0), cancellationToken))[0];

    public ValueTask<IReadOnlyList<ReaderRow>> ReadReadersAsync(
        string from, string before, CancellationToken cancellationToken) =>
        ListAsync(
            _sql.Streams.ReadReaders, [Of(from), Of(before)],
            r => new ReaderRow(
                r.GetInt32(0), r.GetString(1), r.GetString(2), r.GetInt64(3), r.GetInt64(4), RowReader.Bytes(r, 5)),
            cancellationToken);

    private static ReaderRow? Reader(NpgsqlDataReader r, int partition, string log) => r.IsDBNull(2)
        ? null
        : new ReaderRow(partition, log, r.GetString(2), r.GetInt64(3), r.GetInt64(4), RowReader.Bytes(r, 5));

    private static StreamRow Stream(NpgsqlDataReader r) => new(r.GetString(0), r.GetInt32(1), r.GetInt64(2));
}
