using Perdure.Core.Partitions;
using Perdure.Core.Stores;

namespace Perdure.Runtime;

/// <summary>
/// What this node tells the others after its commits, put together while one announcement is on its way; and what it
/// does when it hears one.
/// </summary>
internal sealed class Wakes(Node node)
{
    private readonly Lock _gate = new();
    private HashSet<int> _messages = [];
    private HashSet<long> _answered = [];
    private HashSet<int> _replays = [];
    private bool _offers;
    private bool _shares;
    private bool _circuits;
    private bool _isSending;

    /// <summary>Message rows for a partition of another node are durable.</summary>
    public void Messages(int partition)
    {
        lock (_gate)
            _messages.Add(partition);
        Send();
    }

    /// <summary>A request of some node, perhaps this one, has its answer.</summary>
    public void Answered(OutcomeRow outcome)
    {
        long asker = RemoteOutcomes.NodeOf(outcome.Id);
        if (asker == node.Number)
        {
            node.Outcomes.Answer(outcome);
            return;
        }
        lock (_gate)
            _answered.Add(asker);
        Send();
    }

    /// <summary>Dead letters of a partition are to run again, perhaps here.</summary>
    public void Replays(int partition)
    {
        lock (_gate)
            _replays.Add(partition);
        Send();
        node.Partition(partition).LookForReplays();
    }

    /// <summary>There is work to claim, for this node as well.</summary>
    public void Offers()
    {
        lock (_gate)
            _offers = true;
        Send();
        node.Claims.Hear();
    }

    /// <summary>This node has come, or has given partitions back.</summary>
    public void Shares()
    {
        lock (_gate)
            _shares = true;
        Send();
    }

    /// <summary>A circuit has changed; this node knows.</summary>
    public void Circuits()
    {
        lock (_gate)
            _circuits = true;
        Send();
    }

    public void Hear(Announcement announcement)
    {
        foreach (int partition in announcement.Messages)
            node.Partition(partition).ReadNewSoon();
        if (announcement.Answered.Contains(node.Number))
            node.Outcomes.LookNow();
        foreach (int partition in announcement.Replays)
            node.Partition(partition).LookForReplays();
        if (announcement.Offers)
            node.Claims.Hear();
        if (announcement.Shares)
            node.Leases.Wake();
        if (announcement.Circuits)
            node.Circuits.Refresh();
    }

    private void Send()
    {
        lock (_gate)
        {
            if (_isSending)
                return;
            _isSending = true;
        }
        // Not here: whoever calls may hold a lock, and who hears may want one.
        node.Scheduler.Queue(static w => _ = w.SendAsync(), this);
    }

    private async Task SendAsync()
    {
        while (true)
        {
            Announcement next;
            lock (_gate)
            {
                if (_messages.Count == 0 && _answered.Count == 0 && _replays.Count == 0 && !_shares && !_offers
                    && !_circuits)
                {
                    _isSending = false;
                    return;
                }
                next = new()
                {
                    Messages = _messages, Answered = _answered, Replays = _replays, Offers = _offers, Shares = _shares,
                    Circuits = _circuits,
                };
                (_messages, _answered, _replays) = ([], [], []);
                (_offers, _shares, _circuits) = (false, false, false);
            }
            await node.Store.AnnounceAsync(next);
        }
    }
}
