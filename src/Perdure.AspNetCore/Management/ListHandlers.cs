using System.Text;
using Microsoft.AspNetCore.Http;
using Perdure.AspNetCore.Security;

namespace Perdure.AspNetCore.Management;

/// <summary>Routes of many instances.</summary>
internal static class ListHandlers
{
    public const string ContinuationHeader = "x-ms-continuation-token";
    private const int PageMax = 1000;
    private const int PageDefault = 100;

    public static async Task<Answer> ListAsync(ManagementCall call)
    {
        OrchestrationStatusQueryCondition condition = ConditionOf(call);
        condition.PageSize = call.Number("top", PageDefault, 1, PageMax);
        condition.ShowInput = call.Flag("showInput", otherwise: true);
        condition.ContinuationToken = Continuation(call);
        OrchestrationStatusQueryResult page = await call.Client.ListInstancesAsync(condition, call.Aborted);
        Answer answer = new(StatusCodes.Status200OK)
        {
            Body = w => StatusJson.WriteAll(w, page.DurableOrchestrationState),
        };
        return page.ContinuationToken is { } next ? answer.With((ContinuationHeader, Encode(next))) : answer;
    }

    public static async Task<Answer> CountAsync(ManagementCall call)
    {
        long count = await call.Client.CountInstancesAsync(ConditionOf(call), call.Aborted);
        return new Answer(StatusCodes.Status200OK)
        {
            Body = w =>
            {
                w.WriteStartObject();
                w.WriteNumber("count", count);
                w.WriteEndObject();
            },
        };
    }

    public static async Task<Answer> PurgeAsync(ManagementCall call)
    {
        DateTime from = call.Time("createdTimeFrom") ?? throw new RequestRefusedException(
            StatusCodes.Status400BadRequest,
            "The parameter createdTimeFrom is missing: it says from which time on instances are deleted.");
        PurgeHistoryResult result = await call.Client.PurgeInstanceHistoryAsync(
            from, call.Time("createdTimeTo"), StatusesOf(call), call.Aborted);
        return result.InstancesDeleted == 0
            ? Answer.Refusal(StatusCodes.Status404NotFound, "No ended instance fits the condition.")
            : Purged(result);
    }

    public static Answer Purged(PurgeHistoryResult result) => new(StatusCodes.Status200OK)
    {
        Body = w =>
        {
            w.WriteStartObject();
            w.WriteNumber("instancesDeleted", result.InstancesDeleted);
            w.WriteEndObject();
        },
    };

    /// <summary>
    /// A continuation may hold the text of an id; headers hold ASCII. Null if the request has none.
    /// </summary>
    public static string? Continuation(ManagementCall call) =>
        call.Request.Headers[ContinuationHeader].ToString() is not { Length: > 0 } token ? null
        : Base64.TryDecodeUrl(token) is { } bytes ? Encoding.UTF8.GetString(bytes)
        : throw new RequestRefusedException(
            StatusCodes.Status400BadRequest,
            $"The header {ContinuationHeader} is not one that this API has given; send the one of the previous page "
            + "unchanged.");

    public static string Encode(string continuation) =>
        System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(continuation));

    private static OrchestrationStatusQueryCondition ConditionOf(ManagementCall call) => new()
    {
        RuntimeStatus = StatusesOf(call),
        CreatedTimeFrom = call.Time("createdTimeFrom"),
        CreatedTimeTo = call.Time("createdTimeTo"),
        InstanceIdPrefix = call.Query("instanceIdPrefix"),
        Name = call.Query("name"),
        Version = call.Query("version"),
        Tag = call.Query("tag") is not { } tag ? null
            : tag.Split('=', 2) is [{ Length: > 0 } name, { } value] ? KeyValuePair.Create(name, value)
            : throw new RequestRefusedException(
                StatusCodes.Status400BadRequest, "The parameter tag is a name and a value with '=' between them."),
    };

    /// <summary>
    /// Repeated or with commas, with the names exactly as they are written; what is no status is ignored, as Durable
    /// Functions does. Null if nothing is left.
    /// </summary>
    private static OrchestrationRuntimeStatus[]? StatusesOf(ManagementCall call)
    {
        OrchestrationRuntimeStatus[] statuses =
        [
            .. from value in call.Queries("runtimeStatus")
               from word in (value ?? "").Split(',', StringSplitOptions.TrimEntries)
               from status in Enum.GetValues<OrchestrationRuntimeStatus>()
               where status.ToString() == word
               select status,
        ];
        return statuses.Length > 0 ? [.. statuses.Distinct()] : null;
    }
}
