using System.Buffers;
using System.Text.Json;

namespace Perdure.Core.History;

/// <summary>The few payloads that the engine writes itself.</summary>
internal static class PayloadText
{
    public static Payload OfString(string text)
    {
        ArrayBufferWriter<byte> buffer = new(text.Length + 2);
        using Utf8JsonWriter writer = new(buffer, HistoryNames.WriterOptions);
        writer.WriteStringValue(text);
        writer.Flush();
        return new Payload(buffer.WrittenMemory);
    }
}
