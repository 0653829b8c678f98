using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Perdure.AspNetCore.Management;

/// <summary>The answers that say where an instance can be watched, and the one that says how it ended.</summary>
internal static class CheckStatus
{
    public const int RetryAfterSeconds = 10;

    /// <summary>202, with the addresses of the instance; to be asked again in ten seconds.</summary>
    public static Answer Of(HttpManagementPayload payload) =>
        new Answer(StatusCodes.Status202Accepted) { Body = w => Write(w, payload) }.With(
            ("Location", payload.StatusQueryGetUri),
            ("Retry-After", RetryAfterSeconds.ToString(CultureInfo.InvariantCulture)));

    /// <summary>How an instance ended: the output if it completed, otherwise its status.</summary>
    public static Answer OfEnd(DurableOrchestrationStatus status, bool failureIsError) =>
        status.RuntimeStatus == OrchestrationRuntimeStatus.Completed
            ? Answer.Of(StatusCodes.Status200OK, status.Output)
            : OfStatus(status, null, failureIsError);

    /// <summary>200 or, where that was asked for, 500 of one that has failed.</summary>
    public static Answer OfStatus(DurableOrchestrationStatus status, HistoryShape? history, bool failureIsError) =>
        new(failureIsError && status.RuntimeStatus == OrchestrationRuntimeStatus.Failed
            ? StatusCodes.Status500InternalServerError
            : StatusCodes.Status200OK)
        {
            Body = w => StatusJson.Write(w, status, history),
        };

    public static bool IsAlive(DurableOrchestrationStatus status) => status.RuntimeStatus is
        OrchestrationRuntimeStatus.Running or OrchestrationRuntimeStatus.Pending
        or OrchestrationRuntimeStatus.ContinuedAsNew or OrchestrationRuntimeStatus.Suspended;

    /// <summary>What Durable Functions lists; the payload of the client holds the rewind address as well.</summary>
    private static void Write(Utf8JsonWriter writer, HttpManagementPayload payload)
    {
        writer.WriteStartObject();
        writer.WriteString("id", payload.Id);
        writer.WriteString("statusQueryGetUri", payload.StatusQueryGetUri);
        writer.WriteString("sendEventPostUri", payload.SendEventPostUri);
        writer.WriteString("terminatePostUri", payload.TerminatePostUri);
        writer.WriteString("purgeHistoryDeleteUri", payload.PurgeHistoryDeleteUri);
        writer.WriteString("restartPostUri", payload.RestartPostUri);
        writer.WriteString("suspendPostUri", payload.SuspendPostUri);
        writer.WriteString("resumePostUri", payload.ResumePostUri);
        writer.WriteEndObject();
    }
}
