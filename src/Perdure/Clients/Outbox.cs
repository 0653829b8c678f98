using Perdure.Core.Messages;
using Perdure.Core.Streams;

namespace Perdure.Clients;

/// <summary>
/// What a triggered function sends: it leaves in the commit that acknowledges what triggered it, or not at all.
/// </summary>
internal sealed class Outbox
{
    private readonly Lock _gate = new();
    private readonly List<(string Target, Message Message)> _sent = [];
    private bool _closed;

    /// <exception cref="InvalidOperationException">The function has ended.</exception>
    public void Add(string target, Message message)
    {
        lock (_gate)
        {
            if (_closed)
                throw new InvalidOperationException(
                    "The function has ended; what it has not sent by then cannot leave with it any more. Await all "
                    + "that sends before the function returns.");
            _sent.Add((target, message));
        }
    }

    /// <summary>Events for one log that follow one another are one message.</summary>
    /// <exception cref="InvalidOperationException">The function has ended.</exception>
    public void Append(string log, EventData data)
    {
        lock (_gate)
        {
            if (!_closed && _sent.Count > 0 && _sent[^1].Target == log
                && _sent[^1].Message is Message.Append { Events: List<EventData> events })
            {
                events.Add(data);
                return;
            }
        }
        Add(log, new Message.Append(new List<EventData> { data }));
    }

    /// <summary>The function has ended.</summary>
    public IReadOnlyList<(string Target, Message Message)> Close()
    {
        lock (_gate)
            _closed = true;
        return _sent;
    }
}
