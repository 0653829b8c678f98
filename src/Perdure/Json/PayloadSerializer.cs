using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Perdure.Core.History;

namespace Perdure.Json;

/// <summary>
/// Turns values of users into payloads and back. Whatever goes wrong is a <see cref="PayloadException"/> that names the
/// function and the type, never the content.
/// </summary>
/// <param name="limit">The largest payload in bytes of UTF-8.</param>
internal sealed class PayloadSerializer(int limit = PayloadSerializer.DefaultLimit)
{
    public const int DefaultLimit = 1024 * 1024;

    /// <summary>16 KB of UTF-16, as Durable Functions documents it.</summary>
    public const int CustomStatusCharsMax = 8 * 1024;

    [ThreadStatic]
    private static Pen? t_pen;

    /// <summary>
    /// By declared type; a value declared as <see cref="object"/> by what it is. Null becomes
    /// <see cref="Payload.None"/>.
    /// </summary>
    public Payload Serialize<T>(T value, PayloadPlace place)
    {
        if (value is null)
            return Payload.None;
        if (typeof(T) == typeof(object) || typeof(T) == typeof(string))
            return Serialize((object)value, place);

        Pen pen = TakePen();
        try
        {
            JsonSerializer.Serialize(pen.Writer, value, JsonContract.Of<T>());
            return pen.Finish(limit, place, typeof(T));
        }
        catch (Exception e) when (IsForeign(e))
        {
            throw CannotWrite(e, place, typeof(T));
        }
        finally
        {
            ReturnPen(pen);
        }
    }

    /// <summary>By what the value is. Null becomes <see cref="Payload.None"/>.</summary>
    public Payload Serialize(object? value, PayloadPlace place)
    {
        if (value is null)
            return Payload.None;

        Type type = value.GetType();
        Pen pen = TakePen();
        try
        {
            // The most frequent type, at half the cost.
            if (value is string text)
                pen.Writer.WriteStringValue(text);
            else
                JsonSerializer.Serialize(pen.Writer, value, JsonContract.OfRuntime(type));
            return pen.Finish(limit, place, type);
        }
        catch (Exception e) when (IsForeign(e))
        {
            throw CannotWrite(e, place, type);
        }
        finally
        {
            ReturnPen(pen);
        }
    }

    /// <exception cref="ArgumentException">The text is longer than 16 KB in UTF-16.</exception>
    public Payload SerializeCustomStatus(object? value, string orchestration)
    {
        Payload status = Serialize(value, new(PayloadRole.CustomStatus, orchestration));
        int chars = status.Length <= CustomStatusCharsMax ? 0 : Encoding.UTF8.GetCharCount(status.Span);
        return chars <= CustomStatusCharsMax
            ? status
            : throw new ArgumentException(
                $"The custom status of orchestration '{orchestration}' has {2 * chars} bytes of UTF-16; "
                + $"at most {2 * CustomStatusCharsMax} are allowed.", nameof(value));
    }

    /// <summary>No payload and the JSON <c>null</c> are the default of <typeparamref name="T"/>.</summary>
    public T Deserialize<T>(Payload payload, PayloadPlace place)
    {
        if (IsNull(payload.Span))
            return default!;
        try
        {
            if (typeof(T) == typeof(string) && ReadText(payload.Span) is { } text)
                return (T)(object)text;
            return JsonSerializer.Deserialize(payload.Span, JsonContract.Of<T>())!;
        }
        catch (Exception e) when (IsForeign(e))
        {
            throw CannotRead(e, payload.Span, place, typeof(T));
        }
    }

    /// <summary>No payload and the JSON <c>null</c> are null, or the default of a value type.</summary>
    public object? Deserialize(Type type, Payload payload, PayloadPlace place)
    {
        try
        {
            JsonTypeInfo contract = JsonContract.Of(type);
            if (IsNull(payload.Span))
                return type.IsValueType && Nullable.GetUnderlyingType(type) is null
                    ? RuntimeHelpers.GetUninitializedObject(type)
                    : null;
            return JsonSerializer.Deserialize(payload.Span, contract);
        }
        catch (Exception e) when (IsForeign(e))
        {
            throw CannotRead(e, payload.Span, place, type);
        }
    }

    /// <summary>By a contract of the caller; there is a payload.</summary>
    public T DeserializeBy<T>(JsonTypeInfo<T> contract, Payload payload, PayloadPlace place) where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(payload.Span, contract)
                ?? throw new JsonException("There is a null in the place of an object.");
        }
        catch (Exception e) when (IsForeign(e))
        {
            throw CannotRead(e, payload.Span, place, typeof(T));
        }
    }

    /// <summary>A JSON string, and nothing else.</summary>
    private static string? ReadText(ReadOnlySpan<byte> json)
    {
        Utf8JsonReader reader = new(json);
        return reader.Read() && reader.TokenType == JsonTokenType.String && reader.GetString() is { } text
            && !reader.Read() ? text : null;
    }

    private static bool IsNull(ReadOnlySpan<byte> json) =>
        json.IsEmpty || (json[0] is (byte)'n' or <= (byte)' ' && json.Trim(" \t\r\n"u8).SequenceEqual("null"u8));

    /// <summary>Getters, constructors and converters of users run in here, so anything may be thrown.</summary>
    private static bool IsForeign(Exception e) => e is not (PayloadException or OutOfMemoryException);

    private static PayloadException CannotWrite(Exception e, PayloadPlace place, Type type)
    {
        string cause = e is JsonException { InnerException: { } inner } ? $"{e.Message} {inner.Message}" : e.Message;
        return new($"Cannot write {place} as JSON: {TypeText.Of(type)} does not work. {cause}", place.Name, type, e);
    }

    private static PayloadException CannotRead(Exception e, ReadOnlySpan<byte> json, PayloadPlace place, Type type)
    {
        string where = e is JsonException { Path: { Length: > 1 } path } ? $"; it fails at {path}" : "";
        return new($"Cannot read {place} as {TypeText.Of(type)}: {Kind(json)} is stored{where}.", place.Name, type, e);
    }

    private static string Kind(ReadOnlySpan<byte> json) => json.TrimStart(" \t\r\n"u8) switch
    {
        [(byte)'{', ..] => "a JSON object",
        [(byte)'[', ..] => "a JSON array",
        [(byte)'"', ..] => "a JSON string",
        [(byte)'t' or (byte)'f', ..] => "a JSON boolean",
        [(byte)'n', ..] => "a JSON null",
        [(byte)'-' or >= (byte)'0' and <= (byte)'9', ..] => "a JSON number",
        _ => "something that is not JSON",
    };

    /// <summary>Taken away while in use, because a getter of a user may serialize something itself.</summary>
    private Pen TakePen()
    {
        Pen pen = t_pen ?? new Pen();
        t_pen = null;
        pen.Buffer.Start(limit);
        pen.Writer.Reset();
        return pen;
    }

    private static void ReturnPen(Pen pen) => t_pen = pen;

#pragma warning disable CA1001 // The writer holds nothing but memory, and lives as long as its thread.
    /// <summary>What a thread writes JSON with.</summary>
    private sealed class Pen
    {
        public readonly PayloadBuffer Buffer = new();
        public readonly Utf8JsonWriter Writer;

        // The writer validates: what a converter of a user writes becomes part of the JSON of the history.
        public Pen() => Writer = new(Buffer, new JsonWriterOptions { Encoder = WellFormedEncoder.Instance });

        public Payload Finish(int limit, PayloadPlace place, Type type)
        {
            Writer.Flush();
            return Buffer.Written <= limit
                ? new Payload(Buffer.Bytes.ToArray())
                : throw new PayloadException(
                    $"Cannot store {place}: it has {Buffer.Written} bytes of JSON; at most {limit} are allowed. "
                    + "Keep large data elsewhere and pass a reference to it.", place.Name, type);
        }
    }
}
