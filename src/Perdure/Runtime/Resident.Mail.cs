using Perdure.Core.Entities;
using Perdure.Core.Messages;
using Perdure.Core.Stores;

namespace Perdure.Runtime;

/// <summary>
/// What waits for the next turn. An orchestration takes its mail as it came, so a list does, and none when there is
/// none; an entity has lines.
/// </summary>
internal sealed partial class Resident
{
    private List<Message>? _mail;

    /// <summary>Rows that the store has not taken: whatever still has such a message must not bring it back.</summary>
    private HashSet<MessageKey>? _refused;

    /// <summary>The lines of an entity; null for an orchestration.</summary>
    public EntityMailbox? Lines { get; }

    /// <summary>There is something that a turn can take.</summary>
    public bool HasMail => Lines?.HasNext ?? _mail is not null;

    /// <summary>Nothing waits, not even for a lock.</summary>
    public bool IsMailEmpty => Lines is { } lines ? lines.Count == 0 : _mail is null;

    public IEnumerable<Message> Mail => Lines?.All ?? _mail ?? [];

    public void Put(Message message)
    {
        if (Lines is { } lines)
            lines.Add(message, isStored: message.Row is not null);
        else
            (_mail ??= []).Add(message);
    }

    /// <summary>Of an orchestration: at most so many messages, the oldest.</summary>
    public List<Message> TakeMail(int max)
    {
        List<Message> mail = _mail ?? [];
        if (mail.Count <= max)
        {
            _mail = null;
            return mail;
        }
        _mail = mail[max..];
        return mail[..max];
    }

    public List<Message> TakeAllMail() => Lines is { } lines ? lines.TakeAll() : TakeMail(int.MaxValue);

    /// <summary>Before everything else, in this order.</summary>
    public void PutBack(IReadOnlyList<Message> messages)
    {
        if (_refused is not null)
            messages = [.. messages.Where(m => !IsRefused(m))];
        if (messages.Count == 0)
            return;
        if (Lines is { } lines)
            lines.PutBack(messages);
        else
            _mail = [.. messages, .. _mail ?? []];
    }

    /// <summary>Whether a message that somebody waits for is here.</summary>
    public bool IsWaiting(Message message) => Lines is { } lines
        ? lines.Find(message.Ticket!) is not null
        : IndexOf(message) >= 0;

    public bool Holds(MessageKey row) => Lines is { } lines
        ? lines.Contains(row)
        : _mail?.Exists(m => m.Row == row) ?? false;

    /// <summary>Puts another message in the place of one that somebody waits for.</summary>
    public void Exchange(Message message, Message with)
    {
        if (Lines is { } lines)
            lines.Replace(message.Ticket!, with);
        else
            _mail![IndexOf(message)] = with;
    }

    /// <summary>The same for an orchestration's message that is a row.</summary>
    public void ExchangeRow(Message message, Message with) => _mail![IndexOf(message)] = with;

    /// <summary>Takes out a message that somebody waits for.</summary>
    public void Strike(Message message)
    {
        if (Lines is { } lines)
            lines.Remove(message.Ticket!);
        else
            StrikeAll(m => ReferenceEquals(m, message));
    }

    public bool IsRefused(Message message) =>
        _refused is { } refused && message.Row is { } row && refused.Contains(row);

    public void Refuse(MessageKey row)
    {
        (_refused ??= []).Add(row);
        if (Lines is { } lines)
            lines.Remove(row);
        else
            StrikeAll(m => m.Row == row);
    }

    private void StrikeAll(Predicate<Message> match)
    {
        _mail?.RemoveAll(match);
        if (_mail is { Count: 0 })
            _mail = null;
    }

    private int IndexOf(Message message) => _mail?.FindIndex(m => ReferenceEquals(m, message)) ?? -1;
}
