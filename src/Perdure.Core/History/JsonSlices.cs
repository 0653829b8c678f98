using System.Text.Json;

namespace Perdure.Core.History;

/// <summary>The elements of a JSON array as they stand there: slices, not copies.</summary>
internal static class JsonSlices
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 128 };

    /// <exception cref="FormatException">It is no JSON array.</exception>
    public static List<ReadOnlyMemory<byte>> Of(ReadOnlyMemory<byte> array)
    {
        try
        {
            List<ReadOnlyMemory<byte>> slices = [];
            Utf8JsonReader reader = new(array.Span, Options);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
                throw new FormatException("What should be a JSON array is none.");
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                int start = (int)reader.TokenStartIndex;
                reader.Skip();
                slices.Add(array[start..(int)reader.BytesConsumed]);
            }
            return slices;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new FormatException($"A JSON array is damaged: {e.Message}", e);
        }
    }
}
