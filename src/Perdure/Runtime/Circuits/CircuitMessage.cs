using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Perdure.Core.Circuits;

namespace Perdure.Runtime.Circuits;

/// <summary>What people read of a circuit.</summary>
internal static class CircuitMessage
{
    private const int CausesShown = 5;

    public static string Subject(CircuitNotice notice, string hub) => notice.Kind switch
    {
        CircuitNoticeKind.Closed => $"[{hub}] The circuit {notice.Circuit} is closed",
        CircuitNoticeKind.GaveUp => $"[{hub}] The circuit {notice.Circuit} stays open",
        _ => $"[{hub}] The circuit {notice.Circuit} is open",
    };

    public static string Text(CircuitNotice notice, string hub, string? link)
    {
        StringBuilder text = new();
        string at = DateTimeOffset.FromUnixTimeMilliseconds(notice.At)
            .ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
        text.Append(CultureInfo.InvariantCulture, $"{Subject(notice, hub)} since {at} (opening {notice.Epoch}).\n\n");
        if (notice.Reason is not null)
            text.Append(CultureInfo.InvariantCulture, $"{notice.Reason}\n");
        if (notice.By is not null)
            text.Append(CultureInfo.InvariantCulture, $"By {notice.By}.\n");
        if (notice.Kind != CircuitNoticeKind.Closed)
            text.Append("\nIts functions do not run meanwhile. What they are called with waits; nothing is lost.\n");
        foreach (CircuitCause cause in notice.Causes.Take(CausesShown))
            text.Append(CultureInfo.InvariantCulture, $"\n{cause.Count} x {cause.Function}: {cause.Error}\n");
        if (link is not null)
            text.Append(CultureInfo.InvariantCulture, $"\nWhen the cause is mended, go on here: {link}\n");
        return text.ToString();
    }

    /// <summary>The same each time that it is sent.</summary>
    public static string MessageId(CircuitNotice notice, string hub)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{hub}/{notice.Id}"));
        return $"{Convert.ToHexStringLower(hash[..16])}@perdure";
    }

    /// <summary>As a CloudEvent 1.0 in JSON.</summary>
    public static byte[] CloudEvent(CircuitNotice notice, string hub, string? link)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream))
        {
            writer.WriteStartObject();
            writer.WriteString("specversion", "1.0");
            writer.WriteString("id", notice.Id);
            writer.WriteString("source", $"perdure/{hub}");
            writer.WriteString("type", $"perdure.circuit.{notice.Kind.ToString().ToLowerInvariant()}");
            writer.WriteString("subject", notice.Circuit);
            writer.WriteString("time", DateTimeOffset.FromUnixTimeMilliseconds(notice.At));
            writer.WriteString("datacontenttype", "application/json");
            writer.WriteStartObject("data");
            writer.WriteString("circuit", notice.Circuit);
            writer.WriteNumber("epoch", notice.Epoch);
            writer.WriteString("reason", notice.Reason);
            writer.WriteString("by", notice.By);
            writer.WriteNumber("failures", notice.Failures);
            writer.WriteNumber("threshold", notice.Rules.Failures);
            writer.WriteNumber("windowSeconds", notice.Rules.Window / 1000.0);
            writer.WriteStartArray("causes");
            foreach (CircuitCause cause in notice.Causes.Take(CausesShown))
            {
                writer.WriteStartObject();
                writer.WriteString("function", cause.Function);
                writer.WriteString("fingerprint", cause.Fingerprint);
                writer.WriteString("error", cause.Error);
                writer.WriteNumber("count", cause.Count);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
            if (link is not null)
                writer.WriteString("restartUrl", link);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }
        return stream.ToArray();
    }
}
