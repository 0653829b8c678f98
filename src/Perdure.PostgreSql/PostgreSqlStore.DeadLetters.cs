using Npgsql;
using NpgsqlTypes;
using Perdure.Core.Stores;
using Perdure.PostgreSql.Reads;
using static Perdure.PostgreSql.Commits.Columns;

namespace Perdure.PostgreSql;

/// <summary>What was put aside.</summary>
internal sealed partial class PostgreSqlStore
{
    public async ValueTask<DeadLetterPage> QueryDeadLettersAsync(
        DeadLetterQuery query, CancellationToken cancellationToken)
    {
        Parameters parameters = new();
        parameters.Number(query.PageSize + 1L);
        IReadOnlyList<string> conditions = DeadLetterRows.Conditions(query, parameters);
        return DeadLetterPage.Of(
            await ListAsync(
                _sql.DeadLetters.Query(conditions, query.WithRecords), parameters.Values, DeadLetterRows.Row,
                cancellationToken),
            query.PageSize);
    }

    public ValueTask<IReadOnlyList<DeadLetterGroupRow>> GroupDeadLettersAsync(
        DeadLetterQuery query, CancellationToken cancellationToken)
    {
        Parameters parameters = new();
        parameters.Number(query.PageSize);
        IReadOnlyList<string> conditions = DeadLetterRows.Conditions(query, parameters);
        return ListAsync(
            _sql.DeadLetters.Group(conditions), parameters.Values,
            r => new DeadLetterGroupRow(
                r.GetString(0), r.GetString(1), r.GetString(2), r.GetInt64(3), r.GetInt64(4), r.GetInt64(5)),
            cancellationToken);
    }

    public async ValueTask<IReadOnlyList<DeadLetterKey>> ChangeDeadLettersAsync(
        IReadOnlyList<DeadLetterKey> keys, DeadLetterState? from, DeadLetterChange change,
        CancellationToken cancellationToken)
    {
        IReadOnlyList<DeadLetterKey> changed = await ListAsync(
            _sql.DeadLetters.Change,
            [
                Ints(keys, k => k.Partition), Longs(keys, k => k.Number), Of((int?)from ?? -1),
                Of((int?)change.To ?? -1), Of(change.At), Of(change.Entry),
            ],
            r => new DeadLetterKey(r.GetInt32(0), r.GetInt64(1)), cancellationToken);
        return [.. changed.Order()];
    }

    public async ValueTask<bool> ReviseDeadLetterAsync(
        DeadLetterKey original, DeadLetterRow revision, DeadLetterChange change,
        CancellationToken cancellationToken) =>
        await ExecuteAsync(
            _sql.DeadLetters.Revise,
            [
                Of(original.Partition), Of(original.Number), Of((int)DeadLetterState.Active),
                Of((int)change.To!.Value), Of(change.At), Of(change.Entry), Of(revision.Key.Partition),
                Of(revision.Key.Number), Of(revision.Source), Of(revision.Function), Of(revision.EventId),
                TextOrNull(revision.Order), Of((int)revision.Class), Of(revision.Fingerprint), Of((int)revision.State),
                Of(revision.At), Of(System.Text.Encoding.UTF8.GetString(revision.Record.Span)),
            ],
            cancellationToken) == 1;

    public async ValueTask<int> DeleteDeadLettersAsync(long changedBy, int max, CancellationToken cancellationToken) =>
        await ExecuteAsync(_sql.DeadLetters.Delete, [Of(changedBy), Of(max)], cancellationToken);

    private static NpgsqlParameter TextOrNull(string? text) =>
        new() { NpgsqlDbType = NpgsqlDbType.Text, Value = (object?)text ?? DBNull.Value };
}
