using System.Buffers;
using System.IO.Pipelines;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Perdure.AspNetCore.Management;

/// <summary>Puts answers on the wire: JSON that no browser takes for anything else and no cache keeps.</summary>
internal static class AnswerWriter
{
    public const string ContentType = "application/json; charset=utf-8";

    public const string LinesType = "application/x-ndjson; charset=utf-8";

    private static readonly JsonWriterOptions s_relaxed =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task WriteAsync(HttpContext context, Answer answer)
    {
        HttpResponse response = context.Response;
        response.StatusCode = answer.Status;
        response.Headers[HeaderNames.CacheControl] = "no-store";
        response.Headers[HeaderNames.XContentTypeOptions] = "nosniff";
        foreach ((string name, string value) in answer.Headers)
            response.Headers[name] = value;
        if (answer.Lines is { } lines)
        {
            await WriteAsync(context, lines);
            return;
        }
        if (answer.Text is var (contentType, text))
        {
            response.ContentType = contentType;
            await response.WriteAsync(text, context.RequestAborted);
            return;
        }
        if (answer.Body is not { } body)
        {
            response.ContentLength = 0;
            return;
        }
        response.ContentType = ContentType;
        Write(response.BodyWriter, body);
        await response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    private static async Task WriteAsync(HttpContext context, IAsyncEnumerable<Action<Utf8JsonWriter>> lines)
    {
        context.Response.ContentType = LinesType;
        PipeWriter target = context.Response.BodyWriter;
        await foreach (Action<Utf8JsonWriter> line in lines.WithCancellation(context.RequestAborted))
        {
            Write(target, line);
            target.Write("\n"u8);
            await target.FlushAsync(context.RequestAborted);
        }
    }

    public static byte[] ToBytes(Action<Utf8JsonWriter> body)
    {
        ArrayBufferWriter<byte> buffer = new();
        Write(buffer, body);
        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(IBufferWriter<byte> target, Action<Utf8JsonWriter> body)
    {
        using Utf8JsonWriter writer = new(target, s_relaxed);
        body(writer);
        writer.Flush();
    }
}
