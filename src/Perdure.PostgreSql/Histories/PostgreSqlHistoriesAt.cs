using Perdure.Core.Stores.Histories;

namespace Perdure.PostgreSql.Histories;

/// <summary>Found by its name, by a program that comes with this package and uses another hub.</summary>
internal sealed class PostgreSqlHistoriesAt : IHistorySourceAt
{
    public IHistorySource Of(string place, string taskHub) =>
        new PostgreSqlHistories(new PostgreSqlStoreOptions { ConnectionString = place, Schema = taskHub });
}
