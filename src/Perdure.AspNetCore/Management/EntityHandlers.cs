using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Perdure.AspNetCore.Management;

/// <summary>Routes of entities.</summary>
internal static class EntityHandlers
{
    /// <summary>What stands in a path for the empty key.</summary>
    private const string EmptyKey = "$";

    public static async Task<Answer> GetAsync(ManagementCall call)
    {
        EntityId entity = IdOf(call);
        EntityStateResponse<JsonElement> state =
            await call.Client.ReadEntityStateAsync<JsonElement>(entity, call.Aborted);
        return !state.EntityExists
            ? Answer.Refusal(StatusCodes.Status404NotFound, $"The entity '{entity}' has no state.")
            : new Answer(StatusCodes.Status200OK) { Body = w => WriteState(w, state.EntityState) };
    }

    public static async Task<Answer> ListAsync(ManagementCall call)
    {
        EntityQueryResult page = await call.Client.ListEntitiesAsync(
            new EntityQuery
            {
                EntityName = call.Value("entityName"),
                LastOperationFrom = call.Time("lastOperationTimeFrom"),
                LastOperationTo = call.Time("lastOperationTimeTo"),
                FetchState = call.Flag("fetchState"),
                PageSize = call.Number("top", 100, 1, 1000),
                ContinuationToken = ListHandlers.Continuation(call),
            },
            call.Aborted);
        Answer answer = new(StatusCodes.Status200OK) { Body = w => Write(w, page.Entities) };
        return page.ContinuationToken is { } next
            ? answer.With((ListHandlers.ContinuationHeader, ListHandlers.Encode(next)))
            : answer;
    }

    /// <summary>A body that says that it is JSON is handed over as such, any other as the text that it is.</summary>
    public static async Task<Answer> SignalAsync(ManagementCall call)
    {
        byte[] body = await call.ReadBodyAsync();
        object? input = RequestBody.IsJson(call.Request) ? RequestBody.Parse(call.Request, body)
            : body.Length == 0 ? null
            : RequestBody.Text(body);
        string operation = call.Query("op") ?? "";
        await call.Client.SignalEntityAsync(IdOf(call), operation, input, call.Aborted);
        return new Answer(StatusCodes.Status202Accepted);
    }

    public static async Task<Answer> DeleteAsync(ManagementCall call)
    {
        await call.Client.SignalEntityAsync(IdOf(call), "delete", null, call.Aborted);
        return new Answer(StatusCodes.Status202Accepted);
    }

    public static async Task<Answer> CleanAsync(ManagementCall call)
    {
        CleanEntityStorageResult result = await call.Client.CleanEntityStorageAsync(
            call.Flag("removeEmptyEntities", otherwise: true), call.Flag("releaseOrphanedLocks", otherwise: true),
            call.Aborted);
        return new Answer(StatusCodes.Status200OK)
        {
            Body = w =>
            {
                w.WriteStartObject();
                w.WriteNumber("emptyEntitiesRemoved", result.NumberOfEmptyEntitiesRemoved);
                w.WriteNumber("orphanedLocksReleased", result.NumberOfOrphanedLocksRemoved);
                w.WriteEndObject();
            },
        };
    }

    private static EntityId IdOf(ManagementCall call) => new(
        call.Value("entityName")!,
        call.Value("entityKey") is { } key && key != EmptyKey ? key : "");

    private static void Write(Utf8JsonWriter writer, IEnumerable<DurableEntityStatus> entities)
    {
        writer.WriteStartArray();
        foreach (DurableEntityStatus entity in entities)
        {
            writer.WriteStartObject();
            writer.WriteStartObject("entityId");
            writer.WriteString("name", entity.EntityId.EntityName);
            writer.WriteString("key", entity.EntityId.EntityKey);
            writer.WriteEndObject();
            writer.WriteString("lastOperationTime", StatusJson.Time(entity.LastOperationTime));
            writer.WritePropertyName("state");
            WriteState(writer, entity.State);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private static void WriteState(Utf8JsonWriter writer, JsonElement state)
    {
        if (state.ValueKind == JsonValueKind.Undefined)
            writer.WriteNullValue();
        else
            state.WriteTo(writer);
    }
}
