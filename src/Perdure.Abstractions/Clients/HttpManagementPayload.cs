using System.Text.Json.Serialization;

namespace Perdure;

/// <summary>
/// The addresses with which one orchestration is watched and managed over HTTP. Each carries a code that is good for
/// this one instance and for a limited time, so whoever gets them needs no key.
/// </summary>
public sealed record HttpManagementPayload
{
    /// <summary>The id of the instance.</summary>
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    /// <summary>GET answers with the status.</summary>
    [JsonPropertyName("statusQueryGetUri")]
    public required string StatusQueryGetUri { get; init; }

    /// <summary>POST raises the event whose name takes the place of <c>{eventName}</c>.</summary>
    [JsonPropertyName("sendEventPostUri")]
    public required string SendEventPostUri { get; init; }

    /// <summary>POST ends it; the reason takes the place of <c>{text}</c>.</summary>
    [JsonPropertyName("terminatePostUri")]
    public required string TerminatePostUri { get; init; }

    /// <summary>POST lets a failed one try again what failed; the reason takes the place of <c>{text}</c>.</summary>
    [JsonPropertyName("rewindPostUri")]
    public required string RewindPostUri { get; init; }

    /// <summary>DELETE deletes it once it has ended.</summary>
    [JsonPropertyName("purgeHistoryDeleteUri")]
    public required string PurgeHistoryDeleteUri { get; init; }

    /// <summary>POST starts it once more.</summary>
    [JsonPropertyName("restartPostUri")]
    public required string RestartPostUri { get; init; }

    /// <summary>POST stops running it until it is resumed; the reason takes the place of <c>{text}</c>.</summary>
    [JsonPropertyName("suspendPostUri")]
    public required string SuspendPostUri { get; init; }

    /// <summary>POST lets it go on; the reason takes the place of <c>{text}</c>.</summary>
    [JsonPropertyName("resumePostUri")]
    public required string ResumePostUri { get; init; }
}
