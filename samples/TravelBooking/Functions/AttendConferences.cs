using Perdure;

/// <summary>All conferences of one traveller at once, one expense report, and the word of the manager.</summary>
public static class AttendConferences
{
    [FunctionName("AttendConferences")]
    public static async Task<JourneyOutcome> Run([OrchestrationTrigger] IDurableOrchestrationContext context)
    {
        Journey journey = context.GetInput<Journey>();
        TripOutcome[] trips = await Task.WhenAll(journey.Conferences.Select(conference =>
            context.CallBookTripAsync(new Trip(journey.Traveller, journey.Home, conference))));
        string[] problems = [.. trips.Where(t => t.Problem is not null).Select(t => $"{t.Conference}: {t.Problem}")];
        Booking[] bookings = [.. trips.SelectMany(t => t.Bookings)];
        if (bookings.Length == 0)
            return new JourneyOutcome(journey.Traveller, "stays at home", 0, problems);

        ExpenseReport report = await context.CallReportExpensesAsync((journey.Traveller, bookings));
        string decision = await Decide(context, journey, report);
        if (decision == "approved")
            return new JourneyOutcome(journey.Traveller, decision, report.Total, problems);

        await Task.WhenAll(bookings.Select(booking => context.CallCancelBookingAsync(booking)));
        return new JourneyOutcome(journey.Traveller, decision, 0, problems);
    }

    /// <summary>Waits for the manager, but not for ever; the wait survives restarts.</summary>
    private static async Task<string> Decide(
        IDurableOrchestrationContext context, Journey journey, ExpenseReport report)
    {
        context.SetCustomStatus($"waiting for the manager to approve {report.Total} EUR");
        TimeSpan patience = await context.CallAskManagerAsync((journey.Manager, report));
        string decision =
            await context.WaitForExternalEvent("Decision", patience, defaultValue: "not approved in time");
        context.SetCustomStatus(decision);
        return decision;
    }
}
