using System.Buffers;
using System.Text.Json;
using Perdure.Core.History;
using Perdure.Core.Stores;
using Perdure.Core.Turns;

namespace Perdure.Core.Orchestrations;

/// <summary>
/// Writes the history rows of a turn into a buffer that is used again after the commit. A wide turn becomes several
/// rows.
/// </summary>
internal sealed class TurnEncoder : IDisposable
{
    private readonly ArrayBufferWriter<byte> _buffer = new(1024);
    private readonly Utf8JsonWriter _writer;

    public TurnEncoder() => _writer = new Utf8JsonWriter(_buffer, HistoryNames.WriterOptions);

    /// <summary>What the buffer holds on to; a very large one is not worth keeping.</summary>
    public int Capacity => _buffer.Capacity;

    public void Encode(OrchestrationTurn turn, int rowBytesMax)
    {
        // It may be encoded again after a commit that failed; and without events it has no row and has used no turn
        // number.
        turn.Rows.History = default;
        turn.Rows.HistoryParts = null;
        if (!turn.HasEvents)
            return;
        _buffer.ResetWrittenCount();
        List<int>? ends = WriteParts(turn, rowBytesMax);
        ReadOnlyMemory<byte> all = _buffer.WrittenMemory;
        int end = ends is null ? all.Length : ends[0];
        turn.Rows.History = Row(turn, 0, all[..end]);
        for (int part = 1; part <= ends?.Count; part++)
        {
            int from = ends[part - 1];
            int to = part < ends.Count ? ends[part] : all.Length;
            (turn.Rows.HistoryParts ??= []).Add(Row(turn, part, all[from..to]));
        }
    }

    public void Dispose() => _writer.Dispose();

    private List<int>? WriteParts(OrchestrationTurn turn, int rowBytesMax)
    {
        List<int>? ends = null;
        int partStart = 0;
        _writer.Reset(_buffer);
        _writer.WriteStartArray();
        for (int i = turn.FirstEvent; i < turn.Events.Count; i++)
        {
            if (_buffer.WrittenCount + _writer.BytesPending - partStart > rowBytesMax)
            {
                _writer.WriteEndArray();
                _writer.Flush();
                (ends ??= []).Add(partStart = _buffer.WrittenCount);
                _writer.Reset(_buffer);
                _writer.WriteStartArray();
            }
            HistoryWriter.Write(_writer, turn.Events[i]!);
        }
        _writer.WriteEndArray();
        _writer.Flush();
        return ends;
    }

    private static HistoryRow Row(OrchestrationTurn turn, int part, ReadOnlyMemory<byte> events) =>
        new(turn.Execution.Key, turn.Execution.Generation, turn.Number, part, turn.At, events);
}
