using Perdure.Core.Identity;
using Perdure.Core.Messages;
using Perdure.Core.Stores;

namespace Perdure.Core.Entities;

/// <summary>
/// What waits for one entity. Two lines: the first holds what may be taken whoever holds the lock (calls of the holder,
/// releases, operations that are not due), the second everything else, in order of arrival. Nothing here depends on the
/// length of the lines, because a hundred thousand may wait for a locked entity; beyond a bound only the headers of
/// messages are kept, as far as their bodies are in the store.
/// </summary>
internal sealed class EntityMailbox(Limits limits)
{
    private readonly LinkedList<Message> _first = [];
    private readonly LinkedList<Message> _second = [];
    private readonly Dictionary<TaskKey, LinkedListNode<Message>> _lockRequests = [];
    private readonly Dictionary<object, LinkedListNode<Message>> _asked = [];
    private readonly Dictionary<MessageKey, LinkedListNode<Message>> _rows = [];
    private EntityCaller? _holder;

    /// <summary>
    /// Who holds the lock is known. Until then all stand in one line as they came: a holder that was ended has its
    /// release behind calls, and must not overtake them.
    /// </summary>
    private bool _isLoaded;

    /// <summary>The holder's release waits in the first line: what it sends after it is nothing special.</summary>
    private bool _holderLeaves;

    private int _bodies;
    private long _bodyBytes;

    public int Count => _first.Count + _second.Count;

    public IEnumerable<Message> All => _first.Concat(_second);

    /// <summary>Whether there is something that can be taken now.</summary>
    public bool HasNext => _first.Count > 0 || (_holder is null && _second.Count > 0);

    public bool Contains(MessageKey row) => _rows.ContainsKey(row);

    /// <summary>Who waits for an answer to a message that is here, given what answers.</summary>
    public Message? Find(object ticket) => _asked.GetValueOrDefault(ticket)?.Value;

    /// <summary>
    /// The entity is locked or free. What its new holder sends comes later, because it is sent after the grant; so
    /// nothing that is here changes its line.
    /// </summary>
    public void SetHolder(EntityCaller? holder) => (_holder, _holderLeaves) = (holder, false);

    /// <summary>The entity was read from the store: only now is known what of the mail comes from its holder.</summary>
    public void Load(EntityCaller? holder)
    {
        List<Message> all = TakeAll();
        SetHolder(holder);
        _isLoaded = true;
        foreach (Message message in all)
            Append(message);
    }

    /// <param name="message">The message.</param>
    /// <param name="isStored">It has a row that is committed.</param>
    public void Add(Message message, bool isStored)
    {
        if (isStored && message is Message.Operation { Row: not null, IsLeft: false } operation && IsFull(operation))
            message = Left(operation);
        Append(message);
    }

    /// <summary>The next that can be taken, or null.</summary>
    public Message? Peek() => _first.First?.Value ?? (_holder is null ? _second.First?.Value : null);

    /// <summary>Takes what <see cref="Peek"/> shows.</summary>
    public Message Take()
    {
        LinkedListNode<Message> node = _first.First ?? _second.First!;
        Remove(node);
        if (_holder is { } holder && node.Value is Message.Release release && release.Request == holder.Task)
            _holderLeaves = false;
        return node.Value;
    }

    /// <summary>Takes a request for the lock out of the line, if it is there.</summary>
    public Message? TakeLockRequest(TaskKey request)
    {
        if (!_lockRequests.TryGetValue(request, out LinkedListNode<Message>? node))
            return null;
        Remove(node);
        return node.Value;
    }

    /// <summary>What was taken and not done is next again, in its order.</summary>
    public void PutBack(IReadOnlyList<Message> messages)
    {
        for (int i = messages.Count - 1; i >= 0; i--)
            Index(_first.AddFirst(messages[i]));
    }

    /// <summary>Puts another message in the place of one that somebody waits for.</summary>
    public void Replace(object ticket, Message message)
    {
        LinkedListNode<Message> node = _asked[ticket];
        Unindex(node);
        node.Value = message;
        Index(node);
    }

    /// <summary>Takes out what nobody wants any more.</summary>
    public void Remove(object ticket)
    {
        if (_asked.TryGetValue(ticket, out LinkedListNode<Message>? node))
            Remove(node);
    }

    public void Remove(MessageKey row)
    {
        if (_rows.TryGetValue(row, out LinkedListNode<Message>? node))
            Remove(node);
    }

    /// <summary>The row is committed: from now on its body may be left there.</summary>
    public void Stored(MessageKey row)
    {
        if (!_rows.TryGetValue(row, out LinkedListNode<Message>? node)
            || node.Value is not Message.Operation { IsLeft: false } operation)
            return;
        Unindex(node);
        if (IsFull(operation))
            node.Value = Left(operation);
        Index(node);
    }

    /// <summary>The next messages whose bodies were left in the store, beginning with the very next.</summary>
    public List<MessageKey> NextLeft(int max) =>
        [.. All.TakeWhile(m => m is Message.Operation { IsLeft: true }).Take(max).Select(m => m.Row!.Value)];

    /// <summary>Bodies that were read from the store.</summary>
    public void Fill(IEnumerable<Message> read)
    {
        foreach (Message message in read)
        {
            if (!_rows.TryGetValue(message.Row!.Value, out LinkedListNode<Message>? node))
                continue;
            Unindex(node);
            node.Value = message;
            Index(node);
        }
    }

    /// <summary>Everything, out of the mailbox, in an order that keeps that of each sender.</summary>
    public List<Message> TakeAll()
    {
        List<Message> all = [.. All];
        Clear();
        return all;
    }

    private void Clear()
    {
        _first.Clear();
        _second.Clear();
        _lockRequests.Clear();
        _asked.Clear();
        _rows.Clear();
        (_bodies, _bodyBytes, _holderLeaves) = (0, 0, false);
    }

    private void Append(Message message)
    {
        Index((GoesFirst(message) ? _first : _second).AddLast(message));
        _holderLeaves |= message is Message.Release release && release.Request == _holder?.Task;
    }

    private bool GoesFirst(Message message) => _isLoaded && message switch
    {
        Message.Release => true,
        Message.Operation { DueAt: not null, IsDue: false } => true,
        Message.Operation { Caller: { } caller } => !_holderLeaves && caller.Task.Execution == _holder?.Task.Execution,
        _ => false,
    };

    private bool IsFull(Message.Operation next) =>
        next is { Caller: null } and ({ DueAt: null } or { IsDue: true })
        && (_bodies >= limits.BodiesInMemoryMax || _bodyBytes + next.Input.Length > limits.BodyBytesInMemoryMax);

    private static Message.Operation Left(Message.Operation operation) =>
        new("", default) { Row = operation.Row, IsLeft = true };

    private void Remove(LinkedListNode<Message> node)
    {
        Unindex(node);
        node.List!.Remove(node);
    }

    private void Index(LinkedListNode<Message> node)
    {
        Message message = node.Value;
        if (message.Row is { } row)
            _rows[row] = node;
        if (message.Ticket is { } ticket)
            _asked[ticket] = node;
        if (message is Message.LockRequest request)
            _lockRequests[request.Holder.Task] = node;
        if (message is Message.Operation { IsLeft: false } operation)
            (_bodies, _bodyBytes) = (_bodies + 1, _bodyBytes + operation.Input.Length);
    }

    private void Unindex(LinkedListNode<Message> node)
    {
        Message message = node.Value;
        if (message.Row is { } row)
            _rows.Remove(row);
        if (message.Ticket is { } ticket)
            _asked.Remove(ticket);
        if (message is Message.LockRequest request)
            _lockRequests.Remove(request.Holder.Task);
        if (message is Message.Operation { IsLeft: false } operation)
            (_bodies, _bodyBytes) = (_bodies - 1, _bodyBytes - operation.Input.Length);
    }
}
