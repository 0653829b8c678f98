using System.Globalization;
using System.Text;
using Perdure.Core.Stores;
using Perdure.Sqlite.Connections;

namespace Perdure.Sqlite.Reads;

/// <summary>A query as SQL: its conditions and what they compare with.</summary>
internal sealed class InstanceSearch
{
    private const string IsSuspended = "(i.held in (2, 3) and i.status not in (1, 3, 5))";

    private readonly InstanceQuery _query;
    private readonly List<string> _conditions = [];
    private readonly List<Action<Statement>> _bindings = [];
    private int _parameters = 1;

    public InstanceSearch(InstanceQuery query)
    {
        _query = query;
        AddStatus();
        if (query.Name is { } name)
            _conditions.Add($"i.name = {Text(name)}");
        if (query.Version is { } version)
            _conditions.Add($"coalesce(i.version, '') = {Text(version)}");
        if (query.IdPrefix is { Length: > 0 } prefix)
            AddPrefix(Encoding.UTF8.GetBytes(prefix));
        if (query.CreatedFrom is { } from)
            _conditions.Add($"i.created >= {Number(from)}");
        if (query.CreatedTo is { } to)
            _conditions.Add($"i.created <= {Number(to)}");
        if (query.Tag is { } tag)
            _conditions.Add(
                $"i.id in (select id from tags where name = {Text(tag.Key)} and value = {Text(tag.Value)})");
        if (query.Continuation is { } continuation)
        {
            var end = PageEnd.Parse(continuation);
            _conditions.Add($"(i.created, i.id) > ({Number(end.Created)}, {Text(end.Id)})");
        }
    }

    public long Count(Connection connection)
    {
        var statement = connection.Prepared(Sql.Count(_conditions));
        foreach (var bind in _bindings)
            bind(statement);
        return statement.Scalar() ?? 0;
    }

    public InstancePage Run(Connection connection)
    {
        var statement = connection.Prepared(Sql.Query(_conditions, _query.WithPayloads));
        statement.Bind(1, _query.PageSize + 1L);
        foreach (var bind in _bindings)
            bind(statement);
        var found = RowReader.List(statement, RowReader.Snapshot);
        if (found.Count <= _query.PageSize)
            return new(found, null);
        found.RemoveAt(found.Count - 1);
        return new(found, PageEnd.Of(found[^1].Row).ToString());
    }

    private void AddStatus()
    {
        string? listed = _query.Statuses is { } statuses
            ? $"i.status in "
                + $"({string.Join(", ", statuses.Select(s => ((int)s).ToString(CultureInfo.InvariantCulture)))})"
            : null;
        string? condition = _query.Suspended switch
        {
            null => listed,
            true => listed is null ? IsSuspended : $"({listed} or {IsSuspended})",
            false => listed is null ? $"not {IsSuspended}" : $"{listed} and not {IsSuspended}",
        };
        if (condition is not null)
            _conditions.Add(condition);
    }

    /// <summary>
    /// As a range, because that is what an index can do. The last byte of UTF-8 is never the highest one.
    /// </summary>
    private void AddPrefix(byte[] low)
    {
        byte[] high = [.. low];
        high[^1]++;
        _conditions.Add($"i.id >= {Utf8(low)} and i.id < {Utf8(high)}");
    }

    private string Number(long value) => Parameter((statement, index) => statement.Bind(index, value));

    private string Text(string value) => Parameter((statement, index) => statement.Bind(index, value));

    private string Utf8(byte[] value) => Parameter((statement, index) => statement.BindText(index, value));

    private string Parameter(Action<Statement, int> bind)
    {
        int index = ++_parameters;
        _bindings.Add(statement => bind(statement, index));
        return $"?{index}";
    }
}
