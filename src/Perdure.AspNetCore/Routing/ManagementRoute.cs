using Perdure.AspNetCore.Management;

namespace Perdure.AspNetCore.Routing;

/// <summary>
/// One line of the table from which everything comes that has to be complete: what is served, who may use it, what the
/// OpenAPI document says, and which combinations the tests try.
/// </summary>
internal sealed record ManagementRoute
{
    /// <summary>The method that stands for all.</summary>
    public const string AnyMethod = "*";

    /// <summary>What it does, as one word; unique.</summary>
    public required string Name { get; init; }

    /// <summary>The method, in capitals, or <see cref="AnyMethod"/>.</summary>
    public required string Method { get; init; }

    /// <summary>
    /// The path below the prefix: words, in any case, and <c>{names}</c>; the last one may be missing if its name ends
    /// with <c>?</c>.
    /// </summary>
    public required string Pattern { get; init; }

    /// <summary>What a caller needs; null serves everybody.</summary>
    public required AccessScope? Scope { get; init; }

    /// <summary>Whether the link of a check-status answer is enough, for the instance that the path names.</summary>
    public bool AcceptsLink { get; init; }

    /// <summary>Whether it starts something new, which a draining host refuses.</summary>
    public bool Starts { get; init; }

    /// <summary>Whether it brings work, which a host or an entity that has too much refuses.</summary>
    public bool RefusesWhenBusy { get; init; }

    /// <summary>What it does, in a sentence.</summary>
    public required string Summary { get; init; }

    /// <summary>What the body is; null when there is none.</summary>
    public string? Body { get; init; }

    public IReadOnlyList<RouteInput> Query { get; init; } = [];

    public IReadOnlyList<RouteInput> Headers { get; init; } = [];

    /// <summary>The answers of its own; those of access, limits and errors are the same for all.</summary>
    public required IReadOnlyList<RouteAnswer> Answers { get; init; }

    public required Func<ManagementCall, Task<Answer>> Handle { get; init; }

    /// <summary>The parts of the pattern.</summary>
    public string[] Segments { get; private init; } = [];

    /// <summary>With the pattern cut into its parts, which is done once.</summary>
    public ManagementRoute Cut() => this with { Segments = Pattern.Split('/') };
}
