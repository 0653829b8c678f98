using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Perdure.Json;

namespace Perdure.AspNetCore.Management;

/// <summary>
/// Starts that may be sent again. What is needed to recognise the second one stands with the instance itself: its id is
/// made of the key, and a tag holds a digest of the key and of what was asked for. So it is remembered exactly as long
/// as the instance is, over restarts, and also after the instance has ended.
/// </summary>
internal sealed class IdempotentStarts
{
    public const string Header = "Idempotency-Key";
    public const string Tag = "perdure.idempotency";
    private const int KeyLengthMax = 255;

    /// <summary>The key of a request; null if it has none.</summary>
    /// <exception cref="RequestRefusedException">It cannot be a key.</exception>
    public static string? KeyOf(HttpRequest request)
    {
        StringValues values = request.Headers[Header];
        if (values.Count == 0)
            return null;
        string key = values.Count == 1 ? values.ToString() : "";
        return key.Length is > 0 and <= KeyLengthMax && key.All(c => c is >= ' ' and <= '~')
            ? key
            : throw new RequestRefusedException(
                StatusCodes.Status400BadRequest,
                $"The header {Header} must stand once, with 1 to {KeyLengthMax} printable ASCII characters.");
    }

    /// <summary>Starts an instance, or finds the one that an equal request has started.</summary>
    /// <exception cref="RequestRefusedException">The key was used for something else.</exception>
    /// <exception cref="OrchestrationAlreadyExistsException">
    /// An instance of another request has the id and is alive.
    /// </exception>
    public async Task<(string Id, bool IsKnown)> StartAsync(
        ManagementCall call, string name, StartOptions options, JsonElement? input, string key)
    {
        string keyDigest = Digest($"{call.Http.TaskHub.ToUpperInvariant()}\n{key}");
        string mark = $"{keyDigest}:{DigestOf(name, options.Version, input)}";
        string id = options.InstanceId ??= $"idempotent-{keyDigest}";
        options.Tags = new Dictionary<string, string> { [Tag] = mark };
        for (bool isSecond = false; ; isSecond = true)
        {
            DurableOrchestrationStatus? there =
                await call.Client.GetStatusAsync(id, showInput: false, cancellationToken: call.Aborted);
            if (there?.Tags.GetValueOrDefault(Tag) is { } known
                && known.StartsWith(keyDigest + ":", StringComparison.Ordinal))
            {
                return known == mark
                    ? (id, true)
                    : throw new RequestRefusedException(
                        StatusCodes.Status422UnprocessableEntity,
                        $"The {Header} was used for a start with another function, version or input. Send the same "
                        + "request, or another key.");
            }
            // Of equal requests, on whichever nodes, that find nothing the owner of the id lets one through, also when
            // that one has ended by the time the others come.
            options.OnlyIfNeverStarted = there is null;
            try
            {
                return (await call.Client.StartNewAsync(name, options, input, call.Aborted), false);
            }
            catch (OrchestrationAlreadyExistsException) when (!isSecond)
            {
                // Perhaps it was the same request: looked at once more.
            }
        }
    }

    /// <summary>Blanks between the parts of the JSON do not matter; the order of properties does.</summary>
    private static string DigestOf(string name, string? version, JsonElement? input) => Digest(
        $"{name.ToUpperInvariant()}\n{version}\n"
        + (input is { } json ? TextOf(json) : ""));

    /// <summary>Its tokens as they were written: half a surrogate pair is JSON and cannot be written anew.</summary>
    private static string TextOf(JsonElement json)
    {
        byte[] raw = Encoding.UTF8.GetBytes(json.GetRawText());
        Utf8JsonReader reader = new(raw);
        StringBuilder text = new(raw.Length);
        while (reader.Read())
            text.Append((int)reader.TokenType).Append(Encoding.UTF8.GetString(reader.ValueSpan)).Append('\n');
        return text.ToString();
    }

    private static string Digest(string text) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
}
