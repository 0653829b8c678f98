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
            Booking conference = await context.CallBookConferenceAsync(trip);
            bookings.Add(conference);
            Booking travel = await BookTravel(
                context, new Route(
                    trip.Traveller, trip.Home, conference.City, conference.From.AddDays(-1), conference.To));
            bookings.Add(travel);
            bookings.Add(await context.CallBookHotelAsync(
                new Stay(trip.Traveller, conference.City, travel.From, travel.To)));
            return new TripOutcome(trip.Conference, [.. bookings], Problem: null);
        }
        catch (FunctionFailedException e)
        {
            foreach (Booking booking in Enumerable.Reverse(bookings))
                await context.CallCancelBookingAsync(booking);
            return new TripOutcome(trip.Conference, [], e.Failure.ErrorMessage);
        }
    }

    /// <summary>By air, and by rail when the airline has refused three times.</summary>
    private static async Task<Booking> BookTravel(IDurableOrchestrationContext context, Route route)
    {
        try
        {
            return await context.CallBookFlightAsync(route, s_threeAttempts);
        }
        catch (FunctionFailedException)
        {
            return await context.CallBookTrainAsync(route);
        }
    }
}
