using System.Text.Json;
using System.Threading.Channels;

/// <summary>A notification of a circuit, as far as the play reads it.</summary>
public sealed record Notification(string Type, JsonElement Data);

/// <summary>Where the people on duty get their notifications.</summary>
public sealed class Inbox
{
    private readonly Channel<Notification> _all = Channel.CreateUnbounded<Notification>();
    private int _opened;

    /// <summary>How many said that the circuit is open.</summary>
    public int Opened => _opened;

    public void Take(Notification notification)
    {
        if (notification.Type == "perdure.circuit.opened")
            Interlocked.Increment(ref _opened);
        _all.Writer.TryWrite(notification);
    }

    /// <summary>The next of a type; others are passed over.</summary>
    public async Task<Notification> NextAsync(string type, CancellationToken cancellationToken)
    {
        await foreach (Notification notification in _all.Reader.ReadAllAsync(cancellationToken))
        {
            if (notification.Type == type)
                return notification;
        }
        throw new InvalidOperationException("The inbox is closed.");
    }
}
