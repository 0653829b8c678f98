using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Perdure.Core.History;
using Perdure.Core.Stores;

namespace Perdure.Core.Messages;

/// <summary>What only requests of clients on other nodes add to message rows.</summary>
internal static class RequestCodec
{
    /// <summary>Added to the kind when the body is <c>["id of the request", body]</c>.</summary>
    private const int WrappedKind = 1_000;

    public static bool IsWrapped(MessageRow row) => row.Kind >= WrappedKind;

    public static MessageRow Wrap(MessageRow row, string asked)
    {
        ArrayBufferWriter<byte> body = new(row.Body.Length + asked.Length + 8);
        using Utf8JsonWriter writer = new(body, HistoryNames.WriterOptions);
        writer.WriteStartArray();
        writer.WriteStringValue(asked);
        writer.WriteRawValue(row.Body.Span, skipInputValidation: true);
        writer.WriteEndArray();
        writer.Flush();
        return row with { Kind = row.Kind + WrappedKind, Body = body.WrittenMemory };
    }

    /// <exception cref="FormatException">The body does not begin with the id of a request.</exception>
    public static (MessageRow Row, string Asked) Unwrap(MessageRow row)
    {
        try
        {
            Utf8JsonReader reader = new(row.Body.Span);
            if (reader.Read() && reader.TokenType == JsonTokenType.StartArray
                && reader.Read() && reader.TokenType == JsonTokenType.String
                && reader.GetString() is { } asked && reader.Read())
            {
                ReadOnlyMemory<byte> body = row.Body[(int)reader.TokenStartIndex..^1];
                return (row with { Kind = row.Kind - WrappedKind, Body = body }, asked);
            }
        }
        catch (JsonException e)
        {
            throw Damaged(row, e);
        }
        throw Damaged(row, null);
    }

    /// <summary>A purge becomes no event, so it has a body of its own: <c>[key that was seen]</c>.</summary>
    public static byte[] EncodePurge(Message.Purge purge) =>
        Encoding.UTF8.GetBytes($"[{purge.Key?.ToString(CultureInfo.InvariantCulture) ?? "null"}]");

    /// <exception cref="FormatException">The body is damaged.</exception>
    public static Message.Purge DecodePurge(MessageRow row)
    {
        string body = Encoding.UTF8.GetString(row.Body.Span);
        if (body == "[null]")
            return new Message.Purge { Row = row.Key };
        return body is ['[', .. string number, ']']
            && long.TryParse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long key)
            ? new Message.Purge { Key = key, Row = row.Key }
            : throw Damaged(row, null);
    }

    private static FormatException Damaged(MessageRow row, Exception? inner) =>
        new($"The message {row.Key} to '{row.Target}' is damaged, or of a newer version of Perdure.", inner);
}
