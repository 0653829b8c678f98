using Perdure.Core.Messages;
using Perdure.Core.Stores;
using Perdure.Sqlite.Connections;

namespace Perdure.Sqlite.Reads;

/// <summary>Answers to requests.</summary>
internal static class OutcomeRows
{
    public static List<OutcomeRow> Read(Connection connection, IReadOnlyList<string> requests)
    {
        var rows = new List<OutcomeRow>();
        var statement = connection.Prepared(Sql.ReadOutcome);
        foreach (string id in requests)
        {
            statement.Bind(1, id);
            while (statement.Step())
                rows.Add(new(id, Enum.Parse<RequestOutcome>(statement.Text(0))));
        }
        return rows;
    }
}
