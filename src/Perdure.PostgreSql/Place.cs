using Npgsql;

namespace Perdure.PostgreSql;

/// <summary>Where a hub is, for people and logs: never with a password.</summary>
internal static class Place
{
    public static string Of(string connectionString, Sql sql)
    {
        NpgsqlConnectionStringBuilder at = new(connectionString);
        return $"The task hub in schema {sql.Hub} of the database '{at.Database}' at {Server(at)}";
    }

    public static string InSentence(string connectionString, Sql sql)
    {
        NpgsqlConnectionStringBuilder at = new(connectionString);
        return $"the schema {sql.Hub} of the database '{at.Database}' at {Server(at)}";
    }

    /// <summary>Several hosts have their ports beside them.</summary>
    private static string Server(NpgsqlConnectionStringBuilder at) =>
        at.Host?.Contains(',', StringComparison.Ordinal) == true ? at.Host : $"{at.Host}:{at.Port}";
}
