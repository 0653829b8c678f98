using System.Globalization;
using System.Text;
using Perdure.Core.Orchestrations;
using Perdure.Core.Stores;

namespace Perdure.PostgreSql.Reads;

/// <summary>A query as SQL: its conditions and what they compare with.</summary>
internal sealed class InstanceSearch
{
    private const string IsSuspended = "(i.held in (2, 3) and i.status not in (1, 3, 5))";

    private readonly string _hub;
    private readonly List<string> _conditions = [];

    /// <param name="query">What is wanted.</param>
    /// <param name="sql">Where it stands.</param>
    /// <param name="parameters">Gets the values; what stands in it already keeps its place.</param>
    public InstanceSearch(InstanceQuery query, Sql sql, Parameters parameters)
    {
        _hub = sql.Hub;
        AddStatus(query);
        if (query.Name is { } name)
            _conditions.Add($"i.name = {parameters.Text(name)}");
        if (query.Version is { } version)
            _conditions.Add($"coalesce(i.version, '') = {parameters.Text(version)}");
        if (query.IdPrefix is { Length: > 0 } prefix)
            AddPrefix(prefix, parameters);
        if (query.CreatedFrom is { } from)
            _conditions.Add($"i.created >= {parameters.Number(from)}");
        if (query.CreatedTo is { } to)
            _conditions.Add($"i.created <= {parameters.Number(to)}");
        if (query.Tag is { } tag)
        {
            _conditions.Add(
                $"i.id in (select id from {_hub}.tags where name = {parameters.Text(tag.Key)} "
                + $"and value = {parameters.Text(tag.Value)})");
        }
        if (query.Continuation is { } continuation)
        {
            PageEnd end = PageEnd.Parse(continuation);
            _conditions.Add($"(i.created, i.id) > ({parameters.Number(end.Created)}, {parameters.Text(end.Id)})");
        }
    }

    public IReadOnlyList<string> Conditions => _conditions;

    private void AddStatus(InstanceQuery query)
    {
        string? listed = query.Statuses is { } statuses
            ? statuses.Count == 0
                ? "false"
                : $"i.status in ({string.Join(", ", statuses.Select(Number))})"
            : null;
        string? condition = query.Suspended switch
        {
            null => listed,
            true => listed is null ? IsSuspended : $"({listed} or {IsSuspended})",
            false => listed is null ? $"not {IsSuspended}" : $"{listed} and not {IsSuspended}",
        };
        if (condition is not null)
            _conditions.Add(condition);
    }

    private static string Number(InstanceStatus status) => ((int)status).ToString(CultureInfo.InvariantCulture);

    /// <summary>As a range, because that is what an index can do; and exactly, where the range is too wide.</summary>
    private void AddPrefix(string prefix, Parameters parameters)
    {
        string low = parameters.Text(prefix);
        _conditions.Add($"i.id >= {low} and starts_with(i.id, {low})");
        if (After(prefix) is { } high)
            _conditions.Add($"i.id < {parameters.Text(high)}");
    }

    /// <summary>
    /// The first text behind all that begin with this one, in the order of code points; null when there is none.
    /// </summary>
    private static string? After(string prefix)
    {
        Rune[] runes = [.. prefix.EnumerateRunes()];
        for (int i = runes.Length - 1; i >= 0; i--)
        {
            int next = runes[i].Value == 0xD7FF ? 0xE000 : runes[i].Value + 1;
            if (Rune.IsValid(next))
                return string.Concat([.. runes.Take(i).Select(r => r.ToString()), new Rune(next).ToString()]);
        }
        return null;
    }
}
