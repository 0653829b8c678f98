using Perdure.Core.Messages;
using Perdure.Core.Stores;
using Perdure.Core.Streams;

namespace Perdure.Runtime.Streams;

/// <summary>Checkpoints that somebody moves.</summary>
internal sealed partial class StreamLog
{
    private readonly Queue<Message.Checkpoint> _earlyCommands = new();

    /// <summary>Consumer groups whose functions are not here.</summary>
    private readonly Dictionary<string, ReaderRow> _others = new(StringComparer.Ordinal);

    public long Start_NeedsLock => _start;

    /// <summary>How far each consumer group has come.</summary>
    private IEnumerable<long> Positions_NeedsLock =>
        _readers.Select(r => r.Position_NeedsLock).Concat(_others.Values.Select(r => r.Position));

    public void Obey_NeedsLock(Message.Checkpoint command)
    {
        if (command.Row is { } row)
            _rows.Add(row);
        if (_tail is null)
            _earlyCommands.Enqueue(command);
        else
            Pass_NeedsLock(command);
    }

    /// <summary>
    /// Puts in line what has become of a reader, and what the request came to, also when that is nothing: the answer
    /// rests on what stands in line before it.
    /// </summary>
    public void Write_NeedsLock(
        Message.Checkpoint command, RequestOutcome outcome, ReaderRow? reader, DeadLetterRow? dead)
    {
        Node.LaneOf(Partition).Append(new CheckpointEntry(this, command, outcome, reader, dead));
        Node.Scheduler.Queue(static l => l.Go(), Node.LaneOf(Partition));
    }

    /// <summary>What it came to is durable.</summary>
    public void Obeyed_NeedsLock(MessageKey? row)
    {
        if (row is { } taken)
            _rows.Remove(taken);
    }

    private void Pass_NeedsLock(Message.Checkpoint command)
    {
        if (_readers.Find(r => r.Function.Consumer.Group == command.Group) is { } reader)
        {
            reader.Command_NeedsLock(command);
            return;
        }
        ReaderState? state = _others.TryGetValue(command.Group, out ReaderRow row) ? StateOf(row) : null;
        (RequestOutcome outcome, ReaderState? next) =
            CheckpointCore.Decide(command, state, _start, _end, hasFunction: false);
        ReaderRow? written = null;
        if (outcome == RequestOutcome.Accepted && next is null)
            _others.Remove(command.Group);
        else if (outcome == RequestOutcome.Accepted)
        {
            written = _others[command.Group] = row with
            {
                Position = next!.Position, At = Node.Now, State = ReaderStateCodec.Encode(next),
            };
        }
        Write_NeedsLock(command, outcome, written, null);
    }

    private static ReaderState StateOf(ReaderRow row)
    {
        try
        {
            return ReaderStateCodec.Decode(row.Position, row.State);
        }
        catch (FormatException)
        {
            // Whoever sets the checkpoint wants to get rid of just that.
            return new ReaderState { Position = row.Position };
        }
    }
}
