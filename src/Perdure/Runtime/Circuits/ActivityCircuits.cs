using System.Collections.Concurrent;
using Perdure.Core.Messages;
using Perdure.Functions;

namespace Perdure.Runtime.Circuits;

/// <summary>
/// Activities that depend on something that has a circuit. While it does not let them run they wait here, without a
/// slot, and what fails then has not failed.
/// </summary>
internal sealed class ActivityCircuits(Node node)
{
    /// <summary>How long what has opened a circuit does not ask again: by then it is open.</summary>
    private static readonly TimeSpan s_opening = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<ActivityFunction, WaitingRoom> _rooms = [];

    /// <summary>How many wait.</summary>
    public int Waiting => _rooms.Values.Sum(r => r.Count);

    /// <summary>Whether it may run now; if not, it comes to the dispatcher again when it may.</summary>
    public bool Lets(ActivityWork work) => RoomOf(work) is not { } room || room.Lets(work);

    /// <summary>
    /// Whether what was let through, and has waited for its slot, may still begin; if not, it waits here.
    /// </summary>
    public bool StillLets(ActivityWork work)
    {
        if (RoomOf(work) is not { } room || room.Gates.StillLets(work.Pass!))
            return true;
        // Nothing has run with its right to try, if it has one.
        work.Pass!.Return();
        // What waits kills no process: a row of careful mode must not stay behind.
        if (work.Source is Resident)
            work.Source.DidNotRun(work);
        room.Wait(work);
        return false;
    }

    /// <summary>An activity has run. True when that counts for nothing, and it waits here to run again.</summary>
    public bool TakesBack(ActivityWork work, FailureDetails? failure)
    {
        if (RoomOf(work) is not { } room)
            return false;
        CircuitPass pass = work.Pass!;
        List<(string, Message)> told = [.. CircuitSignals.Probed(pass, failure, isOfEvent: false)];
        IReadOnlyList<CircuitGate> opened = work.Opens is { } opens ? room.Gates.ToOpen(opens.Circuit) : [];
        bool isBack = false;
        if (failure is not null)
        {
            told.AddRange(opened.Select(g => CircuitSignals.Opens(g, work.Opens!.Message, work.Opens.RetryAfter)));
            isBack = opened.Count > 0 || pass.IsProbe || room.Gates.IsBlocked;
            if (!isBack)
                told.AddRange(CircuitSignals.Failed(room.Gates, [CircuitSignals.Of(work.Call.Name, failure)]));
        }
        Tell(told);
        if (!isBack)
            return false;
        work.Opens = null;
        work.Source.DidNotRun(work);
        // What another node has offered goes back to it, and is offered again.
        if (work.Source is Resident && work.TryReset())
            _ = AgainAsync(room, work, opened.Count > 0 ? s_opening : TimeSpan.Zero);
        return true;
    }

    private async Task AgainAsync(WaitingRoom room, ActivityWork work, TimeSpan pause)
    {
        if (pause > TimeSpan.Zero)
            await Task.Delay(pause, node.Time);
        room.Wait(work);
    }

    private WaitingRoom? RoomOf(ActivityWork work) =>
        work is { Delivery: null, Function: { Circuits.Count: > 0 } function }
            ? _rooms.GetOrAdd(function, static (f, c) => new WaitingRoom(c, c.NodeOf.Circuits.For(f.Circuits)), this)
            : null;

    private Node NodeOf => node;

    /// <summary>
    /// From any partition of this node. A failure is reported once for each run that failed, which may be once more
    /// than its history says when the process dies between the two.
    /// </summary>
    private void Tell(List<(string, Message)> told)
    {
        if (told.Count > 0)
            node.Scheduler.Queue(static x => x.Node.Tell(x.Told), (Node: node, Told: told));
    }

    /// <summary>What waits for the circuits of one function.</summary>
    private sealed class WaitingRoom : IGated
    {
        private readonly ActivityCircuits _circuits;
        private readonly Lock _gate = new();

        /// <summary>Which partitions have told which circuit that something waits, and in which state of it.</summary>
        private readonly Dictionary<(CircuitGate, int), long> _told = [];

        private List<ActivityWork> _waiting = [];

        public WaitingRoom(ActivityCircuits circuits, CircuitGates gates)
        {
            (_circuits, Gates) = (circuits, gates);
            gates.Add(this);
        }

        public CircuitGates Gates { get; }

        public int Count
        {
            get
            {
                lock (_gate)
                    return _waiting.Count;
            }
        }

        public bool Lets(ActivityWork work)
        {
            List<(string, Message)> told = [];
            lock (_gate)
            {
                // First in the room, so that it hears of whatever changes from here on.
                _waiting.Add(work);
                int partition = work.Source.PartitionNumber;
                CircuitPass pass = Gates.Ask(partition, out IReadOnlyList<CircuitGate> wanted);
                if (!pass.IsNone)
                {
                    _waiting.RemoveAt(_waiting.Count - 1);
                    work.Pass = pass;
                    return true;
                }
                foreach (CircuitGate gate in wanted)
                {
                    long version = gate.Known?.Version ?? 0;
                    if (_told.GetValueOrDefault((gate, partition), -1) == version)
                        continue;
                    _told[(gate, partition)] = version;
                    told.Add(CircuitSignals.Wants(gate, partition));
                }
            }
            _circuits.Tell(told);
            return false;
        }

        /// <summary>It waits for the next change, or finds that it has come already.</summary>
        public void Wait(ActivityWork work) =>
            _circuits.NodeOf.Scheduler.Queue(static w => w.Source.Node.Activities.Enqueue(w), work);

        public void GateChanged()
        {
            List<ActivityWork> all;
            lock (_gate)
                (all, _waiting) = (_waiting, []);
            foreach (ActivityWork work in all)
                Wait(work);
        }
    }
}
