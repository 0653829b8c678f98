using Perdure;

/// <summary>The activities that ask a provider for something, each under the idempotency key of its call.</summary>
public sealed class Bookings(Catalogue catalogue, BookingProvider provider)
{
    [FunctionName("BookConference")]
    public Task<Booking> BookConference([ActivityTrigger] IDurableActivityContext context)
    {
        Trip trip = context.GetInput<Trip>();
        var conference = catalogue.Conferences.Single(c => c.Name == trip.Conference);
        return provider.BookAsync(context.IdempotencyKey, new Booking(
            "conference", conference.Name, trip.Traveller,
            conference.City, conference.From, conference.To, conference.Price, ""));
    }

    [FunctionName("BookFlight")]
    public Task<Booking> BookFlight([ActivityTrigger] IDurableActivityContext context)
    {
        Route route = context.GetInput<Route>();
        var flight = Find(catalogue.Flights, route);
        if (context.Attempt <= flight.RefusedAttempts)
            throw provider.Refuse(
                route.Traveller, $"flight {flight.Name} cannot be booked now (attempt {context.Attempt})");
        return provider.BookAsync(context.IdempotencyKey, Seat("flight", flight, route));
    }

    [FunctionName("BookTrain")]
    public Task<Booking> BookTrain([ActivityTrigger] IDurableActivityContext context)
    {
        Route route = context.GetInput<Route>();
        return provider.BookAsync(context.IdempotencyKey, Seat("train", Find(catalogue.Trains, route), route));
    }

    [FunctionName("BookHotel")]
    public Task<Booking> BookHotel([ActivityTrigger] IDurableActivityContext context)
    {
        Stay stay = context.GetInput<Stay>();
        var hotel = catalogue.Hotels.Single(h => h.City == stay.City);
        if (hotel.Rooms == 0)
            throw provider.Refuse(stay.Traveller, $"{hotel.Name} has no room");
        decimal price = hotel.PricePerNight * (stay.To.DayNumber - stay.From.DayNumber);
        return provider.BookAsync(context.IdempotencyKey, new Booking(
            "hotel", hotel.Name, stay.Traveller, stay.City, stay.From, stay.To, price, ""));
    }

    [FunctionName("CancelBooking")]
    public Task CancelBooking([ActivityTrigger] IDurableActivityContext context) =>
        provider.CancelAsync(context.IdempotencyKey, context.GetInput<Booking>());

    private static Catalogue.Connection Find(Catalogue.Connection[] offers, Route route) =>
        offers.FirstOrDefault(o => o.From == route.From && o.To == route.To)
        ?? throw new InvalidOperationException($"Nothing goes from {route.From} to {route.To}.");

    private static Booking Seat(string kind, Catalogue.Connection offer, Route route) =>
        new(kind, offer.Name, route.Traveller, route.To, route.Out, route.Back, offer.Price, "");
}
