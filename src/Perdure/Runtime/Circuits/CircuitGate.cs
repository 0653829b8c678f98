using Perdure.Core.Circuits;

namespace Perdure.Runtime.Circuits;

/// <summary>
/// What this node knows of one circuit, for those that ask before they run something. Until it has been read nothing
/// runs.
/// </summary>
internal sealed class CircuitGate(string name, CircuitRules rules)
{
    private readonly Lock _gate = new();
    private readonly HashSet<IGated> _waiting = [];
    private CircuitState? _known;
    private long _usedToken;

    /// <summary>How often what is known has come to count for nothing.</summary>
    private long _forgotten;

    public string Name => name;

    /// <summary>The settings of this program.</summary>
    public CircuitRules Rules => rules;

    /// <summary>As it was committed last, or is about to be; null until it has been read.</summary>
    public CircuitState? Known => Volatile.Read(ref _known);

    /// <summary>It is told when something else may run.</summary>
    public void Add(IGated source)
    {
        lock (_gate)
            _waiting.Add(source);
    }

    public void Remove(IGated source)
    {
        lock (_gate)
            _waiting.Remove(source);
    }

    public long Forgotten => Interlocked.Read(ref _forgotten);

    /// <summary>What was read or committed. An older state than the known one changes nothing.</summary>
    /// <param name="state">How it is.</param>
    /// <param name="asked">
    /// What <see cref="Forgotten"/> was when the store was asked: what is forgotten since stays so. Null for what this
    /// node has committed.
    /// </param>
    public void Learn(CircuitState state, long? asked = null)
    {
        IGated[] told;
        lock (_gate)
        {
            if (asked is { } before && before != _forgotten)
                return;
            if (_known is { } known && known.Version > state.Version)
                return;
            bool isNews = _known is null || _known.Version != state.Version;
            Volatile.Write(ref _known, state);
            if (!isNews)
                return;
            told = [.. _waiting];
        }
        foreach (IGated source in told)
            source.GateChanged();
    }

    /// <summary>
    /// What is known may not be so: what was about to be committed was not, or another node has owned it. Whoever asks
    /// has to wait until it is read.
    /// </summary>
    public void Forget()
    {
        lock (_gate)
        {
            Volatile.Write(ref _known, null);
            _forgotten++;
        }
    }

    /// <summary>Takes the right to run one event in a partition; null when there is none, or it is taken.</summary>
    public long? TakeProbe(int partition)
    {
        lock (_gate)
        {
            if (_known?.Probe is not { } probe || probe.Partition != partition || probe.Token == _usedToken)
                return null;
            return _usedToken = probe.Token;
        }
    }

    /// <summary>Gives it back: nothing has run with it.</summary>
    public void ReturnProbe(long token)
    {
        lock (_gate)
        {
            if (_usedToken == token)
                _usedToken = 0;
        }
    }
}

/// <summary>Runs something when its circuits let it.</summary>
internal interface IGated
{
    /// <summary>A circuit has changed. Whoever tells it holds no lock.</summary>
    void GateChanged();
}
