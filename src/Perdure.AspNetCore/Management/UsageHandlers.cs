using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Perdure.AspNetCore.Management;

/// <summary>What functions have used.</summary>
internal static class UsageHandlers
{
    private const string CsvType = "text/csv; charset=utf-8";

    private const string Columns = "executions,succeeded,failed,retried,deadLettered,billedMilliseconds,"
        + "wallMilliseconds,gigabyteSeconds,cost,currency";

    public static async Task<Answer> QueryAsync(ManagementCall call)
    {
        UsageQuery query = new()
        {
            From = call.Time("from"),
            To = call.Time("to"),
            GroupBy = call.Choice("groupBy", UsageGrouping.Function),
        };
        if (query.From > query.To)
        {
            throw new RequestRefusedException(
                StatusCodes.Status400BadRequest,
                $"The parameter from ({query.From:u}) is later than to ({query.To:u}).");
        }
        UsageFormat format = call.Choice("format", UsageFormat.Json);
        IReadOnlyList<UsageGroup> groups = await call.Http.Usage.QueryAsync(query, call.Aborted);
        string currency = call.Http.Usage.Currency;
        return format == UsageFormat.Csv
            ? new Answer(StatusCodes.Status200OK) { Text = (CsvType, Csv(groups, query.GroupBy, currency)) }
            : new Answer(StatusCodes.Status200OK) { Body = w => Write(w, groups, query.GroupBy, currency) };
    }

    private static void Write(
        Utf8JsonWriter writer, IReadOnlyList<UsageGroup> groups, UsageGrouping by, string currency)
    {
        writer.WriteStartObject();
        writer.WriteString("currency", currency);
        writer.WriteStartArray("usage");
        foreach (UsageGroup group in groups)
        {
            writer.WriteStartObject();
            writer.WriteString(NameOf(by), group.Group);
            writer.WriteNumber("executions", group.Executions);
            writer.WriteNumber("succeeded", group.Succeeded);
            writer.WriteNumber("failed", group.Failed);
            writer.WriteNumber("retried", group.Retried);
            writer.WriteNumber("deadLettered", group.DeadLettered);
            writer.WriteNumber("billedMilliseconds", (long)group.BilledTime.TotalMilliseconds);
            writer.WriteNumber("wallMilliseconds", group.WallTime.TotalMilliseconds);
            writer.WriteNumber("gigabyteSeconds", group.GigabyteSeconds);
            writer.WriteNumber("cost", group.Cost);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static string Csv(IReadOnlyList<UsageGroup> groups, UsageGrouping by, string currency)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        StringBuilder csv = new();
        csv.Append(culture, $"{NameOf(by)},{Columns}\r\n");
        foreach (UsageGroup group in groups)
        {
            csv.Append(culture, $"{Cell(group.Group)},{group.Executions},{group.Succeeded},{group.Failed},");
            csv.Append(culture, $"{group.Retried},{group.DeadLettered},{group.BilledTime.TotalMilliseconds:F0},");
            csv.Append(culture, $"{group.WallTime.TotalMilliseconds:F3},{group.GigabyteSeconds:F6},");
            csv.Append(culture, $"{group.Cost:F8},{Cell(currency)}\r\n");
        }
        return csv.ToString();
    }

    /// <summary>What could end a cell stands in quotes.</summary>
    private static string Cell(string text) => text.AsSpan().ContainsAny(",\"\r\n")
        ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
        : text;

    private static string NameOf(UsageGrouping by) => by.ToString().ToLowerInvariant();

    private enum UsageFormat
    {
        Json,
        Csv,
    }
}
