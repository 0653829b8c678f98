using Npgsql;
using Perdure.PostgreSql.Commits;

namespace Perdure.PostgreSql.Reads;

/// <summary>The values of a statement that is put together; each gets the next number.</summary>
internal sealed class Parameters
{
    private readonly List<NpgsqlParameter> _values = [];

    public IReadOnlyList<NpgsqlParameter> Values => _values;

    public string Number(long value) => Add(Columns.Of(value));

    public string Text(string value) => Add(Columns.Of(value));

    private string Add(NpgsqlParameter value)
    {
        _values.Add(value);
        return $"${_values.Count}";
    }
}
