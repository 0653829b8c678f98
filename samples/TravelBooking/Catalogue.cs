using System.Text.Json;

/// <summary>The offers of all providers, as the input file lists them.</summary>
public sealed record Catalogue(
    TimeSpan ApprovalTimeout,
    Catalogue.Conference[] Conferences,
    Catalogue.Connection[] Flights,
    Catalogue.Connection[] Trains,
    Catalogue.Hotel[] Hotels)
{
    public sealed record Conference(string Name, string City, DateOnly From, DateOnly To, decimal Price);

    /// <param name="RefusedAttempts">How many attempts to book it are refused before one succeeds.</param>
    public sealed record Connection(string Name, string From, string To, decimal Price, int RefusedAttempts = 0);

    public sealed record Hotel(string Name, string City, decimal PricePerNight, int Rooms);

    public static T Read<T>(string file)
    {
        using FileStream stream = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Input", file));
        return JsonSerializer.Deserialize<T>(stream) ?? throw new InvalidDataException($"Input/{file} is empty.");
    }
}
