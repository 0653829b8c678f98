using Perdure.Core.Messages;
using Perdure.Core.Stores;
using Perdure.Core.Streams;

namespace Perdure.Runtime.Streams;

/// <summary>
/// What somebody wants of the reader is done between two batches, when the end of the last one is durable: so nothing
/// that ran before can move the checkpoint afterwards.
/// </summary>
internal abstract partial class StreamReader
{
    private readonly Queue<Message.Checkpoint> _commands = new();

    /// <summary>What waits for the end of the batch that runs.</summary>
    public IEnumerable<Message.Checkpoint> Commands_NeedsLock => _commands;

    public void Command_NeedsLock(Message.Checkpoint command)
    {
        _commands.Enqueue(command);
        PumpSoon_NeedsLock();
    }

    /// <summary>Does what is wanted; false when nothing may be handed out yet.</summary>
    /// <param name="missing">What has to be read from the store first.</param>
    private bool Obey_NeedsLock(out (long From, int Count)? missing)
    {
        missing = null;
        while (_commands.TryPeek(out Message.Checkpoint? command))
        {
            // Whatever comes of what is in line looks here again.
            if (_inLine.Count > 0 || _inHand.Count > 0)
                return false;
            (RequestOutcome outcome, ReaderState? next) = CheckpointCore.Decide(
                command, _state, Log.Start_NeedsLock, Log.End_NeedsLock, hasFunction: true);
            DeadLetterRow? dead = null;
            if (outcome == RequestOutcome.Accepted && command.Verb == CheckpointVerb.Skip)
            {
                List<StoredEvent> held = Read_NeedsLock(_state.Position, 1, long.MaxValue, out bool isInStore);
                if (held.Count == 0)
                {
                    missing = isInStore ? (_state.Position, 1) : null;
                    return false;
                }
                ReaderTurn turn = _core.Skip(_state, held[0], Node.Now, Partition.DrawDeadLetterNumber());
                (next, dead) = (turn.State, turn.DeadLetters[0]);
            }
            _commands.Dequeue();
            if (next is not null)
            {
                _state = next;
                Moved_NeedsLock();
            }
            Log.Write_NeedsLock(command, outcome, next is null ? null : Row_NeedsLock, dead);
        }
        return true;
    }
}
