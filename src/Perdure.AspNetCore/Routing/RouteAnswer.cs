namespace Perdure.AspNetCore.Routing;

/// <summary>One way in which a route answers.</summary>
/// <param name="Status">The status code.</param>
/// <param name="Meaning">When it does, and what the body holds.</param>
internal sealed record RouteAnswer(int Status, string Meaning);

/// <summary>Something that a request can carry beside its path and body.</summary>
/// <param name="Name">Its name; the case does not matter.</param>
/// <param name="Type">The type of its value in the words of JSON Schema, or <c>date-time</c>.</param>
/// <param name="Meaning">What it does.</param>
internal sealed record RouteInput(string Name, string Type, string Meaning)
{
    /// <summary>Whether the request is refused without it.</summary>
    public bool Required { get; init; }
}
