using Perdure.Core.Identity;
using Perdure.Simulation.Workload;

namespace Perdure.Simulation.Checking;

/// <summary>An occurrence of the timer, as the checker follows it.</summary>
internal sealed class OccurrenceRecord(string id)
{
    public string Id => id;

    /// <summary>What it does to its function: made of its id, because nobody sends it.</summary>
    public Happening Plan { get; } = PlanOf(InstanceIds.Partition(id, 1_000));

    /// <summary>Somebody has triggered it, and that is committed.</summary>
    public bool WasAsked { get; set; }

    public bool HasBegun { get; set; }
    public bool HasEnded { get; set; }

    /// <summary>How often its function began with it.</summary>
    public int Runs { get; set; }

    /// <summary>How often its function ended well with it.</summary>
    public int Succeeded { get; set; }

    private static Happening PlanOf(int number) => new()
    {
        Fails = (number % 10) switch { 7 => 1, 8 => 2, 9 => 5, _ => 0 },
        Milliseconds = (number / 10 % 10) switch { 0 => 1_500, 1 => 9_000, _ => 0 },
        Obeys = number % 3 == 0,
    };
}

/// <summary>What the function of the timer did, written by itself.</summary>
internal sealed class OccurrenceJournal(Simulation simulation)
{
    /// <summary>The function gets an occurrence: that it has begun must be durable.</summary>
    public OccurrenceRecord Begin(string id, int retry)
    {
        OccurrenceRecord record = simulation.Ledger.OccurrenceOf(id);
        if (!record.HasBegun)
            simulation.Violate($"The function of '{id}' runs before it is durable that it does.");
        if (++record.Runs > retry + 1)
            simulation.Counters.Add(Runs.Rare.OccurrenceRanAgain);
        simulation.Counters.Activities++;
        simulation.Trace($"occurrence {id}: run {record.Runs}, retry {retry}");
        return record;
    }

    public void Succeed(OccurrenceRecord record)
    {
        record.Succeeded++;
        simulation.Trace($"occurrence {record.Id} succeeds");
    }
}
