using System.Globalization;
using Perdure.Core.Orchestrations;

namespace Perdure.Sqlite.Histories;

/// <summary>The statements of who reads all histories of a file.</summary>
internal static class HistorySql
{
    public const string Begin = "begin";

    /// <summary>
    /// The instances of one status behind a point, oldest first. The index is used only by who repeats its condition.
    /// </summary>
    public static string Page(InstanceStatus status) =>
        $"""
        select {Sql.InstanceColumnList} from instances i
        where i.status = {Number(status)}{Indexed(status)} and (i.created, i.key) > (?1, ?2)
        order by i.created, i.key limit ?3
        """;

    public static string Count(InstanceStatus status) =>
        $"select i.name, count(*) from instances i where i.status = {Number(status)}{Indexed(status)} group by i.name";

    private static string Indexed(InstanceStatus status) =>
        status == InstanceStatus.Completed ? "" : $" and i.status <> {Number(InstanceStatus.Completed)}";

    private static string Number(InstanceStatus status) => ((int)status).ToString(CultureInfo.InvariantCulture);
}
