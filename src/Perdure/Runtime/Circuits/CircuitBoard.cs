using System.Collections.Concurrent;
using Perdure.Core.Circuits;
using Perdure.Core.Entities;
using Perdure.Core.Stores;

namespace Perdure.Runtime.Circuits;

/// <summary>
/// The circuits of this node's functions, as far as it knows them: read when they are first asked, changed by the
/// commits of this node, and read again when another node has changed one.
/// </summary>
internal sealed class CircuitBoard(Node node)
{
    private readonly ConcurrentDictionary<string, CircuitGate> _gates = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<CircuitGate, CircuitReader> _readers = [];
    private int _rounds;

    public CircuitGates For(IReadOnlyList<(string Name, CircuitRules Rules)> circuits) =>
        new(node, [.. circuits.Select(c => _gates.GetOrAdd(c.Name, static (n, r) => new CircuitGate(n, r), c.Rules))]);

    /// <summary>A circuit that a function of this node has; null when none has it.</summary>
    public CircuitGate? Find(string name) => _gates.GetValueOrDefault(name);

    public IEnumerable<CircuitGate> Gates => _gates.Values;

    /// <summary>
    /// Its turn stands in line: what it stops stops now, so that nothing begins behind the commit. What it lets run
    /// waits for the commit.
    /// </summary>
    public void Decided(EntityRow row)
    {
        if (GateOf(row.Id) is { } gate
            && CircuitJson.State(row.State) is { Status: CircuitStatus.Open or CircuitStatus.Isolated } state)
            gate.Learn(state);
    }

    public void Committed(EntityRow row)
    {
        GateOf(row.Id)?.Learn(CircuitJson.State(row.State));
        node.Wakes.Circuits();
    }

    /// <summary>What stood in line was not written.</summary>
    public void NotCommitted(string id)
    {
        if (GateOf(id) is not { } gate)
            return;
        gate.Forget();
        Load(gate);
    }

    /// <summary>
    /// From now on they are changed here and nowhere else; what another node did before may not have been heard of.
    /// </summary>
    public void Opened(Partition partition)
    {
        foreach (CircuitGate gate in _gates.Values.Where(g => node.PartitionOf(CircuitIds.Of(g.Name)) == partition))
        {
            gate.Forget();
            Load(gate);
        }
    }

    /// <summary>Another node may have changed one.</summary>
    public void Refresh()
    {
        foreach (CircuitGate gate in _gates.Values)
            Load(gate);
    }

    /// <summary>
    /// In case an announcement was not heard. What is closed is read seldom, because it changes seldom.
    /// </summary>
    public void LookAround()
    {
        const int seldom = 12;
        bool all = ++_rounds % seldom == 0;
        foreach (CircuitGate gate in _gates.Values.Where(g => all || g.Known is not { Admits: true }))
            Load(gate);
    }

    /// <summary>Reads it; if that is under way already, once more behind it.</summary>
    /// <param name="gate">What is read.</param>
    /// <param name="then">Called when it is known how the circuit is, later than now; or the node stops.</param>
    public void Load(CircuitGate gate, Action? then = null) =>
        _readers.GetOrAdd(gate, static (g, n) => new CircuitReader(n, g), node).Read(then);

    private CircuitGate? GateOf(string id) => CircuitIds.Is(id) ? Find(CircuitIds.NameOf(id)) : null;
}
