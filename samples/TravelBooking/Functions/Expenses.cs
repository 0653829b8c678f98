using Perdure;

/// <summary>The report, and the manager who reads it.</summary>
public sealed class Expenses(Catalogue catalogue)
{
    [FunctionName("ReportExpenses")]
    public static ExpenseReport ReportExpenses([ActivityTrigger] (string Traveller, Booking[] Bookings) trips) =>
        new(trips.Traveller, trips.Bookings, trips.Bookings.Sum(b => b.Price));

    /// <summary>
    /// A manager who is there answers at once, by an event; elsewhere this would send a message with two links. Asked
    /// twice, after a crash, the manager answers twice, and nobody waits for the second answer.
    /// </summary>
    [FunctionName("AskManager")]
    public async Task<TimeSpan> AskManager(
        [ActivityTrigger] IDurableActivityContext context, [DurableClient] IDurableClient client)
    {
        (string manager, ExpenseReport report) = context.GetInput<(string, ExpenseReport)>();
        Console.WriteLine($"  {report.Traveller,-7} asks the manager for {report.Total} EUR; the manager {manager}");
        if (manager is "approves" or "declines")
            await client.RaiseEventAsync(
                context.InstanceId, "Decision", manager == "approves" ? "approved" : "declined");
        return catalogue.ApprovalTimeout;
    }
}
