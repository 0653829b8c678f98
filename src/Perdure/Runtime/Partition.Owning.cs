using Perdure.Core.Messages;
using Perdure.Core.Partitions;
using Perdure.Core.Stores;
using Perdure.Telemetry;

namespace Perdure.Runtime;

/// <summary>
/// Coming by the partition and letting go of it. While another node owns it, or nobody, requests become message rows
/// that its owner reads.
/// </summary>
internal sealed partial class Partition
{
    private static readonly TimeSpan s_forwardsWithin = TimeSpan.FromSeconds(1);

    private bool _isElsewhere;
    private bool _isLeaving;
    private bool _isReading;
    private bool _readsAgain;

    /// <summary>Rows were written while the partition was being opened, or given away.</summary>
    private bool _readsAfterOpening;

    /// <summary>Whether another node owns it, or nobody.</summary>
    public bool IsElsewhere
    {
        get
        {
            lock (_gate)
                return _isElsewhere;
        }
    }

    /// <summary>Whether this node owns it, and knows all of it that another one may have changed before.</summary>
    public bool IsOpen
    {
        get
        {
            lock (_gate)
                return !_isElsewhere && _held is null;
        }
    }

    /// <summary>Whether it waits to be opened by this node.</summary>
    public bool IsUnopened
    {
        get
        {
            lock (_gate)
                return _held is not null && !_isLeaving && !_closed;
        }
    }

    /// <summary>Whether activities of it may begin.</summary>
    public bool IsLeaving => Volatile.Read(ref _isLeaving);

    /// <summary>What the store says of the owner, against what this node believes.</summary>
    public void Compare(PartitionLease lease)
    {
        bool isMine = lease.Owner == _node.Number;
        long epoch = Epoch;
        if (isMine ? epoch != 0 && epoch != lease.Epoch : epoch != 0 || !IsElsewhere)
            Lose();
    }

    /// <summary>
    /// Takes the partition if its epoch is still the one that was seen, and finds out what it owes. False when somebody
    /// else was faster, or the node closes it meanwhile.
    /// </summary>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    public async Task<bool> TakeAsync(long seen, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_closed)
                return false;
            _isElsewhere = false;
            _held ??= [];
        }
        bool isTaken = false;
        try
        {
            // What was forwarded before has lower numbers than what comes now, so it must be there to be read.
            await _work.WhenIdleAsync().WaitHereAsync(s_forwardsWithin, _node.Time, cancellationToken);
            isTaken = await TryOpenAsync(seen, cancellationToken);
        }
        catch (TimeoutException)
        {
            // The store does not take them just now; the next round looks again.
        }
        finally
        {
            if (!isTaken)
                Lose();
        }
        return isTaken;
    }

    /// <summary>
    /// Another node owns the partition, or may soon: its memory is dropped. Requests that were under way are certainly
    /// not written; they go to whoever owns it then. A node that stops and takes no more requests sends none either.
    /// </summary>
    public void Lose()
    {
        List<(string Id, Message Message, bool IsNew)> held;
        bool isClosed;
        lock (_gate)
        {
            isClosed = _closed;
            _held ??= [];
            DropMemory_NeedsLock();
            (held, _held) = (_held, []);
            if (!isClosed)
                ForwardAll_NeedsLock(held);
        }
        if (!isClosed)
            _node.LaneOf(this).Go();
        else
            held.ForEach(static h => (h.Message.Ticket as Request)?.Fail(Node.Stopping()));
    }

    private void ForwardAll_NeedsLock(List<(string Id, Message Message, bool IsNew)> held)
    {
        (_isElsewhere, _isLeaving) = (true, false);
        foreach ((string id, Message message, _) in held)
            Forward_NeedsLock(id, message);
        if (_readsAfterOpening)
            _node.Wakes.Messages(Number);
        _readsAfterOpening = false;
    }

    /// <summary>
    /// Lets go of the partition in order: no new activities, those that run run on here, and turns get until the
    /// deadline; what is not done then the next owner does again.
    /// </summary>
    /// <param name="seen">The epoch under which the store said that this node owns it.</param>
    /// <param name="deadline">Ends the waiting.</param>
    /// <returns>Whether others can take it.</returns>
    public async Task<bool> HandOverAsync(long seen, CancellationToken deadline)
    {
        bool isOpen;
        lock (_gate)
        {
            if (_closed || _isLeaving)
                return false;
            isOpen = _held is null;
            if (isOpen)
            {
                Volatile.Write(ref _isLeaving, true);
                KeepRunning_NeedsLock();
                // From here on requests wait, and then go to the next owner.
                _held = [];
            }
        }
        if (!isOpen)
        {
            // Lost before, and nobody has taken it: nobody would, while the store says that it is owned by one who
            // lives.
            Lose();
            return await ReleaseAsync(seen);
        }
        _node.LaneOf(this).Go();
        await Node.Finished(_work.WhenIdleAsync(), deadline);
        long epoch = Epoch;
        Lose();
        return epoch != 0 && await ReleaseAsync(epoch);
    }

    private async Task<bool> ReleaseAsync(long epoch)
    {
        try
        {
            await _node.Store.ClosePartitionAsync(Number, epoch, CancellationToken.None);
            _node.Logger.PartitionHandedOver(Number);
            return true;
        }
        catch (StoreException e)
        {
            // It stays marked as owned until the lease of the node says otherwise; this node takes it again, or lets go
            // of it in the next round.
            _node.Logger.RoundFailed(e);
            return false;
        }
    }

    /// <summary>Counts what is under way, for this partition and for the node.</summary>
    public void EnterWork()
    {
        _work.Enter();
        _node.Work.Enter();
    }

    public void ExitWork()
    {
        _work.Exit();
        _node.Work.Exit();
    }

    /// <summary>
    /// A request becomes a message row, behind all that this node has sent to the partition before. A message that is a
    /// row already is read by the owner.
    /// </summary>
    private void Forward_NeedsLock(string id, Message message)
    {
        if (message.Ticket is Request request)
        {
            MessageKey key = NextRequestKey_NeedsLock();
            _node.LaneOf(this).Append(new ForwardedRequest(this, id, message, request, key));
        }
        else if (message.Row is not null)
            _node.Wakes.Messages(Number);
    }

    /// <summary>
    /// One origin for all requests of the node to the partition, whether it owns it or not: so they are read in the
    /// order in which they were asked.
    /// </summary>
    private MessageKey NextRequestKey_NeedsLock() =>
        new(Number, Node.RequestOrigin + _node.Number, ++_lastRequestRow);

    /// <summary>
    /// Messages that other nodes have sent since. Each origin numbers its own, so what is new of it is what is above
    /// the last one that was seen.
    /// </summary>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    public async Task ReadNewMessagesAsync(CancellationToken cancellationToken)
    {
        long epoch = Epoch;
        if (epoch == 0)
            return;
        long origin = long.MinValue, number = long.MinValue;
        while (true)
        {
            IReadOnlyList<MessageRow> rows =
                await _node.Store.ReadMessagesAsync(Number, origin, number, MessagesPerRead, cancellationToken);
            bool skips = false;
            foreach (MessageRow row in rows)
            {
                long seen = SeenOf(row.Key.Origin);
                (origin, number) = (row.Key.Origin, Math.Max(row.Key.Number, seen));
                if (row.Key.Number < seen)
                {
                    // Far behind what is known: the rest of them is not worth reading.
                    skips = true;
                    break;
                }
                if (!TakeNew(row, epoch))
                    return;
            }
            if (!skips && rows.Count < MessagesPerRead)
                return;
        }
    }

    /// <summary>Reads new messages; if that is under way already, once more behind it.</summary>
    public void ReadNewSoon()
    {
        lock (_gate)
        {
            if (_held is not null || _closed)
            {
                _readsAfterOpening = true;
                return;
            }
            _readsAgain = _isReading;
            if (_isReading)
                return;
            _isReading = true;
        }
        _ = ReadNewAsync();
    }

    private async Task ReadNewAsync()
    {
        while (true)
        {
            try
            {
                await ReadNewMessagesAsync(_node.WhenStopping);
            }
            catch (OperationCanceledException)
            {
                // The node stops: the next owner reads them.
            }
#pragma warning disable CA1031 // Whatever it was: who reads must not stand still.
            catch (Exception e)
#pragma warning restore CA1031
            {
                _node.Logger.RoundFailed(e);
                await Task.Delay(ReadPause, _node.Time);
                lock (_gate)
                    _readsAgain |= _held is null && !_closed;
            }
            lock (_gate)
            {
                if (!_readsAgain)
                {
                    _isReading = false;
                    return;
                }
                _readsAgain = false;
            }
        }
    }

    private long SeenOf(long origin)
    {
        lock (_gate)
            return _seen.GetValueOrDefault(origin, long.MinValue);
    }

    private bool TakeNew(MessageRow row, long epoch)
    {
        Resident? claimed = null;
        lock (_gate)
        {
            if (_closed || _epoch != epoch || _held is not null)
                return false;
            if (IsFirst_NeedsLock(row.Key))
                claimed = Put_NeedsLock(row.Target, MessageCodec.Decode(row), isNew: false);
        }
        GoOn(claimed);
        return true;
    }
}
