namespace Perdure.Simulation.Checking;

/// <summary>What functions did with messages and events, written by themselves.</summary>
internal sealed class EventJournal(Simulation simulation)
{
    /// <summary>
    /// A function gets an event: it must be durable, and of a log nothing before it may have been left out.
    /// </summary>
    public EventRecord Begin(string id, int retry)
    {
        EventRecord record = simulation.Ledger.EventOf(id);
        if (record.Place == EventPlace.Nowhere)
            simulation.Violate($"The function of '{id}' runs before it is durable.");
        if (record.LeftOutBefore is { } left)
            simulation.Violate($"The function of '{id}' runs, and that of '{left.Id}', which is before it, has not.");
        record.Runs++;
        simulation.Counters.Activities++;
        if (record.Succeeded > 0)
            simulation.Counters.Add(Runs.Rare.EventRanAgain);
        simulation.Trace($"event {id}: run {record.Runs}, retry {retry}");
        return record;
    }

    /// <summary>
    /// A function gets events of one key, which has an order of its own: nothing of the key that stands before them may
    /// be aside.
    /// </summary>
    public EventRecord[] BeginOfKey(string[] ids, int retry)
    {
        EventRecord[] records = [.. ids.Select(id => Begin(id, retry))];
        if (records.Any(r => r.Key != records[0].Key))
            simulation.Violate($"'{ids[0]}' runs with events of other keys: {string.Join(' ', ids)}.");
        foreach (EventRecord record in records)
        {
            if (record.Log?.AsideBefore(record) is { } other && !records.Contains(other))
                simulation.Violate($"The function of '{record.Id}' runs, and '{other.Id}' of its key is aside.");
        }
        return records;
    }

    /// <summary>It depends on what a circuit is for.</summary>
    public void CheckCircuit(EventRecord record) => simulation.Ledger.CheckCircuit(record, simulation.World.Current!);

    public void Succeed(EventRecord record)
    {
        record.Succeeded++;
        simulation.Trace($"event {record.Id} succeeds");
    }
}
