namespace Perdure.Core.Checks;

/// <summary>What the command line asks of a program that it has started.</summary>
internal sealed record CheckRequest
{
    /// <summary>A hub elsewhere: the path of a file, or a connection string; null for that of the program.</summary>
    public string? Hub { get; init; }

    /// <summary>The name of the hub, which is its schema on PostgreSQL; null for that of the program.</summary>
    public string? TaskHub { get; init; }

    /// <summary>A folder with exported histories, in the place of a hub.</summary>
    public string? Histories { get; init; }

    /// <summary>Only these orchestrators.</summary>
    public IReadOnlyList<string> Orchestrators { get; init; } = [];

    /// <summary>Only these instances.</summary>
    public IReadOnlyList<string> Instances { get; init; } = [];

    /// <summary>How long the code of one instance may take.</summary>
    public double SecondsMax { get; init; } = 10;
}
