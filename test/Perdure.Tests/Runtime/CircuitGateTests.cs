using Perdure.Core.Circuits;
using Perdure.Runtime.Circuits;

namespace Perdure.Tests.Runtime;

/// <summary>What a node knows of a circuit that another node may have changed.</summary>
public sealed class CircuitGateTests
{
    private readonly CircuitGate _gate = new("bank", new CircuitRules());

    [Fact]
    public void What_the_store_said_before_it_was_forgotten_counts_for_nothing()
    {
        long asked = _gate.Forgotten;
        _gate.Forget();
        _gate.Learn(new CircuitState { Version = 3 }, asked);
        _gate.Known.ShouldBeNull("another node may have opened it since");
        _gate.Learn(new CircuitState { Version = 2 }, _gate.Forgotten);
        _gate.Known!.Version.ShouldBe(2);
    }

    [Fact]
    public void An_older_state_changes_nothing_and_what_is_committed_here_always_counts()
    {
        _gate.Learn(new CircuitState { Version = 3 });
        _gate.Learn(new CircuitState { Version = 2 }, _gate.Forgotten);
        _gate.Known!.Version.ShouldBe(3);
        _gate.Forget();
        _gate.Learn(new CircuitState { Version = 4 });
        _gate.Known!.Version.ShouldBe(4);
    }
}
