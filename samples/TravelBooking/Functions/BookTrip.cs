using Perdure;

/// <summary>
/// Books one conference with the way there and a bed; when something cannot be had, nothing stays booked.
/// </summary>
public static class BookTrip
{
    private static readonly RetryOptions s_threeAttempts =
        new(TimeSpan.FromMilliseconds(100), 3) { BackoffCoefficient = 2 };

    [FunctionName("BookTrip")]
    public static async Task<TripOutcome> Run([OrchestrationTrigger] IDurableOrchestrationContext context)
    {
        Trip trip = context.GetInput<Trip>();
        List<Booking> bookings = [];
        try
        {
            var conference = await context.CallActivityAsync<Booking>("BookConference", trip);
            bookings.Add(conference);
            var travel = await BookTravel(
                context, new Route(
                    trip.Traveller, trip.Home, conference.City, conference.From.AddDays(-1), conference.To));
            bookings.Add(travel);
            bookings.Add(await context.CallActivityAsync<Booking>(
                "BookHotel", new Stay(trip.Traveller, conference.City, travel.From, travel.To)));
            return new TripOutcome(trip.Conference, [.. bookings], Problem: null);
        }
        catch (FunctionFailedException e)
        {
            foreach (Booking booking in Enumerable.Reverse(bookings))
                await context.CallActivityAsync("CancelBooking", booking);
            return new TripOutcome(trip.Conference, [], e.Failure.ErrorMessage);
        }
    }

    /// <summary>By air, and by rail when the airline has refused three times.</summary>
    private static async Task<Booking> BookTravel(IDurableOrchestrationContext context, Route route)
    {
        try
        {
            return await context.CallActivityWithRetryAsync<Booking>("BookFlight", s_threeAttempts, route);
        }
        catch (FunctionFailedException)
        {
            return await context.CallActivityAsync<Booking>("BookTrain", route);
        }
    }
}
