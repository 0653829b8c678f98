using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Perdure.AspNetCore.Management;

/// <summary>Routes of streams for operators.</summary>
internal static class StreamHandlers
{
    private const int PartitionMax = 1023;

    public static async Task<Answer> ListAsync(ManagementCall call)
    {
        IReadOnlyList<StreamSummary> streams = await call.Http.StreamAdmin.ListAsync(call.Aborted);
        return Ok(w =>
        {
            w.WriteStartArray();
            foreach (StreamSummary stream in streams)
            {
                w.WriteStartObject();
                w.WriteString("name", stream.Name);
                w.WriteNumber("partitions", stream.Partitions);
                w.WriteString("createdTime", StatusJson.Time(stream.CreatedAt.UtcDateTime));
                w.WriteEndObject();
            }
            w.WriteEndArray();
        });
    }

    public static async Task<Answer> GetAsync(ManagementCall call)
    {
        if (await call.Http.StreamAdmin.GetAsync(StreamOf(call), call.Aborted) is not { } stream)
            return NoStream(call);
        return Ok(w =>
        {
            w.WriteStartObject();
            w.WriteString("name", stream.Name);
            w.WriteString("createdTime", StatusJson.Time(stream.CreatedAt.UtcDateTime));
            w.WriteStartArray("partitions");
            foreach (StreamPartition partition in stream.Partitions)
            {
                w.WriteStartObject();
                w.WriteNumber("partitionId", partition.PartitionId);
                w.WriteNumber("beginningSequenceNumber", partition.BeginningSequenceNumber);
                w.WriteNumber("nextSequenceNumber", partition.NextSequenceNumber);
                w.WriteEndObject();
            }
            w.WriteEndArray();
            w.WriteEndObject();
        });
    }

    public static async Task<Answer> ListGroupsAsync(ManagementCall call)
    {
        if (await call.Http.StreamAdmin.GetAsync(StreamOf(call), call.Aborted) is null)
            return NoStream(call);
        IReadOnlyList<ConsumerGroup> groups =
            await call.Http.StreamAdmin.ListGroupsAsync(StreamOf(call), call.Aborted);
        return Ok(w =>
        {
            w.WriteStartArray();
            foreach (ConsumerGroup group in groups)
                Write(w, group);
            w.WriteEndArray();
        });
    }

    public static async Task<Answer> SetCheckpointAsync(ManagementCall call)
    {
        StreamPosition position = PositionOf(call);
        int? partition = PartitionOf(call);
        if (await AbsentAsync(call) is { } absent)
            return absent;
        string stream = StreamOf(call), group = GroupOf(call);
        await ClientOf(call).SetCheckpointAsync(stream, group, position, partition, call.Aborted);
        IReadOnlyList<ConsumerGroup> groups = await call.Http.StreamAdmin.ListGroupsAsync(stream, call.Aborted);
        return Ok(w => Write(w, groups.First(g => IsOf(g, group))));
    }

    public static async Task<Answer> ResumeAsync(ManagementCall call)
    {
        int? partition = PartitionOf(call);
        bool skip = call.Flag("skip");
        if (await AbsentAsync(call) is { } absent)
            return absent;
        int resumed;
        try
        {
            resumed = await ClientOf(call).ResumeAsync(StreamOf(call), GroupOf(call), partition, skip, call.Aborted);
        }
        catch (InvalidOperationException e) when (!call.Http.Node.IsStopping)
        {
            return Answer.Error(StatusCodes.Status409Conflict, e);
        }
        return resumed == 0
            ? Answer.Refusal(
                StatusCodes.Status409Conflict,
                $"The consumer group '{GroupOf(call)}' stands still nowhere{(skip ? "" : ", and waits for no retry")}.")
            : Ok(w =>
            {
                w.WriteStartObject();
                w.WriteNumber("resumed", resumed);
                w.WriteEndObject();
            });
    }

    public static async Task<Answer> DeleteGroupAsync(ManagementCall call)
    {
        if (await AbsentAsync(call) is { } absent)
            return absent;
        try
        {
            await ClientOf(call).DeleteGroupAsync(StreamOf(call), GroupOf(call), call.Aborted);
        }
        catch (InvalidOperationException e) when (!call.Http.Node.IsStopping)
        {
            return Answer.Error(StatusCodes.Status409Conflict, e);
        }
        return new Answer(StatusCodes.Status204NoContent);
    }

    private static string StreamOf(ManagementCall call) => call.Value("streamName")!;

    private static string GroupOf(ManagementCall call) => call.Value("groupName")!;

    private static bool IsOf(ConsumerGroup group, string name) =>
        group.Name.Equals(name, StringComparison.OrdinalIgnoreCase);

    private static IStreamAdminClient ClientOf(ManagementCall call) =>
        call.Author is { } author ? call.Http.StreamAdmin.OnBehalfOf(author) : call.Http.StreamAdmin;

    private static int? PartitionOf(ManagementCall call) =>
        call.Query("partitionId") is null ? null : call.Number("partitionId", 0, 0, PartitionMax);

    private static StreamPosition PositionOf(ManagementCall call)
    {
        string? to = call.Query("to"), number = call.Query("sequenceNumber");
        if (to is null == number is null)
            throw Bad("Say where to with either of the parameters to and sequenceNumber.");
        if (number is not null)
        {
            return long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out long value)
                ? StreamPosition.FromSequenceNumber(value)
                : throw Bad($"The parameter sequenceNumber is '{Short(number)}'; it is a number from 0 on.");
        }
        if (to!.Equals("earliest", StringComparison.OrdinalIgnoreCase))
            return StreamPosition.Earliest;
        if (to.Equals("latest", StringComparison.OrdinalIgnoreCase))
            return StreamPosition.Latest;
        return DateTimeOffset.TryParse(
            to, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            ? StreamPosition.FromEnqueuedTime(time)
            : throw Bad(
                $"The parameter to is '{Short(to)}'; it is earliest, latest, or a time such as 2026-12-01T09:00:00Z.");
    }

    /// <summary>The answer where there is no such group; null where there is.</summary>
    private static async Task<Answer?> AbsentAsync(ManagementCall call)
    {
        if (await call.Http.StreamAdmin.GetAsync(StreamOf(call), call.Aborted) is null)
            return NoStream(call);
        IReadOnlyList<ConsumerGroup> groups =
            await call.Http.StreamAdmin.ListGroupsAsync(StreamOf(call), call.Aborted);
        return groups.Any(g => IsOf(g, GroupOf(call)))
            ? null
            : Answer.Refusal(
                StatusCodes.Status404NotFound,
                $"No consumer group '{GroupOf(call)}' reads the stream '{StreamOf(call)}'.");
    }

    private static Answer NoStream(ManagementCall call) =>
        Answer.Refusal(StatusCodes.Status404NotFound, $"There is no stream '{StreamOf(call)}'.");

    private static void Write(Utf8JsonWriter writer, ConsumerGroup group)
    {
        writer.WriteStartObject();
        writer.WriteString("name", group.Name);
        writer.WriteString("functionName", group.FunctionName);
        writer.WriteNumber("lag", group.Lag);
        writer.WriteStartArray("checkpoints");
        foreach (Checkpoint checkpoint in group.Checkpoints)
        {
            writer.WriteStartObject();
            writer.WriteNumber("partitionId", checkpoint.PartitionId);
            writer.WriteNumber("sequenceNumber", checkpoint.SequenceNumber);
            writer.WriteNumber("nextSequenceNumber", checkpoint.NextSequenceNumber);
            writer.WriteNumber("lag", checkpoint.Lag);
            WriteTime(writer, "oldestEventTime", checkpoint.OldestEventAt);
            writer.WriteNumber("failures", checkpoint.Failures);
            writer.WriteBoolean("isHeld", checkpoint.IsHeld);
            WriteTime(writer, "nextRetryTime", checkpoint.NextRetryAt);
            writer.WriteString("errorType", checkpoint.LastFailure?.ErrorType);
            writer.WriteString("errorMessage", checkpoint.LastFailure?.ErrorMessage);
            WriteTime(writer, "updatedTime", checkpoint.UpdatedAt);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteTime(Utf8JsonWriter writer, string name, DateTimeOffset? time)
    {
        if (time is { } known)
            writer.WriteString(name, StatusJson.Time(known.UtcDateTime));
        else
            writer.WriteNull(name);
    }

    private static string Short(string text) => text.Length > 100 ? text[..100] : text;

    private static Answer Ok(Action<Utf8JsonWriter> body) => new(StatusCodes.Status200OK) { Body = body };

    private static RequestRefusedException Bad(string message) => new(StatusCodes.Status400BadRequest, message);
}
