using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Perdure.AspNetCore.Management;

/// <summary>Reads bodies, up to a limit, and makes JSON of them.</summary>
internal static class RequestBody
{
    private const int DepthMax = 64;
    private const int ChunkMax = 64 * 1024;

    private static readonly JsonDocumentOptions s_strict = new() { MaxDepth = DepthMax };

    /// <summary>All of it; empty when there is none.</summary>
    /// <exception cref="RequestRefusedException">It is over the limit, or broken on its way.</exception>
    public static async Task<byte[]> ReadAsync(HttpRequest request, int limit, CancellationToken cancellationToken)
    {
        if (request.ContentLength > limit)
            throw TooLarge(limit);
        // What the length promises is not believed: memory follows what arrives.
        using MemoryStream body = new((int)Math.Min(request.ContentLength ?? 0, ChunkMax));
        byte[] chunk = ArrayPool<byte>.Shared.Rent(ChunkMax);
        try
        {
            int read;
            while ((read = await request.Body.ReadAsync(chunk, cancellationToken)) > 0)
            {
                if (body.Length + read > limit)
                    throw TooLarge(limit);
                body.Write(chunk, 0, read);
            }
        }
        catch (IOException e) when (e is not BadHttpRequestException && !cancellationToken.IsCancellationRequested)
        {
            // Some of what is wrong with chunks the server reports as if a disk had failed.
            throw new RequestRefusedException(StatusCodes.Status400BadRequest, $"The body cannot be read: {e.Message}");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
        return body.ToArray();
    }

    /// <summary>The JSON of a body; null when the body is empty.</summary>
    /// <exception cref="RequestRefusedException">It is not JSON.</exception>
    public static JsonElement? Parse(HttpRequest request, byte[] body)
    {
        ReadOnlyMemory<byte> json = body.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? body.AsMemory(3) : body;
        if (json.Length == 0)
            return null;
        if (CharsetOf(request) is { } charset && !charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase))
            throw new RequestRefusedException(
                StatusCodes.Status400BadRequest, $"The body is in '{charset}'; send it in UTF-8.");
        CheckEncoding(json.Span);
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, s_strict);
            return document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw new RequestRefusedException(
                StatusCodes.Status400BadRequest,
                $"The body is not JSON, or is nested more than {DepthMax} deep: line {e.LineNumber + 1}, byte "
                + $"{e.BytePositionInLine + 1}.");
        }
    }

    /// <summary>The text of a body that is not JSON.</summary>
    /// <exception cref="RequestRefusedException">It is not UTF-8.</exception>
    public static string Text(byte[] body)
    {
        CheckEncoding(body);
        return Encoding.UTF8.GetString(body);
    }

    private static void CheckEncoding(ReadOnlySpan<byte> body)
    {
        if (!Utf8.IsValid(body))
            throw new RequestRefusedException(StatusCodes.Status400BadRequest, "The body is not well-formed UTF-8.");
    }

    public static bool IsJson(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type)
        && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase);

    private static string? CharsetOf(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type) && type.Charset.HasValue
            ? HeaderUtilities.RemoveQuotes(type.Charset).ToString()
            : null;

    private static RequestRefusedException TooLarge(int limit) => new(
        StatusCodes.Status413PayloadTooLarge,
        $"The body is larger than {limit} bytes. Keep large data elsewhere and send a reference to it.");
}
