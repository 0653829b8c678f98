using System.Diagnostics.CodeAnalysis;
using Perdure.Core.Identity;
using Perdure.Core.Stores;

namespace Perdure.Runtime.Offers;

/// <summary>
/// What a partition has offered to other nodes and has no answer to yet. The partition's lock guards it.
/// </summary>
internal sealed class OfferBook
{
    private readonly Dictionary<long, OfferRow> _offers = [];
    private readonly Dictionary<TaskKey, long> _byTask = [];
    private readonly Dictionary<long, OfferedRun> _runs = [];

    public int Count => _offers.Count;

    public void Add(OfferRow offer, OfferedRun? run = null)
    {
        if (run is not null)
            _runs.Add(offer.Key.Number, run);
        _offers.Add(offer.Key.Number, offer);
        foreach (int task in offer.Tasks)
            _byTask[KeyOf(offer, task)] = offer.Key.Number;
    }

    public bool Has(TaskKey task) => _byTask.ContainsKey(task);

    public bool TryGet(long number, [NotNullWhen(true)] out OfferRow? offer) => _offers.TryGetValue(number, out offer);

    /// <summary>An answer has come; returns the offer that is answered whole by it.</summary>
    public OfferRow? Answered(TaskKey task)
    {
        if (!_byTask.Remove(task, out long number))
            return null;
        OfferRow offer = _offers[number];
        offer = offer with { Tasks = [.. offer.Tasks.Where(t => t != task.Task)] };
        _offers[number] = offer;
        if (offer.Tasks.Count > 0)
            return null;
        _offers.Remove(number);
        return offer;
    }

    /// <summary>Returns who waits for it, if it is a run.</summary>
    public OfferedRun? Remove(long number)
    {
        if (!_offers.Remove(number, out OfferRow? known))
            return null;
        foreach (int task in known.Tasks)
            _byTask.Remove(KeyOf(known, task));
        return _runs.Remove(number, out OfferedRun? run) ? run : null;
    }

    /// <summary>The offers of an instance, as far as <paramref name="isOver"/> says that their execution is.</summary>
    public List<OfferRow> Of(string target, Func<ExecutionKey, bool> isOver) =>
        _offers.Count == 0 ? [] : [.. _offers.Values.Where(o => o.Target == target && isOver(o.Execution))];

    public void Clear()
    {
        foreach (OfferedRun run in _runs.Values)
            run.Cancel();
        _runs.Clear();
        _offers.Clear();
        _byTask.Clear();
    }

    private static TaskKey KeyOf(OfferRow offer, int task) =>
        new(offer.Execution.Key, offer.Execution.Generation, task);
}
