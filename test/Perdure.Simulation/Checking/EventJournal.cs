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

    /// <summary>It depends on what a circuit is for.</summary>
    public void CheckCircuit(EventRecord record) => simulation.Ledger.CheckCircuit(record, simulation.World.Current!);

    public void Succeed(EventRecord record)
    {
        record.Succeeded++;
        simulation.Trace($"event {record.Id} succeeds");
    }
}
