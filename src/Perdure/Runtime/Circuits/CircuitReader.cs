using Perdure.Core.Circuits;
using Perdure.Core.Entities;
using Perdure.Core.Stores;
using Perdure.Telemetry;

namespace Perdure.Runtime.Circuits;

/// <summary>
/// Reads one circuit for all who ask. Who asks while it is being read is served by the next time: what comes from the
/// store may be older than the question.
/// </summary>
internal sealed class CircuitReader(Node node, CircuitGate gate)
{
    private readonly Lock _gate = new();
    private List<Action> _next = [];
    private bool _isReading;
    private bool _readsAgain;

    /// <param name="then">Called when it is known how the circuit is, later than now; or the node stops.</param>
    public void Read(Action? then = null)
    {
        lock (_gate)
        {
            if (then is not null)
                _next.Add(then);
            _readsAgain = _isReading;
            if (_isReading)
                return;
            _isReading = true;
        }
        node.Scheduler.Queue(static r => _ = r.RunAsync(), this);
    }

    private async Task RunAsync()
    {
        while (true)
        {
            List<Action> served;
            lock (_gate)
            {
                (served, _next) = (_next, []);
                _readsAgain = false;
            }
            await LearnAsync();
            served.ForEach(static then => then());
            lock (_gate)
            {
                if (!_readsAgain)
                {
                    _isReading = false;
                    return;
                }
            }
        }
    }

    private async Task LearnAsync()
    {
        while (!node.IsStopping)
        {
            long asked = gate.Forgotten;
            try
            {
                EntityRow? row = await node.Store.ReadEntityAsync(CircuitIds.Of(gate.Name), CancellationToken.None);
                gate.Learn(row is null ? new CircuitState() : CircuitJson.State(row.State), asked);
                return;
            }
            catch (Exception e) when (e is StoreException or FormatException)
            {
                node.Logger.LoadFailed(CircuitIds.Of(gate.Name), e);
                await Task.Delay(Partition.ReadPause, node.Time);
            }
        }
    }
}
