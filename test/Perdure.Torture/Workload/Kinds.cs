namespace Perdure.Torture.Workload;

/// <summary>The names of the workload; an instance id begins with its kind.</summary>
internal static class Kinds
{
    public const string Sequence = "sequence";
    public const string FanOut = "fanout";
    public const string Retry = "retry";
    public const string Timers = "timers";
    public const string Parent = "parent";
    public const string Counter = "counter";
    public const string Gather = "gather";
    public const string Ledger = "ledger";
    public const string Doomed = "doomed";
    public const string Wide = "wide";

    // Those of the bank.
    public const string Opening = "opening";
    public const string Transfer = "transfer";
    public const string Standing = "standing";
    public const string Careless = "careless";
    public const string Hoarder = "hoarder";
    public const string Audit = "audit";

    /// <summary>Of an order that came as an event; its id is that of the event.</summary>
    public const string Fulfil = "fulfil";

    public const string Event = "note";

    /// <summary>They end by themselves.</summary>
    public static readonly string[] Free = [Sequence, FanOut, Retry, Timers, Parent, Counter];

    public static string Of(string id) => id[..id.IndexOf('-', StringComparison.Ordinal)];

    public static bool IsOfBank(string kind) => kind is Opening or Transfer or Standing or Careless or Hoarder or Audit;

    public static bool TakesEvents(string kind) => kind is Gather or Ledger;
}
