/// <summary>What travels between the functions, as JSON.</summary>
public sealed record Journey(string Id, string Traveller, string Home, string[] Conferences, string Manager);

public sealed record Trip(string Traveller, string Home, string Conference);

/// <summary>From one city to another and back.</summary>
public sealed record Route(string Traveller, string From, string To, DateOnly Out, DateOnly Back);

public sealed record Stay(string Traveller, string City, DateOnly From, DateOnly To);

/// <summary>What a provider has confirmed.</summary>
public sealed record Booking(
    string Kind, string Name, string Traveller, string City, DateOnly From, DateOnly To, decimal Price,
    string Confirmation);

/// <summary>What became of one conference: its bookings, or why there are none.</summary>
public sealed record TripOutcome(string Conference, Booking[] Bookings, string? Problem);

public sealed record ExpenseReport(string Traveller, Booking[] Bookings, decimal Total);

public sealed record JourneyOutcome(string Traveller, string Decision, decimal Spent, string[] Problems);
