namespace Perdure;

/// <summary>A key that the HTTP API accepts.</summary>
public sealed class PerdureHttpKey
{
    /// <summary>Who has it, for limits, logs and histories. Not secret; unique.</summary>
    public string Name { get; set; } = "";

    /// <summary>Its hash, as <see cref="PerdureKey"/> makes it.</summary>
    public string Hash { get; set; } = "";

    /// <summary>What it allows. Default <see cref="AccessScope.Read"/>.</summary>
    public AccessScope Scope { get; set; }

    /// <summary>The task hub that it is for; null, the default, is the hub of whichever host has it.</summary>
    public string? TaskHub { get; set; }

    /// <summary>
    /// When there are any, the key is good for calling these functions over HTTP, whatever its scope, and for nothing
    /// else.
    /// </summary>
    public IList<string> Functions { get; } = [];
}
