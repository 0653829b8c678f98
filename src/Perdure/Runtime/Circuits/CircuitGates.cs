using Perdure.Core.Circuits;
using Perdure.Core.Scaling;

namespace Perdure.Runtime.Circuits;

/// <summary>The circuits of one function: it runs when all of them let it.</summary>
internal sealed class CircuitGates(Node node, IReadOnlyList<CircuitGate> gates)
{
    public IReadOnlyList<CircuitGate> All => gates;

    /// <summary>Whether functions must not run on: what fails then has not failed.</summary>
    public bool IsBlocked
    {
        get
        {
            foreach (CircuitGate gate in gates)
            {
                if (gate.Known is not { Admits: true })
                    return true;
            }
            return false;
        }
    }

    /// <summary>
    /// Asks circuits that other nodes own how they are, before something begins: so nothing begins behind the commit
    /// that opens one. Those of this node need no question.
    /// </summary>
    /// <param name="then">Called when they are known, if this returns true.</param>
    public bool Confirm(Action then)
    {
        if (gates.Count == 0 || !node.IsShared)
            return false;
        CircuitGate[] asked = [.. gates.Where(g => !node.PartitionOf(CircuitIds.Of(g.Name)).IsOpen)];
        int missing = asked.Length;
        foreach (CircuitGate gate in asked)
        {
            node.Circuits.Load(gate, () =>
            {
                if (Interlocked.Decrement(ref missing) == 0)
                    then();
            });
        }
        return asked.Length > 0;
    }

    /// <summary>Whether what was let through may still begin.</summary>
    public bool StillLets(CircuitPass pass) => pass.IsProbe
        ? pass.Probes.All(p => p.Gate.Known is { Status: CircuitStatus.HalfOpen, Probe: { } probe }
            && probe.Token == p.Token)
        : !IsBlocked;

    /// <summary>Whether what was put aside may run again.</summary>
    public bool AskForReplay()
    {
        bool may = true;
        foreach (CircuitGate gate in gates)
        {
            if (gate.Known is null)
                node.Circuits.Load(gate);
            may &= gate.Known is { } known && (known.Admits || known.Status == CircuitStatus.HalfOpen);
        }
        return may;
    }

    /// <summary>What more hosts would be good for.</summary>
    public ScaleGate Scale
    {
        get
        {
            ScaleGate worst = ScaleGate.Open;
            foreach (CircuitGate gate in gates)
            {
                if (gate.Known is null or { Admits: true })
                    continue;
                if (gate.Known.Status != CircuitStatus.HalfOpen)
                    return ScaleGate.Held;
                worst = ScaleGate.Probing;
            }
            return worst;
        }
    }

    public void Add(IGated source)
    {
        foreach (CircuitGate gate in gates)
            gate.Add(source);
    }

    public void Remove(IGated source)
    {
        foreach (CircuitGate gate in gates)
            gate.Remove(source);
    }

    /// <summary>
    /// Those that a function opens which names one of them, or none and means all. None that only watches, and none
    /// that is not its own.
    /// </summary>
    public IReadOnlyList<CircuitGate> ToOpen(string? name) =>
        [.. gates.Where(g => (name is null || g.Name == name) && g.Known is not { Status: CircuitStatus.Monitor })];

    /// <summary>Asks for the right to run something in a partition.</summary>
    /// <param name="partition">Where it is.</param>
    /// <param name="wanted">Circuits that would let one event run, and have to be told that there is one.</param>
    public CircuitPass Ask(int partition, out IReadOnlyList<CircuitGate> wanted)
    {
        double share = 1;
        bool isBlocked = false;
        List<CircuitGate>? halfOpen = null;
        wanted = [];
        foreach (CircuitGate gate in gates)
        {
            CircuitState? known = gate.Known;
            if (known is null)
            {
                node.Circuits.Load(gate);
                isBlocked = true;
            }
            else if (known.Admits)
                share = Math.Min(share, known.ShareAt(node.Now));
            else if (known is { Status: CircuitStatus.HalfOpen, IsRecovering: false })
                (halfOpen ??= []).Add(gate);
            else
                isBlocked = true;
        }
        if (isBlocked)
            return CircuitPass.None;
        return halfOpen is null ? new CircuitPass(share, []) : Probe(partition, halfOpen, out wanted);
    }

    private static CircuitPass Probe(int partition, List<CircuitGate> halfOpen, out IReadOnlyList<CircuitGate> wanted)
    {
        List<(CircuitGate Gate, long Token)> taken = [];
        List<CircuitGate> missing = [];
        foreach (CircuitGate gate in halfOpen)
        {
            if (gate.TakeProbe(partition) is { } token)
                taken.Add((gate, token));
            else
                missing.Add(gate);
        }
        wanted = missing;
        CircuitPass pass = new(0, taken);
        if (missing.Count == 0)
            return pass;
        pass.Return();
        return CircuitPass.None;
    }
}

/// <summary>What may run.</summary>
/// <param name="share">The part of the usual concurrency; 0 with <paramref name="probes"/>: one event.</param>
/// <param name="probes">The rights that are used up by the run.</param>
internal sealed class CircuitPass(double share, IReadOnlyList<(CircuitGate Gate, long Token)> probes)
{
    /// <summary>Nothing may run.</summary>
    public static readonly CircuitPass None = new(0, []);

    public bool IsNone => share <= 0 && probes.Count == 0;

    public bool IsProbe => probes.Count > 0;

    public IReadOnlyList<(CircuitGate Gate, long Token)> Probes => probes;

    /// <summary>How many of so many may run at a time; at least one.</summary>
    public int Of(int usual) => IsProbe ? 1 : Math.Max(1, (int)Math.Ceiling(usual * share));

    /// <summary>There was nothing to run with it.</summary>
    public void Return()
    {
        foreach ((CircuitGate gate, long token) in probes)
            gate.ReturnProbe(token);
    }
}
