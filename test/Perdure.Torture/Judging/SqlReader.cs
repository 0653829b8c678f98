namespace Perdure.Torture.Judging;

/// <summary>Asks a hub with SQL of its own, whatever kind of database it is on.</summary>
internal abstract class SqlReader : IDisposable
{
    /// <summary>The rows one after the other; each counts until the next is asked for.</summary>
    public abstract IEnumerable<SqlRow> Rows(string sql);

    public long Number(string sql) => Rows(sql).Select(r => r.Long(0)).First();

    public abstract void Dispose();
}

/// <summary>The current row of a statement.</summary>
internal abstract class SqlRow
{
    public abstract long Long(int column);

    public abstract bool Flag(int column);

    public abstract bool IsNull(int column);

    /// <summary>Text, also where it is stored as bytes.</summary>
    public abstract string Text(int column);

    public int Int(int column) => checked((int)Long(column));

    public string? TextOrNull(int column) => IsNull(column) ? null : Text(column);
}
