/// <summary>
/// Two witnesses that know nothing of each other must agree: the history, which Perdure wrote, and the journal, which
/// the providers kept.
/// </summary>
public sealed class Proof
{
    private const string CompletedBookings =
        """
        select result ->> '$.Confirmation' from history_events
        where event_type = 'TaskCompleted' and result ->> '$.Confirmation' is not null
        """;

    private readonly string _hub;
    private readonly HashSet<string> _completedBefore;

    /// <param name="hub">The file of the hub, before anything runs.</param>
    public Proof(string hub)
    {
        _hub = hub;
        _completedBefore = Completed();
    }

    /// <summary>How many bookings the history held when this began.</summary>
    public int CompletedBefore => _completedBefore.Count;

    /// <summary>
    /// Judges the whole journal, after the hub was closed; the problems are none, or the proof has failed.
    /// </summary>
    public List<string> Judge(IReadOnlyList<JournalLine> journal, out string summary)
    {
        List<string> problems = [];
        JournalLine[] requests = [.. journal.Where(l => l.Act == "booked")];
        JournalLine[] made = [.. requests.Where(l => !l.Repeated)];
        HashSet<string> completed = Completed();

        foreach (var twice in made.GroupBy(l => l.Key).Where(g => g.Count() > 1))
            problems.Add($"The booking {twice.Key} was made {twice.Count()} times.");
        foreach (JournalLine line
            in requests.Where(l => l.Repeated && _completedBefore.Contains(l.Booking.Confirmation)))
            problems.Add($"The booking {line.Key} was complete before the crash and was asked for again.");
        foreach (JournalLine line in made.Where(l => !completed.Contains(l.Booking.Confirmation)))
            problems.Add($"The booking {line.Key} was made, and no history knows it.");
        foreach (string unknown in completed.Except(made.Select(l => l.Booking.Confirmation)))
            problems.Add($"A history knows the booking {unknown}, and nobody made it.");
        if (made.Length == 0)
            problems.Add("Nothing was booked at all.");

        int keys = made.DistinctBy(l => l.Key).Count(), again = requests.Length - made.Length;
        string crash = CompletedBefore == 0
            ? "nothing crashed (try -- --crash)"
            : $"{CompletedBefore} were complete before the crash; asked for again and recognised by their keys: "
                + $"{again}";
        summary = $"no completed booking was made twice: {made.Length} bookings under {keys} keys; {crash}.";
        return problems;
    }

    private HashSet<string> Completed() =>
        File.Exists(_hub) ? [.. HistoryFile.Query(_hub, CompletedBookings).Select(r => r[0]!)] : [];
}
