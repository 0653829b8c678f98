namespace Perdure;

/// <summary>Which instances a program runs, by their versions.</summary>
public enum VersionMatchStrategy
{
    /// <summary>All of them, whatever their versions.</summary>
    None,

    /// <summary>Those of exactly its own version.</summary>
    Strict,

    /// <summary>Those of its own version and of older ones: the default.</summary>
    CurrentOrOlder,
}
