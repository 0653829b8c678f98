using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Perdure.AspNetCore.Management;

/// <summary>Routes of timers.</summary>
internal static class TimerHandlers
{
    public static async Task<Answer> ListAsync(ManagementCall call)
    {
        IReadOnlyList<TimerStatus> timers = await call.Http.Timers.ListAsync(call.Aborted);
        return new Answer(StatusCodes.Status200OK)
        {
            Body = w =>
            {
                w.WriteStartArray();
                foreach (TimerStatus timer in timers)
                    Write(w, timer);
                w.WriteEndArray();
            },
        };
    }

    public static async Task<Answer> GetAsync(ManagementCall call) =>
        await call.Http.Timers.GetAsync(NameOf(call), call.Aborted) is { } timer
            ? new Answer(StatusCodes.Status200OK) { Body = w => Write(w, timer) }
            : Absent(call);

    public static Task<Answer> PauseAsync(ManagementCall call) =>
        TellAsync(call, name => call.Http.Timers.PauseAsync(name, call.Aborted));

    public static Task<Answer> ResumeAsync(ManagementCall call) =>
        TellAsync(call, name => call.Http.Timers.ResumeAsync(name, call.Aborted));

    public static async Task<Answer> RunAsync(ManagementCall call)
    {
        string? id = null;
        try
        {
            Answer answer = await TellAsync(
                call, async name => id = await call.Http.Timers.TriggerAsync(name, call.Aborted));
            if (id is null)
                return answer;
        }
        catch (InvalidOperationException e) when (!call.Http.Node.IsStopping)
        {
            return Answer.Refusal(StatusCodes.Status409Conflict, e.Message);
        }
        return new Answer(StatusCodes.Status202Accepted)
        {
            Body = w =>
            {
                w.WriteStartObject();
                w.WriteString("occurrenceId", id);
                w.WriteEndObject();
            },
        };
    }

    private static async Task<Answer> TellAsync(ManagementCall call, Func<string, Task> tell)
    {
        if (await call.Http.Timers.GetAsync(NameOf(call), call.Aborted) is not { } timer)
            return Absent(call);
        if (!timer.HasFunction)
        {
            return Answer.Refusal(
                StatusCodes.Status409Conflict,
                $"No program of this hub has the function '{timer.Name}'. Start one that has, or delete the timer.");
        }
        await tell(timer.Name);
        return new Answer(StatusCodes.Status202Accepted);
    }

    private static string NameOf(ManagementCall call) => call.Value("timerName")!;

    private static Answer Absent(ManagementCall call) =>
        Answer.Refusal(StatusCodes.Status404NotFound, $"There is no timer '{NameOf(call)}'.");

    private static void Write(Utf8JsonWriter writer, TimerStatus timer)
    {
        writer.WriteStartObject();
        writer.WriteString("name", timer.Name);
        writer.WriteString("schedule", timer.Schedule);
        writer.WriteString("timeZone", timer.TimeZone);
        writer.WriteBoolean("hasFunction", timer.HasFunction);
        writer.WriteBoolean("isPaused", timer.IsPaused);
        Write(writer, "last", timer.Last);
        Write(writer, "next", timer.Next);
        Write(writer, "lastUpdated", timer.LastUpdated);
        writer.WriteStartArray("upcoming");
        foreach (DateTimeOffset time in timer.Upcoming)
            writer.WriteStringValue(StatusJson.Time(time.UtcDateTime));
        writer.WriteEndArray();
        writer.WriteNumber("waiting", timer.Waiting);
        if (timer.Current is { } current)
            Write(writer, current);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, TimerOccurrence current)
    {
        writer.WriteStartObject("current");
        writer.WriteString("occurrenceId", current.Id);
        Write(writer, "time", current.Time);
        writer.WriteBoolean("isPastDue", current.IsPastDue);
        writer.WriteNumber("failures", current.Failures);
        Write(writer, "retryTime", current.RetryAt);
        writer.WriteString("errorType", current.LastFailure?.ErrorType);
        writer.WriteString("errorMessage", current.LastFailure?.ErrorMessage);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, string name, DateTimeOffset? time)
    {
        if (time is { } at)
            writer.WriteString(name, StatusJson.Time(at.UtcDateTime));
        else
            writer.WriteNull(name);
    }
}
